"""What every reader yields: batches of text columns with data row numbers, and the rows it could not take.

Belongs here: the types shared by the readers, the rules that hold for a cell and a row of any format (NUL characters,
oversized cells, undecodable bytes, blank rows, mandatory cells). Does not: how a format is read (one module each), how
headings find their columns (`connectors.headings`), or where rows are stored (`connectors.landing`).
"""

from __future__ import annotations

import datetime
import math
import re
from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass, field, replace
from decimal import Decimal
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.moved_characters import all_at_home
from connectors.no_data import no_data_rows
from connectors.spec import Dataset

BATCH_ROWS = 20_000
"""Rows a reader holds at a time; memory is bounded by this, not by the size of the file."""

BATCH_CELLS = 4_000_000
"""Cells a reader holds at a time: of a very wide table fewer rows."""

MAX_CELL = 100_000
"""Bytes of UTF-8 a cell may hold. A workbook cell ends at 32,767 characters; beyond this a quote was left open."""

ROW_NUMBER = "row_number"
BLANK_ROW = "blank_row"


def legible(name: str) -> str:
    """A heading, sheet or file name with `?` for bytes that are no text, so that it can be stored and shown."""
    return name.encode("utf-8", "replace").decode()


class DeliveryRejected(Exception):  # noqa: N818 - it is a verdict on a file, not a fault of the program
    """A delivery that can't be read as declared.

    Attributes:
        code: stable reason code, e.g. `column_missing`.
        reason: one Chinese sentence a department can act on; it quotes headings and sheet names, never a cell.
    """

    def __init__(self, code: str, reason: str) -> None:
        super().__init__(f"{code}: {legible(reason)}")
        self.code = code
        self.reason = legible(reason)

    def __reduce__(self) -> tuple[type[DeliveryRejected], tuple[str, str]]:
        return type(self), (self.code, self.reason)


@dataclass(frozen=True)
class Rejection:
    """One row that is not landed and why; `column` where one is at fault. The reason never quotes a value."""

    row_number: int
    column: str | None
    code: str
    reason: str


@dataclass(frozen=True)
class RowBatch:
    """Rows of one dataset: `rows` has `row_number` (int64) and one text column per source column, '' as null.

    `doubt` is the reason code and reason why the delivery may not be whole; a person is to confirm it before it counts.
    """

    dataset: str
    sheet: str
    rows: pa.RecordBatch
    rejected: tuple[Rejection, ...] = ()
    warnings: tuple[str, ...] = ()
    doubt: tuple[str, str] | None = None


@dataclass
class Chunk:
    """Raw rows on their way to a batch: numbers, values row by row, and rows already refused by the reader."""

    width: int
    numbers: list[int] = field(default_factory=list)
    rows: list[Sequence[str | None]] = field(default_factory=list)
    rejected: list[Rejection] = field(default_factory=list)

    @property
    def most(self) -> int:
        """Rows that fill a batch."""
        return max(1, min(BATCH_ROWS, BATCH_CELLS // max(self.width, 1)))

    @property
    def full(self) -> bool:
        """Whether it is time to yield."""
        rows = len(self.numbers)
        wide = self.width * rows >= BATCH_CELLS and rows >= self.most
        return rows >= BATCH_ROWS or wide or len(self.rejected) >= BATCH_ROWS

    def add(self, number: int, row: Sequence[str | None]) -> None:
        """Take one row of `width` values."""
        self.numbers.append(number)
        self.rows.append(row)

    def reject(self, number: int, code: str, reason: str, column: str | None = None) -> None:
        """Refuse one row."""
        self.rejected.append(Rejection(number, column, code, reason))

    def first(self) -> Chunk:
        """Split off what fills one batch: rows and refusals up to the same row number."""
        most = self.most
        if len(self.numbers) <= most:
            part = Chunk(self.width, self.numbers, self.rows, self.rejected)
            self.clear()
            return part
        last = self.numbers[most - 1]
        part = Chunk(self.width, self.numbers[:most], self.rows[:most])
        part.rejected = [r for r in self.rejected if r.row_number <= last]
        self.rejected = [r for r in self.rejected if r.row_number > last]
        del self.numbers[:most], self.rows[:most]
        return part

    def clear(self) -> None:
        """Start anew."""
        self.numbers, self.rows, self.rejected = [], [], []


def cell_text(value: object) -> str | None:
    """A typed cell as the department would read it on its screen; None where the cell is empty.

    Whole numbers have no decimal point (`1.0` → `1`) and are never written with an exponent; other numbers keep the 15
    significant digits a workbook shows. Dates are ISO, midnight is left out. Text stays as it is.
    """
    if value is None or isinstance(value, str):
        return value or None
    return _AS_TEXT.get(type(value), str)(value)


def _number_text(value: float) -> str | None:
    if not math.isfinite(value):
        return None
    if value == int(value) and abs(value) < 1e15:
        return str(int(value))
    return f"{Decimal(f'{value:.15g}'):f}"


def _moment_text(value: datetime.datetime) -> str:
    text = value.isoformat(sep=" ")
    return text.removesuffix(" 00:00:00") if value.tzinfo is None else text


_AS_TEXT: dict[type, Callable[[Any], str | None]] = {
    bool: lambda value: "TRUE" if value else "FALSE",
    float: _number_text,
    Decimal: lambda value: f"{value:f}",
    datetime.datetime: _moment_text,
    datetime.date: datetime.date.isoformat,
    datetime.time: datetime.time.isoformat,
    bytes: lambda value: value.decode("utf-8", "surrogateescape") or None,
}


def text_array(values: Sequence[str | None]) -> pa.Array:
    """Text values as Arrow, empty text as null. Raises UnicodeEncodeError where a value holds undecodable bytes."""
    array = pa.array(values, pa.string())
    return pc.if_else(pc.equal(array, ""), pa.scalar(None, pa.string()), array)


def make_batch(
    dataset: Dataset,
    sheet: str,
    names: Sequence[str],
    chunk: Chunk,
    *,
    nameless: frozenset[int] = frozenset(),
    headings: Sequence[str | None] = (),
    warnings: tuple[str, ...] = (),
    doubt: tuple[str, str] | None = None,
) -> RowBatch:
    """Turn a chunk into a batch under the rules every format shares, and clear it.

    Args:
        dataset: declares which columns are mandatory.
        sheet: name of the sheet or table, '' where there is none.
        names: landed name of each value of a row, in order.
        chunk: the raw rows.
        nameless: positions without a heading; such a column is left out unless it holds something.
        headings: the headings as read, by position, so that a row that repeats them is known; none: the landed names.
        warnings: passed on.
        doubt: passed on.

    Returns:
        The batch; rows that are blank or no data, hold NUL, bytes of another encoding or an oversized cell, or lack a
        mandatory cell are among its rejections.
    """
    try:
        columns = [text_array(values) for values in zip(*chunk.rows, strict=True)] if chunk.rows else None
    except UnicodeEncodeError:
        _drop_undecodable(chunk, names)
        columns = [text_array(values) for values in zip(*chunk.rows, strict=True)] if chunk.rows else None
    if columns is None:
        columns = [pa.array([], pa.string()) for _ in names]
    kept = [i for i in range(len(names)) if i not in nameless or columns[i].null_count < len(columns[i])]
    warnings += tuple(
        f"数据集“{dataset.name}”第{i + 1}列没有列名却有内容，已按“{names[i]}”落地" for i in kept if i in nameless
    )
    rows = pa.RecordBatch.from_arrays(
        [pa.array(chunk.numbers, pa.int64()), *(columns[i] for i in kept)], [ROW_NUMBER, *(names[i] for i in kept)]
    )
    batch = checked(
        dataset, sheet, rows, chunk.rejected, warnings, [legible(headings[i] or "") for i in kept] if headings else ()
    )
    chunk.clear()
    return replace(batch, doubt=doubt)


def checked(
    dataset: Dataset,
    sheet: str,
    rows: pa.RecordBatch,
    rejected: Sequence[Rejection],
    warnings: tuple[str, ...] = (),
    headings: Sequence[str | None] = (),
) -> RowBatch:
    """The batch of `rows` (row_number, text columns) without those no format may land; they join `rejected`.

    Its cells are what the department means: `="013"`, which keeps a spreadsheet from making a number of it, is `013`, and
    characters of the private use area are where Unicode has them now.
    """
    refused = list(rejected)
    cells = [_meant(column) for column in rows.columns[1:]]
    rows = pa.RecordBatch.from_arrays([rows.column(0), *cells], rows.schema.names)
    rows = _refuse(rows, dataset, refused, headings or rows.schema.names[1:])
    refused.sort(key=lambda r: (r.row_number, r.column or "", r.code))
    return RowBatch(dataset.name, sheet, rows, tuple(refused), warnings)


WRAPPED = r'(?s)^\s*="((?:[^"]|"")*)"\s*$'
"""A formula that is nothing but a text: what programs write so that a spreadsheet keeps its zeros and digits."""


def unwrapped(text: str) -> str:
    """The text inside `="…"`; any other text as it is.

    >>> unwrapped('="0571"'), unwrapped('="a"&"b"'), unwrapped("甲")
    ('0571', '="a"&"b"', '甲')
    """
    wrapped = re.match(WRAPPED, text) if '="' in text else None
    return wrapped[1].replace('""', '"') if wrapped else text


def _meant(column: pa.Array) -> pa.Array:
    column = all_at_home(column)
    wrapped = pc.starts_with(column, '="')
    if pc.any(wrapped).as_py():
        values = [unwrapped(v) if v else v for v in column.to_pylist()]
        return pa.array([v or None for v in values], pa.string())
    return column


def _drop_undecodable(chunk: Chunk, names: Sequence[str]) -> None:
    numbers: list[int] = []
    rows: list[Sequence[str | None]] = []
    for number, row in zip(chunk.numbers, chunk.rows, strict=True):
        damaged = next((n for n, v in zip(names, row, strict=True) if v and not _encodable(v)), None)
        if damaged is None:
            numbers.append(number)
            rows.append(row)
        else:
            chunk.reject(number, "undecodable", f"列“{damaged}”含有不符合声明编码的字节，请按约定编码重新导出", damaged)
    chunk.numbers, chunk.rows = numbers, rows


def _encodable(text: str) -> bool:
    try:
        text.encode("utf-8")
    except UnicodeEncodeError:
        return False
    return True


def _refuse(
    rows: pa.RecordBatch, dataset: Dataset, rejected: list[Rejection], headings: Sequence[str | None]
) -> pa.RecordBatch:
    """Take the rows out that may not land; a row is refused once, for the first reason found."""
    if not rows.num_rows:
        return rows
    keep = np.ones(rows.num_rows, dtype=bool)
    numbers = rows.column(0).to_numpy()

    def refuse(bad: np.ndarray, column: str | None, code: str, reason: str) -> None:
        bad &= keep
        rejected.extend(Rejection(int(n), column, code, reason) for n in numbers[bad])
        keep[bad] = False

    blank = np.ones(rows.num_rows, dtype=bool)
    for name in rows.schema.names[1:]:
        column = rows.column(name)
        blank &= column.is_null().to_numpy(zero_copy_only=False)
    refuse(blank, None, BLANK_ROW, "整行为空，请删除空行")
    for code, reason, bad in no_data_rows(rows, headings):
        refuse(bad, None, code, reason)
    for name in rows.schema.names[1:]:
        column = rows.column(name)
        if (pc.max(pc.binary_length(column)).as_py() or 0) > MAX_CELL:
            bad = pc.fill_null(pc.greater(pc.binary_length(column), MAX_CELL), False)
            refuse(_mask(bad), name, "cell_too_long", f"列“{name}”的单元格超过{MAX_CELL}字节，疑为引号未闭合或粘贴错误")
        nul = pc.match_substring(column, "\x00")
        if pc.any(nul).as_py():
            refuse(
                _mask(pc.fill_null(nul, False)), name, "nul_character", f"列“{name}”含有空字符（NUL），请清除后重新导出"
            )
    for name, spec in dataset.columns.items():
        if spec.mandatory and name in rows.schema.names:
            empty = pc.fill_null(pc.equal(pc.utf8_trim_whitespace(rows.column(name)), ""), True)
            refuse(_mask(empty), name, "mandatory_empty", f"必填列“{name}”为空，请补填")
    return rows if keep.all() else rows.filter(pa.array(keep))


def _mask(array: pa.Array) -> np.ndarray:
    return np.array(array.to_numpy(zero_copy_only=False), dtype=bool)


Batches = Iterator[RowBatch]
"""What a reader returns."""


def without_trailing_blanks(batches: Batches) -> Batches:
    """Blank rows after the last row that says something are no rows; blank rows before it are refused ones."""
    held: list[Rejection] = []
    dataset = ""
    for batch in batches:
        if batch.dataset != dataset:
            dataset, held = batch.dataset, []
        says = [r.row_number for r in batch.rejected if r.code != BLANK_ROW]
        last = max(says, default=0)
        if batch.rows.num_rows:
            last = max(last, batch.rows.column(0)[-1].as_py())
        before = [r for r in batch.rejected if r.row_number <= last]
        after = [r for r in batch.rejected if r.row_number > last]
        if last:
            before, held = held + before, []
        held += after
        yield replace(batch, rejected=tuple(before))
