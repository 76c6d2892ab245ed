"""Under which names the columns of a heading row land, and which of them can be declared."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.headings import match
from connectors.spec import Dataset

BARE = Dataset.model_validate({"name": "-", "title": {"zh": "-", "en": "-"}, "columns": {}})
"""A dataset that declares no column: what it is matched with lands under names of its own."""


def landed_names(
    headings: Sequence[str | None], groups: Sequence[str | None] | None = None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the columns that can be declared, and a note on each that can't: its heading stands twice."""
    columns = match(BARE, headings, groups)
    repeated = {name.rpartition(".")[0] for name in columns.names if _is_repetition(name, columns.names)}
    names = [n for i, n in enumerate(columns.names) if i not in columns.nameless]
    usable = tuple(n for n in names if n not in repeated and not _is_repetition(n, columns.names))
    notes = tuple(
        f"列名“{name}”出现多次，无法声明，只落地不使用；请导出方改名 · heading stands twice and can't be declared"
        for name in sorted(repeated)
    )
    return usable, notes


def _is_repetition(name: str, names: Sequence[str]) -> bool:
    base, _, number = name.rpartition(".")
    return bool(base) and number.isdigit() and base in names and names.index(base) < names.index(name)
