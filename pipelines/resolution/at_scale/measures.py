"""What the scorecard and the overlap of platforms count, on an engine: bucket by bucket, for counts of some entities and of the others add up.

Belongs here: which rows are counted where. Does not: what is counted, or what becomes of it (`quality`).
"""

from __future__ import annotations

from collections.abc import Sequence
from functools import partial

import pyarrow as pa

from pipelines.engine import OnEngine, Tables, work
from pipelines.resolution.at_scale.dealing import BUCKET, deal, listed, read
from pipelines.resolution.at_scale.functions import CountsOfBuckets
from quality.overlap import CIRCLE, RIVALRY, circles, rivalries
from quality.scorecard import CLAIM_COUNT, claim_counts, newest_day
from warehouse.model import Home
from warehouse.model.evidence import ATTRIBUTE, CONFLICT
from warehouse.model.sql import statement

CLAIM = (
    *("entity_kind", "entity_id", "attribute", "value", "is_valid", "is_golden", "comparison", "claimed_on"),
    *("platform", "department"),
)
"""What counting claims reads of them."""


def count_claims(run: OnEngine, home: Home, *, bucket: int = BUCKET) -> dict[str, pa.Table]:
    """The counts `quality.scorecard` is made of, on an engine.

    Args:
        run: where; the home lies there under the same path.
        home: with claims of all kinds, and `link/mention`.
        bucket: mentions counted at a time, about; the outcome does not depend on it.

    Returns:
        `claim_count`, `claim_place`, `mention_count`, to be added up.
    """
    counted = CountsOfBuckets(partial(claim_counts, newest=newest_day(home)), CLAIM_COUNT)
    with work(run) as (tables, _):
        tables.read("mention", home.stage("link", "mention").resolve())
        for kind in home.data_model.kinds:
            read(tables, home, f"{kind}_attribute", "attribute", kind, ATTRIBUTE)
            deal(tables, kind, _mentions(kind), bucket)
            tables.map(f"claim_{kind}", _of_buckets(f"{kind}_attribute", kind, CLAIM), counted, together="bucket")
            tables.sql(
                f"place_{kind}",
                f"with attribute as (select * from {kind}_attribute) {statement('quality', 'claim_place')}",
            )
        tables.sql("mention_count", statement("quality", "mention_count"))
        return {
            "claim_count": _of_all_kinds(tables, home, "claim"),
            "claim_place": _of_all_kinds(tables, home, "place"),
            "mention_count": tables.fetch("select * from mention_count"),
        }


def count_overlap(run: OnEngine, home: Home, *, bucket: int = BUCKET) -> dict[str, pa.Table]:
    """The counts `quality.overlap` is made of, on an engine.

    Args:
        run: where; the home lies there under the same path.
        home: with conflicts of all kinds, and `link/mention`.
        bucket: mentions counted at a time, about; the outcome does not depend on it.

    Returns:
        `circle` and `rivalry`, to be added up.
    """
    with work(run) as (tables, _):
        tables.read("mention", home.stage("link", "mention").resolve())
        for kind in home.data_model.kinds:
            read(tables, home, f"{kind}_conflict", "conflict", kind, CONFLICT)
            deal(tables, kind, _mentions(kind), bucket)
            known = _of_buckets("mention", kind, ("entity_kind", "entity_id", "platform"))
            rivals = _of_buckets(
                f"{kind}_conflict", kind, ("entity_kind", "entity_id", "attribute", "value", "platforms")
            )
            tables.map(f"circle_{kind}", known, CountsOfBuckets(circles, CIRCLE), together="bucket")
            tables.map(f"rivalry_{kind}", rivals, CountsOfBuckets(rivalries, RIVALRY), together="bucket")
        return {name: _of_all_kinds(tables, home, name) for name in ("circle", "rivalry")}


def _mentions(kind: str) -> str:
    """The mentions of a kind."""
    return f"(select entity_id from mention where entity_kind = '{kind}')"


def _of_buckets(table: str, kind: str, columns: Sequence[str]) -> str:
    """Rows that speak of entities of a kind, with the bucket of each."""
    return (
        f"(select b.bucket, {listed('r', columns)} from {table} as r "
        f"join bucket_{kind} as b on b.head = substr(r.entity_id, 1, 4) where r.entity_kind = '{kind}')"
    )


def _of_all_kinds(tables: Tables, home: Home, name: str) -> pa.Table:
    """The rows of a table of every kind."""
    return pa.concat_tables([tables.fetch(f"select * from {name}_{kind}") for kind in home.data_model.kinds])
