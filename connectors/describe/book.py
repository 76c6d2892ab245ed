"""Workbooks: which sheets hold tables, in which row their headings stand, and whether these have two tiers."""

from __future__ import annotations

from itertools import islice
from pathlib import Path
from typing import Any

from python_calamine import CalamineSheet, CalamineWorkbook

from connectors import workbook
from connectors.describe.header import header_row, no_headings
from connectors.describe.names import BARE, landed_names
from connectors.describe.recogniser import Recogniser
from connectors.describe.table import Layout, TableLayout
from connectors.describe.vocabulary import Vocabulary
from connectors.headings import LOOK_AHEAD, folded
from connectors.rows import cell_text
from connectors.spec import Workbook

Rows = list[list[str | None]]


def look(path: Path, vocabulary: Vocabulary, recogniser: Recogniser) -> Layout:
    """The layout of a workbook; sheets without headings, or with headings in another row than most, are left out.

    Raises:
        DeliveryRejected: it can't be opened, or no sheet has headings.
    """
    next(iter(_opening(path)), None)
    with CalamineWorkbook.from_path(str(path)) as book:
        sheets = {name: book.get_sheet_by_name(name) for name in book.sheet_names}
        tops = {name: _top(sheet) for name, sheet in sheets.items()}
        placed = {
            name: row for name, top in tops.items() if (row := _headings(sheets[name], top, vocabulary, recogniser))
        }
        if not placed:
            raise no_headings()
        rows = [*placed.values()]
        row = max(rows, key=lambda r: (rows.count(r), -rows.index(r)))
        groups = {name: _groups(sheets[name], tops[name], row) for name, r in placed.items() if r == row}
    notes = [
        f"工作表“{name}”未写入：{'表头在另一行' if name in placed else '未能认出表头'} · sheet left out: headings in another row, or not recognised"
        for name in tops
        if name not in groups
    ]
    two_tiers = any(groups.values())
    tables = []
    for name, tier in groups.items():
        spread = tier or ([None] * len(tops[name][row - 1]) if two_tiers else None)
        names, further = landed_names(tops[name][row - 1], spread)
        notes += further
        titles = _upper_titles(tops[name], row)
        tables.append(TableLayout(name, (*names, *titles), titles))
    layout: dict[str, Any] = {"kind": "workbook", "header_row": row}
    layout |= {"group_row": row - 1} if two_tiers else {}
    return Layout(layout, tuple(tables), tuple(notes))


def _opening(path: Path) -> Any:
    """Let the reader of workbooks say what is wrong with the file; headings are looked for here."""
    try:
        CalamineWorkbook.from_path(str(path)).close()
    except Exception:
        yield from workbook.read(path, Workbook(kind="workbook", header_row=1, group_row=None), (BARE,))
        raise


def _top(sheet: CalamineSheet) -> Rows:
    return [[cell_text(v) for v in row] for row in islice(sheet.iter_rows(), LOOK_AHEAD)]


def _headings(sheet: CalamineSheet, top: Rows, vocabulary: Vocabulary, recogniser: Recogniser) -> int | None:
    """The row of the headings; the lower of two tiers where cells of both rows are merged into one."""
    row = header_row(top, vocabulary, recogniser)
    if row is None:
        return None
    merged = sheet.merged_cell_ranges or []
    tiers = [bottom for (start, _), (bottom, _) in merged if start == row - 1 < bottom < len(top)]
    lower = max(tiers, default=row - 1)
    return lower + 1 if any(top[lower]) else row


def _upper_titles(top: Rows, row: int) -> dict[str, str]:
    """Landed name of a column without a heading → what stands in the tier above, merged down into its cell."""
    if row < 2 or sum(map(bool, top[row - 2])) < 2:
        return {}
    lower = top[row - 1]
    return {f"未命名列{i + 1}": folded(h) for i, h in enumerate(top[row - 2]) if h and i < len(lower) and not lower[i]}


def _groups(sheet: CalamineSheet, top: Rows, row: int) -> list[str | None] | None:
    """The upper tier, spread over what its cells are merged over; None where the row above is a title, a note or empty."""
    if row < 2:
        return None
    above, width = top[row - 2], len(top[row - 1])
    spans = {
        first: last
        for (start, first), (bottom, last) in sheet.merged_cell_ranges or []
        if start == bottom == row - 2 and last - first + 1 < width
    }
    if not spans and not (any(above[1:]) and not above[0]):
        return None
    spread = list(above)
    left = sheet.start[1] if sheet.start else 0
    for first, last in spans.items():
        for column in range(first - left, min(last - left, width - 1) + 1):
            spread[column] = above[first - left]
    return spread
