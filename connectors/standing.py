"""Which deliveries of a dataset hold now, and in which order its deliveries replaced each other.

Belongs here: asking both of the manifest. Does not: which deliveries are held back (`connectors.holding`), or any row.
"""

from __future__ import annotations

from functools import cache

import duckdb
import pyarrow as pa

from connectors.spec import Platform
from warehouse.model.session import connect
from warehouse.model.sql import statement


@cache
def database() -> duckdb.DuckDBPyConnection:
    """An empty database whose cursors all calls share: to open one takes longer than to read most datasets.

    It outlives the call, so it must not keep in memory what it read.
    """
    return connect(enable_external_file_cache="false")


def deliveries_at_stake(platform: Platform, dataset: str, lines: pa.Table) -> pa.Table:
    """Deliveries that may hold rows, with a rank: a higher one wins. Snapshot: only those that hold, all of rank 0.

    Args:
        platform: owner of the dataset.
        dataset: its name.
        lines: `connectors.holding.delivery_states` of the platform.
    """
    return _asked("deliveries", platform, dataset, lines)


def deliveries_in_order(platform: Platform, dataset: str, lines: pa.Table) -> pa.Table:
    """All deliveries that ever stood: `delivery_id, delivered_on, scope, step`, ordered by step. Arguments as of `deliveries_at_stake`."""
    return _asked("history", platform, dataset, lines)


def _asked(what: str, platform: Platform, dataset: str, lines: pa.Table) -> pa.Table:
    with database().cursor() as connection:
        connection.register("manifest", lines)
        query = statement("connectors", f"{what}_of_a_{platform.delivery.semantics}")
        return connection.sql(query, params={"dataset": dataset}).to_arrow_table()
