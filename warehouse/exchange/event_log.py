"""The event log of a city for process-mining tools: one line per case and activity, as CSV and Parquet.

Belongs here: writing it. Does not: its lines (`sql/event_log.sql`).
"""

from __future__ import annotations

from pathlib import Path

from warehouse.model import sql
from warehouse.model.durable import aside, put_in_place
from warehouse.model.session import over_library

FORMATS = {"csv": "format csv, header", "parquet": "format parquet, compression zstd"}


def write_event_log(library: Path, folder: Path) -> dict[str, int]:
    """Write `event_log.csv` and `event_log.parquet` into a folder, which is made.

    Args:
        library: a plain release.
        folder: where the files go; those of the same names are replaced.

    Returns:
        How many lines and cases.

    Raises:
        duckdb.Error: the release holds no stages of events, or the disk is full.
    """
    folder.mkdir(parents=True, exist_ok=True)
    with over_library(library) as con:
        con.execute(f"create temp table log as {sql.statement('warehouse.exchange', 'event_log')}")
        for ending, options in FORMATS.items():
            file = folder / f"event_log.{ending}"
            written = aside(file)
            con.execute(f"copy log to {sql.literal(written)} ({options})")
            put_in_place(written, file)
        found = con.execute('select count(*), count(distinct "case:concept:name") from log').fetchone() or (0, 0)
        return dict(zip(("lines", "cases"), found, strict=True))
