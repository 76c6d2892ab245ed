"""Make a release the library: verify, link aside, swap. A reader with the former library open keeps it.

Belongs here: the swap. Does not: building (`build`) or what must hold (`verify`).
"""

from __future__ import annotations

import os
import shutil
from datetime import UTC, datetime
from pathlib import Path

from pydantic import ValidationError

from warehouse import ledger
from warehouse.model.durable import sync
from warehouse.model.home import Home
from warehouse.release.manifest import LIBRARY, LedgerHead, Manifest, ReleaseError
from warehouse.release.proof import is_proven, prove


def publish(home: Home, version: str, *, published_at: datetime | None = None) -> Path:
    """Verify release `version`, unless it was proven, and make it `<home>/one_network.duckdb` in one step; return that path.

    The library is a hard link to the file of the release (a copy where the file system knows no links), so publishing a
    large release costs no time and no space; the file is read-only, so nobody changes the kept release through the
    library. Whoever has the former library open goes on reading it: its bytes live as long as someone holds them.

    Raises:
        ReleaseError: the release is missing or not good; the library stays what it was.
    """
    folder = home.release(version)
    if problems := [] if is_proven(home, version) else prove(home, version):
        raise ReleaseError(f"release {version} is not published: " + "; ".join(problems))
    swap_in(folder / LIBRARY, home.library)
    # After the swap: what says it was published was. A crash in between is made good by `settle`.
    settle(home, version, published_at=published_at)
    return home.library


def swap_in(file: Path, place: Path) -> None:
    """Make `place` a hard link to `file` in one step; a copy where the file system knows no links.

    Whoever has the former file open goes on reading it.
    """
    aside = place.with_name(f".{place.name}.publishing")
    aside.unlink(missing_ok=True)
    try:
        os.link(file, aside)
    except OSError:
        shutil.copyfile(file, aside)
        aside.chmod(file.stat().st_mode & 0o777)
        sync(aside)
    aside.replace(place)
    aside.unlink(missing_ok=True)  # renaming a link onto another link of the same file leaves both
    sync(place.parent)


def settle(home: Home, version: str, *, published_at: datetime | None = None) -> None:
    """Let the manifest of the library's release say that it was published; nothing happens where it does already."""
    folder = home.release(version)
    try:
        manifest = Manifest.read(folder)
    except (FileNotFoundError, ValidationError):
        return
    if manifest.published_at is None:
        seen = ledger.append(home, "release", "onenet", version=version, sha256=manifest.file.sha256)
        told = {
            "published_at": published_at or datetime.now(UTC),
            "ledger": LedgerHead.model_validate(ledger.seal(home, seen)),
        }
        manifest.model_copy(update=told).write(folder)
