"""Every expectation of every suite as an asset check: critical ones stop what comes after, warnings are shown."""

from collections.abc import Iterator, Sequence

import dagster as dg
import pyarrow as pa
import pyarrow.compute as pc

from connectors.spec import Platform
from pipelines.defs.assets import key_of
from pipelines.defs.landing import landing_key
from pipelines.defs.resources import Workspace
from pipelines.stages.checks import results
from pipelines.stages.quality import LANDING, landed_platform, write_stop
from pipelines.steps import Plan, Step
from quality.suites import Expectation, blocking_failures, expectations
from quality.suites.landing import landing_suite
from quality.suites.landing_run import suite_name
from warehouse.model.data_model import DataModel


def suite_checks(model: DataModel, plan: Plan, suite: str, step: Step) -> dg.AssetChecksDefinition:
    """The checks of one suite on what it is about, run together in one step.

    Args:
        model: the kinds there are.
        plan: all steps.
        suite: name of the suite.
        step: runs it and keeps its results under that name; what it reads first is what it checks.
    """
    asset = key_of(step.reads[0])

    @dg.multi_asset_check(
        name=f"check_{suite.replace('.', '_')}",
        specs=[_spec(expectation, asset, step.reads[1:]) for expectation in expectations(suite, model)],
    )
    def checks(workspace: Workspace) -> Iterator[dg.AssetCheckResult]:
        workspace.run_step(plan, step)
        outcomes = results(workspace.settings, suite)
        if blocking_failures(outcomes).num_rows:  # nothing that comes after will run
            write_stop(workspace.settings, suite)
        yield from _results(outcomes, asset)

    return checks


def landing_checks(model: DataModel, platforms: Sequence[Platform]) -> dg.AssetChecksDefinition:
    """The landing suites of all platforms, run in one step: how fresh one is shows beside the others. All are warnings."""

    @dg.multi_asset_check(
        name="check_landing",
        specs=[_spec(e, landing_key(p.platform)) for p in platforms for e in landing_suite(landed_platform(p, model))],
    )
    def checks(workspace: Workspace) -> Iterator[dg.AssetCheckResult]:
        workspace.check_landing()
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


def _spec(expectation: Expectation, asset: dg.AssetKey, beside: Sequence[str] = ()) -> dg.AssetCheckSpec:
    return dg.AssetCheckSpec(
        expectation.name,
        asset=asset,
        additional_deps=[key_of(handle) for handle in beside if key_of(handle) != asset],
        description=f"{expectation.zh} · {expectation.en}",
        blocking=expectation.severity == "critical",
    )
