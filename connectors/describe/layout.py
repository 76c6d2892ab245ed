"""Which format a file has, and where its tables and headings are.

Belongs here: choosing by the first bytes, not by the ending of the name. Does not: how each format is looked at (`text`,
`book`, `documents`, `database`).
"""

from __future__ import annotations

from dataclasses import replace
from pathlib import Path

from connectors.compound_file import MAGIC
from connectors.describe import book, database, documents, text
from connectors.describe.names import landed_names
from connectors.describe.recogniser import Recogniser
from connectors.describe.table import Layout, TableLayout
from connectors.describe.vocabulary import Vocabulary
from connectors.rows import DeliveryRejected

HEAD = 4096


def look(path: Path, vocabulary: Vocabulary, recogniser: Recogniser) -> Layout:
    """The format of a file, with the tables in it.

    Raises:
        DeliveryRejected: the file is empty, damaged, or has no headings.
    """
    with path.open("rb") as stream:
        head = stream.read(HEAD)
    if not head.strip(b"\x00\r\n\t \xef\xbb\xbf"):
        raise DeliveryRejected("empty_file", "文件没有内容，请重新导出")
    if head[:16] == b"SQLite format 3\x00":
        return database.look(path)
    if head[:2] == b"PK" or head[:8] == MAGIC:
        return book.look(path, vocabulary, recogniser)
    first = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    if first[:1] in (b"{", b"[") and (found := documents.json_layout(path)):
        return _with_keys(path, found, vocabulary, recogniser)
    if first[:1] == b"<" and (found := documents.xml_layout(path)):
        return _with_keys(path, found, vocabulary, recogniser)
    return text.look(path, vocabulary, recogniser)


def _with_keys(path: Path, layout: Layout, vocabulary: Vocabulary, recogniser: Recogniser) -> Layout:
    names, notes = landed_names(documents.keys(path, layout.format, vocabulary, recogniser))
    return replace(layout, tables=(TableLayout(None, names),), notes=notes)
