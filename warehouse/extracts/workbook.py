"""One platform's extract as a workbook that opens well in Excel and WPS.

Belongs here: sheets, headings, widths, colours. Does not: what the cells hold. Every text is a text cell in text format, so
identity numbers keep their digits and nothing is a formula, not even after it was edited; marks are coloured by
conditional formats, which stay right when a clerk corrects a cell.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from types import MappingProxyType
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rustpy_xlsxwriter import Format, write_worksheets

from warehouse.extracts.plan import DIFFERS, ENDED, INCOMPLETE, INVALID, MISSING
from warehouse.extracts.safe_text import fit_cells, is_risky

SHEET_ROWS = 1_000_000  # Excel has 1,048,576 rows a sheet
SAMPLE = 200
MIN_WIDTH, MAX_WIDTH, PROSE_WIDTH = 8, 42, 96.0
COLOURS = {
    DIFFERS: ("#FFC7CE", "#9C0006"),
    MISSING: ("#FFEB9C", "#7F6000"),
    INVALID: ("#F8CBAD", "#843C0C"),
    ENDED: ("#D9D9D9", "#404040"),
    INCOMPLETE: ("#DDEBF7", "#1F4E79"),
}
GROUP_COLOURS = {"source": "#D9D9D9", "own": "#DDEBF7", "ours": "#E2EFDA"}
HEADING = "#F2F2F2"
INPUT = "#FFFF99"


@dataclass(frozen=True)
class Sheet:
    """One sheet to be.

    Attributes:
        name: wished for; `sheet_name` says what it becomes.
        table: its cells.
        groups: headings above the headings: title, colour key, number of columns.
        marks: mark columns, to be coloured.
        prose: the column that holds sentences and is wrapped, '' for none.
        frozen: number of columns on the left that stay in sight.
        choices: columns to be filled in, with what may be chosen; none: free text.
    """

    name: str
    table: pa.Table
    groups: Sequence[tuple[str, str, int]] = ()
    marks: Sequence[str] = ()
    prose: str = ""
    frozen: int = 0
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)


def write_workbook(
    path: Path, sheets: Sequence[Sheet], *, only: Mapping[int, np.ndarray] = MappingProxyType({})
) -> list[str]:
    """Write the sheets; one with more than a million rows is continued on further sheets (`人口（2）`).

    Args:
        path: of the workbook.
        sheets: in their order.
        only: place of a sheet among them → positions of the rows that are written, each where it stands among all; and the last one.

    Returns:
        The name of each sheet.
    """
    parts: list[tuple[str, Sheet, pa.Table, pa.Table]] = []
    names = []
    for place, sheet in enumerate(sheets):
        rows = sheet.table if place not in only else _sparse(sheet.table, only[place])
        rows = fit_cells(rows)
        for number in range(max(1, -(-rows.num_rows // SHEET_ROWS))):
            taken = {name.casefold() for name, *_ in parts}
            name = sheet_name(sheet.name, "" if number == 0 else f"（{number + 1}）", taken)
            names += [name] if number == 0 else []
            part = slice(number * SHEET_ROWS, (number + 1) * SHEET_ROWS)
            parts.append((name, sheet, sheet.table[part], rows[part]))
    options: dict[str, Any] = {}
    for name, sheet, table, _ in parts:
        for option, value in _options(sheet, table).items():
            options.setdefault(option, {})[name] = value
    write_worksheets([(name, rows) for name, _, _, rows in parts], str(path), bold_headers=True, **options)
    return names


def first_row(sheet: Sheet) -> int:
    """The number of the row in which the first line of its table stands; rows are numbered from 1."""
    return 3 if sheet.groups else 2


def _sparse(table: pa.Table, positions: np.ndarray) -> pa.Table:
    """The table with nothing in all rows but some, and the last: it tells how many there are."""
    written = np.zeros(table.num_rows, dtype=bool)
    written[positions] = True
    written[-1:] = True
    mask = pa.array(written)
    columns = [pc.if_else(mask, column, pa.scalar(None, column.type)) for column in table.columns]
    return pa.table(columns, schema=table.schema)


def sheet_name(wanted: str, suffix: str, taken: set[str]) -> str:
    """A name Excel takes: at most 31 characters, none of `[]:*?/\\`, no apostrophe at the ends, unlike all others."""
    name = re.sub(r"[\[\]:*?/\\]", "_", wanted).strip("' ") or "表"
    for further in ("", *(f"~{i}" for i in range(2, 1000))):
        ending = further + suffix
        found = name[: 31 - len(ending)] + ending
        if found.casefold() not in taken:
            return found
    raise ValueError(f"a thousand sheets are named {wanted}")


def _options(sheet: Sheet, table: pa.Table) -> dict[str, Any]:
    top = 1 if sheet.groups else 0
    texts = [n for n in table.column_names if pa.types.is_string(table.schema.field(n).type)]
    options: dict[str, Any] = {
        "header_row": top,
        "freeze_panes": {"row": top + 1, "col": sheet.frozen},
        "autofilter": table.num_rows > 0,
        "header_format": Format().set_bold().set_text_wrap().set_align("center").set_background_color(HEADING),
        "row_heights": {top: 33.0},
        "column_widths": {n: _width(n, table[n]) for n in table.column_names},
        "column_formats": {n: _text_format(table[n]) for n in texts},
        # An identity number as text is meant: no green triangle in every cell.
        "ignore_errors": texts,
        "page_setup": {"landscape": True, "fit_to_pages": (1, 0), "repeat_rows": (0, top)},
    }
    if sheet.groups:
        options["merge_ranges"] = _headings(sheet.groups)
    if sheet.marks and table.num_rows:
        options["conditional_formats"] = {name: _mark_rules() for name in sheet.marks}
    for name, allowed in sheet.choices.items():
        options["column_formats"][name] = Format().set_num_format("@").set_background_color(INPUT)
        if allowed:
            options.setdefault("data_validations", {})[name] = {"type": "list", "values": list(allowed)}
    if sheet.prose:
        options["autofilter"] = False
        options["column_widths"][sheet.prose] = PROSE_WIDTH
        options["column_formats"][sheet.prose] = Format().set_text_wrap().set_num_format("@")
    return options


def _text_format(column: pa.ChunkedArray) -> Format:
    """Text format; with the quote prefix where a cell would turn into a formula when someone edits it."""
    text = Format().set_num_format("@")
    return text.set_quote_prefix() if pc.any(is_risky(column)).as_py() else text


def _mark_rules() -> list[dict[str, Any]]:
    rules = []
    for mark, (background, font) in COLOURS.items():
        colours = Format().set_background_color(background).set_font_color(font)
        rules.append({"type": "text", "criteria": "begins_with", "value": mark, "format": colours})
    return rules


def _headings(groups: Sequence[tuple[str, str, int]]) -> list[tuple[int, int, int, int, str, Format]]:
    """Coloured group headings above the column headings; one column can't be merged and gets none."""
    found, first = [], 0
    for title, colour, columns in groups:
        if columns > 1:
            look = Format().set_bold().set_align("center").set_background_color(GROUP_COLOURS[colour])
            found.append((0, first, 0, first + columns - 1, title, look))
        first += columns
    return found


def _width(name: str, column: pa.ChunkedArray) -> float:
    """A width that shows the first rows; Chinese characters take two places."""
    sample = column.slice(0, SAMPLE).unique().to_pylist()
    longest = max((_places(str(value)) for value in sample if value is not None), default=0)
    # A heading may wrap to two lines and has a filter button.
    return float(min(MAX_WIDTH, max(MIN_WIDTH, longest + 2, _places(name) * 0.6 + 6)))


def _places(text: str) -> int:
    if text.isascii():
        return min(len(text), 100)
    return sum(2 if unicodedata.east_asian_width(c) in "WF" else 1 for c in text[:100])
