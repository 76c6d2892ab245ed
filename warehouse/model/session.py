"""DuckDB sessions in memory: each has its share of the memory there is, and its temporary files lie where the run keeps its own, never
in the folder it was started in.

Belongs here: opening one. Does not: what is asked of it, or how much memory there is (`memory`). What does not fit in memory is spilled unmasked; DuckDB's default for a
session in memory is `./.tmp`.
"""

from __future__ import annotations

import tempfile
import uuid
from pathlib import Path
from typing import Any

import duckdb

from warehouse.model import memory
from warehouse.model.sql import literal


def connect(*, threads: int | None = None, sessions: int = 1, **settings: Any) -> duckdb.DuckDBPyConnection:
    """Open a session in memory.

    Args:
        threads: DuckDB's threads; its default if not given.
        sessions: of its share of the memory it has this part: so many are opened at the same time to do one thing.
        settings: further settings of DuckDB by name.

    Returns:
        The session. Its temporary folder is its own (two sessions would write the same file names), is made when something
        is spilled and goes when the session ends.
    """
    folder = Path(tempfile.gettempdir(), f"duckdb-{uuid.uuid4().hex}")
    config: dict[str, Any] = {"temp_directory": str(folder), "memory_limit": memory.share(sessions), **settings}
    return duckdb.connect(config=config | ({"threads": threads} if threads else {}))


def over_library(library: Path) -> duckdb.DuckDBPyConnection:
    """Open a session in memory over a release, read-only: its tables go by their names, temporary ones can be made beside them."""
    con = connect()
    con.execute(f"attach {literal(library)} as library (read_only)")
    con.execute("use library")
    return con
