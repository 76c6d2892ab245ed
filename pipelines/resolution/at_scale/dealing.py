"""Dealing out the entities of a kind: which bucket each lies in, and the stage files that are put together from all buckets.

Belongs here: reading stage files into an engine, buckets, and the way back. Does not: what is done with a bucket.
"""

from __future__ import annotations

import uuid
from collections.abc import Iterable, Iterator
from contextlib import contextmanager
from pathlib import Path
from shutil import rmtree

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.engine import OnEngine, Tables, open_engine
from pipelines.resolution.at_scale.statements import query
from pipelines.resolution.session import parquet_writer
from warehouse.model import Home
from warehouse.model.link import ENTITY
from warehouse.model.table import Table

BUCKET = 100_000
"""Mentions of a bucket, about; a worker holds some ten claims of each."""


def read(tables: Tables, home: Home, name: str, stage: str, kind: str, contract: Table) -> None:
    """Name a stage file; one that is not there is an empty table."""
    path = home.stage(stage, kind)
    if path.exists():
        tables.read(name, path.resolve())
    else:
        tables.write(name, contract.empty())


def make_members(tables: Tables, home: Home, kind: str, size: int) -> None:
    """The table `member_<kind>`: the entity and the bucket of every mention.

    Ids are dealt out in order, by how they begin, so that a bucket has about so many mentions.
    """
    read(tables, home, f"{kind}_entity", "entity", kind, ENTITY)
    heads = tables.fetch(query("head", kind=kind))
    mentions = heads["mentions"].to_numpy()
    bucket = ((np.cumsum(mentions) - mentions) // size).astype(np.int64)
    tables.write(f"bucket_{kind}", pa.table({"head": heads["head"], "bucket": bucket}))
    tables.sql(f"member_{kind}", query("member", kind=kind))


@contextmanager
def work(run: OnEngine) -> Iterator[tuple[Tables, Path]]:
    """Tables of a piece of work on its engine, and the folder its buckets are written to; both are gone once it is done.

    Where the work fails its folder stays: the next run goes on from the last table.
    """
    engine = open_engine(run.url, run.folder / "table")
    try:
        yield Tables(engine, run.stamp), run.folder.resolve() / "bucket"
    finally:
        engine.stop()
    rmtree(run.folder, ignore_errors=True)


def buckets_of(tables: Tables, written: str) -> list[int]:
    """The buckets that a table of the engine says were written, in order."""
    return list(tables.fetch(f"select bucket from {written} order by bucket")["bucket"].to_pylist())


def listed(alias: str, columns: Iterable[str]) -> str:
    """Columns of a table under its alias."""
    return ", ".join(f"{alias}.{column}" for column in columns)


def file_of(folder: Path, stage: str, bucket: int) -> Path:
    """The file of a stage of a bucket."""
    return folder / stage / f"{bucket}.parquet"


def write_file(folder: Path, stage: str, bucket: int, table: pa.Table) -> None:
    """Write what a stage has of a bucket, where the driver reads it; an engine may do so twice at once."""
    path = file_of(folder, stage, bucket)
    path.parent.mkdir(parents=True, exist_ok=True)
    aside = path.with_name(f".{bucket}-{uuid.uuid4().hex}.writing")
    pq.write_table(table, aside, compression="zstd", compression_level=1)
    aside.replace(path)


def files_together(folder: Path, stage: str, buckets: Iterable[int]) -> Iterator[pa.Table]:
    """The rows of a stage, bucket by bucket."""
    for bucket in buckets:
        with pq.ParquetFile(file_of(folder, stage, bucket)) as file:
            for number in range(file.num_row_groups):
                yield file.read_row_group(number)


def put_together(path: Path, contract: Table, tables: Iterable[pa.Table]) -> int:
    """Write a stage file from its parts in their order; return the row count."""
    rows = 0
    with parquet_writer(path, contract) as writer:
        for table in tables:
            writer.write_table(contract.conform(table))
            rows += table.num_rows
    return rows
