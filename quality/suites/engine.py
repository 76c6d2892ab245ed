"""Runs expectations: their breaches are counted in DuckDB, and Great Expectations says what that means.

Belongs here: counting, and the outcome of each expectation. Does not: Great Expectations itself (`gx`), the queries
(`breaches`), what is expected (`*.yaml`), or where tables lie (`source`).
"""

from __future__ import annotations

import logging
import re
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from types import MappingProxyType
from typing import Any, Literal

import duckdb

from quality.suites.breaches import breaches
from quality.suites.expectation import Expectation
from quality.suites.gx import validate
from quality.suites.interrupted import if_lacking
from quality.suites.personal_numbers import count_personal_numbers
from quality.suites.source import quoted

log = logging.getLogger(__name__)

NOTHING_KNOWN: Mapping[str, int] = MappingProxyType({})

Outcome = Literal["passed", "failed", "error"]


@dataclass(frozen=True)
class Result:
    """What came of one expectation; `checked` and `unexpected` are row counts, null where it could not run.

    `unexpected` may be above 0 where it passed: as many were tolerated.
    """

    expectation: Expectation
    outcome: Outcome
    checked: int | None
    unexpected: int | None


def check(
    con: duckdb.DuckDBPyConnection,
    table: str,
    expectations: Sequence[Expectation],
    known: Mapping[str, int] = NOTHING_KNOWN,
) -> list[Result]:
    """Run `expectations` on the views or tables of `con`; results come in the same order.

    An expectation that can't run (column or table absent, broken query) is an `error`, never a silent pass or a fail.
    The log then names the expectation and the kind of error; never the message, which may quote a value.

    Args:
        con: a connection that shows every table under its contract name.
        table: `schema.name`, what an expectation without a table of its own is about.
        expectations: their names differ.
        known: name of an expectation → its breaches, where nothing has changed since they were counted.

    Raises:
        ChecksInterruptedError: the machine lacks memory or room on its disk.
    """
    rows = {name: _rows(con, name) for name in dict.fromkeys(e.table or table for e in expectations)}
    able = [e for e in expectations if rows[e.table or table] is not None]
    found = _validate(con, table, able, known) if able else {}
    return [_result(e, e.table or table, rows[e.table or table], found.get(e.name)) for e in expectations]


def _rows(con: duckdb.DuckDBPyConnection, table: str) -> int | None:
    try:
        return _count(con, f"from {quoted(table)}")
    except duckdb.Error as error:
        if_lacking(table, error)
        log.warning("%s could not be checked: %s", table, type(error).__name__)
        return None


def _count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    (count,) = con.execute(f"select count(*) from ({query})").fetchall()[0]
    return int(count)


def _validate(
    con: duckdb.DuckDBPyConnection, table: str, expectations: Sequence[Expectation], known: Mapping[str, int]
) -> dict[str, Any]:
    """Validation results by name of the expectation; empty where the library itself could not run."""
    queries = {e.name: breaches(con, e, e.table or table) for e in expectations}
    answers = {n: known[n] for n in queries if n in known}
    for e in (e for e in expectations if e.name not in answers):
        try:
            answers[e.name] = count_personal_numbers(con) if e.no_personal_number else _count(con, queries[e.name])
        except duckdb.Error as error:  # the library asks it again, and tells of the error
            if_lacking(f"{e.table or table} {e.name}", error)
    batch = expectations[0].table or table
    try:
        return validate(con, batch, queries, answers)
    except Exception as error:  # whatever stops the library stops these checks, not the run
        if_lacking(batch, error)
        log.warning("%s could not be checked: %s", batch, type(error).__name__)
        return {}


def _result(expectation: Expectation, table: str, checked: int | None, found: Any) -> Result:
    if found is None or _raised(found.exception_info):
        if found:
            if_lacking(f"{table} {expectation.name}", _told(found.exception_info))
        kind = re.search(r"duckdb\.(\w+)", str(found.exception_info)) if found else None
        log.warning("%s %s could not run: %s", table, expectation.name, kind.group(1) if kind else "no result")
        return Result(expectation, "error", None, None)
    if found.success:
        return Result(expectation, "passed", checked, 0)
    count = int(found.result["observed_value"])
    tolerable = count <= expectation.tolerated * (checked or 0)
    return Result(expectation, "passed" if tolerable else "failed", checked, count)


def _raised(info: dict[str, Any] | None) -> bool:
    """Whether exception_info tells of an error: it holds one entry, or one per metric that could not be computed."""
    return any(entry.get("raised_exception") for entry in _entries(info))


def _told(info: dict[str, Any] | None) -> str:
    """All that exception_info tells of errors, as text."""
    return "\n".join(
        str(entry.get(key)) for entry in _entries(info) for key in ("exception_traceback", "exception_message")
    )


def _entries(info: dict[str, Any] | None) -> list[dict[str, Any]]:
    if not info:
        return []
    return [info] if "raised_exception" in info else list(info.values())
