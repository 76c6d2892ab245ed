"""A workbook of which most rows are those of a former one: their XML is taken over, and only the others are written.

Belongs here: which rows of which sheet are taken over, and putting them together. Does not: how cells are written and look (`workbook`).

The library writes a workbook whose sheets hold new rows alone, each in its place; the rows between them are cut out of the
former sheets, where every row stands on its own: texts are within their cells, and looks are numbered in the one list of the workbook, which
must be the same. A sheet that says the same is copied as it was packed.
"""

from __future__ import annotations

import re
import struct
import zipfile
from collections.abc import Sequence
from dataclasses import dataclass
from pathlib import Path
from xml.etree import ElementTree
from zipfile import ZipFile, ZipInfo

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc
from isal import isal_zlib

from warehouse.extracts.workbook import SHEET_ROWS, Sheet, first_row, write_workbook
from warehouse.model.durable import aside

STYLES, WORKBOOK = "xl/styles.xml", "xl/workbook.xml"
SHEET_TAG = "{http://schemas.openxmlformats.org/spreadsheetml/2006/main}sheet"
LEVEL = 1
"""Of packing: a tenth larger than what the library packs, ten times as fast."""
RAW = -15
"""Deflated data without a header, as ZIP files hold it."""


@dataclass(frozen=True)
class Renewed:
    """A sheet, and what the sheet of its name in the former workbook held; None: there was none."""

    sheet: Sheet
    former: pa.Table | None = None


def renew_workbook(path: Path, sheets: Sequence[Renewed], former: Path) -> None:
    """Write the sheets as `write_workbook` does, with rows that say the same taken over from the workbook `former`.

    Args:
        path: of the workbook.
        sheets: in their order.
        former: a workbook this module or `write_workbook` of the same version wrote.
    """
    wanted = [renewed.sheet for renewed in sheets]
    changed = {place: positions for place, r in enumerate(sheets) if (positions := _changed(r)) is not None}
    sparse = aside(path)
    names = write_workbook(sparse, wanted, only=changed)
    with ZipFile(former) as old, ZipFile(sparse) as new:
        held, members = _members(old), _members(new)
        fits = new.read(STYLES) == old.read(STYLES) and all(names[place] in held for place in changed)
        packed: dict[str, tuple[ZipInfo, bytes]] = {}
        for place, positions in changed.items() if fits else ():
            sheet = _packed(old, held[names[place]], new, members[names[place]], first_row(wanted[place]) + positions)
            if sheet is None:
                fits = False
                break
            packed[members[names[place]]] = sheet
        if fits:
            _put_together(path, new, packed)
    sparse.unlink()
    if not fits:
        write_workbook(path, wanted)


def _changed(renewed: Renewed) -> np.ndarray | None:
    """The positions of rows that say something else than in the former sheet; None where it can't be built on."""
    now, was = renewed.sheet.table, renewed.former
    if was is None or now.schema != was.schema or now.num_rows != was.num_rows or now.num_rows > SHEET_ROWS:
        return None
    if now is was:
        return np.empty(0, dtype=np.int64)
    differs = np.zeros(now.num_rows, dtype=bool)
    for column, before in zip(now.columns, was.columns, strict=True):
        if column.equals(before):
            continue
        same = pc.fill_null(pc.equal(column, before), False)
        both_null = pc.and_(pc.is_null(column), pc.is_null(before))
        differs |= ~pc.or_(same, both_null).to_numpy()
    return np.flatnonzero(differs)


def _packed(old: ZipFile, held: str, new: ZipFile, member: str, rows: np.ndarray) -> tuple[ZipInfo, bytes] | None:
    """A sheet as it is packed, with all but some rows from the former one; None where that looks otherwise."""
    info = old.getinfo(held)
    raw = _raw(old, info)
    if not len(rows):
        return info, raw
    former, sparse = isal_zlib.decompress(raw, RAW, info.file_size), new.read(member)
    if _column_looks(former) != _column_looks(sparse):
        return None
    try:
        xml = _spliced(former, sparse, [int(row) for row in rows])
    except ValueError:  # a row without a cell is not there
        return None
    info.CRC, info.file_size = isal_zlib.crc32(xml), len(xml)
    return info, isal_zlib.compress(xml, LEVEL, RAW)


def _spliced(former: bytes, sparse: bytes, rows: Sequence[int]) -> bytes:
    """The XML of a sheet: `sparse`, with all but some `rows` taken from `former`."""
    opening, closing = b"<sheetData>", b"</sheetData>"
    pieces = [sparse[: sparse.index(opening)]]
    done, at = former.index(opening), sparse.index(opening)
    for row in rows:
        start, end = _row(former, row, done)
        at, after = _row(sparse, row, at)
        pieces += [former[done:start], sparse[at:after]]
        done = end
    pieces += [former[done : former.rindex(closing)], sparse[sparse.rindex(closing) :]]
    return b"".join(pieces)


def _row(xml: bytes, row: int, after: int) -> tuple[int, int]:
    """Where the row of that number begins and ends."""
    start = xml.index(b'<row r="%d"' % row, after)
    return start, xml.index(b"</row>", start) + len(b"</row>")


def _column_looks(xml: bytes) -> list[bytes]:
    """The look of each column: the cells of a former sheet have those of its columns."""
    head = xml[: xml.index(b"<sheetData>")]
    looks = []
    for first, last, rest in re.findall(rb'<col min="(\d+)" max="(\d+)"([^>]*)', head):
        style = re.search(rb'style="(\d+)"', rest)
        looks += [style[1] if style else b""] * (int(last) - int(first) + 1)
    return looks


def _members(workbook: ZipFile) -> dict[str, str]:
    """Name of a sheet → the member that holds it, as the library numbers them."""
    tree = ElementTree.fromstring(workbook.read(WORKBOOK))
    return {
        sheet.get("name", ""): f"xl/worksheets/sheet{n}.xml" for n, sheet in enumerate(tree.iter(SHEET_TAG), start=1)
    }


def _raw(workbook: ZipFile, info: ZipInfo) -> bytes:
    """The packed bytes of a member."""
    file = workbook.fp
    assert file is not None
    file.seek(info.header_offset + 26)
    name, extra = struct.unpack("<HH", file.read(4))
    file.seek(name + extra, 1)
    return file.read(info.compress_size)


def _put_together(path: Path, new: ZipFile, packed: dict[str, tuple[ZipInfo, bytes]]) -> None:
    """Write the members of `new`, those that are `packed` from there."""
    with ZipFile(path, "w") as target:
        for info in new.infolist():
            of, raw = packed.get(info.filename, (info, b""))
            _put(target, info.filename, of, raw or _raw(new, info))


def _put(target: ZipFile, member: str, of: ZipInfo, raw: bytes) -> None:
    """Add a member whose bytes are packed; `ZipFile` itself only packs."""
    info = ZipInfo(member, of.date_time)
    info.compress_type, info.CRC = zipfile.ZIP_DEFLATED, of.CRC
    info.file_size, info.compress_size = of.file_size, len(raw)
    info.create_system, info.external_attr = of.create_system, of.external_attr
    file = target.fp
    assert file is not None
    file.seek(target.start_dir)
    info.header_offset = file.tell()
    file.write(info.FileHeader())
    file.write(raw)
    target.start_dir = file.tell()
    target.filelist.append(info)
    target.NameToInfo[member] = info
    target._didModify = True  # type: ignore[attr-defined]  # or it would write no list of its members
