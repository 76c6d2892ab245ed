"""Scored pairs of records on their way to clusters, judged pairs and questions.

Belongs here: what follows from weights: links, clusters, cut links, questions for a person, copies of one record. Does not:
finding, comparing or weighing the pairs (`link`, `incremental`).
"""

from __future__ import annotations

from dataclasses import dataclass

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
Ends = tuple[Ints, Ints]

SETTLED = 64.0
"""Weight (log2) of a link a person has confirmed: above anything a model gives."""


@dataclass(frozen=True)
class Grouping:
    """Rows as distinct records.

    Attributes:
        of_row: record of each row.
        first: first row of each record.
        repeated: records of several rows, in order.
        own: pattern of each of these with itself.
    """

    of_row: Codes
    first: Ints
    repeated: Codes
    own: Patterns


class Links:
    """Pairs of records at least worth asking about, ordered, each with its pattern and weight.

    Args:
        spec: its thresholds decide.
        scorer: weighs patterns.
        grouping: rows as records.
        left: smaller record of each pair.
        right: larger record of each pair.
        patterns: distinct packed patterns, ascending, all of them worth at least `spec.review`.
        pattern: place of the pattern of each pair among them.

    Attributes:
        answered: ends of pairs of records a person has called different: what they lie in is not asked about again.
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
        self.left, self.right = left.astype(np.int64), right.astype(np.int64)
        self.patterns = distinct_sorted(np.concatenate([patterns, grouping.own]))
        self.weights = scorer.weights(self.patterns)
        self.pattern = np.searchsorted(self.patterns, patterns)[pattern]
        self.weight = self.weights[self.pattern]
        self.answered = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))

    @property
    def _own(self) -> Ints:
        """Place of the own pattern of every repeated record among `patterns`."""
        return np.searchsorted(self.patterns, self.grouping.own)

    def settle(self, same: Ends, found: Patterns) -> None:
        """Add pairs a person has called the same, above every other link; `found` are their patterns."""
        left, right = same
        different = left != right
        left, right, found = left[different], right[different], found[different]
        if not len(left):
            return
        packed = left << 32 | right
        first = np.unique(packed, return_index=True)[1]
        left, right, found, packed = left[first], right[first], found[first], packed[first]
        merged = distinct_sorted(np.concatenate([self.patterns, found]))
        self.pattern, self.patterns = np.searchsorted(merged, self.patterns)[self.pattern], merged
        self.weights = self.scorer.weights(merged)
        old = ~np.isin(self.left << 32 | self.right, packed)
        self.left, self.right = np.concatenate([self.left[old], left]), np.concatenate([self.right[old], right])
        self.pattern = np.concatenate([self.pattern[old], np.searchsorted(merged, found)])
        self.weight = np.concatenate([self.weight[old], np.full(len(left), SETTLED)])
        order = np.lexsort((self.right, self.left))
        self.left, self.right = self.left[order], self.right[order]
        self.pattern, self.weight = self.pattern[order], self.weight[order]

    @property
    def accepted(self) -> npt.NDArray[np.bool_]:
        """Which pairs are links."""
        return np.asarray(self.weight >= weight_of(self.spec.accept))

    def cluster(self, constraints: Constraints) -> Clustering:
        """Join along accepted links under constraints."""
        self.answered = constraints.apart_left.astype(np.int64), constraints.apart_right.astype(np.int64)
        accepted = self.accepted
        return cluster(
            len(self.grouping.first),
            self.left[accepted],
            self.right[accepted],
            self.weight[accepted],
            constraints,
        )

    def _together(self, clustering: Clustering) -> npt.NDArray[np.bool_]:
        """Per record whether its copies are one: by their own evidence, or because they all hang on another record."""
        sizes = np.bincount(clustering.labels, minlength=len(clustering.labels))
        out = sizes[clustering.labels] > 1
        out[self.grouping.repeated[self.weights[self._own] >= weight_of(self.spec.accept)]] = True
        return out

    def judged(self, clustering: Clustering, ids: Ints) -> Judged:
        """Accepted, queued and cut pairs, then the ties of copies to their record's first row."""
        first, labels = self.grouping.first, clustering.labels
        together = labels[self.left] == labels[self.right]
        accepted = self.weight >= weight_of(self.spec.accept)
        outcome = np.where(accepted, np.where(together, ACCEPTED, CUT), REVIEW).astype(np.int8)
        keep = accepted.copy()
        keep[self._questions(clustering, np.flatnonzero(~accepted & ~together))] = True
        copies = self._copies(clustering)
        left = np.concatenate([self.left[keep], copies[0]])
        right = np.concatenate([self.right[keep], copies[0]])
        left_id = np.concatenate([ids[first[self.left[keep]]], ids[first[copies[0]]]])
        right_id = np.concatenate([ids[first[self.right[keep]]], ids[copies[1]]])
        pattern = np.concatenate([self.pattern[keep], copies[2]])
        outcome = np.concatenate([outcome[keep], np.full(len(copies[0]), ACCEPTED, dtype=np.int8)])
        weight = np.concatenate([self.weight[keep], self.weights[copies[2]]])
        low, high = _ordered(left_id, right_id)
        order = _in_order(low, high)
        return Judged(left[order], right[order], low[order], high[order], pattern[order], weight[order], outcome[order])

    def counts(self, clustering: Clustering) -> tuple[int, int, int]:
        """How many pairs `judged` would call accepted (ties of copies among them), queued, and cut."""
        together = clustering.labels[self.left] == clustering.labels[self.right]
        accepted = self.accepted
        joined = int((accepted & together).sum())
        queued = len(self._questions(clustering, np.flatnonzero(~accepted & ~together)))
        ties = int(self._further[self._together(clustering)].sum())
        return joined + ties, queued, int(accepted.sum()) - joined

    @property
    def _further(self) -> Ints:
        """Rows of every record beyond its first."""
        return np.bincount(self.grouping.of_row, minlength=len(self.grouping.first)) - 1

    def _questions(self, clustering: Clustering, open_: Ints) -> Ints:
        """The open pairs worth a person's time: the likeliest of each pair of clusters, most settled first, not too many.

        Clusters a person has called different are no question, and take no other question's place.
        """
        labels = clustering.labels
        size = np.bincount(labels[self.grouping.of_row], minlength=len(labels))
        low, high = _ordered(labels[self.left[open_]], labels[self.right[open_]])
        said = _ordered(*(labels[end] for end in self.answered))
        fresh = ~np.isin(low << 32 | high, said[0] << 32 | said[1])
        low, high, open_ = low[fresh], high[fresh], open_[fresh]
        order = np.lexsort((self.right[open_], self.left[open_], -self.weight[open_], high, low))
        low, high, open_ = low[order], high[order], open_[order]
        first = np.flatnonzero(np.append(True, (low[1:] != low[:-1]) | (high[1:] != high[:-1]))) if len(low) else low
        settles = settled_by_answer(self.weight[open_[first]], size[low[first]], size[high[first]])
        most = max(1, int(self.spec.review_share * int((labels == np.arange(len(labels))).sum())))
        return open_[first][np.lexsort((open_[first], -settles))[:most]]

    def _copies(self, clustering: Clustering) -> tuple[Ints, Ints, Ints]:
        """Further rows of records whose copies are one: record, row, pattern of the record with itself."""
        of_row = self.grouping.of_row
        extra = self._together(clustering)[of_row]
        extra[self.grouping.first] = False
        rows = np.flatnonzero(extra)
        record = of_row[rows].astype(np.int64)
        return record, rows, self._own[np.searchsorted(self.grouping.repeated, record)]

    def clusters(self, clustering: Clustering, ids: Ints) -> pa.Table:
        """One line per row under the CLUSTER contract."""
        group = self._groups(clustering)
        smallest = np.full(len(self.grouping.first) + len(group), np.iinfo(np.int64).max)
        np.minimum.at(smallest, group, ids)
        best = self._best(clustering)[self.grouping.of_row]
        alone = np.bincount(group)[group] == 1
        likely = pa.array(probability(best), mask=alone | np.isneginf(best))
        table = pa.table({"mention_id": ids, "cluster_id": smallest[group], "match_probability": likely})
        return CLUSTER.conform(table if (ids[1:] > ids[:-1]).all() else table.sort_by("mention_id"))

    def cluster_count(self, clustering: Clustering) -> int:
        """Number of clusters, those of one row included."""
        joined = int((clustering.labels == np.arange(len(clustering.labels))).sum())
        return joined + int(self._further[~self._together(clustering)].sum())

    def names(self, clustering: Clustering, names: Ints) -> Ints:
        """Per row the name of its cluster: that of the first row in it, which is the smallest where rows come by name."""
        group, records = self._groups(clustering), len(self.grouping.first)
        row = np.where(group < records, self.grouping.first[np.minimum(group, records - 1)], group - records)
        return names[row] if len(row) else names

    def _groups(self, clustering: Clustering) -> Ints:
        """Per row its cluster: the smallest record of it, or, for copies that do not hang together, a number of their own."""
        of_row, first = self.grouping.of_row, self.grouping.first
        group = clustering.labels[of_row].copy()
        alone = ~self._together(clustering)[of_row]
        alone[first] = False
        group[alone] = len(first) + np.flatnonzero(alone)
        return group

    def _best(self, clustering: Clustering) -> Floats:
        """Per record the weight of its strongest link inside its cluster, that among its own copies included."""
        best = np.full(len(self.grouping.first), -np.inf)
        inside = (clustering.labels[self.left] == clustering.labels[self.right]) & (
            self.weight >= weight_of(self.spec.accept)
        )
        for end in (self.left, self.right):
            np.maximum.at(best, end[inside], self.weight[inside])
        np.maximum.at(best, self.grouping.repeated, self.weights[self._own])
        return best


def _ordered(one: Ints, other: Ints) -> Ends:
    return np.minimum(one, other), np.maximum(one, other)


def _in_order(low: Ints, high: Ints) -> Ints:
    """Order by (low, high). Pairs come nearly so, which a stable sort of one number makes use of."""
    if len(low) and high.max() < 1 << 31 and low.min() >= 0:
        return np.argsort(low << 32 | high, kind="stable")
    return np.lexsort((high, low))
