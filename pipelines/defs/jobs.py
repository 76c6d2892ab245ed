"""When the main job runs: every night, and soon after a department dropped a file."""

from datetime import UTC, datetime
from pathlib import Path

import dagster as dg

from connectors.inbox import listing
from pipelines.defs.threads import threads_executor
from pipelines.markers import digest
from pipelines.settings import Settings

MAIN_JOB = "base_library"
SETTLED_SECONDS = 30
"""A file that changed less long ago may still be being copied."""

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
        files = _files(settings.inbox)
        if not files:
            return dg.SkipReason("收件箱为空 · the inbox is empty")
        state = digest(files)
        if state == context.cursor:
            return dg.SkipReason("没有新文件 · nothing new")
        now = datetime.now(UTC).timestamp()
        # a file ahead of the clock was not written just now: a device, an archive or another time zone dated it
        if any(0 <= now - changed / 1e9 < SETTLED_SECONDS for _, _, changed in files):
            return dg.SkipReason("文件仍在写入 · a file is still being written")
        context.update_cursor(state)
        return dg.RunRequest(run_key=state)

    return inbox


def _files(inbox: Path) -> list[tuple[str, int, int]]:
    """Name, size and time of change (ns) of every file offered, sorted."""
    folders = sorted(p for p in inbox.iterdir() if p.is_dir()) if inbox.is_dir() else []
    return [(f"{f.name}/{name}", size, changed) for f in folders for name, size, changed, _ in listing(f)]
