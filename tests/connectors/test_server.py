"""Pulling from databases by URL: the same cases on SQLite, PostgreSQL and MariaDB."""

from __future__ import annotations

import datetime
import os
import uuid
from collections.abc import Callable, Iterator

import pytest
import sqlalchemy as sa

from connectors.current import manifest
from connectors.server import before
from tests.connectors.conftest import build_platform

URLS = {
    "sqlite": lambda folder: f"sqlite:///{folder}/office.sqlite",
    "postgresql": lambda _: os.environ.get("ONENET_TEST_POSTGRESQL_URL", "postgresql://postgres@127.0.0.1:5432/test"),
    "mysql": lambda _: os.environ.get("ONENET_TEST_MYSQL_URL", "mysql://root@127.0.0.1:3306/test"),
}
DRIVERS = {"postgresql": "postgresql+psycopg2", "mysql": "mysql+pymysql", "sqlite": "sqlite"}
ENV = "ONENET_TEST_ROLL_URL"


class Server:
    """A database with a table of its own."""

    def __init__(self, url: str) -> None:
        self.url = url
        self.table = f"roll_{uuid.uuid4().hex[:12]}"
        address = sa.make_url(url)
        self.engine = sa.create_engine(address.set(drivername=DRIVERS[address.drivername]))

    def run(self, statement: str, **values: object) -> None:
        with self.engine.begin() as connection:
            connection.execute(sa.text(statement.format(table=self.table)), values)

    def add(self, number: int, name: str | None, changed: str, pay: float | None = None) -> None:
        self.run(
            "insert into {table} (id, name, pay, changed) values (:id, :name, :pay, :changed)",
            id=number,
            name=name,
            pay=pay,
            changed=datetime.datetime.fromisoformat(changed),
        )


@pytest.fixture(params=list(URLS))
def server(request, tmp_path, monkeypatch) -> Iterator[Server]:
    """A server of each kind that is there, with an empty table (id, name, pay, changed)."""
    found = Server(URLS[request.param](tmp_path))
    moment = "timestamp" if request.param == "postgresql" else "datetime"
    try:
        found.run(
            f"create table {{table}} (id bigint primary key, name varchar(40), pay decimal(8,2), changed {moment})"
        )
    except sa.exc.OperationalError:
        pytest.skip(f"no {request.param} server: set ONENET_TEST_{request.param.upper()}_URL to one")
    monkeypatch.setenv(ENV, found.url)
    yield found
    found.run("drop table if exists {table}")
    found.engine.dispose()


Make = Callable[..., object]


@pytest.fixture
def pulled(server) -> Make:
    """Makes a platform that is pulled from the server."""

    def make(semantics: str = "delta", **more: object) -> object:
        columns = {c: c for c in ("id", "name", "pay", "changed")}
        given = {"sheet": server.table, "key": ["id"], "changed_at": "changed"} | more
        return build_platform({"kind": "sql", "url_env": ENV}, columns, delivery={"semantics": semantics}, **given)

    return make


def names(desk, platform) -> list[str | None]:
    return desk.rows(platform).sort_by("id")["name"].to_pylist()


def test_values_come_as_the_server_prints_them(desk, server, pulled):
    server.add(1, "周𠮷祥", "2026-01-05 10:00:00", 12.5)
    server.add(2, "", "2026-01-06 00:00:00")
    report = desk.land(pulled())
    first, second = desk.rows(pulled()).to_pylist()
    assert (first["id"], first["name"], float(first["pay"])) == ("1", "周𠮷祥", 12.5)
    assert first["changed"].startswith("2026-01-05 10:00:00")
    assert (second["name"], second["pay"]) == (None, None)
    assert (first["row_number"], second["row_number"], first["sheet_name"]) == (1, 2, server.table)
    assert first["claimed_on"] == datetime.date(2026, 1, 5)
    assert (report.rows_delivered, report.rows_landed) == (2, 2)


def test_the_second_pull_brings_only_what_changed(desk, server, pulled):
    platform = pulled()
    server.add(1, "甲", "2026-01-05 10:00:00")
    server.add(2, "乙", "2026-01-06 10:00:00")
    desk.land(platform)
    server.run("update {table} set name = '乙新', changed = '2026-01-07 09:00:00' where id = 2")
    server.add(3, "丙", "2026-01-07 09:00:00")
    report = desk.land(platform)
    assert (report.rows_landed, len(report.deliveries)) == (2, 1)
    assert names(desk, platform) == ["甲", "乙新", "丙"]
    lines = manifest(desk.home)
    assert lines["file_name"].to_pylist()[1].endswith(f".{server.table}.0002")
    assert lines["delivered_on"].to_pylist() == [datetime.date(2026, 1, 6), datetime.date(2026, 1, 7)]


def test_a_pull_with_nothing_new_is_no_delivery(desk, server, pulled):
    platform = pulled()
    server.add(1, "甲", "2026-01-05 10:00:00")
    desk.land(platform)
    report = desk.land(platform)
    assert (report.deliveries, report.skipped) == ((), 1)
    assert manifest(desk.home).num_rows == 1


def test_a_row_committed_late_with_an_older_time_is_not_missed(desk, server, pulled):
    platform = pulled()
    server.add(1, "甲", "2026-01-05 10:00:00")
    desk.land(platform)
    server.add(2, "迟到", "2026-01-05 09:59:00")
    server.add(3, "同时", "2026-01-05 10:00:00")
    assert desk.land(platform).rows_landed == 2
    assert names(desk, platform) == ["甲", "迟到", "同时"]


def test_a_refused_row_is_not_pulled_over_and_over(desk, server, pulled):
    def strict() -> object:
        columns = {"id": "id", "name": {"en": "name", "mandatory": True}, "pay": "pay", "changed": "changed"}
        return build_platform(
            {"kind": "sql", "url_env": ENV},
            columns,
            sheet=server.table,
            key=["id"],
            changed_at="changed",
            delivery={"semantics": "delta"},
        )

    server.add(1, None, "2026-01-05 10:00:00")
    server.add(2, "乙", "2026-01-05 10:00:00")
    report = desk.land(strict())
    assert (report.rows_landed, report.rows_rejected) == (1, 1)
    assert desk.land(strict()).deliveries == ()


def test_a_snapshot_is_pulled_whole_and_withdraws_rows_gone(desk, server, pulled):
    platform = pulled("snapshot")
    server.add(1, "甲", "2026-01-05 10:00:00")
    server.add(2, "乙", "2026-01-06 10:00:00")
    desk.land(platform)
    assert desk.land(platform).deliveries == ()
    server.run("delete from {table} where id = 2")
    assert desk.land(platform).rows_landed == 1
    assert names(desk, platform) == ["甲"]


def test_a_table_that_is_gone_is_said_and_lands_nothing(desk, server, pulled):
    server.run("drop table {table}")
    report = desk.land(pulled())
    assert report.rejected_deliveries[0][1] == "sheet_missing"
    (line,) = manifest(desk.home).to_pylist()
    assert (line["state"], line["reason_code"], line["rows_delivered"]) == ("rejected", "sheet_missing", 0)


def test_a_column_that_is_gone_is_said(desk, server, pulled):
    server.run("alter table {table} drop column pay")
    assert desk.land(pulled()).rejected_deliveries[0][1] == "column_missing"


def test_more_rows_than_a_batch_come_in_order(desk, server, pulled):
    from connectors.rows import BATCH_ROWS

    count = BATCH_ROWS + 50
    with server.engine.begin() as connection:
        table = sa.table(server.table, *(sa.column(c) for c in ("id", "name", "changed")))
        day = datetime.datetime(2026, 1, 1)
        connection.execute(sa.insert(table), [{"id": i, "name": f"n{i}", "changed": day} for i in range(1, count + 1)])
    platform = pulled()
    assert desk.land(platform).rows_landed == count
    table = desk.rows(platform)
    assert table["id"].to_pylist() == [str(n) for n in table["row_number"].to_pylist()]


@pytest.mark.parametrize("server", ["postgresql"], indirect=True)
def test_a_server_that_speaks_the_protocol_and_calls_itself_otherwise_is_pulled_from(desk, server, pulled, monkeypatch):
    """As KingbaseES and openGauss do, of which none was at hand."""
    name = f"kingbase_{uuid.uuid4().hex[:12]}"
    with server.engine.connect().execution_options(isolation_level="AUTOCOMMIT") as connection:
        connection.execute(sa.text(f"create database {name}"))
        try:
            other = Server(sa.make_url(server.url).set(database=name).render_as_string(hide_password=False))
            other.table = server.table
            other.run("create table {table} (id bigint primary key, name text, pay decimal(8,2), changed timestamp)")
            other.add(1, "甲", "2026-01-05 10:00:00")
            other.run(
                "create or replace function pg_catalog.version() returns text language sql as "
                "$$ select 'KingbaseES V008R006C008B0014 on x86_64-linux-gnu' $$"
            )
            other.engine.dispose()
            monkeypatch.setenv(ENV, other.url)
            assert desk.land(pulled()).rows_landed == 1
            assert names(desk, pulled()) == ["甲"]
        finally:
            connection.execute(sa.text(f"drop database {name} with (force)"))


@pytest.mark.parametrize(
    ("url", "words"),
    [
        ("oracle+oracledb://clerk:geheim@host/office", "Oracle"),
        ("mssql+pyodbc://clerk:geheim@host/office", "SQL Server"),
        ("dm+dmPython://clerk:geheim@host/office", "达梦"),
        ("kingbase://clerk:geheim@host/office", "postgresql://"),
        ("db2://clerk:geheim@host/office", "db2"),
        ("clerk:geheim@host", "地址写错"),
        ("postgresql://clerk:ge:heim@host:x/office", "地址写错"),
    ],
)
def test_a_database_that_is_not_supported_is_named_with_what_is(desk, build, monkeypatch, url, words):
    monkeypatch.setenv(ENV, url)
    platform = build({"kind": "sql", "url_env": ENV}, ["id"], key=["id"], delivery={"semantics": "delta"})
    report = desk.land(platform)
    ((name, code, reason),) = report.rejected_deliveries
    assert (name, code) == ("roll", "database_unsupported")
    assert words in reason
    assert "heim" not in str(report)
    monkeypatch.delenv(ENV)
    desk.land(platform)
    assert manifest(desk.home).num_rows == 0


def test_a_password_is_never_said(desk, build, monkeypatch):
    monkeypatch.setenv(ENV, "postgresql://clerk:geheim@127.0.0.1:1/office")
    platform = build({"kind": "sql", "url_env": ENV}, ["id"], key=["id"], delivery={"semantics": "delta"})
    report = desk.land(platform)
    assert report.rejected_deliveries[0][1] == "database_unreachable"
    assert "geheim" not in str(report)
    assert "clerk" not in str(report)
    assert "office" in str(report)


def test_without_a_url_delivered_files_are_read(desk, build, monkeypatch, tmp_path):
    from tests.connectors.test_sqlite import database

    monkeypatch.delenv(ENV, raising=False)
    platform = build({"kind": "sql", "url_env": ENV}, ["id"], sheet="t")
    desk.land(platform, database(tmp_path / "a.sqlite", "create table t (id)", "insert into t values (1)"))
    assert desk.cells(platform) == [{"id": "1"}]


@pytest.mark.parametrize(
    ("watermark", "since"),
    [
        ("2026-11-05 10:00:00", "2026-11-04"),
        ("2026-03-01", "2026-02-28"),
        ("20261105", "20261104"),
        ("1791012720000", "1790926320000"),
        ("1791012720", "1790926320"),
        ("v17", "v17"),
        ("2026-13-45", "2026-13-45"),
    ],
)
def test_a_pull_starts_a_day_before_the_newest_row(watermark, since):
    assert before(watermark) == since


def test_a_time_ahead_of_the_clock_stops_no_pull(desk, server, pulled):
    platform = pulled()
    server.add(1, "甲", "2026-01-05 10:00:00")
    server.add(2, "乙", "2099-01-01 00:00:00")
    desk.land(platform)
    server.add(3, "丙", "2026-01-06 10:00:00")
    assert desk.land(platform).rows_landed == 1
    assert names(desk, platform) == ["甲", "乙", "丙"]


def test_rows_that_came_with_an_old_time_are_seen_by_their_number(desk, server, pulled):
    platform = pulled()
    server.add(1, "甲", "2026-01-05 10:00:00")
    desk.land(platform)
    server.add(2, "乙", "2020-01-01 00:00:00")
    assert desk.land(platform).rows_landed == 1
    assert desk.land(platform).deliveries == ()


def test_what_could_not_be_pulled_is_a_rejected_delivery_until_it_can(desk, server, pulled):
    server.run("alter table {table} rename to gone_{table}")
    assert desk.land(pulled()).rejected_deliveries[0][1] == "sheet_missing"
    assert manifest(desk.home)["state"].to_pylist() == ["rejected"]
    server.run("alter table gone_{table} rename to {table}")
    server.add(1, "甲", "2026-01-05 10:00:00")
    desk.land(pulled())
    assert manifest(desk.home)["state"].to_pylist() == ["landed"]


def test_a_missing_driver_is_the_reason_given(desk, build, monkeypatch):
    monkeypatch.setenv(ENV, "mysql+nosuchdriver://clerk@127.0.0.1/office")
    platform = build({"kind": "sql", "url_env": ENV}, ["id"], key=["id"], delivery={"semantics": "delta"})
    assert desk.land(platform).rejected_deliveries[0][1] == "driver_missing"
