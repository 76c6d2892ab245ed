"""Scored pairs of records: their weights, which of them are links, and what people have decided about them.

Belongs here: rows as records, pairs with patterns and weights. Does not: finding, comparing or weighing the pairs (`link`,
`incremental`), or what follows from clusters (`decisions`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.average_link import WeighedPairs, cluster_by_average
from pipelines.matching.engine.clustering import NO_PAIRS, Constraints, Ends, cluster
from pipelines.matching.engine.compare import Patterns
from pipelines.matching.engine.corroboration import uncorroborated
from pipelines.matching.engine.encode import Codes, distinct_sorted
from pipelines.matching.engine.score import Scorer, weight_of
from pipelines.matching.engine.spec import MatchSpec

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

MUST_LINK_WEIGHT = 64.0
"""Weight (log2) of a link that a person has confirmed: above anything a model gives."""


@dataclass(frozen=True)
class Grouping:
    """Rows as distinct records.

    Attributes:
        of_row: record of each row.
        rank: one number per record, none twice, ascending with its first row: it breaks ties, whatever the records' slots.
        self_pattern: pattern with itself of each record in `repeated`.
        repeated: records of several rows, in order.
        further: how many rows each of these has beyond the first.
    """

    of_row: Codes
    rank: Ints
    self_pattern: Patterns
    repeated: Codes
    further: Ints

    @classmethod
    def of(cls, of_row: Codes, rank: Ints, self_patterns: Callable[[Codes], Patterns]) -> Grouping:
        """The grouping of rows; `self_patterns` gives the pattern of any records with themselves."""
        rows = np.bincount(of_row, minlength=len(rank))
        repeated = np.flatnonzero(rows > 1).astype(np.int32)
        return cls(of_row, rank, self_patterns(repeated), repeated, rows[repeated] - 1)

    @cached_property
    def first(self) -> Ints:
        """First row of each record; 0 where there is none."""
        first = np.zeros(len(self.rank), dtype=np.int64)
        first[self.of_row[::-1]] = np.arange(len(self.of_row) - 1, -1, -1)
        return first


@dataclass(frozen=True)
class Links:
    """Pairs of records at least worth a question, each with its pattern and weight. Build it with `of`.

    Attributes:
        spec: its thresholds decide.
        scorer: weighs patterns.
        grouping: rows as records.
        left: one record of each pair.
        right: the other record.
        patterns: distinct packed patterns; those of all pairs and of repeated records are among them.
        pattern: index of the pattern of each pair among them; -1 for a deleted pair.
        must_not_link: pairs of records that a person has called different: their clusters are not asked about again.
        must_link_count: how many pairs, the last ones, a person has called the same: they weigh `MUST_LINK_WEIGHT`.
    """

    spec: MatchSpec
    scorer: Scorer
    grouping: Grouping
    left: Codes
    right: Codes
    patterns: Patterns
    pattern: Codes
    must_not_link: Ends = NO_PAIRS
    must_link_count: int = 0

    @classmethod
    def of(
        cls,
        spec: MatchSpec,
        scorer: Scorer,
        grouping: Grouping,
        left: Codes | Ints,
        right: Codes | Ints,
        *,
        patterns: Patterns,
        pattern: Codes | Ints,
    ) -> Links:
        """Pairs without any judgement; the arguments are those attributes."""
        left, right, pattern = (a.astype(np.int32, copy=False) for a in (left, right, pattern))
        return cls(spec, scorer, grouping, left, right, union_patterns(patterns, grouping.self_pattern), pattern)

    def add_must_link(self, pairs: Ends, patterns: Patterns) -> Links:
        """The links with pairs that a person has called the same, above every other link.

        Args:
            pairs: both records of each pair.
            patterns: pattern of each pair.
        """
        left, right = sort_ends(*pairs)
        different = left != right
        left, right, patterns = left[different], right[different], patterns[different]
        if not len(left):
            return self
        packed = left << 32 | right
        first = np.unique(packed, return_index=True)[1]
        left, right, patterns, packed = left[first], right[first], patterns[first], packed[first]
        union = union_patterns(self.patterns, patterns)
        low, high = sort_ends(self.left, self.right)
        others = np.flatnonzero(~np.isin(low.astype(np.int64) << 32 | high, packed))
        return replace(
            self,
            left=np.concatenate([self.left[others], left.astype(np.int32)]),
            right=np.concatenate([self.right[others], right.astype(np.int32)]),
            patterns=union,
            pattern=np.concatenate([self.pattern[others], indices_in(union, patterns).astype(np.int32)]),
            must_link_count=len(left),
        )

    def add_must_not_link(self, pairs: Ends) -> Links:
        """The links, knowing the pairs of records that a person has called different."""
        return replace(self, must_not_link=pairs)

    @cached_property
    def weights(self) -> Floats:
        """Weight of every pattern; the last one, -inf, is that of a deleted pair."""
        return np.append(self.scorer.weights(self.patterns), -np.inf)

    @cached_property
    def self_pattern(self) -> Ints:
        """Index among `patterns` of the pattern of every repeated record with itself."""
        return indices_in(self.patterns, self.grouping.self_pattern)

    def weight_of(self, some: Ints) -> Floats:
        """Weight of some pairs."""
        weight = self.weights[self.pattern[some]]
        if self.must_link_count:
            weight[some >= len(self.left) - self.must_link_count] = MUST_LINK_WEIGHT
        return weight

    @cached_property
    def accepted(self) -> Mask:
        """Which pairs are links."""
        enough = self.weights >= weight_of(self.spec.accept)
        enough[:-1] &= ~uncorroborated(self.spec, self.scorer.layout, self.patterns)
        accepted = enough[self.pattern]
        accepted[len(accepted) - self.must_link_count :] = True
        return accepted

    def cluster(self, constraints: Constraints) -> Ints:
        """Join records along links under constraints; per record the smallest record of its cluster."""
        if self.spec.average_link:
            weight = self.weight_of(np.arange(len(self.left)))
            pairs = WeighedPairs.of(self.left, self.right, weight, self.accepted)
            return cluster_by_average(
                len(self.grouping.rank), pairs, weight_of(self.spec.accept), self.spec.average_link, constraints
            )
        accepted = np.flatnonzero(self.accepted)
        ends = self.left[accepted], self.right[accepted]
        return cluster(len(self.grouping.rank), *ends, self.weight_of(accepted), constraints)


def union_patterns(patterns: Patterns, some: Patterns) -> Patterns:
    """Distinct patterns and, behind them, those of `some` that are not among them."""
    return np.concatenate([patterns, np.setdiff1d(distinct_sorted(some), patterns, assume_unique=True)])


def indices_in(patterns: Patterns, some: Patterns) -> Ints:
    """Index of every one of `some` among distinct patterns, which contain it."""
    order = np.argsort(patterns)
    return np.asarray(order[np.searchsorted(patterns[order], some)])


def unpack(pairs: Ints) -> Ends:
    """Both ends of pairs packed as `left << 32 | right`."""
    return pairs >> 32, pairs & 0xFFFFFFFF


def sort_ends(one: Any, other: Any) -> Any:
    """The smaller end and the larger end of every pair."""
    return np.minimum(one, other), np.maximum(one, other)
