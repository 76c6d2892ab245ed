"""Mentions and links: one asset per kind, and the model of each kind as an asset of its own."""

from collections.abc import Iterator, Sequence

import dagster as dg

from pipelines.defs.metadata import counts_as_metadata, picture, schema_of
from pipelines.defs.resources import Workspace
from pipelines.kinds import inputs_of
from pipelines.stages.links import link_mentions
from pipelines.stages.mentions import write_mentions
from warehouse.model.data_model import DataModel
from warehouse.model.link import CLUSTER


def mention_key(kind: str) -> dg.AssetKey:
    """`mention/<kind>`."""
    return dg.AssetKey(["mention", kind])


def link_key(kind: str) -> dg.AssetKey:
    """`link/<kind>`."""
    return dg.AssetKey(["link", kind])


def mentions_asset(model: DataModel, landing: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """The mention tables of all kinds, written in one step: they share the address reference."""

    @dg.multi_asset(
        name="mentions",
        group_name="mention",
        specs=[
            dg.AssetSpec(
                mention_key(kind),
                deps=landing,
                kinds={"parquet"},
                owners=["team:data"],
                metadata=schema_of(model.mention(kind)),
                description=f"**{model.kind_titles[kind]}提及** · every mention of a {kind}: standard values with the raw text beside them.",
            )
            for kind in model.order
        ],
    )
    def mentions(workspace: Workspace) -> Iterator[dg.MaterializeResult]:
        counts = workspace.step("mention", write_mentions, judged=False)
        for kind in model.order:
            yield dg.MaterializeResult(asset_key=mention_key(kind), metadata={"dagster/row_count": counts[kind]})

    return mentions


def link_asset(model: DataModel, kind: str) -> dg.AssetsDefinition:
    """Pairs, clusters and the model of one kind."""
    deps = [mention_key(kind), *(link_key(other) for other in inputs_of(model, kind).points_to)]
    model_key = dg.AssetKey(["model", kind])

    @dg.multi_asset(
        name=f"link_{kind}",
        specs=[
            dg.AssetSpec(
                link_key(kind), group_name="link", deps=deps, kinds={"rapidfuzz", "parquet"}, owners=["team:data"],
                metadata=schema_of(CLUSTER),
                description=f"**{model.kind_titles[kind]}链接** · which {kind} mentions are the same: judged pairs and constrained clusters.",
            ),
            dg.AssetSpec(
                model_key, group_name="link", deps=deps, kinds={"json"}, owners=["team:data"],
                description=f"**{model.kind_titles[kind]}匹配模型** · parameters of the Fellegi–Sunter model, readable JSON.",
            ),
        ],
    )  # fmt: skip
    def linked(workspace: Workspace) -> Iterator[dg.MaterializeResult]:
        counts = workspace.step(f"link/{kind}", lambda settings: link_mentions(settings, kind))
        weights = picture("weights", workspace.settings.home.chart(f"weights_{kind}"))
        yield dg.MaterializeResult(asset_key=link_key(kind), metadata={**counts_as_metadata(counts), **weights})
        yield dg.MaterializeResult(asset_key=model_key, metadata={"path": str(workspace.settings.home.model(kind))})

    return linked
