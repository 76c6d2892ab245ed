"""Where one record of delimited text ends and the next begins, though quotes and separators are damaged.

Belongs here: whether a quote swallowed whole records, what a blank beside a quote means, surplus and missing last fields.
Does not: reading the file (`connectors.delimited`).
"""

from __future__ import annotations

import csv
import re
from collections.abc import Iterable, Iterator, Sequence
from functools import cache

from connectors.spec import Delimited

Record = list[str]

UNLIKELY = 4
"""Fields from which on a line that has exactly so many is a record: text with that many separators is rare."""


def parser(lines: Iterable[str], layout: Delimited, strict: bool = False) -> Iterator[Record]:
    """The standard parser under the declared separator and quote."""
    if layout.quote is None:
        return csv.reader(lines, delimiter=layout.separator, quoting=csv.QUOTE_NONE, quotechar=None, strict=strict)
    return csv.reader(lines, delimiter=layout.separator, quotechar=layout.quote, strict=strict)


def swallows(lines: Sequence[str], layout: Delimited, width: int) -> bool:
    """Whether a quoted cell of these lines, which parse as one record of `width` fields, holds whole records.

    Two stray quotes in one column of different rows enclose all rows between them, and the number of fields is right.
    A line that is a complete record by itself is one. So is every line where each has `width` fields without its quotes.
    """
    quote, separator = layout.quote, layout.separator
    if quote is None or len(lines) < 2:
        return False
    try:
        list(parser(lines, layout, strict=True))
    except csv.Error:
        return True
    if width < 2:
        return False
    shape = _shape(lines[0], separator, quote)
    complete = _complete(separator, quote, width)
    for line in lines[1:-1]:
        alike = width >= UNLIKELY or _shape(line, separator, quote) == shape
        if alike and complete.fullmatch(line) and line.startswith(quote) == lines[0].startswith(quote):
            return True
    if any(line.count(separator) != width - 1 for line in lines):
        return False
    opens_in_last = len(next(parser(lines[:1], layout), [])) == width
    return not opens_in_last or width >= UNLIKELY


def mended(text: str, layout: Delimited) -> Record | None:
    """The fields of a line with blanks around its quotes (`a, "b"`) or formulas of text (`="a,b"`); None without any."""
    if layout.quote is None:
        return None
    plain = _beside_quotes(layout.separator, layout.quote).sub(lambda m: m[2] or m[1], text)
    if plain == text:
        return None
    try:
        return next(parser([plain], layout, strict=True), None)
    except csv.Error:
        return None


def blank_beside_quote(text: str, layout: Delimited) -> bool:
    """Whether a block of lines has a blank between separator and quote somewhere."""
    quote, separator = layout.quote, layout.separator
    return quote is not None and (f"{separator} {quote}" in text or f"{quote} {separator}" in text)


def fitted(record: Record, width: int) -> Record | None:
    """The record with `width` fields: empty ones at its end dropped or added; None where a filled one is too many.

    Programs that leave out empty cells at the end of a row leave out few: a line with less than half of its fields is damaged.
    """
    if len(record) > width:
        return record[:width] if not any(cell.strip() for cell in record[width:]) else None
    return record + [""] * (width - len(record)) if len(record) * 2 >= width and len(record) > 1 else None


def halves(first: Record, second: Record, width: int) -> bool:
    """Whether two short lines are one record that a line break inside a cell cut in two.

    Together they have one field too many, and the second does not begin as records do.
    """
    return len(first) + len(second) == width + 1 and _form(first[0]) != _form(second[0])


def _shape(line: str, separator: str, quote: str) -> str:
    return _form(line.split(separator, 1)[0].strip(quote))


def _form(cell: str) -> str:
    """What kind of characters a cell holds, digits one by one: `9A`, `字`, `9-9-9`."""
    kinds = ("9" if c.isdigit() else "A" if c.isascii() and c.isalpha() else "字" if c.isalpha() else c for c in cell)
    form = ""
    for kind in kinds:
        form += kind if not form.endswith(kind) else ""
    return form


@cache
def _complete(separator: str, quote: str, width: int) -> re.Pattern[str]:
    s, q = re.escape(separator), re.escape(quote)
    field = f"(?:{q}(?:[^{q}]|{q}{q})*{q}|[^{q}{s}\r\n]*)"
    return re.compile(f"{field}(?:{s}{field}){{{width - 1}}}[\r\n]*")


@cache
def _beside_quotes(separator: str, quote: str) -> re.Pattern[str]:
    s, q = re.escape(separator), re.escape(quote)
    return re.compile(f"(^|{s})[ \t\u3000]*=?(?={q})|({q})[ \t\u3000]+(?={s}|[\r\n]*$)")
