"""Every expectation of every suite as an asset check: critical ones stop what comes after, warnings are shown."""

from collections.abc import Callable, Iterator

import dagster as dg
import pyarrow as pa

from pipelines.defs.resources import Workspace
from pipelines.stages.checks import check_stage, results
from quality.suites import Expectation, expectations


def suite_checks(
    suite: str, asset: dg.AssetKey, run: Callable[[Workspace], None] | None = None
) -> dg.AssetChecksDefinition:
    """The checks of one suite on one asset, run together in one step.

    Args:
        suite: name of the suite; without `run` it is one that reads stage files.
        asset: what it checks.
        run: runs the suite and keeps its results under that name.
    """

    @dg.multi_asset_check(
        name=f"check_{suite.replace('.', '_')}",
        specs=[_spec(expectation, asset) for expectation in expectations(suite)],
    )
    def checks(workspace: Workspace) -> Iterator[dg.AssetCheckResult]:
        (run or _on_stage)(workspace)
        yield from _results(results(workspace.settings, suite), asset)

    def _on_stage(workspace: Workspace) -> None:
        judged = not suite.startswith("mention.")
        workspace.step(f"check/{suite}", lambda settings: check_stage(settings, suite), judged=judged)

    return checks


def _results(table: pa.Table, asset: dg.AssetKey) -> Iterator[dg.AssetCheckResult]:
    """Outcome and counts, never a value."""
    for row in table.to_pylist():
        critical = row["severity"] == "critical"
        yield dg.AssetCheckResult(
            asset_key=asset,
            check_name=row["expectation"],
            passed=row["outcome"] == "passed",
            severity=dg.AssetCheckSeverity.ERROR if critical else dg.AssetCheckSeverity.WARN,
            description=row["description"],
            metadata={k: row[k] for k in ("outcome", "checked", "unexpected") if row[k] is not None},
        )


def _spec(expectation: Expectation, asset: dg.AssetKey) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        expectation.name,
        asset=asset,
        description=f"{expectation.zh} · {expectation.en}",
        blocking=expectation.severity == "critical",
    )
