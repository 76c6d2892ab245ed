"""What calamine does not tell of an xlsx file, read from its parts: digits beyond a double, formulas without result.

Belongs here: looking into the sheet's XML. Both questions are asked rarely and answered by one streamed pass.
"""

from __future__ import annotations

import re
import zipfile
import zlib
from collections.abc import Iterator
from contextlib import contextmanager
from pathlib import Path
from posixpath import join, normpath
from typing import IO

from lxml import etree

BLOCK = 1 << 20
UNANSWERED = re.compile(rb"(?:</f>|<f/>)\s*(?:<v>\s*</v>|<v\s*/>)?\s*</c>")
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
                    column = 0
                    for letter in place[1]:
                        column = column * 26 + ord(letter) - 64
                    found[int(place[2]) - 1, column - 1] = text
                cell.clear()
    except NOT_THERE:
        return {}
    return found


def has_unanswered_formulas(path: Path, sheet: str) -> bool:
    """Whether a formula of the sheet has no stored result (written by a program that does not calculate)."""
    tail = b""
    try:
        with _sheet_part(path, sheet) as stream:
            while block := stream.read(BLOCK):
                if UNANSWERED.search(tail + block):
                    return True
                tail = block[-64:]
    except NOT_THERE:
        pass
    return False


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
