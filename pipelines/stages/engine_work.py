"""What a step does on the engine of its run, told apart by what it reads.

Belongs here: naming such work. Does not: doing it.
"""

from __future__ import annotations

from collections.abc import Iterable
from pathlib import Path

from pipelines.engine import OnEngine
from pipelines.markers import digest
from pipelines.settings import Settings


def on_engine(settings: Settings, work: str, inputs: Iterable[Path]) -> OnEngine:
    """A piece of work on the engine of the run: stage files are put in place whole, so time and size tell one from another."""
    files = [path.stat() for path in inputs if path.exists()]
    stamp = digest((settings.configuration_fingerprint, [(f.st_size, f.st_mtime_ns) for f in files]))
    return OnEngine(settings.engine, settings.home.engine_tables(work), stamp)


def stage_files(settings: Settings, *stages: str) -> list[Path]:
    """The stage files of all kinds."""
    return [settings.home.stage(stage, kind) for kind in settings.home.data_model.kinds for stage in stages]
