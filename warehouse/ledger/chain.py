"""The one writer of the ledger of acts: a JSON line an act, each with the hash of the line before it.

```
{"number": 3, "at": "2026-11-28T08:00:00.000000", "act": "download", "by": "chen", "about": {...}, "before": "<hash of 2>", "hash": "..."}
```

`hash` is SHA-256 over the line without it, keys in order, in UTF-8. A line is on disk before whoever acts gets an answer. Only
the owner of the home may read the file. Nothing personal stands in it: entities by their id, what was searched for as a keyed
token.

A chain shows that a line was altered or taken out. It does not show by itself that its end was cut off, or that whoever owns
the disk computed the whole chain anew: for that its count and head are printed in what others hold (`verify`).

Belongs here: adding lines. Does not: which acts there are (`act`), or whether the chain is whole (`verify`).
"""

from __future__ import annotations

import fcntl
import hashlib
import json
import os
from collections.abc import Mapping
from datetime import UTC, datetime
from typing import Any, NamedTuple

from warehouse.ledger.act import ACTS
from warehouse.model.durable import sync
from warehouse.model.home import Home

ORIGIN = "0" * 64
"""What stands for the line before the first."""

LONGEST = 1 << 16
"""Bytes of a line at most: the last line is found in so many bytes from the end."""


class ChainError(RuntimeError):
    """The ledger of acts can't be added to. Says which file and what to do; never quotes a line."""


class Head(NamedTuple):
    """How many lines there are, and the hash of the last one; what others keep as a witness."""

    lines: int
    head: str

    @property
    def printed(self) -> dict[str, int | str]:
        """As manifests and receipts print it under `ledger`."""
        return {"count": self.lines, "head": self.head}


def append(home: Home, act: str, by: str, **about: str | int) -> Head:
    """Add one act and return the head of the ledger after it; it is on disk on return.

    Args:
        home: whose ledger.
        act: one of `ACTS`.
        by: user name of who acts.
        about: what the act is about, nothing personal: ids, versions, files, counts, a purpose.

    Raises:
        ValueError: no such act.
        ChainError: the last line is damaged.
        OSError: the disk is full; then nothing was added.
    """
    if act not in ACTS:
        raise ValueError(f"act {act!r}; allowed: {', '.join(ACTS)}")
    path = home.acts
    path.parent.mkdir(parents=True, exist_ok=True, mode=0o700)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT, 0o600)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_EX)
        last, end = _last(home, descriptor)
        line: dict[str, Any] = {
            "number": last.lines + 1,
            "at": datetime.now(UTC).replace(tzinfo=None).isoformat(timespec="microseconds"),
            "act": act,
            "by": by,
            "about": about,
            "before": last.head,
        }
        found = Head(last.lines + 1, hash_of(line))
        written = json.dumps({**line, "hash": found.head}, ensure_ascii=False).encode() + b"\n"
        if len(written) > LONGEST:
            raise ValueError(f"an act of {len(written)} bytes; {LONGEST} are allowed")
        _put(descriptor, written, end)
        if last.lines == 0:
            sync(path.parent)
        _note(home, found)
        return found
    finally:
        os.close(descriptor)


def head(home: Home) -> Head:
    """The head of the ledger now; a count of 0 where nobody has done anything yet.

    Raises:
        ChainError: the last line is damaged.
    """
    try:
        descriptor = os.open(home.acts, os.O_RDONLY)
    except FileNotFoundError:
        return Head(0, ORIGIN)
    try:
        fcntl.flock(descriptor, fcntl.LOCK_SH)
        return _last(home, descriptor)[0]
    finally:
        os.close(descriptor)


def hash_of(line: Mapping[str, Any]) -> str:
    """The hash of a line: SHA-256 over all it says but the hash itself."""
    said = {name: value for name, value in line.items() if name != "hash"}
    return hashlib.sha256(json.dumps(said, ensure_ascii=False, sort_keys=True).encode()).hexdigest()


def _last(home: Home, descriptor: int) -> tuple[Head, int]:
    """The head, and the byte after the last whole line: what a crash broke off behind it was never answered for."""
    size = os.fstat(descriptor).st_size
    start = max(0, size - 2 * LONGEST)
    tail = os.pread(descriptor, size - start, start)
    whole, newline, _ = tail.rpartition(b"\n")
    if not newline:
        if size:
            raise _damaged(home)
        return Head(0, ORIGIN), 0
    try:
        line = json.loads(whole.rpartition(b"\n")[2])
        return Head(int(line["number"]), str(line["hash"])), start + len(whole) + 1
    except (ValueError, KeyError, TypeError):
        raise _damaged(home) from None


def _damaged(home: Home) -> ChainError:
    return ChainError(
        f"{home.acts}: 操作台账末行已损坏，请从备份恢复 · the last line is damaged; restore from a backup"
    )


def _put(descriptor: int, line: bytes, end: int) -> None:
    try:
        os.ftruncate(descriptor, end)
        os.pwrite(descriptor, line, end)
        os.fsync(descriptor)
    except OSError:
        os.ftruncate(descriptor, end)
        raise


def _note(home: Home, found: Head) -> None:
    """Write the head down beside the ledger: a first witness, which an end that is cut off by mistake does not get past."""
    descriptor = os.open(home.acts_head, os.O_WRONLY | os.O_CREAT, 0o600)
    try:
        said = json.dumps({"ledger": found.printed}).encode()
        os.pwrite(descriptor, said, 0)
        os.ftruncate(descriptor, len(said))
    finally:
        os.close(descriptor)
