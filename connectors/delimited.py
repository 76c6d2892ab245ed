"""Delimited text in any encoding Python knows, read line by line.

Belongs here: decoding, quoting, and getting back on track after a damaged line. The standard library's csv is used and
not a columnar reader because one damaged line must cost one row, not the file (see docs/decisions).
"""

from __future__ import annotations

import codecs
import csv
import io
from collections import deque
from collections.abc import Iterable, Iterator
from itertools import islice
from pathlib import Path
from typing import TextIO

from connectors.headings import LOOK_AHEAD, Columns, find, folded
from connectors.rows import Batches, Chunk, DeliveryRejected, make_batch
from connectors.spec import Dataset, Delimited

BLOCK = 1 << 20
"""Characters read at once."""
MAX_LINES = 200
"""Lines one quoted record may span; beyond this its quote was never closed."""
MAX_RECORD = 4_000_000
"""Characters one record may hold, for the same reason."""
GUESSES = ("utf-8-sig", "gb18030", "utf-16", "big5")

csv.field_size_limit(2 * MAX_RECORD)


def read(path: Path, layout: Delimited, dataset: Dataset) -> Batches:
    """Yield the rows of a delimited file.

    Lines without any character are no rows. A record with the wrong number of fields, with bytes its encoding does not
    know, or whose quote never closes is refused, and reading goes on at the next line.

    Raises:
        DeliveryRejected: the headings are not what was declared, or the file is in another encoding.
    """
    try:
        with path.open(encoding=layout.encoding, errors="surrogateescape", newline="") as stream:
            columns = _headings(stream, layout, dataset, path)
            yield from _mostly_decodable(_rows(stream, layout, dataset, columns), path, layout, dataset)
    except UnicodeError as error:
        raise _wrong_encoding(path, layout, dataset) or DeliveryRejected(
            "wrong_encoding", f"文件不是声明的编码{layout.encoding}，请按约定编码重新导出"
        ) from error


def _headings(stream: TextIO, layout: Delimited, dataset: Dataset, path: Path) -> Columns:
    first = list(islice(iter(lambda: stream.readline(MAX_RECORD), ""), LOOK_AHEAD))
    if not "".join(first).strip("\ufeff\r\n "):
        raise DeliveryRejected("empty_file", "文件没有内容，请重新导出")
    head = [next(_parser(iter([line]), layout), []) for line in first]
    try:
        columns = find(dataset, head, layout.header_row)
    except DeliveryRejected as problem:
        raise _wrong_encoding(path, layout, dataset) or problem from None
    stream.seek(0)
    for _ in range(layout.header_row):
        stream.readline(MAX_RECORD)
    return columns


def _parser(lines: Iterator[str], layout: Delimited, strict: bool = False) -> Iterator[list[str]]:
    if layout.quote is None:
        return csv.reader(lines, delimiter=layout.separator, quoting=csv.QUOTE_NONE, quotechar=None, strict=strict)
    return csv.reader(lines, delimiter=layout.separator, quotechar=layout.quote, strict=strict)


def _wrong_encoding(path: Path, layout: Delimited, dataset: Dataset) -> DeliveryRejected | None:
    """Where the headings read well in another encoding, say which."""
    with path.open("rb") as stream:
        head = stream.read(65_536)
    declared = {folded(name) for name in dataset.columns if not name.isascii()} or {folded(n) for n in dataset.columns}
    for guess in GUESSES:
        if codecs.lookup(guess) == codecs.lookup(layout.encoding):
            continue
        try:
            text = codecs.getincrementaldecoder(guess)("replace").decode(head)
        except UnicodeError:
            continue
        for line in text.splitlines()[:LOOK_AHEAD]:
            found = {folded(cell) for cell in line.split(layout.separator)}
            if len(declared & found) > len(declared) // 2:
                return DeliveryRejected(
                    "wrong_encoding",
                    f"文件编码应为{layout.encoding}，实际像是{guess}；请按约定编码重新导出，或更改平台配置中的encoding",
                )
    return None


class _Lines:
    """Lines of the stream that can be given back, and that end early where a quote never closes."""

    def __init__(self, stream: TextIO) -> None:
        self._stream = stream
        self._again: deque[str] = deque()
        self.taken: list[str] = []
        self.size = 0
        self.ended = False

    def block(self) -> list[str]:
        """Whole lines, about a megabyte of them; none at the end."""
        text = self._stream.read(BLOCK)
        return io.StringIO(text + self._stream.readline(MAX_RECORD), newline="").readlines()

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
        line = self._again.popleft() if self._again else self._stream.readline(MAX_RECORD)
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


def _rows(stream: TextIO, layout: Delimited, dataset: Dataset, columns: Columns) -> Batches:
    """A block of lines without any peculiarity is taken at once, any other line by line."""
    width = len(columns.names)
    chunk = Chunk(width)
    lines = _Lines(stream)
    warnings = columns.warnings(dataset.name)
    number = 0
    while block := lines.block():
        records = _plain(block, layout, width)
        if records is None:
            lines.give_back(block)
            number = _carefully(lines, layout, chunk, number)
        else:
            chunk.numbers.extend(range(number + 1, number + 1 + len(records)))
            chunk.rows.extend(records)
            number += len(records)
        while chunk.full:
            yield make_batch(dataset, "", columns.names, chunk.first(), nameless=columns.nameless, warnings=warnings)
            warnings = ()
    yield make_batch(dataset, "", columns.names, chunk, nameless=columns.nameless, warnings=warnings)


def _plain(block: list[str], layout: Delimited, width: int) -> list[list[str]] | None:
    """The records of a block where each line is a record of `width` fields; else None."""
    try:
        records = list(_parser(iter(block), layout, strict=True))
    except csv.Error:
        return None
    return records if len(records) == len(block) and {*map(len, records)} == {width} else None


def _carefully(lines: _Lines, layout: Delimited, chunk: Chunk, number: int) -> int:
    """Read the lines given back, and on to the end of the record they end in; return the last row number."""
    parser = _parser(lines, layout)
    while lines.given_back:
        record = next(parser, None)
        if record is None:
            break
        if record:
            number += 1
            if len(record) == chunk.width and not lines.ended:
                chunk.add(number, record)
            elif len(lines.taken) > 1 or lines.ended:
                chunk.reject(number, "quote_unclosed", "引号未闭合，该行无法与后一行分开，请检查引号")
                lines.give_back(lines.taken[1:])
                parser = _parser(lines, layout)
            else:
                reason = f"该行有{len(record)}个字段，应为{chunk.width}个；请检查内容中是否出现分隔符"
                chunk.reject(number, "wrong_field_count", reason)
        lines.next_record()
    return number


def _mostly_decodable(batches: Batches, path: Path, layout: Delimited, dataset: Dataset) -> Batches:
    """A few damaged lines are refused one by one; where most lines are, the whole file is in another encoding."""
    good = bad = 0
    for batch in batches:
        good += batch.rows.num_rows
        bad += sum(r.code == "undecodable" for r in batch.rejected)
        yield batch
    if bad > max(10, good):
        raise _wrong_encoding(path, layout, dataset) or DeliveryRejected(
            "wrong_encoding", f"半数以上的行不符合声明的编码{layout.encoding}，请按约定编码重新导出"
        )
