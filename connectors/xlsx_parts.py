"""What calamine does not tell of an xlsx file, read from its parts: digits beyond a double, formulas without result, how far it reaches.

Belongs here: looking into the sheet's XML, streamed.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from pathlib import Path
from posixpath import join, normpath
from typing import IO

from lxml import etree

from connectors.bounds import require_honest_packing
from connectors.machine import is_of_the_machine

BLOCK = 1 << 20
UNANSWERED = re.compile(rb"(?:</f>|<f/>)\s*(?:<v>\s*</v>|<v\s*/>)?\s*</c>")
ROW = re.compile(rb"<row\b(?:[^>]*?\sr=[\"'](\d{1,12})[\"'])?")
ROW_WITH_PREFIX = re.compile(rb"<\w+:row\b(?:[^>]*?\sr=[\"'](\d{1,12})[\"'])?")
FAR_COLUMN = re.compile(rb"r=[\"']([A-Z]{2,5})\d")
FAR_ROW = re.compile(rb"r=[\"'][A-Z]{1,5}(\d{7,12})[\"']")
PARSER = etree.XMLParser(resolve_entities=False, no_network=True)
NOT_THERE = (zipfile.BadZipFile, zlib.error, EOFError, KeyError, NotImplementedError, etree.XMLSyntaxError)
"""The file is no xlsx (xls, ods), or its parts lie elsewhere: then there is nothing to add to what calamine says."""


def long_numbers(path: Path, sheet: str) -> dict[tuple[int, int], str]:
    """Whole numbers of 16 digits and more as an xlsx file stores them, by (row, column) from 0; empty for other files."""
    found: dict[tuple[int, int], str] = {}
    try:
        with _sheet_part(path, sheet) as stream:
            for _, cell in etree.iterparse(stream, tag="{*}c", resolve_entities=False, no_network=True):
                text = (cell.findtext("{*}v") or "") if cell.get("t", "n") == "n" else ""
                place = re.fullmatch(r"([A-Z]+)(\d+)", cell.get("r", ""))
                if place and re.fullmatch(r"-?\d{16,}", text):
                    found[int(place[2]) - 1, column_number(place[1].encode()) - 1] = text
                cell.clear()
    except NOT_THERE as error:
        if is_of_the_machine(error):
            raise
        return {}
    return found


@dataclass(frozen=True)
class SheetFacts:
    """What one pass over a sheet's XML finds: its outermost row and column, how many rows it stores, and formulas without a
    stored result."""

    rows: int = 0
    columns: int = 0
    stored: int = 0
    unanswered: bool = False


def sheet_facts(path: Path, sheet: str) -> SheetFacts:
    """The facts of a sheet; nothing found where the file is no xlsx. Columns up to Z count as 26."""
    rows, columns, stored, unanswered, tail = 0, 26, 0, False, b""
    try:
        with _sheet_part(path, sheet) as stream:
            while block := stream.read(BLOCK):
                text = tail + block
                unanswered = unanswered or UNANSWERED.search(text) is not None
                numbers = ROW.findall(text) or ROW_WITH_PREFIX.findall(text)
                stored += len(numbers)
                rows = max([rows, *(int(n) for n in numbers if n), *map(int, FAR_ROW.findall(text))])
                columns = max([columns, *map(column_number, FAR_COLUMN.findall(text))])
                tail = block[-256:]
    except NOT_THERE as error:
        if is_of_the_machine(error):
            raise
    return SheetFacts(rows or stored, columns, stored, unanswered)


def packed_honestly(path: Path) -> None:
    """Raises DeliveryRejected `packed_too_densely` where a part of the workbook would fill the memory once unpacked."""
    try:
        with zipfile.ZipFile(path) as archive:
            parts = archive.infolist()
    except NOT_THERE:
        return
    for part in parts:
        require_honest_packing("工作簿中的一个部件", part.compress_size, part.file_size)


def counts_from_1904(path: Path) -> bool:
    """Whether the days of an xlsx workbook are counted from 1904 on, as old Macintosh programs do; False for other files."""
    try:
        with zipfile.ZipFile(path) as archive:
            book = etree.fromstring(archive.read("xl/workbook.xml"), PARSER)
    except NOT_THERE as error:
        if is_of_the_machine(error):
            raise
        return False
    return any(node.get("date1904") in ("1", "true") for node in book.iterfind("{*}workbookPr"))


def column_number(letters: bytes) -> int:
    """Position of a column from 1: `A` is 1, `AA` is 27."""
    number = 0
    for letter in letters:
        number = number * 26 + letter - 64
    return number


@contextmanager
def _sheet_part(path: Path, sheet: str) -> Iterator[IO[bytes]]:
    with zipfile.ZipFile(path) as archive:
        book = etree.fromstring(archive.read("xl/workbook.xml"), PARSER)
        links = etree.fromstring(archive.read("xl/_rels/workbook.xml.rels"), PARSER)
        keys = [
            value
            for node in book.iterfind(".//{*}sheet")
            if node.get("name") == sheet
            for name, value in node.attrib.items()
            if name.endswith("}id")
        ]
        targets = [node.get("Target") or "" for node in links if node.get("Id") in keys]
        if not targets:
            raise KeyError(sheet)
        target = targets[0]
        with archive.open(target.lstrip("/") if target.startswith("/") else normpath(join("xl", target))) as stream:
            yield stream
