"""The home for the length of one recording: a request does not wait for a run, and two requests don't write at once.

Belongs here: the lock as the portal takes it. Does not: what is recorded.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator
from contextlib import contextmanager

from warehouse.model.home import Home
from warehouse.portal.desk import BusyError


@contextmanager
def held(home: Home) -> Iterator[Home]:
    """The home with the kinds of its last run, held.

    Raises:
        BusyError: a run is writing to it.
    """
    with home.lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            raise BusyError from None
        yield Home.of(home.root)
