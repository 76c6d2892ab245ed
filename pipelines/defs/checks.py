"""Every expectation of every suite as an asset check: critical ones stop what comes after, warnings are shown."""

from collections.abc import Callable, Iterator, Sequence

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from connectors.spec import Platform
from pipelines.defs.landing import landing_key
from pipelines.defs.resources import Workspace
from pipelines.stages.checks import check_stage, results
from pipelines.stages.quality import LANDING, check_landing, landed_platform, write_stop
from quality.suites import Expectation, blocking_failures, expectations
from quality.suites.landing import landing_suite
from quality.suites.landing_run import suite_name
from warehouse.model.data_model import DataModel


def suite_checks(
    model: DataModel, suite: str, asset: dg.AssetKey, run: Callable[[Workspace], None] | None = None
) -> dg.AssetChecksDefinition:
    """The checks of one suite on one asset, run together in one step.

    Args:
        model: the kinds there are.
        suite: name of the suite; without `run` it is one that reads stage files.
        asset: what it checks.
        run: runs the suite and keeps its results under that name.
    """

    @dg.multi_asset_check(
        name=f"check_{suite.replace('.', '_')}",
        specs=[_spec(expectation, asset) for expectation in expectations(suite, model)],
    )
    def checks(workspace: Workspace) -> Iterator[dg.AssetCheckResult]:
        (run or _on_stage)(workspace)
        found = results(workspace.settings, suite)
        if blocking_failures(found).num_rows:  # nothing that comes after will run
            write_stop(workspace.settings, suite)
        yield from _results(found, asset)

    def _on_stage(workspace: Workspace) -> None:
        judged = not suite.startswith("mention.")
        workspace.step(f"check/{suite}", lambda settings: check_stage(settings, suite), judged=judged)

    return checks


def landing_checks(platforms: Sequence[Platform]) -> dg.AssetChecksDefinition:
    """The landing suites of all platforms, run in one step: how fresh one is shows beside the others. All are warnings."""

    @dg.multi_asset_check(
        name="check_landing",
        specs=[_spec(e, landing_key(p.platform)) for p in platforms for e in landing_suite(landed_platform(p))],
    )
    def checks(workspace: Workspace) -> Iterator[dg.AssetCheckResult]:
        workspace.step("check/landing", check_landing, judged=False)
        found = results(workspace.settings, LANDING)
        for platform in platforms:
            own = found.filter(pc.equal(found["suite"], suite_name(platform.platform)))
            yield from _results(own, landing_key(platform.platform))

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
