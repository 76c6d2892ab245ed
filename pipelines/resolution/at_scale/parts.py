"""All that the golden records of a bucket are made of, in one table: parts of several tables under one another.

Belongs here: writing parts into one table, and reading them out of it. Does not: which rows a part has (`sql/`).
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc


@dataclass(frozen=True)
class Part:
    """Rows of a table of the engine that has a column `bucket`.

    Attributes:
        table: its name.
        columns: that are passed on, beside `bucket`.
        role: what it is read as, where that is not the name of the table.
    """

    table: str
    columns: tuple[str, ...]
    role: str = ""

    @property
    def name(self) -> str:
        """What it is read as."""
        return self.role or self.table


def union(parts: Sequence[Part]) -> str:
    """A query of all parts under one another: `bucket`, `part` (which one, from 0), and every column of each, null elsewhere."""
    return " union all ".join(
        f"select bucket, cast({number} as int) as part, {_listed(parts, number)} from {part.table}"
        for number, part in enumerate(parts)
    )


def _listed(parts: Sequence[Part], own: int) -> str:
    return ", ".join(
        f"{column if number == own else 'null'} as {_name(number, column)}"
        for number, part in enumerate(parts)
        for column in part.columns
    )


def split(rows: pa.Table, parts: Sequence[Part]) -> dict[str, pa.Table]:
    """The rows of every part by its name."""
    return {
        part.name: rows.filter(pc.equal(rows["part"], number))
        .select([_name(number, column) for column in part.columns])
        .rename_columns(list(part.columns))
        for number, part in enumerate(parts)
    }


def _name(number: int, column: str) -> str:
    return f"p{number}_{column}"
