"""Pairs of records become comparison patterns: one small integer per comparison, packed into one number per pair.

Belongs here: asking the levels about distinct pairs of values, term-frequency bins, packing a pattern into an integer and
unpacking it. Does not: what a pattern is worth (`model`, `score`).

A comparison's *cells* are `missing`, then its levels in order. A level with term frequency has one cell per frequency bin (bin b
is for values with a share of about 2^-b), so that the weight of a pair follows from its pattern alone.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property
from threading import Lock

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.engine.encode import Codes, Domain, Encoded, numbered
from pipelines.matching.engine.levels import ValuePairs, lowest_thresholds
from pipelines.matching.engine.population import Frequencies, Population
from pipelines.matching.engine.spec import Comparison, MatchSpec, frequency_column
from pipelines.matching.engine.term_frequency import (
    BINS,
    damping_of,
    frequency_bins,
    frequency_columns,
)
from pipelines.parallel import each

Patterns = npt.NDArray[np.int64]
Ints = npt.NDArray[np.int64]

STEP = 1 << 17
"""Most pairs whose codes are compared at a time: few enough to stay in a processor's cache from level to level."""


@dataclass(frozen=True)
class Cells:
    """The cells of one comparison: per cell its level (0 is `missing`), its frequency bin (-1 without), and the bits that its
    frequency is worth: the bin, damped where the level is a fuzzy one."""

    level: npt.NDArray[np.int64]
    bin: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]
    uninformative: npt.NDArray[np.bool_]
    bits: npt.NDArray[np.float64]

    def __len__(self) -> int:
        return len(self.level)


def cells_of(comparison: Comparison) -> Cells:
    """Lay out the cells of a comparison."""
    level, bins, first, uninformative, bits = [0], [-1], [0], [True], [0.0]
    for i, x in enumerate(comparison.levels, start=1):
        first.append(len(level))
        bins_of_level = range(BINS) if x.frequency_of is not None else (-1,)
        for b in bins_of_level:
            level.append(i)
            bins.append(b)
            uninformative.append(x.uninformative)
            bits.append(max(b, 0) * damping_of(x))
    return Cells(np.array(level), np.array(bins), np.array(first), np.array(uninformative), np.array(bits))


@dataclass(frozen=True)
class Layout:
    """How the patterns of a spec are packed: mixed radix, one digit per comparison."""

    cells: tuple[Cells, ...]

    @classmethod
    def of(cls, spec: MatchSpec) -> Layout:
        """The layout of a spec.

        Raises:
            OverflowError: so many levels that a pattern no longer fits 63 bits.
        """
        layout = cls(tuple(cells_of(c) for c in spec.comparisons))
        if np.prod([float(len(c)) for c in layout.cells]) >= 2.0**62:
            raise OverflowError(f"MatchSpec {spec.kind!r}: too many levels for one pattern; drop comparisons or levels")
        return layout

    @cached_property
    def radix(self) -> Patterns:
        """What one step of each digit adds."""
        return np.cumprod([1] + [len(c) for c in self.cells[:-1]], dtype=np.int64)

    def unpack(self, patterns: Patterns) -> npt.NDArray[np.int64]:
        """Cells of packed patterns: one row per pattern, one column per comparison."""
        sizes = np.array([len(c) for c in self.cells], dtype=np.int64)
        return (patterns[:, None] // self.radix[None, :]) % sizes[None, :]


@dataclass(frozen=True)
class _TextPairs:
    """Pairs of values of one comparison that only text decides: index of the pair of records, both values."""

    row: Ints
    low: Codes
    high: Codes

    def after(self, start: int) -> _TextPairs:
        """The same pairs, their indices moved by `start`."""
        return _TextPairs(self.row + start, self.low, self.high)

    @classmethod
    def concat(cls, parts: list[_TextPairs]) -> _TextPairs:
        """All of them."""
        return cls(*(np.concatenate([getattr(p, name) for p in parts]) for name in ("row", "low", "high")))


class Comparer:
    """Compares pairs of records of one encoded table under one spec.

    Args:
        spec: what to compare.
        encoded: distinct records.
        counts: how many mentions each record stands for.
        frequencies: column → table of `value` and `share` in a wider population.
        population: says how common values are; by default these records do.
        threads: comparisons prepared at a time.
    """

    def __init__(
        self,
        spec: MatchSpec,
        encoded: Encoded,
        counts: npt.NDArray[np.int64],
        frequencies: dict[str, pa.Table] | None = None,
        population: Population | None = None,
        *,
        threads: int = 1,
    ) -> None:
        self.spec, self.encoded, self._wider = spec, encoded, frequencies or {}
        self.layout = Layout.of(spec)
        self._reads_text = [_first_that_reads_text(c) for c in spec.comparisons]
        self._floors = [lowest_thresholds(c.levels) for c in spec.comparisons]
        self._repeated = np.flatnonzero(counts > 1)
        self._self_cells: dict[int, npt.NDArray[np.int16]] = {}
        self._locks = [Lock() for _ in spec.comparisons]
        self.domains: list[Domain] = each(lambda c: encoded.domain(c.columns), spec.comparisons, threads)
        if population is not None:
            self.bins = population.bins(encoded)
            return
        identity = encoded.codes[spec.distinct[0]] if spec.distinct else None
        columns = list(frequency_columns(spec))
        bins = each(lambda c: frequency_bins(encoded, c, counts, identity, self._wider.get(c)), columns, threads)
        self.bins = dict(zip(columns, bins, strict=True))

    def population(self, possible_pairs: float) -> Population:
        """How common the values of these records are, to be saved with a model."""
        dictionaries = self.encoded.dictionaries
        return Population(
            records=self.encoded.size,
            possible_pairs=possible_pairs,
            frequencies={
                c: Frequencies.of(dictionaries[c].values, bins, self._wider.get(c)) for c, bins in self.bins.items()
            },
        )

    def patterns(self, left: Codes | Ints, right: Codes | Ints, threads: int = 1) -> Patterns:
        """The pattern of each pair of different records.

        Levels that read only codes are asked about pairs as they come, a few at a time. Pairs left for levels that read text
        are gathered first, so that every distinct pair of values is read once.
        """
        out = np.zeros(len(left), dtype=np.int64)

        every = len(self.domains)
        pieces = threads * max(1, -(-len(left) // (threads * STEP)))  # the same number for every thread
        step = max(1, -(-len(left) // pieces))

        def by_code(start: int) -> dict[int, _TextPairs]:
            part, first = slice(start, start + step), start // step % threads * every // threads
            turn = [*range(first, every), *range(first)]  # threads do not wait for each other to derive from a column
            return {i: self._by_code(i, left[part], right[part], out[part]).after(start) for i in turn}

        parts = each(by_code, range(0, len(left), step), threads)
        by_text = [_TextPairs.concat([part[i] for part in parts]) for i in range(every if parts else 0)]
        del parts
        texts = sorted((i for i, pairs in enumerate(by_text) if len(pairs.row)), key=lambda i: -len(by_text[i].row))
        results = each(lambda i: self._by_text(i, by_text[i]), texts, threads)
        for i, cells in zip(texts, results, strict=True):
            out[by_text[i].row] += self.layout.radix[i] * cells
        return out

    def self_patterns(self, records: Codes) -> Patterns:
        """The pattern of each record with another one of the same content."""
        out = np.zeros(len(records), dtype=np.int64)
        for i, domain in enumerate(self.domains):
            codes = domain.codes[records]
            cells = self._cells_with_itself(i)[codes].astype(np.int64)
            open_ = np.flatnonzero((cells == 0) & (codes >= 0))
            values, index = numbered(codes[open_])
            cells[open_] = self._first_level(i, values, values)[0][index]
            out += self.layout.radix[i] * cells
        return out

    def _by_code(self, i: int, left: Codes | Ints, right: Codes | Ints, out: Patterns) -> _TextPairs:
        """Add the cells of comparison `i` to `out` where codes decide; return the pairs that only text decides."""
        codes, radix = self.domains[i].codes, self.layout.radix[i]
        a, b = codes[left], codes[right]
        equal = a == b
        out += radix * (self._cells_with_itself(i)[a] * equal)
        row = np.flatnonzero(~equal & ((a | b) >= 0))
        low, high = np.minimum(a[row], b[row]), np.maximum(a[row], b[row])
        cells, open_ = self._first_level(i, low, high, until=self._reads_text[i])
        out[row] += radix * cells
        return _TextPairs(row[open_], low[open_], high[open_])

    def _by_text(self, i: int, open_: _TextPairs) -> npt.NDArray[np.int64]:
        """The cells of pairs that only text decides; every distinct pair of values is read once."""
        distinct, inverse = numbered(open_.high.astype(np.int64) << 32 | open_.low)
        low, high = (distinct & 0xFFFFFFFF).astype(np.int32), (distinct >> 32).astype(np.int32)
        return self._first_level(i, low, high, first=self._reads_text[i])[0][inverse]

    def _cells_with_itself(self, i: int) -> npt.NDArray[np.int16]:
        """The cell of every value of comparison `i` with itself; 0 where only one mention has the value, and for null, the last."""
        with self._locks[i]:
            if i not in self._self_cells:
                codes, size = self.domains[i].codes, len(self.domains[i])
                shared = np.bincount(codes + 1, minlength=size + 1) > 1
                shared[codes[self._repeated] + 1] = True
                values = np.flatnonzero(shared[1:]).astype(np.int32)
                cells = np.zeros(size + 1, dtype=np.int16)
                cells[values] = self._first_level(i, values, values)[0]
                self._self_cells[i] = cells
        return self._self_cells[i]

    def _first_level(
        self, i: int, low: Codes, high: Codes, first: int = 0, until: int | None = None
    ) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.int64]]:
        """The cell of every pair of values: the first level from `first` on and before `until` that holds, with its frequency
        bin; 0 where none does. And the indices of the pairs that no level decides."""
        comparison, cells = self.spec.comparisons[i], self.layout.cells[i]
        pairs = ValuePairs(self.encoded, self.domains[i], low, high, floors=self._floors[i])
        out = np.zeros(len(pairs), dtype=np.int64)
        open_ = np.arange(len(pairs))
        for j, level in enumerate(comparison.levels[first:until], start=first):
            if not len(open_):
                break
            asked = pairs if len(open_) == len(pairs) else pairs.take(open_)
            holds = level.holds(asked)
            if not holds.any():
                continue
            cell = np.full(int(np.count_nonzero(holds)), cells.first[j + 1])
            if column := frequency_column(comparison, level):
                cell = cell + self._bin(asked.take(holds), column)
            out[open_[holds]] = cell
            open_ = open_[~holds]
        return out, open_

    def _bin(self, pairs: ValuePairs, column: str) -> npt.NDArray[np.int64]:
        """The frequency bin of a pair: that of its commoner value."""
        bins = self.bins[column]
        left, right = pairs.codes(column)
        common = np.minimum(np.where(left >= 0, bins[left], BINS - 1), np.where(right >= 0, bins[right], BINS - 1))
        return common


def _first_that_reads_text(comparison: Comparison) -> int:
    """The index of the first level that reads text, or the number of levels."""
    return next((j for j, level in enumerate(comparison.levels) if level.reads_text), len(comparison.levels))
