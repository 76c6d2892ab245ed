"""The place a report names: an address inside a sentence, a gate, a landmark, a crossing.

People do not write addresses, they say where something is: `昌湾城7号楼门口`, `桥东路与海港路路口那边`, `我们小区`. The known name of
an estate, or road and number, begins the address; building and room follow it; what follows these is a landmark.

Belongs here: finding that part of a text, and the landmark. Does not: what the address comes to (`address`).
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from functools import cached_property, lru_cache
from itertools import pairwise, product
from math import prod
from operator import add

from pypinyin import Style, lazy_pinyin, pinyin

from pipelines.standardise.address import Gazetteer
from pipelines.standardise.address.gazetteer import NameIndex
from pipelines.standardise.numerals import NUMERALS

_N = f"(?:[0-9]{{1,4}}|[{NUMERALS}]{{1,4}})"
_TAIL = re.compile(
    rf"(?:{_N}号(?!楼))?(?:{_N}(?:幢|栋|座|号楼|#楼?|楼(?!道))(?:{_N}单元)?(?:[0-9]{{3,4}}(?![0-9])(?:室|号)?)?"
    rf"|[0-9]{{1,4}}-[0-9]{{1,4}}(?:-[0-9]{{1,4}})?室?|{_N}号(?!楼))?"
)
"""Building, unit and room, or a door, behind a name."""
_NUMBER = re.compile(rf"{_N}号(?!楼)")
_LANDMARK = re.compile(
    r"(?:的)?((?:[东南西北]|东南|西南|东北|西北|正|后|前|大|小|侧|主)*(?:大门|门)(?:口|岗|卫室?)?"
    r"|地下车库|车库|停车场|广场|花坛|绿化带|物业|居委会|活动室|活动中心|老年活动室|门卫室?|快递柜|健身器材|垃圾房|垃圾站|变电房|配电房|泵房"
    r"|公交站台?|地铁口|菜场|菜市场|幼儿园|小学|中学|学校|医院|卫生站|超市|银行|药店|饭店|河边|桥头|桥下|池塘边|工地|围墙|公厕|球场|亭子|凉亭)"
)
MOST_READINGS = 64


@dataclass(frozen=True)
class Spot:
    """What one text says of where.

    Attributes:
        name: of an estate, or a road with its number, as the gazetteer knows it.
        tail: building, unit, room behind it; '' for none.
        spot: a landmark, gate or crossing. A crossing is both roads with `+` between, in one order.
        target: what the name stands for, so that two names of one place agree.
    """

    name: str | None = None
    tail: str = ""
    spot: str | None = None
    target: tuple[object, ...] | None = None

    @property
    def address(self) -> str | None:
        """A text that the address grammar reads."""
        return None if self.name is None else self.name + self.tail


NOWHERE = Spot()


@dataclass(frozen=True)
class PlaceFinder:
    """Finds the known names of a city in free text."""

    gazetteer: Gazetteer

    @cached_property
    def _estates(self) -> _Spotter:
        return _Spotter.of(self.gazetteer.names)

    @cached_property
    def _roads(self) -> _Spotter:
        return _Spotter.of(self.gazetteer.roads)

    def find(self, text: str) -> Spot:
        """The first place of a text, its numerals as digits (`name_key`): an estate before a road, since a road alone is long."""
        crossing = self._crossing(text)
        if (at := self._estates.first(text)) is not None:
            _, end, name = at
            rest = self._tail(text, end)
            target = ("estate", self.gazetteer.names.targets[name])
            return Spot(name, text[end:rest], crossing or _landmark(text, rest), target)
        if (at := self._roads.first(text)) is None:
            return Spot(spot=crossing)
        _, end, name = at
        number = _NUMBER.match(text, end)
        if number is None:
            return Spot(name, "", crossing, ("road", name))
        rest = self._tail(text, number.end())
        places = self.gazetteer.numbered.get((name, number[0].removesuffix("号")))
        at_number: tuple[object, ...] = ("estate", places) if places else ("road", name, number[0])
        return Spot(name + number[0], text[number.end() : rest], crossing or _landmark(text, rest), at_number)

    @staticmethod
    def _tail(text: str, at: int) -> int:
        tail = _TAIL.match(text, at)
        return tail.end() if tail else at

    def _crossing(self, text: str) -> str | None:
        """Both roads of a crossing in one order; null where there is none."""
        if "路口" not in text and "交" not in text and "街口" not in text:
            return None
        names = [self._roads.at(text, i) for i in range(len(text))]
        roads = sorted({hit[2] for hit in names if hit})
        if len(roads) >= 2:
            return "+".join(roads[:2])
        return None


def _landmark(text: str, at: int) -> str | None:
    landmark = _LANDMARK.match(text, at)
    return landmark[1].removesuffix("口") if landmark else None


@dataclass(frozen=True)
class _Spotter:
    """Known names, to be found anywhere in a text: by their first two characters, else by how they sound."""

    names: dict[str, str]
    starts: frozenset[str]
    lengths: tuple[int, ...]
    sounds: dict[tuple[str, ...], str]
    sound_starts: frozenset[tuple[str, ...]]

    @classmethod
    def of(cls, index: NameIndex) -> _Spotter:
        keys = [key for key in index.targets if len(key) >= 2]
        sounds = {sound: key for key in keys if len(key) >= 3 for sound in _readings(key)}
        return cls(
            {key: key for key in keys},
            frozenset(key[:2] for key in keys),
            tuple(sorted({len(key) for key in keys}, reverse=True)),
            sounds,
            frozenset(sound[:2] for sound in sounds),
        )

    def first(self, text: str) -> tuple[int, int, str] | None:
        """Begin and end of the first known name, and the name; one that only sounds alike where there is none."""
        if not self.starts.isdisjoint(map(add, text, text[1:])):
            for i in range(len(text) - 1):
                if text[i : i + 2] in self.starts and (hit := self.at(text, i)):
                    return hit
        return self._alike(text)

    def at(self, text: str, i: int) -> tuple[int, int, str] | None:
        """The longest known name that begins at a character."""
        if text[i : i + 2] not in self.starts:
            return None
        for length in self.lengths:
            if text[i : i + length] in self.names and i + length <= len(text):
                return i, i + length, text[i : i + length]
        return None

    def _alike(self, text: str) -> tuple[int, int, str] | None:
        """The first name of three characters or more that is written with one other character of the same sound."""
        sound = tuple(map(_sound, text))
        starts = self.sound_starts
        if starts.isdisjoint(pairwise(sound)):
            return None
        for i, two in enumerate(pairwise(sound)):
            if two not in starts:
                continue
            for length in self.lengths:
                name = self.sounds.get(sound[i : i + length])
                if name is not None and i + length <= len(text) and _one_differs(text[i : i + length], name):
                    return i, i + length, name
        return None


@lru_cache(maxsize=65536)
def _sound(character: str) -> str:
    return lazy_pinyin(character, errors=lambda x: x)[0] if not character.isascii() else character


def _readings(key: str) -> set[tuple[str, ...]]:
    """How a name may sound, tones apart; of names with many readings only the usual one."""
    every = [sorted(set(one)) for one in pinyin(key, style=Style.NORMAL, heteronym=True)]
    usual = tuple(map(_sound, key))
    if len(every) != len(key) or prod(map(len, every)) > MOST_READINGS:
        return {usual}
    return {usual, *product(*every)}


def _one_differs(written: str, name: str) -> bool:
    return sum(a != b for a, b in zip(written, name, strict=True)) == 1
