"""How the police and city management say they divide the city.

Belongs here: their two files. Nothing goes wrong in them; that they divide the city otherwise is trouble enough.
"""

from __future__ import annotations

import numpy as np

from connectors.sample.components import METRE
from connectors.sample.draws import Texts, texts
from connectors.sample.places import short_community
from connectors.sample.sheets import Column, Desk, File, sheet

_REACH = 110
"""Metres from its middle that an estate reaches each way."""


def police_areas(desk: Desk) -> File:
    """公安局 警务区: the community each covers, and the estates where two share a community."""
    areas, grids, estates = desk.city.police_areas, desk.city.grids, desk.city.estates
    draws = desk.draws("jingwu_wangge", len(areas.code))
    street = grids.street[areas.grid]
    held = [np.flatnonzero(areas.of_estate == row) for row in range(len(areas.code))]
    short = [s.removesuffix("街道").removesuffix("镇") for s in street]
    columns: dict[str, Column] = {
        "警务区编码": areas.code,
        "警务区": texts([f"{s}派出所第{n}警务区" for s, n in zip(short, areas.number.tolist(), strict=True)]),
        "派出所": street + "派出所",
        "责任民警": texts([f"0{n}" for n in draws.between("officer", 83_000, 89_999).tolist()]),
        "社区": texts([short_community(name) for name in grids.community[areas.grid]]),
        "小区": texts(["、".join(estates.name[h]) if part else "" for h, part in zip(held, areas.part, strict=True)]),
    }
    options = {"encoding": "gb18030", "line_end": "\r\n"}
    return File("jingwu_wangge", f"警务区_{desk.date}.csv", "delimited", (sheet(columns, []),), options)


def _touched(desk: Desk) -> list[list[str]]:
    """The estates that each grid of city management touches."""
    cells, estates = desk.city.city_grids, desk.city.estates
    touched: list[dict[str, None]] = [{} for _ in cells.code]
    for east, north in ((0, 0), (1, 1), (1, -1), (-1, 1), (-1, -1)):
        at = cells.holding(estates.lon + east * _REACH * METRE, estates.lat + north * _REACH * METRE)
        for estate in np.flatnonzero(at >= 0).tolist():
            touched[at[estate]][str(estates.name[estate])] = None
    return [list(names) for names in touched]


def _rings(desk: Desk) -> Texts:
    cells = desk.city.city_grids
    rings = np.empty(len(cells.code), dtype=object)
    rings[:] = [cells.corners(row) for row in range(len(cells.code))]
    return rings


def city_management(desk: Desk) -> File:
    """城管局 责任网格: polygons that follow no community."""
    cells = desk.city.city_grids
    n = len(cells.code)
    draws = desk.draws("chengguan_wangge", n)
    columns: dict[str, Column] = {
        "GridCode": cells.code,
        "GridName": texts([f"城管{i + 1}号网格" for i in range(n)]),
        "Leader": texts([f"CG{k:03d}" for k in draws.between("leader", 100, 999).tolist()]),
        "Estates": texts(["、".join(names) for names in _touched(desk)]),
        "ring": _rings(desk),
    }
    return File("chengguan_wangge", f"城管责任网格_{desk.date}.geojson", "geojson", (sheet(columns, []),))
