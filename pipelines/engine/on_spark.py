"""Spark by the Connect protocol, which Sail speaks too, or a classic Spark session.

Belongs here: the interface on a Spark session. Does not: which session (`places`).

Every table is written as Parquet and read back: no plan grows with the number of steps, and a run that was killed goes on from the
last table.
"""

from __future__ import annotations

from pathlib import Path
from shutil import rmtree
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.engine.batches import ROWS, Batched, Single, Whole
from pipelines.engine.interface import Function


class SparkEngine:
    """The interface on Spark.

    Args:
        folder: where tables are written, seen by the driver and all workers under this path.
        session: a Spark session of its own: names of tables are its.
        shared: whether other sessions stand on the same Spark context, so that it stays when this one is let go of.
        partitions: parts in which rows come together (`map` with `together`), each in the memory of one worker.
        rows: about so many rows are given to a function at a time.
    """

    def __init__(
        self, folder: Path, session: Any, *, shared: bool = False, partitions: int | None = None, rows: int = ROWS
    ) -> None:
        self.folder, self._session, self._shared = folder, session, shared
        self._partitions, self._rows = partitions, rows
        folder.mkdir(parents=True, exist_ok=True)

    def read(self, name: str, path: Path, schema: pa.Schema | None = None) -> None:
        """See `Engine`."""
        reader = self._session.read
        if schema is not None:
            if not path.is_file():
                path.mkdir(parents=True, exist_ok=True)  # Sail writes neither file nor folder for a table without rows
            reader = reader.schema(_spark_schema(schema))
        reader.parquet(str(path)).createOrReplaceTempView(name)

    def sql(self, name: str, query: str) -> pa.Schema:
        """See `Engine`."""
        return self._kept(name, self._session.sql(query))

    def map(
        self, name: str, source: str, function: Function, together: str | None = None, *, singly: bool = False
    ) -> None:
        """See `Engine`."""
        rows = self._session.sql(f"select * from {source}")
        schema = _spark_schema(function.schema)
        if singly:
            most = self._partitions or int(self._session.conf.get("spark.sql.shuffle.partitions"))
            rows = rows.repartition(
                max(1, min(rows.count(), most))
            )  # in turn, so no worker waits while another has two
            self._kept(name, rows.mapInArrow(Single(function).__call__, schema))
        elif together is None:
            if self._partitions:
                rows = rows.repartition(self._partitions)
            self._kept(name, rows.mapInArrow(Batched(function, self._rows).__call__, schema))
        else:
            spread = (self._partitions, together) if self._partitions else (together,)
            self._kept(name, rows.repartition(*spread).mapInArrow(Whole(function).__call__, schema))

    def write(self, name: str, table: pa.Table) -> None:
        """See `Engine`."""
        pq.write_table(table, self._fresh(name) / "part-0.parquet")
        self.read(name, self.folder / name, table.schema)

    def fetch(self, query: str) -> pa.Table:
        """See `Engine`."""
        table: pa.Table = self._session.sql(query).toArrow()
        return table

    def stop(self) -> None:
        """See `Engine`."""
        if not self._shared:
            self._session.stop()

    def _kept(self, name: str, frame: Any) -> pa.Schema:
        """Write a frame as a table and read it back."""
        from pyspark.sql.pandas.types import to_arrow_schema

        schema: pa.Schema = to_arrow_schema(frame.schema)
        self._fresh(name)
        frame.write.mode("overwrite").parquet(str(self.folder / name))
        self.read(name, self.folder / name, schema)
        return schema

    def _fresh(self, name: str) -> Path:
        """The folder of a table, empty."""
        folder = self.folder / name
        rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


def _spark_schema(schema: pa.Schema) -> Any:
    from pyspark.sql.pandas.types import from_arrow_schema

    return from_arrow_schema(schema)
