"""Clusters under constraints, against plain algorithms on random graphs."""

import networkx as nx
import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.matching.engine.clustering import Constraints, cluster


@st.composite
def graphs(draw):
    size = draw(st.integers(1, 14))
    pairs = draw(st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=30))
    pairs = sorted({(min(p), max(p)) for p in pairs if p[0] != p[1]})
    weight = draw(st.lists(st.integers(0, 6), min_size=len(pairs), max_size=len(pairs)))
    identity = draw(st.lists(st.integers(-1, 3), min_size=size, max_size=size))
    source = draw(st.lists(st.integers(-1, 4), min_size=size, max_size=size))
    apart = draw(st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=4))
    return size, pairs, weight, identity, source, [p for p in apart if p[0] != p[1]]


def column(values):
    return np.array(values, dtype=np.int32)


def ends(pairs):
    return column([a for a, _ in pairs]), column([b for _, b in pairs])


def groups(labels):
    return {tuple(np.flatnonzero(labels == name)) for name in set(labels.tolist())}


def allowed(members, identity, source, apart):
    ids = {identity[m] for m in members} - {-1}
    sources = [source[m] for m in members if source[m] >= 0]
    return (
        len(ids) <= 1 and len(sources) == len(set(sources)) and not any(a in members and b in members for a, b in apart)
    )


def strongest_first(size, pairs, weight, identity, source, apart):
    """The textbook way: take every link in order of strength, join unless a constraint forbids it."""
    clusters = [{n} for n in range(size)]
    for _, (a, b) in sorted(zip(weight, pairs, strict=True), key=lambda x: (-x[0], x[1])):
        one, other = (next(c for c in clusters if n in c) for n in (a, b))
        if one is not other and allowed(one | other, identity, source, apart):
            clusters = [c for c in clusters if c is not one and c is not other] + [one | other]
    return {tuple(sorted(c)) for c in clusters}


@settings(max_examples=150, derandomize=True, deadline=None)
@given(graphs())
def test_without_constraints_clusters_are_connected_components(graph):
    size, pairs, weight, *_ = graph
    result = cluster(size, *ends(pairs), np.array(weight, dtype=float), Constraints())
    plain = nx.Graph(pairs)
    plain.add_nodes_from(range(size))
    assert groups(result) == {tuple(sorted(c)) for c in nx.connected_components(plain)}


@settings(max_examples=300, derandomize=True, deadline=None)
@given(graphs())
def test_constrained_clusters_are_those_of_joining_strongest_links_first(graph):
    size, pairs, weight, identity, source, apart = graph
    constraints = Constraints((column(identity),), (column(source),), ends(apart))
    result = cluster(size, *ends(pairs), np.array(weight, dtype=float), constraints)
    assert groups(result) == strongest_first(size, pairs, weight, identity, source, apart)


@settings(max_examples=300, derandomize=True, deadline=None)
@given(graphs())
def test_where_only_numbers_must_not_meet_clusters_are_those_of_joining_strongest_links_first_too(graph):
    size, pairs, weight, identity, *_ = graph
    result = cluster(size, *ends(pairs), np.array(weight, dtype=float), Constraints((column(identity),)))
    assert groups(result) == strongest_first(size, pairs, weight, identity, [-1] * size, [])


@settings(max_examples=100, derandomize=True, deadline=None)
@given(graphs())
def test_a_cluster_is_named_after_its_smallest_record(graph):
    size, pairs, weight, identity, source, apart = graph
    constraints = Constraints((column(identity),), (column(source),), ends(apart))
    labels = cluster(size, *ends(pairs), np.array(weight, dtype=float), constraints)
    assert all(labels[members[0]] == members[0] for members in groups(labels))


def test_two_families_are_not_chained_by_a_record_without_a_number():
    # 0 and 1 hold different numbers; 2 holds none and is linked to both, more strongly to 1
    identity = column([7, 8, -1])
    result = cluster(3, column([0, 1]), column([2, 2]), np.array([5.0, 9.0]), Constraints((identity,)))
    assert groups(result) == {(0,), (1, 2)}


@pytest.mark.parametrize("size", [0, 1])
def test_nothing_to_join_is_no_error(size):
    none = column([])
    assert cluster(size, none, none, np.zeros(0), Constraints()).tolist() == list(range(size))


def test_what_a_person_joined_stays_joined_across_different_numbers_and_without_a_link():
    identity = column([7, 8, -1])
    joined = Constraints((identity,), must_link=(column([0]), column([1])))
    result = cluster(3, column([1]), column([2]), np.array([5.0]), joined)
    assert groups(result) == {(0, 1, 2)}


def test_two_numbers_a_person_joined_let_no_third_one_in():
    identity = column([7, 8, 8, 9])
    joined = Constraints((identity,), must_link=(column([0]), column([1])))
    result = cluster(4, column([0, 1]), column([3, 2]), np.array([9.0, 5.0]), joined)
    assert groups(result) == {(0, 1, 2), (3,)}


def test_apart_reaches_every_record_joined_to_either_end():
    apart = Constraints(must_not_link=(column([0]), column([3])), must_link=(column([0, 3]), column([1, 4])))
    result = cluster(5, column([1, 1, 2]), column([2, 4, 4]), np.array([4.0, 9.0, 3.0]), apart)
    assert groups(result) == {(0, 1, 2), (3, 4)}
