"""One piece of work on an engine: where it runs, where its tables and files lie, what it is about.

Belongs here: naming it, opening and closing it. Does not: doing it.
"""

from __future__ import annotations

from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from shutil import rmtree

from pipelines.engine.places import open_engine
from pipelines.engine.tables import Tables


@dataclass(frozen=True)
class OnEngine:
    """A piece of work on an engine.

    Attributes:
        url: of the engine, see `open_engine`.
        folder: of its tables and files; it is gone once the work is done.
        stamp: of what the work is about: its input, its code. Work that was killed goes on under the same one.
    """

    url: str
    folder: Path
    stamp: str


@contextmanager
def work(run: OnEngine) -> Iterator[tuple[Tables, Path]]:
    """Tables of a piece of work on its engine, and the folder its files are written to; both are gone once it is done.

    Where the work fails they stay: the next run under the same stamp goes on from the last table, and from the files there are.
    """
    files = run.folder.resolve() / "file"
    for other in files.glob("*"):
        if other.name != run.stamp:
            rmtree(other)
    engine = open_engine(run.url, run.folder / "table")
    try:
        yield Tables(engine, run.stamp), files / run.stamp
    finally:
        engine.stop()
    rmtree(run.folder, ignore_errors=True)
