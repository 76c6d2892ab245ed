"""The ground the sample city stands on: streets, communities, grids, estates and villages, homes.

Belongs here: what exists and what it is truly called. Does not: how a platform writes an address (`addresses`).
"""

from __future__ import annotations

import math
from dataclasses import dataclass

import numpy as np

from connectors.sample import vocabulary as words
from connectors.sample.draws import Bools, Draws, Floats, Ints, Texts, texts
from connectors.sample.where import here

PERSONS_A_GRID = 830
HOMES_A_PERSON = 0.392
GRIDS_A_COMMUNITY = 6
GRID_WIDTH, GRID_HEIGHT = 0.0085, 0.0070
"""Size of a grid in degrees (WGS-84): some 800 m each way."""


@dataclass(frozen=True)
class Grids:
    """The five-level tree of the city, one row per grid (the finest level), and the south-west corner of each."""

    street_code: Texts
    street: Texts
    community_code: Texts
    community: Texts
    grid_code: Texts
    grid: Texts
    west: Floats
    south: Floats

    @property
    def street_number(self) -> Ints:
        """The number of each grid's street among the streets, in their order."""
        streets = list(dict.fromkeys(self.street))
        return np.array([streets.index(street) for street in self.street], dtype=np.int64)


@dataclass(frozen=True)
class Estates:
    """Housing estates (urban) and natural villages, one row each; `alias` is '' where there is none."""

    grid: Ints
    urban: Bools
    road: Texts
    number: Ints
    name: Texts
    alias: Texts
    lon: Floats
    lat: Floats


@dataclass(frozen=True)
class Houses:
    """Homes, one row each. Urban: building, unit (0 where the building has none) and room; village: door."""

    estate: Ints
    building: Ints
    unit: Ints
    room: Ints
    door: Ints
    grid: Ints
    urban: Bools
    area: Floats
    unit_number: Texts


def lay_grids(persons: int, seed: int) -> Grids:
    """Streets, communities and grids for so many persons."""
    communities = max(4 if persons >= 2000 else 2, round(persons / PERSONS_A_GRID / GRIDS_A_COMMUNITY))
    per_community = max(2, min(GRIDS_A_COMMUNITY, round(persons / PERSONS_A_GRID / communities)))
    streets = min(communities, max(4, min(len(words.STREET_STEMS), persons // 60_000)))
    draws = Draws(seed, "grids", communities)
    street_names = [words.STREET_STEMS[i] for i in Draws(seed, "streets", len(words.STREET_STEMS)).order("names")]
    rural = draws.uniform("rural") < 0.6
    names = _unique_names(seed, "communities", communities, words.PLACE_CHARS, words.COMMUNITY_CHARS)
    rows: list[tuple[str, ...]] = []
    for community in range(communities):
        street = community * streets // communities
        town = street >= (streets + 1) // 2
        street_code = f"{here().division}{100 + street if town else 1 + street:03d}"
        street_name = street_names[street] + ("镇" if town else "街道")
        village = town and rural[community]
        short = names[community] + ("村" if village else "社区")
        code = f"{street_code}{(200 if village else 1) + community * 7 % 799:03d}"
        full = short + ("村委会" if village else "居委会")
        rows += [
            (street_code, street_name, code, full, f"{code}{n:03d}", f"{short}第{n}网格")
            for n in range(1, per_community + 1)
        ]
    west, south = _corners(len(rows))
    codes = [texts(column) for column in zip(*rows, strict=True)]
    return Grids(codes[0], codes[1], codes[2], codes[3], codes[4], codes[5], west, south)


def _corners(grids: int) -> tuple[Floats, Floats]:
    """Where each grid lies: row by row, there and back, so that those of one community lie together."""
    number, across = np.arange(grids), math.isqrt(grids - 1) + 1
    row, column = number // across, number % across
    column = np.where(row % 2, across - 1 - column, column)
    west: Floats = here().west + GRID_WIDTH * column.astype(np.float64)
    south: Floats = here().south + GRID_HEIGHT * row.astype(np.float64)
    return west, south


def short_community(name: str) -> str:
    """A community as people write it: without the committee's title."""
    return name.removesuffix("居委会").removesuffix("村委会")


def build_estates(persons: int, grids: Grids, seed: int) -> tuple[Estates, Houses]:
    """Estates and villages in every grid until the homes suffice; then the homes of each."""
    n_grids = len(grids.grid_code)
    target = int(persons * HOMES_A_PERSON) + 1
    shapes = _estate_shapes(n_grids, target, seed)
    count = len(shapes)
    draws = Draws(seed, "estates", count)
    grid = np.array([s.grid for s in shapes], dtype=np.int64)
    urban = np.array([s.urban for s in shapes], dtype=bool)
    stems = _unique_names(seed, "estates", count, words.PLACE_CHARS, words.PLACE_CHARS)
    kinds, villages = draws.pick("kind", words.ESTATE_KINDS), draws.pick("village", words.VILLAGE_KINDS)
    name = texts([s + (k if u else v) for s, k, v, u in zip(stems, kinds, villages, urban, strict=True)])
    other = draws.pick("other kind", words.ESTATE_KINDS)
    has_alias = draws.chance("alias", 0.24) & urban & (other != kinds)
    taken = set(name)
    alias = texts([s + o if a and s + o not in taken else "" for s, o, a in zip(stems, other, has_alias, strict=True)])
    road_names = texts(_roads(max(8, int(count * 0.8)), seed))
    road = road_names[draws.below("road", len(road_names))]
    estates = Estates(
        grid=grid,
        urban=urban,
        road=road,
        number=_distinct_numbers(road, draws),
        name=name,
        alias=alias,
        lon=np.round(grids.west[grid] + GRID_WIDTH * (0.15 + 0.7 * draws.uniform("lon")), 6),
        lat=np.round(grids.south[grid] + GRID_HEIGHT * (0.15 + 0.7 * draws.uniform("lat")), 6),
    )
    return estates, _build_houses(shapes, estates, grids, seed)


@dataclass(frozen=True)
class _Shape:
    grid: int
    urban: bool
    homes: int
    floors: int
    per_floor: int
    units: int


def _estate_shapes(n_grids: int, target: int, seed: int) -> list[_Shape]:
    """Which estates there are and how big: each grid has one or two, sizes scaled to the homes wanted."""
    draws = Draws(seed, "estate shapes", n_grids * 2)
    second, urban = draws.chance("second", 0.42), draws.chance("urban", 0.64)
    urban[0] = True
    size = np.where(urban, np.exp(5.5 + 0.5 * draws.normal("size")), np.exp(4.6 + 0.55 * draws.normal("size")))
    floors = np.array([5, 6, 6, 11, 17, 18, 26])[draws.below("floors", 7)]
    per_floor = np.array([2, 2, 4])[draws.below("per floor", 3)]
    units = np.array([0, 0, 0, 2, 3, 3, 4, 4])[draws.below("units", 8)]
    chosen = [i for i in range(n_grids * 2) if i % 2 == 0 or second[i]]
    scale = target / size[chosen].sum()
    shapes = [
        _Shape(i // 2, bool(urban[i]), max(6, round(size[i] * scale)), int(floors[i]), int(per_floor[i]), int(units[i]))
        for i in chosen
    ]
    short = target - sum(s.homes for s in shapes)
    if short > 0:
        first = shapes[0]
        shapes[0] = _Shape(
            first.grid, first.urban, first.homes + short, first.floors, first.per_floor, max(2, first.units)
        )
    return shapes


def _build_houses(shapes: list[_Shape], estates: Estates, grids: Grids, seed: int) -> Houses:
    parts: list[tuple[Ints, ...]] = []
    for index, shape in enumerate(shapes):
        serial = np.arange(shape.homes, dtype=np.int64)
        none = np.zeros(shape.homes, dtype=np.int64)
        if shape.urban:
            in_unit = shape.floors * shape.per_floor
            stair, place = serial // in_unit, serial % in_unit
            building = stair // max(1, shape.units) + 1
            unit = stair % shape.units + 1 if shape.units else none
            room = (place // shape.per_floor + 1) * 100 + place % shape.per_floor + 1
            parts.append((none + index, building, unit, room, none, serial))
        else:
            parts.append((none + index, none, none, none, serial + 1, serial))
    estate, building, unit, room, door, serial = (np.concatenate(p) for p in zip(*parts, strict=True))
    draws = Draws(seed, "houses", len(estate))
    grid = estates.grid[estate]
    codes = grids.community_code
    unit_number = texts(
        [
            f"{codes[g]}GB{e + 1:05d}F{s + 1:08d}"
            for g, e, s in zip(grid.tolist(), estate.tolist(), serial.tolist(), strict=True)
        ]
    )
    area: Floats = np.round(np.clip(118 + 32 * draws.normal("area"), 35, 280), 2).astype(np.float64)
    return Houses(estate, building, unit, room, door, grid, estates.urban[estate], area, unit_number)


def _unique_names(seed: int, scope: str, count: int, first: str, second: str) -> list[str]:
    """`count` different two- or (when those run out) three-character stems."""
    pairs = [a + b for a in dict.fromkeys(first) for b in dict.fromkeys(second) if a != b]
    order = Draws(seed, f"names of {scope}", len(pairs)).order("pairs")
    stems = [pairs[i] for i in order]
    while len(stems) < count:
        stems += [stem + character for stem in stems[: len(pairs)] for character in dict.fromkeys(first)]
    return stems[:count]


def _roads(count: int, seed: int) -> list[str]:
    draws = Draws(seed, "roads", count)
    stems = _unique_names(seed, "roads", count, words.PLACE_CHARS, words.PLACE_CHARS)
    return [stem + kind for stem, kind in zip(stems, draws.pick("kind", words.ROAD_KINDS), strict=True)]


def _distinct_numbers(road: Texts, draws: Draws) -> Ints:
    """House numbers 1–600 on each road, no road having one twice while it can be helped."""
    numbers = draws.between("number", 1, 600)
    taken: set[tuple[str, int]] = set()
    for i in range(len(numbers)):
        while (road[i], int(numbers[i])) in taken:
            numbers[i] += 1
        taken.add((road[i], int(numbers[i])))
    return numbers
