"""The silo picture: what every two platforms both know, what one of them knows alone, and where they disagree.

Belongs here: counting. Does not: drawing (`quality.overlap_chart`).
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from quality.stage_views import counts_of, register_or_count, show_stages
from warehouse.model import Home
from warehouse.model.evidence import CONFLICT
from warehouse.model.link import MENTION
from warehouse.model.quality import OVERLAP
from warehouse.model.session import connect
from warehouse.model.sql import statement

CIRCLE = pa.schema([("entity_kind", pa.string()), ("platforms", pa.list_(pa.string())), ("entities", pa.int64())])
"""Entities by the set of platforms that know them."""

RIVALRY = pa.schema(
    [
        *((name, pa.string()) for name in ("entity_kind", "left_platform", "right_platform", "attribute")),
        ("entities", pa.int64()),
    ]
)
"""Entities two platforms disagree on, by attribute; '' for any."""


def circles(mentions: pa.Table) -> pa.Table:
    """Count whole entities by the platforms that know them; counts of some entities and of the others add up."""
    return counts_of("circle", CIRCLE, {"mention": mentions})


def rivalries(conflicts: pa.Table) -> pa.Table:
    """Count whole entities by who disagrees on them; counts of some entities and of the others add up."""
    return counts_of("rivalry", RIVALRY, {"conflict": conflicts})


def overlap(home: Home, threads: int | None = None, counts: Mapping[str, pa.Table] | None = None) -> pa.Table:
    """Count the entities every two platforms share.

    Args:
        home: its stage files `link/mention` and `conflict/<kind>` are read.
        threads: DuckDB threads; DuckDB's default if not given.
        counts: `circle` and `rivalry`, where entities were counted elsewhere, some at a time; no stage file is then read.

    Returns:
        `quality.overlap`, ordered by its key: a row for every two platforms that know entities of the same kind, also
        where they share none.
    """
    with connect(threads=threads) as con:
        if counts is None:
            show_stages(
                con,
                {
                    "mention": (MENTION, [home.stage("link", "mention")]),
                    "conflict": (CONFLICT, [home.stage("conflict", kind) for kind in home.data_model.kinds]),
                },
            )
        register_or_count(con, ("circle", "rivalry"), counts)
        return OVERLAP.conform(con.sql(statement("quality", "overlap")).to_arrow_table())
