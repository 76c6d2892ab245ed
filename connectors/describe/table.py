"""What looking at a file finds: its format, and per table of rows its headings.

Belongs here: the types. Does not: how they are found (one module a format).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from typing import Any


@dataclass(frozen=True)
class TableLayout:
    """One table of rows: a sheet, a database table, or the file itself.

    Attributes:
        sheet: its name; None where the file has one table of rows.
        headings: landed names of its columns.
        titles: landed name → what is written over the column, where that is not its name.
    """

    sheet: str | None = None
    headings: tuple[str, ...] = ()
    titles: dict[str, str] = field(default_factory=dict)


@dataclass(frozen=True)
class Layout:
    """The format as a platform file writes it, the tables, and what else is worth saying, a comment each."""

    format: dict[str, Any]
    tables: tuple[TableLayout, ...]
    notes: tuple[str, ...] = ()
