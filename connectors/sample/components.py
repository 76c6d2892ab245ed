"""What stands in the streets of the sample city: manholes, lamps, posts, trees, and the surveys that counted them.

Belongs here: the true components and how often each was counted. Does not: how a survey writes one down (`reports.libraries`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from connectors.sample.draws import Draws, Floats, Ints, Texts, texts
from connectors.sample.places import GRID_HEIGHT, GRID_WIDTH, Grids

FIRST, UPDATE, SUPPLEMENT = 0, 1, 2
SURVEYS = texts(["首次普查", "日常更新", "补充普查"])
AGAIN = 0.016
"""Share of the components that the supplement counts anew, under another number."""
METRE = 1 / 111_000
"""Degrees of latitude; of longitude at this latitude somewhat more."""
MANHOLE, LAMP = "manhole", "lamp"


class Class(NamedTuple):
    """A class of GB/T 30428.2: names in use (the standard's first), who keeps it, weight, how many stand together at most."""

    names: tuple[str, ...]
    keeper: str
    weight: float
    together: int = 1
    group: str = ""


CLASSES: dict[str, Class] = {
    "0101": Class(("上水井盖", "自来水井盖"), "水务集团", 0.03, group=MANHOLE),
    "0102": Class(("污水井盖", "污水检查井"), "水务集团", 0.06, group=MANHOLE),
    "0103": Class(("雨水井盖", "雨水检查井"), "水务集团", 0.06, group=MANHOLE),
    "0104": Class(("雨水箅子", "雨水口"), "水务集团", 0.09, 3),
    "0106": Class(("路灯井盖",), "路灯管理所", 0.02, group=MANHOLE),
    "0118": Class(("化粪池井盖",), "城市管理局", 0.02, group=MANHOLE),
    "0127": Class(("通讯交接箱", "通信箱"), "通信管理办公室", 0.02),
    "0137": Class(("路灯", "路灯灯杆"), "路灯管理所", 0.19, group=LAMP),
    "0146": Class(("户外健身设施", "健身器材"), "体育中心", 0.03, 4),
    "0204": Class(("公交站亭", "公交站台"), "交通运输局", 0.01),
    "0217": Class(("交通护栏", "隔离护栏"), "交通运输局", 0.05, 3),
    "0221": Class(("便道桩", "挡车桩"), "城市管理局", 0.10, 6),
    "0301": Class(("公共厕所", "公厕"), "城市管理局", 0.01),
    "0305": Class(("垃圾箱", "果皮箱"), "城市管理局", 0.07, 3),
    "0308": Class(("宣传栏", "阅报栏"), "街道办事处", 0.02),
    "0401": Class(("古树名木",), "园林绿化中心", 0.01),
    "0402": Class(("行道树", "路边树木"), "园林绿化中心", 0.16, 5),
    "0407": Class(("街头座椅", "休息椅"), "园林绿化中心", 0.05, 3),
}
"""Digits of big and small class → what it is."""


@dataclass(frozen=True)
class Components:
    """One row per component: its class, its grid, where it stands (WGS-84), by which survey it was first counted and when.

    `again` holds the rows that the supplement counted a second time.
    """

    cls: Texts
    grid: Ints
    lon: Floats
    lat: Floats
    survey: Ints
    survey_day: npt.NDArray[np.datetime64]
    again: Ints

    def of_group(self, group: str) -> dict[int, list[int]]:
        """Rows of the manholes or the lamps, by grid."""
        rows: dict[int, list[int]] = {}
        for row, (cls, grid) in enumerate(zip(self.cls, self.grid.tolist(), strict=True)):
            if CLASSES[cls].group == group:
                rows.setdefault(grid, []).append(row)
        return rows


def survey_days(draws: Draws, survey: Ints) -> npt.NDArray[np.datetime64]:
    """A day within the months of each survey."""
    start = np.array(["2022-03-01", "2024-09-01", "2025-05-06"], dtype="datetime64[D]")[survey]
    return start + (draws.uniform("day") * np.array([180, 240, 90])[survey]).astype(np.int64)


def install(persons: int, grids: Grids, seed: int) -> Components:
    """One component per eight persons. Posts, trees and gullies stand in rows, a metre or two apart."""
    n = max(60, persons // 8)
    draws = Draws(seed, "components", n)
    codes = list(CLASSES)
    most = np.array([c.together for c in CLASSES.values()])
    # a row of things takes its class and place from the first of it
    first, row = np.arange(n), 0
    sizes = 1 + draws.below("together", most[draws.weighted("kind", [c.weight for c in CLASSES.values()])])
    while row < n:
        first[row : row + int(sizes[row])] = row
        row += int(sizes[row])
    kind = draws.weighted("kind", [c.weight for c in CLASSES.values()])[first]
    grid = draws.below("grid", len(grids.grid_code))[first]
    step = (np.arange(n) - first) * (0.9 + 1.8 * draws.uniform("gap")[first]) * METRE
    bearing = 2 * np.pi * draws.uniform("bearing")[first]
    lon = grids.west[grid] + GRID_WIDTH * (0.02 + 0.96 * draws.uniform("lon")[first]) + step * np.cos(bearing) * 1.14
    lat = grids.south[grid] + GRID_HEIGHT * (0.02 + 0.96 * draws.uniform("lat")[first]) + step * np.sin(bearing)
    survey = draws.weighted("survey", [0.87, 0.13])[first]
    return Components(
        cls=texts(codes)[kind],
        grid=grid,
        lon=lon,
        lat=lat,
        survey=survey,
        survey_day=survey_days(draws, survey),
        again=np.flatnonzero(draws.chance("again", AGAIN)),
    )
