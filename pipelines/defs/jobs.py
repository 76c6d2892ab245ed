"""When the main job runs: every night, and soon after a department dropped a file."""

import time

import dagster as dg

from connectors.rows import DeliveryRejected
from pipelines.defs.threads import threads_executor
from pipelines.markers import digest
from pipelines.settings import Settings
from pipelines.settling import files, young_files

MAIN_JOB = "base_library"

main_job = dg.define_asset_job(
    MAIN_JOB,
    selection=dg.AssetSelection.all(),
    executor_def=threads_executor,
    tags={"onenet/home": "one"},
    description="接收、归并、检查、发布、回流 · Land, resolve, check, publish, hand back. One run at a time per home.",
)


def nightly(settings: Settings) -> dg.ScheduleDefinition:
    """The schedule the city sets; it runs by itself where the city says so, else once it is switched on."""
    schedule = settings.city.settings.schedule
    return dg.ScheduleDefinition(
        name="nightly",
        job=main_job,
        cron_schedule=schedule.cron,
        execution_timezone=schedule.timezone,
        default_status=dg.DefaultScheduleStatus.RUNNING if schedule.nightly else dg.DefaultScheduleStatus.STOPPED,
        description=f"{schedule.cron}（{schedule.timezone}）· the main job at these times.",
    )


def inbox_sensor(settings: Settings) -> dg.SensorDefinition:
    """The sensor that asks for a run when the files in the inbox are not those of the last time, and have settled."""

    @dg.sensor(
        name="inbox",
        job=main_job,
        minimum_interval_seconds=60,
        default_status=(
            dg.DefaultSensorStatus.RUNNING if settings.city.settings.schedule.inbox else dg.DefaultSensorStatus.STOPPED
        ),
        description="部门放入新文件后启动 · starts a run when a department dropped a file.",
    )
    def inbox(context: dg.SensorEvaluationContext) -> dg.RunRequest | dg.SkipReason:
        place, platforms = settings.remote or settings.inbox, frozenset(settings.platforms)
        try:
            offered = files(place, platforms)
        except DeliveryRejected as verdict:
            return dg.SkipReason(f"{verdict.reason} · the inbox can't be reached")
        if not offered:
            return dg.SkipReason("收件箱为空 · the inbox is empty")
        state = digest(offered)
        if state == context.cursor:
            return dg.SkipReason("没有新文件 · nothing new")
        if young_files(place, time.time(), platforms):
            return dg.SkipReason("文件仍在写入 · a file is still being written")
        context.update_cursor(state)
        return dg.RunRequest(run_key=state)

    return inbox
