"""Reports as one line each, and whether each was dispatched to who answers for it."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest

from connectors.process_spec import Outcome, Process, Satisfaction
from pipelines.resolution.processes.reports import reports, said
from warehouse.model.base import GRID_TREE
from warehouse.model.process import EVENT_REPORT, EVENT_ROUTE, EVENT_STAGE, ROUTE

GRID, STREET = "330291001001001", "330291001"
AREAS = pa.Table.from_pylist(
    [
        {"grid_code": "330291", "name": "临湖市", "level": "city", "parent_code": None},
        {"grid_code": STREET, "name": "松风街道", "level": "street", "parent_code": "330291"},
        {"grid_code": GRID, "name": "第1网格", "level": "grid", "parent_code": STREET},
    ],
    GRID_TREE.arrow,
)
HEAD = {
    **{"event_id": "E1", "platform": "rx", "ticket": "T1", "delivery_id": "D", "file_name": "f.csv", "sheet_name": ""},
    **{"row_number": 1, "event_class": "路灯不亮", "department": "rexian", "channel": "citizens"},
    **{"ticket_kind": "incident", "reporter": None, "responsible": None, "satisfaction": None, "solved": None},
}
LIGHTS = {
    "event_class": "路灯不亮",
    "area_code": "",
    "department": "照明管理处",
    "valid_from": date(2020, 1, 1),
    "valid_to": None,
}


def run(
    heads: list[dict[str, Any]], routes: list[dict[str, Any]], stages: list[dict[str, Any]] | None = None
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    heads = [HEAD | {"row_number": n} | head for n, head in enumerate(heads, 1)]
    if stages is None:
        stages = [
            {"row_number": h["row_number"], "stage": "reported", "reached_at": datetime(2026, 3, 1, 8)} for h in heads
        ]
    lines = [HEAD | {"nth": 1, "returns": 0, "self_handled": False, "stage_number": 1} | s for s in stages]
    schema = pa.schema(
        [(n, pa.bool_() if n == "solved" else pa.int64() if n == "row_number" else pa.string()) for n in HEAD]
    )
    golden = pa.table({"event_id": ["E1"], "event_class": ["路灯不亮"], "grid_code": [GRID]})
    told, routed = reports(
        pa.Table.from_pylist(heads, schema),
        EVENT_STAGE.conform(pa.Table.from_pylist(lines)),
        golden,
        pa.Table.from_pylist(routes, ROUTE.arrow),
        AREAS,
    )
    return EVENT_REPORT.conform(told).sort_by("row_number").to_pylist(), EVENT_ROUTE.conform(routed).to_pylist()


@pytest.mark.parametrize(
    ("responsible", "routes", "verdict"),
    [
        ("照明管理处", [LIGHTS], "right"),
        ("水务集团", [LIGHTS], "wrong"),
        ("松风街道", [LIGHTS], "by_territory"),
        ("照明管理处", [LIGHTS | {"valid_to": date(2025, 12, 31)}], "unlisted"),
        ("照明管理处", [LIGHTS, LIGHTS | {"department": "城市管理局"}], "unlisted"),
        ("照明管理处", [LIGHTS, LIGHTS | {"area_code": STREET, "department": "城市管理局"}], "wrong"),
        ("城市管理局", [LIGHTS, LIGHTS | {"area_code": STREET, "department": "城市管理局"}], "right"),
        (None, [LIGHTS], None),
    ],
    ids=[
        "who answers",
        "another department",
        "the street of the place",
        "no longer",
        "two answer",
        "the city's where the street has its own",
        "the street's own",
        "nobody is named",
    ],
)
def test_a_dispatch_is_judged_by_the_line_of_the_smallest_area_that_holds_on_the_day(
    responsible: str | None, routes: list[dict[str, Any]], verdict: str | None
) -> None:
    told, _ = run([{"responsible": responsible}], routes)
    assert [r["routing"] for r in told] == [verdict]


def test_a_case_that_comes_back_before_it_is_handled_was_dispatched_wrong() -> None:
    moments = [("reported", 8), ("dispatched", 9), ("returned", 10), ("dispatched", 11), ("handled", 12)]
    stages = [
        {"row_number": 1, "stage": s, "reached_at": datetime(2026, 3, 1, h), "nth": 2 if h == 11 else 1}
        for s, h in moments
    ]
    stages += [{"row_number": 2, "stage": s, "reached_at": datetime(2026, 3, 1, h)} for s, h in moments[:2]]
    told, (route,) = run([{}, {}], [LIGHTS], stages)
    assert [r["routing"] for r in told] == ["sent_back", "right"]
    assert [r["dispatches"] for r in told] == [2, 1]
    assert (route["dispatches_right"], route["dispatches_wrong"]) == (1, 1)


@pytest.mark.parametrize(
    ("routes", "assignment", "departments"),
    [
        ([LIGHTS], "assigned", "照明管理处"),
        ([LIGHTS, LIGHTS | {"department": "城市管理局"}], "ambiguous", "城市管理局、照明管理处"),
        ([], "empty", None),
    ],
)
def test_cells_of_class_and_grid_that_nobody_or_several_answer_for_are_listed(
    routes: list[dict[str, Any]], assignment: str, departments: str | None
) -> None:
    _, (route,) = run([{}, {}], routes)
    assert (route["grid_code"], route["assignment"], route["departments"]) == (GRID, assignment, departments)
    assert route["events"] == 1


def test_reports_of_an_event_are_numbered_and_those_of_one_reporter_too() -> None:
    told, _ = run([{"reporter": "a"}, {"reporter": None}, {"reporter": "a"}], [])
    assert [(r["nth_of_event"], r["nth_of_reporter"]) for r in told] == [(1, 1), (2, None), (3, 2)]


def test_what_a_platform_says_beside_the_stages_is_read_by_its_own_words() -> None:
    process = Process(
        responsible="单位",
        satisfaction=Satisfaction(column="评价", words={"好": "satisfied", "差": "dissatisfied"}),
        solved=Outcome(column="结果", good=("修复",), bad=("正在",)),
    )
    cells = {"单位": [" 水务 ", ""], "评价": ["好", "?"], "结果": ["正在修复", "其他"]}
    found = {name: column.to_pylist() for name, column in said(process, pa.table(cells)).items()}
    assert found == {"responsible": ["水务", None], "satisfaction": ["satisfied", None], "solved": [True, None]}
