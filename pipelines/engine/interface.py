"""What an engine can do. It is little, so that every engine can do it, and does it alike.

Belongs here: the interface, and what a mapped function is. Does not: any engine.

SQL is the part that DuckDB, Spark and Sail read alike: joins, `group by`, `row_number`, `case`, `least`, shifts. Sums of integers
are cast to `bigint`, for each engine widens them in its own way; anti joins are left joins; nothing depends on the order of rows.
"""

from __future__ import annotations

from pathlib import Path
from typing import Protocol

import pyarrow as pa

WORDS = "local, duckdb, sc://<host>:<port>, spark://<host>:<port>"


class EngineError(ValueError):
    """An engine that can't be used; the message says what to do."""


class Function(Protocol):
    """What runs where the rows are: a table in, a table out. It is sent to the workers, so it holds little; it may read files that
    the driver names, and write files of its own where they see the same folder.

    Rows are given some at a time, in any order and any number: what it says of a row must not depend on the others, unless
    `map` brings those together that belong together.
    """

    @property
    def schema(self) -> pa.Schema:
        """Of what it gives."""

    def __call__(self, rows: pa.Table) -> pa.Table:
        """The function of some rows, at least one."""


class Engine(Protocol):
    """Tables by name, each a folder of Parquet files in `folder`, which the driver and every worker see under the same path."""

    @property
    def folder(self) -> Path:
        """Where tables are written."""

    def read(self, name: str, path: Path, schema: pa.Schema | None = None) -> None:
        """Give a Parquet file, or those of a folder, a name; with their `schema` the folder may be empty or not there."""

    def sql(self, name: str, query: str) -> pa.Schema:
        """Write what a query gives as a table; return its schema."""

    def map(
        self, name: str, source: str, function: Function, together: str | None = None, *, singly: bool = False
    ) -> None:
        """Write what a function gives of the rows of a table.

        Args:
            name: of the new table.
            source: table or query in brackets.
            function: see `Function`.
            together: column of integers; rows that agree in it are given to the function in one table. They must fit into the
                memory of one worker.
            singly: rows are few and each is much work, so each is given by itself, to as many workers as there are.
        """

    def write(self, name: str, table: pa.Table) -> None:
        """Write rows of the driver as a table; for some thousands or millions, not for billions."""

    def fetch(self, query: str) -> pa.Table:
        """What a query gives, to the driver."""

    def stop(self) -> None:
        """Let go of the engine; its tables stay."""
