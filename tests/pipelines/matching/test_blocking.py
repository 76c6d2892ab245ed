"""Candidate pairs against the plain definition of a block."""

from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.matching import AnyOf, Block, Comparison, Key, MatchSpec, Same
from pipelines.matching.blocking import Blocking
from pipelines.matching.encode import encode

FIRST = Key("a", lambda values: pc.utf8_slice_codeunits(values, 0, 1), "a[0]")


def spec(*blocks):
    return MatchSpec("test", blocks, (Comparison("a", (Same(),)),))


def found(table, *blocks, **options):
    blocking = Blocking(spec(*blocks), encode(table, ("a", "b", "c")), **options)
    pairs = blocking.pairs()
    return [(int(p >> 32), int(p & 0xFFFFFFFF)) for p in pairs], blocking


value = st.one_of(st.none(), st.sampled_from(["xa", "xb", "ya", "yb"]))
rows = st.lists(st.tuples(value, value, value), max_size=14)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(rows)
def test_pairs_are_those_that_agree_on_a_key_each_once(rows):
    table = pa.table({c: pa.array([r[i] for r in rows], pa.string()) for i, c in enumerate("abc")})
    pairs, _ = found(table, Block("a", "b"), Block(AnyOf("a", "b"), "c"), Block(FIRST, "c"))

    def same(x, y):
        return x is not None and x == y

    def agree(p, q):
        crossed = any(same(x, y) for x in p[:2] for y in q[:2])
        initial = same(p[0] and p[0][0], q[0] and q[0][0])
        return (same(p[0], q[0]) and same(p[1], q[1])) or (same(p[2], q[2]) and (crossed or initial))

    assert pairs == [(i, j) for i, j in combinations(range(len(rows)), 2) if agree(rows[i], rows[j])]


def test_a_hot_key_is_left_out_and_reported_and_a_second_key_still_finds_its_pairs():
    table = pa.table({"a": ["hot"] * 6 + ["cold"] * 2, "b": list("ppqrstuv"), "c": [None] * 8})
    table = table.set_column(2, "c", pa.nulls(8, pa.string()))
    pairs, blocking = found(table, Block("a", cap=5), Block("a", "b", cap=5))
    assert pairs == [(0, 1), (6, 7)]
    first, second = blocking.reports
    assert (first.capped_keys, first.capped_records, first.capped_pairs, first.pairs) == (1, 6, 15, 1)
    assert (second.capped_keys, second.pairs) == (0, 1)
    assert blocking.found_by(np.array([0, 0, 6]), np.array([1, 2, 7])).tolist() == [0b10, 0, 0b01]


def test_between_two_tables_only_pairs_across_count():
    table = pa.table({"a": ["x", "x", "x", "x"], "b": list("ppqr"), "c": list("ssst")})
    pairs, _ = found(table, Block("a"), side=np.array([0, 0, 1, 1], dtype=np.int8))
    assert pairs == [(0, 2), (0, 3), (1, 2), (1, 3)]


def test_the_number_of_threads_changes_nothing():
    rng = np.random.default_rng(5)
    table = pa.table({c: pa.array(rng.integers(0, 60, 400).astype(str)) for c in "abc"})
    blocks = (Block("a", "b"), Block("c"), Block(AnyOf("a", "b"), "c"))
    assert found(table, *blocks, threads=1)[0] == found(table, *blocks, threads=4)[0]
