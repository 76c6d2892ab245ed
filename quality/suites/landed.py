"""What a landing suite must know of a platform: the part of its description that can be checked on what it delivered.

Belongs here: the shape of it. Does not: reading the description (its reader makes these), or the expectations it leads to
(`quality.suites.landing`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field


@dataclass(frozen=True)
class Cell:
    """Where a role finds one attribute.

    Attributes:
        attribute: as a role declares it: `sex`, `id_number`, `code`…
        kind: kind of entity the role names.
        role: the role.
        column: source column.
        codes: the code table that says which values it may have; None where it is no code.
        split, part: the separator of a cell that holds several values, and which of them is meant, from 1.
        is_code: it is a code of a thing, which is shown: no place for a number of a person.
    """

    attribute: str
    kind: str
    role: str
    column: str
    codes: str | None = None
    split: str | None = None
    part: int = 1
    is_code: bool = False


@dataclass(frozen=True)
class LandedDataset:
    """One table of rows of a platform: `key` and `mandatory` are source columns; `also` are headings a column had before, the
    oldest first: a delivery that landed under one of them is looked at under the name of now."""

    name: str
    key: tuple[str, ...] = ()
    mandatory: tuple[str, ...] = ()
    cells: tuple[Cell, ...] = ()
    also: Mapping[str, tuple[str, ...]] = field(default_factory=dict)

    @property
    def columns(self) -> tuple[str, ...]:
        """Every source column that is looked at, once."""
        return tuple(dict.fromkeys((*self.key, *(cell.column for cell in self.cells))))

    def is_shared(self, cell: Cell) -> bool:
        """Whether the column holds things of other kinds on other rows: the numbers of people and of firms."""
        return any(other.column == cell.column and other.kind != cell.kind for other in self.cells)


@dataclass(frozen=True)
class LandedPlatform:
    """One platform: `semantics` is snapshot or delta, rows are those of one delivery."""

    platform: str
    cadence: str
    semantics: str
    datasets: tuple[LandedDataset, ...]
    min_rows: int = 1
    max_rows: int | None = None
