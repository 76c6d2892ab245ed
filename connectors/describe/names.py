"""Under which names the columns of a heading row land, and which of them can be declared."""

from __future__ import annotations

from collections.abc import Sequence

from connectors.headings import folded
from connectors.spec import Dataset

BARE = Dataset.model_validate({"name": "-", "title": {"zh": "-", "en": "-"}, "columns": {}})
"""A dataset that declares no column: what it is matched with lands under names of its own."""


def landed_names(
    headings: Sequence[str | None], groups: Sequence[str | None] | None = None
) -> tuple[tuple[str, ...], tuple[str, ...]]:
    """The names of the columns that can be declared, and a note on each that can't: its heading stands twice."""
    plain = [folded(h) if h else "" for h in headings]
    names = []
    for position, heading in enumerate(plain):
        group = groups[position] if groups and position < len(groups) else None
        names.append(f"{folded(group)}/{heading}" if group and plain.count(heading) > 1 else heading)
    repeated = {name for name in names if name and names.count(name) > 1}
    notes = tuple(
        f"列名“{name}”出现多次，无法声明，只落地不使用；请导出方改名 · heading stands twice and can't be declared"
        for name in sorted(repeated)
    )
    return tuple(n for n in names if n and n not in repeated), notes
