"""From when to when every landed row held: the story of a dataset's rows over all deliveries that stood.

Belongs here: rows. Does not: which mentions they yield, or whom those name (`pipelines.resolution.validity`).

A row holds from the date of the delivery it first came with to the date of the one that replaced it, dates included on the
left alone. What follows depends on the deliveries and not on the order they came in. A file that another one of the same
name and date replaced never held; neither did what is held back or refused.

Periods are carried on: a new delivery is laid over those there are, and only what it replaces is read beside it. Where one came
late, or does not stand any more, they are worked out from the first.
"""

from __future__ import annotations

import hashlib
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.holding import delivery_states
from connectors.spec import Platform
from connectors.standing import deliveries_in_order
from warehouse.model.home import Home
from warehouse.model.landing import ROW_PERIOD
from warehouse.model.session import connect
from warehouse.model.sql import statement

MARK = b"deliveries"
"""Key of the Parquet metadata that says which deliveries a table of periods was made from: how many, and a fingerprint."""


def write_row_periods(platform: Platform, dataset: str, home: Home) -> int:
    """Write the periods of one dataset's rows to `row_period/<platform>.<dataset>`, unless nothing changed; return the rows."""
    path = home.row_periods(platform.platform, dataset)
    deliveries = deliveries_in_order(platform, dataset, delivery_states(platform, home))
    known = _known(path, deliveries, platform)
    if path.exists() and known == deliveries.num_rows:
        return int(pq.read_metadata(path).num_rows)
    former = ROW_PERIOD.read(path) if known else ROW_PERIOD.empty()
    periods = _periods(platform, dataset, home, deliveries, known, former)
    return ROW_PERIOD.write(periods, path, metadata={MARK: _mark(deliveries, deliveries.num_rows, platform)})


def row_periods(platform: Platform, dataset: str, home: Home) -> pa.Table:
    """The periods of one dataset's rows: `ROW_PERIOD`, ordered by row_key, repeat, time; worked out from all deliveries."""
    deliveries = deliveries_in_order(platform, dataset, delivery_states(platform, home))
    return _periods(platform, dataset, home, deliveries, 0, ROW_PERIOD.empty())


def _mark(deliveries: pa.Table, count: int, platform: Platform) -> bytes:
    """What is written beside periods made of the first `count` deliveries."""
    texts = (
        statement("connectors", f"changes_of_a_{platform.delivery.semantics}"),
        statement("connectors", "row_periods"),
    )
    lines = deliveries.slice(0, count).to_pylist()
    return f"{count} {hashlib.sha256(repr((texts, lines)).encode()).hexdigest()}".encode()


def _known(path: Path, deliveries: pa.Table, platform: Platform) -> int:
    """How many deliveries the periods on disk were made of, the first of these, and no later one belongs to their last step; else 0."""
    try:
        mark = (pq.read_schema(path).metadata or {}).get(MARK, b"0")
        count = int(mark.partition(b" ")[0])
    except (FileNotFoundError, pa.ArrowInvalid, ValueError):
        return 0
    if not 0 < count <= deliveries.num_rows or mark != _mark(deliveries, count, platform):
        return 0
    steps = deliveries["step"].to_pylist()
    return count if count == len(steps) or steps[count] > steps[count - 1] else 0


def _periods(
    platform: Platform,
    dataset: str,
    home: Home,
    deliveries: pa.Table,
    known: int,
    former: pa.Table,
) -> pa.Table:
    """The periods after all deliveries, from `former`, those after the first `known` of them."""
    if not deliveries.num_rows:
        return ROW_PERIOD.empty()
    new = deliveries.slice(known)
    is_new = pa.array([line >= known for line in range(deliveries.num_rows)])
    read = new if platform.delivery.semantics == "delta" else _with_replaced(deliveries, known)
    paths = [str(home.rows(platform.platform, i, dataset)) for i in read["delivery_id"].to_pylist()]
    with connect(threads=1) as connection:
        connection.register("former", former)
        connection.execute(
            "create temp table held as select row_key, count(*) as rows_held from former where is_open group by row_key"
        )
        connection.register("all_deliveries", deliveries.append_column("is_new", is_new))
        connection.register("those_read", read.select(["delivery_id"]))
        connection.execute("create temp table delivery as from all_deliveries semi join those_read using (delivery_id)")
        connection.read_parquet(paths, union_by_name=True).project("delivery_id, row_key").create_view("landed")
        changes = statement("connectors", f"changes_of_a_{platform.delivery.semantics}")
        connection.execute(f"create temp table change as {changes}")
        return ROW_PERIOD.conform(connection.sql(statement("connectors", "row_periods")).to_arrow_table())


def _with_replaced(deliveries: pa.Table, known: int) -> pa.Table:
    """The snapshots after the first `known` deliveries, and of each of their scopes the last one before them."""
    scopes, steps = deliveries["scope"].to_pylist(), deliveries["step"].to_pylist()
    last = dict(zip(scopes[:known], steps[:known], strict=True))
    new = set(scopes[known:])
    keep = [
        line >= known or (scope in new and step == last[scope])
        for line, (scope, step) in enumerate(zip(scopes, steps, strict=True))
    ]
    return deliveries.filter(pa.array(keep, pa.bool_()))
