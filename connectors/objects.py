"""From JSON-like objects to columns: shared by NDJSON, JSON, GeoJSON and XML.

Belongs here: columns that appear only in some rows, nested values as JSON text, the check that every declared column
occurs. Does not: parsing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from connectors.headings import Columns, match, require
from connectors.rows import Batches, Chunk, cell_text, make_batch
from connectors.spec import Dataset


@dataclass(frozen=True)
class Problem:
    """A row that could not be parsed."""

    code: str
    reason: str


Item = dict[str, object] | Problem


def batches(items: Iterable[Item], dataset: Dataset) -> Batches:
    """Yield batches of the objects, in order, numbered from 1.

    A batch has the declared columns and those that occur in it. An object without any column is a refused row.

    Raises:
        DeliveryRejected: `column_missing` where a declared column that is not optional occurs in no object.
    """
    names: dict[str, None] = {}
    rows: list[dict[str, object]] = []
    chunk = Chunk(0)
    seen: dict[str, None] = {}
    headings: dict[str, None] = {}

    def flush() -> Batches:
        nonlocal rows, names
        keys = [*names]
        columns = match(dataset, keys)
        headings.update(dict.fromkeys(keys))
        absent = [c for c in dataset.columns if c not in columns.names]
        nothing: list[str | None] = [None] * len(absent)
        chunk.rows = [
            [v if (v := row.get(key)) is None or v.__class__ is str else cell(v) for key in keys] + nothing
            for row in rows
        ]
        new = tuple(k for k in columns.unknown if k not in seen)
        seen.update(dict.fromkeys(columns.names))
        warnings = Columns((), frozenset(), new).warnings(dataset.name)
        yield make_batch(dataset, "", [*columns.names, *absent], chunk, warnings=warnings)
        rows, names = [], {}

    for number, item in enumerate(items, 1):
        if isinstance(item, Problem):
            chunk.reject(number, item.code, item.reason)
        else:
            chunk.numbers.append(number)
            rows.append(item)
            names.update(dict.fromkeys(item))
        if chunk.full:
            yield from flush()
    yield from flush()
    if seen:
        match(dataset, [*headings])  # an old and a new name of one column may stand in different batches
        unknown = tuple(name for name in seen if name not in dataset.columns)
        require(dataset, Columns(tuple(seen), frozenset(), unknown))


def cell(value: object) -> str | None:
    """A JSON value as text: text as it is, numbers as written, true and false, nested values as compact JSON."""
    if isinstance(value, str):
        return value
    if isinstance(value, bool):
        return "true" if value else "false"
    if isinstance(value, dict | list):
        return json.dumps(value, ensure_ascii=False, separators=(",", ":"), default=_number)
    if isinstance(value, Decimal):
        return str(value)
    return cell_text(value)


def _number(value: object) -> object:
    if isinstance(value, Decimal):
        return int(value) if value == value.to_integral_value() else float(value)
    raise TypeError(type(value).__name__)
