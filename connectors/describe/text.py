"""Delimited text: encoding, separator, quote, and the line of the headings."""

from __future__ import annotations

from pathlib import Path
from typing import Any

from connectors.describe.encoding import LOOKED_AT, encoding_of
from connectors.describe.header import header_row, no_headings
from connectors.describe.names import landed_names
from connectors.describe.recogniser import Recogniser
from connectors.describe.separators import cut, parser
from connectors.describe.table import Layout, TableLayout
from connectors.describe.vocabulary import Vocabulary
from connectors.headings import LOOK_AHEAD

LINES = 400
"""Lines looked at."""


def look(path: Path, vocabulary: Vocabulary, recogniser: Recogniser) -> Layout:
    """The layout of a file of delimited text.

    Raises:
        DeliveryRejected: no line looks like headings.
    """
    with path.open("rb") as stream:
        head = stream.read(LOOKED_AT)
    encoding = encoding_of(head)
    with path.open(encoding=encoding, errors="replace", newline="") as stream:
        lines = [line for line in (stream.readline(LOOKED_AT) for _ in range(LINES)) if line]
    fields = cut(lines)
    rows = [_record(line, fields.separator, fields.quote) for line in lines[:LOOK_AHEAD]]
    row = header_row(rows, vocabulary, recogniser)
    if row is None:
        raise no_headings()
    layout: dict[str, Any] = {"kind": "delimited", "encoding": encoding}
    layout |= {"separator": fields.separator} if fields.separator != "," else {}
    layout |= {"quote": fields.quote} if fields.quote != '"' else {}
    layout |= {"header_row": row} if row > 1 else {}
    names, notes = landed_names(rows[row - 1])
    return Layout(layout, (TableLayout(None, names),), notes)


def _record(line: str, separator: str, quote: str | None) -> list[str | None]:
    return [*next(parser([line], separator, quote), [])]
