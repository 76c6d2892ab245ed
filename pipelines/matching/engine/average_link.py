"""Clusters by average link: records join where the pairs between two clusters are, on average, worth a link.

Connected components chain: a report that fits two events joins them both. Here two clusters join only where the mean weight over
all pairs between them reaches that of a link, the best two first. Every component of links is clustered by itself, so that the
outcome of one depends on no other.

Belongs here: this clustering, with constraints. Does not: components (`clustering`), or which pairs are links (`links`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.clustering import Constraints, Ends, Ints, Mask, components, smallest_of
from pipelines.matching.engine.encode import Codes

Floats = npt.NDArray[np.float64]

CELLS = 1 << 21
"""Cells of matrices worked on at a time."""

LARGE = 256
"""Records of a component from which on its weak links are left out first: its matrix would grow with their square."""

STEP = 1.0
"""Bits by which the weakest link of a large component is raised at a time."""


@dataclass(frozen=True)
class AverageLink:
    """How a kind is clustered by average link.

    Attributes:
        unlikely: weight (log2 odds) of a pair that no rule finds or that is not worth a question; nothing weighs less.
        most: weight beyond which a pair counts no more: one sure pair does not join two clusters.
    """

    unlikely: float = -4.0
    most: float = 8.0


@dataclass(frozen=True)
class WeighedPairs:
    """Pairs of records, none twice: both ends, weight, and whether each is a link."""

    left: Ints
    right: Ints
    weight: Floats
    accepted: Mask

    @classmethod
    def of(cls, left: Codes | Ints, right: Codes | Ints, weight: Floats, accepted: Mask) -> WeighedPairs:
        """Pairs of any integers."""
        return cls(left.astype(np.int64), right.astype(np.int64), weight, accepted)

    def take(self, some: Mask | Ints) -> WeighedPairs:
        """A selection of the pairs."""
        return WeighedPairs(self.left[some], self.right[some], self.weight[some], self.accepted[some])


def cluster_by_average(
    size: int, pairs: WeighedPairs, threshold: float, option: AverageLink, constraints: Constraints
) -> Ints:
    """Join records by average link, never breaking a constraint.

    Args:
        size: number of records; they are numbered 0..size-1.
        pairs: those at least worth a question, links and others.
        threshold: mean weight from which two clusters join.
        option: see `AverageLink`.
        constraints: what a cluster must not hold. Pairs that must link join first, whatever they weigh.

    Returns:
        Per record the smallest record of its cluster.
    """
    labels = _components(size, pairs, threshold, constraints.must_link)
    members = np.bincount(labels, minlength=size)
    pairs = pairs.take((labels[pairs.left] == labels[pairs.right]) & (members[labels[pairs.left]] > 1))
    parts = np.arange(size, dtype=np.int64)
    for number in np.unique(members[members > 1]).tolist():
        for block in _blocks(labels, members, number):
            _join(block, labels, pairs, threshold, option, constraints, parts)
    return smallest_of(np.arange(size, dtype=np.int64), np.unique(parts, return_inverse=True)[1])


def _components(size: int, pairs: WeighedPairs, threshold: float, must_link: Ends) -> Ints:
    """The component of every record; those of large ones are taken apart at their weakest links."""
    accepted = np.flatnonzero(pairs.accepted)
    left, right, weight = pairs.left[accepted], pairs.right[accepted], pairs.weight[accepted]
    left, right = (np.concatenate([a, must.astype(np.int64)]) for a, must in zip((left, right), must_link, strict=True))
    weight = np.concatenate([weight, np.full(len(left) - len(weight), np.inf)])
    labels = components(size, left, right)
    least = min(threshold, 0.0)  # no link weighs less
    while True:
        large = np.bincount(labels, minlength=size) > LARGE
        inside = large[labels[left]]
        if not inside.any() or least > float(weight[inside & np.isfinite(weight)].max(initial=-np.inf)):
            return labels
        least += STEP
        keep = ~inside | (weight >= least)
        left, right, weight = left[keep], right[keep], weight[keep]
        labels = components(size, left, right)


def _blocks(labels: Ints, members: Ints, number: int) -> Iterator[Ints]:
    """The components of so many records, some at a time: a row each, its records in order."""
    nodes = np.flatnonzero(members[labels] == number)
    rows = nodes[np.argsort(labels[nodes], kind="stable")].reshape(-1, number)
    step = max(1, CELLS // number**2)
    for start in range(0, len(rows), step):
        yield rows[start : start + step]


def _join(
    block: Ints,
    labels: Ints,
    pairs: WeighedPairs,
    threshold: float,
    option: AverageLink,
    constraints: Constraints,
    parts: Ints,
) -> None:
    """Write the cluster of every record of some components of one size into `parts`."""
    count, number = block.shape
    row, column = np.full((2, len(parts)), -1, dtype=np.int64)
    row[block] = np.arange(count)[:, None]
    column[block] = np.arange(number)[None, :]

    def at(ends: Ends) -> tuple[Ints, Ints, Ints]:
        """Matrix and place of pairs within the components."""
        one, other = (np.asarray(end, dtype=np.int64) for end in ends)
        inside = np.flatnonzero((row[one] >= 0) & (labels[one] == labels[other]))
        return row[one[inside]], column[one[inside]], column[other[inside]]

    own = pairs.take(row[pairs.left] >= 0)
    table = np.full((count, number, number), option.unlikely)
    k, a, b = at((own.left, own.right))
    table[k, a, b] = table[k, b, a] = np.clip(own.weight, option.unlikely, option.most)
    barred = _marks(table.shape, at(constraints.must_not_link), _barred(block, constraints))
    forced = _marks(table.shape, at(constraints.must_link), None)
    group = _merge(table, barred, forced, threshold)
    parts[block] = np.take_along_axis(block, group, axis=1)


def _marks(
    shape: tuple[int, ...], at: tuple[Ints, Ints, Ints], marks: npt.NDArray[np.bool_] | None
) -> npt.NDArray[np.bool_] | None:
    """Marks and some pairs, both ways; None where there are neither."""
    k, a, b = at
    if len(k):
        marks = np.zeros(shape, dtype=bool) if marks is None else marks
        marks[k, a, b] = marks[k, b, a] = True
    return marks


def _barred(block: Ints, constraints: Constraints) -> npt.NDArray[np.bool_] | None:
    """Which two records of a component must not meet, by their values; None where there are no such columns."""
    barred = None
    for columns, differ in ((constraints.distinct, True), (constraints.one_to_one, False)):
        for codes in columns:
            one, other = codes[block][:, :, None], codes[block][:, None, :]
            against = (one >= 0) & (other >= 0) & ((one != other) if differ else (one == other))
            barred = against if barred is None else barred | against
    return barred


def _merge(
    table: Floats, barred: npt.NDArray[np.bool_] | None, forced: npt.NDArray[np.bool_] | None, threshold: float
) -> Ints:
    """Join the best two clusters of every matrix until none are worth it; per record the first record of its cluster.

    Args:
        table: weights, one matrix per component; used up.
        barred: which two must not meet.
        forced: which two must.
        threshold: mean weight from which two clusters join.
    """
    count, number, _ = table.shape
    group = np.tile(np.arange(number), (count, 1))
    sizes = np.ones((count, number))
    diagonal = np.arange(number)
    table[:, diagonal, diagonal] = -np.inf
    open_ = np.arange(count)
    for _ in range(number - 1):
        worth = table if barred is None else np.where(barred, -np.inf, table)
        if forced is not None:
            worth = np.where(forced & np.isfinite(table), np.inf, worth)
        flat = worth.reshape(len(open_), -1)
        best = flat.argmax(axis=1)
        going = np.flatnonzero(flat[np.arange(len(open_)), best] >= threshold)
        if not len(going):
            break
        open_, best, table, sizes = open_[going], best[going], table[going], sizes[going]
        barred, forced = (None if x is None else x[going] for x in (barred, forced))
        one, other = best // number, best % number
        one, other = np.minimum(one, other), np.maximum(one, other)
        _unite(table, sizes, one, other)
        for marks in (barred, forced):
            if marks is not None:
                k = np.arange(len(open_))
                both = marks[k, one] | marks[k, other]
                marks[k, one] = marks[k, :, one] = both
        chosen = group[open_]
        group[open_] = np.where(chosen == other[:, None], one[:, None], chosen)
    return group


def _unite(table: Floats, sizes: Floats, one: Ints, other: Ints) -> None:
    """Put cluster `other` of every matrix into `one`: weights to the rest are the means over all pairs."""
    k = np.arange(len(table))
    first, second = sizes[k, one][:, None], sizes[k, other][:, None]
    mean = (first * table[k, one] + second * table[k, other]) / (first + second)
    table[k, one] = table[k, :, one] = mean
    table[k, one, one] = -np.inf
    table[k, other] = table[k, :, other] = -np.inf
    sizes[k, one] += sizes[k, other]
