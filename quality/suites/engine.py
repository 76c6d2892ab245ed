"""Great Expectations over DuckDB: turns declared expectations into its own, runs them, and keeps counts only.

Belongs here: everything that knows Great Expectations. It is imported inside the functions, since importing it takes
seconds. Does not: what is expected (`*.yaml`), or where tables lie (`source`).

Two things differ from Great Expectations as shipped. Its SQL engine closes the connection before it fetches, which
DuckDB answers with an error; the engine here freezes the result first. Its query expectation also fetches the rows it
found; the one here fetches their number alone, so that no value of a person ever reaches a result.
"""

from __future__ import annotations

import logging
import os
import re
from collections.abc import Sequence
from dataclasses import dataclass
from functools import cache
from types import SimpleNamespace
from typing import Any, Literal

import duckdb

from quality.suites.expectation import Expectation
from quality.suites.interrupted import if_lacking
from quality.suites.source import quoted
from warehouse.model.release import NODE_CODES

log = logging.getLogger(__name__)

Outcome = Literal["passed", "failed", "error"]

COUNTS_ONLY = {"result_format": "SUMMARY", "partial_unexpected_count": 0}
"""Result format that carries counts and no values."""


@dataclass(frozen=True)
class Result:
    """What came of one expectation; `checked` and `unexpected` are row counts, null where it could not run.

    `unexpected` may be above 0 where it passed: as many were tolerated.
    """

    expectation: Expectation
    outcome: Outcome
    checked: int | None
    unexpected: int | None


def check(con: duckdb.DuckDBPyConnection, table: str, expectations: Sequence[Expectation]) -> list[Result]:
    """Run `expectations` on the views or tables of `con`; results come in the same order.

    An expectation that can't run (column or table absent, broken query) is an `error`, never a silent pass or a fail.
    The log then names the expectation and the kind of error; never the message, which may quote a value.

    Args:
        con: a connection that shows every table under its contract name.
        table: `schema.name`, what an expectation without a table of its own is about.
        expectations: their names differ.

    Raises:
        ChecksInterruptedError: the machine lacks memory or room on its disk.
    """
    rows = {name: _count(con, name) for name in dict.fromkeys(e.table or table for e in expectations)}
    able = [e for e in expectations if rows[e.table or table] is not None]
    found: dict[str, Any] = {}
    # queries name their table themselves, so all run in one go; to visit a table costs Great Expectations 0.1 s
    if queries := [e for e in able if _is_query(e)]:
        found |= _validate(con, queries[0].table or table, table, queries)
    for name in rows:
        if own := [e for e in able if not _is_query(e) and (e.table or table) == name]:
            found |= _validate(con, name, table, own)
    return [_result(e, e.table or table, rows[e.table or table], found.get(e.name)) for e in expectations]


def _count(con: duckdb.DuckDBPyConnection, table: str) -> int | None:
    try:
        row = con.execute(f"select count(*) from {quoted(table)}").fetchone()
    except duckdb.Error as error:
        if_lacking(table, error)
        log.warning("%s could not be checked: %s", table, type(error).__name__)
        return None
    return int(row[0]) if row else None


def _validate(
    con: duckdb.DuckDBPyConnection, batch: str, table: str, expectations: list[Expectation]
) -> dict[str, Any]:
    """Validation results by name of the expectation; empty where the library itself could not run."""
    gx = _great_expectations()
    schema, name = batch.split(".")
    engine = gx.Engine(engine=gx.connect(con), create_temp_table=False)
    data = gx.BatchData(execution_engine=engine, schema_name=schema, table_name=name, create_temp_table=False)
    validator = gx.Validator(execution_engine=engine, batches=[gx.Batch(data=data)], data_context=gx.context)
    configurations = [_translate(con, gx, e, e.table or table).configuration for e in expectations]
    try:
        results = validator.graph_validate(
            configurations=configurations, runtime_configuration={"result_format": COUNTS_ONLY}
        )
    except Exception as error:  # whatever stops the library stops these checks, not the run
        if_lacking(batch, error)
        log.warning("%s could not be checked: %s", batch, type(error).__name__)
        return {}
    finally:
        engine.engine.dispose()
    return {result.expectation_config.meta["name"]: result for result in results}


def _result(expectation: Expectation, table: str, checked: int | None, found: Any) -> Result:
    if found is None or _raised(found.exception_info):
        if found:
            if_lacking(f"{table} {expectation.name}", _told(found.exception_info))
        kind = re.search(r"duckdb\.(\w+)", str(found.exception_info)) if found else None
        log.warning("%s %s could not run: %s", table, expectation.name, kind.group(1) if kind else "no result")
        return Result(expectation, "error", None, None)
    if found.success:
        return Result(expectation, "passed", checked, 0)
    unexpected = found.result.get("unexpected_count", found.result.get("observed_value"))
    # an expectation on the table as a whole (it is empty) has no rows to count
    count = 1 if expectation.not_empty else int(unexpected)
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


def _is_query(e: Expectation) -> bool:
    """Whether it is asked as a query of its own, not as one of the expectations the library brings along."""
    return len(e.filled) != 1 and not (e.allowed or e.between or e.not_empty)


def _translate(con: duckdb.DuckDBPyConnection, gx: SimpleNamespace, e: Expectation, table: str) -> Any:
    """The Great Expectations object for one declared expectation. Braces in SQL are doubled: it is a template there."""
    meta = {"name": e.name}
    if len(e.filled) == 1:
        return gx.expect.ExpectColumnValuesToNotBeNull(column=e.filled[0], meta=meta)
    if e.allowed:
        return gx.expect.ExpectColumnValuesToBeInSet(column=e.column, value_set=list(e.allowed), meta=meta)
    if e.between:
        return gx.expect.ExpectColumnValuesToBeBetween(
            column=e.column, min_value=e.between.min, max_value=e.between.max, meta=meta
        )
    if e.not_empty:
        return gx.expect.ExpectTableRowCountToBeBetween(min_value=1, meta=meta)
    if e.broken:
        query = e.broken.replace("{batch}", "\0")
    elif e.unique:
        query = _repeated(e.unique)
    elif e.no_personal_number:
        query = personal_numbers(con)
    else:
        never = e.never or " or ".join(f'"{column}" is null' for column in e.filled)
        query = f"select 1 from \0 where {never}"
    escaped = query.replace("{", "{{").replace("}", "}}").replace("\0", quoted(table))
    return gx.Rows(unexpected_rows_query=f"{escaped} /* {{batch}} */", meta=meta)


def _repeated(columns: tuple[str, ...]) -> str:
    """A query with one row per key that repeats. Long keys are grouped by their hash first: it costs a tenth of the memory."""
    key = ", ".join(f'"{column}"' for column in columns)
    exact = f"group by {key} having count(*) > 1"
    if len(columns) == 1:
        return f"select 1 from \0 {exact}"
    suspects = f"select hash({key}) as h from \0 group by h having count(*) > 1"
    return f"select 1 from \0 where hash({key}) in ({suspects}) {exact}"


_SUSPECT = "[0-9][^0-9A-Za-z]?[0-9]{2}[^0-9A-Za-z]{0,2}[0-9]([^0-9A-Za-z]?[0-9]){7}"
"""What every mobile or identity number matches: cheap to look for and seldom found, it spares the exact test."""

"""Columns of codes of places, of 9 to 15 digits: one may read like a mobile number or an old identity number."""

_SOURCE = ("platform", "delivery_id", "file_name", "sheet_name", "row_number", "role")


def personal_numbers(con: duckdb.DuckDBPyConnection) -> str:
    """A query with a row per place of the attached release that holds a full identity or mobile number: column and row.

    Only what nobody has looked through yet (`looked_through`). Tables only: views show the same values again. Of maps to numbers the keys are looked at; a weight is no phone. A row
    that tells of an entity leads to a source row of it.
    """
    columns = con.execute(
        "select c.schema_name, c.table_name, t.place, list((c.column_name, c.data_type) order by c.column_index) "
        "from duckdb_columns() c join looked_through t using (schema_name, table_name) "
        "where c.database_name = 'library' group by all order by all"
    ).fetchall()
    there = {f"{schema}.{table}" for schema, table, _, _ in columns}
    parts = []
    for schema, table, place, typed in columns:
        if place is None:
            continue
        names = [name for name, _ in typed]
        texts = [name for name, kind in typed if re.search("VARCHAR|JSON|BLOB", kind)]
        kinds = dict(typed)
        for column in texts:
            x = _as_text(column, kinds[column])
            # regexp_extract looks at each entry of a dictionary once, regexp_matches at each row
            test = f"regexp_extract({x}, '{_SUSPECT}') <> '' and {_reads_like_a_person(x, column, names)}"
            parts.append(_places(schema, table, place, column, names, test, "link.mention" in there))
    return " union all ".join(parts) or "select 1 where false"


def _reads_like_a_person(x: str, column: str, names: Sequence[str]) -> str:
    if column in NODE_CODES:
        return f"id_number_in({x})"
    if "attribute" in names and column.startswith("value"):
        # a claim may be a grid's
        return f"(id_number_in({x}) or ((personal_number_in({x}) or old_id_number_in({x})) and not is_place_code({x})))"
    return f"(personal_number_in({x}) or old_id_number_in({x}))"


def _places(
    schema: str, table: str, place: str, column: str, names: Sequence[str], test: str, has_mentions: bool
) -> str:
    """Where the rows at `place` stand whose column passes the test: a source row where one is known."""
    entity = next((n for n in ("entity_id", f"{table}_id") if n in names), None)
    via_mention = has_mentions and schema == "base" and entity is not None
    held = [f"r.{n}" if n in names else f"m.{n}" if via_mention else "null" for n in _SOURCE]
    picked = ", ".join(f"{expression} as {name}" for expression, name in zip(held, _SOURCE, strict=True))
    mention = (
        f"left join (select entity_id, {', '.join(f'min_by({n}, (platform, file_name, row_number)) as {n}' for n in _SOURCE)} "
        f"from library.link.mention where entity_kind = '{table}' group by entity_id) m on m.entity_id = r.{entity}"
    )
    return (
        f"""select {picked}, {f"r.{entity}" if entity else "null"} as entity_id, '{schema}.{table}.{column}' as "column" """
        f"""from (select * from {place} where {test}) r {mention if via_mention else ""}"""
    )


def _as_text(column: str, kind: str) -> str:
    quoted_name = f'"{column}"'
    numbers = kind.startswith("MAP(") and kind.endswith(("DOUBLE)", "BIGINT)"))
    return f"cast({f'map_keys({quoted_name})' if numbers else quoted_name} as varchar)"


@cache
def _great_expectations() -> SimpleNamespace:
    """Import Great Expectations, analytics and progress bars off, with the two classes that differ."""
    os.environ["GX_ANALYTICS_ENABLED"] = "false"
    import great_expectations
    import great_expectations.expectations as expect
    import sqlalchemy
    from great_expectations.core.batch import Batch
    from great_expectations.data_context.types.base import ProgressBarsConfig
    from great_expectations.execution_engine import SqlAlchemyExecutionEngine
    from great_expectations.execution_engine.sqlalchemy_batch_data import SqlAlchemyBatchData
    from great_expectations.validator.validator import Validator
    from sqlalchemy.pool import StaticPool

    context = great_expectations.get_context(mode="ephemeral")
    context.enable_analytics(False)
    context.variables.progress_bars = ProgressBarsConfig(globally=False)

    class Engine(SqlAlchemyExecutionEngine):
        """Freezes each result before the connection closes."""

        def execute_query(self, query: Any) -> Any:
            with self.get_connection() as connection:
                return self._execute_query_with_recovery(connection, query).freeze()()

    class Rows(expect.UnexpectedRowsExpectation):
        """Counts the rows a query finds, without fetching them."""

        metric_dependencies = ("unexpected_rows_query.row_count",)

        def _validate(self, metrics: Any, runtime_configuration: Any = None, execution_engine: Any = None) -> Any:
            count = metrics["unexpected_rows_query.row_count"]
            return {"success": count == 0, "result": {"observed_value": count}}

    def connect(con: duckdb.DuckDBPyConnection) -> Any:
        from duckdb_sqlalchemy import ConnectionWrapper

        return sqlalchemy.create_engine(
            "duckdb://", creator=lambda: ConnectionWrapper(con.cursor()), poolclass=StaticPool
        )

    return SimpleNamespace(
        Batch=Batch,
        BatchData=SqlAlchemyBatchData,
        Engine=Engine,
        Rows=Rows,
        Validator=Validator,
        connect=connect,
        context=context,
        expect=expect,
    )
