"""A library that was deleted, cut off or written over: the newest good release takes its place.

Belongs here: telling that a library is not what was published, and putting a release back. Does not: building one (`build`).
The library and the file of its release are one file under two names, so that both may be gone at once.
"""

from __future__ import annotations

import shutil
from dataclasses import dataclass

import duckdb
from pydantic import ValidationError

from warehouse.model.home import Home
from warehouse.model.session import connect
from warehouse.model.sql import literal as text
from warehouse.release.manifest import LIBRARY, Manifest
from warehouse.release.pointing import forget_all, point_all
from warehouse.release.publish import swap_in
from warehouse.release.restricted import point_restricted
from warehouse.release.verify import verify_kept
from warehouse.release.versions import published, releases


@dataclass(frozen=True)
class Repair:
    """What was done: the release that is the library again, and the damaged releases that went; `version` is None where none is good."""

    version: str | None
    damaged: tuple[str, ...]

    @property
    def is_newest(self) -> bool:
        """Whether nothing is left to be made anew."""
        return self.version is not None and not self.damaged


def library_is_whole(home: Home) -> bool:
    """Whether the library can be opened and is as long as its release says; its bytes are not hashed, which takes long."""
    version = published(home)
    if version is None:
        return False
    try:
        size = Manifest.read(home.release(version)).file.bytes
    except (FileNotFoundError, ValidationError):
        size = home.library.stat().st_size  # of a home that was copied without its releases
    try:
        with connect() as con:
            con.execute(f"attach {text(str(home.library))} as library (read_only)")
    except duckdb.Error:
        return False
    return home.library.stat().st_size == size


def put_back(home: Home) -> Repair | None:
    """Make the newest good release the library where it is gone or damaged; the caller holds the home's lock.

    Returns:
        What was done; None where the library is whole, or there was never one. Releases whose file is damaged are removed:
        nobody can read them, and the next release is made from the stages.
    """
    known = releases_and_remains(home)
    if library_is_whole(home) or not (known or home.library.exists()):
        return None
    damaged: list[str] = []
    for version in reversed(known):
        if not verify_kept(home.release(version)):
            swap_in(home.release(version) / LIBRARY, home.library)
            point_all(home, version)
            point_restricted(home, version)
            return Repair(version, tuple(damaged))
        shutil.rmtree(home.release(version))
        damaged.append(version)
    home.library.unlink(missing_ok=True)
    forget_all(home)
    home.restricted_library.unlink(missing_ok=True)
    return Repair(None, tuple(damaged))


def releases_and_remains(home: Home) -> list[str]:
    """Versions of releases that were published, oldest first, also those that lost their file."""
    found = {manifest.version for manifest in releases(home)}
    for folder in home.release("").glob("[0-9]*-*"):
        try:
            if Manifest.read(folder).published_at:
                found.add(folder.name)
        except (FileNotFoundError, ValidationError):
            continue
    return sorted(found)
