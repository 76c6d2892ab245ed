"""The standard measures and their honest twins, on a handful of tickets."""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from datetime import datetime
from typing import Any

import duckdb
import pyarrow as pa
import pytest

from warehouse.model import sql
from warehouse.model.process import (
    COMPLAINT,
    DUPLICATE_REPORT,
    EVENT_DEADLINE,
    EVENT_EVENT,
    EVENT_MEASURE,
    EVENT_REPORT,
    STAGE_DELAY,
)
from warehouse.model.session import connect
from warehouse.model.table import Table

REPORT: dict[str, Any] = {
    **{"event_id": "E1", "platform": "rx", "ticket": "T", "delivery_id": "D", "file_name": "f", "sheet_name": ""},
    **{
        "department": "d",
        "channel": "citizens",
        "ticket_kind": "incident",
        "event_class": "路灯不亮",
        "grid_code": "1",
    },
    **{"nth_of_event": 1, "dispatches": 1, "returns": 0, "extensions": 0, "self_handled": False},
}
LIMIT: dict[str, Any] = {
    **{name: REPORT[name] for name in ("event_id", "platform", "delivery_id", "file_name", "sheet_name")},
    **{"calendar_known": True, "is_legal": True, "governs": False, "contradicts": False},
}


def at(hour: int) -> datetime:
    return datetime(2026, 3, 1 + hour // 24, hour % 24)


@pytest.fixture
def con() -> Iterator[duckdb.DuckDBPyConnection]:
    with connect() as session:
        for schema in ("base", "link"):
            session.execute(f"create schema {schema}")
        yield session


def fill(con: duckdb.DuckDBPyConnection, table: Table, rows: list[dict[str, Any]]) -> None:
    con.register("rows", table.conform(pa.Table.from_pylist(rows, table.arrow)))
    con.execute(f"create or replace table {table.full_name} as from rows")
    con.unregister("rows")


def made(
    con: duckdb.DuckDBPyConnection, table: Table, reports: list[dict[str, Any]], limits: Iterable[dict[str, Any]] = ()
) -> list[dict[str, Any]]:
    numbered = [REPORT | {"row_number": n, "reported_at": at(8)} | r for n, r in enumerate(reports, 1)]
    fill(con, EVENT_REPORT, numbered)
    fill(con, EVENT_DEADLINE, [LIMIT | limit for limit in limits])
    fill(con, EVENT_EVENT, [])
    query = sql.statement("warehouse.release", f"{table.schema}_{table.name}")
    return table.conform(con.sql(query).to_arrow_table()).to_pylist()


def share(
    rows: list[dict[str, Any]], measure: str, counted_by: str = "ticket", platform: str = "*"
) -> tuple[int, int] | None:
    at = [r for r in rows if (r["measure"], r["counted_by"], r["platform"]) == (measure, counted_by, platform)]
    return (at[0]["numerator"], at[0]["denominator"]) if at else None


def test_who_does_not_answer_moves_the_share_of_the_satisfied(con: duckdb.DuckDBPyConnection) -> None:
    rows = made(
        con, EVENT_MEASURE, [{"satisfaction": s} for s in ("satisfied", "rather_satisfied", "dissatisfied", "unrated")]
    )
    assert share(rows, "satisfaction_rate") == (2, 3)
    assert share(rows, "satisfaction_of_all") == (2, 4)
    assert share(rows, "satisfaction_of_all", "event") == (0, 1)


def test_a_platform_that_never_records_an_extension_has_no_share_of_them(con: duckdb.DuckDBPyConnection) -> None:
    rows = made(con, EVENT_MEASURE, [{"extensions": 1}, {}, {"platform": "zz"}])
    assert share(rows, "extension_rate") == (1, 2)
    assert share(rows, "extension_rate", platform="zz") is None


def test_dispatch_by_territory_is_not_judged(con: duckdb.DuckDBPyConnection) -> None:
    routings = ("right", "right", "wrong", "sent_back", "by_territory", "unlisted", None)
    rows = made(con, EVENT_MEASURE, [{"routing": r} for r in routings])
    assert share(rows, "dispatch_accuracy") == (2, 4)


def test_on_time_without_what_was_closed_on_the_spot(con: duckdb.DuckDBPyConnection) -> None:
    reports = [
        {"closed_at": at(9), "handled_at": at(9), "self_handled": True, "dispatches": 0},
        {"closed_at": at(40), "handled_at": at(10), "dispatched_at": at(9)},
    ]
    limits = [
        {"row_number": n, "due_at": at(20), "closed_at": r["closed_at"], "on_time": n == 1}
        for n, r in enumerate(reports, 1)
    ]
    rows = made(con, EVENT_MEASURE, reports, limits)
    assert share(rows, "on_time_rate") == (1, 2)
    assert share(rows, "on_time_rate_not_on_the_spot") == (0, 1)
    assert share(rows, "on_time_handle_rate") == (2, 2)


def test_repeats_by_event_and_by_caller_are_two_measures(con: duckdb.DuckDBPyConnection) -> None:
    reports = [
        {"nth_of_event": 1, "nth_of_reporter": 1},
        {"nth_of_event": 2, "nth_of_reporter": 1},
        {"nth_of_event": 3, "nth_of_reporter": 2},
        {"event_id": "E2"},
    ]
    rows = made(con, EVENT_MEASURE, reports)
    assert share(rows, "repeat_rate") == (2, 4)
    assert share(rows, "repeat_rate", "event") == (1, 2)
    assert share(rows, "repeat_caller_rate") == (1, 3)


def test_reports_beyond_the_first_of_their_event_are_saved(con: duckdb.DuckDBPyConnection) -> None:
    rows = made(con, DUPLICATE_REPORT, [{}, {}, {"platform": "zz"}, {"event_id": "E2"}, {"ticket_kind": "praise"}])
    counted = {r["platform"]: (r["tickets"], r["events"], r["saved"], r["events_of_several_platforms"]) for r in rows}
    assert counted == {"*": (4, 2, 2, 1), "rx": (3, 2, 1, 1), "zz": (1, 1, 0, 1)}


def test_a_limit_runs_out_in_the_stage_the_ticket_is_in(con: duckdb.DuckDBPyConnection) -> None:
    late = {"registered_at": at(9), "dispatched_at": at(10), "handled_at": at(30), "closed_at": at(31)}
    rows = made(con, STAGE_DELAY, [late], [{"row_number": 1, "due_at": at(20), "closed_at": at(31), "on_time": False}])
    assert {r["stage"]: (r["median_hours"], r["overdue"]) for r in rows} == {
        "reported": (1.0, 0),
        "registered": (1.0, 0),
        "dispatched": (20.0, 1),
        "handled": (1.0, 0),
    }


def test_a_complaint_is_followed_to_its_answer_and_beyond(con: duckdb.DuckDBPyConnection) -> None:
    reports = [
        {"nth_of_reporter": 1, "closed_at": at(20), "satisfaction": "dissatisfied"},
        {"nth_of_event": 2, "nth_of_reporter": 2, "reported_at": at(30)},
        {"nth_of_event": 3, "channel": "grid", "reported_at": at(7)},
        {"event_id": "E2", "channel": "grid"},
    ]
    (row,) = made(con, COMPLAINT, reports)
    assert (row["complaints"], row["complaints_again"], row["unanswered"], row["complaints_after_answer"]) == (
        2,
        1,
        1,
        1,
    )
    assert (row["hours_to_answer"], row["dissatisfied"], row["recurs"]) == (12.0, 1, False)
