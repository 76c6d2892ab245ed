"""The grids on the map: outlines around public things, figures of few people not told, every grid in the table."""

from __future__ import annotations

import json
import re

import shapely

from warehouse.portal.grid_map import FEW, Grid, _outlines, classed, grids_of


def grid(code: str, **counts: int | None) -> Grid:
    return Grid(code, f"grid {code}", "", "", "", {"person": 0, "housing": 0, "event": 0, **counts}, None, None, "")


def places(code: str, around: list[list[float]], places: int, middle=(121.05012, 28.70012)) -> dict[str, object]:
    return {"grid_code": code, "mid_lng": middle[0], "mid_lat": middle[1], "places": places, "around": around}


def test_every_grid_stands_in_the_table_and_lies_on_the_map_where_its_components_do(visit, app):
    page, answer = visit("analyst").get("/map").text, visit("steward").get("/map/outlines")
    with app.state.shelf.release() as release:
        grids = grids_of(release)
        lamps = release.rows("select grid_code, location from base.component where grid_code is not null")
    assert set(re.findall(r'data-grid="(\w+)"', page)) == {g.code for g in grids}
    assert answer.headers["content-type"] == "application/geo+json"
    shapes = {
        f["properties"]["code"]: shapely.from_geojson(json.dumps(f["geometry"])) for f in answer.json()["features"]
    }
    assert set(shapes) == {g.code for g in grids if g.outline}
    inside = [shapes[r["grid_code"]].contains(shapely.Point(*map(float, r["location"].split(",")))) for r in lamps if r["grid_code"] in shapes]  # fmt: skip
    assert sum(inside) / len(inside) > 0.95


def test_few_people_and_homes_are_not_told_by_number(visit, app, monkeypatch):
    monkeypatch.setattr("warehouse.portal.grid_map.FEW", 10_000)
    monkeypatch.setattr("warehouse.portal.pages.grids.FEW", 10_000)
    with app.state.shelf.release() as release:
        release._kept.pop("grids", None)
        exact = release.rows("select person_count from base.grid where level = 'grid' and person_count > 0")
        page = visit("police").get("/map").text
        release._kept.pop("grids", None)
    cells = re.findall(r'<td class="number">([^<]*)</td>', page)
    assert "少于 10000" in cells
    assert not {f"{row['person_count']:,}" for row in exact} & set(cells[::3])


def test_a_grid_without_components_is_a_dot_among_many_places_or_nowhere():
    square = [[121.0, 28.0], [121.01, 28.0], [121.0, 28.01]]
    out = _outlines([places("a", square, 3), places("b", [], FEW), places("c", square[:2], FEW - 1)])
    assert {code: basis for code, (_, basis) in out.items()} == {"a": "components", "b": "middle"}
    dot = shapely.from_geojson(out["b"][0])
    assert shapely.distance(dot.centroid, shapely.Point(121.05, 28.7)) < 1e-4  # the middle to about a hundred metres
    assert _outlines([]) == {}


def test_classes_hold_equal_values_together_and_leave_out_what_is_not_told():
    grids = [grid(str(n), person=value) for n, value in enumerate([None, 10, 10, 10, 20, 30, 40, 50])]
    found = classed(grids, "person")
    assert found.classes[0] is None
    assert len({found.classes[n] for n in (1, 2, 3)}) == 1
    assert list(found.classes[1:]) == sorted(found.classes[1:])
    assert [low for low, _ in found.bounds] == sorted(low for low, _ in found.bounds)
    assert classed([grid("a", person=None)], "person").classes == (None,)


def test_streets_are_compared_by_the_classes_of_the_city(visit, app):
    with app.state.shelf.release() as release:
        street = grids_of(release)[0].street_code
    whole = {f["properties"]["code"]: f["properties"]["class"] for f in visit("analyst").get("/map/outlines?street=all").json()["features"]}  # fmt: skip
    part = {f["properties"]["code"]: f["properties"]["class"] for f in visit("analyst").get(f"/map/outlines?street={street}").json()["features"]}  # fmt: skip
    assert part.items() <= whole.items()
    assert len(part) < len(whole)


def test_a_shipped_file_is_kept_by_browsers_under_an_address_that_names_its_content(visit):
    page = visit("").get("/sign-in").text
    address = re.search(r'href="(/static/portal\.css\?v=\w+)"', page)[1]
    assert "immutable" in visit("").get(address).headers["cache-control"]
    assert visit("").get("/static/portal.css").headers["cache-control"] == "no-store"
