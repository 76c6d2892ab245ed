"""Pairs of records become comparison patterns: one small integer per comparison, together one number per pair.

Belongs here: asking the levels about distinct pairs of values, term-frequency bins, packing a pattern into an integer and
back. Does not: what a pattern is worth (`model`, `score`).

A comparison's *cells* are `missing`, then its levels in order; a level with term frequency has one cell per frequency bin
(bin b holds values with a share of about 2^-b), so that a pattern's weight needs nothing but the pattern.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.encode import Codes, Domain, Encoded, distinct_sorted, numbered
from pipelines.matching.levels import Level, ValuePairs
from pipelines.matching.parallel import each
from pipelines.matching.population import Frequencies, Population
from pipelines.matching.spec import Comparison, MatchSpec

Patterns = npt.NDArray[np.int64]

BINS = 28
"""Frequency bins: values rarer than 2^-27 share the last one."""

FEW = 256
"""Pairs of values too few to be worth reducing to distinct ones."""

CHUNK = 1 << 19
"""Pairs compared at a time: bounds memory, whatever the number of pairs."""


@dataclass(frozen=True)
class Cells:
    """The cells of one comparison: per cell its level (0 is `missing`) and its frequency bin (-1 without)."""

    level: npt.NDArray[np.int64]
    bin: npt.NDArray[np.int64]
    first: npt.NDArray[np.int64]
    silent: npt.NDArray[np.bool_]

    def __len__(self) -> int:
        return len(self.level)


def cells_of(comparison: Comparison) -> Cells:
    """Lay out the cells of a comparison."""
    level, bins, first, silent = [0], [-1], [0], [True]
    for i, x in enumerate(comparison.levels, start=1):
        first.append(len(level))
        own = range(BINS) if x.frequency_of is not None else (-1,)
        for b in own:
            level.append(i)
            bins.append(b)
            silent.append(x.silent)
    return Cells(np.array(level), np.array(bins), np.array(first), np.array(silent))


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


UNSEEN = 0.2
"""Further holders a value is taken to have beyond those known: agreement on a value of one known holder is no proof."""


def _frequency_bins(
    encoded: Encoded, column: str, counts: npt.NDArray[np.int64], identity: Codes | None, wider: pa.Table | None
) -> npt.NDArray[np.int64]:
    """The frequency bin of every value of a column: about -log2 of the chance that another entity holds it too.

    Without an identity the share of mentions stands for it. With one (a column no entity has two values of) entities are
    counted instead: who is mentioned ten times is one holder of his name, and the others are what matters. A value commoner in the
    wider population than here counts as common.
    """
    codes, size = encoded.codes[column], len(encoded.dictionaries[column])
    given = codes >= 0
    mentions = np.bincount(codes[given], weights=counts[given], minlength=size)
    known = given & (identity >= 0) if identity is not None else np.zeros_like(given)
    if not known.any() or identity is None:
        share = np.maximum(mentions, 1) / max(mentions.sum(), 1)
    else:
        held = distinct_sorted(codes[known].astype(np.int64) << 32 | identity[known])
        holders = np.bincount(held >> 32, minlength=size).astype(np.float64)
        often = mentions[holders > 0].sum() / holders.sum()
        holders = np.where(holders > 0, holders, np.maximum(mentions / often, 1.0))
        share = (holders - 1 + UNSEEN) / max(int((np.bincount(identity[known]) > 0).sum()), 2)
    if wider is not None:
        values = encoded.dictionaries[column].values
        found = pc.index_in(values, value_set=wider.column("value").combine_chunks().cast(values.type))
        elsewhere = np.append(np.asarray(wider.column("share")).astype(np.float64), 0.0)
        share = np.maximum(share, elsewhere[np.asarray(pc.fill_null(found, wider.num_rows))])
    return np.clip(np.round(-np.log2(np.minimum(share, 1.0))), 0, BINS - 1).astype(np.int64)


class Comparer:
    """Compares pairs of records of one encoded table under one spec.

    Args:
        spec: what to compare.
        encoded: distinct records.
        counts: how many mentions each record stands for.
        frequencies: column → table of `value` and `share` in a wider population.
        population: how common values are is taken from there, and not from these records.
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
        self.domains: list[Domain] = each(lambda c: encoded.domain(c.columns), spec.comparisons, threads)
        if population is not None:
            self.bins = population.bins(encoded)
            return
        identity = encoded.codes[spec.distinct[0]] if spec.distinct else None
        columns = list(frequency_columns(spec))
        bins = each(lambda c: _frequency_bins(encoded, c, counts, identity, self._wider.get(c)), columns, threads)
        self.bins = dict(zip(columns, bins, strict=True))

    def population(self, possible_pairs: float) -> Population:
        """How common the values of these records are, to be kept beside a model."""
        dictionaries = self.encoded.dictionaries
        return Population(
            records=self.encoded.size,
            possible_pairs=possible_pairs,
            frequencies={
                c: Frequencies.of(dictionaries[c].values, bins, self._wider.get(c)) for c, bins in self.bins.items()
            },
        )

    def patterns(self, left: Codes, right: Codes) -> Patterns:
        """The pattern of each pair of records."""
        out = np.zeros(len(left), dtype=np.int64)
        for i, radix in enumerate(self.layout.radix):
            out += radix * self._cells(i, left, right)
        return out

    def _cells(self, i: int, left: Codes, right: Codes) -> npt.NDArray[np.int64]:
        """The cell of each pair in comparison `i`.

        Pairs of one and the same value are judged once per value. The others go through the levels that look at codes
        only; what is left is reduced to distinct pairs of values before a level reads text.
        """
        codes = self.domains[i].codes
        a, b = codes[left], codes[right]
        out = np.zeros(len(left), dtype=np.int64)
        equal = np.flatnonzero((a == b) & (a >= 0))
        if len(equal):
            held = np.zeros(len(self.domains[i]), dtype=bool)
            held[a[equal]] = True
            values = np.flatnonzero(held).astype(np.int32)
            cell = np.zeros(len(held), dtype=np.int64)
            cell[values] = self._judge(i, values, values)
            out[equal] = cell[a[equal]]
        other = np.flatnonzero((a != b) & (a >= 0) & (b >= 0))
        out[other] = self._judge(i, np.minimum(a[other], b[other]), np.maximum(a[other], b[other]))
        return out

    def _judge(self, i: int, low: Codes, high: Codes, first: int = 0, distinct: bool = False) -> npt.NDArray[np.int64]:
        """The cell of every pair of values: the first level from `first` on that holds, with its frequency bin."""
        comparison, cells = self.spec.comparisons[i], self.layout.cells[i]
        pairs = ValuePairs(self.encoded, self.domains[i], low, high)
        out = np.zeros(len(pairs), dtype=np.int64)
        open_ = np.arange(len(pairs))
        for j, level in enumerate(comparison.levels[first:], start=first):
            if not len(open_):
                break
            if level.reads_text and not distinct and len(open_) > FEW:
                out[open_] = self._judge_distinct(i, low[open_], high[open_], j)
                break
            asked = pairs.take(open_)
            holds = level.holds(asked)
            cell = np.full(int(holds.sum()), cells.first[j + 1])
            if column := _frequency_column(comparison, level):
                cell = cell + self._bin(asked.take(holds), column)
            out[open_[holds]] = cell
            open_ = open_[~holds]
        return out

    def _judge_distinct(self, i: int, low: Codes, high: Codes, first: int) -> npt.NDArray[np.int64]:
        """`_judge` from level `first` on, every distinct pair of values once."""
        key = high.astype(np.int64) << 32 | low
        distinct, inverse = numbered(key)
        one, other = (distinct & 0xFFFFFFFF).astype(np.int32), (distinct >> 32).astype(np.int32)
        return self._judge(i, one, other, first, distinct=True)[inverse]

    def _bin(self, pairs: ValuePairs, column: str) -> npt.NDArray[np.int64]:
        """The frequency bin of a pair: of its commoner value, where they are not the same."""
        bins = self.bins[column]
        left, right = pairs.codes(column)
        common = np.minimum(np.where(left >= 0, bins[left], BINS - 1), np.where(right >= 0, bins[right], BINS - 1))
        return common


def _frequency_column(comparison: Comparison, level: Level) -> str | None:
    """The column a level takes its term frequency from."""
    if level.frequency_of is None:
        return None
    return level.frequency_of or comparison.columns[0]


def frequency_columns(spec: MatchSpec) -> tuple[str, ...]:
    """Every column a level of the spec takes its term frequency from."""
    found = (_frequency_column(c, level) for c in spec.comparisons for level in c.levels)
    return tuple(dict.fromkeys(column for column in found if column))
