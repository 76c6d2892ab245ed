"""Files that workers write where the driver reads them: one a stage and a number, whole or not there.

Belongs here: their names, writing one, and putting them together. Does not: what they hold.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.model.table import Table, parquet_writer


def file_of(folder: Path, stage: str, number: int) -> Path:
    """The file of a stage with a number."""
    return folder / stage / f"{number}.parquet"


def write_file(folder: Path, stage: str, number: int, table: pa.Table) -> None:
    """Write what a stage has under a number, where the driver reads it; an engine may do so twice at once."""
    path = file_of(folder, stage, number)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{number}-{uuid.uuid4().hex}.writing")
    pq.write_table(table, aside, compression="zstd", compression_level=1)
    aside.replace(path)


def row_count(path: Path) -> int:
    """Rows of a file; none where there is no file."""
    return int(pq.read_metadata(path).num_rows) if path.exists() else 0


def row_groups(path: Path) -> Iterator[pa.Table]:
    """The rows of a file, a row group at a time; none where there is no file."""
    if path.exists():
        with pq.ParquetFile(path) as file:
            for group in range(file.num_row_groups):
                yield file.read_row_group(group)


def files_together(folder: Path, stage: str, numbers: Iterable[int]) -> Iterator[pa.Table]:
    """The rows of a stage in the order of the numbers, a row group at a time."""
    for number in numbers:
        yield from row_groups(file_of(folder, stage, number))


def put_together(path: Path, contract: Table, tables: Iterable[pa.Table]) -> int:
    """Write a stage file from its parts in their order; return the row count."""
    rows = 0
    with parquet_writer(path, contract) as writer:
        for table in tables:
            writer.write_table(contract.conform(table))
            rows += table.num_rows
    return rows
