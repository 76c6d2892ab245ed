"""The scorecard: how good what each platform claims is, per attribute and month, in the dimensions of GB/T 36344.

Belongs here: measuring. Does not: the formulas in words (`docs/quality.md`), or what is checked (`quality.suites`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping
from datetime import date

import duckdb
import pyarrow as pa

from quality.stage_views import counts_of, delivery_files, register_or_count, show_stages
from warehouse.model import Home
from warehouse.model.catalogue import PLATFORM
from warehouse.model.evidence import ATTRIBUTE, RELIABILITY
from warehouse.model.landing import DELIVERY
from warehouse.model.link import MENTION
from warehouse.model.macros import create_cadence_macro
from warehouse.model.quality import RECONCILIATION, SCORECARD
from warehouse.model.session import connect
from warehouse.model.sql import statement
from warehouse.model.stretches import gather, stretches

CLAIM_COUNT = pa.schema(
    [
        *((name, pa.string()) for name in ("platform", "department", "entity_kind", "attribute", "month")),
        *((name, pa.int64()) for name in ("claims", "standard_claims", "judged_claims", "golden_claims", "others")),
        *((name, pa.int64()) for name in ("others_agreeing", "compared_claims", "newest_claims", "days_behind")),
        ("age_sum", pa.int64()),
        ("ages", pa.int64()),
    ]
)
"""Counts of claims per platform, kind, attribute and month."""


def claim_counts(attribute: pa.Table, newest: date | None) -> pa.Table:
    """Count the claims about whole entities; counts of some entities and of the others add up.

    Args:
        attribute: claims, columns of `evidence.attribute`.
        newest: day of the newest delivery, see `newest_day`.

    Returns:
        A table `CLAIM_COUNT`.
    """
    day = pa.table({"day": pa.array([newest], pa.date32())})
    return counts_of("claim_count", CLAIM_COUNT, {"attribute": attribute, "newest": day})


def newest_day(home: Home) -> date | None:
    """The day of the newest delivery that was landed; None where there is none."""
    with connect() as con:
        show_stages(con, {"delivery": (DELIVERY, delivery_files(home))})
        day: date | None = con.sql(statement("quality", "newest")).fetchall()[0][0]
        return day


def scorecard(home: Home, threads: int | None = None, counts: Mapping[str, pa.Table] | None = None) -> pa.Table:
    """Measure the claims of every platform.

    Args:
        home: its stage files `attribute/<kind>`, `reliability/<kind>`, `link/mention`, `quality/reconciliation`, `catalogue/platform`
            and its manifest are read; age
            is counted back from the newest delivery in it, never from today.
        threads: DuckDB threads; DuckDB's default if not given. The table is the same whatever their number.
        counts: `claim_count`, `claim_place` and `mention_count`, where they were counted elsewhere, of some entities at a time; claims and
            mentions are then not read.

    Returns:
        `quality.scorecard`, ordered by its key. A dimension that can't be measured (nobody else claims the attribute) is
        null and no part of the score. Counts stand beside the shares, so that sums over months and platforms can be
        made from them.
    """
    with connect(threads=threads) as con:
        show_stages(
            con,
            {
                "reliability": (RELIABILITY, [home.stage("reliability", kind) for kind in home.data_model.kinds]),
                "platform": (PLATFORM, [home.stage("catalogue", "platform")]),
                "reconciliation": (RECONCILIATION, [home.stage("quality", "reconciliation")]),
                "delivery": (DELIVERY, delivery_files(home)),
            },
        )
        if counts is None:
            show_stages(
                con,
                {
                    "mention": (MENTION, [home.stage("link", "mention")]),
                },
            )
        con.execute(f"create temp table newest as {statement('quality', 'newest')}")
        if counts is None:
            _count_claims(con, home)
        register_or_count(con, ("mention_count",) if counts is None else tuple(counts), counts)
        create_cadence_macro(con)
        return SCORECARD.conform(con.sql(statement("quality", "scorecard")).to_arrow_table())


def _count_claims(con: duckdb.DuckDBPyConnection, home: Home) -> None:
    """Make `claim_count` and `claim_place`, kind by kind and stretch by stretch: counts add up, and voices of few are soon compared."""
    for kind in home.data_model.kinds:
        show_stages(con, {f"{kind}_claim": (ATTRIBUTE, [home.stage("attribute", kind)])})
    for name in ("claim_count", "claim_place"):
        text = statement("quality", name)
        gather(con, name, (text for _ in _claims_in_turn(con, home)))


def _claims_in_turn(con: duckdb.DuckDBPyConnection, home: Home) -> Iterator[None]:
    """View `attribute` has the claims of each stretch in turn."""
    for kind in home.data_model.kinds:
        for part in stretches(home.stage("attribute", kind)):
            con.execute(f"create or replace temp view attribute as from {kind}_claim where {part}")
            yield
