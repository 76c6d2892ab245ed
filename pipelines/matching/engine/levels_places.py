"""Comparison levels for dwellings and other places resolved to their parts.

Belongs here: when two addresses, already standardised to parts, are one place. Does not: parsing addresses
(`pipelines.standardise.address`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.matching.engine.levels import ByCode, Mask, ValuePairs

METRES_PER_DEGREE = 111_320.0
"""Of latitude, on the mean sphere."""


@dataclass(frozen=True)
class SameDwelling(ByCode):
    """The same canonical dwelling, to the room. With `term_frequency` agreement weighs by how many share the dwelling."""

    column: str = "dwelling"
    term_frequency: bool = True
    name: str = "same_dwelling"

    @property
    def frequency_of(self) -> str | None:
        """The dwelling: a dormitory of hundreds says little."""
        return self.column if self.term_frequency else None

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        return pairs.same(self.column)


@dataclass(frozen=True)
class SameParts(ByCode):
    """Every column of `same` agrees; those of `unless` do not contradict: they agree or are missing on a side."""

    same: tuple[str, ...]
    unless: tuple[str, ...] = ()
    name: str = "same_parts"

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        return pairs.agree(self.same, self.unless)


@dataclass(frozen=True)
class CutShort(ByCode):
    """One address stops early (`3幢2单`): the parts up to there agree, and what follows is missing on that side.

    `parts` run from the widest to the narrowest; at least the first must agree.
    """

    parts: tuple[str, ...]
    name: str = "cut_short"

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        left, right = pairs.codes(self.parts[-1])
        return pairs.agree(self.parts[:1], self.parts[1:]) & ((left < 0) != (right < 0))


@dataclass(frozen=True)
class WithinMetres(ByCode):
    """Two points on the globe are at most `metres` apart; columns hold degrees. Right to 0.1 % below ten kilometres."""

    metres: float
    lng: str = "location_lng"
    lat: str = "location_lat"

    @property
    def name(self) -> str:
        """`within_3_m` for three metres."""
        return f"within_{self.metres:g}_m"

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        left_lng, right_lng = pairs.numbers(self.lng)
        left_lat, right_lat = pairs.numbers(self.lat)
        east = (left_lng - right_lng) * np.cos(np.radians(left_lat))
        return np.hypot(east, left_lat - right_lat) * METRES_PER_DEGREE <= self.metres
