"""One piece of work on an engine: where it runs, where its tables lie, what it is about.

Belongs here: naming it. Does not: doing it.
"""

from __future__ import annotations

from dataclasses import dataclass
from pathlib import Path


@dataclass(frozen=True)
class OnEngine:
    """A piece of work on an engine.

    Attributes:
        url: of the engine, see `open_engine`.
        folder: of its tables; it is gone once the work is done.
        stamp: of what the work is about. Work that was killed goes on from its last table under the same one.
    """

    url: str
    folder: Path
    stamp: str
