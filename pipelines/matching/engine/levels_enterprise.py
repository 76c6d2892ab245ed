"""Comparison levels for enterprises: codes and names taken apart.

Belongs here: brand, trade, form, branch, former names, codes, public bodies. Does not: taking names apart (`pipelines.standardise`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.engine.levels import ByCode, FormerValue, Mask, ValuePairs

CODES = ("credit_code", "organisation_code", "registration_number")
"""What an enterprise or a body has one of."""


@dataclass(frozen=True)
class OtherCode(ByCode):
    """A code of the same sort is given on both sides and differs. A firm keeps its code for life, renamed or moved."""

    columns: tuple[str, ...] = CODES
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


@dataclass(frozen=True)
class NoPublicBody(ByCode):
    """Neither name is that of a public body, or one side has none: no evidence. Its weight is always 0."""

    form: str = "name_form"
    name: str = "no_public_body"

    @property
    def uninformative(self) -> bool:
        """True."""
        return True

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        left, right = pairs.derived("public_body", _is_public_body, self.form)
        return (left < 0) | (right < 0) | (left + right == 0)


@dataclass(frozen=True)
class SamePublicBody(ByCode):
    """Both names are that of one public body: a division has one of a sort. Codes do not contradict, nor do the cities: each may have
    a street 和平街道, and its names leave the city out."""

    key: str = "name_key"
    form: str = "name_form"
    city: str = "city"
    name: str = "same_public_body"

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        left, right = pairs.derived("public_body", _is_public_body, self.form)
        return (left + right == 2) & pairs.agree((self.key,), (*CODES, self.city))


@dataclass(frozen=True)
class BesidePublicBody(ByCode):
    """One name is that of a public body and the other is not: a firm that bears its name in part, or the body misspelt."""

    form: str = "name_form"
    name: str = "beside_public_body"

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        left, right = pairs.derived("public_body", _is_public_body, self.form)
        return left + right == 1


def _is_public_body(forms: pa.Array) -> npt.NDArray[np.int64]:
    return np.asarray(pc.equal(forms, "public_body")).astype(np.int64)
