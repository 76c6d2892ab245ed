"""What a file rather is than what was declared: a workbook, a picture, text in another encoding or with another separator.

Belongs here: the first bytes of known formats, and which encoding and separator make headings of the first lines. Does not:
reading any of them.
"""

from __future__ import annotations

import codecs
import csv
from pathlib import Path

from connectors.headings import LOOK_AHEAD, hits
from connectors.rows import DeliveryRejected
from connectors.spec import Dataset, Delimited

GUESSES = ("utf-8-sig", "gb18030", "utf-16", "big5")
SEPARATORS = {",": "逗号", ";": "分号", "\t": "制表符", "|": "竖线", "，": "全角逗号", "^": "^", "~": "~"}
MAGIC = (
    (b"PK\x03\x04", "工作簿（xlsx）或压缩包"),
    (bytes.fromhex("d0cf11e0a1b11ae1"), "旧版工作簿（xls）"),
    (b"SQLite format 3", "SQLite数据库"),
    (b"%PDF", "PDF文档"),
    (b"Rar!", "RAR压缩包"),
    (b"7z\xbc\xaf\x27\x1c", "7z压缩包"),
    (b"\x1f\x8b", "gzip压缩包"),
    (b"\x89PNG", "图片"),
    (b"\xff\xd8\xff", "图片"),
    (b"{\\rtf", "RTF文档"),
    (b"<!DOCTYPE", "网页"),
    (b"<html", "网页"),
    (b"<?xml", "XML文件"),
    (b"{", "JSON文件"),
    (b"[", "JSON文件"),
)
"""How files of other formats begin."""


def format_of(head: bytes) -> str | None:
    """The format the first bytes of a file tell, in Chinese; None where they tell none."""
    start = head.removeprefix(b"\xef\xbb\xbf").lstrip()
    return next((name for magic, name in MAGIC if start.startswith(magic)), None)


def other(path: Path, layout: Delimited, dataset: Dataset, here: int) -> DeliveryRejected | None:
    """Why a delimited file can't be read as declared, where that shows.

    Args:
        path: the file.
        layout: the declared format.
        dataset: the declared columns.
        here: declared columns that were found as declared; only what finds more is to blame.

    Returns:
        `other_format`, `wrong_encoding` or `wrong_separator`; None where nothing finds more headings.
    """
    with path.open("rb") as stream:
        head = stream.read(65_536)
    if not here and (name := format_of(head)):
        return DeliveryRejected("other_format", f"文件不是分隔文本，实际是{name}；请导出为约定的格式")
    best = (here, layout.encoding, layout.separator)
    declared = codecs.lookup(layout.encoding)
    guesses = [layout.encoding, *(g for g in GUESSES if codecs.lookup(g) != declared)]
    for encoding in guesses:
        try:
            text = codecs.getincrementaldecoder(encoding)("replace").decode(head)
        except UnicodeError:
            continue
        for separator in dict.fromkeys((layout.separator, *SEPARATORS)):
            count = _most_hits(text, separator, layout, dataset)
            if count > best[0]:
                best = (count, encoding, separator)
    count, encoding, separator = best
    if count == here or count * 2 <= len(dataset.columns):
        return None
    if codecs.lookup(encoding) != declared:
        beside = f"，分隔符像是{_named(separator)}" if separator != layout.separator else ""
        return DeliveryRejected(
            "wrong_encoding",
            f"文件编码应为{layout.encoding}，实际像是{encoding}{beside}；请按约定编码重新导出，或更改平台配置中的encoding",
        )
    return DeliveryRejected(
        "wrong_separator",
        f"分隔符应为{_named(layout.separator)}，实际像是{_named(separator)}；请按约定分隔符重新导出，或更改平台配置中的separator",
    )


def other_encoding(path: Path, layout: Delimited) -> DeliveryRejected:
    """The verdict on a file most of whose lines are not in the declared encoding, naming one that fits its beginning."""
    with path.open("rb") as stream:
        head = stream.read(65_536)
    declared = codecs.lookup(layout.encoding)
    for guess in GUESSES:
        try:
            codecs.getincrementaldecoder(guess)("strict").decode(head)
        except UnicodeError:
            continue
        if codecs.lookup(guess) != declared:
            return DeliveryRejected(
                "wrong_encoding",
                f"半数以上的行不是声明的编码{layout.encoding}，实际像是{guess}；请按约定编码重新导出，或更改平台配置中的encoding",
            )
    return DeliveryRejected("wrong_encoding", f"半数以上的行不是声明的编码{layout.encoding}，请按约定编码重新导出")


def _most_hits(text: str, separator: str, layout: Delimited, dataset: Dataset) -> int:
    lines = text.splitlines()[:LOOK_AHEAD]
    quote = layout.quote or '"'
    rows = (next(csv.reader([line], delimiter=separator, quotechar=quote), []) for line in lines)
    return max((hits(dataset, row) for row in rows), default=0)


def _named(separator: str) -> str:
    return SEPARATORS.get(separator, f"“{separator}”")
