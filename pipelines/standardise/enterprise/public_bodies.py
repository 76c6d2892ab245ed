"""Names of public bodies: governments, departments, committees, public schools and hospitals.

The name of a body is its division and its sort, and a division has one body of a sort (地方各级人民代表大会和地方各级人民政府组织法,
城市居民委员会组织法, 村民委员会组织法). So it needs no brand: 云溪市柳塘镇政府 and 柳塘镇人民政府 are one body, 石桥街道办 is another. What
bears the name of a body in part (柳塘镇政府招待所) is none.

Belongs here: telling a body by its name, and the one spelling of it. Does not: the sorts (`public_bodies.yaml`), and names of
firms (`names`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from dataclasses import dataclass
from functools import cache, cached_property
from importlib import resources
from typing import Any, NamedTuple

import yaml

from pipelines.standardise.enterprise.places import Places
from pipelines.standardise.enterprise.regions import PREFECTURES, PROVINCES
from pipelines.standardise.numerals import numeral

GOVERNMENT, STREET, DEPARTMENT, LOCAL, NUMBERED, NAMED = (
    "government", "street", "department", "local", "numbered", "named",
)  # fmt: skip
"""The groups of sorts in `public_bodies.yaml`, which says what each means."""

_GOVERNS = re.compile(r"(?:省|市|区|县|旗|州|盟|镇|乡)$")
_NUMBER = re.compile(r"第?([一二三四五六七八九十]{1,3}|[0-9]{1,2})$")
_NAME = re.compile(r"[\u3400-\u9fff]{1,10}")
_ITSELF = re.compile(r"\((?:本级|机关)\)$")
_MUNICIPALITIES = frozenset("北京 天津 上海 重庆".split())
_IMPLIED = ("", "市", "区", "县")
"""What may stand for the own division before a department: 市住建局."""
_AND = ("和", "", "与", "及")


class PublicBody(NamedTuple):
    """A body: where it lies as written (None: nowhere), and the one spelling of its name."""

    region: str | None
    key: str


class Sort(NamedTuple):
    """A sort of body: its full name and group; of those with a name of their own what that may end in and stand behind."""

    name: str
    group: str
    drops: str = ""
    behind: str = ""


@cache
def sorts() -> Mapping[str, tuple[Sort, ...]]:
    """Every spelling of a sort → the sorts it may mean; as `public_bodies.yaml` has them."""
    file = resources.files(__package__).joinpath("public_bodies.yaml")
    groups: dict[str, dict[str, Any]] = yaml.safe_load(file.read_text(encoding="utf-8"))
    found: dict[str, list[Sort]] = {}
    for group, bodies in groups.items():
        for name, said in bodies.items():
            more = said if isinstance(said, dict) else {"short": said}
            sort = Sort(name, group, more.get("drops", ""), more.get("behind", ""))
            for spelling in dict.fromkeys([*(name.replace("和", link) for link in _AND), *more["short"]]):
                found.setdefault(spelling, []).append(sort)
    return {spelling: tuple(several) for spelling, several in found.items()}


@cache
def _lengths_by_end() -> Mapping[str, tuple[int, ...]]:
    """Last character → lengths of the spellings that end in it, longest first."""
    lengths: dict[str, set[int]] = {}
    for spelling in sorts():
        lengths.setdefault(spelling[-1], set()).add(len(spelling))
    return {end: tuple(sorted(several, reverse=True)) for end, several in lengths.items()}


@dataclass(frozen=True)
class PublicBodies:
    """Reads names of public bodies with the places it knows."""

    places: Places

    def read(self, text: str) -> PublicBody | None:
        """The body that a simplified name, folded and without blanks, names as a whole; None where it names none.

        >>> bodies = PublicBodies(Places.of(['云溪市', '柳塘镇', '石桥街道']))
        >>> [bodies.read(name).key for name in ('云溪市柳塘镇政府', '石桥街道办', '市住建局', '云溪住房和城乡建设局')]
        ['柳塘镇人民政府', '石桥街道办事处', '云溪市住房和城乡建设局', '云溪市住房和城乡建设局']
        >>> bodies.read('柳塘镇政府招待所')
        """
        if not (lengths := _lengths_by_end().get(text[-1:])):
            if not (text.endswith(")") and (itself := _ITSELF.sub("", text)) != text):
                return None
            return self.read(itself)
        for n in lengths:
            for sort in sorts().get(text[-n:], ()):
                if (body := self._of_sort(sort, text[:-n])) is not None:
                    return body
        return None

    def _of_sort(self, sort: Sort, before: str) -> PublicBody | None:
        """The body of a sort, of which `before` says where it lies and what it is called."""
        if sort.group == NAMED:
            return self._named(sort, before)
        name = sort.name
        if sort.group == NUMBERED:
            if not (number := _NUMBER.search(before)) or (n := _number(number[1])) is None:
                return None
            before, name = before[: number.start()], f"第{n}{sort.name}"
        places = self._places(before)
        if places is None and (sort.group in {DEPARTMENT, NUMBERED} or (sort.group == GOVERNMENT and before)):
            places = self._implied(before)
        if not places or not _may_have(places[-1], sort.group):
            return None
        telling = self._telling(places)
        if telling[0] in self.places.shared - set(self.places.divisions):
            return None
        return PublicBody(_region(before), "".join(telling) + name)

    def _named(self, sort: Sort, before: str) -> PublicBody | None:
        """A body with a name of its own, behind its division or, a police station, behind the office it belongs to.

        Within a county no two villages or communities share a name (地名管理条例 第九条), so its town tells no more.
        """
        if sort.behind and sort.behind in before:
            before, _, name = before.rpartition(sort.behind)
            places = self._places(before) or self._implied(before)
            if places is None:
                return None
        else:
            parts, name = self._split(before)
            if not name:
                *parts, name = parts or [""]
            places = [self._whole(part) for part in parts]
        region = _region(before.removesuffix(name))
        name = re.sub(f"(?:{sort.drops})$", "", name) if sort.drops else name
        places = self._telling(places)
        if not _NAME.fullmatch(name) or not (places or self._only_division):
            return None
        if self._only_division and all(place in self.places.of_city for place in places):
            places = []
        return PublicBody(region, "".join(places) + name + sort.name)

    def _places(self, text: str) -> list[str] | None:
        """The places a text consists of, in full; None where it is empty or anything else is in it."""
        parts, rest = self._split(text)
        return None if rest or not parts else [self._whole(part) for part in parts]

    def _implied(self, text: str) -> list[str] | None:
        """The own division where a name takes it for granted; None where it says something else or there are several."""
        own = self._only_division
        return [own] if own and text in _IMPLIED and own.endswith(text) else None

    def _split(self, text: str) -> tuple[list[str], str]:
        """The places at the head of a text, one by one, and the rest."""
        parts: list[str] = []
        rest = text
        while rest and (n := self.places.length(rest, "".join(parts))):
            parts, rest = [*parts, *self._apart(rest[:n])], rest[n:]
        return parts, rest

    def _apart(self, part: str) -> Iterator[str]:
        """A place that holds two, as the grammar takes them where the first lacks its suffix: 云溪柳塘镇."""
        for i in range(2, len(part) - 1):
            head, tail = part[:i], part[i:]
            known = tail in self.places.of_city or head in self._own_divisions
            if known and self.places.length(head) == i and self.places.length(tail) == len(tail):
                return iter((head, tail))
        return iter((part,))

    def _whole(self, part: str) -> str:
        """A place with its suffix, where only one can be meant."""
        if part in PROVINCES or (full := self._full.get(part)) is None:
            return part
        return full

    def _telling(self, places: list[str]) -> list[str]:
        """Of places from wide to narrow those that tell a body from others of its sort: not what is around the own division, and not
        that division where what follows lies in no other."""
        own = max((i for i, place in enumerate(places) if place in self.places.divisions), default=0)
        places = places[own:]
        while len(places) > 1 and _is_province(places[0]):
            places = places[1:]
        if len(places) > 1 and places[0] in self.places.divisions:
            alone = places[1] in self.places.of_city and places[1] not in self.places.shared
            if alone or self._only_division:
                places = places[1:]
        return places

    @cached_property
    def _only_division(self) -> str | None:
        return self.places.divisions[0] if len(self.places.divisions) == 1 else None

    @cached_property
    def _own_divisions(self) -> frozenset[str]:
        return frozenset({*self.places.divisions, *(_stem(place) for place in self.places.divisions)})

    @cached_property
    def _full(self) -> Mapping[str, str]:
        """Place without its suffix → the place, where only one place of the city is called so; else that of a prefecture."""
        meant: dict[str, set[str]] = {}
        for place in self.places.of_city:
            meant.setdefault(_stem(place), set()).add(place)
        known = {stem: next(iter(several)) if len(several) == 1 else stem for stem, several in meant.items()}
        return {name: f"{name}市" for names in PREFECTURES.values() for name in names} | known


def _region(text: str) -> str | None:
    """What is written of where a body lies; 市 alone names no place."""
    return None if text in _IMPLIED else text


def _may_have(place: str, group: str) -> bool:
    """Whether a place may have a body of that group: a street has an office, and what governs is a division."""
    if group == STREET:
        return place.endswith("街道")
    return group != GOVERNMENT or bool(_GOVERNS.search(place))


def _stem(place: str) -> str:
    short = re.sub(r"(?:街道|市|县|区|镇|乡)$", "", place)
    return short if len(short) > 1 else place


def _is_province(place: str) -> bool:
    short = place.removesuffix("省")
    return short in PROVINCES or place.endswith("自治区") or place.removesuffix("市") in _MUNICIPALITIES


def _number(text: str) -> int | None:
    return int(text) if text.isascii() else numeral(text)
