"""Scored pairs of records: their weights, which of them are links, and what people have said of them.

Belongs here: rows as records, pairs with patterns and weights. Does not: finding, comparing or weighing the pairs (`link`,
`incremental`), or what follows from clusters (`outcome`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.clustering import Constraints, cluster
from pipelines.matching.engine.compare import Patterns
from pipelines.matching.engine.encode import Codes, distinct_sorted
from pipelines.matching.engine.score import Scorer, weight_of
from pipelines.matching.engine.spec import MatchSpec

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Ends = tuple[Ints, Ints]

SETTLED = 64.0
"""Weight (log2) of a link a person has confirmed: above anything a model gives."""


@dataclass(frozen=True)
class Grouping:
    """Rows as distinct records.

    Attributes:
        of_row: record of each row.
        rank: one number per record, none twice, ascending with its first row: what breaks ties, wherever the records are.
        own: pattern of each record in `repeated` with itself.
        repeated: records of several rows, in order.
        further: how many rows each of these has beside the first.
    """

    of_row: Codes
    rank: Ints
    own: Patterns
    repeated: Codes
    further: Ints

    @classmethod
    def of(cls, of_row: Codes, rank: Ints, own: Callable[[Codes], Patterns]) -> Grouping:
        """The grouping of rows, given the pattern of any records with themselves."""
        rows = np.bincount(of_row, minlength=len(rank))
        repeated = np.flatnonzero(rows > 1).astype(np.int32)
        return cls(of_row, rank, own(repeated), repeated, rows[repeated] - 1)

    @cached_property
    def first(self) -> Ints:
        """First row of each record; 0 where there is none."""
        first = np.zeros(len(self.rank), dtype=np.int64)
        first[self.of_row[::-1]] = np.arange(len(self.of_row) - 1, -1, -1)
        return first


class Links:
    """Pairs of records at least worth asking about, each with its pattern and weight.

    Args:
        spec: its thresholds decide.
        scorer: weighs patterns.
        grouping: rows as records.
        left: one record of each pair.
        right: the other.
        patterns: distinct packed patterns, those of all pairs among them.
        pattern: place of the pattern of each pair among them; -1 where there is no pair any more.

    Attributes:
        weights: of the patterns; the last is that of no pair.
        answered: ends of pairs of records a person has called different: what they lie in is not asked about again.
        settled: how many pairs, the last ones, a person has called the same: they weigh `SETTLED`.
    """

    def __init__(
        self,
        spec: MatchSpec,
        scorer: Scorer,
        grouping: Grouping,
        left: Codes | Ints,
        right: Codes | Ints,
        *,
        patterns: Patterns,
        pattern: Codes | Ints,
    ) -> None:
        self.spec, self.scorer, self.grouping = spec, scorer, grouping
        self.left, self.right = (end.astype(np.int32, copy=False) for end in (left, right))
        self.patterns = and_others(patterns, grouping.own)
        self.weights = self._weighed()
        self.pattern = pattern.astype(np.int32, copy=False)
        self.answered = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
        self.settled = 0

    def _weighed(self) -> Floats:
        return np.append(self.scorer.weights(self.patterns), -np.inf)

    @cached_property
    def own(self) -> Ints:
        """Place of the own pattern of every repeated record among `patterns`."""
        return places_in(self.patterns, self.grouping.own)

    def settle(self, same: Ends, found: Patterns) -> None:
        """Add pairs a person has called the same, above every other link; `found` are their patterns."""
        left, right = ordered(*same)
        different = left != right
        left, right, found = left[different], right[different], found[different]
        if not len(left):
            return
        packed = left << 32 | right
        first = np.unique(packed, return_index=True)[1]
        left, right, found, packed = left[first], right[first], found[first], packed[first]
        self.patterns = and_others(self.patterns, found)
        low, high = ordered(self.left, self.right)
        old = np.flatnonzero(~np.isin(low.astype(np.int64) << 32 | high, packed))
        self.left, self.right = (
            np.concatenate([end[old], said.astype(np.int32)]) for end, said in ((self.left, left), (self.right, right))
        )
        self.pattern = np.concatenate([self.pattern[old], places_in(self.patterns, found).astype(np.int32)])
        self.weights, self.settled = self._weighed(), len(left)
        self.__dict__.pop("accepted", None)

    @property
    def weight(self) -> Floats:
        """Weight of every pair."""
        return self.weight_of(slice(None))

    def weight_of(self, some: slice | Ints) -> Floats:
        """Weight of some pairs."""
        weight = self.weights[self.pattern[some]]
        if self.settled:
            weight[np.arange(len(self.left))[some] >= len(self.left) - self.settled] = SETTLED
        return weight

    @cached_property
    def accepted(self) -> Mask:
        """Which pairs are links."""
        accepted = (self.weights >= weight_of(self.spec.accept))[self.pattern]
        accepted[len(accepted) - self.settled :] = True
        return accepted

    def cluster(self, constraints: Constraints) -> Ints:
        """Join along accepted links under constraints: per record the smallest record of its cluster."""
        self.answered = constraints.apart_left.astype(np.int64), constraints.apart_right.astype(np.int64)
        accepted = np.flatnonzero(self.accepted)
        ends = self.left[accepted], self.right[accepted]
        return cluster(len(self.grouping.rank), *ends, self.weight_of(accepted), constraints)


def and_others(patterns: Patterns, some: Patterns) -> Patterns:
    """Distinct patterns and, behind them, those of `some` that are not among them."""
    return np.concatenate([patterns, np.setdiff1d(distinct_sorted(some), patterns, assume_unique=True)])


def places_in(patterns: Patterns, some: Patterns) -> Ints:
    """Place of every one of `some` among distinct patterns, which hold it."""
    order = np.argsort(patterns)
    return np.asarray(order[np.searchsorted(patterns[order], some)])


def unpacked(pairs: Ints) -> Ends:
    """Both ends of pairs packed as `left << 32 | right`."""
    return pairs >> 32, pairs & 0xFFFFFFFF


def ordered(one: Any, other: Any) -> Any:
    """The smaller ends and the larger ones."""
    return np.minimum(one, other), np.maximum(one, other)
