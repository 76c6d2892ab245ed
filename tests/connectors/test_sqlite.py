"""Delivered SQLite files."""

from __future__ import annotations

import sqlite3
from pathlib import Path

from tests.connectors.conftest import build_platform


def database(path: Path, *statements: str) -> bytes:
    connection = sqlite3.connect(path)
    for statement in statements:
        connection.execute(statement)
    connection.commit()
    connection.close()
    return path.read_bytes()


def test_rows_come_in_the_order_they_were_written_as_text(desk, build, tmp_path):
    platform = build({"kind": "sql"}, ["AAC001", "AAC003", "pay"], sheet="AC01")
    content = database(
        tmp_path / "a.sqlite",
        'create table AC01 (AAC001 integer, AAC003 text, pay real, "new" blob)',
        "insert into AC01 values (9, '甲', 1.5, x'e794b2'), (110101199003078815, '', 2, null)",
    )
    report = desk.land(platform, content)
    assert desk.cells(platform) == [
        {"AAC001": "9", "AAC003": "甲", "pay": "1.5"},
        {"AAC001": "110101199003078815", "AAC003": None, "pay": "2"},
    ]
    assert set(desk.rows(platform)["sheet_name"].to_pylist()) == {"AC01"}
    assert any("1个未声明的列（第4列）" in w for w in report.warnings)


def test_text_in_another_encoding_costs_its_row(desk, build, tmp_path):
    platform = build({"kind": "sql"}, ["id", "name"], sheet="t")
    content = database(
        tmp_path / "a.sqlite", "create table t (id, name)", "insert into t values (1, cast(x'cdf5' as text)), (2, '乙')"
    )
    desk.land(platform, content)
    assert desk.cells(platform) == [{"id": "2", "name": "乙"}]
    assert desk.refused() == [(1, "name", "undecodable")]


def test_two_tables_are_two_datasets(desk, tmp_path):
    def dataset(name: str) -> dict:
        return {"name": name, "title": {"zh": name, "en": name}, "sheet": name, "columns": {"id": "id"}, "key": ["id"]}

    platform = build_platform(
        {"kind": "sql"}, ["x"], datasets=[dataset("a"), dataset("b")], delivery={"semantics": "delta"}
    )
    content = database(
        tmp_path / "a.sqlite",
        "create table a (id)",
        "create table b (id)",
        "insert into a values (1)",
        "insert into b values (2)",
    )
    desk.land(platform, content)
    assert [desk.cells(platform, name) for name in "ab"] == [[{"id": "1"}], [{"id": "2"}]]


def test_a_database_that_lost_its_last_pages_is_not_read_as_a_smaller_one(desk, build, tmp_path):
    platform = build({"kind": "sql"}, ["id"], sheet="t")
    content = database(
        tmp_path / "a.sqlite", "create table t (id)", "insert into t select value from json_each('[1,2,3]')"
    )
    assert desk.land(platform, content[:-100]).rejected_deliveries[0][1] == "not_sqlite"
    assert desk.land(platform, b"not a database", "roll_20260102").rejected_deliveries[0][1] == "not_sqlite"


def test_what_still_stands_in_the_journal_beside_it_is_read(desk, build, tmp_path):
    platform = build({"kind": "sql"}, ["id"], sheet="t", files="roll_{date}.sqlite")
    source = tmp_path / "roll_20260101.sqlite"
    connection = sqlite3.connect(source)
    connection.execute("pragma journal_mode = wal")
    connection.execute("create table t (id)")
    connection.commit()
    connection.execute("pragma wal_checkpoint(truncate)")
    connection.execute("insert into t select value from json_each('[1,2,3]')")
    connection.commit()
    for part in tmp_path.glob("roll_20260101.sqlite*"):
        desk.put(part.name, part.read_bytes())
    connection.close()
    assert desk.land(platform).rows_landed == 3
    again = desk.land(platform)
    assert (again.skipped, again.rejected_deliveries) == (1, ())
