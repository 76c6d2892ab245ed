"""The silo picture: what every two platforms both know, what one of them knows alone, and where they disagree.

Belongs here: counting. Does not: drawing (`quality.overlap_chart`).
"""

from __future__ import annotations

import pyarrow as pa

from quality.stage_views import show_stages
from warehouse.model import Home
from warehouse.model.evidence import CONFLICT
from warehouse.model.link import MENTION
from warehouse.model.quality import OVERLAP
from warehouse.model.session import connect
from warehouse.model.sql import statement


def overlap(home: Home, threads: int | None = None) -> pa.Table:
    """Count the entities every two platforms share.

    Args:
        home: its stage files `link/mention` and `conflict/<kind>` are read.
        threads: DuckDB threads; DuckDB's default if not given.

    Returns:
        `quality.overlap`, ordered by its key: a row for every two platforms that know entities of the same kind, also
        where they share none.
    """
    with connect(threads=threads) as con:
        show_stages(
            con,
            {
                "mention": (MENTION, [home.stage("link", "mention")]),
                "conflict": (CONFLICT, [home.stage("conflict", kind) for kind in home.data_model.kinds]),
            },
        )
        sql = statement("quality", "overlap")
        return OVERLAP.conform(con.sql(sql).to_arrow_table())
