"""Stretches of a table whose rows lie in the order of entities: what is counted entity by entity is counted stretch by stretch.

Belongs here: where stretches begin, and gathering what is found in each. Does not: what is counted in them.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from warehouse.model.sql import literal

STRETCH = 2_000_000
"""Rows of a stretch, about."""


def stretches(path: Path, rows: int = STRETCH) -> list[str]:
    """Conditions that part the entities of a Parquet file so that each has about so many rows; one that is always true where it is absent."""
    if not path.exists():
        return ["true"]
    with pq.ParquetFile(path) as file:
        starts: list[str] = []
        count = rows
        for number in range(file.num_row_groups):
            group = file.metadata.row_group(number)
            if group.num_rows and count >= rows:
                at = next(n for n in range(group.num_columns) if group.column(n).path_in_schema == "entity_id")
                starts, count = [*starts, group.column(at).statistics.min], 0
            count += group.num_rows
    bounds = [f"entity_id >= {literal(start)}" for start in starts[1:]]
    return [
        " and ".join([*([low] if low else []), *([f"not {high}"] if high else [])]) or "true"
        for low, high in zip(["", *bounds], [*bounds, ""], strict=True)
    ]


def gather(con: duckdb.DuckDBPyConnection, table: str, queries: Iterable[str]) -> None:
    """Make a temporary table of the rows of all queries, one after the other: the work of one alone is in memory."""
    for number, query in enumerate(queries):
        con.execute(f"{f'insert into {table}' if number else f'create temp table {table} as'} {query}")
