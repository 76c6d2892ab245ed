"""One landing asset per platform."""

import dagster as dg

from connectors.landing import LandingReport
from connectors.spec import Platform
from pipelines.defs.resources import Workspace
from pipelines.stages.landing import land_platform


def landing_key(platform: str) -> dg.AssetKey:
    """`landing/<platform>`."""
    return dg.AssetKey(["landing", platform])


def landing_asset(platform: Platform) -> dg.AssetsDefinition:
    """The asset that lands what one department dropped."""
    key = landing_key(platform.platform)

    @dg.asset(
        key=key,
        group_name="landing",
        kinds={platform.format.kind, "parquet"},
        owners=[f"team:{platform.department.code}"],
        tags={"cadence": platform.cadence, "sharing": platform.sharing},
        description=_description(platform),
    )
    def landed(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.MaterializeResult:
        report = land_platform(workspace.settings, platform.platform)
        for warning in report.warnings:
            context.log.warning(warning)
        return _result(report)

    return landed


def _result(report: LandingReport) -> dg.MaterializeResult:
    """Counts and reasons; what they are worth is said by the suites, once (`pipelines.defs.checks`)."""
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": report.rows_landed,
            "rows_delivered": report.rows_delivered,
            "rows_rejected": report.rows_rejected,
            "new_deliveries": len(report.deliveries),
            "rejected_deliveries": dg.JsonMetadataValue([f"{f}: {why}" for f, _, why in report.rejected_deliveries]),
            "held_deliveries": dg.JsonMetadataValue([" ".join(held) for held in report.held]),
            "warnings": dg.JsonMetadataValue(list(report.warnings)),
        }
    )


def _description(platform: Platform) -> str:
    datasets = "、".join(dataset.title.zh for dataset in platform.datasets)
    return (
        f"**{platform.title.zh}** · {platform.title.en}（{platform.department.zh}）\n\n"
        f"{datasets}；文件 `{'`、`'.join(platform.patterns)}`，{platform.delivery.semantics}，{platform.cadence}。\n\n"
        f"Lands new deliveries: original bytes, rows as Parquet with provenance, rejected rows with their reason."
    )
