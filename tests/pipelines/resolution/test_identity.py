from __future__ import annotations

import random
from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.resolution import ids
from pipelines.resolution.identity import (
    REGISTER,
    Assignment,
    Former,
    assign_entities,
    commit_identity,
    read_former,
    register_aside,
    was_given,
    write_assignment,
)
from warehouse.model import Home
from warehouse.model.data_model import shipped
from warehouse.model.link import CLUSTER, ENTITY

Groups = list[list[str]]


def table_of(groups: Groups, shuffle: int | None = None) -> tuple[pa.Table, pa.Table]:
    """Mentions named by their row key, numbered in the order of the keys, and their clusters."""
    keys = sorted(key for group in groups for key in group)
    number = {key: n for n, key in enumerate(keys)}
    lines = [(number[key], min(number[k] for k in group), key) for group in groups for key in group]
    if shuffle is not None:
        random.Random(shuffle).shuffle(lines)
    n = len(lines)
    text = {
        "platform": "p",
        "department": "d",
        "dataset": "main",
        "delivery_id": "x",
        "file_name": "f",
        "sheet_name": "",
    }
    mentions = (
        shipped()
        .mention("person")
        .conform(
            pa.table(
                {
                    "mention_id": pa.array([line[0] for line in lines], pa.int64()),
                    **{name: pa.array([value] * n, pa.string()) for name, value in text.items()},
                    "row_number": pa.array([line[0] + 1 for line in lines], pa.int64()),
                    "role": pa.array(["subject"] * n, pa.string()),
                    "row_key": pa.array([line[2] for line in lines], pa.string()),
                    "repeat": pa.array([0] * n, pa.int64()),
                    "id_number_state": pa.array(["missing"] * n, pa.string()),
                }
            )
        )
    )
    clusters = CLUSTER.conform(
        pa.table(
            {
                "mention_id": pa.array([line[0] for line in lines], pa.int64()),
                "cluster_id": pa.array([line[1] for line in lines], pa.int64()),
            }
        )
    )
    return mentions, clusters


def run(groups: Groups, former: Former | None = None, release: str = "r1", threads: int = 1) -> Assignment:
    return assign_entities("person", *table_of(groups), former, release, threads=threads)


def id_of(assignment: Assignment) -> dict[str, str]:
    """Row key → entity id."""
    register = assignment.register
    assert isinstance(register, pa.Table)
    return dict(zip(register["row_key"].to_pylist(), register["entity_id"].to_pylist(), strict=True))


def events(assignment: Assignment, release: str) -> set[tuple[str, str, str]]:
    return {
        (line["entity_id"], line["event"], line["other_id"])
        for line in assignment.history.to_pylist()
        if line["release"] == release
    }


def redirects(assignment: Assignment) -> dict[str, set[str]]:
    found: dict[str, set[str]] = {}
    for line in assignment.redirects.to_pylist():
        found.setdefault(line["old_id"], set()).add(line["new_id"])
    return found


def test_a_fresh_home_gives_the_same_ids_whatever_the_order_of_rows_and_the_threads() -> None:
    groups = [["a", "d"], ["b"], ["c", "e"]]
    first = run(groups)
    mentions, clusters = table_of(groups, shuffle=3)
    again = assign_entities("person", mentions, clusters, None, "r1", threads=2)
    assert first.entities.equals(again.entities)
    assert id_of(first) == id_of(again)
    assert first.history.equals(again.history)
    assert len(set(id_of(first).values())) == 3


def test_a_new_mention_joins_its_entity_without_changing_any_id() -> None:
    first = run([["b", "d"], ["c"]])
    second = run([["a", "b", "d"], ["c"], ["e"]], first.former, "r2")
    before, after = id_of(first), id_of(second)
    assert after["a"] == before["b"]
    assert after["c"] == before["c"]
    assert after["e"] not in before.values()
    assert events(second, "r2") == {(after["e"], "born", "")}
    assert second.redirects.num_rows == 0


def test_in_a_merge_the_larger_of_two_equally_old_ids_stays_and_the_other_redirects() -> None:
    first = run([["a"], ["b", "c"]])
    before = id_of(first)
    second = run([["a", "b", "c"]], first.former, "r2")
    assert set(id_of(second).values()) == {before["b"]}
    assert redirects(second) == {before["a"]: {before["b"]}}
    assert events(second, "r2") == {(before["a"], "merged_into", before["b"])}


def test_in_a_merge_the_older_id_stays_even_where_the_younger_has_more_mentions() -> None:
    first = run([["a"]])
    second = run([["a"], ["b", "c"]], first.former, "r2")
    third = run([["a", "b", "c"]], second.former, "r3")
    assert set(id_of(third).values()) == {id_of(first)["a"]}


def test_in_a_split_the_larger_part_keeps_the_id_and_the_other_is_born() -> None:
    first = run([["a", "b", "c"]])
    second = run([["a"], ["b", "c"]], first.former, "r2")
    old, after = id_of(first)["a"], id_of(second)
    assert after["b"] == old
    assert after["a"] != old
    assert second.redirects.num_rows == 0
    assert events(second, "r2") == {(after["a"], "born", ""), (after["a"], "split_from", old)}


def test_an_id_stays_with_a_small_part_where_its_larger_part_went_to_an_older_id() -> None:
    first = run([["a", "b"]])
    second = run([["a", "b"], ["c", "d", "e"]], first.former, "r2")
    third = run([["a", "b", "c", "d"], ["e"]], second.former, "r3")
    after = id_of(third)
    assert after["a"] == id_of(first)["a"]
    assert after["e"] == id_of(second)["e"]
    assert events(third, "r3") == {(after["a"], "split_from", after["e"])}


def test_a_withdrawn_id_is_never_given_again_not_even_when_its_row_comes_back() -> None:
    first = run([["a"], ["b"]])
    second = run([["b"]], first.former, "r2")
    assert events(second, "r2") == {(id_of(first)["a"], "withdrawn", "")}
    third = run([["a"], ["b"]], second.former, "r3")
    assert id_of(third)["a"] != id_of(first)["a"]
    assert id_of(third)["b"] == id_of(first)["b"]


def test_chains_of_redirects_are_flattened_and_keep_their_first_release() -> None:
    first = run([["a"], ["b", "c"], ["d", "e", "f", "g"]])
    x, y, z = (id_of(first)[key] for key in "abd")
    second = run([["a", "b", "c"], ["d", "e", "f", "g"]], first.former, "r2")
    third = run([["a", "b", "c", "d", "e", "f", "g"]], second.former, "r3")
    assert redirects(third) == {x: {z}, y: {z}}
    since = {line["old_id"]: line["since_release"] for line in third.redirects.to_pylist()}
    assert since == {x: "r2", y: "r3"}


def test_a_redirect_follows_the_mentions_when_what_they_were_merged_into_comes_apart_again() -> None:
    first = run([["a"], ["b", "c"]])
    retired, kept = (id_of(first)[key] for key in "ab")
    second = run([["a", "b", "c"]], first.former, "r2")
    third = run([["a"], ["b", "c"]], second.former, "r3")
    assert redirects(third) == {retired: {id_of(third)["a"]}} != {retired: {kept}}
    assert third.redirects["since_release"].to_pylist() == ["r2"]
    fourth = run([["b", "c"]], third.former, "r4")  # its row is gone, the id it led to with it
    assert redirects(fourth) == {}
    fifth = run([["a", "c"], ["b"]], fourth.former, "r5")
    assert redirects(fifth)[retired] == {id_of(fifth)["a"]}


def test_a_retired_id_whose_mentions_are_parted_leads_to_all_of_them() -> None:
    first = run([["a", "b"], ["c", "d", "e"]])
    retired = id_of(first)["a"]
    second = run([["a", "b", "c", "d", "e"]], first.former, "r2")
    third = run([["a"], ["b", "c", "d", "e"]], second.former, "r3")
    assert redirects(third)[retired] == {id_of(third)["a"], id_of(third)["b"]}


def test_a_redirect_to_an_id_that_is_withdrawn_ends() -> None:
    first = run([["a"], ["b", "c"], ["d"]])
    second = run([["a", "b", "c"], ["d"]], first.former, "r2")
    third = run([["d"]], second.former, "r3")
    assert third.redirects.num_rows == 0
    assert (id_of(first)["a"], "merged_into", id_of(first)["b"]) in events(third, "r2")


def test_the_same_run_again_changes_nothing() -> None:
    groups = [["a", "b"], ["c"]]
    first = run(groups)
    again = run(groups, first.former, "r2")
    assert id_of(again) == id_of(first)
    assert again.history.equals(first.history)
    assert again.next_number == first.next_number


def test_mentions_without_a_cluster_are_refused() -> None:
    mentions, clusters = table_of([["a"], ["b"]])
    with pytest.raises(ValueError, match="1 mentions"):
        assign_entities("person", mentions, clusters.slice(0, 1), None, "r1")


def test_what_was_written_counts_only_when_the_release_is_published(tmp_path: Path) -> None:
    home = Home(tmp_path)
    first = run([["a"], ["b"]])
    write_assignment(home, "person", first, "r1")
    assert read_former(home, "person") is None
    commit_identity(home, "r1")
    second = run([["a", "b"]], read_former(home, "person"), "r2")
    write_assignment(home, "person", second, "r2")
    assert ENTITY.read(home.stage("entity", "person")).equals(second.entities)
    former = read_former(home, "person")
    assert former is not None
    assert isinstance(former.register, Path)
    assert REGISTER.read(former.register).equals(first.register)
    assert former.runs == 1
    commit_identity(home, "r2")
    former = read_former(home, "person")
    assert former is not None
    assert former.runs == 2
    assert former.next_number == 2
    assert former.redirects.equals(second.redirects)
    assert former.history.equals(second.history)


def test_a_register_that_was_written_aside_is_what_the_next_run_reads(tmp_path: Path) -> None:
    home, in_memory = Home(tmp_path), run([["a", "c"], ["b"]])
    aside = register_aside(home, "person", "r1")
    written = assign_entities("person", *table_of([["a", "c"], ["b"]]), None, "r1", threads=1, register=aside)
    write_assignment(home, "person", written, "r1")
    commit_identity(home, "r1")
    former = read_former(home, "person")
    assert former is not None
    assert isinstance(former.register, Path)
    assert REGISTER.read(former.register).equals(in_memory.register)
    assert (former.runs, former.next_number) == (1, 2)
    assert not aside.exists()


def test_an_id_was_given_once_its_number_has_come_up(tmp_path: Path) -> None:
    home, first = Home(tmp_path), run([["a"], ["b"]])
    a, b, never = ids.encode(shipped().prefixes["person"], np.arange(3)).to_pylist()
    assert {a, b} == set(id_of(first).values())
    assert not was_given(home, a)
    write_assignment(home, "person", first, "r1")
    commit_identity(home, "r1")
    assert [was_given(home, i) for i in (a, b, never)] == [True, True, False]


def test_publishing_a_release_without_ids_is_refused(tmp_path: Path) -> None:
    with pytest.raises(FileNotFoundError, match="r9"):
        commit_identity(Home(tmp_path), "r9")


@st.composite
def partitions(draw: st.DrawFn) -> Groups:
    alive = draw(st.lists(st.sampled_from("abcdefgh"), unique=True, max_size=8))
    groups: dict[int, list[str]] = {}
    for key in alive:
        groups.setdefault(draw(st.integers(0, 4)), []).append(key)
    return list(groups.values())


@settings(derandomize=True, max_examples=12, deadline=None)
@given(st.lists(partitions(), min_size=2, max_size=5))
def test_through_any_changes_ids_stay_while_a_mention_lives_and_are_never_reused(story: list[Groups]) -> None:
    former: Former | None = None
    before: dict[str, str] = {}
    ever: set[str] = set()
    retired: set[str] = set()
    for step, groups in enumerate(story):
        result = run(groups, former, f"r{step}")
        after = id_of(result)
        living = set(after.values())
        for group in groups:
            assert len({after[key] for key in group}) == 1
        assert len(living) == len(groups)
        assert not living & retired
        # An id that has gone either lost all its mentions, or all of them lie in clusters that kept another living id.
        for gone in set(before.values()) - living:
            heirs = {after[key] for key, old in before.items() if old == gone and key in after}
            assert heirs <= set(before.values())
            assert redirects(result).get(gone, set()) == heirs
        for successors in redirects(result).values():
            assert successors <= living
        fresh = living - ever
        assert fresh == {e for e, event, _ in events(result, f"r{step}") if event == "born"}
        retired |= set(before.values()) - living
        ever |= living
        assert pc.count_distinct(result.entities["mention_id"]).as_py() == result.entities.num_rows
        before, former = after, result.former


BORN, HOME, PHONE = date(1985, 3, 12), "花园/花园新村/3/2/502", "13900000000"
ROW = {"name": "甘草", "birth_date": BORN, "dwelling": HOME, "phone": PHONE}
Build = Callable[..., pa.Table]


def successive(mentions: Build, clusters: Build, *days: list[list[dict[str, Any]]]) -> list[Assignment]:
    """A run a day; a day is its clusters, each a list of rows that say what is given and are known by their content."""
    told: list[Assignment] = []
    for number, groups in enumerate(days):
        rows = [row | {"row_key": row.get("row_key") or "".join(map(str, row.values()))} for g in groups for row in g]
        places = iter(range(len(rows)))
        former = told[-1].former if told else None
        grouped = clusters([[next(places) for _ in group] for group in groups])
        told.append(assign_entities("person", mentions("person", rows), grouped, former, f"r{number + 1}", threads=1))
    return told


def test_a_row_known_by_its_content_hands_its_id_on_to_what_it_says_now(mentions: Build, clusters: Build) -> None:
    moved = ROW | {"dwelling": "花园/花园新村/4/1/101"}
    renamed = ROW | {"name": "甘棠", "id_number": "320281198503120018"}
    before = ROW | {"id_number": "320281198503120018"}
    for one, other in ((ROW, moved), (before, renamed)):
        first, second = successive(mentions, clusters, [[one]], [[other]])
        assert second.entities["entity_id"].equals(first.entities["entity_id"])
        assert events(second, "r2") == set()


def test_a_namesake_a_twin_or_one_at_the_same_phone_does_not_inherit(mentions: Build, clusters: Build) -> None:
    namesake = {"name": "甘草", "birth_date": BORN}
    twin = ROW | {"name": "甘遂"}
    for other in (namesake, twin):
        first, second = successive(mentions, clusters, [[ROW]], [[other]])
        (old,), (new,) = (told.entities["entity_id"].to_pylist() for told in (first, second))
        assert events(second, "r2") == {(old, "withdrawn", ""), (new, "born", "")}


def test_where_two_could_have_gone_on_none_does(mentions: Build, clusters: Build) -> None:
    again = ROW | {"phone": "13900000001"}
    _, second = successive(mentions, clusters, [[ROW], [again]], [[ROW | {"phone": None}]])
    assert {event for _, event, _ in events(second, "r2")} == {"born", "withdrawn"}


def test_a_changed_row_that_is_recognised_now_leaves_a_redirect(mentions: Build, clusters: Build) -> None:
    known = {"name": "甘草", "platform": "yiyuan"}
    first, second = successive(
        mentions,
        clusters,
        [[known, known | {"row_key": "b"}], [ROW]],
        [[known, ROW | {"id_number": "320281198503120018"}]],
    )
    kept, alone = first.entities["entity_id"].to_pylist()[1:]
    assert redirects(second) == {alone: {kept}}


def test_of_a_keyed_row_the_same_person_goes_on_though_the_name_was_mistyped(mentions: Build, clusters: Build) -> None:
    owner = {"role": "owner", "dwelling": HOME, "id_number": "320281198503120018"}
    one = owner | {"name": "甘草", "row_key": "a.11"}
    other = owner | {"name": "甘早", "row_key": "a.22"}
    sold = owner | {"name": "向南", "row_key": "a.33", "id_number": "320281199001010014"}
    first, second, third = successive(mentions, clusters, [[one]], [[other]], [[sold]])
    assert second.entities["entity_id"].equals(first.entities["entity_id"])
    assert {event for _, event, _ in events(third, "r3")} == {"born", "withdrawn"}


def test_two_people_under_one_key_keep_their_ids_in_any_order_and_when_one_of_them_goes(
    mentions: Build, clusters: Build
) -> None:
    shared = {"row_key": "a number given twice", "platform": "yiyuan"}
    one = shared | {"name": "甘草", "phone": PHONE}
    other = shared | {"name": "向南", "phone": "13900000009"}

    def numbered(*rows: dict[str, Any]) -> list[list[dict[str, Any]]]:
        return [[row | {"repeat": place}] for place, row in enumerate(rows)]

    days = (numbered(one, other), numbered(other, one), numbered(one), numbered(one | {"phone": "13900000001"}, other))
    first, second, third, fourth = successive(mentions, clusters, *days)
    kept, gone = first.entities["entity_id"].to_pylist()
    assert second.entities["entity_id"].to_pylist() == [gone, kept]
    assert third.entities["entity_id"].to_pylist() == [kept]
    assert events(second, "r2") == set()
    assert events(third, "r3") == {(gone, "withdrawn", "")}
    assert fourth.entities["entity_id"].to_pylist()[0] == kept


def test_who_takes_over_a_shared_key_does_not_inherit_from_one_who_is_still_there(
    mentions: Build, clusters: Build
) -> None:
    shared = {"row_key": "a number given twice", "platform": "yiyuan"}
    one, other, new = (shared | {"name": name} for name in ("甘草", "向南", "白芷"))
    first, second = successive(
        mentions,
        clusters,
        [[one | {"repeat": 0}], [other | {"repeat": 1}]],
        [[new | {"repeat": 0}], [one | {"repeat": 1}]],
    )
    kept = first.entities["entity_id"].to_pylist()[0]
    assert second.entities["entity_id"].to_pylist()[1] == kept
    assert second.entities["entity_id"].to_pylist()[0] not in first.entities["entity_id"].to_pylist()
