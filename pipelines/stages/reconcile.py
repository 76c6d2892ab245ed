"""The balance sheet of rows, and what the catalogue says. Reads the landing area and `link/mention`; writes `quality/*`, `catalogue/*`."""

from __future__ import annotations

from collections.abc import Iterator

import numpy as np
import pyarrow as pa

from connectors import catalogue
from connectors.current import rejected_rows
from connectors.decisions import decisions
from connectors.holding import all_delivery_states
from connectors.sharing import withheld_table
from pipelines.markers import Counts
from pipelines.scopes import with_odd_scopes
from pipelines.settings import Settings
from pipelines.stages.current import rows_now
from pipelines.standardise.roles import carries, undecided
from quality.reconciliation import reconcile
from warehouse import access
from warehouse.model import catalogue as contracts
from warehouse.model.base import GRID_TREE
from warehouse.model.landing import REJECTED
from warehouse.model.process import ROUTE
from warehouse.model.quality import RECONCILIATION

PLACE = ("platform", "dataset", "delivery_id", "sheet_name")


def reconcile_rows(settings: Settings) -> Counts:
    """Balance every delivery and sheet, and write the catalogue; return totals.

    What is expected is counted from the rows themselves, by the platform files, and not from what was made of them.
    """
    home = settings.home
    current, expected = _counts(settings)
    balance = reconcile(
        _states(settings),
        current,
        expected,
        home.stage("link", "mention"),
        {name: platform.department.code for name, platform in settings.platforms.items()},
        [name for name, platform in settings.platforms.items() if platform.delivery.semantics == "delta"],
    )
    RECONCILIATION.write(balance, home.stage("quality", "reconciliation"))
    REJECTED.write(rejected_rows(home), home.stage("quality", "rejected"))
    _write_catalogue(settings, current)
    return {
        "rows": balance.num_rows,
        **{
            name: sum(balance[name].to_pylist())
            for name in ("rows_delivered", "rows_landed", "rows_rejected", "rows_current")
        },
        "imbalances": sum(not b for b in balance["balanced"].to_pylist()),
    }


def _states(settings: Settings) -> pa.Table:
    """The manifest as of now, with what is odd about the scopes of what stands."""
    lines = all_delivery_states(settings.platforms, settings.home)
    confirmed = (i for i, d in decisions(settings.home).items() if d.verdict == "confirmed")
    tree = GRID_TREE.read(settings.home.stage("grid", "tree"))
    return pa.Table.from_pylist(with_odd_scopes(lines.to_pylist(), confirmed, tree), schema=lines.schema)


def _counts(settings: Settings) -> tuple[pa.Table, pa.Table]:
    """Rows that hold now, and mentions they must yield, by `PLACE`."""
    current, expected = [], []
    for found in _per_dataset(settings):
        current.append(found.select([*PLACE, "rows_current"]))
        expected.append(found.select([*PLACE, "mentions_expected", "mentions_undecided"]))
    return pa.concat_tables(current), pa.concat_tables(expected)


def _per_dataset(settings: Settings) -> Iterator[pa.Table]:
    for name, platform in settings.platforms.items():
        for dataset in platform.datasets:
            needed = {"delivery_id", "sheet_name"}.union(*(role.columns for role in dataset.roles.values()))
            rows = rows_now(settings, platform, dataset.name, sorted(needed))
            model = settings.home.data_model
            mentions = np.zeros(rows.num_rows, np.int64)
            for role in dataset.roles:
                mentions += carries(model, dataset, role, rows)
            counted = rows.select(["delivery_id", "sheet_name"]).append_column("mentions_expected", pa.array(mentions))
            counted = counted.append_column("mentions_undecided", pa.array(undecided(model, dataset, rows)))
            grouped = counted.group_by(["delivery_id", "sheet_name"]).aggregate(
                [("mentions_expected", "sum"), ("mentions_undecided", "sum"), ([], "count_all")]
            )
            yield pa.table(
                {
                    "platform": pa.array([name] * grouped.num_rows, pa.string()),
                    "dataset": pa.array([dataset.name] * grouped.num_rows, pa.string()),
                    "delivery_id": grouped["delivery_id"],
                    "sheet_name": grouped["sheet_name"],
                    "rows_current": grouped["count_all"],
                    "mentions_expected": grouped["mentions_expected_sum"],
                    "mentions_undecided": grouped["mentions_undecided_sum"],
                }
            )


def _entitlements(settings: Settings) -> pa.Table:
    """What departments may read back: as the descriptions of platforms grant it, and as sources granted it on request."""
    declared = catalogue.entitlements(settings.platforms)
    key = ["department", "platform", "entity_kind", "attribute"]
    asked = access.entitlements(settings.home, access.today())
    known = {tuple(line.values()) for line in declared.select(key).to_pylist()}
    fresh = [tuple(line.values()) not in known for line in asked.select(key).to_pylist()]
    rows = pa.concat_tables([declared, asked.filter(pa.array(fresh, pa.bool_()))])
    return rows.sort_by([(name, "ascending") for name in key])


def _write_catalogue(settings: Settings, current: pa.Table) -> None:
    home, platforms = settings.home, settings.platforms
    counts = current.group_by("platform").aggregate([("rows_current", "sum")])
    rows_current = dict(zip(counts["platform"].to_pylist(), counts["rows_current_sum"].to_pylist(), strict=True))
    for table, rows in (
        (contracts.PLATFORM, catalogue.platform_table(platforms, all_delivery_states(platforms, home), rows_current)),
        (contracts.DATASET, catalogue.dataset_table(platforms)),
        (contracts.FIELD, catalogue.field_table(platforms)),
        (contracts.CODE, catalogue.code_table(settings.code_tables, platforms)),
        (contracts.ENTITLEMENT, _entitlements(settings)),
        (ROUTE, settings.city.routing),
        (contracts.WITHHELD, withheld_table(home.data_model, platforms)),
    ):
        table.write(rows, home.stage("catalogue", table.name))
