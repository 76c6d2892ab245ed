"""Stage files as DuckDB views, whether a stage wrote them or not."""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.model.sql import parquet
from warehouse.model.table import Table


def show(con: duckdb.DuckDBPyConnection, name: str, table: Table, paths: Sequence[Path]) -> None:
    """Give the stage files that exist a name; an empty table of that contract where none does."""
    files = [path for path in paths if path.exists()]
    if files:
        con.execute(f"create temp view {name} as from {parquet(files)}")
    else:
        keep(con, name, table.empty())


def keep(con: duckdb.DuckDBPyConnection, name: str, table: pa.Table) -> None:
    """Put an Arrow table into the session."""
    con.register("arriving", table)
    con.execute(f"create or replace temp table {name} as from arriving")
    con.unregister("arriving")
