"""Entities, golden records, relations, evidence, the grid tree and the balance of rows."""

from collections.abc import Iterator, Sequence

import dagster as dg

from pipelines.defs.matching import link_key
from pipelines.defs.metadata import counts_as_metadata, schema_of
from pipelines.defs.resources import Workspace
from pipelines.stages import resolve
from pipelines.stages.history import tell_history
from pipelines.stages.reconcile import reconcile_rows
from pipelines.stages.release import name_release
from warehouse.model.data_model import DataModel
from warehouse.model.link import ENTITY, MENTION, MENTION_HISTORY
from warehouse.model.quality import RECONCILIATION

EVIDENCE = dg.AssetKey(["link", "mention"])
MENTION_STORY = dg.AssetKey(["link", "mention_history"])
GRID_TREE = dg.AssetKey(["base", "grid"])
BALANCE = dg.AssetKey(["quality", "reconciliation"])


def entity_key(kind: str) -> dg.AssetKey:
    """`entity/<kind>`."""
    return dg.AssetKey(["entity", kind])


def golden_key(kind: str) -> dg.AssetKey:
    """`golden/<kind>`."""
    return dg.AssetKey(["golden", kind])


def relation_key(name: str) -> dg.AssetKey:
    """`relation/<name>`."""
    return dg.AssetKey(["relation", name])


def version_of(workspace: Workspace) -> str:
    """The version of the release this run makes: named once all models are there, and kept."""
    return str(workspace.step("version", name_release)["version"])


def entity_asset(model: DataModel, kind: str) -> dg.AssetsDefinition:
    """Ids of the entities of one kind. All models must be there: the release they name is part of an id's history."""

    @dg.asset(
        key=entity_key(kind), group_name="entity", deps=[link_key(k) for k in model.kinds], kinds={"duckdb", "parquet"},
        owners=["team:data"], metadata=schema_of(ENTITY),
        description=f"**{model.kind_titles[kind]}实体** · the {kind} each mention names, under an opaque, stable id.",
    )  # fmt: skip
    def entities(workspace: Workspace) -> dg.MaterializeResult:
        version = version_of(workspace)
        counts = workspace.step(f"entity/{kind}", lambda settings: resolve.name_entities(settings, kind, version))
        return dg.MaterializeResult(metadata=counts_as_metadata(counts))

    return entities


def golden_asset(model: DataModel, kind: str) -> dg.AssetsDefinition:
    """Golden records of one kind, with every claim and every conflict beside them."""
    before = model.golden_reads(kind)

    @dg.asset(
        key=golden_key(kind), group_name="golden", deps=[entity_key(kind), *(golden_key(k) for k in before)],
        kinds={"duckdb", "parquet"}, owners=["team:data"], metadata=schema_of(model.golden(kind)),
        description=f"**{model.kind_titles[kind]}主记录** · the chosen value per attribute of each {kind}; all claims in evidence.",
    )  # fmt: skip
    def golden(workspace: Workspace) -> dg.MaterializeResult:
        counts = workspace.step(f"golden/{kind}", lambda settings: resolve.choose_golden(settings, kind))
        return dg.MaterializeResult(metadata=counts_as_metadata(counts))

    return golden


def relations_asset(model: DataModel) -> dg.AssetsDefinition:
    """Who lives in, owns, rents, lets, runs or works for what."""

    @dg.multi_asset(
        name="relations",
        specs=[
            dg.AssetSpec(
                relation_key(table.name), group_name="relation", deps=[golden_key(k) for k in model.kinds], kinds={"duckdb", "parquet"},
                owners=["team:data"], metadata=schema_of(table), description=f"**{table.zh}** · {table.en}: {table.grain}.",
            )
            for table in (r.table for r in model.relations)
        ],
    )  # fmt: skip
    def relations(workspace: Workspace) -> Iterator[dg.MaterializeResult]:
        """Who lives in, owns, rents, lets, runs or works for what."""
        counts = workspace.step("relation", resolve.relate_entities)
        for table in (r.table for r in model.relations):
            yield dg.MaterializeResult(
                asset_key=relation_key(table.name), metadata={"dagster/row_count": counts[table.name]}
            )

    return relations


def evidence_asset(model: DataModel) -> dg.AssetsDefinition:
    """Which entity every mention names, and why."""

    @dg.asset(
        key=EVIDENCE, group_name="golden", deps=[golden_key(k) for k in model.kinds], kinds={"duckdb", "parquet"},
        owners=["team:data"], metadata=schema_of(MENTION),
        description="**归属与依据** · which entity every mention names, and why two mentions were linked.",
    )  # fmt: skip
    def evidence(workspace: Workspace) -> dg.MaterializeResult:
        """Which entity every mention names, and why."""
        return dg.MaterializeResult(metadata=counts_as_metadata(workspace.step("evidence", resolve.gather_evidence)))

    return evidence


def grid_asset(model: DataModel) -> dg.AssetsDefinition:
    """What lies in every node of the grid tree."""

    @dg.asset(
        key=GRID_TREE, group_name="golden", deps=[golden_key(k) for k in model.kinds], kinds={"duckdb", "parquet"},
        owners=["team:data"], metadata=schema_of(model.grid),
        description="**网格树** · five levels, with persons, homes and enterprises placed in each node.",
    )  # fmt: skip
    def grid(workspace: Workspace) -> dg.MaterializeResult:
        """What lies in every node of the grid tree."""
        return dg.MaterializeResult(metadata=counts_as_metadata(workspace.step("grid", resolve.fill_grid)))

    return grid


def history_asset(model: DataModel) -> dg.AssetsDefinition:
    """From when to when every mention held."""

    @dg.asset(
        key=MENTION_STORY, group_name="golden", deps=[entity_key(k) for k in model.kinds], kinds={"duckdb", "parquet"},
        owners=["team:data"], metadata=schema_of(MENTION_HISTORY),
        description="**提及沿革** · from when to when every mention held; what was withdrawn stays, with its dates.",
    )  # fmt: skip
    def mention_history(workspace: Workspace) -> dg.MaterializeResult:
        """From when to when every mention held."""
        version = version_of(workspace)
        counts = workspace.step("mention_history", lambda settings: tell_history(settings, version), version)
        return dg.MaterializeResult(metadata=counts_as_metadata(counts))

    return mention_history


def reconciliation_asset(landing: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The balance sheet of rows: delivered = landed + rejected, mentions expected = mentions resolved."""

    @dg.asset(
        key=BALANCE, group_name="quality", deps=[*landing, EVIDENCE], kinds={"duckdb", "parquet"}, owners=["team:data"],
        metadata=schema_of(RECONCILIATION),
        description="**行数对账** · delivered = landed + rejected; every expected mention belongs to an entity.",
    )  # fmt: skip
    def reconciliation(workspace: Workspace) -> dg.MaterializeResult:
        return dg.MaterializeResult(metadata=counts_as_metadata(workspace.step("reconciliation", reconcile_rows)))

    return reconciliation
