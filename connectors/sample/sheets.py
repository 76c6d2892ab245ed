"""What a platform reports: tables of cells, and who each row is really about.

Belongs here: the shape shared by all reports. Does not: how a table becomes a file (`files`), or what it says (`reports`).
"""

from __future__ import annotations

from dataclasses import dataclass, field, replace
from typing import Any, Literal

import numpy as np
import numpy.typing as npt

from connectors.sample.addresses import AddressBook
from connectors.sample.city import City
from connectors.sample.draws import Bools, Draws, Ints

Column = npt.NDArray[Any]
"""Texts (None for an empty cell), whole numbers or floats, one per row."""
FileKind = Literal["delimited", "workbook", "ndjson", "json", "xml", "geojson", "sqlite"]


@dataclass(frozen=True)
class Mention:
    """Who a role of each row is about: row numbers of the city's tables, -1 where the role is not there."""

    role: str
    kind: str
    true_id: Ints


@dataclass(frozen=True)
class Sheet:
    """One table of a file: all records the platform will ever have of it, and which of them it has now.

    `position` is the record's number in the platform's own order; `shown` says whether it is in this delivery.
    """

    name: str
    columns: dict[str, Column]
    mentions: tuple[Mention, ...]
    shown: Bools
    position: Ints
    title: str = ""
    groups: tuple[tuple[int, int, str], ...] = ()

    def take(self, rows: Ints) -> Sheet:
        """The sheet with these rows only, in this order."""
        return replace(
            self,
            columns={name: column[rows] for name, column in self.columns.items()},
            mentions=tuple(Mention(m.role, m.kind, m.true_id[rows]) for m in self.mentions),
            shown=self.shown[rows],
            position=self.position[rows],
        )

    def visible(self) -> Sheet:
        """The sheet with the rows of this delivery only."""
        return self.take(np.flatnonzero(self.shown))

    def pieces(self, size: int) -> list[Sheet]:
        """The visible rows in pieces of so many, at least one."""
        seen = self.visible()
        return [seen.take(np.arange(a, min(a + size, len(seen)))) for a in range(0, max(1, len(seen)), size)]

    def __len__(self) -> int:
        return len(self.position)


@dataclass(frozen=True)
class Delta:
    """How a platform that delivers changes only names its rows: the key, and the column it stamps with the day of a change."""

    key: tuple[str, ...]
    stamp: str | None = None
    suffix: str = ""


@dataclass(frozen=True)
class File:
    """One delivered file. `options` are the writer's; `delta` has an entry per sheet of a platform that delivers changes."""

    platform: str
    name: str
    kind: FileKind
    sheets: tuple[Sheet, ...]
    options: dict[str, Any] = field(default_factory=dict)
    delta: dict[str, Delta] = field(default_factory=dict)


@dataclass(frozen=True)
class Desk:
    """Where reports are written: the city on the first day and now, its addresses, how careless people are.

    Which records a platform has follows from the first day, so that they stay the same from one delivery to the next.
    """

    first: City
    city: City
    book: AddressBook
    level: float
    day: int = 0

    @property
    def date(self) -> str:
        """The day of the delivery as file names carry it."""
        return f"{self.city.as_of:%Y%m%d}"

    @property
    def today(self) -> np.datetime64:
        """The day of the delivery."""
        return np.datetime64(self.city.as_of, "D")

    def draws(self, scope: str, n: int) -> Draws:
        """Streams for `n` records of a platform; now and then one has been put right since the first day."""
        if not self.day:
            return Draws(self.city.seed, scope, n)
        mended = Draws(self.city.seed, scope, n).uniform("mended") < 1 - np.exp(-MENDED_A_DAY * self.day)
        return Draws(self.city.seed, scope, n, mended)

    def arrived(self, scope: str, n: int) -> Bools:
        """Which of `n` records are in by now: on the first day 2 % are still under way."""
        u = Draws(self.city.seed, scope, n).uniform("arrived")
        return u < 1 - LATE * np.exp(-self.day / DAYS_LATE)


LATE, DAYS_LATE, MENDED_A_DAY = 0.02, 4.0, 0.0012
"""Share of records under way on the first day, how long they take on average, chance a day that a record is put right."""


def sheet(
    columns: dict[str, Column],
    mentions: list[Mention],
    shown: Bools | None = None,
    *,
    name: str = "",
    title: str = "",
    groups: tuple[tuple[int, int, str], ...] = (),
) -> Sheet:
    """A sheet of all these rows, all of them shown unless told otherwise."""
    n = len(next(iter(columns.values())))
    return Sheet(
        name, columns, tuple(mentions), np.ones(n, dtype=bool) if shown is None else shown, np.arange(n), title, groups
    )


def by_street(desk: Desk, grid: Ints, whole: Sheet) -> dict[str, Sheet]:
    """A sheet cut up by street, as the grid of each row says; every street has its sheet, positions count within it."""
    street = desk.city.grids.street[grid] if len(grid) else grid
    parts: dict[str, Sheet] = {}
    for name in dict.fromkeys(desk.city.grids.street):
        rows = np.flatnonzero(street == name)
        parts[name] = replace(whole.take(rows), position=np.arange(len(rows)))
    return parts
