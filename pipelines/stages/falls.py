"""The guard before a release: a platform whose mentions fall by more than its declared share waits for a person.

A renamed column, a cut file, a wrong mapping, a platform that is gone: whatever the cause, people would vanish from the library
and every balance would hold. Counted are the mentions of the candidate against those of the library, by platform and kind.

Belongs here: the count, and which falls a person has looked at. Does not: stopping the release (suite `release`).
"""

from __future__ import annotations

from collections.abc import Iterator
from datetime import UTC, datetime
from pathlib import Path

import duckdb
import pyarrow as pa
from pydantic import ValidationError

from connectors.decisions import decisions
from connectors.holding import COMPARABLE_ROWS
from pipelines.markers import digest
from pipelines.settings import Settings
from warehouse.model import Home
from warehouse.model.quality import FALL, GRID_FALL
from warehouse.model.session import connect
from warehouse.model.sql import literal
from warehouse.release import published
from warehouse.release.manifest import Manifest

DEFAULT_SHARE = 0.5
"""Of platforms that are described no more."""

Counts = dict[tuple[str, str], int]
"""(platform, kind) → mentions."""


def falls(settings: Settings, candidate: Path) -> pa.Table:
    """What fell against the library and nobody has looked at: `FALL`; empty where there is no library to compare with.

    A decision about a delivery of a platform, or about its fall, that was made since the library was built settles it: a
    person has looked.

    Args:
        settings: its platforms say which share is plausible (`volume.min_share`; 0 never holds).
        candidate: the file of the release that was built aside.
    """
    home = settings.home
    version = published(home)
    before = _mentions(home.library) if version else None
    if not version or not before:
        return FALL.empty()
    now = _mentions(candidate) or {}
    seen = _seen(home, version)
    rows = []
    for platform in sorted({p for p, _ in before} - seen):
        fallen = list(_fallen(settings, platform, before, now))
        fall_id = digest(("fall", version, platform, *fallen))
        rows += [dict(zip(FALL.names, (fall_id, *line), strict=True)) for line in fallen]
    return FALL.conform(pa.Table.from_pylist(rows, schema=FALL.arrow))


def _fallen(
    settings: Settings, platform: str, before: Counts, now: Counts
) -> Iterator[tuple[str, str, int, int, float]]:
    declared = settings.platforms.get(platform)
    share = declared.volume.min_share if declared else DEFAULT_SHARE
    for (name, kind), mentions in sorted(before.items()):
        left = now.get((name, kind), 0)
        if name == platform and mentions >= COMPARABLE_ROWS and left < mentions * share:
            yield platform, kind, mentions, left, share


def _mentions(library: Path) -> Counts | None:
    """Mentions by platform and kind; None where the file can't tell, such as one of another version of the project."""
    try:
        with connect() as con:
            con.execute(f"attach {literal(library)} as library (read_only)")
            counted = con.execute(
                "select platform, entity_kind, count(*) from library.link.mention group by all"
            ).fetchall()
    except duckdb.Error:
        return None
    return {(str(platform), str(kind)): int(count) for platform, kind, count in counted}


GRID_MARGIN = 0.02
"""Share of a kind that may lose its grid from one release to the next without a word."""


def grid_falls(home: Home, candidate: Path) -> pa.Table:
    """Kinds of which the candidate places a smaller share in grids than the library: `GRID_FALL`.

    A grid file that is re-coded leaves homes and people behind under codes that no grid has any more, and every balance
    holds. Kinds of a few entities are left out; so is all where there is no library to compare with.
    """
    before = _placed(home.library, home) if published(home) else {}
    now = _placed(candidate, home)
    rows = [
        dict(zip(GRID_FALL.names, (kind, placed / entities, now[kind][1] / now[kind][0]), strict=True))
        for kind, (entities, placed) in sorted(before.items())
        if entities >= COMPARABLE_ROWS and now.get(kind, (0, 0))[0]
        if placed / entities - now[kind][1] / now[kind][0] > GRID_MARGIN
    ]
    return GRID_FALL.conform(pa.Table.from_pylist(rows, schema=GRID_FALL.arrow))


def _placed(library: Path, home: Home) -> dict[str, tuple[int, int]]:
    """Kind → its entities, and those with a grid; nothing of kinds the file does not hold, or where it can't be read."""
    found: dict[str, tuple[int, int]] = {}
    with connect() as con:
        try:
            con.execute(f"attach {literal(library)} as library (read_only)")
        except duckdb.Error:
            return {}
        for kind in home.data_model.placed:
            try:
                counted = con.execute(f"select count(*), count(grid_code) from library.base.{kind}").fetchone()
            except duckdb.Error:
                continue  # a release of another version of the project
            found[kind] = (int(counted[0]), int(counted[1])) if counted else (0, 0)
    return found


def _seen(home: Home, version: str) -> set[str]:
    """Platforms about which a person decided something since that release was built."""
    try:
        built = Manifest.read(home.release(version)).created_at
    except (FileNotFoundError, ValidationError):
        return set()
    return {d.platform for d in decisions(home).values() if _moment(d.at) >= built.replace(microsecond=0)}


def _moment(text: str) -> datetime:
    try:
        moment = datetime.fromisoformat(text)
    except ValueError:
        return datetime.min.replace(tzinfo=UTC)
    return moment if moment.tzinfo else moment.replace(tzinfo=UTC)
