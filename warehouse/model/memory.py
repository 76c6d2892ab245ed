"""The memory of a process: how much its DuckDB sessions may hold together, the share of each, and giving back what nobody uses.

Belongs here: the one setting and its shares, and what allocators keep. Does not: opening a session (`session`). Beyond its share a
session spills to disk; DuckDB by itself would give each four fifths of the machine.
"""

from __future__ import annotations

import ctypes
import os
import re
import sys
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from functools import lru_cache

import duckdb
import pyarrow as pa

VARIABLE = "ONENET_MEMORY"
WRITTEN = re.compile(r"([0-9]+(?:\.[0-9]+)?)\s*(MB|GB|TB|MiB|GiB|TiB)", re.IGNORECASE)
UNITS = {"mb": 10**6, "gb": 10**9, "tb": 10**12, "mib": 1 << 20, "gib": 1 << 30, "tib": 1 << 40}
LEAST = 500_000_000
"""Bytes below which statements fail that can't spill."""
LEAST_SHARE = 250_000_000
"""Bytes a session has in any case."""

_sharing = [1]
"""How many sessions may be at work at the same time: the last one holds."""


def limit() -> int:
    """Bytes that all sessions together may hold: what ONENET_MEMORY says, else two fifths of the machine or container.

    Raises:
        ValueError: ONENET_MEMORY is no amount of memory, or less than `LEAST`.
    """
    written = os.environ.get(VARIABLE, "").strip()
    if not written:
        return max(LEAST, _machine() * 2 // 5)
    told = WRITTEN.fullmatch(written)
    size = int(float(told[1]) * UNITS[told[2].lower()]) if told else 0
    if size < LEAST:
        raise ValueError(
            f"{VARIABLE}: 应为不小于500MB的内存量，如 8GB（单位 MB、GB、TB、MiB、GiB、TiB）；不设则为本机内存的五分之二"
            " · an amount of memory from 500MB on is needed, such as 8GB; without it two fifths of the machine are used"
        )
    return size


@lru_cache(maxsize=1)
def _machine() -> int:
    """Bytes of the machine, or of the container where that has fewer: DuckDB takes four fifths of them."""
    with duckdb.connect() as con:
        (taken,) = con.sql("select parse_formatted_bytes(current_setting('memory_limit'))").fetchall()[0]
        return int(taken) * 5 // 4


def share(sessions: int = 1) -> str:
    """The share of a session as DuckDB takes it.

    Args:
        sessions: what does one thing opens so many at the same time.
    """
    return f"{max(LEAST_SHARE, limit() // (_sharing[-1] * sessions)) // 1_000_000}MB"


@contextmanager
def shared_by(sessions: int) -> Iterator[None]:
    """Let so many share the memory of this process."""
    _sharing.append(sessions)
    try:
        yield
    finally:
        _sharing.pop()


def give_back() -> None:
    """Return to the system what Arrow and the C library hold and nobody uses: each keeps it for its own next use."""
    pa.default_memory_pool().release_unused()
    _trim()(0)


@lru_cache(maxsize=1)
def _trim() -> Callable[[int], int]:
    """`malloc_trim` of glibc; where the C library is another one, nothing."""
    if sys.platform != "linux":
        return lambda _: 0
    return getattr(ctypes.CDLL(None), "malloc_trim", lambda _: 0)
