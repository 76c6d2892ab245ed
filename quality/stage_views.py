"""Stage files of a home under short names on a DuckDB connection, for the SQL that measures them.

Belongs here: views over contracted Parquet files. Does not: the tables suites check (`quality.suites.source`), or any measure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.model import Home, Table
from warehouse.model.session import connect
from warehouse.model.sql import show, statement

Files = Mapping[str, tuple[Table, Sequence[Path]]]
"""Name of a view → contract and files; files that do not exist hold no rows."""


def show_stages(con: duckdb.DuckDBPyConnection, files: Files) -> None:
    """Create a view per name over its files; with none of them there, an empty table of the contract."""
    for name, (contract, paths) in files.items():
        show(con, name, contract, paths, "union_by_name = true")


def delivery_files(home: Home) -> list[Path]:
    """The manifest lines of every delivery of a home, in a fixed order: one file where they are gathered."""
    if home.is_gathered:
        return [home.gathered_deliveries]
    return sorted(p for p in (home.landing / "delivery").glob("*/*.parquet") if not p.name.startswith("."))


def counts_of(name: str, schema: pa.Schema, tables: Mapping[str, pa.Table]) -> pa.Table:
    """What the statement `sql/<name>.sql` counts in some tables, on one thread.

    Args:
        name: of the statement.
        schema: of what it gives.
        tables: what it reads, by name.
    """
    with connect(threads=1) as con:
        for table, rows in tables.items():
            con.register(table, rows)
        return con.sql(statement("quality", name)).to_arrow_table().select(schema.names).cast(schema)


def register_or_count(
    con: duckdb.DuckDBPyConnection, names: Sequence[str], counts: Mapping[str, pa.Table] | None
) -> None:
    """Give counts their names: those that were made elsewhere, else what the statements of the names give of the views there are."""
    for name in names:
        if counts is None:
            con.execute(f"create temp table {name} as {statement('quality', name)}")
        else:
            con.register(name, counts[name])
