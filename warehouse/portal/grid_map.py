"""The grids of a release on a map: an outline of each, and what is counted in it, few people never told apart.

No platform delivers the outlines of the base grids, and homes have no coordinates. So a grid is drawn around the components of the
city that stand in it (lamps, covers, signs): public things, which show nobody. Where fewer than three stand, it is a dot in the
middle of at least `FEW` places where something stands or happened, to about a hundred metres; else it has no place, and stands in
the table alone. People and homes below `FEW` are not told by number.

Belongs here: outlines, measures, classes. Does not: the page (`pages.grids`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import shapely

from warehouse.portal.shelf import Release

FEW = 10
"""Of people and homes fewer than this are told as such: with what else is known of a grid they might be known by name."""

CLASSES = 5
BALANCE = ("under", "within", "over")
MEASURES: Mapping[str, tuple[str, str]] = {
    "person": ("人口", "People"),
    "housing": ("房屋", "Homes"),
    "event": ("事件", "Happenings"),
    "balance": ("规模", "Size"),
}
"""What grids are coloured by."""

EDGE_M, MIDDLE_M, A_DEGREE_M = 20.0, 60.0, 111_320.0
GRIDS = """
select g.grid_code, g.name, c.name as community, s.grid_code as street_code, s.name as street,
       g.person_count as person, g.housing_count as housing, g.event_count as event, b.person_balance::varchar as balance
from base.grid g
left join base.grid c on c.grid_code = g.parent_code
left join base.grid s on s.grid_code = c.parent_code
left join quality.grid_balance b on b.grid_code = g.grid_code
where g.level = 'grid' order by g.grid_code
"""
PLACES = """
with place as (
    select grid_code, kind, split_part(location, ',', 1)::double as lng, split_part(location, ',', 2)::double as lat
    from (select 'component' as kind, grid_code, location from base.component union all select 'event', grid_code, location from base.event)
    where grid_code is not null and location is not null
),
middle as (select grid_code, median(lng) as lng, median(lat) as lat, count(distinct (lng, lat)) as places from place group by all),
away as (
    select p.*, m.lng as mid_lng, m.lat as mid_lat, places, greatest(abs(p.lng - m.lng), abs(p.lat - m.lat)) as far
    from place p join middle m using (grid_code)
)
select grid_code, mid_lng, mid_lat, places,
       list(distinct [lng, lat]) filter (kind = 'component' and far <= 4 * usual) as around
from away join (select grid_code, median(far) as usual from away group by all) using (grid_code)
group by all order by grid_code
"""
"""Of every grid the middle of its places, how many there are, and its components but those that lie far off the others."""


@dataclass(frozen=True)
class Grid:
    """One grid.

    Attributes:
        code, name, community, street_code, street: which, and where in the tree.
        counts: `person`, `housing`, `event`; None for people and homes fewer than `FEW`.
        balance: under, within or over the norm of people; None where nothing is said.
        outline: GeoJSON geometry, WGS-84; None where nothing says where it lies.
        basis: components, middle, or '' without an outline.
    """

    code: str
    name: str
    community: str
    street_code: str
    street: str
    counts: Mapping[str, int | None]
    balance: str | None
    outline: str | None
    basis: str


@dataclass(frozen=True)
class Classed:
    """Grids by one measure.

    Attributes:
        classes: of each grid the class, 0 the least; None where nothing is told.
        bounds: of each class the least and the greatest value that occur; empty for the balance.
    """

    classes: tuple[int | None, ...]
    bounds: tuple[tuple[int, int], ...]


def grids_of(release: Release) -> tuple[Grid, ...]:
    """The grids of a release in the order of their codes, worked out once."""
    return release.kept("grids", _grids)


def classed(grids: Sequence[Grid], measure: str) -> Classed:
    """The class of each grid by a measure: as many grids in each as can be, equal values in the same."""
    if measure == "balance":
        return Classed(tuple(BALANCE.index(g.balance) if g.balance in BALANCE else None for g in grids), ())
    told = [g.counts[measure] for g in grids]
    values = np.sort(np.array([v for v in told if v is not None], dtype=np.int64))
    if not len(values):
        return Classed(tuple(None for _ in told), ())
    edges = np.unique(values[[len(values) * part // CLASSES for part in range(CLASSES)]])
    classes = tuple(None if v is None else int(np.searchsorted(edges, v, side="right")) - 1 for v in told)
    bounds = tuple(
        (min(of_class), max(of_class))
        for n in range(len(edges))
        if (of_class := [v for v, c in zip(told, classes, strict=True) if v is not None and c == n])
    )
    return Classed(classes, bounds)


def _grids(release: Release) -> tuple[Grid, ...]:
    outlines = _outlines(release.rows(PLACES))
    return tuple(
        Grid(
            row["grid_code"], row["name"], row["community"] or "", row["street_code"] or "", row["street"] or "",
            {"person": _told(row["person"]), "housing": _told(row["housing"]), "event": row["event"]},
            row["balance"], *outlines.get(row["grid_code"], (None, "")),
        )
        for row in release.rows(GRIDS)
    )  # fmt: skip


def _told(count: int) -> int | None:
    return count if count == 0 or count >= FEW else None


def _outlines(places: Sequence[Mapping[str, Any]]) -> dict[str, tuple[str, str]]:
    """Of every grid that has one the outline and what it is drawn around."""
    around = [row for row in places if len(row["around"] or ()) > 2]
    counts = [len(row["around"]) for row in around]
    points = np.array([point for row in around for point in row["around"]], dtype=float).reshape(-1, 2)
    hulls = shapely.convex_hull(
        shapely.multipoints(shapely.points(points), indices=np.repeat(np.arange(len(around)), counts))
    )
    drawn = {row["grid_code"] for row in around}
    middles = [row for row in places if row["grid_code"] not in drawn and row["places"] >= FEW]
    dots = shapely.points(np.array([(round(m["mid_lng"], 3), round(m["mid_lat"], 3)) for m in middles]).reshape(-1, 2))
    out = {row["grid_code"]: (_written(hull, EDGE_M), "components") for row, hull in zip(around, hulls, strict=True)}
    out |= {row["grid_code"]: (_written(dot, MIDDLE_M), "middle") for row, dot in zip(middles, dots, strict=True)}
    return out


def _written(shape: Any, edge_m: float) -> str:
    """A shape with an edge of so many metres around it, as GeoJSON to about a metre."""
    return str(shapely.to_geojson(shapely.set_precision(shapely.buffer(shape, edge_m / A_DEGREE_M, quad_segs=3), 1e-5)))
