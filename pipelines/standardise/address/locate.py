"""From the head of an address to the places it can mean.

A head is what is left of building: province to community, road and number, estate or village. It is read from its right
end, where the most telling name stands: an estate or village the gazetteer knows, else a road and its number, else (one
slip of the pen away) again, else whatever the grammar makes of it. The left end then has to be accounted for, so that a
short name inside a longer unknown one (城苑 in 新城苑) is not taken for it.

Belongs here: one head at a time. Does not belong here: buildings, rooms and grids, which `resolve` joins in bulk.
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pipelines.standardise.address.gazetteer import Gazetteer, NameIndex
from pipelines.standardise.address.grammar import ADMIN, COMMUNITY, GROUP, ROAD, ROAD_NUMBER, STREET, VILLAGE
from pipelines.standardise.address.notation import name_key, number

_BOUNDARY = frozenset("路街道巷弄号村区镇乡会组内旁侧面口")


@dataclass(frozen=True)
class Location:
    """What a head means: the places it can be, and its parts in standard spelling as far as they are known."""

    places: tuple[int, ...] = ()
    street: str | None = None
    community: str | None = None
    road: str | None = None
    road_number: str | None = None
    estate: str | None = None

    @property
    def wants_number(self) -> bool:
        """Whether the head ends in a road, so that a number at the beginning of the tail is the road's."""
        return self.road is not None and self.road_number is None and self.estate is None


@dataclass(frozen=True)
class _Left:
    """What stands left of an estate's name; `rest` is what no rule accounts for."""

    street: int | None = None
    community: int | None = None
    street_text: str | None = None
    community_text: str | None = None
    road: str | None = None
    road_number: str | None = None
    rest: str = ""


@dataclass(frozen=True)
class HeadParts:
    """The columns of a row that say where a dwelling's building stands; all optional."""

    head: str | None = None
    street: str | None = None
    community: str | None = None
    road: str | None = None
    road_number: str | None = None
    estate: str | None = None


class Locator:
    """Looks heads up in one gazetteer; remembers the left ends it has seen, since neighbours share them."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self._lefts: dict[str, _Left] = {}

    def locate(self, parts: HeadParts) -> Location:
        """Find the places a row's head and explicit columns can mean.

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

    def with_number(self, location: Location, road_number: str) -> Location:
        """Locate again a head that `wants_number`, now that the tail has given it."""
        numbered = self.gazetteer.numbered.get((name_key(location.road or ""), road_number), ())
        left = _Left(
            street=_only(self.gazetteer.streets, location.street),
            community=_only(self.gazetteer.communities, location.community),
            street_text=location.street,
            community_text=location.community,
            road=location.road,
            road_number=road_number,
        )
        return self._placed(numbered, left) or replace(location, road_number=road_number)

    def _explicit(self, parts: HeadParts) -> _Left:
        road = self._road(name_key(parts.road)) if parts.road else None
        return _Left(
            street=_only(self.gazetteer.streets, parts.street),
            community=_only(self.gazetteer.communities, parts.community),
            street_text=parts.street,
            community_text=parts.community,
            road=road or parts.road,
            road_number=parts.road_number,
        )

    def _in_text(self, key: str, given: _Left) -> Location:
        """Read `key` from its right end: a known name, a road with its number, a near name, a pattern."""
        names = self.gazetteer.names
        for length in range(min(names.longest, len(key)), 1, -1):
            places = names.targets.get(key[-length:])
            if places:
                left = _merge(given, self._left(key[:-length]))
                if not left.rest or left.rest[-1] in _BOUNDARY:
                    found = self._placed(places, left)
                    if found:
                        return found
        left = _merge(given, self._left(key))
        if not left.rest:
            return self._by_road(left)
        return self._unknown(left)

    def _by_road(self, left: _Left) -> Location:
        if left.road and left.road_number:
            found = self._placed(self.gazetteer.numbered.get((name_key(left.road), left.road_number), ()), left)
            if found:
                return found
        return self._plain(left)

    def _unknown(self, left: _Left) -> Location:
        """A rest that is no known name: one slip from one, a short form of one, or a place of its own."""
        rest, gazetteer = left.rest, self.gazetteer
        by_number = self._by_road(replace(left, rest=""))
        short = gazetteer.short_names.targets.get(rest) or gazetteer.short_names.targets.get(rest + "小区")
        trimmed = gazetteer.names.targets.get(rest.removesuffix("小区")) if rest.endswith("小区") else None
        near = tuple(sorted({place for name in gazetteer.names.near(rest) for place in gazetteer.names.targets[name]}))
        for places in (short, trimmed, near):
            if places:
                agreed = tuple(place for place in places if place in by_number.places)
                found = self._placed(agreed or places, left)
                if found and len(found.places) == 1:
                    return found
        if by_number.places and not ROAD.match(rest):
            return replace(by_number, estate=None) if len(by_number.places) > 1 else by_number
        group = GROUP.search(rest)
        if group and not left.road:
            outer = self._left(rest[: group.start()]) if group.start() else _Left()
            left = _merge(left, outer)
            return replace(self._plain(left), estate=(outer.rest or "") + f"{number(group['group'])}组")
        return self._plain(left, estate=rest)

    def _plain(self, left: _Left, estate: str | None = None) -> Location:
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

    def _placed(self, places: tuple[int, ...], left: _Left) -> Location | None:
        """Narrow places by what stands to their left; None where that contradicts all of them."""
        gazetteer = self.gazetteer
        numbered: tuple[int, ...] = ()
        if left.road and left.road_number:
            numbered = gazetteer.numbered.get((name_key(left.road), left.road_number), ())
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

    def _contradicts(self, place: int, left: _Left) -> bool:
        gazetteer = self.gazetteer
        if left.community is not None and gazetteer.community_of[place]:
            return gazetteer.community_names[left.community][0] != gazetteer.community_of[place]
        if left.street is not None and gazetteer.street_of[place]:
            return gazetteer.street_names[left.street] != gazetteer.street_of[place]
        return False

    def _road(self, text: str) -> str | None:
        """The standard spelling of a road, also when written with one slip; None where unknown."""
        roads = self.gazetteer.roads
        for key in (text, *(near if len(near := roads.near(text)) == 1 else ())):
            if key in roads.targets:
                return self.gazetteer.road_names[roads.targets[key][0]]
        return None

    def _left(self, text: str) -> _Left:
        if text not in self._lefts:
            self._lefts[text] = self._read_left(text)
        return self._lefts[text]

    def _read_left(self, text: str) -> _Left:
        """Province to community from the left, road and number from the right; the rest is what stays between."""
        if not text:
            return _Left()
        street, street_text, after = self._division(ADMIN.sub("", text, count=1), self.gazetteer.streets, STREET)
        if street is None and street_text is None:
            whole = self._division(text, self.gazetteer.streets, STREET)
            street, street_text, after = whole if whole[0] is not None else (None, None, after)
        community, community_text, after = self._division(after, self.gazetteer.communities, COMMUNITY, VILLAGE)
        left = _Left(street, community, street_text, community_text)
        match = ROAD_NUMBER.match(after)
        if not match:
            road = self._road(after) or (after if ROAD.match(after) else None)
            return replace(left, road=road) if road else replace(left, rest=after)
        road_text = match["before"]
        found_number = number(match["number"])
        if not road_text:
            return replace(left, road_number=found_number)
        road = self._road(road_text) or self._ending_road(road_text)
        if road or ROAD.match(road_text):
            return replace(left, road=road or road_text, road_number=found_number)
        return replace(left, rest=after)

    def _ending_road(self, text: str) -> str | None:
        """The longest known road `text` ends in."""
        roads = self.gazetteer.roads
        for length in range(min(roads.longest, len(text)), 2, -1):
            if text[-length:] in roads.targets:
                return self.gazetteer.road_names[roads.targets[text[-length:]][0]]
        return None

    @staticmethod
    def _division(text: str, known: NameIndex, *patterns: re.Pattern[str]) -> tuple[int | None, str | None, str]:
        """Take a street or community off the left of `text`: known, one slip from known, or by pattern."""
        for length in range(min(known.longest, len(text)), 1, -1):
            targets = known.targets.get(text[:length])
            if targets and len(targets) == 1:
                return targets[0], None, text[length:]
        for pattern in patterns:
            match = pattern.match(text)
            if match:
                near = known.near(match.group(1))
                meant = {target for name in near for target in known.targets[name]}
                if len(meant) == 1:
                    return meant.pop(), None, text[match.end() :]
                return None, match.group(1), text[match.end() :]
        return None, None, text


def _only(index: NameIndex, name: str | None) -> int | None:
    targets = index.targets.get(name_key(name), ()) if name else ()
    return targets[0] if len(targets) == 1 else None


def _merge(given: _Left, read: _Left) -> _Left:
    """What the row's own columns say wins over what its text says."""
    return _Left(
        read.street if given.street is None else given.street,
        read.community if given.community is None else given.community,
        given.street_text or read.street_text,
        given.community_text or read.community_text,
        given.road or read.road,
        given.road_number or read.road_number,
        read.rest,
    )
