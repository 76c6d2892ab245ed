"""The division a city is: which province, prefecture and counties are its own, and whether an address names another.

Belongs here: telling addresses of other cities apart, by the divisions at their beginning. Does not: reading the rest of an
address (`left`, `locate`), or the names of divisions (`divisions`).

An address that names another county, another city or another province is no home of this city, however familiar the name of
its estate is. What is not known of the city decides nothing: without its counties no county is another.
"""

from __future__ import annotations

import re
from collections import Counter
from collections.abc import Iterable
from dataclasses import dataclass

from pipelines.standardise.address.divisions import (
    CITIES,
    COUNTIES,
    PROVINCE_OF_CITY,
    PROVINCE_OF_CODE,
    PROVINCES,
)
from pipelines.standardise.address.grammar import ADMIN

_SUFFIX = re.compile(r"(?:省|自治州|地区|自治县|自治旗|[市区县旗盟])$")
_GENERIC = re.compile(r"^[东西南北中新老旧上下江河城郊开发经技高港]+$")
"""District names that also say where in a town something lies: 新城区, 城东区, 高新区."""


@dataclass(frozen=True)
class Named:
    """The divisions an address names, without their suffix; '' where it names none."""

    province: str = ""
    city: str = ""
    county: str = ""


@dataclass(frozen=True)
class OwnDivision:
    """The division a city is, all names without their suffix; '' and none where not known.

    Attributes:
        province: such as 江苏.
        prefecture: the prefecture-level city it is, or belongs to, such as 无锡.
        counties: its counties, districts or the county-level city it is.
    """

    province: str = ""
    prefecture: str = ""
    counties: frozenset[str] = frozenset()

    @classmethod
    def of(
        cls, counties: Iterable[str], codes: Iterable[str] = (), *, province: str = "", prefecture: str = ""
    ) -> OwnDivision:
        """Put together what is known.

        Args:
            counties: names of county-level divisions, with or without suffix.
            codes: division or grid codes of the city, whose first two digits are those of the province (GB/T 2260).
            province: its name where it is declared.
            prefecture: likewise.
        """
        starts = Counter(code[:2] for code in codes if code)
        by_code = PROVINCE_OF_CODE.get(min(starts, key=lambda start: (-starts[start], start)), "") if starts else ""
        short = next((name for name in PROVINCES if province.startswith(name)), _core(province))
        return cls(short or by_code, _core(prefecture), frozenset(_core(county) for county in counties if county))

    def leads_elsewhere(self, text: str, continues_here: bool) -> bool:
        """Whether the divisions at the beginning of a folded address are of another city.

        Args:
            text: the address, or its head.
            continues_here: whether a street or community of this city follows: a county nobody knows is then a slip.
        """
        above = next((name for name in PROVINCES if text.startswith(name)), "")
        below = ADMIN.match(text.removeprefix(above))
        found = ADMIN.match(text)
        if above and below and (below["city"] or below["county"]) and not (found and found["province"]):
            found = below  # a province without its suffix
        else:
            above = ""
        if not found or not found.group():
            return False
        named = _named(above or found["province"], found["city"], found["county"])
        return self._is_other(named, lone=not (named.province or named.city), continues_here=continues_here)

    def is_elsewhere(self, text: str) -> bool | None:
        """Of a text that is nothing but names of divisions without suffix (江苏无锡江阴): whether they are of another city;
        None where it is anything else."""
        named = _bare(text, self.counties)
        return None if named is None else self._is_other(named, lone=False, continues_here=False)

    def _is_other(self, named: Named, *, lone: bool, continues_here: bool) -> bool:
        if named.county and self.counties:
            here = continues_here or (bool(named.city) and self._is_own(named.city))
            return self._is_other_county(named.county, lone, here)
        if named.city:
            return self._is_other_city(named.city, named.province)
        return self._is_other_province(named.province)

    def _is_other_county(self, county: str, lone: bool, continues_here: bool) -> bool:
        if any(county.endswith(own) for own in self.counties):
            return False
        if county in COUNTIES or county.removesuffix("新") in COUNTIES or county.endswith("县"):
            return not (lone and _GENERIC.match(county))
        return not lone and not continues_here and not _GENERIC.match(county)

    def _is_other_city(self, city: str, province: str) -> bool:
        if self._is_own(city):
            return False
        if city in CITIES:
            if self.prefecture:
                return True
            return bool(self.province) and PROVINCE_OF_CITY[city] != self.province
        if city in COUNTIES and self.counties:
            return True
        return self._is_other_province(province)

    def _is_own(self, city: str) -> bool:
        return any(city.endswith(own) for own in (*self.counties, *filter(None, [self.prefecture])))

    def _is_other_province(self, province: str) -> bool:
        return bool(province and self.province and province != self.province and province in PROVINCES)


def _core(name: str) -> str:
    """A division without its suffix; one of a single character keeps it (渠县)."""
    core = _SUFFIX.sub("", name)
    return core if len(core) >= 2 else name


def _named(province: str | None, city: str | None, county: str | None) -> Named:
    """What a match of `ADMIN` names; a city or county written together with those above it is taken apart."""
    found = Named(_province(province or ""))
    for text, level in ((city, "city"), (county, "county")):
        if not text:
            continue
        core = _core(text)
        above = next((name for name in PROVINCES if core.startswith(name) and len(core) > len(name)), "")
        core = core[len(above) :]
        parent = next((name for name in _LONGEST if core.startswith(name) and len(core) > len(name) + 1), "")
        parent = parent if core[len(parent) :] in COUNTIES or level == "county" else ""
        core = core[len(parent) :]
        is_county = level == "county" or bool(parent)
        found = Named(
            found.province or above,
            found.city or parent or ("" if is_county else core),
            core if is_county else found.county,
        )
    return found


def _province(text: str) -> str:
    return next((name for name in PROVINCES if text.startswith(name)), _core(text))


_LONGEST = tuple(sorted(CITIES, key=lambda name: (-len(name), name)))


def _bare(text: str, own: frozenset[str]) -> Named | None:
    """The divisions a text names without suffix, one behind the other; None where it is more or less than that."""
    province = next((name for name in PROVINCES if text.startswith(name)), "")
    rest = text[len(province) :]
    city = next((name for name in _LONGEST if rest.startswith(name)), "")
    county = rest[len(city) :]
    if county and county not in COUNTIES and county not in own:
        return None
    return Named(province, city, county) if province or city or county else None
