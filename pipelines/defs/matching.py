"""Mentions and links: one asset per kind, and the model of each kind as an asset of its own."""

from collections.abc import Iterator, Sequence

import dagster as dg

from pipelines.defs.metadata import counts_as_metadata, picture, schema_of
from pipelines.defs.resources import Workspace
from pipelines.stages.links import link_mentions
from pipelines.stages.mentions import ORDER, write_mentions
from warehouse.model.link import CLUSTER
from warehouse.model.mention import MENTIONS

KINDS_ZH = {"person": "人口", "housing": "房屋", "enterprise": "企业"}
LINK_ORDER = {"housing": (), "enterprise": (), "person": ("housing", "enterprise")}
"""Kind → the kinds whose result its matching reads."""


def mention_key(kind: str) -> dg.AssetKey:
    """`mention/<kind>`."""
    return dg.AssetKey(["mention", kind])


def link_key(kind: str) -> dg.AssetKey:
    """`link/<kind>`."""
    return dg.AssetKey(["link", kind])


def mentions_asset(landing: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
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
                metadata=schema_of(MENTIONS[kind]),
                description=f"**{KINDS_ZH[kind]}提及** · every mention of a {kind}: standard values with the raw text beside them.",
            )
            for kind in ORDER
        ],
    )
    def mentions(workspace: Workspace) -> Iterator[dg.MaterializeResult]:
        counts = workspace.step("mention", write_mentions, judged=False)
        for kind in ORDER:
            yield dg.MaterializeResult(asset_key=mention_key(kind), metadata={"dagster/row_count": counts[kind]})

    return mentions


def link_asset(kind: str) -> dg.AssetsDefinition:
    """Pairs, clusters and the model of one kind."""
    deps = [mention_key(kind), *(link_key(other) for other in LINK_ORDER[kind])]
    model = dg.AssetKey(["model", kind])

    @dg.multi_asset(
        name=f"link_{kind}",
        specs=[
            dg.AssetSpec(
                link_key(kind), group_name="link", deps=deps, kinds={"rapidfuzz", "parquet"}, owners=["team:data"],
                metadata=schema_of(CLUSTER),
                description=f"**{KINDS_ZH[kind]}链接** · which {kind} mentions are the same: judged pairs and constrained clusters.",
            ),
            dg.AssetSpec(
                model, group_name="link", deps=deps, kinds={"json"}, owners=["team:data"],
                description=f"**{KINDS_ZH[kind]}匹配模型** · parameters of the Fellegi–Sunter model, readable JSON.",
            ),
        ],
    )  # fmt: skip
    def linked(workspace: Workspace) -> Iterator[dg.MaterializeResult]:
        counts = workspace.step(f"link/{kind}", lambda settings: link_mentions(settings, kind))
        weights = picture("weights", workspace.settings.home.chart(f"weights_{kind}"))
        yield dg.MaterializeResult(asset_key=link_key(kind), metadata={**counts_as_metadata(counts), **weights})
        yield dg.MaterializeResult(asset_key=model, metadata={"path": str(workspace.settings.home.model(kind))})

    return linked
