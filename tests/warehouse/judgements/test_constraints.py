"""What judgements amount to, against networkx on random ledgers."""

import itertools
from datetime import datetime

import networkx as nx
import pyarrow as pa
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse.judgements import constraints, ledger_states, places_of
from warehouse.model.judgement import LEDGER

NODES = range(9)


def ledger(judgements):
    lines = []
    for number, (a, b, verdict) in enumerate(judgements):
        low, high = sorted((a, b))
        side = {
            f"{s}_{n}": v
            for s in ("left", "right")
            for n, v in (("platform", "p"), ("dataset", "d"), ("role", "subject"))
        }
        keys = {"left_row_key": f"row {low}", "left_repeat": 0, "right_row_key": f"row {high}", "right_repeat": 0}
        lines.append(
            {"judgement_id": f"J{number}", "statement_id": f"J{number}", "entity_kind": "person", **side, **keys}
            | {"verdict": verdict, "judged_by": "s", "judged_at": datetime(2026, 11, 2), "why": "", "release": ""}
        )
    return LEDGER.conform(pa.Table.from_pylist(lines)) if lines else LEDGER.empty()


def mentions(present):
    """Mention ids are ten times the node, so that none can be taken for the other."""
    rows = sorted(present)
    same = {
        n: pa.array([v] * len(rows), pa.string()) for n, v in (("platform", "p"), ("dataset", "d"), ("role", "subject"))
    }
    return pa.table(
        {**same, "row_key": pa.array([f"row {n}" for n in rows], pa.string()),
         "repeat": pa.array([0] * len(rows), pa.int64()), "mention_id": pa.array([n * 10 for n in rows], pa.int64())}
    )  # fmt: skip


def latest(judgements):
    last = {}
    for a, b, verdict in judgements:
        last[min(a, b), max(a, b)] = verdict
    return last


def logic(last):
    """Groups of the same, pairs of groups that differ, mentions in contradictory groups; the plain way."""
    graph = nx.Graph([pair for pair, verdict in last.items() if verdict == "same"])
    graph.add_nodes_from(NODES)
    group = {n: frozenset(c) for c in nx.connected_components(graph) for n in c}
    different = [pair for pair, verdict in last.items() if verdict == "different"]
    torn = {group[a] for a, b in different if group[a] == group[b]}
    return group, different, torn


judged = st.tuples(st.sampled_from(NODES), st.sampled_from(NODES), st.sampled_from(["same", "same", "different", "unsure", "withdrawn"]))  # fmt: skip
ledgers = st.lists(judged.filter(lambda j: j[0] != j[1]), max_size=14)


@settings(max_examples=200, derandomize=True, deadline=None)
@given(ledgers, st.sets(st.sampled_from(NODES)))
def test_a_run_is_asked_for_all_that_follows_and_nothing_else(judgements, present):
    group, different, torn = logic(latest(judgements))
    alone = {n: frozenset([n]) if group[n] in torn else group[n] for n in NODES}
    differing = {
        frozenset((alone[a], alone[b])) for a, b in different if not (group[a] == group[b] and group[a] in torn)
    }
    table = ledger(judgements)
    asked = constraints(ledger_states(table), places_of(table, mentions(present))).to_pylist()
    together = nx.Graph([(p["left_id"] // 10, p["right_id"] // 10) for p in asked if p["verdict"] == "same"])
    together.add_nodes_from(present)
    found = {n: frozenset(c) for c in nx.connected_components(together) for n in c}
    apart = {
        frozenset((found[p["left_id"] // 10], found[p["right_id"] // 10])) for p in asked if p["verdict"] == "different"
    }
    for a, b in itertools.combinations(sorted(present), 2):
        assert (found[a] == found[b]) == (alone[a] == alone[b])
        assert (frozenset((found[a], found[b])) in apart) == (frozenset((alone[a], alone[b])) in differing)


@settings(max_examples=150, derandomize=True, deadline=None)
@given(ledgers)
def test_every_judgement_of_a_contradictory_group_is_listed_and_no_other(judgements):
    last = latest(judgements)
    group, _, torn = logic(last)
    numbers = {}
    for line, (a, b, verdict) in zip(ledger_states(ledger(judgements)).to_pylist(), judgements, strict=True):
        holds = last[min(a, b), max(a, b)] == verdict and line["judgement_state"] != "superseded"
        caught = holds and verdict in ("same", "different") and group[a] == group[b] and group[a] in torn
        assert (line["judgement_state"] == "contradictory") == caught == (line["contradiction"] is not None)
        if caught:
            assert numbers.setdefault(group[a], line["contradiction"]) == line["contradiction"]
    assert sorted(numbers.values()) == list(range(1, len(numbers) + 1))
    assert list(numbers.values()) == sorted(numbers.values())


def test_what_follows_survives_the_mention_in_between():
    table = ledger([(1, 2, "same"), (2, 3, "same"), (2, 4, "different")])
    asked = constraints(ledger_states(table), places_of(table, mentions({1, 3, 4})))
    assert asked.to_pylist() == [
        {"left_id": 10, "right_id": 30, "verdict": "same"},
        {"left_id": 10, "right_id": 40, "verdict": "different"},
    ]


def said(*statements):
    """A ledger of statements, each of several judgements."""
    table = ledger([judgement for statement in statements for judgement in statement])
    ids = pa.array([f"S{number}" for number, statement in enumerate(statements) for _ in statement], pa.string())
    return table.set_column(table.column_names.index("statement_id"), "statement_id", ids)


def test_a_statement_about_two_entities_that_takes_part_in_a_contradiction_binds_in_no_part():
    a_is_b, b_is_c = [(0, 3, "same"), (1, 4, "same"), (2, 5, "same")], [(3, 6, "same")]
    a_is_not_c = [(0, 6, "different"), (1, 6, "different"), (2, 6, "different")]
    elsewhere = [(7, 8, "same")]
    table = said(a_is_b, b_is_c, a_is_not_c, elsewhere)
    told = ledger_states(table)
    assert told["judgement_state"].to_pylist() == ["contradictory"] * 7 + ["in_force"]
    assert told["contradiction"].to_pylist() == [1] * 7 + [None]
    asked = constraints(told, places_of(table, mentions(set(NODES)))).to_pylist()
    assert asked == [{"left_id": 70, "right_id": 80, "verdict": "same"}]


def test_contradictions_that_share_a_statement_are_one():
    a_is_b, a_is_not_b = [(0, 2, "same"), (1, 3, "same")], [(0, 4, "different"), (1, 5, "different")]
    table = said(a_is_b, [(2, 4, "same"), (3, 5, "same")], a_is_not_b)
    assert set(ledger_states(table)["contradiction"].to_pylist()) == {1}


def test_a_contradiction_ends_when_one_side_is_withdrawn():
    torn = [(1, 2, "same"), (2, 3, "same"), (1, 3, "different")]
    assert constraints(ledger_states(ledger(torn)), places_of(ledger(torn), mentions({1, 2, 3}))).num_rows == 0
    settled = ledger([*torn, (2, 3, "withdrawn")])
    asked = constraints(ledger_states(settled), places_of(settled, mentions({1, 2, 3})))
    assert [(p["left_id"], p["right_id"], p["verdict"]) for p in asked.to_pylist()] == [(10, 20, "same"), (10, 30, "different")]  # fmt: skip


def test_kinds_do_not_mix():
    table = ledger([(1, 2, "same"), (1, 2, "different")])
    kinds = pa.array(["person", "housing"], pa.string())
    mixed = table.set_column(table.column_names.index("entity_kind"), "entity_kind", kinds)
    assert ledger_states(mixed)["judgement_state"].to_pylist() == ["in_force", "in_force"]
