"""Which action a finding asks for, and what the overview counts."""

from __future__ import annotations

import pyarrow as pa
import pytest

from warehouse.extracts.plan import DIFFERS, ENDED, INCOMPARABLE, INCOMPLETE, INVALID, MISSING, STATES
from warehouse.extracts.work_list import ACTIONS, NEW, actions, by_action, overview


@pytest.mark.parametrize(
    ("mark", "certainty", "action"),
    [
        (DIFFERS, 0.96, "更正"),
        (DIFFERS, 0.95, "待核实"),
        (DIFFERS, None, "待核实"),
        (MISSING, None, "缺失可补"),
        (INVALID, 0.99, "无效"),
        (ENDED, None, "已故与注销"),
        (INCOMPLETE, 0.99, "不完整"),
        (INCOMPARABLE, 0.99, None),
    ],
)
def test_only_what_is_certain_is_sent_as_a_correction(mark: str, certainty: float | None, action: str | None) -> None:
    states = pa.chunked_array([pa.array([STATES.index(mark)], pa.int8())])
    found = actions(states, pa.chunked_array([pa.array([certainty], pa.float64())]))
    assert found.to_pylist() == [action]


def test_the_overview_counts_every_action_in_the_order_of_work() -> None:
    findings = pa.table({"处理": ["无效", "更正", "更正"], NEW: pa.array(["是", None, "是"], pa.string())})
    lines = overview("户籍人口", "0001", by_action(findings), 7).to_pylist()
    assert [(line["项目"], line["数量"], line[NEW]) for line in lines[1:]] == [
        ("现行行数", 7, None), ("更正", 2, 1), ("无效", 1, 1),
    ]  # fmt: skip
    assert {line["如何处理"] for line in lines[2:]} <= set(ACTIONS.values())
