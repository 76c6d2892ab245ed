"""Areas of other departments laid over the base grids."""

from __future__ import annotations

import json

import pyarrow as pa

from pipelines.resolution.divisions import AREA, Overlay, lay_over
from warehouse.model.data_model import shipped
from warehouse.model.table import Table

WEST, EAST = "990101001001001", "990101001001002"
SIZE = {"mention_count": 1, "platforms": "a", "platform_count": 1, "conflict_count": 0}


def conform(table: Table, rows: list[dict]) -> pa.Table:
    filled = [{c.name: _blank(c.type) for c in table.columns if not c.nullable} | row for row in rows]
    return table.conform(pa.Table.from_pylist(filled, schema=table.arrow))


def _blank(type_: pa.DataType) -> object:
    return (
        0 if pa.types.is_integer(type_) or pa.types.is_floating(type_) else False if pa.types.is_boolean(type_) else ""
    )


def home(number: int, estate: str | None, building: str, grid: str, community: str = "甲社区居委会") -> dict:
    return {
        "housing_id": f"H{number}",
        "community": community,
        "estate": estate,
        "building": building,
        "grid_code": grid,
        **SIZE,
    }


def square(west: float, east: float) -> str:
    ring = [[west, 30.0], [east, 30.0], [east, 31.0], [west, 31.0], [west, 30.0]]
    return json.dumps({"type": "Polygon", "coordinates": [ring]})


def area(platform: str, code: str, *, communities: tuple = (), estates: tuple = (), shape: str | None = None) -> dict:
    return {
        "platform": platform,
        "division_code": code,
        "communities": list(communities),
        "estates": list(estates),
        "shape": shape,
    }


def report(number: int, estate: str, building: str, lng: float) -> dict:
    return {
        "mention_id": number,
        "community": "甲社区居委会",
        "estate": estate,
        "building": building,
        "location_lng": lng,
        "location_lat": 30.5,
    }


HOMES = [
    home(1, "春苑", "1", WEST),
    home(2, "春苑", "2", EAST),
    home(3, "秋苑", "1", EAST),
    home(4, "秋苑", "1", WEST),
    home(5, "冬苑", "1", EAST, "乙村村委会"),
]
REPORTS = [report(n, "春苑", "1", 120.2) for n in range(3)] + [report(n + 3, "春苑", "2", 120.8) for n in range(3)]
COMPONENTS = [{"component_id": "C1", "location": "120.1,30.5", "grid_code": WEST, **SIZE}]


def laid(*areas: dict, there: list[dict] = HOMES, cities: dict[str, str | None] | None = None) -> Overlay:
    model = shipped()
    golden = {
        "housing": conform(model.golden("housing"), there),
        "person": conform(model.golden("person"), [{"person_id": "P1", "residence_housing_id": "H1", **SIZE}]),
        "component": conform(model.golden("component"), COMPONENTS),
    }
    keys = pa.table({"community": ["甲社区居委会", "乙村村委会"], "key": ["甲", "乙"]})
    reports = conform(model.mention("event"), REPORTS)
    return lay_over(pa.Table.from_pylist(list(areas), schema=AREA), keys, golden, reports, model, cities=cities or {})


def homes(overlay: Overlay) -> dict[tuple[str, str], int]:
    return {(r["grid_code"], r["division_code"]): r["homes"] for r in overlay.in_common.to_pylist()}


def test_a_home_lies_in_the_area_that_lists_its_estate_before_the_one_that_lists_its_community():
    overlay = laid(
        area("police", "A", communities=("甲",), estates=("春苑",)), area("police", "B", communities=("甲",))
    )
    assert homes(overlay) == {(WEST, "A"): 1, (EAST, "A"): 1, (EAST, "B"): 1, (WEST, "B"): 1}
    (first, _) = overlay.divisions.to_pylist()
    assert (first["homes"], first["persons"], first["grids"], first["given_by"]) == (2, 1, 2, "list")
    shares = {(r["grid_code"], r["division_code"]): r["share_of_grid"] for r in overlay.in_common.to_pylist()}
    assert shares[WEST, "A"] == 0.5


def test_where_two_areas_list_an_estate_the_position_of_the_building_decides():
    overlay = laid(
        area("city", "W", estates=("春苑",), shape=square(120.0, 120.5)),
        area("city", "E", estates=("春苑",), shape=square(120.5, 121.0)),
    )
    found = {r["division_code"]: (r["homes"], r["components"]) for r in overlay.divisions.to_pylist()}
    assert found == {"W": (1, 1), "E": (1, 0)}


def test_what_no_position_tells_apart_is_listed_and_not_guessed():
    overlay = laid(
        area("city", "W", estates=("秋苑",), shape=square(120.0, 120.5)),
        area("city", "E", estates=("秋苑",), shape=square(120.5, 121.0)),
    )
    assert [r["homes"] for r in overlay.divisions.to_pylist()] == [0, 0]
    lines = {(r["platform"], r["estate"], r["building"]): r for r in overlay.boundary.to_pylist()}
    assert (lines["city", "秋苑", "1"]["finding"], lines["city", "秋苑", "1"]["candidate_codes"]) == (
        "undecided",
        "E W",
    )
    assert lines["city", "冬苑", "1"]["finding"] == "none"
    assert (lines["", "秋苑", "1"]["finding"], lines["", "秋苑", "1"]["homes"]) == ("several", 2)


def test_every_home_lies_in_one_area_of_a_division_or_on_its_boundary():
    overlay = laid(
        area("city", "W", estates=("春苑", "秋苑"), shape=square(120.0, 120.5)),
        area("city", "E", estates=("春苑", "秋苑"), shape=square(120.5, 121.0)),
        area("police", "A", communities=("甲", "乙")),
    )
    for platform in ("city", "police"):
        inside = sum(r["homes"] for r in overlay.divisions.to_pylist() if r["platform"] == platform)
        beside = sum(r["homes"] for r in overlay.boundary.to_pylist() if r["platform"] == platform)
        assert inside + beside == len(HOMES)


def test_a_shape_that_cannot_be_read_holds_nothing_and_breaks_nothing():
    overlay = laid(area("city", "W", shape="{"), area("city", "E", shape=square(120.5, 121.0)))
    assert {r["division_code"]: r["homes"] for r in overlay.divisions.to_pylist()} == {"W": 0, "E": 1}


def test_a_city_without_other_divisions_has_empty_tables():
    overlay = laid()
    assert (overlay.divisions.num_rows, overlay.in_common.num_rows) == (0, 0)
    assert {r["platform"] for r in overlay.boundary.to_pylist()} == {""}


def test_an_area_covers_places_of_its_own_city_though_another_has_one_of_the_same_name():
    cities = {"a": "north", "b": "south"}
    there = [home(1, "春苑", "1", WEST), home(2, "春苑", "1", EAST) | {"platforms": "b"}]
    areas = [area("police", "A", estates=("春苑",)) | {"city": "north"}]
    overlay = laid(*areas, there=there, cities=cities)
    assert homes(overlay) == {(WEST, "A"): 1}
    assert overlay.boundary.num_rows == 0
    crossed = [home(1, "春苑", "1", WEST), home(2, "春苑", "1", EAST)]
    both = [*crossed, *(line | {"housing_id": f"{line['housing_id']}b", "platforms": "b"} for line in crossed)]
    lines = laid(*areas, there=both, cities=cities).boundary.to_pylist()
    assert [(r["platform"], r["city"], r["finding"]) for r in lines] == [
        ("", "north", "several"),
        ("", "south", "several"),
    ]
