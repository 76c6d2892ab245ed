"""Since when a row says what it says, whatever the order its deliveries came in."""

from __future__ import annotations

import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.current import current_rows, manifest
from connectors.decisions import Decision, record
from tests.connectors.conftest import Desk, build_platform

CSV = {"kind": "delimited", "encoding": "utf-8"}
FILES = "roll_{scope}_{date}_{part}"


def roll(*rows: str) -> str:
    return "编号,姓名\n" + "".join(f"{row[0]},{row[1:]}\n" for row in rows)


def platform(semantics: str = "snapshot", **more):
    columns = {"编号": "n", "姓名": "name", "电话": {"en": "phone", "optional": True}}
    return build_platform(CSV, columns, key=["编号"], files=FILES, delivery={"semantics": semantics}, **more)


def since(desk, roll_platform) -> dict[str, tuple[str, int, int]]:
    """What rows say → file and row they say it since, and the day of the month."""
    rows = desk.rows(roll_platform).select(["编号", "姓名", "file_name", "row_number", "claimed_on"]).to_pylist()
    return {
        f"{r['编号']}{r['姓名']}": (r["file_name"].removeprefix("roll_"), r["row_number"], r["claimed_on"].day)
        for r in rows
    }


def test_a_row_that_the_next_snapshot_repeats_keeps_its_date_and_place(desk):
    desk.land(platform(), roll("a甲", "b乙"), "roll_东_20260101_1")
    desk.land(platform(), roll("c丙", "b乙", "a甲改"), "roll_东_20260102_1")
    assert since(desk, platform()) == {
        "c丙": ("东_20260102_1", 1, 2),
        "b乙": ("东_20260101_1", 2, 1),
        "a甲改": ("东_20260102_1", 3, 2),
    }


def test_rows_stand_in_the_order_of_the_delivery_that_holds(desk):
    for day, rows in ((1, ("a甲", "b乙")), (2, ("b乙", "c丙", "a甲"))):
        desk.land(platform(), roll(*rows), f"roll_东_2026010{day}_1")
    assert desk.rows(platform())["编号"].to_pylist() == ["b", "c", "a"]


def test_a_row_that_was_gone_or_said_something_else_in_between_begins_anew(desk):
    for day, rows in ((1, ("a甲", "b乙", "c丙")), (2, ("a甲", "b别")), (3, ("a甲", "b乙", "c丙"))):
        desk.land(platform(), roll(*rows), f"roll_东_2026010{day}_1")
    assert {row: day for row, (_, _, day) in since(desk, platform()).items()} == {"a甲": 1, "b乙": 3, "c丙": 3}


def test_of_equal_rows_as_many_are_old_as_there_were(desk):
    desk.land(platform(), roll("a甲", "a甲"), "roll_东_20260101_1")
    desk.land(platform(), roll("a甲", "a甲", "a甲"), "roll_东_20260102_1")
    rows = desk.rows(platform()).select(["repeat", "claimed_on", "row_number"]).to_pylist()
    assert [(r["repeat"], r["claimed_on"].day, r["row_number"]) for r in rows] == [(0, 1, 1), (1, 1, 2), (2, 2, 3)]


def test_a_delta_that_repeats_a_row_adds_nothing(desk):
    delta = platform("delta")
    for day, rows in ((1, ("a甲", "b乙")), (2, ("a甲", "c丙")), (3, ("b乙改",))):
        desk.land(delta, roll(*rows), f"roll_东_2026010{day}_1")
    assert {row: day for row, (_, _, day) in since(desk, delta).items()} == {"a甲": 1, "c丙": 2, "b乙改": 3}


def test_a_column_that_comes_later_makes_new_only_the_rows_it_says_something_of(desk):
    desk.land(platform(), "编号,姓名\na,甲\nb,乙\n", "roll_东_20260101_1")
    desk.land(platform(), "编号,姓名,电话,备注\na,甲,,\nb,乙,13,\n", "roll_东_20260102_1")
    assert {row: day for row, (_, _, day) in since(desk, platform()).items()} == {"a甲": 1, "b乙": 2}


def test_a_renamed_column_makes_no_row_new(desk):
    desk.land(build_platform(CSV, {"编号": "n", "名": "name"}, key=["编号"]), "编号,名\na,甲\n", "roll_20260101")
    renamed = build_platform(CSV, {"编号": "n", "姓名": {"en": "name", "also": ["名"]}}, key=["编号"])
    desk.land(renamed, "编号,姓名\na,甲\n", "roll_20260102")
    assert [day.day for day in desk.rows(renamed)["claimed_on"].to_pylist()] == [1]


def test_a_running_number_that_shifts_makes_no_row_new(desk):
    columns = {"序号": {"en": "n", "running_number": True}, "编号": "key", "姓名": "name"}
    numbered = build_platform(CSV, columns, key=["编号"])
    desk.land(numbered, "序号,编号,姓名\n1,a,甲\n2,b,乙\n", "roll_20260101")
    desk.land(numbered, "序号,编号,姓名\n1,c,丙\n2,a,甲\n3,b,乙\n", "roll_20260102")
    rows = desk.rows(numbered).select(["序号", "编号", "claimed_on"]).to_pylist()
    assert [(r["序号"], r["编号"], r["claimed_on"].day) for r in rows] == [("1", "c", 2), ("2", "a", 1), ("3", "b", 1)]


def test_what_a_refused_delivery_said_was_never_said(desk):
    for day, rows in ((1, ("a甲",)), (2, ("a错",)), (3, ("a甲",))):
        desk.land(platform(), roll(*rows), f"roll_东_2026010{day}_1")
    assert since(desk, platform())["a甲"][2] == 3
    wrong = next(i["delivery_id"] for i in manifest(desk.home).to_pylist() if "20260102" in i["file_name"])
    record(desk.home, Decision(wrong, "roll", "refused", "li", "2026-01-03T08:00:00"))
    assert since(desk, platform())["a甲"][2] == 1


def test_a_file_of_origins_that_cannot_be_read_is_made_anew(desk):
    for day in (1, 2):
        desk.land(platform(), roll("a甲"), f"roll_东_2026010{day}_1")
    assert since(desk, platform())["a甲"][2] == 1
    desk.home.row_origins("roll", "roll").write_bytes(b"torn")
    desk.land(platform(), roll("a甲"), "roll_东_20260103_1")
    assert since(desk, platform())["a甲"][2] == 1


def test_deliveries_seen_before_are_not_read_again(desk):
    for day in (1, 2):
        desk.land(platform(), roll("a甲"), f"roll_东_2026010{day}_1")
    desk.rows(platform())
    first, second = (i["delivery_id"] for i in manifest(desk.home).to_pylist())
    desk.home.rows("roll", first, "roll").unlink()
    desk.land(platform(), roll("a甲", "b乙"), "roll_东_20260103_1")
    desk.home.rows("roll", second, "roll").unlink()
    assert {row: day for row, (_, _, day) in since(desk, platform()).items()} == {"a甲": 1, "b乙": 3}


ROWS = st.lists(st.sampled_from(["a甲", "a乙", "b甲", "b乙", "c甲"]), min_size=1, max_size=5)


def replayed(semantics: str, days: dict[str, list[str]]) -> dict[str, list[int]]:
    """The oracle: files one after the other in plain Python; what a row says → the days since when, ascending."""
    standing: dict[str, list[tuple[str, int]]] = {}
    for name, rows in sorted(days.items(), key=lambda item: item[0].split("_")[::-1]):
        scope, date = name.split("_")
        scope = scope if semantics == "snapshot" else ""
        former = standing.get(scope, [])
        keys = {row[0] for row in rows}
        stays = [] if semantics == "snapshot" else [line for line in former if line[0][0] not in keys]
        gone = [line for line in former if line not in stays]
        for row in rows:
            same = next((line for line in gone if line[0] == row), None)
            if same:
                gone.remove(same)
            stays.append(same or (row, int(date[-2:])))
        standing[scope] = stays
    told: dict[str, list[int]] = {}
    for row, day in (line for lines in standing.values() for line in lines):
        told.setdefault(row, []).append(day)
    return {row: sorted(found) for row, found in told.items()}


@pytest.mark.parametrize("semantics", ["snapshot", "delta"])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_origins_carried_on_day_by_day_in_any_order_are_those_of_all_deliveries_at_once(semantics, data):
    names = [f"{scope}_2026010{day}" for scope in ("东", "西") for day in (1, 2, 3)]
    drawn = data.draw(st.dictionaries(st.sampled_from(names), ROWS, min_size=1))
    days = {name: [*rows, f"d{name[0]}"] for name, rows in drawn.items()}  # equal files of one date count once
    order = data.draw(st.permutations(sorted(days)))
    each_day = platform(semantics)
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        for name in order:
            desk.land(each_day, roll(*days[name]), f"roll_{name}_1")
            current_rows(each_day, "roll", desk.home)
        found: dict[str, list[int]] = {}
        for row in desk.rows(each_day).to_pylist():
            found.setdefault(f"{row['编号']}{row['姓名']}", []).append(row["claimed_on"].day)
    assert {row: sorted(told) for row, told in found.items()} == replayed(semantics, days)
