"""The left end of a head: province to community, road and number, and what no rule accounts for.

Belongs here: reading from the left as far as divisions and road go. Does not belong here: which place a head means
(`locate`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass, replace

from pipelines.standardise.address.gazetteer import Gazetteer, NameIndex
from pipelines.standardise.address.grammar import ADMIN, COMMUNITY, ROAD, ROAD_NUMBER, STREET, VILLAGE
from pipelines.standardise.address.notation import name_key, number

BOUNDARY = frozenset("路街道巷弄号村区镇乡会组内旁侧面口")
"""Characters a name to the right can begin after, even where what they end is not known."""


@dataclass(frozen=True)
class Left:
    """What stands left of an estate's name.

    Attributes:
        street: index into the gazetteer's streets, where known; `street_text` is what the grammar took for one.
        community: index into its communities, where known; `community_text` likewise.
        road: standard spelling where known, else as written.
        road_number: in its one form.
        rest: what no rule accounts for.
    """

    street: int | None = None
    community: int | None = None
    street_text: str | None = None
    community_text: str | None = None
    road: str | None = None
    road_number: str | None = None
    rest: str = ""


class LeftReader:
    """Reads left ends against one gazetteer; remembers those it has seen, since neighbours share them."""

    def __init__(self, gazetteer: Gazetteer) -> None:
        self.gazetteer = gazetteer
        self._seen: dict[str, Left] = {}

    def read(self, text: str) -> Left:
        """Road and number from the right, province to community from the left; the rest is what stays between."""
        if text not in self._seen:
            self._seen[text] = self._read(text)
        return self._seen[text]

    def leads_elsewhere(self, text: str) -> bool:
        """Whether a head begins with the divisions of another city."""
        here = self._divisions(text)
        known = here.street is not None or here.community is not None
        return self.gazetteer.division.leads_elsewhere(text, known)

    def settle(self, left: Left) -> Left:
        """Account for a rest that is a street or community written with a slip, or the city without its 市."""
        rest = left.rest
        if not rest or rest[-1] in BOUNDARY:
            return left
        if self.gazetteer.division.is_elsewhere(rest) is False:
            return replace(left, rest="")
        for cut in range(len(rest) + 1):
            street = one(self.gazetteer.streets, rest[:cut]) if cut else None
            community = one(self.gazetteer.communities, rest[cut:]) if cut < len(rest) else None
            if (cut == 0 or street is not None) and (cut == len(rest) or community is not None):
                return replace(
                    left,
                    street=street if left.street is None else left.street,
                    community=community if left.community is None else left.community,
                    rest="",
                )
        return left

    def road(self, text: str) -> str | None:
        """The standard spelling of a road, also when written with one slip; None where unknown."""
        roads = self.gazetteer.roads
        for key in (text, *(near if len(near := roads.near(text)) == 1 else ())):
            if key in roads.targets:
                return self.gazetteer.road_names[roads.targets[key][0]]
        return None

    def _read(self, text: str) -> Left:
        if not text:
            return Left()
        match = ROAD_NUMBER.match(text)
        before, found_number = (match["before"], number(match["number"])) if match else (text, None)
        road = self._ending_road(before) if before else None
        if road:
            before = before[: -len(name_key(road))]
        left = replace(self._divisions(before), road=road, road_number=found_number)
        if road or not left.rest:
            return left
        road = self.road(left.rest) or (left.rest if ROAD.match(left.rest) else None)
        if road:
            return replace(left, road=road, rest="")
        return replace(left, rest=left.rest + (text[len(before) :] if match else ""), road_number=None)

    def _divisions(self, text: str) -> Left:
        """Province to community at the left of `text`."""
        if not text:
            return Left()
        gazetteer = self.gazetteer
        admin = ADMIN.match(text)
        after = text[admin.end() :] if admin else text
        street, street_text, after = self._division(after, gazetteer.streets, STREET)
        if street is None:
            whole = self._division(text, gazetteer.streets)
            street, street_text, after = whole if whole[0] is not None else (None, street_text, after)
        community, community_text, after = self._division(after, gazetteer.communities, COMMUNITY, VILLAGE)
        return Left(street, community, street_text, community_text, rest=after)

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


def one(index: NameIndex, written: str) -> int | None:
    """What a name stands for, written right or with one slip, where that is one thing only."""
    near = [written] if written in index.targets else index.near(written)
    meant = {target for name in near for target in index.targets[name]}
    return meant.pop() if len(meant) == 1 else None


def only(index: NameIndex, name: str | None) -> int | None:
    """What a name stands for, where that is one thing only."""
    targets = index.targets.get(name_key(name), ()) if name else ()
    return targets[0] if len(targets) == 1 else None


def merge(given: Left, read: Left) -> Left:
    """What the row's own columns say wins over what its text says."""
    return Left(
        read.street if given.street is None else given.street,
        read.community if given.community is None else given.community,
        given.street_text or read.street_text,
        given.community_text or read.community_text,
        given.road or read.road,
        given.road_number or read.road_number,
        read.rest,
    )
