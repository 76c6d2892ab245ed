"""How other departments divide the sample city: police areas, and the grids of city management.

Belongs here: which communities, estates and ground each covers. Does not: the file (`reports.areas`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from connectors.sample.draws import Draws, Floats, Ints, Texts, texts
from connectors.sample.places import GRID_HEIGHT, GRID_WIDTH, Estates, Grids
from connectors.sample.where import here

DIVIDED_FROM = 4
"""A community of so many estates has two police areas."""
SLANT = 0.22
"""Degrees of longitude per degree of latitude: the grids of city management follow the river, not the communities."""


@dataclass(frozen=True)
class PoliceAreas:
    """One row per area: a grid of its community, its number at the station, whether it shares the community with another.

    `of_estate` is the row of the area that each estate belongs to.
    """

    code: Texts
    grid: Ints
    number: Ints
    part: Ints
    of_estate: Ints


@dataclass(frozen=True)
class CityGrids:
    """Slanted cells over the city, one row each: its south-west corner. All have the same size."""

    code: Texts
    west: Floats
    south: Floats
    width: float
    height: float

    @property
    def _across(self) -> int:
        """How many cells lie side by side."""
        return int(np.count_nonzero(self.south == self.south[0]))

    def corners(self, row: int) -> list[list[float]]:
        """The ring of a cell, closed, as longitude and latitude."""
        west, south = float(self.west[row]), float(self.south[row])
        lean = SLANT * self.height
        ring = [(0.0, 0.0), (self.width, 0.0), (self.width + lean, self.height), (lean, self.height), (0.0, 0.0)]
        return [[round(west + x, 6), round(south + y, 6)] for x, y in ring]

    def holding(self, lon: Floats, lat: Floats) -> Ints:
        """The row of the cell that each point lies in, -1 outside all of them."""
        origin = float(self.west[0]), float(self.south[0])
        up = np.floor((lat - origin[1]) / self.height).astype(np.int64)
        right = np.floor((lon - origin[0] - SLANT * (lat - origin[1])) / self.width).astype(np.int64)
        across = self._across
        inside = (up >= 0) & (right >= 0) & (right < across) & (up < len(self.west) // across)
        return np.where(inside, up * across + right, -1)


def police(grids: Grids, estates: Estates) -> PoliceAreas:
    """One area a community, two where it has many estates; codes: station and number."""
    _, community = np.unique(grids.community_code.astype(str), return_inverse=True)
    rows: list[tuple[str, int, int, int]] = []
    of_estate = np.zeros(len(estates.name), dtype=np.int64)
    at_station: dict[int, int] = {}
    for number in dict.fromkeys(community.tolist()):
        first = int(np.flatnonzero(community == number)[0])
        station = int(grids.street_number[first])
        of_it = np.flatnonzero(community[estates.grid] == number)
        parts = 2 if len(of_it) >= DIVIDED_FROM else 1
        for part in range(parts):
            of_estate[of_it[part::parts]] = len(rows)
            nth = at_station[station] = at_station.get(station, 0) + 1
            rows.append((f"JW{here().division}{station + 1:02d}{nth:02d}", first, nth, part + 1 if parts > 1 else 0))
    codes, first_grid, numbers, part_of = zip(*rows, strict=True)
    return PoliceAreas(texts(codes), np.array(first_grid), np.array(numbers), np.array(part_of), of_estate)


def divide(grids: Grids, seed: int) -> CityGrids:
    """Cells of about three base grids, laid slantwise so that no border follows one of the base grids."""
    draws = Draws(seed, "city grids", 1)
    width, height = GRID_WIDTH * 1.73, GRID_HEIGHT * 1.61
    south = float(grids.south.min()) - GRID_HEIGHT * (0.1 + 0.4 * draws.uniform("south")[0])
    tall = float(grids.south.max()) + GRID_HEIGHT - south
    west = float(grids.west.min()) - SLANT * tall - GRID_WIDTH * 0.1
    up = int(np.ceil(tall / height))
    across = int(np.ceil((float(grids.west.max()) + GRID_WIDTH - west) / width))
    row, column = np.divmod(np.arange(up * across), across)
    return CityGrids(
        code=texts([f"CG{here().division}{n + 1:04d}" for n in range(up * across)]),
        west=west + column * width + SLANT * row * height,
        south=south + row * height,
        width=width,
        height=height,
    )
