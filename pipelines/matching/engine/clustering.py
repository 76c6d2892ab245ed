"""Clusters out of links: connected components that never break a constraint.

Belongs here: union of links under constraints, and which links had to be cut. Does not: how likely a link is.

Almost all components break nothing and are taken as they are, in one vectorised step. Only the others are built link by
link, strongest first, skipping a link that would join what must stay apart (Kruskal under constraints).
"""

from __future__ import annotations

from dataclasses import dataclass, field

import numpy as np
import numpy.typing as npt
from scipy.sparse import coo_matrix
from scipy.sparse.csgraph import connected_components

from pipelines.matching.engine.encode import Codes, distinct_sorted, numbered

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Constraints:
    """What a cluster must not hold.

    Attributes:
        distinct: code columns of which a cluster holds at most one value (-1 says nothing).
        once: code columns of which a cluster holds each value at most once: one record per source.
        apart_left: records that must not be together with the record at the same place of `apart_right`.
        apart_right: see `apart_left`.
        joined_left: records a person has called the same as the record at the same place of `joined_right`: they are
            together whatever `distinct` and `once` say. Never both joined, directly or in a row, and apart.
        joined_right: see `joined_left`.
    """

    distinct: tuple[Codes, ...] = ()
    once: tuple[Codes, ...] = ()
    apart_left: Codes | Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    apart_right: Codes | Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    joined_left: Codes | Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int32))
    joined_right: Codes | Ints = field(default_factory=lambda: np.zeros(0, dtype=np.int32))


def cluster(
    size: int, left: Codes | Ints, right: Codes | Ints, weight: npt.NDArray[np.float64], constraints: Constraints
) -> Ints:
    """Join records along links, strongest first, never breaking a constraint.

    Args:
        size: number of records; they are numbered 0..size-1.
        left: one end of each link; the joined records of `constraints` need no link.
        right: the other end.
        weight: strength of each link; equal weights are taken in order of (left, right).
        constraints: what must stay apart.

    Returns:
        Per record the smallest record of its cluster.
    """
    ends = left, right
    if len(constraints.joined_left):
        ends = np.concatenate([left, constraints.joined_left]), np.concatenate([right, constraints.joined_right])
    labels = components(size, *ends)
    broken = _broken(labels, constraints)
    if broken.any():
        theirs = broken[labels]
        inside, nodes = np.flatnonzero(theirs[left]), np.flatnonzero(theirs)
        roots = _grow(nodes, left[inside], right[inside], weight[inside], constraints)
        labels[nodes] = smallest_of(nodes, numbered(roots)[1])
    return labels


def components(size: int, left: Codes | Ints, right: Codes | Ints) -> Ints:
    """The smallest record of the connected component of every record, whatever must stay apart.

    Most components hang on their smallest record directly: each record takes over the smallest one it is linked with, and
    only links whose ends then still differ are walked as a graph.
    """
    low, high = (left, right) if (left <= right).all() else (np.minimum(left, right), np.maximum(left, right))
    label = np.arange(size, dtype=np.int64)
    np.minimum.at(label, high, low.astype(np.int64, copy=False))  # thirty times as fast as with values of another type
    further = label[label]
    moved, label = np.flatnonzero(further != label), further
    while len(moved):  # what is linked with a record that stands for itself stays
        further = label[label[moved]]
        on = further != label[moved]
        moved = moved[on]
        label[moved] = further[on]
    a, b = label[low], label[high]
    open_ = np.flatnonzero(a != b)
    if len(open_):
        nodes, place = numbered(np.concatenate([a[open_], b[open_]]))
        ends = place[: len(open_)], place[len(open_) :]
        graph = coo_matrix((np.ones(len(open_), dtype=np.int8), ends), shape=(len(nodes), len(nodes)))
        found = connected_components(graph, directed=False)[1]
        label[nodes] = smallest_of(nodes, found)
        label = label[label]
    return label


def smallest_of(nodes: Ints, found: Codes | Ints) -> Ints:
    """For every node the smallest node of its component."""
    first = np.full(int(found.max(initial=-1)) + 1, np.iinfo(np.int64).max)
    np.minimum.at(first, found, nodes)
    return np.asarray(first[found])


def smallest(labels: Ints) -> Ints:
    """The smallest record of every label, per record."""
    first = np.empty(int(labels.max(initial=-1)) + 1, dtype=np.int64)
    first[labels[::-1]] = np.arange(len(labels) - 1, -1, -1)
    return np.asarray(first[labels])


def _broken(labels: Ints, constraints: Constraints) -> Mask:
    """Per label whether its component breaks a constraint."""
    broken = np.zeros(int(labels.max(initial=-1)) + 1, dtype=bool)
    for codes in constraints.distinct:
        given = codes >= 0
        held = distinct_sorted(labels[given] << 32 | codes[given].astype(np.int64))
        holders = held >> 32
        broken[holders[1:][holders[1:] == holders[:-1]]] = True
    for codes in constraints.once:
        given = codes >= 0
        held = np.sort(labels[given] << 32 | codes[given].astype(np.int64))
        broken[held[1:][held[1:] == held[:-1]] >> 32] = True
    both = labels[constraints.apart_left] == labels[constraints.apart_right]
    broken[labels[constraints.apart_left][both]] = True
    return broken


class _Forest:
    """Union-find over few records whose roots know what their cluster holds."""

    def __init__(self, nodes: Ints, constraints: Constraints) -> None:
        self.parent = {int(n): int(n) for n in nodes}
        chosen = set(self.parent)
        self.distinct = [{n: {int(c[n])} - {-1} for n in self.parent} for c in constraints.distinct]
        self.once = [{n: {int(c[n])} - {-1} for n in self.parent} for c in constraints.once]
        self.apart: dict[int, set[int]] = {}
        for a, b in zip(constraints.apart_left.tolist(), constraints.apart_right.tolist(), strict=True):
            if a in chosen and b in chosen:
                self.apart.setdefault(a, set()).add(b)
                self.apart.setdefault(b, set()).add(a)
        self.members = {n: [n] for n in self.parent}
        for a, b in zip(constraints.joined_left.tolist(), constraints.joined_right.tolist(), strict=True):
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
        for seen in (*self.distinct, *self.once):
            seen[a] |= seen[b]
        if b in self.apart:
            self.apart.setdefault(a, set()).update(self.apart.pop(b))

    def _may(self, a: int, b: int) -> bool:
        # A cluster holds two values only where a person has joined them; what brings no further value may still come in.
        if any(not (held[a] <= held[b] or held[b] <= held[a]) for held in self.distinct):
            return False
        if any(seen[a] & seen[b] for seen in self.once):
            return False
        few, many = (a, b) if len(self.apart.get(a, ())) <= len(self.apart.get(b, ())) else (b, a)
        return all(self.find(n) != many for n in self.apart.get(few, ()))


def _grow(
    nodes: Ints, left: Codes | Ints, right: Codes | Ints, weight: npt.NDArray[np.float64], constraints: Constraints
) -> Ints:
    """The root of each of `nodes` after joining along the links, strongest first."""
    order = np.lexsort((right, left, -weight))
    left, right = left[order].astype(np.int64), right[order].astype(np.int64)
    if (
        len(constraints.distinct) != 1
        or constraints.once
        or len(constraints.apart_left)
        or len(constraints.joined_left)
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
    """Per node the smallest one that links between records of its own value lead to.

    Where one value may not meet another and nothing else forbids, such links are good at any time: their ends are one
    from the start, which leaves few links to be taken in order.
    """
    alike = np.flatnonzero((value[left] == value[right]) & (value[left] >= 0))
    found = components(len(nodes), *(np.searchsorted(nodes, end[alike]) for end in (left, right)))
    return nodes[smallest(found)]


def _joined(nodes: Ints, left: Ints, right: Ints, constraints: Constraints) -> Ints:
    """The root of each of `nodes` after joining along the links as they come."""
    forest = _Forest(nodes, constraints)
    for a, b in zip(left.tolist(), right.tolist(), strict=True):
        forest.join(a, b)
    return np.array([forest.find(int(n)) for n in nodes], dtype=np.int64)
