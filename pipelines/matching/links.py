"""Scored pairs of records on their way to clusters, judged pairs and questions.

Belongs here: what follows from weights: links, clusters, cut links, questions for a person, copies of one record. Does not:
finding, comparing or weighing the pairs (`link`, `incremental`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass
from functools import cached_property
from typing import Any

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.clustering import Clustering, Constraints, cluster
from pipelines.matching.compare import Patterns
from pipelines.matching.encode import Codes, distinct_sorted
from pipelines.matching.result import ACCEPTED, CUT, REVIEW, Judged, settled_by_answer
from pipelines.matching.score import Scorer, probability, weight_of
from pipelines.matching.spec import MatchSpec
from warehouse.model.link import CLUSTER

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
        patterns: distinct packed patterns, ascending, those of all pairs among them.
        pattern: place of the pattern of each pair among them.

    Attributes:
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
        self.patterns = distinct_sorted(np.concatenate([patterns, grouping.own]))
        self.weights = scorer.weights(self.patterns)
        place = np.searchsorted(self.patterns, patterns).astype(np.int32)
        moved = len(place) > 0 and place[-1] != len(place) - 1
        self.pattern = place[pattern] if moved else pattern.astype(np.int32, copy=False)
        self.answered = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))
        self.settled = 0

    @property
    def _own(self) -> Ints:
        """Place of the own pattern of every repeated record among `patterns`."""
        return np.searchsorted(self.patterns, self.grouping.own)

    def settle(self, same: Ends, found: Patterns) -> None:
        """Add pairs a person has called the same, above every other link; `found` are their patterns."""
        left, right = _ordered(*same)
        different = left != right
        left, right, found = left[different], right[different], found[different]
        if not len(left):
            return
        packed = left << 32 | right
        first = np.unique(packed, return_index=True)[1]
        left, right, found, packed = left[first], right[first], found[first], packed[first]
        merged = distinct_sorted(np.concatenate([self.patterns, found]))
        place = np.searchsorted(merged, self.patterns).astype(np.int32)
        low, high = _ordered(self.left, self.right)
        old = np.flatnonzero(~np.isin(low.astype(np.int64) << 32 | high, packed))
        self.left, self.right = (
            np.concatenate([end[old], said.astype(np.int32)]) for end, said in ((self.left, left), (self.right, right))
        )
        self.pattern = np.concatenate([place[self.pattern[old]], np.searchsorted(merged, found).astype(np.int32)])
        self.patterns, self.weights, self.settled = merged, self.scorer.weights(merged), len(left)

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

    @property
    def accepted(self) -> Mask:
        """Which pairs are links."""
        accepted = (self.weights >= weight_of(self.spec.accept))[self.pattern]
        accepted[len(accepted) - self.settled :] = True
        return accepted

    def cluster(self, constraints: Constraints) -> Clustering:
        """Join along accepted links under constraints."""
        self.answered = constraints.apart_left.astype(np.int64), constraints.apart_right.astype(np.int64)
        accepted = np.flatnonzero(self.accepted)
        return cluster(
            len(self.grouping.rank),
            self.left[accepted],
            self.right[accepted],
            self.weight_of(accepted),
            constraints,
        )

    def _hang_together(self, clustering: Clustering) -> Mask:
        """Per repeated record whether its rows are one: by their own evidence, or because they all hang on another record."""
        sizes = np.bincount(clustering.labels + 1)
        crowded = sizes[clustering.labels[self.grouping.repeated] + 1] > 1
        return crowded | (self.weights[self._own] >= weight_of(self.spec.accept))

    def judged(self, clustering: Clustering, ids: Ints) -> Judged:
        """Accepted, queued and cut pairs, then the ties of copies to their record's first row."""
        first, labels = self.grouping.first, clustering.labels
        together = labels[self.left] == labels[self.right]
        accepted = self.accepted
        outcome = np.where(accepted, np.where(together, ACCEPTED, CUT), REVIEW).astype(np.int8)
        told = accepted.copy()
        told[self._questions(clustering, np.flatnonzero(~accepted & ~together))] = True
        keep = np.flatnonzero(told)
        copies = self._copies(clustering)
        left = np.concatenate([self.left[keep], copies[0]])
        right = np.concatenate([self.right[keep], copies[0]])
        left_id = np.concatenate([ids[first[self.left[keep]]], ids[first[copies[0]]]])
        right_id = np.concatenate([ids[first[self.right[keep]]], ids[copies[1]]])
        pattern = np.concatenate([self.pattern[keep], copies[2]])
        outcome = np.concatenate([outcome[keep], np.full(len(copies[0]), ACCEPTED, dtype=np.int8)])
        weight = np.concatenate([self.weight_of(keep), self.weights[copies[2]]])
        low, high = _ordered(left_id, right_id)
        order = _in_order(low, high)
        return Judged(left[order], right[order], low[order], high[order], pattern[order], weight[order], outcome[order])

    def counts(self, clustering: Clustering) -> tuple[int, int, int]:
        """How many pairs `judged` would call accepted (ties of copies among them), queued, and cut."""
        together = clustering.labels[self.left] == clustering.labels[self.right]
        accepted = self.accepted
        joined = int((accepted & together).sum())
        queued = len(self._questions(clustering, np.flatnonzero(~accepted & ~together)))
        ties = int(self.grouping.further[self._hang_together(clustering)].sum())
        return joined + ties, queued, int(accepted.sum()) - joined

    def _questions(self, clustering: Clustering, open_: Ints) -> Ints:
        """The open pairs worth a person's time: the likeliest of each pair of clusters, most settled first, not too many.

        Clusters a person has called different are no question, and take no other question's place. Ties are broken by
        rank, so that it does not matter at which places the records are.
        """
        labels, rank = clustering.labels, self.grouping.rank
        low, high = (end.astype(np.int64) for end in _ordered(labels[self.left[open_]], labels[self.right[open_]]))
        said = _ordered(*(labels[end].astype(np.int64) for end in self.answered))
        fresh = ~np.isin(low << 32 | high, said[0] << 32 | said[1])
        low, high, open_ = low[fresh], high[fresh], open_[fresh]
        one, other = _ordered(rank[self.left[open_]], rank[self.right[open_]])
        weight = self.weight_of(open_)
        order = np.lexsort((other, one, -weight, high, low))
        low, high = low[order], high[order]
        begins = np.flatnonzero(np.append(True, (low[1:] != low[:-1]) | (high[1:] != high[:-1]))) if len(low) else low
        size = np.bincount(labels[self.grouping.of_row], minlength=len(labels))
        best = order[begins]
        settles = settled_by_answer(weight[best], size[low[begins]], size[high[begins]])
        most = max(1, int(self.spec.review_share * int((labels == np.arange(len(labels))).sum())))
        return open_[best[np.lexsort((other[best], one[best], -settles))[:most]]]

    def _copies(self, clustering: Clustering) -> tuple[Codes, Ints, Ints]:
        """Further rows of records whose rows are one: record, row, pattern of the record with itself."""
        record, rows = self._further_rows(self._hang_together(clustering))
        return record, rows, self._own[np.searchsorted(self.grouping.repeated, record)]

    def _further_rows(self, some: Mask) -> tuple[Codes, Ints]:
        """All rows but the first of some of the repeated records: record, row."""
        grouping = self.grouping
        chosen = grouping.repeated[some]
        theirs = np.zeros(len(grouping.rank), dtype=bool)
        theirs[chosen] = True
        further = theirs[grouping.of_row]
        if len(chosen):
            further[grouping.first[chosen]] = False
        rows = np.flatnonzero(further)
        return grouping.of_row[rows], rows

    def clusters(self, clustering: Clustering, ids: Ints) -> pa.Table:
        """One line per row under the CLUSTER contract."""
        group = self._groups(clustering)
        smallest = np.full(len(self.grouping.rank) + len(group), np.iinfo(np.int64).max)
        np.minimum.at(smallest, group, ids)
        best = self._best(clustering)
        alone = np.bincount(group)[group] == 1
        unknown = alone | np.isneginf(best)[self.grouping.of_row]
        likely = probability(best)[self.grouping.of_row]
        order = slice(None) if (ids[1:] > ids[:-1]).all() else _ascending(ids)
        table = {
            "mention_id": ids[order],
            "cluster_id": smallest[group][order],
            "match_probability": pa.array(likely[order], mask=unknown[order]),
        }
        return CLUSTER.conform(pa.table(table))

    def cluster_count(self, clustering: Clustering) -> int:
        """Number of clusters, those of one row included."""
        records = int((clustering.labels == np.arange(len(clustering.labels), dtype=np.int32)).sum())
        return records + int(self.grouping.further[~self._hang_together(clustering)].sum())

    def lone_rows(self, clustering: Clustering) -> Ints:
        """Rows that are each a cluster of their own although others say the very same: further rows of records whose rows do not
        hang together."""
        return self._further_rows(~self._hang_together(clustering))[1]

    def _groups(self, clustering: Clustering) -> Ints | Codes:
        """Per row its cluster: the smallest record of it, or, for a lone row, a number of its own."""
        group = clustering.labels[self.grouping.of_row]
        lone = self.lone_rows(clustering)
        group[lone] = len(self.grouping.rank) + lone
        return group

    def _best(self, clustering: Clustering) -> Floats:
        """Per record the weight of its strongest link inside its cluster, that among its own copies included."""
        best = np.full(len(self.grouping.rank), -np.inf)
        inside = np.flatnonzero((clustering.labels[self.left] == clustering.labels[self.right]) & self.accepted)
        weight = self.weight_of(inside)
        for end in (self.left, self.right):
            np.maximum.at(best, end[inside], weight)
        np.maximum.at(best, self.grouping.repeated, self.weights[self._own])
        return best


def _ordered(one: Any, other: Any) -> Any:
    return np.minimum(one, other), np.maximum(one, other)


def _ascending(ids: Ints) -> Ints:
    """Places that put ids, none twice, in order; at once where they count from 0."""
    if len(ids) and ids.min() == 0 and ids.max() == len(ids) - 1:
        order = np.empty(len(ids), dtype=np.int64)
        order[ids] = np.arange(len(ids))
        return order
    return np.argsort(ids, kind="stable")


def _in_order(low: Ints, high: Ints) -> Ints:
    """Order by (low, high). Pairs come nearly so, which a stable sort of one number makes use of."""
    if len(low) and high.max() < 1 << 31 and low.min() >= 0:
        return np.argsort(low << 32 | high, kind="stable")
    return np.lexsort((high, low))
