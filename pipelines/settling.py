"""Files that are being copied into the inbox while a run begins: it waits until they keep still.

Belongs here: the wait. Does not: a file that changes while it is read (`connectors.store`), or one that was cut (the readers).
"""

from __future__ import annotations

import time
from collections.abc import Callable, Collection
from pathlib import Path

from connectors.inbox import listing
from connectors.remote import Remote

YOUNG_SECONDS = 30
"""A file that changed less long ago may still be being copied."""

PAUSE_SECONDS = 1.0
LONGEST_SECONDS = 120
"""What is copied longer is left to the next run, which sees that it has changed."""

Files = list[tuple[str, int, int]]


def young_files(inbox: Path | Remote, now: float, platforms: Collection[str] = ()) -> Files:
    """Name, size and time of change (ns) of the offered files that may still be being copied.

    A file ahead of the clock is none of them: a device, an archive or another time zone dated it.
    """
    return [file for file in files(inbox, platforms) if 0 <= now - file[2] / 1e9 < YOUNG_SECONDS]


def files(inbox: Path | Remote, platforms: Collection[str] = ()) -> Files:
    """Name, size and time of change (ns) of every file offered, sorted; at an address those of `platforms` alone.

    Raises:
        DeliveryRejected: the address can't be reached.
    """
    if isinstance(inbox, Remote):
        return [(f"{e.platform}/{e.name}", e.size, e.changed) for e in inbox.listing(platforms) if not e.fault]
    folders = sorted(p for p in inbox.iterdir() if p.is_dir()) if inbox.is_dir() else []
    return [(f"{f.name}/{name}", size, changed) for f in folders for name, size, changed, _ in listing(f)]


def wait_until_settled(
    inbox: Path | Remote,
    on_wait: Callable[[], None],
    platforms: Collection[str] = (),
    *,
    clock: Callable[[], float] = time.time,
    pause: Callable[[float], None] = time.sleep,
) -> bool:
    """Wait while young files grow; return whether they keep still now.

    Args:
        inbox: one folder per platform.
        on_wait: called once where it takes more than a moment.
        platforms: whose files are looked at, where the inbox lies at an address.
        clock: seconds since the epoch.
        pause: waits so many seconds.
    """
    began, waiting = clock(), False
    young = young_files(inbox, began, platforms)
    while young:
        pause(PAUSE_SECONDS)
        now = clock()
        again = young_files(inbox, now, platforms)
        if set(again) <= set(young):
            return True
        if now - began > LONGEST_SECONDS:
            return False
        if not waiting:
            on_wait()
            waiting = True
        young = again
    return True
