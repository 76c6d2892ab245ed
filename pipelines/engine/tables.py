"""The tables of one piece of work, step by step: one that is there whole is not made again.

Belongs here: going on from the last table after a kill. Does not: making one (`interface`).
"""

from __future__ import annotations

import time
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa

from pipelines.engine.interface import Engine, Function
from warehouse.model.durable import write_whole


class Tables:
    """Tables that follow from each other, in the order in which they are asked for.

    A table is whole once its mark is written. The first one that is not whole is made, and so is every one after it: what is
    there of them may follow from something else. The marks are of one piece of work, told by its `stamp`: under another stamp
    all is made anew.

    Args:
        engine: that makes them.
        stamp: of what the work is about: its input, its code.

    Attributes:
        seconds: wall time per table made.
    """

    def __init__(self, engine: Engine, stamp: str = "") -> None:
        self._engine, self._stamp, self._going_on = engine, stamp, bool(stamp)
        self.seconds: dict[str, float] = {}

    def read(self, name: str, path: Path) -> None:
        """Name a Parquet file, or those of a folder."""
        self._engine.read(name, path)

    def sql(self, name: str, query: str) -> None:
        """The table that a query gives."""
        self._made(name, lambda: self._engine.sql(name, query))

    def map(
        self, name: str, source: str, function: Function, together: str | None = None, *, singly: bool = False
    ) -> None:
        """The table that a function gives of the rows of another, see `Engine.map`."""

        def make() -> pa.Schema:
            self._engine.map(name, source, function, together, singly=singly)
            return function.schema

        self._made(name, make)

    def write(self, name: str, table: pa.Table) -> None:
        """The rows of a table of the driver; they follow from what came before, so they are written anew and break nothing."""
        self._engine.write(name, table)

    def fetch(self, query: str) -> pa.Table:
        """What a query gives, to the driver."""
        return self._engine.fetch(query)

    def _made(self, name: str, make: Callable[[], pa.Schema]) -> None:
        mark = self._engine.folder / f"{name}.whole"
        if self._going_on and (schema := self._schema_of(mark)) is not None:
            self._engine.read(name, self._engine.folder / name, schema)
            return
        self._going_on = False
        mark.unlink(missing_ok=True)
        began = time.perf_counter()
        schema = make()
        self.seconds[name] = time.perf_counter() - began
        described = schema.with_metadata({b"stamp": self._stamp.encode()})
        write_whole(mark, described.serialize().to_pybytes())

    def _schema_of(self, mark: Path) -> pa.Schema | None:
        """The schema of a table that is there whole; None where it is not, or is of other work."""
        try:
            schema = pa.ipc.read_schema(pa.py_buffer(mark.read_bytes()))
        except (FileNotFoundError, pa.ArrowInvalid):
            return None
        return schema.remove_metadata() if (schema.metadata or {}).get(b"stamp") == self._stamp.encode() else None
