"""A scope that fits the city badly is told: a street the grid does not know, and one street under two names."""

from __future__ import annotations

from typing import Any

import pyarrow as pa
import pytest

from pipelines.scopes import TWICE, UNKNOWN, odd_scopes, with_odd_scopes
from warehouse.model.base import GRID_TREE

TREE = pa.Table.from_pylist(
    [
        {"grid_code": "9901", "name": "云州市", "level": "city", "parent_code": None},
        {"grid_code": "9901001", "name": "云溪街道", "level": "street", "parent_code": "9901"},
        {"grid_code": "9901002", "name": "鹿鸣镇", "level": "street", "parent_code": "9901"},
        {"grid_code": "9901001001", "name": "松风社区居委会", "level": "community", "parent_code": "9901001"},
    ],
    schema=GRID_TREE.arrow,
)


@pytest.mark.parametrize(
    ("scopes", "odd"),
    [
        (["云溪街道", "鹿鸣镇"], {}),
        (["云溪街道办事处", "鹿鸣"], {}),  # another way to write it is right as long as it is the only one
        (["云州市云溪街道", "松风社区"], {}),
        (["", "云溪街道"], {}),
        (["一大队", "二大队"], {}),  # parts of a department
        (["云溪街道", "云溪街道办事处"], {"云溪街道办事处": TWICE}),
        (["云溪街办", "云溪街道办事处"], {"云溪街道办事处": TWICE}),
        (["云溪街道", "鹿鸣镇(1)"], {"鹿鸣镇(1)": UNKNOWN}),
        (["鹿鸣镇副本"], {"鹿鸣镇副本": UNKNOWN}),  # nearly one
        (["云溪街道", "鹿鸣镇", "开发区"], {"开发区": UNKNOWN}),
    ],
)
def test_a_scope_is_odd_by_what_the_grid_knows(scopes: list[str], odd: dict[str, str]) -> None:
    assert {scope: code for scope, (code, _) in odd_scopes(scopes, TREE).items()} == odd


def test_the_reason_names_what_it_may_have_meant() -> None:
    told = odd_scopes(["云溪街道", "云溪街道办事处", "鹿鸣镇(1)"], TREE)
    assert "“云溪街道”是同一处" in told["云溪街道办事处"][1]
    assert "最接近的是“鹿鸣镇”" in told["鹿鸣镇(1)"][1]


def line(delivery: str, scope: str, state: str = "landed") -> dict[str, Any]:
    return {"platform": "caiji", "delivery_id": delivery, "scope": scope, "state": state, "reason_code": None, "reason": None}  # fmt: skip


def test_only_what_stands_is_told_and_a_person_settles_a_scope_for_good() -> None:
    lines = [line("a", "云溪街道"), line("b", "鹿鸣镇(1)", "refused"), line("c", "开发区"), line("d", "开发区")]
    assert [x["reason_code"] for x in with_odd_scopes(lines, [], TREE)] == [None, None, UNKNOWN, UNKNOWN]
    assert [x["reason_code"] for x in with_odd_scopes(lines, ["c"], TREE)] == [None] * 4
    assert with_odd_scopes(lines, [], TREE.slice(0, 0)) == lines
