"""The Dagster instance of a run in the foreground: nobody looks at its events once it has ended.

Belongs here: that instance. Does not: what the run tells people (`pipelines.progress`, `pipelines.summary`).
"""

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
