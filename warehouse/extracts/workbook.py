"""One platform's extract as a workbook that opens well in Excel and WPS.

Belongs here: sheets, headings, widths, colours. Does not: what the cells hold. Every text is a text cell in text format, so
identity numbers keep their digits and nothing is a formula, not even after it was edited; marks are coloured by
conditional formats, which stay right when a clerk corrects a cell.
"""

from __future__ import annotations

import re
import unicodedata
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import pyarrow as pa
from rustpy_xlsxwriter import Format, write_worksheets

from warehouse.extracts.packed import Packed, pack, packed_member, put
from warehouse.extracts.plan import DIFFERS, ENDED, INCOMPLETE, INVALID, MISSING
from warehouse.extracts.safe_text import fit_cells, has_risky
from warehouse.extracts.sheet_rows import row_xml
from warehouse.model.durable import aside

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
MEMBER, STYLES, WORKBOOK = "xl/worksheets/sheet{}.xml", "xl/styles.xml", "xl/workbook.xml"
SHEET_TAG = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}sheet"
OPENING, CLOSING = b"<sheetData>", b"</sheetData>"


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
        former: what the sheet of its name in the former workbook held; None: there was none.
    """

    name: str
    table: pa.Table
    groups: Sequence[tuple[str, str, int]] = ()
    marks: Sequence[str] = ()
    prose: str = ""
    frozen: int = 0
    choices: Mapping[str, Sequence[str]] = field(default_factory=dict)
    former: pa.Table | None = None


def write_workbook(path: Path, sheets: Sequence[Sheet], former: Path | None = None) -> None:
    """Write the sheets; one with more than a million rows is continued on further sheets (`人口（2）`).

    The library lays the sheets out, with their last row alone; the rows themselves are written here.

    Args:
        path: of the workbook.
        sheets: in their order.
        former: a workbook that this function of the same version wrote: sheets that say what those of their names said there
            (`Sheet.former`) are copied as they are packed.
    """
    parts: list[tuple[str, Sheet, pa.Table]] = []
    for sheet in sheets:
        table = fit_cells(sheet.table)
        for number in range(max(1, -(-table.num_rows // SHEET_ROWS))):
            taken = {name.casefold() for name, *_ in parts}
            name = sheet_name(sheet.name, "" if number == 0 else f"（{number + 1}）", taken)
            parts.append((name, sheet, table.slice(number * SHEET_ROWS, SHEET_ROWS)))
    options: dict[str, Any] = {}
    for name, sheet, table in parts:
        for option, value in _options(sheet, table).items():
            options.setdefault(option, {})[name] = value
    outline = aside(path)
    write_worksheets(
        [(name, _last_row(table)) for name, _, table in parts], str(outline), bold_headers=True, **options
    )
    with ZipFile(outline) as laid_out, ZipFile(path, "w") as target:
        same = _same(parts, laid_out, former) if former else {}
        filled = {MEMBER.format(n): part for n, part in enumerate(parts, start=1)}
        for info in laid_out.infolist():
            if info.filename in filled and info.filename not in same:
                _, sheet, table = filled[info.filename]
                put(target, info, pack(_with_rows(laid_out.read(info), table, _first_row(sheet))))
            else:
                put(target, info, same.get(info.filename) or packed_member(laid_out, info.filename))
    outline.unlink()


def _first_row(sheet: Sheet) -> int:
    """The number of the row in which the first line of its table stands; rows are numbered from 1."""
    return 3 if sheet.groups else 2


def _last_row(table: pa.Table) -> pa.Table:
    """The table with nothing in all rows but the last: it tells how many there are."""
    last = table.slice(max(0, table.num_rows - 1))
    before = table.num_rows - last.num_rows
    columns = [pa.chunked_array([pa.nulls(before, c.type), *c.chunks], c.type) for c in last.columns]
    return pa.table(columns, schema=table.schema)


def _with_rows(outline: bytes, table: pa.Table, first: int) -> Iterator[bytes | memoryview]:
    """The XML of a sheet whose `outline` has its headings and the last of its rows."""
    if not table.num_rows:
        yield outline
        return
    end = outline.rindex(CLOSING)
    start = outline.find(b'<row r="%d"' % (first + table.num_rows - 1), outline.index(OPENING))
    yield outline[: end if start < 0 else start]  # a row without a cell is not there
    yield from row_xml(table, _looks(outline, table.num_columns), first)
    yield outline[end:]


def _looks(outline: bytes, columns: int) -> list[str]:
    """The number of the look of each column, '' for none: cells have that of their column."""
    looks = [""] * columns
    for first, last, rest in re.findall(rb'<col min="(\d+)" max="(\d+)"([^>]*)', outline[: outline.index(OPENING)]):
        style = re.search(rb'style="(\d+)"', rest)
        looks[int(first) - 1 : int(last)] = [style[1].decode() if style else ""] * (int(last) - int(first) + 1)
    return looks


def _same(parts: Sequence[tuple[str, Sheet, pa.Table]], laid_out: ZipFile, former: Path) -> dict[str, Packed]:
    """Member → the sheet of its name in the workbook `former`, packed, where it says the same and looks are numbered as there."""
    found = {}
    with ZipFile(former) as old:
        if old.read(STYLES) != laid_out.read(STYLES):
            return {}
        held = {name: MEMBER.format(n) for n, name in enumerate(_names(old), start=1)}
        for number, (name, sheet, table) in enumerate(parts, start=1):
            whole = sheet.former is not None and table.num_rows == sheet.table.num_rows
            if whole and name in held and sheet.table.equals(sheet.former):
                found[MEMBER.format(number)] = packed_member(old, held[name])
    return found


def _names(workbook: ZipFile) -> list[str]:
    """The names of its sheets, in their order."""
    return [s.get("name", "") for s in ElementTree.fromstring(workbook.read(WORKBOOK)).iter(SHEET_TAG)]


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
    return text.set_quote_prefix() if has_risky(column) else text


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
