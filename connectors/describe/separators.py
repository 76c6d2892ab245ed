"""What separates the fields of delimited text, and what quotes them.

Belongs here: comparing what each candidate makes of the lines. Does not: which line holds the headings.
"""

from __future__ import annotations

import csv
from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace

SEPARATORS = (",", "\t", "|", ";", "\x01", "\x1f", "^", "~", "¦", "，", "；", "#", "&", "$")
"""In the order in which they win where two do as well."""
QUOTES = ('"', "'", None)


@dataclass(frozen=True)
class Fields:
    """How lines are cut: the records that come out, and how many of them have the usual number of fields."""

    separator: str
    quote: str | None
    records: tuple[tuple[str, ...], ...]
    width: int
    regular: float


def cut(lines: Sequence[str]) -> Fields:
    """The separator and quote under which most lines have the same number of fields, more than one if any does."""
    quoted = any('"' in line for line in lines)
    every = [read for separator in SEPARATORS for quote in QUOTES if (read := _read(lines, separator, quote))]
    several = [fields for fields in every if fields.width > 1 and fields.regular >= 0.5]
    if not several:
        return next(fields for fields in every if fields.quote == '"' or fields.quote is None)
    best = max(several, key=lambda f: (round(f.regular, 2), f.width))
    return best if quoted or best.separator == "," or best.quote != '"' else replace(best, quote=None)


def parser(lines: Iterable[str], separator: str, quote: str | None, *, strict: bool = False) -> Iterator[list[str]]:
    """A reader of delimited lines; without a quote a quotation mark is a character like any other."""
    if quote is None:
        return csv.reader(lines, delimiter=separator, quotechar=None, quoting=csv.QUOTE_NONE, strict=strict)
    return csv.reader(lines, delimiter=separator, quotechar=quote, strict=strict)


def _read(lines: Sequence[str], separator: str, quote: str | None) -> Fields | None:
    if quote and quote != '"' and not any(line.startswith(quote) for line in lines):
        return None
    try:
        records = list(parser(lines, separator, quote, strict=True))
    except csv.Error:
        return None
    filled = tuple(tuple(record) for record in records if any(cell.strip() for cell in record))
    if quote and len(records) < 0.9 * len(lines):
        return None  # a quote that is none swallows the lines behind it
    widths = Counter(len(record) for record in filled)
    width, count = widths.most_common(1)[0] if widths else (0, 0)
    return Fields(separator, quote, filled, width, count / max(len(filled), 1))
