"""One landing asset per platform."""

import dagster as dg

from connectors.landing import LandingReport
from connectors.spec import Platform
from pipelines.defs.resources import Workspace
from pipelines.stages.landing import land_platform

READABLE = "deliveries_readable"
NOTHING_REJECTED = "no_rows_rejected"
NOTHING_HELD = "no_delivery_held"


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
        pool="landing",
        check_specs=[
            dg.AssetCheckSpec(READABLE, asset=key, description="每个文件都能读取 · every file could be read"),
            dg.AssetCheckSpec(NOTHING_REJECTED, asset=key, description="没有退回行 · no row was rejected"),
            dg.AssetCheckSpec(
                NOTHING_HELD, asset=key, description="没有待人工确认的交付 · no delivery waits to be confirmed"
            ),
        ],
    )
    def landed(context: dg.AssetExecutionContext, workspace: Workspace) -> dg.MaterializeResult:
        report = land_platform(workspace.settings, platform.platform)
        for warning in report.warnings:
            context.log.warning(warning)
        return _result(report)

    return landed


def _result(report: LandingReport) -> dg.MaterializeResult:
    files = [f"{file}: {reason}" for file, _, reason in report.rejected_deliveries]
    return dg.MaterializeResult(
        metadata={
            "dagster/row_count": report.rows_landed,
            "rows_delivered": report.rows_delivered,
            "rows_rejected": report.rows_rejected,
            "new_deliveries": len(report.deliveries),
            "warnings": dg.JsonMetadataValue(list(report.warnings)),
        },
        check_results=[
            dg.AssetCheckResult(
                check_name=READABLE,
                passed=not files,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"files": dg.JsonMetadataValue(files)},
            ),
            dg.AssetCheckResult(
                check_name=NOTHING_REJECTED,
                passed=report.rows_rejected == 0,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"rows": report.rows_rejected},
            ),
            dg.AssetCheckResult(
                check_name=NOTHING_HELD,
                passed=not report.held,
                severity=dg.AssetCheckSeverity.WARN,
                metadata={"deliveries": dg.JsonMetadataValue([" ".join(held) for held in report.held])},
            ),
        ],
    )


def _description(platform: Platform) -> str:
    datasets = "、".join(dataset.title.zh for dataset in platform.datasets)
    return (
        f"**{platform.title.zh}** · {platform.title.en}（{platform.department.zh}）\n\n"
        f"{datasets}；文件 `{'`、`'.join(platform.patterns)}`，{platform.delivery.semantics}，{platform.cadence}。\n\n"
        f"Lands new deliveries: original bytes, rows as Parquet with provenance, rejected rows with their reason."
    )
