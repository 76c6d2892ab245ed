"""Which landed rows hold now.

Belongs here: snapshot and delta semantics. Does not: landing itself, which deliveries are held back (`connectors.holding`), or
what a value means.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.cells import cell
from connectors.claims import date_sql
from connectors.holding import delivery_states
from connectors.manifest import manifest, rejected_rows
from connectors.origins import open_origins
from connectors.spec import Platform
from connectors.standing import database, deliveries_at_stake, deliveries_in_order
from warehouse.model.home import Home
from warehouse.model.landing import PROVENANCE
from warehouse.model.sql import identifier, parquet, statement

__all__ = ["CURRENT_HEAD", "current_rows", "manifest", "rejected_rows"]

CURRENT_HEAD = pa.schema(
    [c.field for c in PROVENANCE] + [pa.field("repeat", pa.int64(), False), pa.field("claimed_on", pa.date32())]
)
"""The columns `current_rows` starts with; after them one text column per source column."""


def current_rows(platform: Platform, dataset: str, home: Home) -> pa.Table:
    """The rows of one dataset that hold now.

    A snapshot holds per scope: the files of its newest date that is not held back, and of files with the same name the one
    landed last. Of a delta each key's rows in the newest delivery hold; rows that repeat a key inside that delivery all do.
    The outcome does not depend on the order of arrival, except where nothing but that tells what is newer: files of one
    name and date, and files without a date.

    Returns:
        `CURRENT_HEAD` and one text column per source column (declared ones always, in declared order; unknown ones
        after them). `repeat` numbers rows of one row_key from 0, by what they say.
        Provenance is that of the delivery since which the row says what it says (`connectors.origins`); rows are ordered by
        where they stand in the one that holds. `claimed_on` is the date in the `changed_at` cell, but not later than that
        first delivery; else the date of that; null where neither is known.
    """
    spec = platform.dataset(dataset)
    lines = delivery_states(platform, home)
    deliveries = deliveries_at_stake(platform, dataset, lines)
    paths = [home.rows(platform.platform, i, dataset) for i in deliveries["delivery_id"].to_pylist()]
    former = {old for column in spec.columns.values() for old in column.also}
    columns = list(spec.columns) + _further_columns(paths, set(spec.columns) | former | set(CURRENT_HEAD.names))
    schema = pa.schema(list(CURRENT_HEAD) + [pa.field(name, pa.string()) for name in columns])
    if not paths:
        return schema.empty_table()
    with database().cursor() as connection:
        open_origins(connection, platform, dataset, home, deliveries_in_order(platform, dataset, lines))
        connection.register("delivery", deliveries)
        # the declared columns come first: every file has at least those that are not optional
        connection.execute(f"create temp view landed as from {parquet(paths, 'union_by_name = true')}")
        have = set(connection.table("landed").columns)
        landed = {c: cell(spec, c, have) for c in columns}
        picked = [f"{landed[c] or 'cast(null as varchar)'} as {identifier(c)}" for c in columns]
        texts = ", ".join(f"coalesce({text}, '')" for text in landed.values() if text) or "''"
        changed_at = landed.get(spec.changed_at or "")
        said = date_sql(changed_at) if changed_at else "null::date"
        first = "if(o.delivery_id is null, d.delivered_on, o.from_date)"
        claimed = f"coalesce(least({said}, {first}), {first})"
        query = statement("connectors", "current_rows").format(claimed=claimed, columns=", ".join(picked), texts=texts)
        table = connection.sql(query).to_arrow_table()
    return table.cast(schema)


def _further_columns(paths: list[Path], known: set[str]) -> list[str]:
    """Columns that some file has and nobody declared, in order of appearance."""
    further: dict[str, None] = {}
    for path in paths:
        further.update(dict.fromkeys(n for n in pq.read_schema(path).names if n not in known))
    return list(further)
