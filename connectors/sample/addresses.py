"""How a home is written down: the four manners of the city's clerks, and what goes wrong in them.

Belongs here: composing addresses from the true place. Does not: whose home it is.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from enum import Enum
from functools import cached_property

import numpy as np

from connectors.sample import noise
from connectors.sample.city import City
from connectors.sample.draws import Draws, Ints, Texts, texts
from connectors.sample.places import short_community
from connectors.sample.where import here

MARKS = ["幢", "栋", "号楼"]
ROOMS = ["室", ""]
_NUMERALS = "零一二三四五六七八九"


class Manner(Enum):
    """How much is written: the register's full form, by road and number, by estate, or the grid staff's dashes."""

    FULL = "full"
    ROAD = "road"
    ESTATE = "estate"
    DASHES = "dashes"


@dataclass(frozen=True)
class AddressErrors:
    """Shares of addresses that go wrong; `alias` and `no_unit` count where there is an alias or a unit."""

    missing: float = 0.0
    stale: float = 0.0
    no_unit: float = 0.047
    chinese: float = 0.03
    full_width: float = 0.0095
    cut: float = 0.009
    slip: float = 0.009
    alias: float = 0.16


@dataclass(frozen=True)
class Hand:
    """A way of writing: what stands after building and room, whether alias, unit and Chinese numerals are used."""

    mark: str = "幢"
    room: str = "室"
    alias: bool = False
    unit: bool = True
    chinese: bool = False


def chinese_number(n: int) -> str:
    """1–99 in Chinese numerals."""
    tens, ones = divmod(n, 10)
    if tens == 0:
        return _NUMERALS[ones]
    return ("" if tens == 1 else _NUMERALS[tens]) + "十" + (_NUMERALS[ones] if ones else "")


@dataclass(frozen=True)
class AddressBook:
    """Every home of a city in every manner; columns are made once and shared by all who write them."""

    city: City

    def compose(self, manner: Manner, house: int, hand: Hand) -> str:
        """One address in one hand."""
        homes, estates, grids = self.city.houses, self.city.estates, self.city.grids
        estate, grid = int(homes.estate[house]), int(homes.grid[house])
        name = estates.alias[estate] if hand.alias and estates.alias[estate] else estates.name[estate]
        street, community = grids.street[grid], short_community(grids.community[grid])
        road = f"{estates.road[estate]}{estates.number[estate]}号"
        if not homes.urban[house]:
            head = {
                Manner.FULL: f"{here().province}{here().city}{street}{community}",
                Manner.ROAD: f"{street}{community}",
                Manner.ESTATE: f"{here().city}{street}",
                Manner.DASHES: community,
            }[manner]
            return f"{head}{name}{homes.door[house]}{'' if manner is Manner.DASHES else '号'}"
        head = {
            Manner.FULL: f"{here().province}{here().city}{street}{road}{name}",
            Manner.ROAD: road,
            Manner.ESTATE: f"{here().city}{name}",
            Manner.DASHES: name,
        }[manner]
        number = int(homes.building[house])
        building = chinese_number(number) if hand.chinese else str(number)
        stair = int(homes.unit[house]) if hand.unit else 0
        if manner is Manner.DASHES:
            return head + "-".join([building, *([str(stair)] if stair else []), str(homes.room[house])])
        return f"{head}{building}{hand.mark}{f'{stair}单元' if stair else ''}{homes.room[house]}{hand.room}"

    def _all(self, manner: Manner, mark: str = "幢", room: str = "室") -> Texts:
        homes = range(len(self.city.houses.estate))
        return texts([self.compose(manner, h, Hand(mark, room)) for h in homes])

    @cached_property
    def full(self) -> Texts:
        """The register's form of every home."""
        return self._all(Manner.FULL)

    @cached_property
    def by_road(self) -> Texts:
        """Every home by road and number."""
        return self._all(Manner.ROAD)

    @cached_property
    def dashes(self) -> Texts:
        """Every home as the grid staff writes it."""
        return self._all(Manner.DASHES)

    @cached_property
    def by_estate(self) -> Texts:
        """Every home (second axis) by estate, in six ways: three marks, with and without 室."""
        return np.stack([self._all(Manner.ESTATE, mark, room) for mark in MARKS for room in ROOMS])

    def write(
        self, manner: Manner, house: Ints, draws: Draws, errors: AddressErrors, level: float, *, name: str = "home"
    ) -> Texts:
        """The addresses of these homes as somebody wrote them down.

        Args:
            manner: of the platform.
            house: row of `Houses` per record.
            draws: of the records.
            errors: rates of the platform.
            level: noise level the rates are multiplied with.
            name: tells several addresses of one record apart.

        Returns:
            text per record, None where nothing was written.
        """
        mark, room = np.zeros(draws.n, dtype=np.int64), np.zeros(draws.n, dtype=np.int64)
        if manner is Manner.ESTATE:
            mark = draws.below(f"{name} mark", len(MARKS))
            room = draws.chance(f"{name} bare room", 0.3).astype(np.int64)
            column = self.by_estate[mark * 2 + room, house]
        else:
            column = {Manner.FULL: self.full, Manner.ROAD: self.by_road, Manner.DASHES: self.dashes}[manner][house]
        column = column.copy()
        for i, unlike in self._unlike(manner, house, draws, errors, level, name=name):
            hand = replace(unlike, mark=MARKS[mark[i]], room=ROOMS[room[i]])
            column[i] = self.compose(manner, int(house[i]), hand)
        for label, rate, mishap in (
            ("cut", errors.cut, noise.cut_short),
            ("slip", errors.slip, noise.slip_or_gap),
            ("full width", errors.full_width, noise.full_width),
        ):
            column = noise.spoil(column, draws, f"{name} {label}", rate * level, mishap)
        return noise.blank(column, draws, f"{name} missing", errors.missing * level)

    def _unlike(
        self, manner: Manner, house: Ints, draws: Draws, errors: AddressErrors, level: float, *, name: str
    ) -> Iterator[tuple[int, Hand]]:
        """The few that use the alias, leave out the unit, or put the building in Chinese numerals."""
        homes, estates = self.city.houses, self.city.estates
        has_alias = (estates.alias != "")[homes.estate[house]] & (manner is not Manner.ROAD)
        alias = draws.befalls(f"{name} alias", errors.alias * level) & has_alias
        no_unit = draws.befalls(f"{name} no unit", errors.no_unit * level) & (homes.unit[house] > 0)
        chinese = draws.befalls(f"{name} chinese", errors.chinese * level) & homes.urban[house]
        chinese &= manner is not Manner.DASHES
        for i in np.flatnonzero(alias | no_unit | chinese).tolist():
            yield i, Hand(alias=bool(alias[i]), unit=not no_unit[i], chinese=bool(chinese[i]))
