"""The Dagster instance of a run in the foreground: that of DAGSTER_HOME, whose pages show the run, else one nobody looks at.

Belongs here: these instances. Does not: what the run tells people (`pipelines.progress`, `pipelines.summary`).
"""

import os
import socket
from collections.abc import Callable
from pathlib import Path
from typing import Any

import dagster as dg
from dagster._core.instance import InstanceType
from dagster._core.launcher.sync_in_memory_run_launcher import SyncInMemoryRunLauncher
from dagster._core.run_coordinator import DefaultRunCoordinator
from dagster._core.storage.event_log import InMemoryEventLogStorage
from dagster._core.storage.noop_compute_log_manager import NoOpComputeLogManager
from dagster._core.storage.root import TemporaryLocalArtifactStorage
from dagster._core.storage.runs import InMemoryRunStorage


class _NoEvents(InMemoryEventLogStorage):
    """Stores no event. Stored ones take a third of the time of a small run: five statements of SQL for each."""

    def store_event(self, event: Any) -> None:
        """Let the event go; the run hands it on to its caller all the same."""


def unrecorded_instance() -> dg.DagsterInstance:
    """An instance in memory, as `DagsterInstance.ephemeral()`, that stores no events. Use it as a context manager."""
    return dg.DagsterInstance(
        instance_type=InstanceType.EPHEMERAL,
        local_artifact_storage=TemporaryLocalArtifactStorage(),
        run_storage=InMemoryRunStorage(),
        event_storage=_NoEvents(),
        compute_log_manager=NoOpComputeLogManager(),
        run_coordinator=DefaultRunCoordinator(),
        run_launcher=SyncInMemoryRunLauncher(),
    )


BY_COMMAND = "onenet/process"
"""Tag of a run of the command: the machine and the number of its process."""


def process_tag() -> str:
    """This process, as the tag names it."""
    return f"{socket.gethostname()}:{os.getpid()}"


def foreground_instance(on_trouble: Callable[[str], None]) -> dg.DagsterInstance:
    """The instance of DAGSTER_HOME where that is set and answers, else `unrecorded_instance`. Use it as a context manager.

    Runs of the command that were killed stand there as running; they are put down as failed.

    Args:
        on_trouble: is told in a line why a run is not recorded although DAGSTER_HOME is set.
    """
    if not os.environ.get("DAGSTER_HOME"):
        return unrecorded_instance()
    try:
        instance = dg.DagsterInstance.get()
        _end_killed(instance)
    except Exception as error:  # whatever its storage says: the run does without
        on_trouble(
            f"DAGSTER_HOME: 无法记入Dagster（{type(error).__name__}），照常运行 · the run is not recorded in Dagster"
        )
        return unrecorded_instance()
    return instance


def _end_killed(instance: dg.DagsterInstance) -> None:
    machine = socket.gethostname()
    for run in instance.get_runs(dg.RunsFilter(statuses=[dg.DagsterRunStatus.STARTED, dg.DagsterRunStatus.STARTING])):
        host, _, process = run.tags.get(BY_COMMAND, "").rpartition(":")
        if host == machine and not Path("/proc", process).exists():
            instance.report_run_failed(run, "运行被中止 · the run was killed")
