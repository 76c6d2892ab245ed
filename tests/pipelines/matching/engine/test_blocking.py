"""Candidate pairs against the plain definition of a block."""

from itertools import combinations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.matching import AnyOf, Block, Comparison, Key, MatchSpec, Same
from pipelines.matching.engine.blocking import Blocking, rules_finding
from pipelines.matching.engine.encode import encode

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


@settings(max_examples=150, derandomize=True, deadline=None)
@given(rows)
def test_where_both_hold_a_distinct_value_it_alone_says_whether_they_are_a_pair_unless_a_rule_wants_contrary_ones(rows):
    table = pa.table({c: pa.array([r[i] for r in rows], pa.string()) for i, c in enumerate("abc")})
    spec_of = MatchSpec(
        "test", (Block("b"), Block(FIRST, "c", allow_conflict=True)), (Comparison("a", (Same(),)),), distinct=("a",)
    )
    blocking = Blocking(spec_of, encode(table, ("a", "b", "c")))
    pairs = [(int(p >> 32), int(p & 0xFFFFFFFF)) for p in blocking.pairs(training_sample=1000)]

    def same(x, y):
        return x is not None and x == y

    def plain(p, q):
        return same(p[1], q[1])

    def candidate(p, q):
        wanted = same(p[0] and p[0][0], q[0] and q[0][0]) and same(p[2], q[2])
        return same(p[0], q[0]) or wanted or (plain(p, q) and (p[0] is None or q[0] is None))

    every = list(combinations(range(len(rows)), 2))
    assert pairs == [(i, j) for i, j in every if candidate(rows[i], rows[j])]
    left, right = (np.array([pair[end] for pair in every], dtype=np.int64) for end in (0, 1))
    bits = rules_finding(spec_of, blocking.keys, left, right)
    assert [pair for pair, found in zip(every, bits.tolist(), strict=True) if found] == pairs
    taught = [(int(p >> 32), int(p & 0xFFFFFFFF)) for p in blocking.conflicts.pairs]
    assert blocking.conflicts.share == 1.0
    assert taught == [(i, j) for i, j in every if plain(rows[i], rows[j]) and (i, j) not in pairs]


def test_who_holds_a_capped_distinct_value_counts_as_lacking_it_so_that_a_second_key_still_finds_his_pairs():
    table = pa.table({"a": ["1"] * 4 + ["2"] * 2, "b": list("pqprpp"), "c": pa.nulls(6, pa.string())})
    wanted = MatchSpec("test", (Block("a", cap=3), Block("b")), (Comparison("a", (Same(),)),), distinct=("a",))
    blocking = Blocking(wanted, encode(table, ("a", "b", "c")))
    assert [(int(p >> 32), int(p & 0xFFFFFFFF)) for p in blocking.pairs()] == [
        *((0, 2), (0, 4), (0, 5)),  # all that share b, as if 0 and 2 held no a
        *((2, 4), (2, 5)),
        (4, 5),
    ]
    assert [r.capped_keys for r in blocking.reports] == [1, 0]


def test_a_hot_key_is_left_out_and_reported_and_a_second_key_still_finds_its_pairs():
    table = pa.table({"a": ["hot"] * 6 + ["cold"] * 2, "b": list("ppqrstuv"), "c": [None] * 8})
    table = table.set_column(2, "c", pa.nulls(8, pa.string()))
    pairs, blocking = found(table, Block("a", cap=5), Block("a", "b", cap=5))
    assert pairs == [(0, 1), (6, 7)]
    first, second = blocking.reports
    assert (first.capped_keys, first.capped_records, first.capped_pairs, first.pairs) == (1, 6, 15, 1)
    assert (second.capped_keys, second.pairs) == (0, 1)
    bits = rules_finding(blocking.spec, blocking.keys, np.array([0, 0, 6]), np.array([1, 2, 7]))
    assert bits.tolist() == [0b10, 0, 0b01]


def test_between_two_tables_only_pairs_across_count():
    table = pa.table({"a": ["x", "x", "x", "x"], "b": list("ppqr"), "c": list("ssst")})
    pairs, _ = found(table, Block("a"), side=np.array([0, 0, 1, 1], dtype=np.int8))
    assert pairs == [(0, 2), (0, 3), (1, 2), (1, 3)]


def test_the_number_of_threads_changes_nothing():
    rng = np.random.default_rng(5)
    table = pa.table({c: pa.array(rng.integers(0, 60, 400).astype(str)) for c in "abc"})
    blocks = (Block("a", "b"), Block("c"), Block(AnyOf("a", "b"), "c"))
    assert found(table, *blocks, threads=1)[0] == found(table, *blocks, threads=4)[0]
