"""Run the main job in this process: the same definitions as in Dagster, without its five seconds per spawned step."""

from __future__ import annotations

import logging
import time

import dagster as dg
from rich.console import Console

from pipelines.defs.build import build_definitions
from pipelines.defs.instance import foreground_instance
from pipelines.defs.jobs import MAIN_JOB
from pipelines.defs.resources import workspace_of
from pipelines.defs.threads import execute
from pipelines.outcome import Outcome
from pipelines.progress import ProgressHandler
from pipelines.settings import Settings
from warehouse.model import memory

DISK_FULL = ("No space left on device", "[Errno 28]", "Disk quota exceeded", "File too large")
"""How Python, Arrow and DuckDB say it."""

NO_MEMORY = (
    "Out of Memory",
    "MemoryError",
    "Cannot allocate memory",
    "bad_alloc",
    "malloc of size",
    "can't start new thread",
)
"""How they say that."""


def run_main_job(settings: Settings, console: Console) -> Outcome:
    """Run every stage on `settings` in process and say how it ended. Raises nothing a stage raised."""
    began = time.time()
    handler: list[ProgressHandler] = []

    @dg.logger
    def foreground(_: dg.InitLoggerContext) -> logging.Logger:
        logger = logging.Logger("onenet", logging.DEBUG)
        logger.addHandler(handler[0])
        return logger

    definitions = build_definitions(settings, workspace_of(settings), loggers={"console": foreground})
    job = definitions.resolve_job_def(MAIN_JOB)
    unrecorded: list[str] = []
    with foreground_instance(unrecorded.append) as instance, ProgressHandler(len(job.graph.nodes), console) as progress:
        handler.append(progress)
        result = execute(job, instance, {"loggers": {"console": {"config": {}}}})
    return _outcome(result, [*unrecorded, *progress.warnings], began)


def _outcome(result: dg.ExecuteInProcessResult, warnings: list[str], began: float) -> Outcome:
    evaluations = result.get_asset_check_evaluations()
    named = {f"{e.asset_key.to_user_string()}: {e.check_name}": e for e in evaluations}
    failed = {name: e for name, e in named.items() if not e.passed}
    done = {event.step_key for event in result.all_events if event.is_step_success}
    return Outcome(
        released=result.success,
        published="publish" in done,
        began=began,
        checks_passed=sorted(set(named) - set(failed)),
        checks_failed=sorted(failed),
        blocking=sorted(n for n, e in failed.items() if e.blocking and e.severity == dg.AssetCheckSeverity.ERROR),
        failures=_failures(result),
        warnings=warnings,
    )


def _failures(result: dg.ExecuteInProcessResult) -> list[str]:
    failures = []
    for event in result.all_events:
        if event.is_step_failure:
            error = event.step_failure_data.error
        elif event.is_failure:  # before the first step: the home can't be written to
            error = getattr(event.event_specific_data, "error", None)
        else:
            continue
        while error and error.cause:
            error = error.cause
        if error and error.cls_name != "DagsterAssetCheckFailedError":
            place = (event.step_key or "run").replace("__", "/")
            failures.append(f"{place}: {_told(error.message.strip())}")
    # The run tells its first step's error once more; it is news only where no step came to run.
    return [f for f in failures if not f.startswith("run: ")] or failures


def _told(message: str) -> str:
    """The message of an error; led by what to do where that is plain."""
    line = next(iter(message.splitlines()), "")  # DuckDB adds advice that is none to who runs a city
    if any(sign in message for sign in DISK_FULL):
        return f"磁盘已满，请腾出空间后再次运行 · the disk is full; make room and run again ({line})"
    if any(sign in message for sign in NO_MEMORY):
        return f"内存不足，请关闭其他程序、增加内存或调高 {memory.VARIABLE} 后再次运行 · not enough memory; make room or raise {memory.VARIABLE}, and run again ({line})"
    return message
