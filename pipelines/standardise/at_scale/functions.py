"""What runs where the rows are: the mentions of tasks, by the code of one machine.

A task whose mark is there was done before the run was killed; it is not done again.

Belongs here: reading a task's rows and writing its files. Does not: what a mention is (`pipelines.standardise.mentions`).
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from threading import BoundedSemaphore

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.engine.files import file_of, write_file
from pipelines.standardise.at_scale.context import TaskContext
from pipelines.standardise.at_scale.pieces import Task
from pipelines.standardise.value_cache import ValueCache
from warehouse.model import Home

DONE = "done"
"""The stage of a task's mark."""

_ROOM = BoundedSemaphore(os.cpu_count() or 1)
"""An engine may begin all its tasks in one process at once; they go on as there are cores, for each holds its rows."""


@dataclass(frozen=True)
class MentionsOfTasks:
    """Writes the mentions of tasks: a file a platform and kind that has any, with the number of the task.

    Attributes:
        tasks: all there are.
        context: what is known of the city.
        home: its current rows are read, and what is remembered of values; that is written too.
        folder: where files are written, see `file_of`.
    """

    tasks: tuple[Task, ...]
    context: TaskContext
    home: Home
    folder: Path

    schema = pa.schema([("task", pa.int64())])

    def __call__(self, rows: pa.Table) -> pa.Table:
        """The tasks that were done."""
        tasks = rows["task"].to_pylist()
        for task in tasks:
            if not file_of(self.folder, DONE, task).exists():
                with _ROOM:
                    self._write(task)
        return pa.table([tasks], schema=self.schema)

    def _write(self, task: int) -> None:
        context, model = self.context, self.home.data_model
        pieces = {piece.platform: piece for piece in self.tasks[task]}
        value_cache = ValueCache(
            self.home.value_cache, context.code, batch=str(context.batch + task), read=self._batches(task)
        )

        def current(platform: str, dataset: str) -> pa.Table:
            piece = pieces[platform]
            return rows_between(self.home.current(platform, dataset), piece.start, piece.rows)

        own = {name: piece.of(context.platforms[name]) for name, piece in pieces.items()}
        for platform, kind, part in context.parts(model, own, current, value_cache):
            if part.num_rows:
                write_file(self.folder, f"{platform}/{kind}", task, model.mention(kind).conform(part))
        value_cache.write()
        write_file(self.folder, DONE, task, pa.table([[task]], schema=self.schema))

    def _batches(self, task: int) -> set[str]:
        """The batches in which the values of a task lie most likely: a piece says what the piece in its place said before.

        So a task reads about its own values, however many a city has.
        """
        read: set[str] = set()
        for piece in self.tasks[task]:
            former = self.context.former.get(piece.platform, [])
            own = [n for n, other in enumerate(self.tasks) if any(p.platform == piece.platform for p in other)]
            place = own.index(task)
            read.update(former if len(own) == 1 or len(former) == 1 else former[place : place + 1])
        return read


def rows_between(path: Path, start: int, count: int | None) -> pa.Table:
    """Some rows of a Parquet file; of its groups only those are read that hold them."""
    if count is None:
        return pq.read_table(path)
    with pq.ParquetFile(path) as file:
        groups, before, first = [], 0, 0
        for number in range(file.num_row_groups):
            rows = file.metadata.row_group(number).num_rows
            if before + rows <= start:
                first += rows
            elif before < start + count:
                groups.append(number)
            before += rows
        return file.read_row_groups(groups).slice(start - first, count)
