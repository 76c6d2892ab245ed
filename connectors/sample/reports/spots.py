"""How people say where something happened: the door, the building, a gate, a crossing, or only the estate.

Belongs here: the spot of an incident in the words of one witness. Does not: addresses of homes (`addresses`).
"""

from __future__ import annotations

from dataclasses import dataclass

from connectors.sample.addresses import chinese_number
from connectors.sample.draws import Draws, Ints, Texts, texts
from connectors.sample.event_words import BUILDING, DOOR, OPEN
from connectors.sample.places import short_community
from connectors.sample.sheets import Desk

GATES = ("东门", "南门", "西门", "北门", "大门口", "后门")
LANDMARKS = ("门卫室", "小广场", "快递柜", "公交站", "菜场", "幼儿园")
MARKS = ("幢", "号楼", "栋", "号", "")


@dataclass(frozen=True)
class _Spot:
    """One incident's spot: home, how far it reaches, and a number that stays the same for all who tell of it."""

    desk: Desk
    house: int
    extent: int
    event: int

    @property
    def estate(self) -> int:
        return int(self.desk.city.houses.estate[self.house])

    def road(self) -> str:
        """Road and number of the estate."""
        estates = self.desk.city.estates
        return f"{estates.road[self.estate]}{estates.number[self.estate]}号"

    def crossing(self) -> str:
        """Its road and the one of the estate beside it."""
        roads = self.desk.city.estates.road
        here, n = roads[self.estate], len(roads)
        other = next((roads[i % n] for i in range(self.estate + 1, self.estate + n) if roads[i % n] != here), None)
        return f"{here}与{other}路口" if other else f"{here}路口"

    def name(self, alias: bool) -> str:
        """The estate, by its alias if it has one and it is asked for."""
        estates = self.desk.city.estates
        return str((estates.alias[self.estate] if alias else "") or estates.name[self.estate])

    def building(self, mark: str, chinese: bool, alias: bool) -> str:
        """The estate and the building; in a village the estate alone."""
        houses = self.desk.city.houses
        if not houses.urban[self.house]:
            return self.name(alias)
        number = int(houses.building[self.house])
        return f"{self.name(alias)}{chinese_number(number) if chinese else number}{mark}"

    def door(self, mark: str, chinese: bool, alias: bool) -> str:
        """The estate, building and room, or the door in a village."""
        houses = self.desk.city.houses
        if not houses.urban[self.house]:
            return f"{self.name(alias)}{houses.door[self.house]}{'号' if mark else ''}"
        return f"{self.building(mark or '幢', chinese, alias)}{houses.room[self.house]}"

    def district(self) -> str:
        """Street and community."""
        grids, grid = self.desk.city.grids, int(self.desk.city.houses.grid[self.house])
        return f"{grids.street[grid]}{short_community(grids.community[grid])}"

    def phrase(self, way: float, mark: str, chinese: bool, alias: bool) -> str:
        """What one witness says; `way` in [0, 1) chooses."""
        name, building = self.name(alias), self.building(mark, chinese, alias)
        if self.extent == OPEN:
            ways = [
                self.crossing(),
                name + GATES[self.event % len(GATES)],
                f"{name}{LANDMARKS[self.event % len(LANDMARKS)]}旁",
                self.road(),
                f"{self.road()}附近",
                name,
                f"{building}旁边" if self.event % 2 else f"{self.district()}{self.crossing()}",
            ]
        elif self.extent == DOOR:
            door = self.door(mark, chinese, alias)
            ways = [door, door, door, f"{door}室", f"{self.district()}{door}", building, building, name]
        elif self.extent == BUILDING:
            ways = [building, building, building, f"{self.road()}{building.removeprefix(name)}", name]
        else:
            ways = [name, name, f"{self.district()}{name}", self.road()]
        return ways[int(way * len(ways))]


def spots(desk: Desk, house: Ints, extent: Ints, event: Ints, draws: Draws) -> tuple[Texts, Texts]:
    """The spot of each ticket as its witness says, and its street and community, which is all that some put into the cell for the place."""
    way, alias, chinese = draws.uniform("way"), draws.chance("alias", 0.2), draws.chance("chinese", 0.03)
    marks = draws.pick("mark", MARKS)
    columns = [c.tolist() for c in (house, extent, event, way, chinese, alias)]
    cells: list[str] = []
    district: list[str] = []
    for h, x, e, w, c, a, mark in zip(*columns, marks, strict=True):
        spot = _Spot(desk, h, x, e)
        cells.append(spot.phrase(w, mark, c, a))
        district.append(spot.district())
    return texts(cells), texts(district)
