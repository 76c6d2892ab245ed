"""Average link under constraints, against a plain algorithm on random graphs."""

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.matching.engine import average_link
from pipelines.matching.engine.average_link import AverageLink, WeighedPairs, cluster_by_average
from pipelines.matching.engine.clustering import Constraints, components

OPTION = AverageLink(unlikely=-4.0, most=8.0)


@st.composite
def graphs(draw):
    size = draw(st.integers(1, 12))
    pairs = draw(st.lists(st.tuples(st.integers(0, size - 1), st.integers(0, size - 1)), max_size=30))
    pairs = sorted({(min(p), max(p)) for p in pairs if p[0] != p[1]})
    weight = draw(st.lists(st.floats(-3, 10, width=16), min_size=len(pairs), max_size=len(pairs)))
    identity = draw(st.lists(st.integers(-1, 3), min_size=size, max_size=size))
    return size, pairs, np.array(weight, dtype=float), np.array(identity, dtype=np.int32)


def clustered(size, pairs, weight, constraints=None):
    ends = (np.array([p[i] for p in pairs], dtype=np.int64) for i in (0, 1))
    given_pairs = WeighedPairs.of(*ends, weight, weight >= 0)
    return cluster_by_average(size, given_pairs, 0.0, OPTION, constraints or Constraints())


def groups(labels):
    return {tuple(np.flatnonzero(labels == name).tolist()) for name in set(labels.tolist())}


def best_two_first(size, pairs, weight):
    """The textbook way: all weights in one matrix, means over all pairs of two clusters."""
    matrix = np.full((size, size), OPTION.unlikely)
    links = [p for p, w in zip(pairs, weight, strict=True) if w >= 0]
    component = components(size, *(np.array([p[i] for p in links], dtype=np.int64) for i in (0, 1)))
    for (a, b), w in zip(pairs, weight, strict=True):
        matrix[a, b] = matrix[b, a] = np.clip(w, OPTION.unlikely, OPTION.most)
    clusters = [[n] for n in range(size)]
    while True:
        best = None
        for i, one in enumerate(clusters):
            for j, other in enumerate(clusters[i + 1 :], start=i + 1):
                mean = matrix[np.ix_(one, other)].mean()
                if component[one[0]] == component[other[0]] and mean >= -1e-12 and (not best or mean > best[0] + 1e-9):
                    best = mean, i, j
        if best is None:
            return {tuple(sorted(c)) for c in clusters}
        clusters[best[1]] += clusters.pop(best[2])


@settings(max_examples=150, derandomize=True, deadline=None)
@given(graphs())
def test_the_mean_weight_of_what_shares_a_cluster_is_that_of_a_link(graph):
    size, pairs, weight, _ = graph
    known = {p: float(np.clip(w, OPTION.unlikely, OPTION.most)) for p, w in zip(pairs, weight, strict=True)}
    for group in groups(clustered(size, pairs, weight)):
        inside = [known.get((a, b), OPTION.unlikely) for i, a in enumerate(group) for b in group[i + 1 :]]
        assert not inside or np.mean(inside) >= -1e-9


@settings(max_examples=150, derandomize=True, deadline=None)
@given(graphs())
def test_the_quick_way_and_the_textbook_give_the_same_clusters(graph):
    size, pairs, weight, _ = graph
    weight = weight + np.arange(len(weight)) * 1e-3 * np.pi  # no two means are equal, so that no tie is to be broken
    assert groups(clustered(size, pairs, weight)) == best_two_first(size, pairs, weight)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(graphs())
def test_no_cluster_holds_two_values_of_what_must_be_distinct(graph):
    size, pairs, weight, identity = graph
    for group in groups(clustered(size, pairs, weight, Constraints(distinct=(identity,)))):
        assert len({int(identity[n]) for n in group} - {-1}) <= 1


@settings(max_examples=150, derandomize=True, deadline=None)
@given(graphs())
def test_no_cluster_holds_a_source_twice(graph):
    size, pairs, weight, source = graph
    for group in groups(clustered(size, pairs, weight, Constraints(one_to_one=(source,)))):
        sources = [int(source[n]) for n in group if source[n] >= 0]
        assert len(sources) == len(set(sources))


def test_a_report_between_two_events_does_not_join_them():
    pairs = [(0, 1), (0, 2), (1, 2), (2, 3), (3, 4), (3, 5), (4, 5)]
    assert groups(clustered(6, pairs, np.array([6.0, 6.0, 6.0, 2.0, 6.0, 6.0, 6.0]))) == {(0, 1, 2), (3, 4, 5)}


def test_what_people_say_holds_whatever_the_weights():
    one, other = np.array([0, 3]), np.array([3, 4])
    same = clustered(5, [(0, 1)], np.array([5.0]), Constraints(must_link=(one, other)))
    assert {0, 3, 4} <= set(next(g for g in groups(same) if 0 in g))
    different = Constraints(must_not_link=(np.array([0]), np.array([1])))
    assert groups(clustered(2, [(0, 1)], np.array([9.0]), different)) == {(0,), (1,)}


def test_a_component_too_large_for_a_matrix_falls_apart_at_its_weak_links(monkeypatch):
    monkeypatch.setattr(average_link, "LARGE", 4)
    pairs = [(0, 1), (1, 2), (0, 2), (2, 3), (3, 4), (4, 5), (3, 5)]
    weight = np.array([7.0, 7.0, 7.0, 1.0, 7.0, 7.0, 7.0])
    assert groups(clustered(6, pairs, weight)) == {(0, 1, 2), (3, 4, 5)}


@pytest.mark.parametrize("size", [0, 1, 3])
def test_records_without_pairs_stay_alone(size):
    assert clustered(size, [], np.zeros(0)).tolist() == list(range(size))
