"""A dataset as it held after each delivery: what it said first, and what it said after every change.

Belongs here: the rows. Does not: from when to when a single row held (`connectors.periods`), which needs no look at what rows
say and so fits the large datasets; this one is for references, of which every version is read whole.
"""

from __future__ import annotations

import datetime

import pyarrow as pa
import pyarrow.parquet as pq

from connectors.holding import delivery_states
from connectors.spec import Dataset, Platform
from connectors.standing import deliveries_in_order
from warehouse.model.home import Home

Version = tuple[datetime.date | None, pa.Table]
"""Date of the delivery (null where it has none), and the rows that held from then on."""


def versions(platform: Platform, dataset: str, home: Home) -> list[Version]:
    """Every version of a dataset, the oldest first; a delivery that is held back, refused or replaced made none.

    Args:
        platform: owner of the dataset.
        dataset: its name.
        home: whose landing area is read.

    Returns:
        Per version its rows: the declared columns as nullable strings.
    """
    declared = platform.dataset(dataset)
    lines = deliveries_in_order(platform, dataset, delivery_states(platform, home)).to_pylist()
    held: dict[str, list[pa.Table]] = {}
    found: list[Version] = []
    for step in dict.fromkeys(line["step"] for line in lines):
        now = [line for line in lines if line["step"] == step]
        read = [(line["scope"], _rows(declared, platform, line["delivery_id"], home)) for line in now]
        if platform.delivery.semantics == "snapshot":
            held |= {scope or "": [rows for s, rows in read if s == scope] for scope, _ in read}
        else:
            held[""] = [_replaced(declared, held.get("", []), rows) for _, rows in read]
        found.append((now[0]["delivered_on"], pa.concat_tables([t for tables in held.values() for t in tables])))
    return found


def _rows(dataset: Dataset, platform: Platform, delivery_id: str, home: Home) -> pa.Table:
    """The landed rows of one delivery under the names of today."""
    landed = pq.read_table(home.rows(platform.platform, delivery_id, dataset.name))
    columns = {}
    for name, spec in dataset.columns.items():
        heading = next((h for h in (name, *spec.also[::-1]) if h in landed.column_names), None)
        columns[name] = landed[heading].cast(pa.string()) if heading else pa.nulls(landed.num_rows, pa.string())
    return pa.table(columns)


def _replaced(dataset: Dataset, before: list[pa.Table], rows: pa.Table) -> pa.Table:
    """The rows of a delta after one more delivery: a row of it takes the place of those of its key."""
    new = {tuple(row.values()) for row in rows.select(list(dataset.key)).to_pylist()}
    parts = []
    for table in before:
        stays = [tuple(row.values()) not in new for row in table.select(list(dataset.key)).to_pylist()]
        parts.append(table.filter(pa.array(stays, pa.bool_())))
    return pa.concat_tables([*parts, rows])
