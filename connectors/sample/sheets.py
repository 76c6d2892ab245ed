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
class File:
    """One delivered file. `options` are the writer's: encoding, separator, line end, table definitions."""

    platform: str
    name: str
    kind: FileKind
    sheets: tuple[Sheet, ...]
    options: dict[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Desk:
    """Where a report is written: the city as it is, its addresses, how careless people are, the date of the delivery."""

    city: City
    book: AddressBook
    level: float
    date: str

    def draws(self, scope: str, n: int) -> Draws:
        """Streams for `n` records of a platform."""
        return Draws(self.city.seed, scope, n)

    def drawn(self, scope: str, n: int, *, late: bool = True) -> Bools:
        """Which of `n` records are in by now; where a platform is `late`, 2 % are still under way."""
        return self.draws(scope, n).chance("arrived", 0.98) if late else np.ones(n, dtype=bool)


def sheet(
    desk: Desk,
    scope: str,
    columns: dict[str, Column],
    mentions: list[Mention],
    *,
    name: str = "",
    late: bool = True,
    title: str = "",
    groups: tuple[tuple[int, int, str], ...] = (),
) -> Sheet:
    """A sheet of all these rows; `scope` names the platform's streams."""
    n = len(next(iter(columns.values())))
    return Sheet(name, columns, tuple(mentions), desk.drawn(scope, n, late=late), np.arange(n), title, groups)


def by_street(desk: Desk, grid: Ints, whole: Sheet) -> dict[str, Sheet]:
    """A sheet cut up by street, as the grid of each row says; every street has its sheet, positions count within it."""
    street = desk.city.grids.street[grid] if len(grid) else grid
    parts: dict[str, Sheet] = {}
    for name in dict.fromkeys(desk.city.grids.street):
        rows = np.flatnonzero(street == name)
        parts[name] = replace(whole.take(rows), position=np.arange(len(rows)))
    return parts
