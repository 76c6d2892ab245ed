"""Stage files of a home under short names on a DuckDB connection, for the SQL that measures them.

Belongs here: views over contracted Parquet files. Does not: the tables suites check (`quality.suites.source`), or any measure.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from pathlib import Path

import duckdb

from warehouse.model import Home, Table
from warehouse.model.sql import show

Files = Mapping[str, tuple[Table, Sequence[Path]]]
"""Name of a view → contract and files; files that do not exist hold no rows."""


def show_stages(con: duckdb.DuckDBPyConnection, files: Files) -> None:
    """Create a view per name over its files; with none of them there, an empty table of the contract."""
    for name, (contract, paths) in files.items():
        show(con, name, contract, paths, "union_by_name = true")


def delivery_files(home: Home) -> list[Path]:
    """The manifest lines of every delivery of a home, in a fixed order."""
    return sorted(p for p in (home.landing / "delivery").glob("*/*.parquet") if not p.name.startswith("."))
