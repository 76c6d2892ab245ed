"""Comparison levels for Chinese people: names and identity numbers.

Belongs here: how Chinese names and identity numbers differ and still belong to the same person. Does not: dwellings and firms
(`levels_places`), general levels (`levels`), standardising (`pipelines.standardise`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cache
from importlib.resources import files

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.engine.hashing import mix
from pipelines.matching.engine.levels import (
    ByCode,
    FormerValue,
    Mask,
    Plain,
    SameColumn,
    ValuePairs,
    code_points,
    text_matrix,
)

ID_LENGTH = 18
LOST = "?"


@dataclass(frozen=True)
class SameNumber(SameColumn):
    """Both sides have the same valid identity number."""

    column: str = "id_number"
    name: str = "same"


@dataclass(frozen=True)
class OtherNumber(ByCode):
    """Both sides have a valid identity number and these differ.

    The check digit (ISO 7064 MOD 11-2, GB 11643) turns every single wrong digit and every swap of neighbours into an
    invalid number, so two valid numbers never differ by such a slip: this is strong evidence against a match.
    """

    column: str = "id_number"
    name: str = "other_valid"

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        return pairs.both_present(self.column) & ~pairs.same(self.column)


@dataclass(frozen=True)
class SlippedNumber(Plain):
    """At most `edits` wrong, lost or swapped digits apart, at least one of them failing its check digit."""

    edits: int = 1
    column: str = "id_text"

    @property
    def name(self) -> str:
        """`slip` or `slips_n`."""
        return "slip" if self.edits == 1 else f"slips_{self.edits}"

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        whole = pairs.derived("whole", _whole_numbers, self.column)
        asked = np.flatnonzero((whole[0] == 1) & (whole[1] == 1))
        out = np.zeros(len(pairs), dtype=bool)
        out[asked] = pairs.take(asked).edits(self.column, self.edits) <= self.edits
        return out


@dataclass(frozen=True)
class LegiblePart(Plain):
    """All digits legible on both sides agree, and there are at least `digits` of them: `3.20281E+17`, `320281********1234`."""

    digits: int = 10
    column: str = "id_text"

    @property
    def name(self) -> str:
        """`legible_n`."""
        return f"legible_{self.digits}"

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        left, right = (text_matrix(side, ID_LENGTH) for side in pairs.texts(self.column))
        legible = (left != ord("*")) & (right != ord("*")) & (left != 0) & (right != 0)
        return ((left == right) | ~legible).all(axis=1) & (legible.sum(axis=1) >= self.digits)


@dataclass(frozen=True)
class Homophone(SameColumn):
    """Names sound the same: the commonest slip of an input method, 建国 and 健国."""

    column: str = "name_pinyin"
    name: str = "same_pinyin"


@dataclass(frozen=True)
class FormerName(FormerValue):
    """The name on one side is the former name on the other, or both sides have the same former name."""

    column: str = "name_key"
    former: str = "former_name"
    name: str = "former_name"


@dataclass(frozen=True)
class LostCharacter(Plain):
    """Same length, a character lost on either side (`冯富?`), all others the same."""

    column: str = "name_key"
    name: str = "lost_character"

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        lost = pairs.derived("lost", _has_lost, self.column)
        out = np.zeros(len(pairs), dtype=bool)
        asked = np.flatnonzero((lost[0] == 1) | (lost[1] == 1))
        if len(asked):
            texts = pairs.take(asked).texts(self.column)
            width = max(len(t) for side in texts for t in side)
            left, right = (text_matrix(side, width) for side in texts)
            lost_here = (left == ord(LOST)) & (right != 0) | (right == ord(LOST)) & (left != 0)
            out[asked] = ((left == right) | lost_here).all(axis=1) & (left == right).any(axis=1)
        return out


@dataclass(frozen=True)
class LookAlike(Plain):
    """Same length, one character replaced by one that looks like it (末 for 未); see `look_alikes.txt`."""

    column: str = "name_key"
    name: str = "look_alike"

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        lengths = pairs.derived("length", _lengths, self.column)
        out = np.zeros(len(pairs), dtype=bool)
        asked = np.flatnonzero((lengths[0] == lengths[1]) & (lengths[0] >= 2) & pairs.near(self.column))
        if len(asked):
            left, right = (text_matrix(side, int(lengths[0].max())) for side in pairs.take(asked).texts(self.column))
            differ = left != right
            once = differ.sum(axis=1) == 1
            position = differ[once].argmax(axis=1)
            a, b = (np.take_along_axis(side[once], position[:, None], axis=1)[:, 0] for side in (left, right))
            out[asked[once]] = np.isin(_pair_key(a, b), _look_alikes())
        return out


@dataclass(frozen=True)
class OtherOrder(ByCode):
    """The same characters in another order: 李伟明 and 李明伟, or surname and given name swapped."""

    column: str = "name_key"
    name: str = "other_order"

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        left, right = pairs.derived("sorted", _sorted_characters, self.column)
        return (left == right) & (left >= 0)


@dataclass(frozen=True)
class OneCharacter(Plain):
    """Names of three characters or more that differ in one: a slip, but siblings differ like this too."""

    column: str = "name_key"
    name: str = "one_character"

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        left, right = pairs.derived("length", _lengths, self.column)
        asked = np.flatnonzero(np.maximum(left, right) >= 3)
        out = np.zeros(len(pairs), dtype=bool)
        out[asked] = pairs.take(asked).edits(self.column, 1) <= 1
        return out


@dataclass(frozen=True)
class SurnameOnly(ByCode):
    """One side has only a surname (王先生), and the other side has the same: the rarer the surname, the stronger."""

    column: str = "surname"
    form: str = "name_form"
    name: str = "surname_only"

    @property
    def frequency_of(self) -> str | None:
        """The surname."""
        return self.column

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        left, right = pairs.derived("surname_only", _is_surname_only, self.form)
        return pairs.same(self.column) & ((left == 1) | (right == 1))


@dataclass(frozen=True)
class SameSurname(SameColumn):
    """Another given name under the same surname: kin rather than the same person."""

    column: str = "surname"
    name: str = "same_surname"


@dataclass(frozen=True)
class SameDay(ByCode):
    """The same birth date, known to the day on both sides. Dates are texts `yyyymmdd`, `yyyymm` or `yyyy`."""

    column: str = "birth"
    name: str = "same_day"

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        left, _ = pairs.derived("length", _lengths, self.column)
        return pairs.same(self.column) & (left == 8)


@dataclass(frozen=True)
class SameAsFarAsKnown(ByCode):
    """One side knows only year, or year and month, of a birth date, and the other agrees with that."""

    column: str = "birth"
    length: int = 4
    name: str = "same_year"

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        lengths = pairs.derived("length", _lengths, self.column)
        known = np.minimum(*lengths)
        parts = (
            pairs.derived("month", _months, self.column)
            if self.length == 6
            else pairs.derived("year", _years, self.column)
        )
        return (known == self.length) & (parts[0] == parts[1]) & (parts[0] >= 0)


@dataclass(frozen=True)
class DateSlip(Plain):
    """Two full dates one digit or one swap of neighbouring digits apart."""

    column: str = "birth"
    name: str = "slip"

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        lengths = pairs.derived("length", _lengths, self.column)
        return (np.minimum(*lengths) == 8) & (pairs.edits(self.column, 1) <= 1)


@dataclass(frozen=True)
class SharedValue(ByCode):
    """A value of one side is among the two of the other: a second phone, a co-owner."""

    column: str
    second: str
    name: str

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair."""
        return pairs.crossed(self.column, self.second) | pairs.same(self.second)


def _pair_key(a: npt.NDArray[np.uint32], b: npt.NDArray[np.uint32]) -> npt.NDArray[np.int64]:
    """One number for two characters, whatever their order."""
    return np.minimum(a, b).astype(np.int64) << 32 | np.maximum(a, b)


@cache
def _look_alikes() -> npt.NDArray[np.int64]:
    """Keys of all pairs of characters of one line."""
    text = files("pipelines.matching.engine").joinpath("look_alikes.txt").read_text(encoding="utf-8")
    pairs = {
        frozenset((ord(a), ord(b)))
        for line in text.splitlines()
        if not line.startswith("#")
        for a in line.strip()
        for b in line.strip()
        if a != b
    }
    return np.array(sorted(min(p) << 32 | max(p) for p in pairs), dtype=np.int64)


def _flags(values: pa.Array) -> npt.NDArray[np.int64]:
    return np.asarray(values.cast(pa.int64()))


def _whole_numbers(values: pa.Array) -> npt.NDArray[np.int64]:
    return _flags(pc.and_(pc.equal(pc.utf8_length(values), ID_LENGTH), pc.invert(pc.match_substring(values, "*"))))


def _has_lost(values: pa.Array) -> npt.NDArray[np.int64]:
    return _flags(pc.match_substring(values, LOST))


def _sorted_characters(values: pa.Array) -> npt.NDArray[np.int64]:
    """63 bits of the characters, whatever their order."""
    characters = np.sort(code_points(values), axis=1)
    return (mix(list(characters.T.astype(np.int32, order="C"))) >> np.uint64(1)).view(np.int64)


def _lengths(values: pa.Array) -> npt.NDArray[np.int64]:
    return _flags(pc.utf8_length(values))


def _is_surname_only(values: pa.Array) -> npt.NDArray[np.int64]:
    return _flags(pc.equal(values, "surname_only"))


def _years(values: pa.Array) -> npt.NDArray[np.int64]:
    return _flags(pc.utf8_slice_codeunits(values, 0, 4))


def _months(values: pa.Array) -> npt.NDArray[np.int64]:
    known = pc.greater_equal(pc.utf8_length(values), 6)
    return _flags(pc.if_else(known, pc.utf8_slice_codeunits(values, 0, 6), "-1"))
