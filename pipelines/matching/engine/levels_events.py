"""Comparison levels for things that happen: how far apart in time, over before the other began, told in like words.

Belongs here: levels that look at moments, at values given in any of several columns, at points of an unsure system, at free
text. Does not: places resolved to their parts (`levels_places`), or reading a report (`pipelines.standardise.events`).
"""

from __future__ import annotations

from dataclasses import dataclass
from itertools import product

import numpy as np
from rapidfuzz import fuzz

from pipelines.matching.engine.levels import ByCode, Mask, Plain, ValuePairs
from pipelines.matching.engine.levels_places import METRES_PER_DEGREE


@dataclass(frozen=True)
class WithinHours(ByCode):
    """Moments at most so many hours apart, times the smaller pace of both: slow events are reported for days.

    `column` holds hours since any moment, `pace` a factor of 1 or more.
    """

    hours: float
    column: str = "hours"
    pace: str = "pace"
    weighed_by: str | None = None

    @property
    def name(self) -> str:
        """`within_8_h` for eight hours."""
        return f"within_{self.hours:g}_h"

    @property
    def frequency_of(self) -> str | None:
        """The column whose values weigh it: the week, of which a longer record holds more."""
        return self.weighed_by

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        left, right = pairs.numbers(self.column)
        pace = np.fmin(*pairs.numbers(self.pace))
        return np.abs(left - right) <= self.hours * np.where(np.isnan(pace), 1.0, pace)


@dataclass(frozen=True)
class OverBefore(ByCode):
    """One was over, by at least so many hours, when the other was reported. Columns hold hours since any moment."""

    hours: float
    closed: str = "closed_hours"
    reported: str = "hours"

    @property
    def name(self) -> str:
        """`over_24_h_before` for a day."""
        return f"over_{self.hours:g}_h_before"

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        reported, closed = pairs.numbers(self.reported), pairs.numbers(self.closed)
        first = np.where(reported[0] <= reported[1], closed[0], closed[1])
        return np.asarray(np.maximum(*reported) - first >= self.hours)


@dataclass(frozen=True)
class SharesAny(ByCode):
    """A value of any of the columns on one side equals one of any of them on the other."""

    columns: tuple[str, ...]
    name: str = "shares_any"
    weighed_by: str | None = None

    @property
    def frequency_of(self) -> str | None:
        """The column whose values weigh it, if any."""
        return self.weighed_by

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        out = np.zeros(len(pairs), dtype=bool)
        for one, other in product(self.columns, repeat=2):
            if one == other:
                out |= pairs.same(one)
            elif one < other:
                out |= pairs.crossed(one, other)
        return out


@dataclass(frozen=True)
class SamePartsHaving(ByCode):
    """Every column of `same` agrees, and `column` has the value on both sides: a power cut is one event at many doors.

    Where `differs` is given, both sides also have different values of it: quarrels at two doors are two quarrels.
    """

    same: tuple[str, ...]
    column: str
    value: str
    name: str
    weighed_by: str | None = None
    differs: str | None = None

    @property
    def frequency_of(self) -> str | None:
        """The column whose values weigh it, if any."""
        return self.weighed_by

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        texts = pairs.encoded.dictionaries[self.column].texts
        code = np.flatnonzero(texts == self.value)
        left, right = pairs.codes(self.column)
        out = (left == right) & np.isin(left, code)
        for column in self.same:
            out &= pairs.same(column)
        if self.differs is not None:
            out &= pairs.both_present(self.differs) & ~pairs.same(self.differs)
        return out


@dataclass(frozen=True)
class SamePartsWeighed(ByCode):
    """`SameParts` that weighs by how common the value of a column is: a large estate has much to report."""

    same: tuple[str, ...]
    weighed_by: str
    unless: tuple[str, ...] = ()
    name: str = "same_parts"

    @property
    def frequency_of(self) -> str | None:
        """The column whose values weigh it."""
        return self.weighed_by

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        out = np.ones(len(pairs), dtype=bool)
        for column in self.same:
            out &= pairs.same(column)
        for column in self.unless:
            out &= pairs.same(column) | ~pairs.both_present(column)
        return out


@dataclass(frozen=True)
class NearEither(ByCode):
    """Two points at most `metres` apart, each taken in either of two systems of coordinates where its system is unsure."""

    metres: float
    points: tuple[tuple[str, str], ...] = (("location_lng", "location_lat"), ("location_lng_2", "location_lat_2"))

    @property
    def name(self) -> str:
        """`near_60_m` for sixty metres."""
        return f"near_{self.metres:g}_m"

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        numbers = [(pairs.numbers(lng), pairs.numbers(lat)) for lng, lat in self.points]
        out = np.zeros(len(pairs), dtype=bool)
        for (one_lng, one_lat), (other_lng, other_lat) in product(numbers, repeat=2):
            east = (one_lng[0] - other_lng[1]) * np.cos(np.radians(one_lat[0]))
            out |= np.hypot(east, one_lat[0] - other_lat[1]) * METRES_PER_DEGREE <= self.metres
        return out


@dataclass(frozen=True)
class AlikeText(Plain):
    """Texts that have at least this share (0–1) of their characters in common, in order."""

    share: float
    column: str | None = None

    @property
    def name(self) -> str:
        """`alike_0.9` for nine tenths."""
        return f"alike_{self.share:g}"

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        return pairs.score(fuzz.ratio, self.column, 100 * self.share) >= 100 * self.share
