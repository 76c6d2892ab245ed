"""Files that are whole or not there, whatever stops the machine: written aside, put on disk, then renamed.

Belongs here: the order of these steps. Does not: what is written. A rename alone is safe against a killed process; against
a loss of power the bytes must be on disk before the name is, or the name stands on an empty file.
"""

from __future__ import annotations

import os
from pathlib import Path


def aside(path: Path) -> Path:
    """Where what will become `path` is written first: hidden, beside it, ending in `.writing`."""
    return path.with_name(f".{path.name}.writing")


def put_in_place(written: Path, path: Path) -> None:
    """Give the finished file `written` the name `path`, in one step, with bytes and name on disk.

    Raises:
        OSError: the disk is full or fails; `path` is then what it was, and `written` is removed.
    """
    try:
        sync(written)
        written.replace(path)
    except OSError:
        written.unlink(missing_ok=True)
        raise
    sync(path.parent)


def write_whole(path: Path, content: bytes) -> None:
    """Replace `path` by `content`; folders are made. A reader finds the former file or the new one, whole."""
    path.parent.mkdir(parents=True, exist_ok=True)
    beside = aside(path)
    try:
        beside.write_bytes(content)
    except OSError:
        beside.unlink(missing_ok=True)
        raise
    put_in_place(beside, path)


def append_line(path: Path, line: str) -> None:
    """Add one line to a file that only grows; it is on disk on return.

    A line a crash broke off is ended first, so that it spoils no other; whoever reads the file passes over it.
    """
    path.parent.mkdir(parents=True, exist_ok=True)
    descriptor = os.open(path, os.O_RDWR | os.O_CREAT | os.O_APPEND, 0o644)
    try:
        size = os.fstat(descriptor).st_size
        broken = size > 0 and os.pread(descriptor, 1, size - 1) != b"\n"
        os.write(descriptor, (b"\n" if broken else b"") + line.encode() + b"\n")
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
    sync(path.parent)


def sync(path: Path) -> None:
    """Make sure that a file, or the names in a folder, are on disk."""
    descriptor = os.open(path, os.O_RDONLY)
    try:
        os.fsync(descriptor)
    finally:
        os.close(descriptor)
