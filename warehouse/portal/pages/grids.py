"""A map of the grids, coloured by what is counted in them, and the same as a table: for the ear, for the keyboard, for a program."""

from __future__ import annotations

import json
from typing import Annotated, Any

from fastapi import Query, Request
from fastapi.responses import Response

from warehouse.portal.grid_map import FEW, MEASURES, Classed, Grid, classed, grids_of
from warehouse.portal.rendering import page
from warehouse.portal.rights import Right
from warehouse.portal.routes import Pages

pages = Pages()
AT_ONCE = 400
"""Grids shown at most where no street is chosen; of a larger city the first street is shown."""

Street = Annotated[str, Query(max_length=20)]
Measure = Annotated[str, Query(max_length=20)]


@pages.get("/map", Right.look)
def grid_map(request: Request, street: Street = "", measure: Measure = "person") -> Response:
    """The map and its table."""
    chosen = measure if measure in MEASURES else "person"
    with request.app.state.shelf.release() as release:
        grids, version = grids_of(release), release.version
    streets = {g.street_code: g.street for g in grids if g.street_code}
    if street not in streets and not (street == "all" or len(grids) <= AT_ONCE):
        street = next(iter(streets), "")
    shown, groups = _shown(grids, street, chosen)
    return page(
        request, "map",
        version=version, grids=list(zip(shown, groups.classes, strict=True)), bounds=groups.bounds,
        streets=streets, street=street, measure=chosen, measures=MEASURES, few=FEW,
        unplaced=sum(g.outline is None for g in shown),
    )  # fmt: skip


@pages.get("/map/outlines", Right.look)
def outlines(request: Request, street: Street = "", measure: Measure = "person") -> Response:
    """The outlines of the same grids as GeoJSON, each with the class of its colour."""
    with request.app.state.shelf.release() as release:
        shown, groups = _shown(grids_of(release), street, measure if measure in MEASURES else "person")
    features: list[dict[str, Any]] = [
        {
            "type": "Feature",
            "geometry": json.loads(grid.outline),
            "properties": {"code": grid.code, "name": grid.name, "class": group, "basis": grid.basis},
        }
        for grid, group in zip(shown, groups.classes, strict=True)
        if grid.outline
    ]
    return Response(
        json.dumps({"type": "FeatureCollection", "features": features}, ensure_ascii=False),
        media_type="application/geo+json",
    )


def _shown(grids: tuple[Grid, ...], street: str, measure: str) -> tuple[list[Grid], Classed]:
    """The grids of a street, or all; their classes are those of the whole city, so that streets can be compared."""
    whole = classed(grids, measure)
    pairs = [(g, c) for g, c in zip(grids, whole.classes, strict=True) if street in ("", "all", g.street_code)]
    return [g for g, _ in pairs], Classed(tuple(c for _, c in pairs), whole.bounds)
