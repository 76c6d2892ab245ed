"""Make a release that was published before the library again.

Belongs here: going back. Does not: the register of ids, which never goes back. What the withdrawn release handed out is
known to those who read it, so the next run starts from the newest register ever committed, and gives no id twice.
"""

from __future__ import annotations

from pathlib import Path

from warehouse import ledger
from warehouse.model.home import Home
from warehouse.release.manifest import LIBRARY, ReleaseError
from warehouse.release.pointing import point_all
from warehouse.release.publish import swap_in
from warehouse.release.restricted import point_restricted
from warehouse.release.verify import verify_kept
from warehouse.release.versions import published, releases


def rollback(home: Home, version: str) -> Path:
    """Verify the kept release `version` and make it the library, with its Parquet files and its restricted release.

    The release that was the library stays where it is, so that going forward again is the same call. Nothing is built
    anew, and nothing but a run with something new to tell publishes again.

    Args:
        home: the home; the caller holds its lock.
        version: as `onenet releases` lists it.

    Returns:
        The path of the library.

    Raises:
        ReleaseError: it was never published, is the library already, or is no longer the file its manifest describes.
    """
    known = [manifest.version for manifest in releases(home)]
    if version not in known:
        raise ReleaseError(f"release {version} is not kept in this home; there are: {', '.join(known) or 'none'}")
    if published(home) == version:
        raise ReleaseError(f"release {version} is the library already")
    if problems := verify_kept(home.release(version)):
        raise ReleaseError(f"release {version} is not what it was: " + "; ".join(problems))
    swap_in(home.release(version) / LIBRARY, home.library)
    ledger.append(home, "release", "onenet", version=version)
    point_all(home, version)
    point_restricted(home, version)
    return home.library
