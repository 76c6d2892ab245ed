"""Which events follow others, and which components they are about."""

from __future__ import annotations

from datetime import datetime
from typing import Any

import pyarrow as pa
import pytest

from pipelines.resolution.processes.following import related

COLUMNS = (
    *("event_id", "event_class", "event_class_kind", "community", "estate", "building", "room", "event_class_firm"),
    *("content", "source_code", "earlier_ticket", "platform", "component_code", "event_class_mark", "event_class_size"),
    "city",
)
HOME = {"event_class": "邻里纠纷", "event_class_kind": "incident", "community": "松风社区", "estate": "锦鲤花园"}
EARLIER = {
    "event_id": "E1",
    "building": "3",
    "room": "502",
    "source_code": "T1",
    "platform": "rx",
    "content": "楼上漏水",
}


def reports(*lines: dict[str, Any]) -> pa.Table:
    columns = {c: pa.array([(HOME | line).get(c) for line in lines], pa.string()) for c in COLUMNS}
    for name in ("occurred_at", "closed_at"):
        moments = [datetime.fromisoformat(line[name]) if line.get(name) else None for line in lines]
        columns[name] = pa.array(moments, pa.timestamp("us"))
    return pa.table(columns)


def parts(*codes: str) -> pa.Table:
    return pa.table(
        {
            "component_id": pa.array([f"C{n}" for n, _ in enumerate(codes)], pa.string()),
            "source_code": pa.array(codes, pa.string()),
        }
    )


SETTLED = EARLIER | {
    "event_class_mark": "125",
    "event_class_size": "23",
    "event_class_firm": "好又多",
    "component_code": "C7",
}
SETTLED |= {"occurred_at": "2026-03-02 08:00", "closed_at": "2026-03-03 08:00"}


@pytest.mark.parametrize(
    ("later", "basis"),
    [
        ({"building": "3", "room": "502", "occurred_at": "2026-03-20 08:00"}, "same_door"),
        ({"building": "3", "content": "上次修好了现在又来", "occurred_at": "2026-03-20 08:00"}, "says_again"),
        ({"building": "3", "content": "刚处理完没几天又漏了", "occurred_at": "2026-03-20 08:00"}, "says_again"),
        ({"building": "3", "room": "601", "content": "现在又来", "occurred_at": "2026-03-20 08:00"}, None),
        ({"event_class_mark": "125", "occurred_at": "2026-03-20 08:00"}, "same_mark"),
        ({"event_class_mark": "881", "occurred_at": "2026-03-20 08:00"}, None),
        ({"component_code": "C7", "occurred_at": "2026-03-20 08:00"}, "same_component"),
        ({"building": "3", "event_class_size": "23", "occurred_at": "2026-03-20 08:00"}, "same_size"),
        ({"event_class_firm": "好又多", "occurred_at": "2026-03-20 08:00"}, None),
        ({"building": "3", "event_class_firm": "好又多", "occurred_at": "2026-03-20 08:00"}, "same_shop"),
        ({"building": "3", "content": "楼上漏水", "occurred_at": "2026-03-20 08:00"}, None),
        ({"building": "5", "content": "现在又来", "occurred_at": "2026-03-20 08:00"}, None),
        ({"building": "3", "room": "502", "occurred_at": "2026-03-02 20:00"}, None),
        ({"building": "3", "room": "502", "occurred_at": "2026-09-20 08:00"}, None),
    ],
    ids=[
        "the same door",
        "a report says so",
        "a report says so in other words",
        "a report says so of another door",
        "the same plate",
        "another plate",
        "the same component",
        "the same measurements at the same building",
        "the same shop alone",
        "the same shop at the same building",
        "the same building alone",
        "another building",
        "not settled yet",
        "half a year on",
    ],
)
def test_trouble_that_comes_back_is_another_event_tied_to_the_earlier_one(
    later: dict[str, Any], basis: str | None
) -> None:
    again, _ = related(reports(SETTLED, {"event_id": "E2", **later}), parts())
    found = [(r["event_id"], r["earlier_event_id"], r["relation"], r["basis"]) for r in again.to_pylist()]
    assert found == ([("E2", "E1", "recurs", basis)] if basis else [])


@pytest.mark.parametrize("rooms", [("502", "601"), ("601", "502")])
def test_where_reports_of_an_event_disagree_evenly_their_order_does_not_matter(rooms: tuple[str, str]) -> None:
    earlier = [SETTLED | {"event_class_mark": None, "component_code": None, "room": room} for room in rooms]
    later = {"event_id": "E2", "building": "3", "room": "502", "occurred_at": "2026-03-20 08:00"}
    again, _ = related(reports(*earlier, later), parts())
    assert [(r["event_id"], r["basis"]) for r in again.to_pylist()] == [("E2", "same_door")]


def test_a_place_of_that_name_in_another_city_has_troubles_of_its_own() -> None:
    later = {"event_id": "E2", "building": "3", "room": "502", "occurred_at": "2026-03-20 08:00"}
    found = [
        related(reports(SETTLED | {"city": "a"}, later | {"city": city}), parts())[0].num_rows for city in ("a", "b")
    ]
    assert found == [1, 0]


def test_a_report_that_names_a_ticket_of_another_event_tells_of_it_again() -> None:
    later = {"event_id": "E2", "earlier_ticket": "T1", "platform": "rx", "occurred_at": "2026-03-05 08:00"}
    again, _ = related(reports(SETTLED, later), parts())
    assert [(r["relation"], r["basis"]) for r in again.to_pylist()] == [("reported_again", "names_ticket")]


def test_an_event_is_about_the_component_whose_number_a_report_gives() -> None:
    told = {**SETTLED, "component_code": "3301020137000001", "platform": "wg"}
    _, about = related(reports(told, told), parts("3301020137000001", "3301020137000002"))
    assert about.to_pylist() == [{"event_id": "E1", "component_id": "C0", "reports": 2, "platforms": "wg"}]
