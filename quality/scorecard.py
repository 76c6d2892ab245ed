"""The scorecard: how good what each platform claims is, per attribute and month, in the dimensions of GB/T 36344.

Belongs here: measuring. Does not: the formulas in words (`docs/quality.md`), or what is checked (`quality.suites`).
"""

from __future__ import annotations

import pyarrow as pa

from quality.stage_views import delivery_files, show_stages
from warehouse.model import Home
from warehouse.model.catalogue import PLATFORM
from warehouse.model.evidence import ATTRIBUTE, RELIABILITY
from warehouse.model.landing import DELIVERY
from warehouse.model.link import MENTION
from warehouse.model.macros import create_cadence_macro
from warehouse.model.quality import RECONCILIATION, SCORECARD
from warehouse.model.session import connect
from warehouse.model.sql import statement


def scorecard(home: Home, threads: int | None = None) -> pa.Table:
    """Measure the claims of every platform.

    Args:
        home: its stage files `attribute/<kind>`, `reliability/<kind>`, `link/mention`, `quality/reconciliation`, `catalogue/platform`
            and its manifest are read; age
            is counted back from the newest delivery in it, never from today.
        threads: DuckDB threads; DuckDB's default if not given. The table is the same whatever their number.

    Returns:
        `quality.scorecard`, ordered by its key. A dimension that can't be measured (nobody else claims the attribute) is
        null and no part of the score. Counts stand beside the shares, so that sums over months and platforms can be
        made from them.
    """
    with connect(threads=threads) as con:
        show_stages(
            con,
            {
                "attribute": (ATTRIBUTE, [home.stage("attribute", kind) for kind in home.data_model.kinds]),
                "reliability": (RELIABILITY, [home.stage("reliability", kind) for kind in home.data_model.kinds]),
                "platform": (PLATFORM, [home.stage("catalogue", "platform")]),
                "mention": (MENTION, [home.stage("link", "mention")]),
                "reconciliation": (RECONCILIATION, [home.stage("quality", "reconciliation")]),
                "delivery": (DELIVERY, delivery_files(home)),
            },
        )
        create_cadence_macro(con)
        sql = statement("quality", "scorecard")
        return SCORECARD.conform(con.sql(sql).to_arrow_table())
