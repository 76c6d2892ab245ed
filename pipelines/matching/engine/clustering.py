"""Clusters out of links: connected components that never break a constraint.

Belongs here: union of links under constraints, and which links are cut. Does not: how likely a link is.

Almost all components break no constraint and become clusters as they are, in one vectorised step. Only the others are built
link by link, strongest first, skipping every link that would break a constraint (Kruskal under constraints).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from pipelines.matching.engine.encode import Codes, distinct_sorted, numbered

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Ends = tuple[Codes | Ints, Codes | Ints]
"""Pairs of records: one array per side."""

NO_PAIRS: Ends = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


@dataclass(frozen=True)
class Constraints:
    """What a cluster must not hold.

    Attributes:
        distinct: code columns of which a cluster holds at most one value; -1 for none.
        one_to_one: code columns of which a cluster holds each value at most once (one record per source); -1 for none.
        must_not_link: pairs of records that must not share a cluster.
        must_link: pairs of records that a person has called the same: they share a cluster whatever `distinct` and
            `one_to_one` demand. No chain of these may join a pair that must not link.
    """

    distinct: tuple[Codes, ...] = ()
    one_to_one: tuple[Codes, ...] = ()
    must_not_link: Ends = NO_PAIRS
    must_link: Ends = NO_PAIRS


def cluster(
    size: int, left: Codes | Ints, right: Codes | Ints, weight: npt.NDArray[np.float64], constraints: Constraints
) -> Ints:
    """Join records along links, strongest first, never breaking a constraint.

    Args:
        size: number of records; they are numbered 0..size-1.
        left: one end of each link; pairs that must link need none.
        right: the other end.
        weight: strength of each link; (left, right) breaks ties.
        constraints: what a cluster must not hold.

    Returns:
        Per record the smallest record of its cluster.
    """
    ends = left, right
    if len(constraints.must_link[0]):
        ends = np.concatenate([left, constraints.must_link[0]]), np.concatenate([right, constraints.must_link[1]])
    labels = components(size, *ends)
    broken = _broken(labels, constraints)
    if broken.any():
        in_broken = broken[labels]
        inside, nodes = np.flatnonzero(in_broken[left]), np.flatnonzero(in_broken)
        roots = _grow(nodes, left[inside], right[inside], weight[inside], constraints)
        labels[nodes] = smallest_of(nodes, numbered(roots)[1])
    return labels


def components(size: int, left: Codes | Ints, right: Codes | Ints) -> Ints:
    """The smallest record of the connected component of every record; constraints do not count.

    In most components every record is linked with the smallest one. So each record first takes the smallest record it is
    linked with, and only links whose ends then still differ go through a graph algorithm.
    """
    low, high = (left, right) if (left <= right).all() else (np.minimum(left, right), np.maximum(left, right))
    label = np.arange(size, dtype=np.int64)
    np.minimum.at(label, high, low.astype(np.int64, copy=False))  # thirty times as fast as with values of another type
    further = label[label]
    moved, label = np.flatnonzero(further != label), further
    while len(moved):  # a record whose label is its own label has arrived
        further = label[label[moved]]
        on = further != label[moved]
        moved = moved[on]
        label[moved] = further[on]
    a, b = label[low], label[high]
    open_ = np.flatnonzero(a != b)
    if len(open_):
        nodes, index = numbered(np.concatenate([a[open_], b[open_]]))
        ends = index[: len(open_)], index[len(open_) :]
        graph = coo_matrix((np.ones(len(open_), dtype=np.int8), ends), shape=(len(nodes), len(nodes)))
        component = connected_components(graph, directed=False)[1]
        label[nodes] = smallest_of(nodes, component)
        label = label[label]
    return label


def smallest_of(nodes: Ints, component: Codes | Ints) -> Ints:
    """For every node the smallest node of its component."""
    first = np.full(int(component.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, component, nodes)
    return np.asarray(first[component])


def smallest(labels: Ints) -> Ints:
    """The smallest record of every label, per record."""
    first = np.empty(int(labels.max(initial=-1)) + 1, dtype=np.int64)
    first[labels[::-1]] = np.arange(len(labels) - 1, -1, -1)
    return np.asarray(first[labels])


def _broken(labels: Ints, constraints: Constraints) -> Mask:
    """Per label whether its component breaks a constraint."""
    broken = np.zeros(int(labels.max(initial=-1)) + 1, dtype=bool)
    for codes in constraints.distinct:
        present = codes >= 0
        values = distinct_sorted(labels[present] << 32 | codes[present].astype(np.int64))
        label = values >> 32
        broken[label[1:][label[1:] == label[:-1]]] = True
    for codes in constraints.one_to_one:
        present = codes >= 0
        values = np.sort(labels[present] << 32 | codes[present].astype(np.int64))
        broken[values[1:][values[1:] == values[:-1]] >> 32] = True
    one, other = (labels[end] for end in constraints.must_not_link)
    broken[one[one == other]] = True
    return broken


class _Forest:
    """Union-find over few records; every root knows the values in its cluster."""

    def __init__(self, nodes: Ints, constraints: Constraints) -> None:
        self.parent = {int(n): int(n) for n in nodes}
        chosen = set(self.parent)
        self.distinct = [{n: {int(c[n])} - {-1} for n in self.parent} for c in constraints.distinct]
        self.one_to_one = [{n: {int(c[n])} - {-1} for n in self.parent} for c in constraints.one_to_one]
        self.must_not_link: dict[int, set[int]] = {}
        for a, b in zip(*(end.tolist() for end in constraints.must_not_link), strict=True):
            if a in chosen and b in chosen:
                self.must_not_link.setdefault(a, set()).add(b)
                self.must_not_link.setdefault(b, set()).add(a)
        self.members = {n: [n] for n in self.parent}
        for a, b in zip(*(end.tolist() for end in constraints.must_link), strict=True):
            if a in chosen and b in chosen:
                self._unite(self.find(a), self.find(b))

    def find(self, n: int) -> int:
        while self.parent[n] != n:
            self.parent[n] = self.parent[self.parent[n]]
            n = self.parent[n]
        return n

    def join(self, a: int, b: int) -> bool:
        """Join two clusters unless a constraint forbids it."""
        a, b = self.find(a), self.find(b)
        if a == b or not self._may(a, b):
            return False
        self._unite(a, b)
        return True

    def _unite(self, a: int, b: int) -> None:
        if a == b:
            return
        a, b = (a, b) if (len(self.members[a]), -a) >= (len(self.members[b]), -b) else (b, a)
        self.parent[b] = a
        self.members[a] += self.members.pop(b)
        for values in (*self.distinct, *self.one_to_one):
            values[a] |= values[b]
        if b in self.must_not_link:
            self.must_not_link.setdefault(a, set()).update(self.must_not_link.pop(b))

    def _may(self, a: int, b: int) -> bool:
        # Only a person can have put two values into one cluster. A cluster that adds no further value may still join it.
        if any(not (values[a] <= values[b] or values[b] <= values[a]) for values in self.distinct):
            return False
        if any(values[a] & values[b] for values in self.one_to_one):
            return False
        forbidden = self.must_not_link
        few, many = (a, b) if len(forbidden.get(a, ())) <= len(forbidden.get(b, ())) else (b, a)
        return all(self.find(n) != many for n in forbidden.get(few, ()))


def _grow(
    nodes: Ints, left: Codes | Ints, right: Codes | Ints, weight: npt.NDArray[np.float64], constraints: Constraints
) -> Ints:
    """The root of each of `nodes` after joining along the links, strongest first."""
    order = np.lexsort((right, left, -weight))
    left, right = left[order].astype(np.int64), right[order].astype(np.int64)
    if (
        len(constraints.distinct) != 1
        or constraints.one_to_one
        or len(constraints.must_not_link[0])
        or len(constraints.must_link[0])
    ):
        return _joined(nodes, left, right, constraints)
    stand_in = _agreeing(nodes, left, right, constraints.distinct[0])
    ends = stand_in[np.searchsorted(nodes, left)], stand_in[np.searchsorted(nodes, right)]
    low, high = np.minimum(*ends), np.maximum(*ends)
    value = constraints.distinct[0]
    open_ = np.flatnonzero((low != high) & ((value[low] < 0) | (value[high] < 0)))
    strongest = open_[np.sort(np.unique(low[open_] << 32 | high[open_], return_index=True)[1])]
    roots = _joined(np.unique(stand_in), low[strongest], high[strongest], constraints)
    return roots[np.searchsorted(np.unique(stand_in), stand_in)]


def _agreeing(nodes: Ints, left: Ints, right: Ints, value: Codes) -> Ints:
    """Per node the smallest node it reaches by links between records of its own value.

    Where two different values are the only thing that forbids a link, such links never break a constraint. Their ends are
    joined first, which leaves few links to take in order.
    """
    alike = np.flatnonzero((value[left] == value[right]) & (value[left] >= 0))
    component = components(len(nodes), *(np.searchsorted(nodes, end[alike]) for end in (left, right)))
    return nodes[smallest(component)]


def _joined(nodes: Ints, left: Ints, right: Ints, constraints: Constraints) -> Ints:
    """The root of each of `nodes` after joining along the links, in their order."""
    forest = _Forest(nodes, constraints)
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        forest.join(a, b)
    return np.array([forest.find(int(n)) for n in nodes], dtype=np.int64)
