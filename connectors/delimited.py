"""Delimited text in any encoding Python knows, read line by line.

Belongs here: decoding, quoting, and getting back on track after a damaged line. The standard library's csv is used and
not a columnar reader because one damaged line must cost one row, not the file (see docs/decisions). Does not: where a
damaged record ends (`connectors.records`), or what else a file may be (`connectors.likeness`).
"""

from __future__ import annotations

import codecs
import csv
import io
import re
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from connectors import likeness, records
from connectors.headings import LOOK_AHEAD, Columns, find, hits
from connectors.rows import Batches, Chunk, DeliveryRejected, RowBatch, make_batch
from connectors.spec import Dataset, Delimited

BLOCK = 1 << 20
"""Characters read at once."""
MAX_LINES = 200
"""Lines one quoted record may span; beyond this its quote was never closed."""
MAX_RECORD = 4_000_000
"""Characters one record may hold, for the same reason."""
ENOUGH_ROWS = 20
"""Rows from which the length of their last cell tells how long it is."""
_SEPARATOR_HINT = re.compile(r"\ufeff?\"?sep=.\"?\s*", re.IGNORECASE)
"""A first line that tells a spreadsheet which separator follows; it is no row of the file."""
_END_OF_FILE = "\x1a"
"""What programs of DOS write behind the last line."""
CUT_OFF = ("cut_off", "文件末行不完整且没有换行，疑为复制或上传中断，待人工确认；请重新上传整个文件")

csv.field_size_limit(2 * MAX_RECORD)


def codec(declared: str) -> str:
    """The codec a declared encoding is read with: all of the GB family as GB 18030, of which the others are parts.

    Systems that say GBK or GB2312 write what their Windows or database writes (WHATWG Encoding Standard, 10.1 and 10.2).
    """
    return "gb18030" if codecs.lookup(declared).name in ("gbk", "gb2312", "gb18030", "cp936") else declared


def _leniently(error: UnicodeError) -> tuple[str, int]:
    """The byte 80 alone is the euro sign of Windows 936; any other byte becomes a surrogate, which costs its row."""
    if isinstance(error, UnicodeDecodeError) and error.object[error.start] == 0x80:
        return "€", error.start + 1
    text, end = codecs.lookup_error("surrogateescape")(error)
    return str(text), end


codecs.register_error("onenet.gb18030", _leniently)


def damage_kept(name: str) -> str:
    """The error handler a codec is opened with: undecodable bytes become surrogates."""
    return "onenet.gb18030" if name == "gb18030" else "surrogateescape"


def read(path: Path, layout: Delimited, dataset: Dataset) -> Batches:
    """Yield the rows of a delimited file.

    Lines without any character are no rows. A record with a filled field too many or too few, with bytes its encoding does
    not know, or whose quote never closes or swallows other records is refused, and reading goes on at the next line. Where
    the last line is not whole, the batch says so in `doubt`.

    Raises:
        DeliveryRejected: the headings are not what was declared, or the file is in another encoding or format.
    """
    name = codec(layout.encoding)
    try:
        with path.open(encoding=name, errors=damage_kept(name), newline="") as stream:
            columns = _headings(stream, layout, dataset, path)
            yield from _mostly_decodable(_rows(stream, layout, dataset, columns), path, layout)
    except UnicodeError as error:
        raise likeness.other_encoding(path, layout) from error


def _headings(stream: TextIO, layout: Delimited, dataset: Dataset, path: Path) -> Columns:
    """Find the headings and leave the stream behind them: a quoted heading may span lines."""
    lines = list(islice(iter(lambda: stream.readline(MAX_RECORD), ""), LOOK_AHEAD))
    hint = 1 if lines and _SEPARATOR_HINT.fullmatch(lines[0]) else 0
    del lines[:hint]
    if not "".join(lines).strip("\ufeff\r\n "):
        raise DeliveryRejected("empty_file", "文件没有内容，请重新导出")
    heads = [_head(lines, i, layout, dataset) for i in range(len(lines))]
    rows = [cells for cells, _ in heads]
    try:
        columns = find(dataset, rows, layout.header_row)
    except DeliveryRejected as problem:
        here = hits(dataset, rows[layout.header_row - 1]) if layout.header_row <= len(rows) else 0
        raise likeness.other(path, layout, dataset, here) or problem from None
    below = {len(row) for row in rows[layout.header_row :] if row}
    if len(below) == 1 and len(columns.names) in (2 * min(below) - 1, 2 * min(below)) and min(below) > 1:
        # the headings and a row of as many fields, with the line end between them lost
        raise DeliveryRejected("header_glued", "表头与第一行数据连在了一起，疑为表头后的换行丢失，请重新导出")
    stream.seek(0)
    for _ in range(hint + layout.header_row - 1 + heads[layout.header_row - 1][1]):
        stream.readline(MAX_RECORD)
    return columns


def _head(lines: list[str], start: int, layout: Delimited, dataset: Dataset) -> tuple[list[str], int]:
    """The cells of the row that begins at a line, and how many lines it has: more than one only where that finds more headings."""
    alone = next(records.parser(lines[start : start + 1], layout), [])
    spread = records.mended(lines[start], layout)
    if spread and hits(dataset, spread) > hits(dataset, alone):
        alone = spread
    taken: list[str] = []

    def following() -> Iterator[str]:
        for line in lines[start:]:
            taken.append(line)
            yield line

    whole = next(records.parser(following(), layout), [])
    if len(taken) > 1 and hits(dataset, whole) > hits(dataset, alone):
        return whole, len(taken)
    return alone, 1


class _Lines:
    """Lines of the stream that can be given back, and that end early where a quote never closes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.size = 0
        self.ended = False
        self.last = "\n"
        """The last line of the file, once it was read."""

    def block(self) -> list[str]:
        """Whole lines, about a megabyte of them; none at the end."""
        text = self._stream.read(BLOCK)
        lines = io.StringIO(text + self._stream.readline(MAX_RECORD), newline="").readlines()
        if lines and lines[-1].strip() == _END_OF_FILE:
            lines.pop()
        self.last = lines[-1] if lines else self.last
        return lines

    def give_back(self, lines: Iterable[str]) -> None:
        """Read these again, before all others."""
        self._again.extendleft(reversed(list(lines)))

    @property
    def given_back(self) -> bool:
        """Whether lines given back wait to be read."""
        return bool(self._again)

    def __iter__(self) -> _Lines:
        return self

    def __next__(self) -> str:
        if len(self.taken) >= MAX_LINES or self.size >= MAX_RECORD:
            self.ended = True
            raise StopIteration
        if self._again:
            line = self._again.popleft()
        else:
            line = self._stream.readline(MAX_RECORD)
            self.last = line or self.last
        if not line:
            self.ended = True
            raise StopIteration
        self.taken.append(line)
        self.size += len(line)
        return line

    def next_record(self) -> None:
        """The lines taken so far were one record."""
        self.taken.clear()
        self.size = 0
        self.ended = False


class _Table:
    """The rows of one file on their way into batches."""

    def __init__(self, stream: TextIO, layout: Delimited, dataset: Dataset, columns: Columns) -> None:
        self.lines = _Lines(stream)
        self.layout, self.dataset, self.columns = layout, dataset, columns
        self.width = len(columns.names)
        self.chunk = Chunk(self.width)
        self.number = 0
        self.warnings = columns.warnings(dataset.name)
        self.short: tuple[int, records.Record] | None = None
        """Row number and fields of the record before, where its last fields are not there."""
        self.was_short = False
        """Whether an earlier record lacked its last fields: then the program leaves them out."""
        self.last_is_whole = True

    def batch(self, chunk: Chunk, doubt: tuple[str, str] | None = None) -> RowBatch:
        """What a chunk holds; the warnings go with the first one."""
        warnings, self.warnings = self.warnings, ()
        c = self.columns
        return make_batch(
            self.dataset,
            "",
            c.names,
            chunk,
            nameless=c.nameless,
            headings=c.headings,
            warnings=warnings,
            doubt=doubt,
        )

    def take_plain(self, block: list[str]) -> bool:
        """Take a block where each line is a record of the right width; False where it is not one."""
        try:
            if records.blank_beside_quote("".join(block), self.layout):
                return False
            rows = list(records.parser(iter(block), self.layout, strict=True))
        except csv.Error:
            return False
        if len(rows) != len(block) or {*map(len, rows)} != {self.width}:
            return False
        self.chunk.numbers.extend(range(self.number + 1, self.number + 1 + len(rows)))
        self.chunk.rows.extend(rows)
        self.number += len(rows)
        self.short, self.last_is_whole = None, True
        return True

    def take_carefully(self) -> None:
        """Take the lines given back, and on to the end of the record they end in."""
        lines, layout = self.lines, self.layout
        parser = records.parser(lines, layout)
        while lines.given_back:
            record = next(parser, None)
            if record is None:
                break
            if record and not self._take(record):
                lines.give_back(lines.taken[1:])
                parser = records.parser(lines, layout)
            lines.next_record()

    def _take(self, record: records.Record) -> bool:
        """Take one record; False where only its first line was refused and the others are to be read again."""
        self.number += 1
        taken = self.lines.taken
        if self.lines.ended or (len(taken) > 1 and records.swallows(taken, self.layout, self.width)):
            return self._unclosed()
        if len(record) != self.width or any(cell.lstrip().startswith(self.layout.quote or "\n") for cell in record):
            mended = records.mended("".join(taken), self.layout)
            if mended is not None and records.fitted(mended, self.width) is not None:
                record = mended
        whole = record if len(record) == self.width else records.fitted(record, self.width)
        if whole is None:
            if len(taken) > 1:
                return self._unclosed()
            self._wrong_count(self.number, len(record))
            self.short, self.last_is_whole = None, False
            return True
        if len(record) < self.width:
            if self.short and self.short[0] == self.number - 1 and records.halves(self.short[1], record, self.width):
                self._refuse_halves(record)
                return True
            self.last_is_whole = self.was_short
            self.short, self.was_short = (self.number, record), True
        else:
            self.short, self.last_is_whole = None, True
        self.chunk.add(self.number, whole)
        return True

    def _unclosed(self) -> bool:
        self.chunk.reject(self.number, "quote_unclosed", "引号未闭合，该行无法与后一行分开，请检查引号")
        self.short, self.last_is_whole = None, False
        return False

    def _wrong_count(self, number: int, count: int) -> None:
        what = "；疑为换行丢失" if count >= 2 * self.width - 1 > 1 else "；请检查内容中是否出现分隔符或换行"
        self.chunk.reject(number, "wrong_field_count", f"该行有{count}个字段，应为{self.width}个{what}")

    def _refuse_halves(self, record: records.Record) -> None:
        """Two lines that are one record: the first one was taken already."""
        assert self.short
        if self.chunk.numbers and self.chunk.numbers[-1] == self.short[0]:
            self.chunk.numbers.pop()
            self.chunk.rows.pop()
            self._wrong_count(self.short[0], len(self.short[1]))
        self._wrong_count(self.number, len(record))
        self.short, self.last_is_whole = None, False


def _rows(stream: TextIO, layout: Delimited, dataset: Dataset, columns: Columns) -> Batches:
    """A block of lines without any peculiarity is taken at once, any other line by line."""
    table = _Table(stream, layout, dataset, columns)
    while block := table.lines.block():
        if not table.take_plain(block):
            table.lines.give_back(block)
            table.take_carefully()
        while table.chunk.full:
            yield table.batch(table.chunk.first())
    last = table.lines.last
    damaged = any("\udc80" <= c <= "\udcff" for c in last)
    cut = not last.endswith(("\n", "\r")) and (damaged or not table.last_is_whole or _cell_cut(table.chunk))
    yield table.batch(table.chunk, CUT_OFF if cut else None)


def _cell_cut(chunk: Chunk) -> bool:
    """Whether the last cell of the last row is shorter than that cell is in all rows before: a date of nine characters."""
    *before, last = [row[-1] or "" for row in chunk.rows] or [""]
    return len(before) >= ENOUGH_ROWS and len({*map(len, before)}) == 1 and 0 < len(last) < len(before[0])


def _mostly_decodable(batches: Batches, path: Path, layout: Delimited) -> Batches:
    """A few damaged lines are refused one by one; where most lines are, the whole file is in another encoding."""
    good = bad = 0
    for batch in batches:
        good += batch.rows.num_rows
        bad += sum(r.code == "undecodable" for r in batch.rejected)
        yield batch
    if bad > max(10, good):
        raise likeness.other_encoding(path, layout)
