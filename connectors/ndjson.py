"""One JSON object a line.

Belongs here: telling a damaged line from a damaged file. Turning objects into columns is `connectors.objects`.
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import replace
from pathlib import Path

from connectors.bounds import MAX_DEPTH
from connectors.objects import Item, Problem, batches
from connectors.rows import Batches, DeliveryRejected
from connectors.spec import Dataset

DIGITS = json.JSONDecoder(parse_int=str, parse_float=str, strict=False)
"""Keeps numbers as the digits the line holds; a tab in a string, which JSON wants escaped, is a tab."""
TOO_DEEP = Problem("too_deep", f"该行内容嵌套超过{MAX_DEPTH}层的上限，请检查导出程序")
MAX_LINE = 16_000_000
"""Bytes of one line; a longer one is cut and both parts are refused."""


def read(path: Path, dataset: Dataset) -> Batches:
    """Yield the rows of an NDJSON file (UTF-8, a BOM is dropped). Lines without any character are no rows.

    Raises:
        DeliveryRejected: `not_json` where not one line is a JSON object, `column_missing`.
    """
    return batches(items(path), dataset)


def items(path: Path) -> Iterator[Item]:
    """The object of every line; raises as `read` does."""
    objects = problems = 0
    with path.open("rb") as stream:
        for line in iter(lambda: stream.readline(MAX_LINE), b""):
            text = line.removeprefix(b"\xef\xbb\xbf") if not objects + problems else line
            if not text.strip():
                continue
            item = _item(text)
            if isinstance(item, Problem) and not line.endswith(b"\n") and objects and text.lstrip().startswith(b"{"):
                item = replace(item, last_of_a_cut=True)
            if isinstance(item, Problem):
                problems += 1
                if problems > 1000 and not objects:
                    break
            else:
                objects += 1
            yield item
    if problems and not objects:
        raise DeliveryRejected("not_json", "没有一行是JSON对象，请按每行一个JSON对象、UTF-8编码重新导出")


def _item(line: bytes) -> Item:
    try:
        text = line.decode("utf-8")
    except UnicodeDecodeError:
        return Problem("undecodable", "该行不是UTF-8编码，请重新导出")
    try:
        value = DIGITS.decode(text)
        if isinstance(value, dict) and ("[" in text or text.count("{") > 1):
            # Numbers were kept as their digits; inside nested values they must stay numbers.
            value |= {k: v for k, v in json.loads(text, strict=False).items() if isinstance(v, dict | list)}
    except RecursionError:
        return TOO_DEEP
    except ValueError:
        return Problem("not_json", "该行不是完整的JSON，请检查是否被截断")
    if isinstance(value, dict) and "[" in text and _depth(value) > MAX_DEPTH:
        return TOO_DEEP
    return value if isinstance(value, dict) else Problem("not_an_object", "该行不是JSON对象（花括号包围的一条记录）")


def _depth(value: object) -> int:
    """How deep objects and lists lie in each other, counted level by level."""
    depth, level = 0, [value]
    while level:
        inner = [i.values() if isinstance(i, dict) else i for i in level if isinstance(i, dict | list)]
        level = [v for values in inner for v in values]
        depth += bool(inner)
    return depth
