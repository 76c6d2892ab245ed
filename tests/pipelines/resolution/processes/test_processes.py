"""Stages, findings and time limits of cases, of two invented platforms."""

from __future__ import annotations

import json
from datetime import datetime
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from pydantic import ValidationError

from connectors.event_rules import EventRules, load_event_rules
from connectors.process_spec import Process
from connectors.registry import ConfigurationError, load_platforms
from pipelines.resolution.processes.deadlines import governing, limits
from pipelines.resolution.processes.faults import FAULTS, faults
from pipelines.resolution.processes.stages import cases
from pipelines.resolution.processes.working_time import WorkingTime
from pipelines.standardise.events.classes import taxonomy

LIMITS: list[dict[str, Any]] = yaml.safe_load(Path(__file__).with_name("time_limits.yaml").read_text(encoding="utf-8"))
LOGGED = Process.model_validate(
    {
        "stages": {"closed": "结束"},
        "log": {
            "column": "流程",
            "node": "n",
            "time": "t",
            "actor": "u",
            "words": {
                "发现": "reported",
                "立案": "registered",
                "派遣": "dispatched",
                "处置": "handled",
                "核实": "verified",
            },
        },
        "returns": "退回",
        "self_handled": "自办",
        "limit": {"value": "时限"},
    }
)


def row(*steps: tuple[str, str, str], closed: str | None = None, **cells: str) -> dict[str, str | None]:
    flow = [{"n": node, "t": f"2026-03-02 {at}", "u": who} for node, at, who in steps]
    return {"流程": json.dumps(flow, ensure_ascii=False), "结束": closed and f"2026-03-02 {closed}", **cells}


def table(*rows: dict[str, str | None]) -> pa.Table:
    names = ("流程", "结束", "退回", "自办", "时限")
    return pa.table({name: pa.array([r.get(name) for r in rows], pa.string()) for name in names})


def found(*rows: dict[str, str | None], process: Process = LOGGED) -> list[str]:
    return list(faults(process, cases(process, table(*rows)))["fault"].to_pylist())


IN_ORDER = (
    ("发现", "08:00", "a"),
    ("立案", "08:05", "b"),
    ("派遣", "08:10", "b"),
    ("处置", "10:00", "c"),
    ("核实", "11:00", "d"),
)


def test_stages_are_named_by_their_position_whatever_the_platform_calls_them() -> None:
    lines = cases(LOGGED, table(row(*IN_ORDER, closed="12:00"))).lines
    assert lines["stage"].to_pylist() == ["reported", "registered", "dispatched", "handled", "verified", "closed"]


def test_a_case_sent_back_is_handled_and_verified_again_and_that_is_in_order() -> None:
    again = (*IN_ORDER, ("处置", "14:00", "c"), ("核实", "15:00", "d"))
    read = cases(LOGGED, table(row(*again, closed="16:00", 退回="1")))
    handled = [r["nth"] for r in read.lines.to_pylist() if r["stage"] == "handled"]
    assert (handled, read.returns.to_pylist()) == ([1, 2], [1])
    assert found(row(*again, closed="16:00")) == []


@pytest.mark.parametrize(
    ("steps", "closed", "fault"),
    [
        (
            (("发现", "08:00", "a"), ("立案", "08:20", "b"), ("派遣", "08:10", "b")),
            None,
            "dispatched_before_registered",
        ),
        ((("发现", "08:00", "a"), ("派遣", "08:10", "b"), ("处置", "08:05", "c")), None, "handled_before_dispatched"),
        ((("发现", "08:00", "a"), ("处置", "08:10", "c")), "09:00", "no_verification"),
        ((*IN_ORDER[:4], ("核实", "11:00", "a")), "12:00", "reporter_is_verifier"),
        ((*IN_ORDER[:4], ("核实", "11:00", "c")), "12:00", "handler_is_verifier"),
        (IN_ORDER, "07:00", "closed_before_reported"),
        (IN_ORDER, "10:30", "closed_before_verified"),
    ],
)
def test_what_breaks_the_order_is_a_finding(steps: Any, closed: str | None, fault: str) -> None:
    assert found(row(*steps, closed=closed)) == [fault]
    assert fault in FAULTS


def test_what_was_dealt_with_on_the_spot_needs_no_verification() -> None:
    assert found(row(("发现", "08:00", "a"), ("处置", "08:10", "a"), closed="09:00", 自办="true")) == []


def test_a_platform_that_never_verifies_is_not_blamed_for_it() -> None:
    hotline = LOGGED.model_copy(update={"verifies": False})
    assert found(row(("发现", "08:00", "a"), closed="09:00"), process=hotline) == []


def test_a_flow_that_cannot_be_read_has_no_steps() -> None:
    broken = table({"流程": "[{", "结束": None}, {"流程": "[1, {}]", "结束": None}, {"流程": None, "结束": None})
    assert cases(LOGGED, broken).lines.num_rows == 0


@pytest.mark.parametrize("case", LIMITS, ids=lambda c: f"{c['start']} {c['value']}{c['unit']}")
def test_a_limit_runs_out(case: dict[str, Any]) -> None:
    due, known = WorkingTime().due(datetime.fromisoformat(case["start"]), case["value"], case["unit"])
    assert (due, known) == (case["due"] and datetime.fromisoformat(case["due"]), case.get("known", True))


def test_a_limit_runs_from_registering_or_else_from_the_report() -> None:
    rows = table(
        row(("发现", "08:00", "a"), ("立案", "09:00", "b"), 时限="2小时"),
        row(("发现", "08:00", "a"), 时限="2小时"),
        row(("发现", "08:00", "a"), 时限="尽快"),
    )
    due = limits(LOGGED, rows, cases(LOGGED, rows), WorkingTime())
    assert [(r["row"], str(r["due_at"])[11:16]) for r in due.to_pylist()] == [(0, "11:00"), (1, "10:00")]


def deadlines(*lines: tuple[str, str, str | None, bool]) -> pa.Table:
    day = lambda text: datetime.fromisoformat(text) if text else None  # noqa: E731
    return pa.table(
        {
            "event_id": ["E"] * len(lines),
            "event_class": ["路灯不亮"] * len(lines),
            "platform": [platform for platform, *_ in lines],
            "value": pa.array([1.0] * len(lines)),
            "unit": [unit for _, unit, *_ in lines],
            "due_at": pa.array([day(due) for _, _, due, _ in lines], pa.timestamp("us")),
            "closed_at": pa.array([datetime(2026, 3, 3)] * len(lines), pa.timestamp("us")),
            "is_legal": [legal for *_, legal in lines],
            "line": list(range(len(lines))),
        }
    )


RULES = EventRules.model_validate({"working_slots": [["08:30", "12:00"]], "competent": {"路灯不亮": ["wg", "rx"]}})


@pytest.mark.parametrize(
    ("lines", "governs", "reason"),
    [
        ([("rx", "工作日", "2026-03-02", True), ("wg", "工作时", "2026-03-05", True)], 1, "competent"),
        ([("zf", "自然日", "2026-03-01", True), ("rx", "工作日", "2026-03-04", True)], 1, "second_competent"),
        ([("zf", "自然日", "2026-03-04", True), ("zz", "自然日", "2026-03-02", True)], 1, "earliest"),
        ([("zm", "小时", "2026-03-01", False), ("zf", "自然日", "2026-03-04", True)], 1, "earliest"),
        ([("wg", "工作时", "2026-03-05", True), ("wg", "工作时", "2026-03-04", True)], 1, "competent"),
    ],
    ids=["the competent one", "the second", "the earliest of others", "a promise never governs", "the earliest of two"],
)
def test_one_limit_governs_an_event_and_says_why(lines: Any, governs: int, reason: str) -> None:
    chosen = governing(deadlines(*lines), RULES).to_pylist()
    assert [(r["line"], r["governs_because"]) for r in chosen if r["governs"]] == [(governs, reason)]


def test_limits_that_differ_contradict_and_promises_do_not_count() -> None:
    two = governing(deadlines(("rx", "工作日", "2026-03-02", True), ("wg", "工作时", "2026-03-05", True)), RULES)
    assert two["contradicts"].to_pylist() == [True, True]
    promise = governing(deadlines(("zm", "小时", "2026-03-02", False), ("wg", "工作时", "2026-03-05", True)), RULES)
    assert promise["contradicts"].to_pylist() == [False, False]
    assert promise["on_time"].to_pylist() == [False, True]


def test_the_shipped_rules_name_classes_and_platforms_that_there_are(tmp_path: Path) -> None:
    rules = load_event_rules()
    assert set(rules.competent) <= set(taxonomy().names)
    assert {p for platforms in rules.competent.values() for p in platforms} <= set(load_platforms())
    wrong = tmp_path / "events.yaml"
    wrong.write_text('working_slots: [["12:00", "08:30"]]', encoding="utf-8")
    with pytest.raises(ConfigurationError, match="working_slots"):
        load_event_rules(wrong)


def test_a_limit_has_one_form() -> None:
    with pytest.raises(ValidationError, match="exactly one"):
        Process.model_validate({"limit": {"value": "时限", "due": "期限"}})
