"""The rows of a file as the readers see them, column by column.

Belongs here: counting what is filled and distinct. Does not: what the values mean (`guess`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from dataclasses import dataclass, field
from itertools import islice, pairwise
from pathlib import Path

import pyarrow as pa

from connectors.describe.table import Layout, TableLayout
from connectors.reading import read
from connectors.rows import ROW_NUMBER
from connectors.spec import Platform

BATCHES = 5
"""Batches of 20,000 rows looked at, all tables together per table."""


@dataclass(frozen=True)
class Column:
    """One column.

    Attributes:
        name: as it lands.
        title: what is written over it.
        rows: rows looked at.
        counts: value → how often it stands.
        running: whether it counts the rows: 1, 2, 3 …
    """

    name: str
    title: str
    rows: int
    counts: Mapping[str, int] = field(default_factory=dict)
    running: bool = False

    @property
    def filled(self) -> int:
        """Rows whose cell is filled."""
        return sum(self.counts.values())

    @property
    def is_unique(self) -> bool:
        """Whether every row has a value of its own."""
        return self.rows > 0 and len(self.counts) == self.rows == self.filled

    def values(self, most: int = 500) -> list[str]:
        """Distinct values, in order of appearance."""
        return [*islice(self.counts, most)]


@dataclass(frozen=True)
class Sample:
    """One table of rows: its sheet, how many rows were looked at, and its columns."""

    sheet: str | None
    rows: int
    columns: tuple[Column, ...]


def read_sample(path: Path, layout: Layout) -> list[Sample]:
    """Read the first rows of every table with the readers that land deliveries.

    Raises:
        DeliveryRejected: the file can't be read.
    """
    return [_sample(path, layout, table) for table in layout.tables]


def _sample(path: Path, layout: Layout, table: TableLayout) -> Sample:
    tables: list[pa.Table] = []
    for batch in islice(read(path, _platform(layout, table)), BATCHES):
        tables.append(pa.Table.from_batches([batch.rows]))
    rows = pa.concat_tables(tables, promote_options="default") if tables else pa.table({ROW_NUMBER: []})
    columns = tuple(_column(rows, name, table.titles.get(name, name)) for name in table.headings)
    return Sample(table.sheet, rows.num_rows, columns)


def _column(rows: pa.Table, name: str, title: str) -> Column:
    if name not in rows.column_names:
        return Column(name, title, rows.num_rows)
    cells = rows.column(name).to_pylist()
    counts = Counter(cell for cell in cells if cell and cell.strip())
    return Column(name, title, rows.num_rows, counts, _runs([cell for cell in cells if cell]))


def _runs(cells: list[str]) -> bool:
    """Whether cells count from 1 upwards; a number may be left out where a row was sent back."""
    if len(cells) < 2 or not all(cell.isdecimal() and len(cell) < 9 for cell in cells):
        return False
    numbers = [*map(int, cells)]
    return all(a < b for a, b in pairwise(numbers)) and numbers[0] <= 2 and numbers[-1] <= 1.1 * len(numbers) + 2


def _platform(layout: Layout, table: TableLayout) -> Platform:
    """A description just good enough for the readers: every column is optional and means nothing yet."""
    label = {"zh": "-", "en": "-"}
    columns = {name: {"en": "-", "optional": True} for name in table.headings}
    dataset = {"name": "-", "title": label, "columns": columns} | ({"sheet": table.sheet} if table.sheet else {})
    return Platform.model_validate(
        {
            "platform": "look",
            "title": label,
            "department": {"code": "look", **label},
            "cadence": "daily",
            "sharing": "none",
            "files": "-",
            "format": layout.format,
            "delivery": {"semantics": "snapshot"},
            "datasets": [dataset],
        }
    )
