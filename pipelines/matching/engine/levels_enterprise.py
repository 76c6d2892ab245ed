"""Comparison levels for enterprises: codes and names taken apart.

Belongs here: brand, trade, form, branch, former names, codes. Does not: taking names apart (`pipelines.standardise`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from pipelines.matching.engine.levels import ByCode, FormerValue, Mask, ValuePairs


@dataclass(frozen=True)
class OtherCode(ByCode):
    """A code of the same sort is given on both sides and differs. A firm keeps its code for life, renamed or moved."""

    columns: tuple[str, ...] = ("credit_code", "organisation_code", "registration_number")
    name: str = "other_code"

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        out = np.zeros(len(pairs), dtype=bool)
        for column in self.columns:
            out |= pairs.both_present(column) & ~pairs.same(column)
        return out


@dataclass(frozen=True)
class OtherBranch(ByCode):
    """One is a branch and the other is not, or another one: a branch is not its parent."""

    column: str = "branch"
    name: str = "other_branch"

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        left, right = pairs.codes(self.column)
        return left != right


@dataclass(frozen=True)
class FormerEnterpriseName(FormerValue):
    """The name on one side is the former name on the other, or both had the same former name."""

    column: str = "name_key"
    former: str = "former_name"
    name: str = "former_name"


@dataclass(frozen=True)
class SameCore(ByCode):
    """The core of the names agrees (`brand`, or its sound), and so do the columns `same`; `unless` do not contradict."""

    core: str
    same: tuple[str, ...] = ()
    unless: tuple[str, ...] = ()
    term_frequency: bool = False
    name: str = "core"

    @property
    def frequency_of(self) -> str | None:
        """The core: a rare brand says more."""
        return self.core if self.term_frequency else None

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        return pairs.agree((self.core, *self.same), self.unless)
