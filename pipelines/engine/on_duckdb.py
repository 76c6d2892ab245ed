"""DuckDB on this machine: what does not fit into memory is spilled, functions run on some threads.

Belongs here: the interface on DuckDB. Does not: the interface (`interface`).
"""

from __future__ import annotations

import os
from collections.abc import Callable, Iterable, Iterator
from pathlib import Path
from queue import Queue
from shutil import rmtree
from threading import Thread
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.engine.batches import ROWS, Batched, Single, whole_groups
from pipelines.engine.interface import Function
from warehouse.model.session import connect
from warehouse.model.sql import identifier, parquet


class DuckDBEngine:
    """The interface on DuckDB.

    Args:
        folder: where tables are written.
        threads: threads to use; the cores of the machine by default.
        memory: most memory of DuckDB, such as `4GB`; its default if not given. What functions hold comes on top.
        rows: about so many rows are given to a function at a time.
    """

    def __init__(
        self, folder: Path, *, threads: int | None = None, memory: str | None = None, rows: int = ROWS
    ) -> None:
        self.folder, self._rows = folder, rows
        self._threads = threads or os.cpu_count() or 1
        folder.mkdir(parents=True, exist_ok=True)
        settings: dict[str, Any] = {"memory_limit": memory} if memory else {}
        self._con = connect(
            threads=self._threads, temp_directory=str(folder / "spill"), preserve_insertion_order=False, **settings
        )

    def read(self, name: str, path: Path, schema: pa.Schema | None = None) -> None:
        """See `Engine`."""
        files = [path] if path.is_file() else sorted(path.glob("*.parquet"))
        if not files and schema is not None:
            path.mkdir(parents=True, exist_ok=True)
            files = [path / "part-0.parquet"]
            pq.write_table(schema.empty_table(), files[0])
        self._con.execute(f"create or replace view {identifier(name)} as from {parquet(files)}")

    def sql(self, name: str, query: str) -> pa.Schema:
        """See `Engine`."""
        cursor = self._con.cursor()
        schema = cursor.sql(f"from ({query}) limit 0").to_arrow_table().schema
        target = str(self._fresh(name) / "part-0.parquet").replace("'", "''")
        cursor.execute(f"copy ({query}) to '{target}' (format parquet, compression zstd)")
        self.read(name, self.folder / name)
        return schema

    def map(
        self, name: str, source: str, function: Function, together: str | None = None, *, singly: bool = False
    ) -> None:
        """See `Engine`."""
        batched = Single(function) if singly else Batched(function, self._rows)
        order = f" order by {identifier(together)}" if together else ""
        relation = source if source.startswith("(") else identifier(source)
        reader = self._con.cursor().sql(f"from {relation}{order}").to_arrow_reader(min(self._rows, ROWS))
        tables = whole_groups(reader, together, self._rows) if together else batched.gathered(reader)
        folder = self._fresh(name)

        def work(part: int, given: Iterator[pa.Table]) -> None:
            with pq.ParquetWriter(folder / f"part-{part}.parquet", function.schema, compression="zstd") as file:
                for table in given:
                    for batch in batched.given(table):
                        file.write_batch(batch)

        _shared_out(tables, work, self._threads)
        self.read(name, folder)

    def write(self, name: str, table: pa.Table) -> None:
        """See `Engine`."""
        pq.write_table(table, self._fresh(name) / "part-0.parquet")
        self.read(name, self.folder / name)

    def fetch(self, query: str) -> pa.Table:
        """See `Engine`."""
        return self._con.cursor().sql(query).to_arrow_table()

    def stop(self) -> None:
        """See `Engine`."""
        self._con.close()
        rmtree(self.folder / "spill", ignore_errors=True)

    def _fresh(self, name: str) -> Path:
        """The folder of a table, empty."""
        folder = self.folder / name
        rmtree(folder, ignore_errors=True)
        folder.mkdir(parents=True)
        return folder


def _shared_out(items: Iterable[Any], work: Callable[[int, Iterator[Any]], None], threads: int) -> None:
    """Share items out among threads as they come, a few waiting at a time; the first error of a thread is raised."""
    queue: Queue[Any] = Queue(threads)
    errors: list[BaseException] = []
    served = [False] * threads

    def given(part: int) -> Iterator[Any]:
        while (item := queue.get()) is not None:
            yield item
        served[part] = True

    def guarded(part: int) -> None:
        items = given(part)
        try:
            work(part, items)
        except BaseException as error:  # raised again where all threads end
            errors.append(error)
            while not served[part]:  # nobody is to wait for room in the queue
                served[part] = queue.get() is None

    workers = [Thread(target=guarded, args=(part,)) for part in range(threads)]
    for worker in workers:
        worker.start()
    try:
        for item in items:
            if errors:
                break
            queue.put(item)
    finally:
        for _ in workers:
            queue.put(None)
        for worker in workers:
            worker.join()
    if errors:
        raise errors[0]
