"""From when to when a row held, whatever the order its deliveries came in."""

from __future__ import annotations

import datetime
import tempfile
from pathlib import Path

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.current import manifest
from connectors.decisions import Decision, record
from connectors.periods import row_periods, write_row_periods
from tests.connectors.conftest import Desk, build_platform
from warehouse.model.landing import ROW_PERIOD

CSV = {"kind": "delimited", "encoding": "utf-8"}
FILES = "roll_{scope}_{date}_{part}"


def roll(*keys: object) -> str:
    return "编号,姓名\n" + "".join(f"{key},某{key}\n" for key in keys)


def carried_on(desk, platform):
    """The periods as they are written, which must be those worked out from the first delivery."""
    write_row_periods(platform, "roll", desk.home)
    kept = ROW_PERIOD.read(desk.home.row_periods("roll", "roll")).replace_schema_metadata()
    assert kept.equals(row_periods(platform, "roll", desk.home))
    return kept


def told(desk, platform) -> dict[str, list[tuple[int, int | None]]]:
    """Periods by the first cell of the row, as days of the month."""
    cells = {}
    for path in desk.home.landing.glob("rows/roll/*/roll.parquet"):
        import pyarrow.parquet as pq

        table = pq.read_table(path, columns=["row_key", "编号"])
        cells |= dict(zip(table["row_key"].to_pylist(), table["编号"].to_pylist(), strict=True))
    found: dict[str, list[tuple[int, int | None]]] = {}
    for row in carried_on(desk, platform).to_pylist():
        to = row["valid_to"]
        assert (to is None) == row["is_open"] == (row["to_delivery_id"] is None)
        found.setdefault(cells[row["row_key"]], []).append((row["valid_from"].day, to and to.day))
    return found


@pytest.fixture
def snapshot(build):
    return build(CSV, ["编号", "姓名"], key=["编号"], files=FILES)


@pytest.fixture
def delta(build):
    return build(CSV, ["编号", "姓名"], key=["编号"], files=FILES, delivery={"semantics": "delta"})


def test_a_row_holds_from_the_snapshot_it_came_with_to_the_one_that_lacks_it(desk, snapshot):
    for day, keys in ((1, "ab"), (3, "ac"), (5, "abc")):
        desk.land(snapshot, roll(*keys), f"roll_东_2026010{day}_1")
    assert told(desk, snapshot) == {"a": [(1, None)], "b": [(1, 3), (5, None)], "c": [(3, None)]}


def test_a_snapshot_that_comes_late_is_told_in_its_place(desk, snapshot):
    for day, keys in ((1, "ab"), (5, "a"), (3, "ac")):
        desk.land(snapshot, roll(*keys), f"roll_东_2026010{day}_1")
    assert told(desk, snapshot) == {"a": [(1, None)], "b": [(1, 3)], "c": [(3, 5)]}


def test_each_scope_withdraws_its_own_rows(desk, snapshot):
    for name, keys in (("东_20260101_1", "a"), ("西_20260102_1", "b"), ("东_20260103_1", "c")):
        desk.land(snapshot, roll(*keys), f"roll_{name}")
    assert told(desk, snapshot) == {"a": [(1, 3)], "b": [(2, None)], "c": [(3, None)]}


def test_a_row_that_moves_between_the_parts_of_a_snapshot_never_ceased(desk, snapshot):
    for day, parts in ((1, ("a", "b")), (2, ("b", "a"))):
        for part, keys in enumerate(parts, 1):
            desk.put(f"roll_东_2026010{day}_{part}", roll(*keys).encode())
    desk.land(snapshot)
    assert told(desk, snapshot) == {"a": [(1, None)], "b": [(1, None)]}


def test_of_a_key_that_repeats_the_last_ones_end_first(desk, snapshot):
    desk.land(snapshot, roll("a", "a", "a"), "roll_东_20260101_1")
    desk.land(snapshot, roll("a"), "roll_东_20260102_1")
    rows = row_periods(snapshot, "roll", desk.home).select(["repeat", "is_open"]).to_pylist()
    assert [tuple(r.values()) for r in rows] == [(0, True), (1, False), (2, False)]


def test_a_delta_withdraws_nothing_but_rows_of_the_keys_it_names(desk, delta):
    desk.land(delta, roll("a", "a", "b"), "roll_东_20260101_1")
    desk.land(delta, roll("a"), "roll_东_20260104_1")
    rows = row_periods(delta, "roll", desk.home).to_pylist()
    assert sorted((r["repeat"], r["valid_to"]) for r in rows if r["valid_to"]) == [(1, datetime.date(2026, 1, 4))]
    assert sum(r["is_open"] for r in rows) == 2


def test_what_is_refused_never_held_and_withdrew_nobody(desk, snapshot):
    desk.land(snapshot, roll("a", "b"), "roll_东_20260101_1")
    desk.land(snapshot, roll("b", "c"), "roll_东_20260102_1")
    wrong = manifest(desk.home).to_pylist()[-1]["delivery_id"]
    record(desk.home, Decision(wrong, "roll", "refused", "li", "2026-01-03T08:00:00"))
    assert told(desk, snapshot) == {"a": [(1, None)], "b": [(1, None)]}


def test_open_periods_are_the_rows_that_hold(desk, delta, snapshot):
    for platform in (delta, snapshot):
        for name, keys in (("东_20260101_1", "aab"), ("西_20260101_1", "ac"), ("东_20260103_1", "bd")):
            desk.land(platform, roll(*keys), f"roll_{name}")
        rows = desk.rows(platform).select(["row_key", "repeat"]).to_pylist()
        periods = row_periods(platform, "roll", desk.home).to_pylist()
        open_ = [{k: p[k] for k in ("row_key", "repeat")} for p in periods if p["is_open"]]
        assert sorted(map(str, open_)) == sorted(map(str, rows))


def test_periods_are_written_again_only_when_deliveries_changed(desk, snapshot):
    desk.land(snapshot, roll("a"), "roll_东_20260101_1")
    path = desk.home.row_periods("roll", "roll")
    assert write_row_periods(snapshot, "roll", desk.home) == 1
    written = path.stat().st_mtime_ns
    assert write_row_periods(snapshot, "roll", desk.home) == 1
    assert path.stat().st_mtime_ns == written
    desk.land(snapshot, roll("b"), "roll_东_20260102_1")
    assert write_row_periods(snapshot, "roll", desk.home) == 2


def test_a_platform_without_deliveries_has_no_periods(desk, snapshot):
    assert row_periods(snapshot, "roll", desk.home).num_rows == 0


ROWS = st.lists(st.sampled_from("abcd"), min_size=1, max_size=4)


@pytest.mark.parametrize("semantics", ["snapshot", "delta"])
@settings(max_examples=15, deadline=None)
@given(data=st.data())
def test_periods_carried_on_after_every_delivery_are_those_of_all_deliveries_at_once(semantics, data):
    platform = build_platform(CSV, ["编号", "姓名"], key=["编号"], files=FILES, delivery={"semantics": semantics})
    names = [f"{scope}_2026010{day}_1" for scope in ("东", "西") for day in (1, 2, 3)]
    drawn = data.draw(st.dictionaries(st.sampled_from(names), ROWS, min_size=1))
    with tempfile.TemporaryDirectory() as folder:
        desk = Desk(Path(folder))
        for name in data.draw(st.permutations(sorted(drawn))):
            desk.land(platform, roll(*drawn[name], name[0]), f"roll_{name}")  # equal files of one date count once
            carried_on(desk, platform)


def test_of_deliveries_seen_before_only_what_is_replaced_is_read_again(desk, snapshot):
    for day in (1, 2):
        desk.land(snapshot, roll("a"), f"roll_东_2026010{day}_1")
        write_row_periods(snapshot, "roll", desk.home)
    first = manifest(desk.home).to_pylist()[0]["delivery_id"]
    desk.home.rows("roll", first, "roll").unlink()
    desk.land(snapshot, roll("b"), "roll_东_20260103_1")
    assert write_row_periods(snapshot, "roll", desk.home) == 2
    kept = ROW_PERIOD.read(desk.home.row_periods("roll", "roll")).to_pylist()
    assert sorted((r["valid_from"].day, r["valid_to"] and r["valid_to"].day) for r in kept) == [(1, 3), (3, None)]
