"""Pages of all checks, linked from the run."""

import dagster as dg

from pipelines.defs.metadata import counts_as_metadata
from pipelines.defs.quality import MEASURES
from pipelines.defs.release import LIBRARY
from pipelines.defs.resolution import version_of
from pipelines.defs.resources import Workspace
from pipelines.stages.quality import write_data_docs


@dg.asset(
    key=["quality", "data_docs"], group_name="quality", deps=[*MEASURES, LIBRARY], kinds={"greatexpectations", "html"},
    owners=["team:data"],
    description="**质量报告** · pages of all checks, scores and overlaps; they need no network.",
)  # fmt: skip
def data_docs(workspace: Workspace) -> dg.MaterializeResult:
    """Pages of all checks. A check that stops the run has its page written at once (`pipelines.defs.checks`)."""
    version = version_of(workspace)
    counts = workspace.step("data_docs", lambda settings: write_data_docs(settings, version), version)
    index = workspace.settings.home.data_docs / "index.html"
    return dg.MaterializeResult(
        metadata={
            **counts_as_metadata(counts),
            "pages": dg.MetadataValue.url(index.resolve().as_uri()),
            "path": dg.MetadataValue.path(index),
        }
    )
