"""Members of a ZIP file as they are packed: made piece by piece, or copied from another file without a look at what they hold.

Belongs here: bytes of ZIP files. Does not: which members a workbook has (`workbook`).
"""

from __future__ import annotations

import struct
import zipfile
from collections.abc import Iterable
from dataclasses import dataclass
from zipfile import ZipFile, ZipInfo

from isal import isal_zlib

LEVEL = 1
"""Of packing: a quarter larger than zlib's usual one, ten times as fast."""
RAW = -15
"""Deflated data without a header, as ZIP files hold it."""


@dataclass(frozen=True)
class Packed:
    """What a member holds, packed; its CRC and its size before that."""

    bytes: bytes
    crc: int
    size: int


def pack(pieces: Iterable[bytes | memoryview]) -> Packed:
    """Pack what is made piece by piece, so that no more than one piece is held as it is."""
    packer = isal_zlib.compressobj(LEVEL, isal_zlib.DEFLATED, RAW)
    done, crc, size = [], 0, 0
    for piece in pieces:
        done.append(packer.compress(piece))
        crc, size = isal_zlib.crc32(piece, crc), size + len(piece)
    return Packed(b"".join([*done, packer.flush()]), crc, size)


def unpack(packed: Packed) -> bytes:
    """What a member holds."""
    return isal_zlib.decompress(packed.bytes, RAW, packed.size)


def packed_member(archive: ZipFile, member: str) -> Packed:
    """A member as it is packed."""
    info, file = archive.getinfo(member), archive.fp
    assert file is not None
    file.seek(info.header_offset + 26)
    name, extra = struct.unpack("<HH", file.read(4))
    file.seek(name + extra, 1)
    return Packed(file.read(info.compress_size), info.CRC, info.file_size)


def put(target: ZipFile, like: ZipInfo, packed: Packed) -> None:
    """Add a member of the name and date of another one; `ZipFile` itself takes none that is packed."""
    info = ZipInfo(like.filename, like.date_time)
    info.compress_type, info.CRC = zipfile.ZIP_DEFLATED, packed.crc
    info.file_size, info.compress_size = packed.size, len(packed.bytes)
    info.create_system, info.external_attr = like.create_system, like.external_attr
    file = target.fp
    assert file is not None
    file.seek(target.start_dir)
    info.header_offset = file.tell()
    file.write(info.FileHeader())
    file.write(packed.bytes)
    target.start_dir = file.tell()
    target.filelist.append(info)
    target.NameToInfo[info.filename] = info
    target._didModify = True  # type: ignore[attr-defined]  # or it would write no list of its members
