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


def deal(tables: Tables, kind: str, entities: str, size: int) -> None:
    """The table `bucket_<kind>`: by the head of an id the bucket of its entity.

    Ids are dealt out in order, by how they begin, so that a bucket has about so many mentions. `entities` is a table or a query in brackets
    with the `entity_id` of every mention of the kind.
    """
    heads = tables.fetch(query("head", entities=entities))
    mentions = heads["mentions"].to_numpy()
    bucket = ((np.cumsum(mentions) - mentions) // size).astype(np.int64)
    tables.write(f"bucket_{kind}", pa.table({"head": heads["head"], "bucket": bucket}))


def make_members(tables: Tables, home: Home, kind: str, size: int) -> None:
    """Deal out the entities of a kind, and the table `member_<kind>`: the entity and the bucket of every mention."""
    read(tables, home, f"{kind}_entity", "entity", kind, ENTITY)
    deal(tables, kind, f"{kind}_entity", size)
    tables.sql(f"member_{kind}", query("member", kind=kind))


def buckets_of(tables: Tables, written: str) -> list[int]:
    """The buckets that a table of the engine says were written, in order."""
    return list(tables.fetch(f"select bucket from {written} order by bucket")["bucket"].to_pylist())


def listed(alias: str, columns: Iterable[str]) -> str:
    """Columns of a table under its alias."""
    return ", ".join(f"{alias}.{column}" for column in columns)
