"""From JSON-like objects to columns: shared by NDJSON, JSON, GeoJSON and XML.

Belongs here: columns that appear only in some rows, nested values as JSON text, the check that every declared column
occurs. Does not: parsing.
"""

from __future__ import annotations

import json
from collections.abc import Iterable
from dataclasses import dataclass
from decimal import Decimal

from connectors.bounds import require_few_columns
from connectors.headings import Columns, folded, match, require
from connectors.rows import Batches, Chunk, cell_text, make_batch
from connectors.spec import Dataset

OWN = {"lng": "lng", "lat": "lat", "geometry": "geometry"}
"""Keys the readers add themselves; they land under their own name."""


@dataclass(frozen=True)
class Problem:
    """A row that could not be parsed; `last_of_a_cut` where it is the unfinished end of a file."""

    code: str
    reason: str
    last_of_a_cut: bool = False


Item = dict[str, object] | Problem

CUT_OFF = ("cut_off", "文件最后一条记录不完整，疑为复制或上传中断，待人工确认；请重新上传整个文件")


def batches(items: Iterable[Item], dataset: Dataset) -> Batches:
    """Yield batches of the objects, in order, numbered from 1.

    A batch has the declared columns and those that occur in it. An object without any column is a refused row. A key nobody
    declared lands as `未声明键1`, `未声明键2`… in order of appearance: where data stands among the keys it is shown nowhere.

    Raises:
        DeliveryRejected: `column_missing` where a declared column that is not optional occurs in no object,
            `too_many_columns` where the keys never end.
    """
    return _Objects(dataset).batches(items)


class _Objects:
    def __init__(self, dataset: Dataset) -> None:
        self.dataset = dataset
        self.names: dict[str, None] = {}
        """Keys of the rows that wait."""
        self.rows: list[dict[str, object]] = []
        self.chunk = Chunk(0)
        self.order: dict[str, int] = {}
        """Every key so far with its position."""
        self.declared: set[str] = set()
        """Declared columns that occurred."""
        self.own: dict[str, str] = dict(OWN)
        """Landed names of keys nobody declared."""

    def batches(self, items: Iterable[Item]) -> Batches:
        cut = False
        for number, item in enumerate(items, 1):
            if isinstance(item, Problem):
                self.chunk.reject(number, item.code, item.reason)
                cut = item.last_of_a_cut
            else:
                self.chunk.numbers.append(number)
                self.rows.append(item)
                self.names.update(dict.fromkeys(item))
                self.chunk.width = len(self.names)
            if self.chunk.full:
                yield from self.flush()
        yield from self.flush(CUT_OFF if cut else None)
        if self.order:
            keys = [*self.order]
            columns = match(self.dataset, keys, own=self.own)
            names = tuple(self.declared | set(columns.names))
            require(self.dataset, Columns(names, frozenset(), columns.unknown, columns.headings))

    def _other_case(self) -> None:
        """Some versions of a program write `idCard`, others `IDCARD`: a row's value goes to the declared key it lacks."""
        declared: dict[str, list[str]] = {}
        for name in self.dataset.columns:
            declared.setdefault(folded(name).casefold(), []).append(name)
        exact = {folded(name) for name in self.dataset.columns}
        for key in [k for k in self.names if folded(k) not in exact]:
            meant = declared.get(folded(key).casefold(), [])
            if len(meant) == 1:
                for row in self.rows:
                    if row.get(key) not in (None, "") and row.get(meant[0]) in (None, ""):
                        row[meant[0]] = row.pop(key)
                self.names[meant[0]] = None
                if not any(row.get(key) not in (None, "") for row in self.rows):
                    del self.names[key]

    def flush(self, doubt: tuple[str, str] | None = None) -> Batches:
        self._other_case()
        keys = [*self.names]
        self.order |= {key: len(self.order) + i for i, key in enumerate(k for k in keys if k not in self.order)}
        require_few_columns(len(self.order))
        columns = match(self.dataset, keys, own=self.own)
        warnings = self._name(columns)
        columns = match(self.dataset, keys, own=self.own)
        self.declared |= set(columns.names) & set(self.dataset.columns)
        absent = [c for c in self.dataset.columns if c not in columns.names]
        nothing: list[str | None] = [None] * len(absent)
        self.chunk.rows = [
            [v if (v := row.get(key)) is None or v.__class__ is str else cell(v) for key in keys] + nothing
            for row in self.rows
        ]
        names = [*columns.names, *absent]
        yield make_batch(self.dataset, "", names, self.chunk, warnings=warnings, doubt=doubt)
        self.rows, self.names = [], {}

    def _name(self, columns: Columns) -> tuple[str, ...]:
        """Give keys that nobody declared their landed names; what a department should know of the new ones."""
        before = len(self.own)
        for place in columns.unknown:
            self.own.setdefault(columns.headings[place], f"未声明键{len(self.own) - len(OWN) + 1}")
        new = len(self.own) - before
        return (f"数据集“{self.dataset.name}”有{new}个未声明的键，已落地但未使用",) if new else ()


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
