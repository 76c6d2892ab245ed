"""Arrays in files, of which a run writes only what is new.

Belongs here: files of plain numbers that are mapped into memory, added to at their end and counted only up to where
`current` says. Does not: which arrays there are (`state`).

A *growing* array has a file of its own, which is never changed, only added to. All others lie in one file, `pack`, made anew
by every run. To wait for the disk once for every array would cost a run more than all it compares: so what was added to
growing arrays since the disk last had them whole is written once more into `pack`, which alone is waited for, and where a
loss of power took it from its own file it is put back from there.

All counts once `current` says so: a run that is killed leaves what was there before it.
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
Kept = TypeVar("Kept", bound=npt.NDArray[Any])

CURRENT = "current"
PACK = "pack"

UNSETTLED = 0.05
"""Share of a growing array that may stand in the pack too: above, the disk is waited for, and the pack starts empty."""

ALIGNED = 64
"""Arrays in a pack begin at multiples of so many bytes."""


@dataclass(frozen=True)
class _Place:
    """Where an array lies.

    Attributes:
        file: its own, or the pack.
        dtype: as numpy writes it.
        length: numbers in it.
        start: where it begins in its file, in bytes.
        settled: how many of its numbers are surely on disk.
        tail: where in the pack the others stand once more, in bytes.
    """

    file: str
    dtype: str
    length: int
    start: int = 0
    settled: int = 0
    tail: int = 0

    @property
    def unsettled(self) -> int:
        """How many numbers stand in the pack too."""
        return self.length - self.settled

    def of(self, folder: Path) -> Array:
        """The array, mapped into memory."""
        return _mapped(folder / self.file, self.dtype, self.length, self.start)

    def tail_in(self, pack: Path) -> Array:
        """Its last numbers as the pack has them."""
        return _mapped(pack, self.dtype, self.unsettled, self.tail)


@dataclass(frozen=True)
class _Current:
    """What `current` says."""

    stamp: str
    pack: str
    arrays: Mapping[str, _Place]

    @classmethod
    def read(cls, folder: Path) -> _Current | None:
        """What it says, if it is there, whole, and of this version of the code."""
        try:
            told = json.loads((folder / CURRENT).read_text(encoding="utf-8"))
            return cls(told["stamp"], told["pack"], {name: _Place(**place) for name, place in told["arrays"].items()})
        except (FileNotFoundError, ValueError, KeyError, TypeError):
            return None

    def write(self, folder: Path) -> None:
        """Say so."""
        arrays = {name: vars(place) for name, place in self.arrays.items()}
        write_whole(folder / CURRENT, json.dumps({"stamp": self.stamp, "pack": self.pack, "arrays": arrays}).encode())

    @property
    def files(self) -> set[str]:
        """Files it names."""
        return {self.pack, *(place.file for place in self.arrays.values())}


def load(
    folder: Path, stamp: str | None = None, wanted: Callable[[str], bool] = lambda name: True
) -> dict[str, Array] | None:
    """The arrays last saved, mapped into memory to be read; none where nothing was saved, or under another `stamp`.

    Args:
        folder: they were saved to.
        stamp: they must have been saved under, if one is given.
        wanted: names of the arrays asked for.
    """
    current = _Current.read(folder)
    if current is None or (stamp is not None and current.stamp != stamp):
        return None
    places = {name: place for name, place in current.arrays.items() if wanted(name)}
    for place in places.values():
        if place.file != current.pack and place.unsettled:
            _put_back(folder, place, place.tail_in(folder / current.pack))
    return {name: place.of(folder) for name, place in places.items()}


def _put_back(folder: Path, place: _Place, tail: Array) -> None:
    """See to it that an array ends as its pack says."""
    file, begin = folder / place.file, place.settled * tail.itemsize
    there = file.stat().st_size >= begin + tail.nbytes
    if not there or not np.array_equal(_mapped(file, place.dtype, len(tail), begin), tail):
        _write_at(file, begin, tail)


def save(arrays: Mapping[str, Array], folder: Path, stamp: str, growing: Collection[str] = ()) -> None:
    """Keep arrays.

    Args:
        arrays: by name.
        folder: to keep them in. Growing arrays that still lie in a file of this folder are not written again.
        stamp: see `load`.
        growing: names of arrays that will be added to, see `grown`.
    """
    folder.mkdir(parents=True, exist_ok=True)
    before = _Current.read(folder)
    number = f"{1 + max((int(p.suffix[1:]) for p in folder.glob('*.[0-9]*')), default=0):06d}"
    pack = _Pack(folder / f"{PACK}.{number}")
    places: dict[str, _Place] = {}
    for name, array in arrays.items():
        if name not in growing:
            places[name] = _Place(pack.file.name, array.dtype.str, len(array), pack.add(array))
        elif (file := _file_of(array)) is not None and file.parent == folder:
            known = before.arrays.get(name) if before else None
            settled = known.settled if known and known.file == file.name else 0
            place = _Place(file.name, array.dtype.str, len(array), settled=settled)
            if place.unsettled > UNSETTLED * place.length:
                sync(file)
                place = replace(place, settled=place.length)
            places[name] = replace(place, tail=pack.add(array[place.settled :]))
        else:
            file = folder / f"{name}.{number}"
            np.ascontiguousarray(array).tofile(file)
            sync(file)
            places[name] = _Place(file.name, array.dtype.str, len(array), settled=len(array))
    pack.write()
    current = _Current(stamp, pack.file.name, places)
    current.write(folder)
    for other in folder.glob("*.[0-9]*"):
        if other.name not in current.files:
            other.unlink()


class _Pack:
    """Arrays one after another in one file."""

    def __init__(self, file: Path) -> None:
        self.file, self._size = file, 0
        self._parts: list[tuple[int, Array]] = []

    def add(self, array: Array) -> int:
        """Where the array will begin, in bytes."""
        begin = self._size
        self._parts.append((begin, array))
        self._size += -(-array.nbytes // ALIGNED) * ALIGNED
        return begin

    def write(self) -> None:
        """Write all of them, and wait for the disk."""
        with self.file.open("wb") as out:
            for begin, array in self._parts:
                out.seek(begin)
                out.write(np.ascontiguousarray(array).data.cast("B") if len(array) else b"")
        sync(self.file)


def grown(array: Kept, more: Kept) -> Kept:
    """`array` with `more` behind it; where it lies in a file of its own, that is where `more` is added, and nothing else is
    written."""
    if not len(more):
        return array
    file = _file_of(array)
    if file is None:
        return np.concatenate([array, more])  # type: ignore[return-value]
    _write_at(file, array.nbytes, np.ascontiguousarray(more, dtype=array.dtype))
    return _mapped(file, array.dtype.str, len(array) + len(more))  # type: ignore[return-value]


def _write_at(file: Path, begin: int, more: Array) -> None:
    """Make the file end with `more` from `begin` on, whatever a killed run added."""
    with file.open("r+b") as out:
        out.truncate(begin)
        out.seek(begin)
        out.write(more.tobytes())


def _mapped(file: Path, kind: str, length: int, start: int = 0) -> Array:
    if not length:
        return np.zeros(0, dtype=kind)
    return np.memmap(str(file), dtype=kind, mode="r", shape=(length,), offset=start)


def _file_of(array: Array) -> Path | None:
    """The file of its own an array is the beginning of; none if it lies in a pack, or is not all of what was mapped."""
    whole = isinstance(array, np.memmap) and array.base is not None and not isinstance(array.base, np.ndarray)
    file = Path(array.filename) if whole and array.filename else None  # type: ignore[attr-defined]
    return None if file is None or file.stem == PACK else file
