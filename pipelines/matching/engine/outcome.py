"""What follows once records are clusters: judged pairs, questions for a person, and clusters of rows.

Belongs here: all that is told from links together with clusters. Does not: links (`links`) or clusters (`clustering`)
themselves.
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property

import numpy as np
import pyarrow as pa

from pipelines.matching.engine.encode import Codes, distinct_sorted
from pipelines.matching.engine.links import Floats, Ints, Links, Mask, ordered
from pipelines.matching.engine.result import ACCEPTED, CUT, REVIEW, Judged, settled_by_answer
from pipelines.matching.engine.score import probability, weight_of
from pipelines.matching.engine.spec import MatchSpec
from warehouse.model.link import CLUSTER


@dataclass(frozen=True)
class Tally:
    """What is counted of pairs. Those of pairs that share no cluster add up.

    Attributes:
        shown: int64 per pattern, how many links show it.
        cut: links whose records are in different clusters.
        open: pairs of clusters of which it is asked whether they are one.
    """

    shown: Ints
    cut: int
    open: int

    @property
    def joined(self) -> int:
        """Links whose records are in one cluster."""
        return int(self.shown.sum()) - self.cut

    @property
    def sums(self) -> Ints:
        """`cut` and `open` as an array."""
        return np.array([self.cut, self.open])

    def after(self, gone: Tally, come: Tally) -> Tally:
        """This without what has gone and with what has come, whose patterns are these and others behind them."""
        shown = come.shown.copy()
        shown[: len(self.shown)] += self.shown
        shown[: len(gone.shown)] -= gone.shown
        return Tally(shown, self.cut - gone.cut + come.cut, self.open - gone.open + come.open)


def most_questions(spec: MatchSpec, clusters: int) -> int:
    """How many questions a person can live with."""
    return max(1, int(spec.review_share * clusters))


class Outcome:
    """Links and the clusters they led to.

    Args:
        links: all pairs at least worth asking about.
        labels: the cluster of every record: the record of smallest rank in it; -1 where there is no record.
    """

    def __init__(self, links: Links, labels: Ints | Codes) -> None:
        self.links, self.labels = links, labels

    @cached_property
    def _together(self) -> Mask:
        """Per pair whether both records are in one cluster."""
        left, right = (np.take(self.labels, end, mode="clip") for end in (self.links.left, self.links.right))
        return np.asarray(left == right)

    @cached_property
    def _hang_together(self) -> Mask:
        """Per repeated record whether its rows are one: by their own evidence, or because they all hang on another record."""
        sizes = np.bincount(self.labels + 1)
        crowded = sizes[self.labels[self.links.grouping.repeated] + 1] > 1
        return crowded | (self.links.weights[self.links.own] >= weight_of(self.links.spec.accept))

    def judged(self, ids: Ints) -> Judged:
        """Accepted, queued and cut pairs, then the ties of copies to their record's first row."""
        first = self.links.grouping.first
        accepted = self.links.accepted
        outcome = np.where(accepted, np.where(self._together, ACCEPTED, CUT), REVIEW).astype(np.int8)
        told = accepted.copy()
        told[self._questions()] = True
        keep = np.flatnonzero(told)
        copies = self._copies()
        left = np.concatenate([self.links.left[keep], copies[0]])
        right = np.concatenate([self.links.right[keep], copies[0]])
        left_id = np.concatenate([ids[first[self.links.left[keep]]], ids[first[copies[0]]]])
        right_id = np.concatenate([ids[first[self.links.right[keep]]], ids[copies[1]]])
        pattern = np.concatenate([self.links.pattern[keep], copies[2]])
        outcome = np.concatenate([outcome[keep], np.full(len(copies[0]), ACCEPTED, dtype=np.int8)])
        weight = np.concatenate([self.links.weight_of(keep), self.links.weights[copies[2]]])
        low, high = ordered(left_id, right_id)
        order = _in_order(low, high)
        return Judged(left[order], right[order], low[order], high[order], pattern[order], weight[order], outcome[order])

    def counts(self) -> tuple[int, int, int]:
        """How many pairs `judged` would call accepted (ties of copies among them), queued, and cut."""
        copies = int(self.links.grouping.further[self._hang_together].sum())
        return self.tally.joined + copies, min(self.tally.open, self._most_questions()), self.tally.cut

    @cached_property
    def tally(self) -> Tally:
        """Counts of all pairs, the ties of copies not among them."""
        links = self.links
        shown = np.bincount(links.pattern[links.accepted], minlength=len(links.patterns))
        return Tally(shown, int((links.accepted & ~self._together).sum()), len(distinct_sorted(self._open[1])))

    @cached_property
    def _open(self) -> tuple[Ints, Ints]:
        """Pairs that are no links and whose clusters differ, and these clusters: `smaller << 32 | larger`.

        Clusters a person has called different are no question, and take no other question's place.
        """
        open_ = np.flatnonzero(~(self.links.accepted | self._together))
        open_ = open_[self.links.pattern[open_] >= 0]

        def clusters(left: Ints | Codes, right: Ints | Codes) -> Ints:
            low, high = ordered(self.labels[left].astype(np.int64), self.labels[right].astype(np.int64))
            return np.asarray(low << 32 | high)

        found, said = clusters(self.links.left[open_], self.links.right[open_]), clusters(*self.links.answered)
        fresh = ~np.isin(found, said)
        return open_[fresh], found[fresh]

    def _most_questions(self) -> int:
        return most_questions(self.links.spec, self.record_clusters())

    def _questions(self) -> Ints:
        """The open pairs worth a person's time: the likeliest of each pair of clusters, most settled first, not too many.

        Ties are broken by rank, so that it does not matter at which places the records are.
        """
        labels, rank = self.labels, self.links.grouping.rank
        open_, clusters = self._open
        low, high = clusters >> 32, clusters & 0xFFFFFFFF
        one, other = ordered(rank[self.links.left[open_]], rank[self.links.right[open_]])
        weight = self.links.weight_of(open_)
        order = np.lexsort((other, one, -weight, high, low))
        low, high = low[order], high[order]
        begins = np.flatnonzero(np.append(True, (low[1:] != low[:-1]) | (high[1:] != high[:-1]))) if len(low) else low
        size = np.bincount(labels[self.links.grouping.of_row], minlength=len(labels))
        best = order[begins]
        settles = settled_by_answer(weight[best], size[low[begins]], size[high[begins]])
        return open_[best[np.lexsort((other[best], one[best], -settles))[: self._most_questions()]]]

    def _copies(self) -> tuple[Codes, Ints, Ints]:
        """Further rows of records whose rows are one: record, row, pattern of the record with itself."""
        record, rows = self._further_rows(self._hang_together)
        return record, rows, self.links.own[np.searchsorted(self.links.grouping.repeated, record)]

    def _further_rows(self, some: Mask) -> tuple[Codes, Ints]:
        """All rows but the first of some of the repeated records: record, row."""
        grouping = self.links.grouping
        chosen = grouping.repeated[some]
        theirs = np.zeros(len(grouping.rank), dtype=bool)
        theirs[chosen] = True
        rows = np.flatnonzero(theirs[grouping.of_row])
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
        return self.record_clusters() + int(self.links.grouping.further[~self._hang_together].sum())

    def record_clusters(self) -> int:
        """Number of clusters of records."""
        return int((self.labels == np.arange(len(self.labels), dtype=np.int32)).sum())

    @property
    def scattered(self) -> Codes:
        """Repeated records whose rows do not hang together: each further row is a cluster of its own."""
        return self.links.grouping.repeated[~self._hang_together]

    def _groups(self) -> Ints | Codes:
        """Per row its cluster: the smallest record of it, or, for a lone row, a number of its own."""
        group = self.labels[self.links.grouping.of_row]
        lone = self._further_rows(~self._hang_together)[1]
        group[lone] = len(self.links.grouping.rank) + lone
        return group

    def _best(self) -> Floats:
        """Per record the weight of its strongest link inside its cluster, that among its own copies included."""
        best = np.full(len(self.links.grouping.rank), -np.inf)
        inside = np.flatnonzero(self._together & self.links.accepted)
        weight = self.links.weight_of(inside)
        for end in (self.links.left, self.links.right):
            np.maximum.at(best, end[inside], weight)
        np.maximum.at(best, self.links.grouping.repeated, self.links.weights[self.links.own])
        return best


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
