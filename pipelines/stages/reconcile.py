"""The balance sheet of rows, and what the catalogue says. Reads the landing area and `link/mention`; writes `quality/*`, `catalogue/*`."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.parquet as pq

from connectors import catalogue
from connectors.current import rejected_rows
from connectors.decisions import decisions
from connectors.holding import all_delivery_states
from connectors.sharing import withheld_table
from connectors.spec import Dataset, Platform
from pipelines.markers import Counts, run_if_changed
from pipelines.scopes import with_odd_scopes
from pipelines.settings import Settings
from pipelines.stages.current import rows_now, rows_state
from pipelines.standardise.roles import carries, undecided
from quality.reconciliation import reconcile
from warehouse import access
from warehouse.model import catalogue as contracts
from warehouse.model.base import GRID_TREE
from warehouse.model.landing import REJECTED
from warehouse.model.process import ROUTE
from warehouse.model.quality import RECONCILIATION
from warehouse.model.table import replace_parquet

PLACE = ("platform", "dataset", "delivery_id", "sheet_name")
COUNTS = pa.schema(
    [
        *((name, pa.string()) for name in PLACE),
        *((name, pa.int64()) for name in ("rows_current", "mentions_expected", "mentions_undecided")),
    ]
)


def reconcile_rows(settings: Settings) -> Counts:
    """Balance every delivery and sheet, and write the catalogue; return totals.

    What is expected is counted from the rows themselves, by the platform files, and not from what was made of them.
    """
    home = settings.home
    counts = _counts(settings)
    current = counts.select([*PLACE, "rows_current"])
    balance = reconcile(
        _states(settings),
        current,
        counts.select([*PLACE, "mentions_expected", "mentions_undecided"]),
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


def _counts(settings: Settings) -> pa.Table:
    """Rows that hold now, and mentions they must yield, by `PLACE`. Of a platform that delivered nothing they are those of the last run."""
    return pa.concat_tables([COUNTS.empty_table(), *(_of(settings, one) for one in settings.platforms.values())])


def _of(settings: Settings, platform: Platform) -> pa.Table:
    path = settings.home.stage("row_count", platform.platform)

    def body() -> Counts:
        counts = pa.concat_tables([_of_dataset(settings, platform, dataset) for dataset in platform.datasets])
        replace_parquet(counts, path)
        return {"rows": counts.num_rows}

    run_if_changed(settings.home, f"row_count/{platform.platform}", rows_state(settings, platform), body)
    return pq.read_table(path)


def _of_dataset(settings: Settings, platform: Platform, dataset: Dataset) -> pa.Table:
    needed = {"delivery_id", "sheet_name"}.union(*(role.columns for role in dataset.roles.values()))
    rows, model = rows_now(settings, platform, dataset.name, sorted(needed)), settings.home.data_model
    mentions = np.zeros(rows.num_rows, np.int64)
    for role in dataset.roles:
        mentions += carries(model, dataset, role, rows)
    counted = rows.select(["delivery_id", "sheet_name"]).append_column("mentions_expected", pa.array(mentions))
    counted = counted.append_column("mentions_undecided", pa.array(undecided(model, dataset, rows)))
    grouped = counted.group_by(["delivery_id", "sheet_name"]).aggregate(
        [("mentions_expected", "sum"), ("mentions_undecided", "sum"), ([], "count_all")]
    )
    columns = {
        "platform": pa.repeat(pa.scalar(platform.platform), grouped.num_rows),
        "dataset": pa.repeat(pa.scalar(dataset.name), grouped.num_rows),
        "delivery_id": grouped["delivery_id"],
        "sheet_name": grouped["sheet_name"],
        "rows_current": grouped["count_all"],
        "mentions_expected": grouped["mentions_expected_sum"],
        "mentions_undecided": grouped["mentions_undecided_sum"],
    }
    return pa.table(columns).cast(COUNTS)


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
