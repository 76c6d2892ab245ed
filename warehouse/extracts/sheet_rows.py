"""The rows of a sheet as XML: all cells of a column are written at once.

Belongs here: what a cell is in the file, and which characters can't stand there as they are. Does not: headings, widths and looks (`workbook`).
Texts stand within their cells, as the library that writes the headings writes them: no list of shared texts is held.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

BATCH_ROWS = 5_000
PLAIN = bytes(set(range(256)) - set(range(0x21)) - set(b"&<>_\xef"))
"""Bytes no text that holds them alone needs another look for."""
ODD = r"[&<>\x00-\x08\x0B-\x1F\x{FFFE}\x{FFFF}]|_x[0-9a-fA-F]{4}_|^[ \t\n]|[ \t\n]$"
"""What XML or a spreadsheet would not read back as it is."""
MARKUP = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
SPACE = " \t\n"


def row_xml(table: pa.Table, looks: Sequence[str], numbers: np.ndarray) -> Iterator[memoryview]:
    """The rows of a table, in batches.

    Args:
        table: its columns hold texts or numbers.
        looks: per column the number of the look of its cells, '' for none.
        numbers: of its rows in the sheet, counted from 1.
    """
    for start in range(0, table.num_rows, BATCH_ROWS):
        part = table.slice(start, BATCH_ROWS)
        here = pa.array(numbers[start : start + part.num_rows]).cast(pa.large_string())
        cells = [
            _cells(f'<c r="{letters(place)}', here, f'" s="{look}"' if look else '"', column.combine_chunks())
            for place, (column, look) in enumerate(zip(part.columns, looks, strict=True))
        ]
        yield _bytes(_joined('<row r="', here, '">', *cells, "</row>", null_handling="skip"))


def letters(place: int) -> str:
    """The letters of the column at `place`, counted from 0: A, B, …, Z, AA."""
    before, last = divmod(place, 26)
    return (letters(before - 1) if before else "") + chr(ord("A") + last)


def _cells(opening: str, numbers: pa.Array, look: str, column: pa.Array) -> pa.Array:
    """The cells of a column; null for null: there is no cell."""
    if not pa.types.is_string(column.type):
        if pa.types.is_floating(column.type):
            column = pc.if_else(pc.is_finite(column), column, None)  # no number of a spreadsheet
        return _joined(opening, numbers, f"{look}><v>", column.cast(pa.large_string()), "</v></c>")
    column = column.cast(pa.large_string())
    text, around = f'{look} t="inlineStr"><is>', "</is></c>"
    odd = pc.match_substring_regex(column, ODD) if _bytes(column).tobytes().translate(None, PLAIN) else None
    if odd is not None and pc.any(odd).as_py():
        bodies = pc.if_else(odd, _odd_bodies(pc.if_else(odd, column, None)), _joined("<t>", column, "</t>"))
        cells = _joined(opening, numbers, text, bodies, around)
    else:
        cells = _joined(opening, numbers, f"{text}<t>", column, f"</t>{around}")
    empty = pc.equal(pc.binary_length(column), 0)
    return pc.if_else(empty, _joined(opening, numbers, f"{look}/>"), cells) if pc.any(empty).as_py() else cells


def _odd_bodies(texts: pa.Array) -> pa.Array:
    """Texts as they stand in a cell, each distinct one written once."""
    encoded = texts.dictionary_encode()
    return pa.array(map(_body, encoded.dictionary.to_pylist()), pa.large_string()).take(encoded.indices)


def _body(text: str) -> str:
    kept = ' xml:space="preserve"' if text[0] in SPACE or text[-1] in SPACE else ""
    told_apart = re.sub(r"(?=_x[0-9a-fA-F]{4}_)", "_x005F", text)
    named = re.sub(r"[\x00-\x08\x0b-\x1f\ufffe\uffff]", lambda found: f"_x{ord(found[0]):04X}_", told_apart)
    return f"<t{kept}>{named.translate(MARKUP)}</t>"


def _joined(*parts: str | pa.Array, null_handling: str = "emit_null") -> pa.Array:
    texts = [pa.scalar(part, pa.large_string()) if isinstance(part, str) else part for part in parts]
    return pc.binary_join_element_wise(*texts, pa.scalar("", pa.large_string()), null_handling=null_handling)


def _bytes(texts: pa.Array) -> memoryview:
    """The bytes of texts, one after the other."""
    _, offsets, data = texts.buffers()
    if data is None or not len(texts):
        return memoryview(b"")
    bounds = np.frombuffer(offsets, np.int64)[texts.offset : texts.offset + len(texts) + 1]
    return memoryview(data)[bounds[0] : bounds[-1]]
