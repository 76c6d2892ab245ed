"""Arrays of numbers in files, of which a run writes only what is new.

Belongs here: files of plain numbers that are mapped into memory, appending to them, the journal. Does not: which arrays there
are (`state`).

An *append-only* array has a file of its own: its numbers never change, new ones come behind them. All other arrays lie in one
file, the `journal`, which every run writes anew. Waiting for the disk once per array would cost a run more than all its
comparisons. So a run writes what it appended a second time, into the journal, and waits for the journal alone. Where a loss of
power takes appended numbers from their own file, `load` restores them from the journal.

The file `current` says which files and how many numbers count. It is replaced last, so a killed run leaves the former state.
"""

from __future__ import annotations

import json
from collections.abc import Callable, Collection, Mapping
from dataclasses import dataclass, replace
from pathlib import Path
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt

from warehouse.model.durable import sync, write_whole

Array = npt.NDArray[Any]
AnyArray = TypeVar("AnyArray", bound=npt.NDArray[Any])

CURRENT = "current"
JOURNAL = "journal"

MAX_UNSYNCED_SHARE = 0.05
"""Largest share of an append-only array that may wait in the journal. Above it the array's own file is synced."""

ALIGNMENT = 64
"""Arrays in the journal begin at multiples of so many bytes."""


@dataclass(frozen=True)
class _Location:
    """Where an array lies.

    Attributes:
        file: its own file, or the journal.
        dtype: as numpy writes it.
        length: count of its numbers.
        start: where it begins in its file, in bytes.
        synced: how many of its numbers the disk surely has.
        tail: where the journal repeats the others, in bytes.
    """

    file: str
    dtype: str
    length: int
    start: int = 0
    synced: int = 0
    tail: int = 0

    @property
    def unsynced(self) -> int:
        """How many numbers the journal repeats."""
        return self.length - self.synced

    def read(self, folder: Path) -> Array:
        """The array, mapped into memory."""
        return _mapped(folder / self.file, self.dtype, self.length, self.start)

    def read_tail(self, journal: Path) -> Array:
        """Its last numbers as the journal has them."""
        return _mapped(journal, self.dtype, self.unsynced, self.tail)


@dataclass(frozen=True)
class _Current:
    """The content of the file `current`."""

    stamp: str
    journal: str
    arrays: Mapping[str, _Location]

    @classmethod
    def read(cls, folder: Path) -> _Current | None:
        """The content; None where the file is absent, damaged or of another version of the code."""
        try:
            raw = json.loads((folder / CURRENT).read_text(encoding="utf-8"))
            arrays = {name: _Location(**location) for name, location in raw["arrays"].items()}
            return cls(raw["stamp"], raw["journal"], arrays)
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def write(self, folder: Path) -> None:
        """Replace the file."""
        arrays = {name: vars(location) for name, location in self.arrays.items()}
        content = {"stamp": self.stamp, "journal": self.journal, "arrays": arrays}
        write_whole(folder / CURRENT, json.dumps(content).encode())

    @property
    def files(self) -> set[str]:
        """The files that count."""
        return {self.journal, *(location.file for location in self.arrays.values())}


def load(
    folder: Path, stamp: str | None = None, wanted: Callable[[str], bool] = lambda name: True
) -> dict[str, Array] | None:
    """Map the arrays of the last `save` into memory, read-only.

    Args:
        folder: the folder they were saved to.
        stamp: the stamp they must have been saved under; None accepts any.
        wanted: picks arrays by name.

    Returns:
        Array by name; None where nothing was saved, or under another stamp.
    """
    current = _Current.read(folder)
    if current is None or (stamp is not None and current.stamp != stamp):
        return None
    locations = {name: location for name, location in current.arrays.items() if wanted(name)}
    for location in locations.values():
        if location.file != current.journal and location.unsynced:
            _restore(folder, location, location.read_tail(folder / current.journal))
    return {name: location.read(folder) for name, location in locations.items()}


def _restore(folder: Path, location: _Location, tail: Array) -> None:
    """Write the tail again where the array's own file does not end with it."""
    file, begin = folder / location.file, location.synced * tail.itemsize
    complete = file.stat().st_size >= begin + tail.nbytes
    if not complete or not np.array_equal(_mapped(file, location.dtype, len(tail), begin), tail):
        _write_at(file, begin, tail)


def save(arrays: Mapping[str, Array], folder: Path, stamp: str, append_only: Collection[str] = ()) -> None:
    """Write arrays.

    Args:
        arrays: by name.
        folder: where to. An append-only array that already lies in a file of this folder is not written again.
        stamp: see `load`.
        append_only: names of arrays that later runs `append` to.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = _Current.read(folder)
    number = f"{1 + max((int(p.suffix[1:]) for p in folder.glob('*.[0-9]*')), default=0):06d}"
    journal = _Journal(folder / f"{JOURNAL}.{number}")
    locations: dict[str, _Location] = {}
    for name, array in arrays.items():
        if name not in append_only:
            locations[name] = _Location(journal.file.name, array.dtype.str, len(array), journal.add(array))
        elif (file := _own_file(array)) is not None and file.parent == folder:
            former = before.arrays.get(name) if before else None
            synced = former.synced if former and former.file == file.name else 0
            location = _Location(file.name, array.dtype.str, len(array), synced=synced)
            if location.unsynced > MAX_UNSYNCED_SHARE * location.length:
                sync(file)
                location = replace(location, synced=location.length)
            locations[name] = replace(location, tail=journal.add(array[location.synced :]))
        else:
            file = folder / f"{name}.{number}"
            np.ascontiguousarray(array).tofile(file)
            sync(file)
            locations[name] = _Location(file.name, array.dtype.str, len(array), synced=len(array))
    journal.write()
    current = _Current(stamp, journal.file.name, locations)
    current.write(folder)
    for other in folder.glob("*.[0-9]*"):
        if other.name not in current.files:
            other.unlink()


class _Journal:
    """Arrays one after another in one file."""

    def __init__(self, file: Path) -> None:
        self.file, self._size = file, 0
        self._parts: list[tuple[int, Array]] = []

    def add(self, array: Array) -> int:
        """Plan to write an array; return where it will begin, in bytes."""
        begin = self._size
        self._parts.append((begin, array))
        self._size += -(-array.nbytes // ALIGNMENT) * ALIGNMENT
        return begin

    def write(self) -> None:
        """Write all arrays and wait for the disk."""
        with self.file.open("wb") as out:
            for begin, array in self._parts:
                out.seek(begin)
                out.write(np.ascontiguousarray(array).data.cast("B") if len(array) else b"")
        sync(self.file)


def append(array: AnyArray, more: AnyArray) -> AnyArray:
    """Put `more` behind `array`.

    An array that lies in a file of its own is appended to there, on disk: only `more` is written. Any other array is copied in
    memory. What is appended counts once it is saved; until then the next `append` to the same array overwrites it.

    Returns:
        The longer array. `array` itself stays as it is.
    """
    if not len(more):
        return array
    file = _own_file(array)
    if file is None:
        return np.concatenate([array, more])  # type: ignore[return-value]
    _write_at(file, array.nbytes, np.ascontiguousarray(more, dtype=array.dtype))
    return _mapped(file, array.dtype.str, len(array) + len(more))  # type: ignore[return-value]


def _write_at(file: Path, begin: int, more: Array) -> None:
    """Make the file end with `more` from `begin` on, whatever a killed run appended."""
    with file.open("r+b") as out:
        out.truncate(begin)
        out.seek(begin)
        out.write(more.tobytes())


def _mapped(file: Path, kind: str, length: int, start: int = 0) -> Array:
    if not length:
        return np.zeros(0, dtype=kind)
    return np.memmap(str(file), dtype=kind, mode="r", shape=(length,), offset=start)


def _own_file(array: Array) -> Path | None:
    """The file an array begins and is mapped from as a whole; None where it lies in the journal, in memory, or is a part."""
    whole = isinstance(array, np.memmap) and array.base is not None and not isinstance(array.base, np.ndarray)
    file = Path(array.filename) if whole and array.filename else None  # type: ignore[attr-defined]
    return None if file is None or file.stem == JOURNAL else file
