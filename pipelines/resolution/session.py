"""One DuckDB session of a resolution step: its inputs as views, its statements from `sql/`, its results as Arrow.

Belongs here: opening the connection, naming inputs, loading a statement, streaming a result to
Parquet. Does not: any statement itself (`sql/*.sql`), any rule (`rules.py`).
"""

from __future__ import annotations

import os
import tempfile
from collections.abc import Iterator, Mapping
from pathlib import Path
from types import TracebackType
from typing import Protocol, TypeAlias

import duckdb
import pyarrow as pa

from warehouse.model import Table, sql
from warehouse.model.session import connect
from warehouse.model.sql import literal, parquet
from warehouse.model.table import parquet_writer

Source: TypeAlias = pa.Table | Path
"""An input: an Arrow table, or a Parquet file that is read as it is needed. An absent file is an empty table."""

BATCH = 100_000
"""Rows that are written at a time."""

SHARE = max(1, (os.cpu_count() or 1) // 2)
"""Threads of a session, unless it says otherwise: another step has the rest of the cores. Two sessions of one thread each need a
third less processor time than two of two threads on the same two cores."""


def statement(name: str) -> str:
    """The text of `sql/<name>.sql`."""
    return sql.statement("pipelines.resolution", name)


class Session:
    """A private in-memory DuckDB with named inputs. Use it as a context manager; spill files go when it closes."""

    def __init__(self, threads: int | None = None) -> None:
        self.con = connect(threads=threads or SHARE)

    def __enter__(self) -> Session:
        return self

    def __exit__(
        self, kind: type[BaseException] | None, error: BaseException | None, trace: TracebackType | None
    ) -> None:
        self.con.close()

    def view(self, name: str, source: Source | None, contract: Table) -> None:
        """Give an input the name a statement reads; nothing, or a file that is not there, is an empty table."""
        self.con.execute(f"drop view if exists {name}")
        if isinstance(source, Path) and source.exists():
            self.con.read_parquet(str(source)).create_view(name)
        else:
            self.con.register(name, source if isinstance(source, pa.Table) else contract.empty())

    def table(self, name: str, query: str, **texts: str) -> None:
        """Materialise `sql/<query>.sql` under `name`, in place of what had that name."""
        self.con.execute(f"create or replace temp table {name} as {_fill(statement(query), texts)}")

    def made(self, name: str, text: str, **texts: str) -> None:
        """Materialise the rows of a statement under `name`, in place of what had that name."""
        self.con.execute(f"create or replace temp table {name} as {_fill(text, texts)}")

    def deal(self, name: str, text: str, by: str, among: int) -> Iterator[int]:
        """Cut the rows of a statement by the number in a column, below `among`; view `name` has those of each that there is in turn."""
        if among == 1:
            self.con.execute(f"create or replace temp view {name} as select * exclude ({by}) from ({text})")
            yield 0
            return
        with tempfile.TemporaryDirectory(prefix="onenet-dealt-") as spill:
            folder = Path(spill, name)
            self.con.execute(
                f"copy ({text}) to {literal(folder)} (format parquet, partition_by ({by}), compression lz4_raw)"
            )
            for number in (n for n in range(among) if (folder / f"{by}={n}").exists()):
                files = sorted((folder / f"{by}={number}").iterdir())
                rows = parquet(files, "hive_partitioning = false")
                self.con.execute(f"create or replace temp view {name} as from {rows}")
                yield number

    def query(self, query: str, **texts: str) -> duckdb.DuckDBPyRelation:
        """`sql/<query>.sql` as a relation."""
        return self.con.sql(_fill(statement(query), texts))


def _fill(text: str, texts: Mapping[str, str]) -> str:
    for key, value in texts.items():
        text = text.replace("{" + key + "}", value)
    return text


class Sink(Protocol):
    """What takes tables: a Parquet writer, or a list in memory."""

    def write_table(self, table: pa.Table) -> None:
        """Take the next rows."""


def pour(relation: duckdb.DuckDBPyRelation, contract: Table, sink: Sink, rows: int = BATCH) -> int:
    """Write a relation to a sink batch by batch under its contract; return the row count."""
    count = 0
    for batch in relation.to_arrow_reader(rows):
        sink.write_table(contract.conform(pa.Table.from_batches([batch])))
        count += batch.num_rows
    return count


def stream(relation: duckdb.DuckDBPyRelation, path: Path, contract: Table) -> int:
    """Write a relation to a Parquet file batch by batch under its contract; return the row count."""
    with parquet_writer(path, contract) as writer:
        return pour(relation, contract, writer)
