"""Everything the code location holds, made from the steps: assets, checks, jobs, schedule, sensor."""

from collections.abc import Mapping

import dagster as dg

from pipelines.defs.assets import step_assets
from pipelines.defs.checks import landing_checks, suite_checks
from pipelines.defs.jobs import inbox_sensor, main_job, nightly
from pipelines.defs.landing import landing_asset
from pipelines.defs.reports import run_reports
from pipelines.defs.resources import Workspace
from pipelines.defs.threads import threads_executor
from pipelines.plan import check_candidate_step, check_step, plan
from pipelines.settings import Settings
from quality.suites import suites_of_stage


def build_definitions(
    settings: Settings, workspace: Workspace, loggers: Mapping[str, dg.LoggerDefinition] | None = None
) -> dg.Definitions:
    """The definitions for one city.

    Args:
        settings: its platforms make the landing and extract assets, its kinds all others.
        workspace: where the assets find home and inbox when they run.
        loggers: by name; Dagster's own if not given.
    """
    steps, model = plan(settings), settings.home.data_model
    return dg.Definitions(
        assets=[
            *(landing_asset(platform) for platform in settings.platforms.values()),
            *(step_assets(steps, step) for step in steps.steps),
        ],
        asset_checks=[
            landing_checks(model, list(settings.platforms.values())),
            *(suite_checks(model, steps, suite, check_step(model, suite)) for suite in suites_of_stage(model)),
            suite_checks(model, steps, "release", check_candidate_step(model)),
        ],
        jobs=[main_job],
        schedules=[nightly(settings)],
        sensors=[inbox_sensor(settings), *run_reports(settings)],
        resources={"workspace": workspace},
        executor=threads_executor,  # of "Materialize all" too, which runs no job of ours
        loggers=loggers or {},
    )
