"""Dealing out the entities of a kind: which bucket each lies in.

Belongs here: reading stage files into an engine, and buckets. Does not: what is done with a bucket.
"""

from __future__ import annotations

from collections.abc import Iterable

import numpy as np
import pyarrow as pa

from pipelines.engine import Tables
from pipelines.resolution.at_scale.statements import query
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


def buckets_of(tables: Tables, written: str) -> list[int]:
    """The buckets that a table of the engine says were written, in order."""
    return list(tables.fetch(f"select bucket from {written} order by bucket")["bucket"].to_pylist())


def listed(alias: str, columns: Iterable[str]) -> str:
    """Columns of a table under its alias."""
    return ", ".join(f"{alias}.{column}" for column in columns)
