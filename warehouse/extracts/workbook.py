"""One platform's extract as a workbook that opens well in Excel and WPS.

Belongs here: sheets, headings, widths, colours. Does not: what the cells hold. Every text is a text cell in text format, so
identity numbers keep their digits and nothing is a formula, not even after it was edited; marks are coloured by
conditional formats, which stay right when a clerk corrects a cell.
"""

from __future__ import annotations

import re
import sys
import unicodedata
from collections.abc import Iterable, Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path
from typing import Any
from xml.etree import ElementTree
from zipfile import ZipFile

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from rustpy_xlsxwriter import Format, write_worksheets

from warehouse.extracts.packed import Packed, pack, packed_member, put, unpack
from warehouse.extracts.plan import DIFFERS, ENDED, INCOMPLETE, INVALID, MISSING
from warehouse.extracts.safe_text import fit_cells, has_risky
from warehouse.extracts.sheet_rows import row_xml
from warehouse.model.durable import aside

SHEET_ROWS = 1_000_000  # Excel has 1,048,576 rows a sheet
SAMPLE = 200
MIN_WIDTH, MAX_WIDTH, PROSE_WIDTH = 8, 42, 96.0
MOST_PLACES = 100
PLACES = np.zeros(sys.maxunicode + 1, np.uint8)
"""How many places a character takes; 0 where nobody asked yet."""
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
OPENING, CLOSING, ROW_END = b"<sheetData>", b"</sheetData>", b"</row>"


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
        former: a workbook that this function of the same version wrote: of sheets of the same name (`Sheet.former`) rows that say the
            same are taken from there.
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
    write_worksheets([(name, _last_row(table)) for name, _, table in parts], str(outline), bold_headers=True, **options)
    with ZipFile(outline) as laid_out, ZipFile(path, "w") as target:
        held = _held(laid_out, former) if former else {}
        filled = {MEMBER.format(n): part for n, part in enumerate(parts, start=1)}
        for info in laid_out.infolist():
            if info.filename in filled:
                name, sheet, table = filled[info.filename]
                put(target, info, _packed(sheet, table, laid_out.read(info), held.get(name)))
            else:
                put(target, info, packed_member(laid_out, info.filename))
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


def _packed(sheet: Sheet, table: pa.Table, outline: bytes, former: Packed | None) -> Packed:
    """A sheet with the headings of `outline` and the rows of `table`; those that say the same are taken from the `former` one."""
    first, looks = _first_row(sheet), _looks(outline, table.num_columns)
    whole = sheet.former is not None and table.num_rows == sheet.table.num_rows  # not continued on a further sheet
    changed = _changed(sheet.table, sheet.former) if former and whole else None
    rows: Iterable[bytes | memoryview] | None = None
    if former and changed is not None:
        if not len(changed):
            return former
        xml = unpack(former)
        if _looks(xml, table.num_columns) == looks:
            again = row_xml(table.take(pa.array(changed)), looks, first + changed)
            rows = _spliced(xml, b"".join(again), first + changed, first)
    if rows is None:
        rows = row_xml(table, looks, first + np.arange(table.num_rows))
    return pack(_sheet_xml(outline, first, rows))


def _changed(now: pa.Table, was: pa.Table) -> np.ndarray | None:
    """The positions of rows that say something else; None where there are other rows or columns."""
    if now.schema != was.schema or now.num_rows != was.num_rows:
        return None
    differs = np.zeros(now.num_rows, dtype=bool)
    for column, before in zip(now.columns, was.columns, strict=True):
        if column is not before and not column.equals(before):
            same = pc.coalesce(pc.equal(column, before), pc.and_(pc.is_null(column), pc.is_null(before)))
            differs |= ~same.to_numpy()
    return np.flatnonzero(differs)


def _spliced(former: bytes, again: bytes, numbers: np.ndarray, first: int) -> list[memoryview] | None:
    """The rows of the sheet `former`, those of some numbers replaced; None where such a row has no cell and is not there."""
    old, new = memoryview(former), memoryview(again)
    pieces, done, at = [], _rows_start(former, first), 0
    for number in numbers.tolist():
        opening = b'<row r="%d"' % number
        start = former.find(opening, done)
        if start < 0 or not again.startswith(opening, at):
            return None
        after = again.index(ROW_END, at) + len(ROW_END)
        pieces += [old[done:start], new[at:after]]
        done, at = former.index(ROW_END, start) + len(ROW_END), after
    return [*pieces, old[done : former.rindex(CLOSING)]]


def _rows_start(xml: bytes, first: int) -> int:
    """Where in a sheet the rows after its headings begin, of which the first has that number."""
    return xml.index(ROW_END, xml.index(b'<row r="%d"' % (first - 1))) + len(ROW_END)


def _sheet_xml(outline: bytes, first: int, rows: Iterable[bytes | memoryview]) -> Iterator[bytes | memoryview]:
    """The XML of a sheet with the headings of `outline`, and whatever comes after rows there."""
    yield outline[: _rows_start(outline, first)]
    yield from rows
    yield outline[outline.rindex(CLOSING) :]


def _looks(outline: bytes, columns: int) -> list[str]:
    """The number of the look of each column, '' for none: cells have that of their column."""
    looks = [""] * columns
    for first, last, rest in re.findall(rb'<col min="(\d+)" max="(\d+)"([^>]*)', outline[: outline.index(OPENING)]):
        style = re.search(rb'style="(\d+)"', rest)
        looks[int(first) - 1 : int(last)] = [style[1].decode() if style else ""] * (int(last) - int(first) + 1)
    return looks


def _held(laid_out: ZipFile, former: Path) -> dict[str, Packed]:
    """Name → each sheet of the workbook `former`, packed; none where looks are numbered otherwise than there."""
    with ZipFile(former) as old:
        if old.read(STYLES) != laid_out.read(STYLES):
            return {}
        return {name: packed_member(old, MEMBER.format(n)) for n, name in enumerate(_names(old), start=1)}


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
    longest = _longest([str(value)[:MOST_PLACES] for value in sample if value is not None])
    # A heading may wrap to two lines and has a filter button.
    return float(min(MAX_WIDTH, max(MIN_WIDTH, longest + 2, _longest([name]) * 0.6 + 6)))


def _longest(texts: Sequence[str]) -> int:
    """How many places the longest of some texts takes."""
    codes = np.frombuffer("".join(texts).encode("utf-32-le", "surrogatepass"), np.uint32)
    for code in set(codes[PLACES[codes] == 0].tolist()):
        PLACES[code] = 2 if unicodedata.east_asian_width(chr(code)) in "WF" else 1
    before = np.concatenate([[0], np.cumsum(PLACES[codes], dtype=np.int64)])
    ends = np.cumsum([0, *map(len, texts)])
    return int(np.diff(before[ends]).max(initial=0))
