"""How a person's cells are filled in: identity number, name, birth date, phone, sex; and how often each goes wrong.

Belongs here: what every platform that writes down people has in common. Does not: which people and columns a platform has.
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from connectors.sample import noise
from connectors.sample import vocabulary as words
from connectors.sample.draws import Bools, Draws, Ints, Texts, chosen, known, texts
from connectors.sample.sheets import Desk


@dataclass(frozen=True)
class IdErrors:
    """Shares of identity numbers that go wrong; `lower_x` counts among those that end in X."""

    missing: float = 0.0
    lower_x: float = 0.01
    wrong: float = 0.0
    swapped: float = 0.0
    space: float = 0.0
    fifteen: float = 0.0
    scientific: float = 0.0
    rounded: float = 0.0
    masked: float = 0.0
    anothers: float = 0.0


@dataclass(frozen=True)
class NameErrors:
    """Shares of names that go wrong; `dot` counts among minority names, `former` among the renamed."""

    slip: float = 0.0
    space: float = 0.0
    reversed: float = 0.0
    lost: float = 0.0
    traditional: float = 0.0
    former: float = 0.0
    dot: float = 0.8


@dataclass(frozen=True)
class BirthErrors:
    """Shares of birth dates that go wrong."""

    missing: float = 0.0
    january: float = 0.0
    wrong: float = 0.0


@dataclass(frozen=True)
class PhoneErrors:
    """Shares of phones that go wrong; `other_format` is no error of fact."""

    missing: float = 0.0
    old: float = 0.0
    wrong: float = 0.004
    other_format: float = 0.017


@dataclass(frozen=True)
class Scribe:
    """Somebody who writes down people: record by record `who` (rows of `Persons`), with streams of their own per role.

    `hears` is the share of later changes in people's lives that reach this platform.
    """

    desk: Desk
    draws: Draws
    who: Ints
    role: str = ""
    hears: float = 0.6

    def told(self, attribute: str) -> npt.NDArray[Any]:
        """An attribute of `Persons` per record as last told: what is true today, or still what was true on the first day."""
        today = getattr(self.desk.city.persons, attribute)[self.who]
        if not self.desk.day:
            return today
        hears = Draws(self.draws.seed, self.draws.scope, self.draws.n).chance(f"{self.role} hears", self.hears)
        return np.where(hears, today, getattr(self.desk.first.persons, attribute)[self.who])

    def born(self) -> Bools:
        """Who is born by now."""
        return self.desk.city.persons.birth[self.who] <= self.desk.today

    def id_number(self, errors: IdErrors) -> Texts:
        """Identity numbers as written, None where left out."""
        level, numbers = self.desk.level, self.desk.city.persons.id_number
        column = numbers[self.who]
        for label, rate, mishap in (
            ("anothers", errors.anothers, lambda _, u: str(numbers[int(u * len(numbers))])),
            ("wrong", errors.wrong, noise.wrong_digit),
            ("swapped", errors.swapped, noise.neighbours_swapped),
            ("rounded", errors.rounded, noise.rounded),
            ("scientific", errors.scientific, noise.scientific),
            ("lower x", errors.lower_x, noise.lower_x),
            ("masked", errors.masked, noise.masked),
            ("fifteen", errors.fifteen, noise.fifteen_digits),
            ("space", errors.space, noise.space_after_division),
        ):
            column = noise.spoil(column, self.draws, f"{self.role} id {label}", rate * level, mishap)
        return noise.blank(column, self.draws, f"{self.role} id missing", errors.missing * level)

    def name(self, errors: NameErrors) -> Texts:
        """Names as written; never empty."""
        level = self.desk.level
        former = self.told("former_name")
        old = self.draws.befalls(f"{self.role} name former", errors.former * level) & known(former)
        column = chosen(old, former, self.told("name"))
        for label, rate, mishap in (
            ("slip", errors.slip, noise.name_slip),
            ("reversed", errors.reversed, noise.given_reversed),
            ("lost", errors.lost, noise.character_lost),
            ("traditional", errors.traditional, noise.traditional),
            ("space", errors.space, noise.stray_space),
            ("dot", errors.dot, noise.other_dot),
        ):
            column = noise.spoil(column, self.draws, f"{self.role} name {label}", rate * level, mishap)
        return column

    def phone(self, errors: PhoneErrors) -> Texts:
        """Phones as written, None where left out."""
        return self.altered_phone(self.told("phone"), errors)

    def altered_phone(self, column: Texts, errors: PhoneErrors) -> Texts:
        """These phones as written: out of date, mistyped, in another format, or left out."""
        level = self.desk.level
        old = self.draws.befalls(f"{self.role} phone old", errors.old * level)
        column = chosen(old, self.told("old_phone"), column)
        for label, rate, mishap in (
            ("wrong", errors.wrong, noise.wrong_digit),
            ("format", errors.other_format, noise.other_format),
        ):
            column = noise.spoil(column, self.draws, f"{self.role} phone {label}", rate * level, mishap)
        return noise.blank(column, self.draws, f"{self.role} phone missing", errors.missing * level)

    def birth(self, pattern: Literal["%Y%m%d", "%Y-%m-%d", "/", "年", "%Y.%m"], errors: BirthErrors) -> Texts:
        """Birth dates in one of the usual patterns ("/" and "年" without leading zeros), None where left out."""
        level = self.desk.level
        days = self.desk.city.persons.birth[self.who].astype(object)
        january = self.draws.befalls(f"{self.role} birth january", errors.january * level)
        u = self.draws.mishap(f"{self.role} birth wrong", errors.wrong * level)
        for i in np.flatnonzero(january):
            days[i] = noise.first_of_january(days[i])
        for i in np.flatnonzero(u >= 0):
            days[i] = noise.other_day(days[i], u[i])
        if pattern == "/":
            column = texts([f"{d.year}/{d.month}/{d.day}" for d in days])
        elif pattern == "年":
            column = texts([f"{d.year}年{d.month}月{d.day}日" for d in days])
        else:
            column = texts([d.strftime(pattern) for d in days])
        return noise.blank(column, self.draws, f"{self.role} birth missing", errors.missing * level)

    def sex(self, male: str, female: str) -> Texts:
        """Sex in the platform's code."""
        return chosen(self.desk.city.persons.sex[self.who] == 1, male, female)

    def ethnicity_codes(self) -> Texts:
        """Ethnicity in the codes of GB/T 3304."""
        codes = {name: code for name, (code, _) in words.ETHNICITIES.items()}
        return texts([codes[name] for name in self.desk.city.persons.ethnicity[self.who]])

    def home(self, stale: float) -> Ints:
        """Where each lives, a share `stale` by what was true once."""
        gone = self.draws.befalls(f"{self.role} address stale", stale * self.desk.level)
        return np.where(gone, self.desk.first.persons.old_house[self.who], self.told("house"))


def register(desk: Desk, platform: str, covered: Bools, twice: float) -> tuple[Ints, Draws]:
    """A platform's records of these persons, in the order it keeps them; a share `twice` of them it has two of.

    Returns:
        rows of `Persons`, one per record, and the streams of the records.
    """
    people = np.flatnonzero(covered)
    again = people[Draws(desk.city.seed, f"{platform} twice", len(people)).chance("twice", twice * desk.level)]
    who = np.concatenate([people, again])
    draws = desk.draws(platform, len(who))
    return who[draws.order("order")], draws


def covers(desk: Desk, platform: str, share: float | npt.NDArray[np.float64]) -> Bools:
    """Who a platform knows, by chance alone."""
    return Draws(desk.city.seed, f"{platform} covers", len(desk.city.persons.name)).chance("known", share)


def dates(draws: Draws, name: str, first: str, last: str) -> npt.NDArray[np.datetime64]:
    """A day between two days, per record, as datetime64[D]."""
    start, end = np.datetime64(first, "D"), np.datetime64(last, "D")
    return start + draws.below(name, int((end - start).astype(int)) + 1)


def day_texts(days: npt.NDArray[np.datetime64], suffix: str = "") -> Texts:
    """Days as ISO text."""
    return texts([d + suffix for d in np.datetime_as_string(days, unit="D").tolist()]) if len(days) else texts([])
