"""The release: built aside, checked, swapped in; then each department's extract."""

from collections.abc import Iterator, Sequence

import dagster as dg

from connectors.spec import Department
from pipelines.defs.metadata import counts_as_metadata
from pipelines.defs.quality import MEASURES
from pipelines.defs.resolution import (
    BALANCE,
    EVIDENCE,
    GRID_TREE,
    MENTION_STORY,
    golden_key,
    relation_key,
    version_of,
)
from pipelines.defs.resources import Workspace
from pipelines.stages import checks, release
from pipelines.stages.extracts import write_departments
from warehouse.model.data_model import DataModel

CANDIDATE = dg.AssetKey(["release", "candidate"])
LIBRARY = dg.AssetKey(["release", "base_library"])


def candidate_asset(model: DataModel) -> dg.AssetsDefinition:
    """The new release, built aside."""
    stages = (
        *(golden_key(k) for k in model.kinds),
        *(relation_key(r.table.name) for r in model.relations),
        EVIDENCE,
        MENTION_STORY,
        GRID_TREE,
        BALANCE,
        *MEASURES,
    )

    @dg.asset(
        key=CANDIDATE, group_name="release", deps=list(stages), kinds={"duckdb"}, owners=["team:data"],
        description="**待发布版** · the new release, built aside; nobody sees it before its checks pass.",
    )  # fmt: skip
    def candidate(workspace: Workspace) -> dg.MaterializeResult:
        version = version_of(workspace)
        counts = workspace.step("candidate", lambda settings: release.build_candidate(settings, version))
        return dg.MaterializeResult(metadata=counts_as_metadata(counts))

    return candidate


def check_candidate(workspace: Workspace) -> None:
    """Run the release suite on the candidate."""
    version = version_of(workspace)
    workspace.step("check/release", lambda settings: checks.check_candidate(settings, version), version)


@dg.asset(
    key=LIBRARY, group_name="release", deps=[CANDIDATE], kinds={"duckdb"}, owners=["team:data"],
    description="**基础库** · `one_network.duckdb`: always the newest good release, swapped in at once.",
)  # fmt: skip
def base_library(workspace: Workspace) -> dg.MaterializeResult:
    """The newest good release."""
    version = version_of(workspace)
    counts = workspace.step("publish", lambda settings: release.publish_release(settings, version))
    return dg.MaterializeResult(metadata={**counts_as_metadata(counts), "path": str(workspace.settings.home.library)})


@dg.asset(
    key=["release", "parquet"], group_name="release", deps=[LIBRARY], kinds={"parquet"}, owners=["team:data"],
    description="**Parquet 版** · the release as Parquet files of the same names; `parquet/` points to the newest.",
)  # fmt: skip
def parquet(workspace: Workspace) -> dg.MaterializeResult:
    """The release as Parquet files."""
    version = version_of(workspace)
    counts = workspace.step("parquet", lambda settings: release.export_parquet(settings, version), version)
    return dg.MaterializeResult(metadata={**counts_as_metadata(counts), "path": str(workspace.settings.home.parquet)})


@dg.asset(
    key=["release", "restricted"], group_name="release", deps=[LIBRARY], kinds={"duckdb"}, owners=["team:data"],
    description="**受限版** · the release with nothing masked, encrypted; built where ONENET_RESTRICTED_KEY is set.",
)  # fmt: skip
def restricted(workspace: Workspace) -> dg.MaterializeResult:
    """The encrypted twin of the release. Not a step that is done once: it depends on the key, which nobody writes down."""
    version = version_of(workspace)
    return dg.MaterializeResult(metadata=counts_as_metadata(release.build_twin(workspace.settings, version)))


def extracts_asset(owners: Sequence[Department]) -> dg.AssetsDefinition:
    """Each department's own rows, reconciled, as workbook, CSV and Parquet: an asset a department, written side by side."""

    @dg.multi_asset(
        name="extracts",
        specs=[
            dg.AssetSpec(
                ["extract", owner.code], group_name="extract", deps=[LIBRARY], kinds={"excel", "csv", "parquet"},
                owners=[f"team:{owner.code}"],
                description=f"**{owner.zh}回流数据** · its own rows with entity ids, golden values it may see, conflicts and duplicates.",
            )
            for owner in owners
        ],
    )  # fmt: skip
    def extracts(workspace: Workspace) -> Iterator[dg.MaterializeResult]:
        version = version_of(workspace)
        written = workspace.step("extract", lambda settings: write_departments(settings, owners, version))
        for owner in owners:
            yield dg.MaterializeResult(
                asset_key=["extract", owner.code], metadata=counts_as_metadata(written[owner.code])
            )

    return extracts


def departments(owners: Sequence[Department]) -> list[Department]:
    """Each department once, by code."""
    return [d for _, d in sorted({d.code: d for d in owners}.items())]
