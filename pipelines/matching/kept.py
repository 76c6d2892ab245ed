"""Arrays in files, of which a run writes only what is new.

Belongs here: files of plain numbers that are mapped into memory, added to at their end and counted only up to where
`current` says. Does not: which arrays there are (`incremental_state`).

A file that is named in `current` is never changed, only added to, and what was added counts once `current` says so: a run that
is killed leaves what was there before it.
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from warehouse.model.durable import sync, write_whole

Array = npt.NDArray[Any]
Kept = TypeVar("Kept", bound=npt.NDArray[Any])

CURRENT = "current"


def load(folder: Path, stamp: str | None = None) -> dict[str, Array] | None:
    """The arrays last saved, mapped into memory to be read; none where nothing was saved, or under another `stamp`."""
    told = _told(folder)
    if told is None or (stamp is not None and told["stamp"] != stamp):
        return None
    return {name: _mapped(folder / file, kind, length) for name, (file, kind, length) in told["arrays"].items()}


def _told(folder: Path) -> dict[str, Any] | None:
    """What `current` says, if it is there and whole."""
    try:
        told: dict[str, Any] = json.loads((folder / CURRENT).read_text(encoding="utf-8"))
    except (FileNotFoundError, ValueError):
        return None
    return told


def save(arrays: Mapping[str, Array], folder: Path, stamp: str) -> None:
    """Keep arrays; those that still lie in a file of this folder are not written again."""
    folder.mkdir(parents=True, exist_ok=True)
    before = _told(folder) or {"arrays": {}}
    known = {(file, length) for file, _, length in before["arrays"].values()}
    told: dict[str, tuple[str, str, int]] = {}
    number = 1 + max((int(p.suffix[1:]) for p in folder.glob("*.[0-9]*")), default=0)
    for name, array in arrays.items():
        file = _file_of(array)
        if file is None or file.parent != folder:
            file = folder / f"{name}.{number:06d}"
            np.ascontiguousarray(array).tofile(file)
        told[name] = (file.name, array.dtype.str, len(array))
    for file_name, _, length in told.values():
        if (file_name, length) not in known:
            sync(folder / file_name)
    write_whole(folder / CURRENT, json.dumps({"stamp": stamp, "arrays": told}).encode())
    for other in folder.glob("*.[0-9]*"):
        if other.name not in {file for file, _, _ in told.values()}:
            other.unlink()


def grown(array: Kept, more: Kept) -> Kept:
    """`array` with `more` behind it; where it lies in a file, that is where `more` is added, and nothing else is written."""
    if not len(more):
        return array
    file = _file_of(array)
    if file is None:
        return np.concatenate([array, more])  # type: ignore[return-value]
    with file.open("r+b") as out:
        out.truncate(array.nbytes)  # what a killed run added
        out.seek(array.nbytes)
        out.write(np.ascontiguousarray(more, dtype=array.dtype).tobytes())
    return _mapped(file, array.dtype.str, len(array) + len(more))  # type: ignore[return-value]


def _mapped(file: Path, kind: str, length: int) -> Array:
    if not length:
        return np.zeros(0, dtype=kind)
    return np.memmap(str(file), dtype=kind, mode="r", shape=(length,))


def _file_of(array: Array) -> Path | None:
    """The file an array is the beginning of; none if it is not all of what was mapped."""
    whole = isinstance(array, np.memmap) and array.base is not None and not isinstance(array.base, np.ndarray)
    return Path(array.filename) if whole and array.filename else None  # type: ignore[attr-defined]
