"""Whether an old workbook (xls, an OLE compound file) can be walked to its end.

Belongs here: the one check its parser does not make. A damaged allocation table can lead in a circle, and following it
fills the memory. Source: MS-CFB, sections 2.2 (header), 2.3 (FAT), 2.4 (mini FAT), 2.5 (DIFAT).
"""

from __future__ import annotations

from pathlib import Path

import numpy as np

MAGIC = bytes.fromhex("d0cf11e0a1b11ae1")
LAST = 0xFFFFFFFA
"""From here on an entry is a mark (end of chain, free), not a sector."""


def leads_in_a_circle(path: Path) -> bool:
    """Whether a chain of sectors never ends. False for what is no compound file."""
    with path.open("rb") as stream:
        if stream.read(8) != MAGIC:
            return False
    data = np.memmap(path, dtype=np.uint8, mode="r")
    if len(data) < 512:
        return False
    header = np.frombuffer(data[:512].tobytes(), "<u4")
    size = 1 << (int(header[7]) >> 16 if 9 <= int(header[7]) >> 16 <= 12 else 9)
    sectors = max(len(data) // size - 1, 0)

    def sector(number: int) -> np.ndarray:
        start = (number + 1) * size
        return np.frombuffer(data[start : start + size].tobytes().ljust(size, b"\xff"), "<u4")

    tables = list(header[19:128])
    following, seen = int(header[17]), 0
    while following < sectors:
        seen += 1
        if seen > sectors:
            return True
        entries = sector(following)
        tables += list(entries[:-1])
        following = int(entries[-1])
    parts = [sector(int(n)) for n in tables if n < sectors]
    if len(parts) > sectors:
        return True
    table = np.concatenate(parts) if parts else np.array([], "<u4")
    if _circle(table):
        return True
    mini, number = [], int(header[15])
    while number < min(sectors, len(table)):
        mini.append(sector(number))
        number = int(table[number])
    return bool(mini) and _circle(np.concatenate(mini))


def _circle(table: np.ndarray) -> bool:
    """Follow all chains at once, doubling the stride: what has not ended after as many steps as entries never does."""
    end = len(table)
    following = np.append(np.where(table < end, table, end), end).astype(np.int64)
    for _ in range(max(end, 1).bit_length()):
        following = following[following]
    return bool((following != end).any())
