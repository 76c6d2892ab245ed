"""How often something may be asked for: so many times a minute per key, counted in memory.

Belongs here: counting. Does not: what is counted (sign-ins by address, searches by account).
"""

from __future__ import annotations

import threading
import time
from collections import deque

MINUTE = 60.0
MOST_KEYS = 10_000


class Pace:
    """Counts by key; from any thread."""

    def __init__(self) -> None:
        self._lock = threading.Lock()
        self._seen: dict[str, deque[float]] = {}

    def allows(self, key: str, a_minute: int) -> bool:
        """Whether `key` may once more; counted where it may."""
        now = time.monotonic()
        with self._lock:
            if len(self._seen) > MOST_KEYS:
                self._seen = {k: times for k, times in self._seen.items() if times and times[-1] > now - MINUTE}
            times = self._seen.setdefault(key, deque())
            while times and times[0] <= now - MINUTE:
                times.popleft()
            if len(times) >= a_minute:
                return False
            times.append(now)
            return True
