"""What breaks an expectation, as SQL.

Belongs here: the query of each form an expectation may have. Does not: counting its rows (`engine`), or listing them
(`failing`).
"""

from __future__ import annotations

import duckdb

from quality.suites.expectation import Expectation
from quality.suites.personal_numbers import personal_numbers
from quality.suites.source import quoted
from warehouse.model.sql import literal, repeated_keys


def breaches(con: duckdb.DuckDBPyConnection, e: Expectation, table: str) -> str:
    """A query with one row per breach.

    Args:
        con: the connection it is made for.
        e: an expectation.
        table: `schema.name`, the table checked.
    """
    if e.no_personal_number:
        return personal_numbers(con)
    if e.broken:
        return e.broken.replace("{batch}", quoted(table))
    if e.unique:
        return repeated_keys(e.unique, quoted(table))
    if e.not_empty:
        return f"select 1 where not exists (from {quoted(table)})"
    return f"select 1 from {quoted(table)} where {breaks(e)}"


def breaks(e: Expectation) -> str:
    """The condition on a row under which it breaks an expectation about rows, one by one."""
    if e.filled:
        return " or ".join(f'"{column}" is null' for column in e.filled)
    if e.allowed:
        listed = ", ".join(map(literal, e.allowed))
        return f'"{e.column}" not in ({listed})'
    if e.between:
        bounds = ((e.between.min, "<"), (e.between.max, ">"))
        return " or ".join(f'"{e.column}" {sign} {bound}' for bound, sign in bounds if bound is not None) or "false"
    return str(e.never)
