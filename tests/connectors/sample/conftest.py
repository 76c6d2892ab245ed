"""Reads a sample delivery back with plain parsers of its own, none of the project's readers."""

from __future__ import annotations

import csv
import json
import sqlite3
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pytest
from lxml import etree
from python_calamine import CalamineWorkbook

Row = dict[str, object]
DELIMITED = {
    "gongan_hukou": ("gb18030", ","),
    "jiaoyu_xueji": ("utf-8-sig", ","),
    "budongchan": ("gbk", "|"),
    "minzheng_dizhi": ("gb18030", ","),
    "wangge_huafen": ("utf-8-sig", ","),
    "wangge_renyuan": ("utf-8-sig", ","),
    "shichang_dengji": ("utf-8", ","),
    "shuiwu_nashuiren": ("gbk", "\t"),
    "rexian_12345": ("gb18030", ","),
    "zonghe_zhifa": ("gbk", ","),
    "jingwu_wangge": ("gb18030", ","),
}


def _workbook(path: Path) -> dict[str, list[Row]]:
    book = CalamineWorkbook.from_path(path)
    found: dict[str, list[Row]] = {}
    for name in book.sheet_names:
        rows = book.get_sheet_by_name(name).to_python(skip_empty_area=False)
        headings = [str(h).removesuffix("*") for h in rows[4]]
        found[name] = [dict(zip(headings, row, strict=True)) for row in rows[5:]]
    return found


def _sqlite(path: Path) -> dict[str, list[Row]]:
    connection = sqlite3.connect(path)
    connection.row_factory = sqlite3.Row
    tables = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
    return {t: [dict(row) for row in connection.execute(f"select * from {t} order by rowid")] for t in tables}


def _place(geometry: dict[str, Any]) -> Row:
    if geometry["type"] == "Point":
        return dict(zip(("lng", "lat"), geometry["coordinates"], strict=True))
    return {"geometry": json.dumps(geometry)}


def read(path: Path) -> dict[str, list[Row]]:
    """Rows by sheet ('' where the file has none) of one delivered file; headings without the `*` of required columns."""
    platform = path.parent.name
    if path.suffix == ".xlsx":
        return _workbook(path)
    if path.suffix == ".sqlite":
        return _sqlite(path)
    if path.suffix == ".ndjson":
        return {"": [json.loads(line) for line in path.read_text("utf-8").splitlines()]}
    if path.suffix == ".json":
        return {"": json.loads(path.read_text("utf-8"))["rows"]}
    if path.suffix == ".geojson":
        features = json.loads(path.read_text("utf-8"))["features"]
        return {"": [f["properties"] | _place(f["geometry"]) for f in features]}
    if path.suffix == ".xml":
        return {"": [{cell.tag: cell.text for cell in row} for row in etree.fromstring(path.read_bytes())]}
    encoding, separator = DELIMITED[platform]
    with path.open(encoding=encoding, newline="") as lines:
        return {"": list(csv.DictReader(lines, delimiter=separator))}


Delivery = dict[tuple[str, str, str], list[Row]]


def _read_all(deliveries: Path) -> Delivery:
    return {
        (path.parent.name, path.name, sheet): rows
        for path in sorted(deliveries.glob("*/*"))
        for sheet, rows in read(path).items()
    }


@pytest.fixture(scope="session")
def read_all() -> Callable[[Path], Delivery]:
    """Reads all rows under a deliveries folder, by platform, file name and sheet."""
    return _read_all
