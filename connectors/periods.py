"""From when to when every landed row held: the story of a dataset's rows over all deliveries that stood.

Belongs here: rows. Does not: which mentions they yield, or whom those name (`pipelines.resolution.validity`).

A row holds from the date of the delivery it first came with to the date of the one that replaced it, dates included on the
left alone. What follows depends on the deliveries and not on the order they came in. A file that another one of the same
name and date replaced never held; neither did what is held back or refused.
"""

from __future__ import annotations

import hashlib

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.holding import delivery_states
from connectors.spec import Platform
from warehouse.model.home import Home
from warehouse.model.landing import ROW_PERIOD
from warehouse.model.session import connect
from warehouse.model.sql import statement

MARK = b"deliveries"
"""Key of the Parquet metadata that says which deliveries a table of periods was made from."""


def write_row_periods(platform: Platform, dataset: str, home: Home) -> int:
    """Write the periods of one dataset's rows to `row_period/<platform>.<dataset>`, unless nothing changed; return the rows."""
    path = home.row_periods(platform.platform, dataset)
    with connect() as connection:
        deliveries = _deliveries(connection, platform, dataset, home)
        texts = (
            statement("connectors", f"changes_of_a_{platform.delivery.semantics}"),
            statement("connectors", "row_periods"),
        )
        mark = hashlib.sha256(repr((texts, deliveries.to_pylist())).encode()).hexdigest().encode()
        if path.exists() and (pq.read_schema(path).metadata or {}).get(MARK) == mark:
            return int(pq.read_metadata(path).num_rows)
        return ROW_PERIOD.write(_periods(connection, platform, dataset, home, deliveries), path, metadata={MARK: mark})


def row_periods(platform: Platform, dataset: str, home: Home) -> pa.Table:
    """The periods of one dataset's rows: `ROW_PERIOD`, ordered by row_key, repeat, time."""
    with connect() as connection:
        deliveries = _deliveries(connection, platform, dataset, home)
        return _periods(connection, platform, dataset, home, deliveries)


def _deliveries(connection: duckdb.DuckDBPyConnection, platform: Platform, dataset: str, home: Home) -> pa.Table:
    connection.register("manifest", delivery_states(platform, home))
    query = statement("connectors", f"history_of_a_{platform.delivery.semantics}")
    return connection.sql(query, params={"dataset": dataset}).to_arrow_table()


def _periods(
    connection: duckdb.DuckDBPyConnection, platform: Platform, dataset: str, home: Home, deliveries: pa.Table
) -> pa.Table:
    paths = [str(home.rows(platform.platform, i, dataset)) for i in deliveries["delivery_id"].to_pylist()]
    if not paths:
        return ROW_PERIOD.empty()
    connection.register("delivery", deliveries)
    connection.read_parquet(paths, union_by_name=True).project("delivery_id, row_key").create_view("landed")
    changes = statement("connectors", f"changes_of_a_{platform.delivery.semantics}")
    connection.execute(f"create temp table change as {changes}")
    return ROW_PERIOD.conform(connection.sql(statement("connectors", "row_periods")).to_arrow_table())
