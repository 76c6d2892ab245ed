r"""Text that a spreadsheet program may open without harm: no cell becomes a formula, no cell breaks the file.

Belongs here: guarding text for CSV and workbooks. The Parquet file of an extract is never changed: it is the exact one.

In CSV a cell that starts with `=`, `+`, `-`, `@` (full-width forms too), a tab or a carriage return is taken for a formula
by Excel, WPS and others, so an apostrophe is put before it, as OWASP's page on CSV injection advises. Plain numbers with a
sign (`-5`, `+8613800112233`) can do no harm and stay as they are. In a workbook every such cell is a text cell anyway.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

RISKY = r"^[\s\x{FEFF}]*[=+\-@＝＋－＠]|^[\t\r]"
NUMBER = r"^[+-]?[0-9]+(\.[0-9]+)?$"
FIRST = np.isin(np.arange(256), list(b"=+-@\t\n\f\r \xef"))
"""Whether what is risky may begin with a byte; characters of full width and U+FEFF begin with the same one."""
CELL_LIMIT = 32_000  # Excel takes 32,767
CUT = "…（过长已截断，全文见 CSV 与 Parquet）"


def has_risky(column: pa.ChunkedArray) -> bool:
    """Whether a spreadsheet program would take any of the values for a formula."""
    return _may_be_risky(column) and bool(pc.any(is_risky(column)).as_py())


def is_risky(column: pa.ChunkedArray) -> pa.ChunkedArray:
    """Which values a spreadsheet program would take for a formula; null for null."""
    risky = pc.match_substring_regex(column, RISKY)
    if not pc.any(risky).as_py():
        return risky  # nearly always: the second look is spared
    return pc.and_(risky, pc.invert(pc.match_substring_regex(column, NUMBER)))


def _may_be_risky(column: pa.ChunkedArray) -> bool:
    """Whether any value begins with a byte with which what is risky begins."""
    for chunk in column.chunks:
        _, offsets, data = chunk.buffers()
        if data is None or not len(chunk):
            continue
        bounds = np.frombuffer(offsets, np.int32)[chunk.offset : chunk.offset + len(chunk) + 1]
        starts = bounds[:-1][bounds[:-1] < bounds[1:]]
        if FIRST[np.frombuffer(data, np.uint8)[starts]].any():
            return True
    return False


def guard_csv(table: pa.Table) -> pa.Table:
    """The table with an apostrophe before every cell and heading that would be taken for a formula."""
    headings = pa.chunked_array([pa.array(table.column_names, pa.string())])
    risky_names = set(headings.filter(is_risky(headings)).to_pylist())
    for i, name in enumerate(table.column_names):
        column = table.column(i)
        if pa.types.is_string(column.type) and has_risky(column):
            column = pc.if_else(is_risky(column), pc.binary_join_element_wise("'", column, ""), column)
        table = table.set_column(i, f"'{name}" if name in risky_names else name, column)
    return table


def fit_cells(table: pa.Table) -> pa.Table:
    """The table with over-long texts cut to what a workbook cell holds, marked as cut."""
    for i, name in enumerate(table.column_names):
        column = table.column(i)
        if not pa.types.is_string(column.type):
            continue
        longest = pc.max(pc.utf8_length(column)).as_py() or 0
        if longest > CELL_LIMIT:
            cut = pc.binary_join_element_wise(pc.utf8_slice_codeunits(column, 0, CELL_LIMIT - len(CUT)), CUT, "")
            table = table.set_column(i, name, pc.if_else(pc.greater(pc.utf8_length(column), CELL_LIMIT), cut, column))
    return table
