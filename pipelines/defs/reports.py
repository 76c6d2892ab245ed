"""After a run in Dagster: its report in the home, and the alerts the city declares, as after a run of the command."""

from typing import Any

import dagster as dg

from pipelines.alerts import alert
from pipelines.defs.jobs import main_job
from pipelines.report import Report, report_of_run, write_status
from pipelines.settings import Settings


def run_reports(settings: Settings) -> list[dg.SensorDefinition]:
    """Sensors that report every run of the main job, good or bad; they run as soon as the daemon does."""
    common: dict[str, Any] = {"monitored_jobs": [main_job], "default_status": dg.DefaultSensorStatus.RUNNING}

    @dg.run_status_sensor(
        run_status=dg.DagsterRunStatus.SUCCESS,
        name="report_success",
        description="运行成功后写状态文件并通知 · writes the status file and alerts after a good run.",
        **common,
    )
    def success(context: dg.RunStatusSensorContext) -> None:
        _tell(context, settings, report_of_run(settings, _began(context), failures=None))

    @dg.run_failure_sensor(
        name="report_failure",
        description="运行失败后写状态文件并通知 · writes the status file and alerts after a bad run.",
        **common,
    )
    def failure(context: dg.RunFailureSensorContext) -> None:
        steps = [(event.step_key or "run").replace("__", "/") for event in context.get_step_failure_events()]
        _tell(context, settings, report_of_run(settings, _began(context), failures=steps or ["run"]))

    return [success, failure]


def _began(context: dg.RunStatusSensorContext) -> float:
    record = context.instance.get_run_record_by_id(context.dagster_run.run_id)
    return (record.start_time if record else None) or 0.0


def _tell(context: dg.RunStatusSensorContext, settings: Settings, report: Report) -> None:
    for problem in (*write_status(settings.home, report), *alert(settings, report)):
        context.log.warning(problem)
