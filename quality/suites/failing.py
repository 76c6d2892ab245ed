"""Which rows break a check: their keys, never their values.

Belongs here: the query for the rows of an expectation, and which of its columns are keys. Does not: counting them
(`quality.suites.engine`), which goes through Great Expectations and fetches nothing.
"""

from __future__ import annotations

import logging
from collections.abc import Iterable, Sequence

import duckdb
import pyarrow as pa

from quality.suites.breaches import breaks
from quality.suites.engine import Result
from quality.suites.expectation import Expectation
from quality.suites.interrupted import if_lacking
from quality.suites.personal_numbers import personal_numbers
from quality.suites.source import quoted
from warehouse.model.quality import FAILING_ROW

log = logging.getLogger(__name__)

LIMIT = 1000
"""Rows kept of one expectation. The full count is in `quality.expectation`."""

SOURCE_COLUMNS = ("platform", "delivery_id", "file_name", "sheet_name", "row_number", "role")


def failing_rows(
    con: duckdb.DuckDBPyConnection, suite: str, table: str, results: Iterable[Result], kinds: Sequence[str] = ()
) -> pa.Table:
    """Keys of the rows behind `results`.

    Args:
        con: the connection the expectations ran on.
        suite: name of the suite.
        table: `schema.name`, what an expectation without a table of its own is about.
        kinds: kinds whose ids are keys.
        results: those that found nothing are passed over, as are those whose rows have no key.

    Returns:
        `quality.failing_row`: per expectation the first `LIMIT` rows in the order of their keys.

    Raises:
        ChecksInterruptedError: the machine lacks memory or room on its disk.
    """
    entities = ("entity_id", *(f"{kind}_id" for kind in kinds))
    found = [_rows(con, suite, r.expectation, r.expectation.table or table, entities) for r in results if r.unexpected]
    return pa.concat_tables([FAILING_ROW.empty(), *found])


def _rows(con: duckdb.DuckDBPyConnection, suite: str, e: Expectation, table: str, entities: Sequence[str]) -> pa.Table:
    query = personal_numbers(con) if e.no_personal_number else _query(e, quoted(table))
    if query is None:
        return FAILING_ROW.empty()
    try:
        columns = con.sql(f"select * from ({query}) limit 0").columns
        keys = _keys(columns, entities)
        if not keys:
            return FAILING_ROW.empty()
        column = e.column or (e.filled or e.unique or (None,))[0]
        named = '"column"' if "column" in columns else "cast($column as varchar)"
        picked = ", ".join(f'"{source}" as {key}' for key, source in keys.items())
        rows = con.sql(
            f'select $suite as suite, $name as expectation, {named} as "column", {picked} from ({query}) '
            f'order by {", ".join(keys)}, "column" limit {LIMIT}',
            params={"suite": suite, "name": e.name} | ({} if "column" in columns else {"column": column}),
        ).to_arrow_table()
    except duckdb.Error as error:  # its message may quote a value
        if_lacking(f"{suite} {e.name}", error)
        log.warning("%s %s: rows could not be listed: %s", suite, e.name, type(error).__name__)
        return FAILING_ROW.empty()
    return FAILING_ROW.conform(rows)


def _keys(columns: list[str], entities: Sequence[str]) -> dict[str, str]:
    """Key of `quality.failing_row` → the column that holds it; empty where a row can't be told by its columns."""
    keys = {name: name for name in SOURCE_COLUMNS if name in columns}
    entity = next((name for name in columns if name in entities), None)
    return keys | ({"entity_id": entity} if entity else {})


def _query(e: Expectation, table: str) -> str | None:
    """The rows that break it, with their columns; None where it is about no rows."""
    if e.broken:
        return e.broken.replace("{batch}", table)
    if e.unique:
        key = ", ".join(f'"{column}"' for column in e.unique)
        return f"select * from {table} qualify count(*) over (partition by {key}) > 1"
    if e.not_empty:
        return None
    return f"select * from {table} where {breaks(e)}"
