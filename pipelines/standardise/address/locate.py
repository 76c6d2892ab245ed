"""From the head of an address to the places it can mean.

A head is what is left of building: province to community, road and number, estate or village. It is read from its right
end, where the most telling name stands: an estate or village the gazetteer knows, else a road and its number, else (one
slip of the pen away) again, else whatever the grammar makes of it. The left end then has to be accounted for, so that a
short name inside a longer unknown one (城苑 in 新城苑) is not taken for it.

Belongs here: one head at a time. Does not belong here: buildings, rooms and grids, which `resolve` joins in bulk.
"""

from __future__ import annotations

from dataclasses import dataclass, replace

from pipelines.standardise.address.gazetteer import Gazetteer, is_slip
from pipelines.standardise.address.grammar import ADMIN, GATE, GROUP, ROAD
from pipelines.standardise.address.left import BOUNDARY, Left, LeftReader, merge, only
from pipelines.standardise.address.notation import name_key, number


@dataclass(frozen=True)
class Location:
    """What a head means: the places it can be, and its parts in standard spelling as far as they are known.

    A `guess` rests on a slip of the pen alone: it holds only if the reference knows the very dwelling.
    """

    places: tuple[int, ...] = ()
    street: str | None = None
    community: str | None = None
    road: str | None = None
    road_number: str | None = None
    estate: str | None = None
    guess: bool = False

    @property
    def wants_number(self) -> bool:
        """Whether the head ends in a road, so that a number at the beginning of the tail is the road's."""
        return self.road is not None and self.road_number is None and self.estate is None


@dataclass(frozen=True)
class HeadParts:
    """The columns of a row that say where a dwelling's building stands; all optional."""

    head: str | None = None
    street: str | None = None
    community: str | None = None
    road: str | None = None
    road_number: str | None = None
    estate: str | None = None


@dataclass(frozen=True)
class Numbers:
    """The numbers of a tail that can belong to a road instead."""

    building: str | None = None
    building_mark: str | None = None
    unit: str | None = None
    unit_mark: str | None = None
    room: str | None = None
    room_mark: str | None = None


class Locator:
    """Looks heads up in one gazetteer."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self._reader = LeftReader(gazetteer)

    def locate(self, parts: HeadParts) -> Location:
        """Find the places a row's head and explicit columns can mean.

        A head that leads to another city means no place here: all of it stands for the estate, so that it never equals one.

        Returns:
            The location. `places` holds several where a name stands for several and nothing given tells them apart, and
            none where the reference knows no such place.
        """
        left = self._explicit(parts)
        if parts.estate:
            found = self._in_text(name_key(parts.estate), left)
            if found.places or not parts.head:
                return found
        if parts.head:
            return self._in_text(name_key(parts.head), left)
        return self._by_road(left)

    def with_tail(self, location: Location, tail: Numbers) -> tuple[Location, Numbers]:
        """Locate again a head that `wants_number`, now that the tail has one, and take that number off the tail.

        Returns:
            The location, and what is left of the tail. A house of a village keeps its number as its door.
        """
        building, mark, room = tail.building, tail.building_mark, tail.room
        if building and mark == "号":
            rest = replace(tail, building=None, building_mark=None)
            if tail.unit_mark == "-":  # 虹桥路12号3-502: the dash follows a building, not a unit
                rest = replace(rest, building=tail.unit, building_mark="-", unit=None, unit_mark=None)
            return self._at_number(location, building), rest
        if room and tail.room_mark == "号" and not tail.unit and (not building or mark == "-"):
            door = f"{building}-{room}" if building else room
            found = self._at_number(location, door)
            village = bool(found.places) and self.gazetteer.village_of[found.places[0]]
            return found, Numbers(room=door, room_mark="号") if village else Numbers()
        if building and building.isdigit():  # 虹桥路123幢: the 号 of 虹桥路12号3幢 lost
            road = name_key(location.road or "")
            cuts = [i for i in range(1, len(building)) if (road, building[:i]) in self.gazetteer.numbered]
            if len(cuts) == 1 and building[cuts[0]] != "0":
                found = self._at_number(location, building[: cuts[0]])
                return replace(found, guess=True), replace(tail, building=building[cuts[0] :])
        return location, tail

    def _at_number(self, location: Location, road_number: str) -> Location:
        left = Left(
            street=only(self.gazetteer.streets, location.street),
            community=only(self.gazetteer.communities, location.community),
            street_text=location.street,
            community_text=location.community,
            road=location.road,
            road_number=road_number,
        )
        return self._by_road(left)

    def _explicit(self, parts: HeadParts) -> Left:
        road = self._reader.road(name_key(parts.road)) if parts.road else None
        return Left(
            street=only(self.gazetteer.streets, parts.street),
            community=only(self.gazetteer.communities, parts.community),
            street_text=parts.street,
            community_text=parts.community,
            road=road or parts.road,
            road_number=parts.road_number,
        )

    def _in_text(self, key: str, given: Left) -> Location:
        return Location(estate=key) if self._reader.leads_elsewhere(key) else self._here(key, given)

    def _here(self, key: str, given: Left) -> Location:
        """Read `key` from its right end: a known name, a road with its number, a near name, a pattern."""
        names, division = self.gazetteer.names, self.gazetteer.division
        for length in range(min(names.longest, len(key)), 1, -1):
            places = names.targets.get(key[-length:])
            if places:
                left = self._reader.settle(merge(given, self._reader.read(key[:-length])))
                if left.rest and division.is_elsewhere(left.rest):
                    return Location(estate=key)
                found = self._placed(places, left)
                if found and (not left.rest or left.rest[-1] in BOUNDARY):
                    return found
                if found and len(found.places) == 1 and len(left.rest) in (2, 3) and key.startswith(left.rest):
                    return replace(found, guess=True)  # a city without its 市, unless it is part of the name
        left = merge(given, self._reader.read(key))
        if not left.rest and (left.road or left.road_number):
            return self._by_road(left)
        if not left.rest:  # 小区 written 晓区 looks like a county
            county = (ADMIN.match(key) or {"county": None})["county"] or key
            return self._near(county, names.near(county), given) or self._plain(left)
        return self._near(key, names.near(key), given) or self._behind_gate(left, given) or self._unknown(left)

    def _by_road(self, left: Left) -> Location:
        if left.road and left.road_number:
            numbered = self.gazetteer.numbered
            road = name_key(left.road)
            found = self._placed(numbered.get((road, left.road_number), ()), left)
            if found:
                return found
            near = {(other, left.road_number) for other in self.gazetteer.roads.near(road)}
            near.update(self._near_numbers(road, left.road_number))
            places = tuple(sorted({place for at in near for place in numbered.get(at, ())}))
            found = self._placed(places, left)
            if found and len(found.places) == 1:
                return replace(found, guess=True)
        return self._plain(left)

    @staticmethod
    def _near_numbers(road: str, road_number: str) -> set[tuple[str, str]]:
        """Numbers of that road of which `road_number` may have lost one digit."""
        gaps = range(len(road_number) + 1)
        return {(road, road_number[:i] + digit + road_number[i:]) for i in gaps for digit in "0123456789"}

    def _near(self, written: str, near: list[str], left: Left) -> Location | None:
        """The one place whose name `written` is a slip of. With the road's number agreeing it is sure, else a guess."""
        names = self.gazetteer.names.targets
        places = tuple(sorted({place for name in near for place in names[name]}))
        found = self._placed(places, left) if places else None
        if found is None or len(found.places) > 1:
            return None
        numbered = self._numbered(left)
        agrees = found.places[0] in numbered or left.community is not None
        return replace(found, guess=not agrees or len(written) < 3)

    def _behind_gate(self, left: Left, given: Left) -> Location | None:
        """虹桥路12号 and a name the reference does not know: the place at that number, if the name can be its."""
        match = GATE.match(left.rest)
        if not match:
            return None
        gate = merge(replace(left, rest=""), replace(self._reader.read(match["left"]), street=None, community=None))
        if gate.rest or not gate.road:
            return None
        name = match["rest"]
        at_number = self._placed(self._numbered(gate), gate)
        if at_number and len(at_number.places) == 1:
            known = name_key(self.gazetteer.estate_of[at_number.places[0]])
            return at_number if _alike(name, known) else self._plain(gate, estate=name)
        return self._near(name, self.gazetteer.names.near(name), gate) or self._plain(gate, estate=name)

    def _unknown(self, left: Left) -> Location:
        """A rest that is no known name: one slip from one, a short form of one, or a place of its own."""
        rest, gazetteer = left.rest, self.gazetteer
        short = gazetteer.short_names.targets.get(rest) or gazetteer.short_names.targets.get(rest + "小区")
        trimmed = gazetteer.names.targets.get(rest.removesuffix("小区")) if rest.endswith("小区") else None
        for places in (short, trimmed):
            found = self._placed(places, left) if places else None
            if found and len(found.places) == 1:
                return found
        near = self._near(rest, gazetteer.names.near(rest), left)
        if near:
            return near
        behind = self._behind_road(left)
        if behind:
            return behind
        by_number = self._by_road(replace(left, rest=""))
        if by_number.places and not ROAD.match(rest):
            return by_number
        group = GROUP.search(rest)
        if group and not left.road:
            outer = self._reader.read(rest[: group.start()]) if group.start() else Left()
            left = merge(left, outer)
            return replace(
                self._plain(left),
                estate=(outer.rest or "") + f"{number(group['group'])}{group['kind'] or group['team']}",
            )
        return self._plain(left, estate=rest)

    def _behind_road(self, left: Left) -> Location | None:
        """望月东路听语苑, a known road and a name behind it: the place on that road whose name it is a slip of."""
        roads, rest = self.gazetteer.roads, left.rest
        for length in range(min(roads.longest, len(rest) - 2), 1, -1):
            if rest[:length] in roads.targets:
                road = self.gazetteer.road_names[roads.targets[rest[:length]][0]]
                name = rest[length:]
                found = self._near(name, self.gazetteer.names.near(name), replace(left, road=road, rest=""))
                return replace(found, guess=False) if found and found.road == road and len(name) > 2 else None
        return None

    def _numbered(self, left: Left) -> tuple[int, ...]:
        if not (left.road and left.road_number):
            return ()
        return self.gazetteer.numbered.get((name_key(left.road), left.road_number), ())

    def _plain(self, left: Left, estate: str | None = None) -> Location:
        gazetteer = self.gazetteer
        community = gazetteer.community_names[left.community] if left.community is not None else None
        street = gazetteer.street_names[left.street] if left.street is not None else None
        return Location(
            (),
            street or (community[1] if community and community[1] else left.street_text),
            community[0] if community else left.community_text,
            left.road,
            left.road_number,
            estate,
        )

    def _placed(self, places: tuple[int, ...], left: Left) -> Location | None:
        """Narrow places by what stands to their left; None where that contradicts all of them."""
        gazetteer = self.gazetteer
        numbered = self._numbered(left)
        kept = tuple(place for place in places if place in numbered or not self._contradicts(place, left))
        for narrower in (
            tuple(place for place in kept if place in numbered),
            tuple(place for place in kept if left.road and gazetteer.road_of[place] == left.road),
        ):
            if len(kept) > 1 and narrower:
                kept = narrower
        if not kept:
            return None
        plain = self._plain(left)
        if len(kept) > 1:
            estates = {gazetteer.estate_of[place] for place in kept}
            return replace(plain, places=kept, estate=estates.pop() if len(estates) == 1 else None)
        place = kept[0]
        return Location(
            kept,
            gazetteer.street_of[place] or plain.street,
            gazetteer.community_of[place] or plain.community,
            gazetteer.road_of[place] or left.road,
            left.road_number,
            gazetteer.estate_of[place],
        )

    def _contradicts(self, place: int, left: Left) -> bool:
        gazetteer = self.gazetteer
        if left.community is not None and gazetteer.community_of[place]:
            return gazetteer.community_names[left.community][0] != gazetteer.community_of[place]
        if left.street is not None and gazetteer.street_of[place]:
            return gazetteer.street_names[left.street] != gazetteer.street_of[place]
        return False


def _alike(written: str, known: str) -> bool:
    """Whether a name at a known number can be the name known there: a slip, a part of it, or no estate's name at all."""
    shared = sum(c in known for c in written)
    return is_slip(written, known) or shared * 2 >= min(len(written), len(known)) + 1
