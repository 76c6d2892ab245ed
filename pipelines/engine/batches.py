"""A function of a table, fed by a stream of Arrow batches.

Belongs here: how many rows a function sees at a time, and which together. Does not: any function.
"""

from __future__ import annotations

from collections.abc import Iterable, Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.engine.interface import Function

ROWS = 1 << 18
"""Rows given to a function at a time: the more, the fewer distinct values are looked at twice."""


@dataclass(frozen=True)
class Batched:
    """A function over a stream of batches, as `mapInArrow` wants it.

    Attributes:
        function: of a table.
        rows: about so many are given at a time.
    """

    function: Function
    rows: int = ROWS

    def __call__(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.RecordBatch]:
        """What the function gives, in order of the batches."""
        for table in self.gathered(batches):
            yield from self.given(table)

    def given(self, table: pa.Table) -> list[pa.RecordBatch]:
        """What the function gives of one table, under its schema."""
        out = self.function(table)
        return out.select(self.function.schema.names).cast(self.function.schema).combine_chunks().to_batches()

    def gathered(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
        """Batches as tables of about so many rows."""
        waiting: list[pa.RecordBatch] = []
        size = 0
        for batch in batches:
            if batch.num_rows:
                waiting.append(batch)
                size += batch.num_rows
            if size >= self.rows:
                yield pa.Table.from_batches(waiting)
                waiting, size = [], 0
        if waiting:
            yield pa.Table.from_batches(waiting)


@dataclass(frozen=True)
class Whole(Batched):
    """The same, all rows of the stream at once."""

    def gathered(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
        """All batches as one table; none where there are no rows."""
        if waiting := [batch for batch in batches if batch.num_rows]:
            yield pa.Table.from_batches(waiting)


@dataclass(frozen=True)
class Single(Batched):
    """The same, every row by itself."""

    def gathered(self, batches: Iterable[pa.RecordBatch]) -> Iterator[pa.Table]:
        """A table a row."""
        for batch in batches:
            for row in range(batch.num_rows):
                yield pa.Table.from_batches([batch.slice(row, 1)])


def whole_groups(batches: Iterable[pa.RecordBatch], column: str, rows: int) -> Iterator[pa.Table]:
    """Batches in order of a column, gathered into tables of about so many rows that end where its value changes."""
    waiting: list[pa.RecordBatch] = []
    size = 0
    for batch in batches:
        if size + batch.num_rows < rows:
            waiting.append(batch)
            size += batch.num_rows
            continue
        table = pa.Table.from_batches([*waiting, batch])
        values = np.asarray(table.column(column))
        last = int(np.searchsorted(values, values[-1]))  # the last group may go on in the next batch
        if last:
            yield table.slice(0, last)
        waiting, size = table.slice(last).to_batches(), table.num_rows - last
    if size:
        yield pa.Table.from_batches(waiting)
