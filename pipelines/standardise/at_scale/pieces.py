"""Which rows a worker standardises by themselves: some platforms, or a piece of one that is too large.

The mentions of a platform stand in the order of its datasets, their rows and roles, and a mention points to others of its row or, by a
key (`lookup`), of another dataset. So a platform is cut between datasets where no key leads across, and a dataset that no key
leads from or to is cut between rows: pieces under one another are the platform, numbered through.

Belongs here: cutting. Does not: standardising a piece (`functions`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass

from connectors.spec import Platform

RowCounts = Mapping[tuple[str, str], int]
"""Platform and dataset → rows that hold now."""


@dataclass(frozen=True)
class Piece:
    """Datasets of a platform that lie side by side in the order of their names, or some rows of one.

    Attributes:
        platform: its name.
        datasets: their names.
        start: first row, where it is some rows of one dataset.
        rows: how many, from there; None for all.
    """

    platform: str
    datasets: tuple[str, ...]
    start: int = 0
    rows: int | None = None

    def of(self, platform: Platform) -> Platform:
        """The platform with these datasets alone."""
        return platform.model_copy(update={"datasets": tuple(d for d in platform.datasets if d.name in self.datasets)})

    def is_whole(self, platform: Platform) -> bool:
        """Whether it is all of the platform."""
        return self.rows is None and len(self.datasets) == len(platform.datasets)


Task = tuple[Piece, ...]
"""Pieces of different platforms that are standardised together."""


def tasks_of(platforms: Mapping[str, Platform], counts: RowCounts, most: int) -> list[Task]:
    """Tasks of about so many rows; pieces of one platform come in their order."""
    tasks: list[Task] = []
    small: list[Piece] = []
    size = 0
    for name, platform in sorted(platforms.items()):
        rows = sum(counts[name, dataset.name] for dataset in platform.datasets)
        if rows > most:
            tasks += [(piece,) for piece in _pieces(platform, counts, most)]
            continue
        if small and size + rows > most:
            tasks.append(tuple(small))
            small, size = [], 0
        small.append(Piece(name, tuple(dataset.name for dataset in platform.datasets)))
        size += rows
    return [*tasks, tuple(small)] if small else tasks


def by_platform(tasks: Sequence[Task]) -> dict[str, list[int]]:
    """Platform → the numbers of the tasks that have a piece of it."""
    numbers: dict[str, list[int]] = {}
    for number, task in enumerate(tasks):
        for piece in task:
            numbers.setdefault(piece.platform, []).append(number)
    return numbers


def _pieces(platform: Platform, counts: RowCounts, most: int) -> Iterator[Piece]:
    """A large platform, cut where it can be."""
    name = platform.platform
    datasets: tuple[str, ...] = ()
    size = 0
    for run in _runs(platform):
        rows = sum(counts[name, dataset] for dataset in run)
        if datasets and size + rows > most:
            yield Piece(name, datasets)
            datasets, size = (), 0
        if rows > most and _is_alone(platform, run):
            yield from (Piece(name, run, start, min(most, rows - start)) for start in range(0, rows, most))
        else:
            datasets, size = datasets + run, size + rows
    if datasets:
        yield Piece(name, datasets)


def _runs(platform: Platform) -> Iterator[tuple[str, ...]]:
    """Its datasets in order, those together between which a key leads, with those that lie between."""
    names = sorted(dataset.name for dataset in platform.datasets)
    keys = [sorted(map(names.index, key)) for key in _keys(platform)]
    begin = 0
    for end in range(1, len(names) + 1):
        if not any(first < end <= last for first, last in keys):
            yield tuple(names[begin:end])
            begin = end


def _is_alone(platform: Platform, run: tuple[str, ...]) -> bool:
    """Whether it is one dataset that no key leads from or to."""
    return len(run) == 1 and not any(run[0] in key for key in _keys(platform))


def _keys(platform: Platform) -> list[tuple[str, str]]:
    """From which dataset to which a key leads."""
    return [
        (dataset.name, tie.lookup.dataset)
        for dataset in platform.datasets
        for role in dataset.roles.values()
        for tie in role.ties.values()
        if tie.lookup
    ]
