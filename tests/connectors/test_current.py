"""Which rows hold now."""

from __future__ import annotations

import datetime

import duckdb
import pytest

from connectors.claims import date_sql
from connectors.current import CURRENT_HEAD, current_rows, manifest, rejected_rows

CSV = {"kind": "delimited", "encoding": "utf-8-sig"}
COLUMNS = ["编号", "姓名"]
DELTA = {"semantics": "delta"}


def roll(*rows: str) -> bytes:
    return ("\n".join(["编号,姓名", *rows]) + "\n").encode()


def held(desk, platform) -> list[tuple[str, int, str]]:
    rows = desk.rows(platform).select(["file_name", "row_number", "姓名"]).to_pylist()
    return [tuple(row.values()) for row in rows]


def test_a_newer_snapshot_replaces_the_former_whatever_the_order_of_arrival(desk, build):
    platform = build(CSV, COLUMNS)
    desk.land(platform, roll("1,甲"), "roll_20260102")
    desk.land(platform, roll("1,旧", "2,旧"), "roll_20260101")
    assert held(desk, platform) == [("roll_20260102", 1, "甲")]


def test_the_files_of_one_date_belong_together(desk, build):
    platform = build(CSV, COLUMNS, files="roll_{date}_{part}")
    for name, rows in {
        "roll_20260101_1": "1,旧",
        "roll_20260101_2": "2,旧",
        "roll_20260102_1": "3,甲",
        "roll_20260102_2": "4,乙",
    }.items():
        desk.put(name, roll(rows))
    desk.land(platform)
    assert [name for *_, name in held(desk, platform)] == ["甲", "乙"]


def test_each_scope_has_its_own_newest_snapshot(desk, build):
    platform = build(CSV, COLUMNS, files="roll_{scope}_{date}")
    for name, rows in {"roll_东_20260101": "1,东旧", "roll_西_20260101": "2,西", "roll_东_20260102": "3,东新"}.items():
        desk.put(name, roll(rows))
    desk.land(platform)
    assert sorted(name for *_, name in held(desk, platform)) == ["东新", "西"]


def test_a_corrected_file_of_the_same_name_replaces_its_former_content(desk, build):
    platform = build(CSV, COLUMNS, files="roll_{date}_{part}")
    desk.put("roll_20260101_1", roll("1,错"))
    desk.put("roll_20260101_2", roll("2,乙"))
    desk.land(platform)
    desk.land(platform, roll("1,对"), "roll_20260101_1")
    assert [name for *_, name in held(desk, platform)] == ["对", "乙"]


def test_the_same_bytes_under_a_later_date_are_the_newest_snapshot_and_say_nothing_new(desk, build):
    platform = build(CSV, COLUMNS)
    for name in ("roll_20260101", "roll_20260102"):
        desk.put(name, roll("1,甲"))
    desk.land(platform)
    assert len(manifest(desk.home)) == 2
    assert held(desk, platform) == [("roll_20260101", 1, "甲")]


def test_a_snapshot_without_dates_is_replaced_by_the_next_landing(desk, build):
    platform = build(CSV, COLUMNS, files="roll.csv")
    desk.land(platform, roll("1,旧"), "roll.csv")
    desk.land(platform, roll("2,新"), "roll.csv")
    assert [name for *_, name in held(desk, platform)] == ["新"]


def test_identical_rows_of_a_snapshot_are_all_kept_and_numbered(desk, build):
    platform = build(CSV, COLUMNS)
    desk.land(platform, roll("1,甲", "2,乙", "1,甲", "1,甲"))
    assert desk.rows(platform)["repeat"].to_pylist() == [0, 0, 1, 2]


def test_a_delta_replaces_by_key_and_keeps_the_rest_under_its_file(desk, build):
    platform = build(CSV, COLUMNS, key=["编号"], delivery=DELTA)
    desk.put("roll_20260101", roll("1,甲", "2,乙", "3,丙"))
    desk.put("roll_20260105", roll("2,乙新", "4,丁"))
    desk.land(platform)
    assert held(desk, platform) == [
        ("roll_20260101", 1, "甲"),
        ("roll_20260101", 3, "丙"),
        ("roll_20260105", 1, "乙新"),
        ("roll_20260105", 2, "丁"),
    ]


def test_a_late_old_delta_does_not_overwrite_a_newer_row(desk, build):
    platform = build(CSV, COLUMNS, key=["编号"], delivery=DELTA)
    desk.land(platform, roll("1,新"), "roll_20260105")
    desk.land(platform, roll("1,旧", "2,乙"), "roll_20260101")
    assert [name for *_, name in held(desk, platform)] == ["乙", "新"]


def test_a_key_repeated_inside_one_delta_is_kept_with_all_its_rows(desk, build):
    platform = build(CSV, COLUMNS, key=["编号"], delivery=DELTA)
    desk.put("roll_20260101", roll("1,甲", "1,甲二", "1,甲三"))
    desk.put("roll_20260102", roll("2,乙", "2,乙二"))
    desk.land(platform)
    assert [name for *_, name in held(desk, platform)] == ["甲", "甲二", "甲三", "乙", "乙二"]
    numbers = desk.rows(platform)["repeat"].to_pylist()
    assert (sorted(numbers[:3]), sorted(numbers[3:])) == ([0, 1, 2], [0, 1])
    desk.land(platform, roll("1,只剩一"), "roll_20260103")
    assert [name for *_, name in held(desk, platform)] == ["乙", "乙二", "只剩一"]


def test_rows_that_share_a_key_are_numbered_by_what_they_say_and_not_by_where_they_stand(desk, build):
    platform = build(CSV, COLUMNS, key=["编号"], delivery=DELTA)
    told = []
    for day, names in enumerate(("甲 甲二 甲三", "甲三 甲 甲二"), start=1):
        desk.land(platform, roll(*(f"1,{name}" for name in names.split())), f"roll_2026010{day}")
        rows = desk.rows(platform)
        told.append(dict(zip(rows["姓名"].to_pylist(), rows["repeat"].to_pylist(), strict=True)))
    assert told[0] == told[1]
    assert sorted(told[0].values()) == [0, 1, 2]


def test_a_rejected_delivery_holds_nothing(desk, build):
    platform = build(CSV, COLUMNS)
    desk.land(platform, roll("1,甲"), "roll_20260101")
    desk.land(platform, "姓名\n乙\n".encode(), "roll_20260102")
    assert [name for *_, name in held(desk, platform)] == ["甲"]


def test_a_claim_has_the_date_of_its_row_but_none_after_its_delivery(desk, build):
    platform = build(CSV, ["编号", "时间"], changed_at="时间")
    desk.land(platform, "编号,时间\n1,2025-12-31 08:00:00\n2,\n3,不详\n4,2036-01-01\n".encode())
    claimed = desk.rows(platform)["claimed_on"].to_pylist()
    day = datetime.date(2026, 1, 1)
    assert claimed == [datetime.date(2025, 12, 31), day, day, day]


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("2025-03-20", "2025-03-20"),
        ("2025/3/2", "2025-03-02"),
        ("20250320", "2025-03-20"),
        ("20250320101500", "2025-03-20"),
        ("2025年3月20日", "2025-03-20"),
        ("2025.03", "2025-03-01"),
        (" 2026-10-31 10:00:00 ", "2026-10-31"),
        ("2024-02-03T08:00:00+08:00", "2024-02-03"),
        ("2024-02-03T17:00:00Z", "2024-02-04"),
        ("1791012720000", "2026-10-03"),
        ("1791012720", "2026-10-03"),
        ("2025-02-30", None),
        ("昨天", None),
        ("", None),
    ],
)
def test_dates_in_all_the_ways_platforms_write_them(text, day):
    found = duckdb.execute(f"select {date_sql('t')} from (select $1 as t)", [text]).fetchall()[0][0]
    assert found == (datetime.date.fromisoformat(day) if day else None)


def test_a_column_that_came_later_is_null_in_older_rows(desk, build):
    platform = build(
        CSV, {"编号": "n", "姓名": "name", "电话": {"en": "phone", "optional": True}}, key=["编号"], delivery=DELTA
    )
    desk.put("roll_20260101", roll("1,甲"))
    desk.put("roll_20260102", "编号,姓名,电话,备注\n2,乙,13,x\n".encode())
    desk.land(platform)
    table = desk.rows(platform)
    assert table.column_names == [*CURRENT_HEAD.names, "编号", "姓名", "电话", "未声明列4"]
    assert table["电话"].to_pylist() == [None, "13"]


def test_a_home_without_deliveries_has_the_columns_all_the_same(desk, build):
    platform = build(CSV, COLUMNS)
    table = current_rows(platform, "roll", desk.home)
    assert table.num_rows == 0
    assert table.column_names == [*CURRENT_HEAD.names, *COLUMNS]
    assert manifest(desk.home).num_rows == rejected_rows(desk.home).num_rows == 0


def test_a_column_with_a_quote_in_its_name_is_a_column(desk, build):
    platform = build(CSV, ["编号", 'a"b'], changed_at='a"b')
    desk.land(platform, '编号,"a""b"\n1,2025-01-01\n'.encode())
    assert desk.rows(platform)["claimed_on"].to_pylist() == [datetime.date(2025, 1, 1)]


def test_the_order_of_files_within_a_run_does_not_matter(tmp_path, build):
    from tests.connectors.conftest import Desk

    platform = build(CSV, COLUMNS, files="roll_{scope}_{date}")
    tables = []
    for names in (["a", "b", "c"], ["c", "a", "b"]):
        desk = Desk(tmp_path / "".join(names))
        for name in names:
            desk.put(f"roll_{name}_20260101", roll("1,甲", f"2,{name}"))
        desk.land(platform)
        tables.append(desk.rows(platform))
    assert tables[0].equals(tables[1])
