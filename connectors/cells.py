"""The cell of a column in landed rows, whatever its heading was when they landed."""

from __future__ import annotations

from collections.abc import Collection

from connectors.spec import Dataset
from warehouse.model.sql import identifier


def cell(spec: Dataset, column: str, have: Collection[str]) -> str:
    """SQL of a column's cell in rows called `l`: under its name, else under a heading it had before; '' where no file has it.

    Args:
        spec: the dataset; a column it does not declare has its name alone.
        column: its name today.
        have: headings that the files have.
    """
    names = [column, *(spec.columns[column].also[::-1] if column in spec.columns else ())]
    cells = [f"l.{identifier(name)}" for name in names if name in have]
    return f"coalesce({', '.join(cells)})" if len(cells) > 1 else "".join(cells)
