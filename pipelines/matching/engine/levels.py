"""Comparison levels: named, ordered ways in which two values may agree.

Belongs here: levels any data may use, and the view of value pairs they look at. Does not: Chinese names, identity numbers,
dwellings and firms (`levels_chinese`), or what a level is worth (`model`).

A level is a frozen dataclass with a `name` and one method `holds(pairs)`. It is asked once per distinct pair of values, and
only about pairs for which no earlier level holds. Its answer must not depend on which side is left.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, field, fields
from typing import Any, Protocol, runtime_checkable

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz.distance import OSA, Levenshtein
from rapidfuzz.distance import JaroWinkler as _JaroWinkler
from rapidfuzz.process import cpdist

from pipelines.matching.engine.encode import Codes, Domain, Encoded, Made

Mask = npt.NDArray[np.bool_]

STRIDE = 1 << 14
"""Values whose characters are decoded at a time, which bounds memory."""


@dataclass
class ValuePairs:
    """Distinct pairs of values of one comparison, as its levels see them.

    A comparison over several columns sees pairs of combinations; every method takes the column's name, which may be left
    out where there is but one.
    """

    encoded: Encoded
    domain: Domain
    left: Codes
    right: Codes
    floors: Mapping[Any, float] = field(default_factory=dict)
    _whole: ValuePairs | None = None
    _place: npt.NDArray[np.int64] | None = None
    _scores: dict[Any, npt.NDArray[np.float32]] = field(default_factory=dict)

    def __len__(self) -> int:
        return len(self.left)

    def _column(self, column: str | None) -> str:
        return next(iter(self.domain.columns)) if column is None else column

    def take(self, chosen: Mask | npt.NDArray[np.int64]) -> ValuePairs:
        """A selection of the pairs; what was scored once is known of them."""
        place = np.arange(len(self)) if self._place is None else self._place
        whole = self._whole or self
        return ValuePairs(
            self.encoded, self.domain, self.left[chosen], self.right[chosen], self.floors, whole, place[chosen]
        )

    def similarity(self, level: Similarity) -> npt.NDArray[np.float32]:
        """The similarity of every pair, scored once whatever the number of levels that ask; below the lowest threshold it may be 0."""
        whole, key = self._whole or self, level.measure
        scores = whole._scores.setdefault(key, np.full(len(whole), np.nan, dtype=np.float32))
        place = np.arange(len(self)) if self._place is None else self._place
        unknown = np.flatnonzero(np.isnan(scores[place]))
        if len(unknown):
            floor = self.floors.get(key, level.threshold)
            scores[place[unknown]] = level.similarity(self.take(unknown), floor)
        return scores[place]

    def codes(self, column: str | None = None) -> tuple[Codes, Codes]:
        """Codes of the column on both sides; -1 where null."""
        codes = self.domain.columns[self._column(column)]
        return codes[self.left], codes[self.right]

    def both_present(self, column: str | None = None) -> Mask:
        """Both sides have a value."""
        left, right = self.codes(column)
        return (left >= 0) & (right >= 0)

    def comparable(self) -> Mask:
        """Some column has a value on both sides."""
        out = np.zeros(len(self), dtype=bool)
        for column in self.domain.columns:
            out |= self.both_present(column)
        return out

    def same(self, column: str | None = None) -> Mask:
        """Both sides have the same value."""
        left, right = self.codes(column)
        return (left == right) & (left >= 0)

    def agree(self, same: Sequence[str], unless: Sequence[str] = ()) -> Mask:
        """Every column of `same` agrees; those of `unless` do not contradict: they agree, or are null on a side."""
        out = np.ones(len(self), dtype=bool)
        for column in same:
            out &= self.same(column)
        for column in unless:
            out &= self.same(column) | ~self.both_present(column)
        return out

    def crossed(self, one: str, other: str) -> Mask:
        """A value of column `one` on one side equals that of column `other` on the other side."""
        code_in_one = self.encoded.shared(one, other)
        out = np.zeros(len(self), dtype=bool)
        if not len(code_in_one):
            return out
        a, b = self.codes(one), self.codes(other)
        for in_one, in_other in ((a[0], b[1]), (a[1], b[0])):
            out |= (in_one >= 0) & (in_other >= 0) & (code_in_one[in_other] == in_one)
        return out

    def derived(
        self, name: str, function: Callable[[pa.Array], npt.NDArray[np.int64]], column: str | None = None
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """An integer derived from each distinct value (once per run), on both sides; -1 for null or none."""
        column = self._column(column)
        table = np.append(self.encoded.dictionaries[column].derived(name, function), -1)
        left, right = self.codes(column)
        return table[left], table[right]

    def numbers(self, column: str | None = None) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64]]:
        """The values as numbers (dates as days) on both sides; NaN where null or no number."""
        column = self._column(column)
        table = np.append(self.encoded.dictionaries[column].numbers, np.nan)
        left, right = self.codes(column)
        return table[left], table[right]

    def made(
        self, name: str, function: Callable[[pa.Array], Made], column: str | None = None
    ) -> tuple[Made, Codes, Codes]:
        """What `function` makes of all distinct values (once per run), and the line in it of both sides; -1 for null."""
        return self.encoded.dictionaries[self._column(column)].made(name, function), *self.codes(column)

    def texts(self, column: str | None = None) -> tuple[list[str], list[str]]:
        """The values as strings on both sides; '' where null."""
        dictionary = self.encoded.dictionaries[self._column(column)]
        left, right = self.codes(column)
        return dictionary.texts_of(left), dictionary.texts_of(right)

    def score(self, scorer: Any, column: str | None = None, cutoff: float | None = None) -> npt.NDArray[np.float32]:
        """A RapidFuzz scorer on every pair; 0 where either side is null."""
        left, right = self.texts(column)
        out: npt.NDArray[np.float32] = cpdist(left, right, scorer=scorer, score_cutoff=cutoff, dtype=np.float32)
        return np.where(self.both_present(column), out, np.float32(0))

    def near(self, column: str | None = None, edits: int = 1) -> Mask:
        """Both sides have a value, and their characters, order aside, do not rule out so few edits."""
        present = self.both_present(column)
        if 16 * len(self) < len(self.encoded.dictionaries[self._column(column)]):
            return present  # few pairs of many values: looking at every value would cost more
        left, right = self.derived("characters", _character_bits, column)
        return present & (np.bitwise_count(left ^ right) <= 4 * edits)

    def edits(self, column: str | None = None, at_most: int = 1) -> npt.NDArray[np.int64]:
        """Single-character edits and neighbour swaps between both values; `at_most` + 1 means more, or null.

        Only pairs of nearly the same characters are looked at in order, see `near`.
        """
        near = np.flatnonzero(self.near(column, at_most))
        out = np.full(len(self), at_most + 1, dtype=np.int64)
        texts = self.take(near).texts(column)
        out[near] = cpdist(*texts, scorer=OSA.distance, score_cutoff=at_most, dtype=np.int32)
        return out


@runtime_checkable
class Level(Protocol):
    """What a level must have."""

    @property
    def name(self) -> str:
        """How the level reads in reports; unique within its comparison."""

    @property
    def frequency_of(self) -> str | None:
        """Column whose value frequency weighs an agreement at this level: agreeing on a rare value says more."""

    @property
    def uninformative(self) -> bool:
        """Whether the level carries no evidence: its weight is always 0."""

    @property
    def reads_text(self) -> bool:
        """Whether the level looks at the values themselves: then it is asked about distinct pairs of values only."""

    def holds(self, pairs: ValuePairs) -> Mask:
        """One boolean per pair of values."""


@dataclass(frozen=True)
class Plain:
    """A level that weighs the same for every value: inherit from it and write `name` and `holds`."""

    @property
    def frequency_of(self) -> str | None:
        """None: no term frequency."""
        return None

    @property
    def uninformative(self) -> bool:
        """False: the level carries evidence."""
        return False

    @property
    def reads_text(self) -> bool:
        """True."""
        return True


@dataclass(frozen=True)
class ByCode(Plain):
    """A plain level that looks at codes, numbers and derived integers only, never at texts."""

    @property
    def reads_text(self) -> bool:
        """False."""
        return False


@dataclass(frozen=True)
class Similarity(Plain):
    """A level that holds from a similarity of `threshold` (0–1) on: inherit from it and write `similarity`.

    With `term_frequency` similarity to a rare value weighs more, by `damping` (0–1) of what agreement on it would: values that
    are similar are not the same. A level of the same comparison and column, `Same(term_frequency=True)`, must stand before it.
    """

    threshold: float = 0.9
    column: str | None = None
    term_frequency: bool = False
    damping_factor: float = 0.5

    @property
    def name(self) -> str:  # noqa: D102
        words = "".join(f"_{c.lower()}" if c.isupper() else c for c in type(self).__name__).lstrip("_")
        return f"{words}_{self.threshold:g}"

    @property
    def frequency_of(self) -> str | None:  # noqa: D102
        return (self.column or "") if self.term_frequency else None

    @property
    def damping(self) -> float | None:
        """How much of a value's rarity counts; None without term frequency."""
        return self.damping_factor if self.term_frequency else None

    @property
    def measure(self) -> tuple[Any, ...]:
        """What the similarity depends on beside the values: levels of the same measure share their scores."""
        ignored = ("threshold", "term_frequency", "damping_factor")
        return type(self), *(getattr(self, f.name) for f in fields(self) if f.name not in ignored)

    def similarity(self, pairs: ValuePairs, floor: float) -> npt.NDArray[np.float32]:
        """The similarity (0–1) of each pair, 0 where either side is null; what is below `floor` may be 0."""
        raise NotImplementedError

    def holds(self, pairs: ValuePairs) -> Mask:  # noqa: D102
        return pairs.similarity(self) >= np.float32(self.threshold)


def lowest_thresholds(levels: Sequence[Level]) -> dict[Any, float]:
    """Per measure of similarity the lowest threshold any level has: what is below need not be told apart."""
    floors: dict[Any, float] = {}
    for level in levels:
        if isinstance(level, Similarity):
            floors[level.measure] = min(level.threshold, floors.get(level.measure, 1.0))
    return floors


@dataclass(frozen=True)
class Same(ByCode):
    """Both values are the same.

    With `term_frequency` agreement on a rare value weighs more than on a common one. `column` is needed only in
    comparisons over several columns.
    """

    column: str | None = None
    term_frequency: bool = False
    name: str = "same"

    @property
    def frequency_of(self) -> str | None:  # noqa: D102
        return (self.column or "") if self.term_frequency else None

    def holds(self, pairs: ValuePairs) -> Mask:  # noqa: D102
        return pairs.same(self.column)


@dataclass(frozen=True)
class SameColumn(ByCode):
    """A column agrees: inherit from it, and say in the docstring what that means."""

    column: str
    name: str

    def holds(self, pairs: ValuePairs) -> Mask:  # noqa: D102
        return pairs.same(self.column)


@dataclass(frozen=True)
class FormerValue(ByCode):
    """The value on one side is the former one on the other, or both had the same former one: inherit from it."""

    column: str
    former: str
    name: str

    def holds(self, pairs: ValuePairs) -> Mask:  # noqa: D102
        return pairs.crossed(self.column, self.former) | pairs.same(self.former)


@dataclass(frozen=True)
class Typo(Plain):
    """At most `edits` single-character edits or neighbour swaps apart, and long enough for this to be evidence."""

    edits: int = 1
    column: str | None = None
    min_length: int = 4

    @property
    def name(self) -> str:  # noqa: D102
        return "typo" if self.edits == 1 else f"typo_{self.edits}"

    def holds(self, pairs: ValuePairs) -> Mask:  # noqa: D102
        left, right = pairs.derived("length", _length, self.column)
        return (pairs.edits(self.column, self.edits) <= self.edits) & (np.minimum(left, right) >= self.min_length)


@dataclass(frozen=True)
class Swapped(Plain):
    """Two neighbouring characters changed places and nothing else: a slip, where any other digit would be another number."""

    column: str | None = None
    name: str = "swapped"

    def holds(self, pairs: ValuePairs) -> Mask:  # noqa: D102
        near = np.flatnonzero(pairs.edits(self.column, 1) == 1)
        out = np.zeros(len(pairs), dtype=bool)
        texts = pairs.take(near).texts(self.column)
        out[near] = cpdist(*texts, scorer=Levenshtein.distance, dtype=np.int32) == 2  # of which a swap alone makes two
        return out


@dataclass(frozen=True)
class JaroWinkler(Similarity):
    """Jaro–Winkler similarity of at least `threshold` (0–1): short strings with typos, best on names."""

    def similarity(self, pairs: ValuePairs, floor: float) -> npt.NDArray[np.float32]:  # noqa: D102
        return pairs.score(_JaroWinkler.similarity, self.column, floor)


@dataclass(frozen=True)
class Within(ByCode):
    """Numbers, or dates in days, at most `difference` apart."""

    difference: float
    column: str | None = None

    @property
    def name(self) -> str:  # noqa: D102
        return f"within_{self.difference:g}"

    def holds(self, pairs: ValuePairs) -> Mask:  # noqa: D102
        left, right = pairs.numbers(self.column)
        return np.abs(left - right) <= self.difference


@dataclass(frozen=True)
class Crossed(ByCode):
    """A value of one column equals that of the other column on the other side: given name and surname are swapped."""

    one: str
    other: str
    name: str = "crossed"

    def holds(self, pairs: ValuePairs) -> Mask:  # noqa: D102
        return pairs.crossed(self.one, self.other)


@dataclass(frozen=True)
class Unknown(ByCode):
    """The named column is null on either side: no evidence. Its weight is always 0."""

    column: str
    name: str = "unknown"

    @property
    def uninformative(self) -> bool:
        """True."""
        return True

    def holds(self, pairs: ValuePairs) -> Mask:  # noqa: D102
        return ~pairs.both_present(self.column)


@dataclass(frozen=True)
class Different(ByCode):
    """No earlier level holds, though some column has a value on both sides: where none has, there is nothing to compare."""

    name: str = "different"

    def holds(self, pairs: ValuePairs) -> Mask:  # noqa: D102
        return pairs.comparable()


def shadowed_levels(levels: Sequence[Level], column: str) -> list[tuple[str, str]]:
    """Names of levels that can never hold, each behind that of the looser one before it. `column` is that of levels without one."""

    def of(level: Level) -> tuple[type[Level], str, float] | None:
        """Sort of level, column, and how much it lets pass."""
        looseness = {Same: lambda x: 0.0, Typo: lambda x: x.edits, Within: lambda x: x.difference}
        if isinstance(level, Similarity):
            looseness[type(level)] = lambda x: 1 - x.threshold
        if type(level) not in looseness:
            return None
        return type(level), getattr(level, "column", None) or column, float(looseness[type(level)](level))

    out = []
    for i, earlier in enumerate(levels):
        for later in levels[i + 1 :]:
            a, b = of(earlier), of(later)
            if isinstance(earlier, Different) or (
                a and b and a[1] == b[1] and (b[0] is Same or a[0] is b[0]) and a[2] >= b[2] and earlier != later
            ):
                out.append((earlier.name, later.name))
    return out


def text_matrix(texts: list[str], width: int) -> npt.NDArray[np.uint32]:
    """Texts as a matrix of code points, a line each, cut or padded with 0 to `width`."""
    if not texts:
        return np.zeros((0, width), dtype=np.uint32)
    return np.array(texts, dtype=f"<U{width}").view(np.uint32).reshape(len(texts), width)


def code_points(values: pa.Array) -> npt.NDArray[np.uint32]:
    """Values as a matrix of code points, as wide as the longest of them; null as an empty text.

    The bytes of all values are decoded at once: no value becomes a Python string.
    """
    texts = values.cast(pa.large_string()).fill_null("")
    lengths = np.asarray(pc.utf8_length(texts)).astype(np.int64)
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    text = str(memoryview(texts.buffers()[2] or b"")[offsets[0] : offsets[-1]], "utf-8") if len(texts) else ""
    out = np.zeros((len(texts), max(int(lengths.max(initial=0)), 1)), dtype=np.uint32)
    out[np.arange(out.shape[1]) < lengths[:, None]] = np.frombuffer(text.encode("utf-32-le"), dtype="<u4")
    return out


def _character_bits(values: pa.Array) -> npt.NDArray[np.int64]:
    """Which characters a value has (31 bits) and which it has an odd number of times (32 bits), by their code points.

    An edit adds, drops or replaces one character and flips at most four of these bits; a swap flips none.
    """
    out = np.zeros(len(values), dtype=np.int64)
    for start in range(0, len(values), STRIDE):
        characters = code_points(values.slice(start, STRIDE))
        present, odd = np.zeros((2, len(characters)), dtype=np.int64)
        for column in np.ascontiguousarray(characters.T):
            there = (column > 0).astype(np.int64)
            present |= there << (column % 31)
            odd ^= there << (column % 32)
        out[start : start + STRIDE] = present | odd << 31
    return out


def _length(values: pa.Array) -> npt.NDArray[np.int64]:
    return np.asarray(pc.utf8_length(values.cast(pa.large_string()))).astype(np.int64)
