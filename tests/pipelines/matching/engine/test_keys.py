"""Keys of lists, words, prefixes and conditions, and how many pairs they cost."""

from dataclasses import replace

import pyarrow as pa
import pyarrow.compute as pc
import pytest

from pipelines.matching import (
    Block,
    Comparison,
    Intersection,
    MatchSpec,
    Same,
    SpecError,
    count_pairs,
    each_of,
    link,
    prefix,
    rare_words,
    where,
)
from tests.pipelines.matching.engine.households import SPEC, residents

TABLE, _ = residents(600, twice=0.9, noise=0.1, seed=12)


def pairs_of(table, *blocks):
    spec = MatchSpec("k", blocks, (Comparison(table.column_names[0], (Same(),)),))
    return {
        (r["left_id"], r["right_id"]) for r in link(table, spec, threads=1, refuse=False).scored_pairs().to_pylist()
    }


def test_lists_that_share_an_element_are_a_pair_wherever_it_stands():
    table = pa.table({"mails": [["a", "b"], ["c", "a"], ["d"], [], None, ["d", "e", "b"]]})
    assert pairs_of(table, Block(each_of("mails"))) == {(0, 1), (0, 5), (2, 5)}


def test_a_list_of_more_elements_than_keys_is_no_silent_loss():
    table = pa.table({"mails": [["a", "b", "c"], ["c"]]})
    with pytest.raises(SpecError, match="raise at_most="):
        pairs_of(table, Block(each_of("mails", at_most=2)))


def test_lists_are_compared_by_their_elements():
    table = pa.table({"mails": [["a", "b"], ["b", "a"], ["b", "z"]], "key": ["k"] * 3})
    spec = MatchSpec("k", (Block("key"),), (Comparison("mails", (Same(), Intersection(1))),))
    rows = link(table, spec, threads=1, refuse=False).scored_pairs().to_pylist()
    levels = {(r["left_id"], r["right_id"]): dict(r["levels"])["mails"] for r in rows}
    # Order does not matter, so the first two lists are one record, named by its first row.
    assert levels == {(0, 2): "intersection_1"}


def test_rare_words_block_and_common_ones_do_not():
    titles = ["acme pump p77", "p77 hose", "acme pump", *(f"acme pump x{i}" for i in range(9))]
    found = pairs_of(pa.table({"title": titles}), Block(rare_words("title", 1)))
    assert (0, 1) in found
    assert (0, 3) not in found


def test_a_prefix_is_that_of_letters_whatever_their_case():
    assert pairs_of(pa.table({"name": ["Martin", "marten", "ma"]}), Block(prefix("name", 3))) == {(0, 1)}


def test_a_condition_holds_for_both():
    table = pa.table({"name": ["a"] * 4, "age": [70, 80, 30, None]})
    old = where("age", lambda v: pc.greater(v, 60), "old")
    assert pairs_of(table, Block("name", old)) == {(0, 1)}


def test_the_same_key_may_stand_in_two_rules():
    Block(prefix("name", 3), "age")
    MatchSpec("k", (Block(prefix("name", 3), "age"), Block(prefix("name", 3))), (Comparison("name", (Same(),)),))


def test_pairs_are_counted_before_they_are_made():
    counted = {r["rule"]: r for r in count_pairs(TABLE, SPEC).to_pylist()}
    for report in link(TABLE, SPEC, threads=1, refuse=False).report.blocks:
        assert counted[report.rule]["pairs"] == report.pairs
        assert counted[report.rule]["capped_keys"] == report.capped_keys
    left, right = TABLE.slice(0, 500), TABLE.slice(500)
    spec = replace(SPEC, one_to_one=("side",))
    counted = {r["rule"]: r["pairs"] for r in count_pairs(left, spec, right=right).to_pylist()}
    for report in link(left, spec, right=right, threads=1, refuse=False).report.blocks:
        assert counted[report.rule] == report.pairs


def test_what_a_cap_would_leave_out_is_counted_too():
    spec = replace(SPEC, blocks=(Block("suburb", cap=3),))
    (line,) = count_pairs(TABLE, spec).to_pylist()
    assert line["capped_keys"] > 0
    assert line["capped_pairs"] > line["pairs"]
