"""How a home is written down: the four manners of the city's clerks, and what goes wrong in them.

Belongs here: composing addresses from the true place. Does not: whose home it is.
"""

from __future__ import annotations

from dataclasses import dataclass
from enum import Enum
from functools import cached_property

import numpy as np

from connectors.sample import noise
from connectors.sample import vocabulary as words
from connectors.sample.city import City
from connectors.sample.draws import Draws, Ints, Texts, texts
from connectors.sample.places import short_community

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

    def compose(self, manner: Manner, house: int, mark: str, room: str, alias: bool, unit: bool, chinese: bool) -> str:
        """One address: `mark` after the building (幢, 栋, 号楼), `room` after the room (室 or nothing)."""
        homes, estates, grids = self.city.houses, self.city.estates, self.city.grids
        estate, grid = int(homes.estate[house]), int(homes.grid[house])
        name = estates.alias[estate] if alias and estates.alias[estate] else estates.name[estate]
        street, community = grids.street[grid], short_community(grids.community[grid])
        road = f"{estates.road[estate]}{estates.number[estate]}号"
        if not homes.urban[house]:
            head = {
                Manner.FULL: f"{words.PROVINCE}{words.CITY}{street}{community}",
                Manner.ROAD: f"{street}{community}",
                Manner.ESTATE: f"{words.CITY}{street}",
                Manner.DASHES: community,
            }[manner]
            return f"{head}{name}{homes.door[house]}{'' if manner is Manner.DASHES else '号'}"
        head = {
            Manner.FULL: f"{words.PROVINCE}{words.CITY}{street}{road}{name}",
            Manner.ROAD: road,
            Manner.ESTATE: f"{words.CITY}{name}",
            Manner.DASHES: name,
        }[manner]
        number = int(homes.building[house])
        building = chinese_number(number) if chinese else str(number)
        stair = int(homes.unit[house]) if unit else 0
        if manner is Manner.DASHES:
            return head + "-".join([building, *([str(stair)] if stair else []), str(homes.room[house])])
        return f"{head}{building}{mark}{f'{stair}单元' if stair else ''}{homes.room[house]}{room}"

    def _all(self, manner: Manner, mark: str = "幢", room: str = "室") -> Texts:
        homes = range(len(self.city.houses.estate))
        return texts([self.compose(manner, h, mark, room, False, True, False) for h in homes])

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
    def by_estate(self) -> list[Texts]:
        """Every home by estate, in six ways: three marks, with and without 室."""
        return [self._all(Manner.ESTATE, mark, room) for mark in MARKS for room in ROOMS]

    def write(self, manner: Manner, house: Ints, draws: Draws, name: str, errors: AddressErrors, level: float) -> Texts:
        """The addresses of these homes as somebody wrote them down.

        Args:
            manner: of the platform.
            house: row of `Houses` per record.
            draws: of the records; `name` tells several addresses of one record apart.
            errors: rates of the platform.
            level: noise level the rates are multiplied with.

        Returns:
            text per record, None where nothing was written.
        """
        mark, room = np.zeros(draws.n, dtype=np.int64), np.zeros(draws.n, dtype=np.int64)
        if manner is Manner.ESTATE:
            mark = draws.below(f"{name} mark", len(MARKS))
            room = draws.chance(f"{name} bare room", 0.3).astype(np.int64)
            column = np.stack(self.by_estate)[mark * 2 + room, house] if draws.n else texts([])
        else:
            plain = {Manner.FULL: "full", Manner.ROAD: "by_road", Manner.DASHES: "dashes"}[manner]
            column = getattr(self, plain)[house]
        column = self._unlike(column, manner, house, (mark, room), draws, name, errors, level)
        for label, rate, mishap in (
            ("cut", errors.cut, noise.cut_short),
            ("slip", errors.slip, noise.slip_or_gap),
            ("full width", errors.full_width, noise.full_width),
        ):
            column = noise.spoil(column, draws, f"{name} {label}", rate * level, mishap)
        return noise.blank(column, draws, f"{name} missing", errors.missing * level)

    def _unlike(
        self,
        column: Texts,
        manner: Manner,
        house: Ints,
        variant: tuple[Ints, Ints],
        draws: Draws,
        name: str,
        errors: AddressErrors,
        level: float,
    ) -> Texts:
        """Rewrites the few that use the alias, leave out the unit, or put the building in Chinese numerals."""
        homes, estates = self.city.houses, self.city.estates
        has_alias = (estates.alias != "")[homes.estate[house]]
        alias = draws.chance(f"{name} alias", min(errors.alias * level, noise.MOST)) & has_alias
        no_unit = draws.chance(f"{name} no unit", errors.no_unit * level) & (homes.unit[house] > 0)
        chinese = (
            draws.chance(f"{name} chinese", errors.chinese * level) & homes.urban[house] & (manner is not Manner.DASHES)
        )
        if manner is Manner.ROAD:
            alias[:] = False
        column = column.copy()
        mark, room = variant
        for i in np.flatnonzero(alias | no_unit | chinese):
            column[i] = self.compose(
                manner, int(house[i]), MARKS[mark[i]], ROOMS[room[i]], bool(alias[i]), not no_unit[i], bool(chinese[i])
            )
        return column


MARKS = ["幢", "栋", "号楼"]
ROOMS = ["室", ""]
