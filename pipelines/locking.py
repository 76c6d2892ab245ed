"""One run at a time writes to a home."""

from __future__ import annotations

import fcntl
from collections.abc import Callable, Iterator
from contextlib import contextmanager

from warehouse.model import Home


@contextmanager
def locked(home: Home, on_wait: Callable[[], None]) -> Iterator[None]:
    """Hold the home's lock; where another run holds it, call `on_wait` once and wait.

    The lock goes with the process, however that ends.
    """
    home.root.mkdir(parents=True, exist_ok=True)
    with home.lock.open("w") as handle:
        try:
            fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
        except BlockingIOError:
            on_wait()
            fcntl.flock(handle, fcntl.LOCK_EX)
        yield
