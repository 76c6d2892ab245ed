"""What links a release to its sources, on an engine: the entity of every mention, and why two mentions were linked or queued.

Belongs here: joining mentions, entities and judged pairs. Does not: which pairs there are (`matching.store`).
"""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import numpy as np
import pyarrow as pa

from pipelines.engine import OnEngine, Tables, work
from pipelines.engine.files import files_together, put_together
from pipelines.matching.store.stored_match import PairTables
from pipelines.resolution.at_scale.dealing import (
    BUCKET,
    buckets_of,
    listed,
    make_members,
    read,
)
from pipelines.resolution.at_scale.functions import RowsOfBuckets
from pipelines.resolution.at_scale.statements import query
from warehouse.model import Home
from warehouse.model.evidence import MATCH
from warehouse.model.link import ENTITY, MENTION


def write_link_mention(run: OnEngine, home: Home, *, bucket: int = BUCKET) -> int:
    """Write `link/mention` from the mentions and entities of all kinds, on an engine; return the row count.

    Args:
        run: where; the home lies there under the same path.
        home: with mentions and entities of all kinds.
        bucket: mentions worked on at a time, about; the outcome does not depend on it.
    """
    with work(run) as (tables, folder):
        parts = (
            table for kind in sorted(home.data_model.kinds) for table in _links(tables, home, kind, folder, bucket)
        )
        return put_together(home.stage("link", "mention"), MENTION, parts)


def _links(tables: Tables, home: Home, kind: str, folder: Path, bucket: int) -> Iterator[pa.Table]:
    contract = home.data_model.mention(kind)
    read(tables, home, f"{kind}_mention", "mention", kind, contract)
    make_members(tables, home, kind, bucket)
    columns = ("mention_id", *(c for c in MENTION.names if c in contract.names))
    rows = (
        f"(select s.bucket, s.entity_id, s.match_probability, {listed('m', columns)} from {kind}_mention as m "
        f"join member_{kind} as s on s.mention_id = m.mention_id)"
    )
    function = RowsOfBuckets(kind, MENTION, ("entity_id", "mention_id"), folder)
    tables.map(f"made_{kind}", rows, function, together="bucket")
    yield from files_together(folder, kind, buckets_of(tables, f"made_{kind}"))


def write_match(run: OnEngine, home: Home, kind: str, pairs: PairTables, *, bucket: int = BUCKET) -> int:
    """Write `match/<kind>` from pairs, mentions and entities, on an engine; return the row count.

    Args:
        run: where; the home lies there under the same path.
        home: with mentions and entities of the kind.
        kind: its name.
        pairs: of its mentions, ordered by ids.
        bucket: pairs worked on at a time, about; the outcome does not depend on it.
    """
    with work(run) as (tables, folder):
        read(tables, home, "delivered", "mention", kind, home.data_model.mention(kind))
        read(tables, home, f"{kind}_entity", "entity", kind, ENTITY)
        tables.write("judged_pair", _dealt(pairs.pairs, bucket))
        tables.write("pattern", pairs.patterns)
        tables.sql(f"known_pair_{kind}", query("known_pair", kind=kind))
        function = RowsOfBuckets(kind, MATCH, ("left_id", "right_id"), folder)
        tables.map("made", f"known_pair_{kind}", function, together="bucket")
        buckets = buckets_of(tables, "made")
        return put_together(home.stage("match", kind), MATCH, files_together(folder, kind, buckets))


def _dealt(pairs: pa.Table, size: int) -> pa.Table:
    """Pairs in buckets of about so many, in the order of their ids; those of one left mention lie together."""
    left = pairs["left_id"].to_numpy()
    first = np.searchsorted(left, left)
    outcome = pairs["outcome"].cast(pa.string())
    return pairs.set_column(pairs.column_names.index("outcome"), "outcome", outcome).append_column(
        "bucket", pa.array((first // size).astype(np.int64))
    )
