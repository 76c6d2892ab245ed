"""The region part of an enterprise name: which places stand at its head, in its brackets, or before a branch.

Belongs here: recognising regions by grammar (their suffix), by the list of provinces and prefectures, and by the city's own
tree. Does not: brand and trade.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Callable, Iterable
from dataclasses import dataclass
from functools import cached_property, lru_cache

from pipelines.standardise.characters import syllable, syllables
from pipelines.standardise.enterprise.regions import PREFECTURES, PROVINCES

_BY_GRAMMAR = re.compile(
    r"^(?:[^()市县区]{2,4}(?:省|自治区|特别行政区)|[^()省县区]{2,5}?市(?!场)|[^()省市]{2,4}?(?:自治县|县)"
    r"|[^()省市县]{1,4}?(?:经济开发区|开发区|高新区|新区|区)|[^()省市县区]{2,4}?(?:街道|镇|乡))"
)
_NO_CITY = re.compile(r"(?:超|菜|门|城|夜|早|花|股|集|闹|都|楼)市$|(?:小|社|园|景|校|片|山|库|牧|战)区$")
_COMMUNITY = re.compile(r"^[^()省市县区]{2,5}?(?:社区|村)(?=.{2,})")
_IN_BRACKETS = re.compile(r"\(([^()]{2,6})\)")
_SUFFIX = re.compile(r"(?:市|县|区|街道|镇|乡)$")
_TOWN = re.compile(r"(?:街道|镇|乡)$")
_DIVISION = re.compile(r"(?<!开发)(?<!新)(?<!园)(?<!保税)(?<!景)(?<!度假)(?:市|区|县|旗)$")


@dataclass(frozen=True)
class Places:
    """Places known by name: of the city as its tree writes them, also without suffix, besides those of the whole country.

    Attributes:
        of_city: names of the city and its streets.
        divisions: of these the city, or its districts and counties where it has several, as often as there are divisions.
        shared: names that two of its places bear.
    """

    of_city: frozenset[str]
    divisions: tuple[str, ...] = ()
    shared: frozenset[str] = frozenset()

    @classmethod
    def of(cls, names: Iterable[str]) -> Places:
        """Places of a city whose city and street names are given, the city first.

        A name that is given twice is that of two places.
        """
        known = [name for name in names if name]
        upper = [i == 0 or bool(_DIVISION.search(name)) for i, name in enumerate(known)]
        return cls(
            frozenset(known),
            tuple(name for name, is_upper in zip(known, upper, strict=True) if is_upper and not _TOWN.search(name)),
            frozenset(name for name, count in Counter(known).items() if count > 1),
        )

    @cached_property
    def _known(self) -> str:
        """Names that may stand anywhere among the regions, longest first, as alternatives of a pattern."""
        names = self.of_city | {_SUFFIX.sub("", place) for place in self.of_city}
        known = {n for n in names | PROVINCES if len(n) >= 2} | {p + s for p in PROVINCES for s in "省市"}
        return "|".join(map(re.escape, sorted(known, key=lambda n: (-len(n), n))))

    @cached_property
    def _known_at_head(self) -> re.Pattern[str]:
        return re.compile(f"^(?:{self._known})")

    @cached_property
    def _known_at_end(self) -> re.Pattern[str]:
        return re.compile(f"(?:{self._known})$")

    @cached_property
    def _towns(self) -> frozenset[str]:
        towns = {place for place in self.of_city if _TOWN.search(place)}
        return frozenset(towns | {_TOWN.sub("", town) for town in towns})

    def length(self, text: str, before: str = "") -> int:
        """How many characters at the head of `text` are one region name; `before` are those already taken.

        A prefecture without its suffix counts only in front, or behind its own province: 阳江 in 江苏阳江宏 is none.
        """
        found = self._known_at_head.match(text)
        prefectures = _prefectures(before)
        known = max(found.end() if found else 0, next((n for n in (4, 3, 2) if text[:n] in prefectures), 0))
        if found := _BY_GRAMMAR.match(text):
            written = found.group()
            if len(written) > known and not _NO_CITY.search(written):
                return len(written)
        return known

    @cached_property
    def _town_sounds(self) -> dict[str, str]:
        """Pinyin → town without suffix, where only one sounds so."""
        towns = sorted(_TOWN.sub("", town) for town in self._towns)
        sounds = syllables(towns)
        named: dict[str, set[str]] = {}
        for sound, town in zip(sounds, towns, strict=True):
            named.setdefault(sound, set()).add(town)
        return {sound: next(iter(names)) for sound, names in named.items() if len(names) == 1}

    def town_by_sound(self, text: str) -> int:
        """How many characters at the head of `text` are a town's name with one character typed as it sounds."""
        for n in (4, 3, 2):
            head = text[:n]
            town = self._town_sounds.get(" ".join(map(syllable, head))) if len(head) == n else None
            if town and len(town) == n and sum(a != b for a, b in zip(town, head, strict=True)) == 1:
                return n
        return 0

    def may_be_brand(self, place: str) -> bool:
        """A town's name may serve as a brand; names of counties, cities and provinces may not (企业名称登记管理规定)."""
        return place in self._towns or bool(_TOWN.search(place))

    def at_end(self, text: str) -> int:
        """How many characters at the end of `text` are one place of the city."""
        found = self._known_at_end.search(text)
        return len(found.group()) if found else 0

    def take(self, text: str, trades_in: Callable[[str], int]) -> tuple[str | None, str]:
        """Take the regions off the head of a name, and one in brackets.

        Args:
            text: a name without branch and legal form.
            trades_in: of how many trade words a text consists altogether, 0 where there is anything else in it. A region
                in front of nothing else is no region but the brand, unless the first of several trade words can be it.

        Returns:
            The regions together (None where there are none), and the rest.
        """
        taken, rest = "", text
        while n := self.length(rest, taken) or (self.town_by_sound(rest) if taken else 0):
            words = trades_in(rest[n:])
            if len(rest) - n < 2 or words == 1 or (words > 1 and self.may_be_brand(rest[:n])):
                break
            if rest[:n] in _prefectures("") and trades_in(rest[n + 1 :]):  # 泰安达贸易: the brand is 泰安达
                break
            taken, rest = taken + rest[:n], rest[n:]
        if taken and (found := _COMMUNITY.match(rest)) and not trades_in(rest[found.end() :]):
            taken, rest = taken + found.group(), rest[found.end() :]
        for found in _IN_BRACKETS.finditer(rest):
            inside = found.group(1)
            if self.length(inside) == len(inside):
                taken, rest = taken + inside, rest[: found.start()] + rest[found.end() :]
                break
        return taken or None, rest


@lru_cache(maxsize=100)
def _prefectures(before: str) -> frozenset[str]:
    """Prefectures without suffix that may follow: all at the head of a name, behind a province its own, else none."""
    if not before:
        return frozenset(name for names in PREFECTURES.values() for name in names)
    return frozenset(PREFECTURES.get(before.removesuffix("省"), ()))
