"""Divisions of other departments laid over the base grids: which homes and components they have in common.

An area is given by a list of communities or estates, by a shape on the map, or by both. A home lies in the area that alone
lists it. Where several do, the position of its building decides, else that of its estate; homes have none of their own, so it
is the middle of what was reported there. Where that is unknown too the home stays undecided and is listed, never guessed.

Belongs here: laying over. Does not: reading the areas from platforms (`stages.divisions`), or the base tree.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass
from types import MappingProxyType

import pyarrow as pa
import shapely

from pipelines.resolution.session import Session, Source
from warehouse.model.data_model import DataModel
from warehouse.model.grid import DIVISION, GRID_BOUNDARY, GRID_DIVISION

AREA = pa.schema(
    [
        ("platform", pa.string()),
        ("city", pa.string()),
        ("division_code", pa.string()),
        ("name", pa.string()),
        ("in_charge", pa.string()),
        ("communities", pa.list_(pa.string())),
        ("estates", pa.list_(pa.string())),
        ("shape", pa.string()),
    ]
)
"""An area: keys of the communities and names of the estates it covers (empty: no list), its shape as GeoJSON (null: none).
`city` is that of its platform, null where the home has one city alone."""


@dataclass(frozen=True)
class Overlay:
    """Tables under `DIVISION`, `GRID_DIVISION` and `GRID_BOUNDARY`."""

    divisions: pa.Table
    in_common: pa.Table
    boundary: pa.Table


def lay_over(
    areas: pa.Table,
    community_keys: pa.Table,
    golden: Mapping[str, Source],
    reports: Source,
    model: DataModel,
    threads: int | None = None,
    cities: Mapping[str, str | None] = MappingProxyType({}),
) -> Overlay:
    """Lay areas over the base grids.

    Args:
        areas: under `AREA`.
        community_keys: `community`, as homes write it → `key`, as areas list it.
        golden: golden records of person, housing and component.
        reports: mentions of events, which tell where a place lies.
        model: the kinds there are.
        threads: of DuckDB; the outcome does not depend on it.
        cities: platform → its city.
    """
    platform_city = {"platform": pa.array(list(cities), pa.string()), "city": pa.array([*cities.values()], pa.string())}
    with Session(threads) as session:
        for kind in ("person", "housing", "component"):
            session.view(f"{kind}_golden", golden.get(kind), model.golden(kind))
        session.view("event_mention", reports, model.mention("event"))
        con = session.con
        con.register("areas", areas.append_column("area_no", pa.array(range(areas.num_rows), pa.int64())))
        con.register("community_keys", community_keys)
        con.register("platform_city", pa.table(platform_city))
        session.table("area_home", "area_home")
        con.register("inside", _inside(areas, session.query("area_place").to_arrow_table()))
        con.register("component_inside", _inside(areas, session.query("area_component").to_arrow_table()))
        session.table("area_chosen", "area_chosen")
        return Overlay(
            DIVISION.conform(session.query("area_division").to_arrow_table()),
            GRID_DIVISION.conform(session.query("area_grid").to_arrow_table()),
            GRID_BOUNDARY.conform(session.query("area_boundary").to_arrow_table()),
        )


def _inside(areas: pa.Table, points: pa.Table) -> pa.Table:
    """Which points lie in which shapes: the key of the point, `area_no`. A shape that can't be read holds none."""
    key = points.column_names[0]
    written = areas["shape"].to_pylist()
    shapes = shapely.from_geojson(
        [text or '{"type":"Polygon","coordinates":[]}' for text in written], on_invalid="ignore"
    )
    shapes = shapely.make_valid(shapes)
    tree = shapely.STRtree(shapely.points(points["lng"].to_numpy(), points["lat"].to_numpy()))
    area, point = tree.query(shapes, predicate="covers")
    return pa.table({key: points[key].take(pa.array(point)), "area_no": pa.array(area, pa.int64())})
