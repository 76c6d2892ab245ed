"""Law 1, the balance sheet: rows delivered = landed + rejected, and mentions expected = mentions resolved.

Belongs here: the counting, per delivery, dataset and sheet. Does not: counting what a role of a row demands (who builds
mentions tells), or stopping a release on an imbalance (suite `quality.reconciliation`).
"""

from __future__ import annotations

from collections.abc import Collection, Mapping
from pathlib import Path

import pyarrow as pa

from warehouse.model.landing import DELIVERY
from warehouse.model.link import MENTION
from warehouse.model.quality import RECONCILIATION
from warehouse.model.session import connect
from warehouse.model.sql import show, statement
from warehouse.model.table import ContractError

PLACE = ("platform", "dataset", "delivery_id", "sheet_name")
"""What a count is given for."""


def reconcile(
    deliveries: pa.Table,
    current: pa.Table,
    expected: pa.Table,
    resolved: pa.Table | Path,
    departments: Mapping[str, str],
    deltas: Collection[str] = (),
) -> pa.Table:
    """Balance every delivery, dataset and sheet.

    Args:
        deliveries: all lines of the delivery manifest, contract `landing.delivery`.
        current: `platform, dataset, delivery_id, sheet_name, rows_current`: landed rows that hold now, by the delivery
            since which they say what they say.
        expected: `platform, dataset, delivery_id, sheet_name, mentions_expected, mentions_undecided`: roles of current rows
            with something to identify them, and those whose condition decides for none; places with none may be left out.
        resolved: `link.mention`, all kinds together; a stage file is counted without being held.
        departments: code of the owning department by platform.
        deltas: platforms whose deliveries replace single rows: a row they do not name is not confirmed by them.

    Returns:
        `quality.reconciliation`, ordered by its key. The manifest counts rows per delivery and dataset. Where a dataset
        spreads over several sheets, its line per sheet carries that sheet's current rows and mentions, and the rows
        delivered, landed and rejected of the whole dataset stand on its first sheet alone, so that columns add up. What
        is current, expected or resolved for a delivery that the manifest does not know has a line of its own with
        nothing delivered, and does not balance.

    Raises:
        ContractError: an argument lacks a column.
    """
    for name, table, columns in (
        ("deliveries", deliveries, DELIVERY.names),
        ("current", current, (*PLACE, "rows_current")),
        ("expected", expected, (*PLACE, "mentions_expected", "mentions_undecided")),
        ("resolved", resolved, (*PLACE, "file_name")),
    ):
        if isinstance(table, Path):
            continue
        if absent := sorted(set(columns) - set(table.column_names)):
            raise ContractError(f"reconcile: {name} lacks {absent}; given {sorted(table.column_names)}")
    with connect() as con:
        con.register("delivery", deliveries)
        con.register("current_rows", current)
        con.register("expected", expected)
        if isinstance(resolved, Path):
            show(con, "resolved", MENTION, [resolved])
        else:
            con.register("resolved", resolved)
        con.register(
            "departments",
            pa.table(
                {
                    "platform": pa.array(list(departments), pa.string()),
                    "department": pa.array(list(departments.values()), pa.string()),
                    "is_delta": pa.array([platform in deltas for platform in departments], pa.bool_()),
                }
            ),
        )
        sql = statement("quality", "reconciliation")
        return RECONCILIATION.conform(con.sql(sql).to_arrow_table())
