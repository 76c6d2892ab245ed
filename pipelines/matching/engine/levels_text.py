"""Comparison levels for longer text and for lists: what words, characters or elements two values share.

Belongs here: sets and weights of words. Does not: short strings with slips (`levels`), numbers and dates (`levels_numbers`).

A list is a text whose elements stand between `SEPARATOR`s, see `arguments.arrow_table`; its elements count as its words. Each
distinct value is taken apart once: values are rows of a sparse matrix, words its columns, and a similarity is a product of rows.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass
from typing import ClassVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc
from rapidfuzz.distance import DamerauLevenshtein, Jaro, Levenshtein
from scipy.sparse import csr_matrix

from pipelines.matching.engine.levels import ByCode, Mask, Plain, Similarity, ValuePairs

Scores = npt.NDArray[np.float32]

SEPARATOR = "\x1f"
"""Stands between the elements of a list in its text (ASCII unit separator)."""

WORD = re.compile(r"\w+", re.UNICODE)

CHUNK = 1 << 16
"""Pairs whose rows are multiplied at a time, which bounds memory."""


def words_of(text: str) -> list[str]:
    """Elements of a list; else the words of a text in lower case, every Chinese, Japanese or Korean character one of its own."""
    if SEPARATOR in text:
        return [element for element in text.split(SEPARATOR) if element]
    return [w for word in WORD.findall(text.lower()) for w in (word if word > "\u2e80" else (word,))]


def grams_of(text: str, size: int = 3) -> list[str]:
    """Runs of `size` characters, the ends padded with a space: slips spoil few of them."""
    padded = f" {text.lower()} "
    return [padded[i : i + size] for i in range(max(len(padded) - size + 1, 1))]


UNITS: dict[str, Callable[[str], list[str]]] = {"words": words_of, "characters": grams_of}
"""What may be counted: words (or elements), or runs of three characters."""


def _counts(unit: str) -> Callable[[pa.Array], csr_matrix]:
    """Values → how often each word stands in them."""

    def make(values: pa.Array) -> csr_matrix:
        split = UNITS[unit]
        number: dict[str, int] = {}
        words, start = [], [0]
        for text in values.cast(pa.large_string()).to_pylist():
            words += [number.setdefault(w, len(number)) for w in split(text or "")]
            start.append(len(words))
        counts = csr_matrix(
            (np.ones(len(words)), np.array(words, dtype=np.int64), start), (len(values), max(len(number), 1))
        )
        counts.sum_duplicates()
        return counts

    return make


def _sets(unit: str) -> Callable[[pa.Array], csr_matrix]:
    """Values → which words stand in them."""

    def make(values: pa.Array) -> csr_matrix:
        sets = _counts(unit)(values)
        sets.data[:] = 1
        return sets

    return make


def _unit_rows(rows: csr_matrix) -> csr_matrix:
    length = np.sqrt(np.asarray(rows.multiply(rows).sum(axis=1)).ravel())
    return csr_matrix(rows.multiply(1 / np.maximum(length, 1e-12)[:, None]))


def _directions(unit: str) -> Callable[[pa.Array], csr_matrix]:
    return lambda values: _unit_rows(_counts(unit)(values))


def _weighted_directions(unit: str) -> Callable[[pa.Array], csr_matrix]:
    """Values → words weighed by how few values have them (Spärck Jones 1972), as unit vectors."""

    def make(values: pa.Array) -> csr_matrix:
        counts = _counts(unit)(values)
        having = np.bincount(counts.indices, minlength=counts.shape[1])
        rarity = np.log((1 + len(values)) / (1 + having)) + 1
        return _unit_rows(csr_matrix(counts.multiply(rarity[None, :])))

    return make


def _products(
    pairs: ValuePairs, name: str, make: Callable[[pa.Array], csr_matrix], column: str | None
) -> tuple[npt.NDArray[np.float64], npt.NDArray[np.float64], npt.NDArray[np.float64]]:
    """Per pair the product of both rows, and the sum of each: 0 where a side is null."""
    rows, left, right = pairs.made(name, make, column)
    sums = np.asarray(rows.sum(axis=1)).ravel()
    there = np.flatnonzero((left >= 0) & (right >= 0))
    shared, a, b = np.zeros(len(left)), np.zeros(len(left)), np.zeros(len(left))
    for start in range(0, len(there), CHUNK):
        some = there[start : start + CHUNK]
        shared[some] = np.asarray(rows[left[some]].multiply(rows[right[some]]).sum(axis=1)).ravel()
    a[there], b[there] = sums[left[there]], sums[right[there]]
    return shared, a, b


@dataclass(frozen=True)
class Jaccard(Similarity):
    """Words (or elements, or runs of three characters) that both have, as a share of those that either has."""

    unit: str = "words"

    def similarity(self, pairs: ValuePairs, floor: float) -> Scores:  # noqa: D102
        shared, a, b = _products(pairs, f"sets:{self.unit}", _sets(self.unit), self.column)
        return np.asarray(shared / np.maximum(a + b - shared, 1e-12), dtype=np.float32)


@dataclass(frozen=True)
class Cosine(Similarity):
    """Cosine of the angle between counts of words: order and length do not matter."""

    unit: str = "words"

    def similarity(self, pairs: ValuePairs, floor: float) -> Scores:  # noqa: D102
        shared, _, _ = _products(pairs, f"directions:{self.unit}", _directions(self.unit), self.column)
        return shared.astype(np.float32)


@dataclass(frozen=True)
class TfIdf(Similarity):
    """Cosine of words weighed by their rarity in the column: a model number tells more than `black` or `company`.

    Its answer depends on all values of the column (`whole_column`).
    """

    unit: str = "words"
    whole_column: ClassVar[bool] = True

    @property
    def name(self) -> str:
        """`tf_idf_0.8` for a threshold of .8."""
        return f"tf_idf_{self.threshold:g}"

    def similarity(self, pairs: ValuePairs, floor: float) -> Scores:  # noqa: D102
        shared, _, _ = _products(pairs, f"tf_idf:{self.unit}", _weighted_directions(self.unit), self.column)
        return shared.astype(np.float32)


@dataclass(frozen=True)
class EditSimilarity(Similarity):
    """1 less the edits between both values as a share of the longer one: for strings too long for a fixed number of slips."""

    def similarity(self, pairs: ValuePairs, floor: float) -> Scores:  # noqa: D102
        return pairs.score(Levenshtein.normalized_similarity, self.column, floor)


@dataclass(frozen=True)
class SwapSimilarity(Similarity):
    """As `EditSimilarity`, a swap of neighbours being one edit (Damerau–Levenshtein)."""

    def similarity(self, pairs: ValuePairs, floor: float) -> Scores:  # noqa: D102
        return pairs.score(DamerauLevenshtein.normalized_similarity, self.column, floor)


@dataclass(frozen=True)
class JaroSimilarity(Similarity):
    """Jaro similarity: as Jaro–Winkler, but the beginning counts no more than the end."""

    def similarity(self, pairs: ValuePairs, floor: float) -> Scores:  # noqa: D102
        return pairs.score(Jaro.similarity, self.column, floor)


@dataclass(frozen=True)
class Intersection(Plain):
    """Lists that share at least so many elements (texts: words)."""

    at_least: int = 1
    column: str | None = None

    @property
    def name(self) -> str:
        """`intersection_2` for two elements."""
        return f"intersection_{self.at_least}"

    def holds(self, pairs: ValuePairs) -> Mask:  # noqa: D102
        return _products(pairs, "sets:words", _sets("words"), self.column)[0] >= self.at_least


@dataclass(frozen=True)
class Subset(Plain):
    """All elements (texts: words) of one side are among those of the other, and it has some."""

    column: str | None = None
    name: str = "subset"

    def holds(self, pairs: ValuePairs) -> Mask:  # noqa: D102
        shared, a, b = _products(pairs, "sets:words", _sets("words"), self.column)
        return (shared > 0) & (shared >= np.minimum(a, b))


@dataclass(frozen=True)
class SamePart(ByCode):
    """A part of both values is the same: the first letters, what stands before the @.

    Attributes:
        part: says how the part reads in reports, and tells two functions apart.
        function: maps distinct values to as many parts, null for none; by default the first `length` characters.
        length: characters, without a function.
        column: needed only in comparisons over several columns.
    """

    part: str
    function: Callable[[pa.Array], pa.Array] | None = None
    length: int = 3
    column: str | None = None

    def __repr__(self) -> str:
        return f"SamePart({self.part!r}, {self.length}, {self.column!r})"

    @property
    def name(self) -> str:
        """`same_` and the part."""
        return f"same_{self.part}"

    def holds(self, pairs: ValuePairs) -> Mask:  # noqa: D102
        left, right = pairs.derived(f"part:{self.part}:{self.length}", self._codes, self.column)
        return (left == right) & (left >= 0)

    def _codes(self, values: pa.Array) -> npt.NDArray[np.int64]:
        texts = values.cast(pa.large_string())
        part = self.function(texts) if self.function else pc.utf8_slice_codeunits(texts, 0, self.length)
        codes = part.dictionary_encode().indices
        return np.asarray(pc.fill_null(codes, -1)).astype(np.int64)
