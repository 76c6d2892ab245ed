"""After a run in Dagster: its report in the home, and the alerts the city declares, as after a run of the command.

A run is one that was asked for the library, by the job, the schedule, the sensor or "Materialize all". One of a few chosen
assets before it tells nobody anything.
"""

from typing import Any

import dagster as dg

from pipelines.alerts import alert
from pipelines.report import Report, report_of_run, write_status
from pipelines.settings import Settings

LIBRARY = dg.AssetKey(["release", "base_library"])
NOT_ASKED = dg.SkipReason("只运行了部分资产，未及基础库 · only some assets were asked for, not the library")


def asked_for_the_library(run: dg.DagsterRun) -> bool:
    """Whether a run was to make a release: of all assets, or of some with the library among them."""
    return not run.asset_selection or LIBRARY in run.asset_selection


def run_reports(settings: Settings) -> list[dg.SensorDefinition]:
    """Sensors that report every run that was asked for the library, good or bad; they run as soon as the daemon does."""
    common: dict[str, Any] = {"default_status": dg.DefaultSensorStatus.RUNNING}

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name="report_success",
        description="运行成功后写状态文件并通知 · writes the status file and alerts after a good run.",
        **common,
    )
    def success(context: dg.RunStatusSensorContext) -> dg.SkipReason | None:
        if not asked_for_the_library(context.dagster_run):
            return NOT_ASKED
        _tell(context, settings, report_of_run(settings, _began(context), failures=None))
        return None

    @dg.run_failure_sensor(
        name="report_failure",
        description="运行失败后写状态文件并通知 · writes the status file and alerts after a bad run.",
        **common,
    )
    def failure(context: dg.RunFailureSensorContext) -> dg.SkipReason | None:
        if not asked_for_the_library(context.dagster_run):
            return NOT_ASKED
        steps = [(event.step_key or "run").replace("__", "/") for event in context.get_step_failure_events()]
        _tell(context, settings, report_of_run(settings, _began(context), failures=steps or ["run"]))
        return None

    return [success, failure]


def _began(context: dg.RunStatusSensorContext) -> float:
    record = context.instance.get_run_record_by_id(context.dagster_run.run_id)
    return (record.start_time if record else None) or 0.0


def _tell(context: dg.RunStatusSensorContext, settings: Settings, report: Report) -> None:
    for problem in (*write_status(settings.home, report), *alert(settings, report)):
        context.log.warning(problem)
