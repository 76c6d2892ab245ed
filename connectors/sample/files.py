"""Turns reported tables into files: delimited text, form workbooks, NDJSON, JSON, XML, GeoJSON, SQLite.

Belongs here: bytes. Does not: what stands in them. The same table gives the same bytes on every run: no clock is read.
"""

from __future__ import annotations

import json
import sqlite3
from collections.abc import Callable, Iterator
from datetime import datetime
from pathlib import Path
from typing import Any
from xml.sax.saxutils import escape

import xlsxwriter

from connectors.sample.sheets import File, FileKind, Sheet
from connectors.sample.where import here

BATCH = 20_000


def _rows(sheet: Sheet) -> Iterator[list[tuple[Any, ...]]]:
    """The rows of a sheet as tuples of plain Python values, a batch at a time."""
    columns = list(sheet.columns.values())
    for start in range(0, len(sheet), BATCH):
        yield list(zip(*(column[start : start + BATCH].tolist() for column in columns), strict=True))


def _cell(value: Any, separator: str) -> str:
    if value is None:
        return ""
    text = str(value)
    if separator in text or '"' in text or "\n" in text:
        return '"' + text.replace('"', '""') + '"'
    return text


def _delimited(path: Path, file: File) -> None:
    separator = file.options.get("separator", ",")
    end = file.options["line_end"]
    with path.open("w", encoding=file.options["encoding"], newline="", errors="replace") as out:
        sheet = file.sheets[0]
        out.write(separator.join(sheet.columns) + end)
        for batch in _rows(sheet):
            out.write("".join(separator.join(_cell(v, separator) for v in row) + end for row in batch))


def _ndjson(path: Path, file: File) -> None:
    names = list(file.sheets[0].columns)
    with path.open("w", encoding="utf-8", newline="") as out:
        for batch in _rows(file.sheets[0]):
            out.writelines(json.dumps(dict(zip(names, row, strict=True)), ensure_ascii=False) + "\n" for row in batch)


def _json(path: Path, file: File) -> None:
    sheet = file.sheets[0]
    names = list(sheet.columns)
    rows = [dict(zip(names, row, strict=True)) for batch in _rows(sheet) for row in batch]
    content = {"code": 0, "total": len(rows), file.options["rows"]: rows}
    path.write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")


def _xml(path: Path, file: File) -> None:
    sheet = file.sheets[0]
    names, encoding = list(sheet.columns), file.options["encoding"]
    root, row_tag = file.options["root"], file.options["row"]
    with path.open("w", encoding=encoding, newline="", errors="xmlcharrefreplace") as out:
        out.write(f'<?xml version="1.0" encoding="{encoding}"?>\n<{root}>\n')
        for batch in _rows(sheet):
            for row in batch:
                cells = "".join(
                    f"<{n}>{escape('' if v is None else str(v))}</{n}>" for n, v in zip(names, row, strict=True)
                )
                out.write(f"<{row_tag}>{cells}</{row_tag}>\n")
        out.write(f"</{root}>\n")


def _geojson(path: Path, file: File) -> None:
    """Points of the columns lng and lat, or polygons of the column ring."""
    sheet = file.sheets[0]
    polygons = "ring" in sheet.columns
    names = [n for n in sheet.columns if n not in ("lng", "lat", "ring")]
    with path.open("w", encoding="utf-8", newline="") as out:
        out.write('{"type": "FeatureCollection", "features": [')
        lead = ""
        for batch in _rows(sheet):
            for row in batch:
                cells = dict(zip(sheet.columns, row, strict=True))
                where = [cells["ring"]] if polygons else [cells["lng"], cells["lat"]]
                feature = {
                    "type": "Feature",
                    "geometry": {"type": "Polygon" if polygons else "Point", "coordinates": where},
                    "properties": {n: cells[n] for n in names},
                }
                out.write(lead + json.dumps(feature, ensure_ascii=False))
                lead = ", "
        out.write("]}")


def _sqlite(path: Path, file: File) -> None:
    path.unlink(missing_ok=True)
    connection = sqlite3.connect(path)
    try:
        for sheet in file.sheets:
            key = file.options["keys"].get(sheet.name)
            kinds = [
                f"{n} {'integer' if n in file.options['integers'] else 'text'}{' primary key' if n == key else ''}"
                for n in sheet.columns
            ]
            connection.execute(f"create table {sheet.name} ({', '.join(kinds)})")
            marks = ", ".join("?" * len(kinds))
            for batch in _rows(sheet):
                connection.executemany(f"insert into {sheet.name} values ({marks})", batch)
        connection.commit()
    finally:
        connection.close()


def _workbook(path: Path, file: File) -> None:
    """Form layout: title, who filled it in, a note, group headings, headings, then the rows."""
    book = xlsxwriter.Workbook(str(path), {"constant_memory": True, "strings_to_urls": False})
    book.set_properties({"created": datetime(2026, 1, 1)})
    stamp = path.stem.split("_")
    date = next(part for part in stamp if part.isdigit() and len(part) == 8)
    for sheet in file.sheets:
        page = book.add_worksheet(sheet.name)
        _form_head(page, sheet, date)
        for start, batch in zip(range(5, 5 + len(sheet), BATCH), _rows(sheet), strict=True):
            _form_rows(page, start, batch)
    book.close()


def _form_head(page: Any, sheet: Sheet, date: str) -> None:
    """Rows 1 to 5; a workbook written row by row must not go back."""
    last = len(sheet.columns) - 1
    page.merge_range(0, 0, 0, last, sheet.title)
    page.write_string(1, 0, f"填报单位：{here().city}\u3000\u3000导出日期：{date}")
    page.write_string(2, 0, "说明：带*为必填项")
    for first, end, heading in sheet.groups:
        if end > first:
            page.merge_range(3, first, 3, end, heading)
        else:
            page.write_string(3, first, heading)
    for column, name in enumerate(sheet.columns):
        page.write_string(4, column, name)


def _form_rows(page: Any, start: int, batch: list[tuple[Any, ...]]) -> None:
    write_string, write_number = page.write_string, page.write_number
    for r, row in enumerate(batch, start):
        for c, value in enumerate(row):
            if value is None or value == "":
                continue
            if isinstance(value, str):
                write_string(r, c, value)
            else:
                write_number(r, c, value)


_WRITERS: dict[FileKind, Callable[[Path, File], None]] = {
    "delimited": _delimited,
    "ndjson": _ndjson,
    "json": _json,
    "xml": _xml,
    "geojson": _geojson,
    "sqlite": _sqlite,
    "workbook": _workbook,
}


def write_file(folder: Path, file: File) -> Path:
    """Write one file of visible rows under `folder/<platform>/` and return its path."""
    target = folder / file.platform
    target.mkdir(parents=True, exist_ok=True)
    path = target / file.name
    _WRITERS[file.kind](path, file)
    return path
