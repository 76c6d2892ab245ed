"""What the run says about quality: results of the checks, the scorecard, and what platforms know of each other."""

from collections.abc import Sequence

import dagster as dg

from pipelines.defs.matching import mention_key
from pipelines.defs.metadata import counts_as_metadata, picture, schema_of
from pipelines.defs.resolution import BALANCE, EVIDENCE, GRID_TREE, entity_key, golden_key, relation_key
from pipelines.defs.resources import Workspace
from pipelines.stages import quality
from warehouse.model.data_model import DataModel
from warehouse.model.quality import EXPECTATION, OVERLAP, SCORECARD

RESULTS_KEY = dg.AssetKey(["quality", "expectation"])
SCORECARD_KEY = dg.AssetKey(["quality", "scorecard"])
OVERLAP_KEY = dg.AssetKey(["quality", "overlap"])
MEASURES = (RESULTS_KEY, SCORECARD_KEY, OVERLAP_KEY)
"""What the release serves of them."""


def checked(model: DataModel) -> tuple[dg.AssetKey, ...]:
    """What suites on stage files check: their critical expectations stand between these and what comes after."""
    return (
        *(key(kind) for key in (mention_key, entity_key, golden_key) for kind in model.kinds),
        *(relation_key(relation.table.name) for relation in model.relations),
        EVIDENCE,
        GRID_TREE,
        BALANCE,
    )


def results_asset(model: DataModel, landing: Sequence[dg.AssetKey]) -> dg.AssetsDefinition:
    """What all checks before the release found, with the keys of the rows that break them."""

    @dg.asset(
        key=RESULTS_KEY, group_name="quality", deps=[*landing, *checked(model)], kinds={"greatexpectations", "parquet"},
        owners=["team:data"], metadata=schema_of(EXPECTATION),
        description="**检查结果** · what every check found, and the keys of the rows that break it: counts and places, no values.",
    )  # fmt: skip
    def expectation(workspace: Workspace) -> dg.MaterializeResult:
        # landing checks stop nothing, so nothing says that they ran before this
        workspace.step("check/landing", quality.check_landing, judged=False)
        counts = workspace.step("expectation", quality.gather_results)
        return dg.MaterializeResult(metadata=counts_as_metadata(counts))

    return expectation


@dg.asset(
    key=SCORECARD_KEY, group_name="quality", deps=[EVIDENCE, BALANCE], kinds={"duckdb", "parquet"}, owners=["team:data"],
    metadata=schema_of(SCORECARD),
    description="**质量评分** · per platform, attribute and month, the dimensions of GB/T 36344.",
)  # fmt: skip
def scorecard(workspace: Workspace) -> dg.MaterializeResult:
    """How good what each platform claims is."""
    return dg.MaterializeResult(metadata=counts_as_metadata(workspace.step("scorecard", quality.write_scorecard)))


@dg.asset(
    key=OVERLAP_KEY, group_name="quality", deps=[EVIDENCE], kinds={"duckdb", "parquet"}, owners=["team:data"],
    metadata=schema_of(OVERLAP),
    description="**平台重叠** · what every two platforms both know, what one knows alone, where they disagree.",
)  # fmt: skip
def overlap(workspace: Workspace) -> dg.MaterializeResult:
    """What platforms know of each other's entities."""
    counts = workspace.step("overlap", quality.write_overlap)
    pairs = dg.MetadataValue.md(quality.widest_overlaps(workspace.settings))
    chart = picture("chart", workspace.settings.home.chart("overlap"))
    return dg.MaterializeResult(metadata={**counts_as_metadata(counts), "pairs": pairs, **chart})
