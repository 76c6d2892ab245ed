"""Every step as Dagster's assets: one a table it writes, their dependencies as the step declares them."""

from collections.abc import Callable, Iterator, Mapping
from typing import Any

import dagster as dg

from pipelines.defs.metadata import picture, schema_of
from pipelines.defs.resources import Workspace
from pipelines.markers import Counts
from pipelines.stages.quality import widest_overlaps
from pipelines.steps import Plan, Step, Written

TOLD: Mapping[str, Callable[[Workspace], str]] = {"quality/overlap": lambda w: widest_overlaps(w.settings)}
"""Handle → a Markdown table shown with every run."""


def key_of(handle: str) -> dg.AssetKey:
    """The asset of a table."""
    return dg.AssetKey(handle.split("/"))


def node_of(step: Step) -> str:
    """The name of a step in a job: as its asset's where it has one of its own name."""
    return step.name.replace("/", "__").replace(".", "__")


def step_assets(plan: Plan, step: Step) -> dg.AssetsDefinition:
    """The assets of one step."""

    @dg.multi_asset(name=node_of(step), specs=[_spec(step, written) for written in step.writes])
    def assets(workspace: Workspace) -> Iterator[dg.MaterializeResult]:
        counts = workspace.run_step(plan, step)
        for written in step.writes:
            yield dg.MaterializeResult(asset_key=key_of(written.handle), metadata=_metadata(workspace, written, counts))

    return assets


def _spec(step: Step, written: Written) -> dg.AssetSpec:
    made_of = step.reads if written.made_of is None else written.made_of
    return dg.AssetSpec(
        key_of(written.handle),
        group_name=step.group,
        deps=[key_of(handle) for handle in made_of],
        kinds=set(written.kinds),
        owners=[f"team:{written.owner}"],
        metadata=schema_of(written.table) if written.table else {},
        description=f"**{written.zh}** · {written.en}",
    )


def _metadata(workspace: Workspace, written: Written, counts: Counts) -> dict[str, Any]:
    """What a run shows of a table: its rows, the other counts of the step, its chart and where it lies."""
    own = counts.get(written.rows)
    told = own if isinstance(own, dict) else {} if written.rows != "rows" else counts
    metadata: dict[str, Any] = {name: value for name, value in told.items() if name != "rows"}
    rows = own.get("rows") if isinstance(own, dict) else own
    if rows is not None:
        metadata["dagster/row_count"] = rows
    if written.chart:
        metadata |= picture("chart", workspace.settings.home.chart(written.chart))
    if written.path:
        metadata["path"] = dg.MetadataValue.path(written.path(workspace.settings))
    if written.handle in TOLD:
        metadata["pairs"] = dg.MetadataValue.md(TOLD[written.handle](workspace))
    return metadata
