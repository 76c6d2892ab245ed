"""What follows once records are clusters: decided pairs, questions for a person, and clusters of rows.

Belongs here: all that follows from links together with clusters. Does not: links (`links`) or clusters (`clustering`)
themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from pipelines.matching.engine.decided_pairs import ACCEPTED, CUT, REVIEW, DecidedPairs, question_value
from pipelines.matching.engine.encode import Codes, distinct_sorted
from pipelines.matching.engine.links import Floats, Ints, Links, Mask, sort_ends
from pipelines.matching.engine.score import probability, weight_of
from pipelines.matching.engine.spec import MatchSpec
from warehouse.model.link import CLUSTER


@dataclass(frozen=True)
class PairCounts:
    """Figures of some pairs. Those of pairs that share no cluster add up.

    Attributes:
        pattern_counts: int64 per pattern, how many links show it.
        cut: links whose records are in different clusters.
        open: pairs of clusters of which a person may be asked whether they are one.
    """

    pattern_counts: Ints
    cut: int
    open: int

    @property
    def joined(self) -> int:
        """Links whose records are in one cluster."""
        return int(self.pattern_counts.sum()) - self.cut

    @property
    def cut_and_open(self) -> Ints:
        """`cut` and `open` as an array."""
        return np.array([self.cut, self.open])

    def updated(self, removed: PairCounts, added: PairCounts) -> PairCounts:
        """These figures less those of removed pairs, plus those of added pairs.

        The patterns of `added` are these and others behind them.
        """
        counts = added.pattern_counts.copy()
        counts[: len(self.pattern_counts)] += self.pattern_counts
        counts[: len(removed.pattern_counts)] -= removed.pattern_counts
        return PairCounts(counts, self.cut - removed.cut + added.cut, self.open - removed.open + added.open)


def max_questions(spec: MatchSpec, clusters: int) -> int:
    """How many questions are asked at most."""
    return max(1, int(spec.review_share * clusters))


class Clustering:
    """Links and the clusters they led to.

    Args:
        links: all pairs at least worth a question.
        labels: per record its cluster: the record of smallest rank in it; -1 where there is no record.
    """

    def __init__(self, links: Links, labels: Ints | Codes) -> None:
        self.links, self.labels = links, labels

    @cached_property
    def _same_cluster(self) -> Mask:
        """Per pair whether both records are in one cluster."""
        left, right = (np.take(self.labels, end, mode="clip") for end in (self.links.left, self.links.right))
        return np.asarray(left == right)

    @cached_property
    def _is_coherent(self) -> Mask:
        """Per repeated record whether its rows are one cluster: by their own evidence, or because another record joins them."""
        sizes = np.bincount(self.labels + 1)
        crowded = sizes[self.labels[self.links.grouping.repeated] + 1] > 1
        return crowded | (self.links.weights[self.links.self_pattern] >= weight_of(self.links.spec.accept))

    def decided_pairs(self, ids: Ints, *, every: bool = False) -> DecidedPairs:
        """Accepted, queued and cut pairs, then the ties of copies to their record's first row.

        Args:
            ids: of the rows.
            every: queue all pairs worth a question, not the best of them, and those inside clusters too.
        """
        first = self.links.grouping.first
        accepted = self.links.accepted
        outcome = np.where(accepted, np.where(self._same_cluster, ACCEPTED, CUT), REVIEW).astype(np.int8)
        chosen = accepted | (self.links.pattern >= 0) if every else accepted.copy()
        if not every:
            chosen[self._questions()] = True
        keep = np.flatnonzero(chosen)
        copies = self._copies()
        left = np.concatenate([self.links.left[keep], copies[0]])
        right = np.concatenate([self.links.right[keep], copies[0]])
        left_id = np.concatenate([ids[first[self.links.left[keep]]], ids[first[copies[0]]]])
        right_id = np.concatenate([ids[first[self.links.right[keep]]], ids[copies[1]]])
        pattern = np.concatenate([self.links.pattern[keep], copies[2]])
        outcome = np.concatenate([outcome[keep], np.full(len(copies[0]), ACCEPTED, dtype=np.int8)])
        weight = np.concatenate([self.links.weight_of(keep), self.links.weights[copies[2]]])
        low, high = sort_ends(left_id, right_id)
        order = _in_order(low, high)
        return DecidedPairs(
            left[order], right[order], low[order], high[order], pattern[order], weight[order], outcome[order]
        )

    def counts(self) -> tuple[int, int, int]:
        """How many pairs `decided_pairs` would call accepted (ties of copies included), queued, and cut."""
        copies = int(self.links.grouping.further[self._is_coherent].sum())
        return self.pair_counts.joined + copies, min(self.pair_counts.open, self._max_questions()), self.pair_counts.cut

    @cached_property
    def pair_counts(self) -> PairCounts:
        """The figures of all pairs, ties of copies excluded."""
        links = self.links
        counts = np.bincount(links.pattern[links.accepted], minlength=len(links.patterns))
        return PairCounts(
            counts, int((links.accepted & ~self._same_cluster).sum()), len(distinct_sorted(self._open[1]))
        )

    @cached_property
    def _open(self) -> tuple[Ints, Ints]:
        """Pairs that are no links and whose clusters differ, and these clusters: `smaller << 32 | larger`.

        Clusters that a person has called different are no question, and displace no other question.
        """
        open_ = np.flatnonzero(~(self.links.accepted | self._same_cluster))
        open_ = open_[self.links.pattern[open_] >= 0]

        def clusters(left: Ints | Codes, right: Ints | Codes) -> Ints:
            low, high = sort_ends(self.labels[left].astype(np.int64), self.labels[right].astype(np.int64))
            return np.asarray(low << 32 | high)

        asked = clusters(self.links.left[open_], self.links.right[open_])
        unanswered = ~np.isin(asked, clusters(*self.links.must_not_link))
        return open_[unanswered], asked[unanswered]

    def _max_questions(self) -> int:
        return max_questions(self.links.spec, self.record_clusters())

    def _questions(self) -> Ints:
        """The open pairs to ask about: the likeliest of each pair of clusters, those of most value first, up to the limit.

        Rank breaks ties, so that the slots of the records do not matter.
        """
        labels, rank = self.labels, self.links.grouping.rank
        open_, clusters = self._open
        low, high = clusters >> 32, clusters & 0xFFFFFFFF
        one, other = sort_ends(rank[self.links.left[open_]], rank[self.links.right[open_]])
        weight = self.links.weight_of(open_)
        order = np.lexsort((other, one, -weight, high, low))
        low, high = low[order], high[order]
        begins = np.flatnonzero(np.append(True, (low[1:] != low[:-1]) | (high[1:] != high[:-1]))) if len(low) else low
        size = np.bincount(labels[self.links.grouping.of_row], minlength=len(labels))
        best = order[begins]
        value = question_value(weight[best], size[low[begins]], size[high[begins]])
        return open_[best[np.lexsort((other[best], one[best], -value))[: self._max_questions()]]]

    def _copies(self) -> tuple[Codes, Ints, Ints]:
        """Further rows of coherent records: record, row, pattern of the record with itself."""
        record, rows = self._further_rows(self._is_coherent)
        return record, rows, self.links.self_pattern[np.searchsorted(self.links.grouping.repeated, record)]

    def _further_rows(self, some: Mask) -> tuple[Codes, Ints]:
        """All rows but the first of some of the repeated records: record, row."""
        grouping = self.links.grouping
        chosen = grouping.repeated[some]
        is_chosen = np.zeros(len(grouping.rank), dtype=bool)
        is_chosen[chosen] = True
        rows = np.flatnonzero(is_chosen[grouping.of_row])
        record = grouping.of_row[rows]
        further = np.ones(len(rows), dtype=bool)
        further[np.unique(record, return_index=True)[1]] = False
        return record[further], rows[further]

    def clusters(self, ids: Ints) -> pa.Table:
        """One line per row under the CLUSTER contract."""
        group = self._groups()
        smallest = np.full(len(self.links.grouping.rank) + len(group), np.iinfo(np.int64).max)
        np.minimum.at(smallest, group, ids)
        best = self._best()
        alone = np.bincount(group)[group] == 1
        unknown = alone | np.isneginf(best)[self.links.grouping.of_row]
        likely = probability(best)[self.links.grouping.of_row]
        order = slice(None) if (ids[1:] > ids[:-1]).all() else _ascending(ids)
        table = {
            "mention_id": ids[order],
            "cluster_id": smallest[group][order],
            "match_probability": pa.array(likely[order], mask=unknown[order]),
        }
        return CLUSTER.conform(pa.table(table))

    def cluster_count(self) -> int:
        """Number of clusters, those of one row included."""
        return self.record_clusters() + int(self.links.grouping.further[~self._is_coherent].sum())

    def record_clusters(self) -> int:
        """Number of clusters of records."""
        return int((self.labels == np.arange(len(self.labels), dtype=np.int32)).sum())

    @property
    def incoherent(self) -> Codes:
        """Repeated records that are not coherent: each further row is a cluster of its own."""
        return self.links.grouping.repeated[~self._is_coherent]

    def _groups(self) -> Ints | Codes:
        """Per row its cluster: the smallest record in it, or for a singleton a number of its own."""
        group = self.labels[self.links.grouping.of_row]
        singletons = self._further_rows(~self._is_coherent)[1]
        group[singletons] = len(self.links.grouping.rank) + singletons
        return group

    def _best(self) -> Floats:
        """Per record the weight of its strongest link inside its cluster, ties of its own copies included."""
        best = np.full(len(self.links.grouping.rank), -np.inf)
        inside = np.flatnonzero(self._same_cluster & self.links.accepted)
        weight = self.links.weight_of(inside)
        for end in (self.links.left, self.links.right):
            np.maximum.at(best, end[inside], weight)
        np.maximum.at(best, self.links.grouping.repeated, self.links.weights[self.links.self_pattern])
        return best


def _ascending(ids: Ints) -> Ints:
    """Indices that sort ids, none twice; without sorting where they count from 0."""
    if len(ids) and ids.min() == 0 and ids.max() == len(ids) - 1:
        order = np.empty(len(ids), dtype=np.int64)
        order[ids] = np.arange(len(ids))
        return order
    return np.argsort(ids, kind="stable")


def _in_order(low: Ints, high: Ints) -> Ints:
    """Order by (low, high). Pairs come nearly in this order, so a stable sort of one number is fast."""
    if len(low) and high.max() < 1 << 31 and low.min() >= 0:
        return np.argsort(low << 32 | high, kind="stable")
    return np.lexsort((high, low))
