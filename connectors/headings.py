"""How the headings of a file find the declared columns of a dataset.

Belongs here: comparing headings, telling a moved heading row, a missing or renamed column and another encoding apart.
Does not: finding the heading row of a format (the readers hand over the rows they see).
"""

from __future__ import annotations

import difflib
import unicodedata
from collections.abc import Sequence
from dataclasses import dataclass

from connectors.rows import DeliveryRejected, legible
from connectors.spec import Dataset

LOOK_AHEAD = 30
"""Rows searched for a heading row that is not where it was declared."""


@dataclass(frozen=True)
class Columns:
    """Landed names by position in the file; None: a nameless column, dropped unless it holds something."""

    names: tuple[str, ...]
    nameless: frozenset[int]
    unknown: tuple[str, ...]

    def warnings(self, dataset: str) -> tuple[str, ...]:
        """What a department should know: columns nobody declared."""
        return tuple(f"数据集“{dataset}”出现未声明的列“{name}”，已落地但未使用" for name in self.unknown)


def folded(heading: str) -> str:
    """A heading as it is compared: width folded, blanks and line breaks gone, the mark of a required column dropped."""
    return "".join(unicodedata.normalize("NFKC", legible(heading)).split()).lstrip("\ufeff").strip("*")


def _declared(dataset: Dataset) -> dict[str, str]:
    """Every heading a declared column may have, folded → the declared name."""
    former = {folded(old): name for name, spec in dataset.columns.items() for old in spec.also}
    return former | {folded(name): name for name in dataset.columns}


def missing(dataset: Dataset, found: Sequence[str]) -> list[str]:
    """Declared columns that `found` (landed names) lacks and that are not optional, in declared order."""
    have = set(found)
    return [name for name, spec in dataset.columns.items() if not spec.optional and name not in have]


def match(dataset: Dataset, headings: Sequence[str | None], groups: Sequence[str | None] | None = None) -> Columns:
    """Give every position of the file its landed name.

    Args:
        dataset: the declaration.
        headings: the heading row as read.
        groups: the upper tier of a two-tier heading, spread over its merged cells; it tells equal headings apart as
            `group/heading`.

    Raises:
        DeliveryRejected: `column_repeated` where a declared column stands twice, or under its old and its new heading.
    """
    declared = _declared(dataset)
    plain = [folded(h) if h else "" for h in headings]
    names: list[str] = []
    nameless: set[int] = set()
    unknown: list[str] = []
    for position, heading in enumerate(plain):
        key = heading
        if groups and heading and plain.count(heading) > 1 and position < len(groups) and groups[position]:
            key = f"{folded(str(groups[position]))}/{heading}"
        name = declared.get(key, declared.get(heading, key) if key == heading else key)
        if not heading:
            name = f"未命名列{position + 1}"
            nameless.add(position)
        elif name in names and name in dataset.columns:
            raise DeliveryRejected(
                "column_repeated", _twice(name, str(headings[names.index(name)]), str(headings[position]))
            )
        elif name in names:
            name = f"{name}.{position + 1}"
        if name not in dataset.columns and heading:
            unknown.append(name)
        names.append(name)
    return Columns(tuple(names), frozenset(nameless), tuple(unknown))


def _twice(name: str, first: str, second: str) -> str:
    if folded(first) == folded(second):
        return f"列“{name}”出现两次，无法判断以哪一列为准，请只保留一列"
    return f"“{first.strip()}”与“{second.strip()}”是同一列“{name}”的新旧列名，无法判断以哪一列为准，请只保留一列"


def require(dataset: Dataset, columns: Columns) -> None:
    """Reject the delivery where declared columns are missing, naming the likely new name of each."""
    gone = missing(dataset, columns.names)
    if not gone:
        return
    # where most are missing, the row may be no heading row at all, and naming its cells would quote data
    unknown = columns.unknown if len(gone) * 2 <= len(dataset.columns) else ()
    named = []
    for name in gone:
        near = difflib.get_close_matches(name, unknown, 1, 0.5)
        named.append(f"“{name}”" + (f"（是否改名为“{near[0]}”？）" if near else ""))
    others = f"；文件中另有未声明的列：{'、'.join(unknown[:10])}" if unknown else ""
    raise DeliveryRejected("column_missing", f"缺少列{'、'.join(named)}{others}；请恢复该列，或在平台配置中登记变更")


def find(
    dataset: Dataset,
    rows: Sequence[Sequence[str | None]],
    declared_row: int,
    groups_row: int | None = None,
) -> Columns:
    """Find the headings where they were declared to be, or say where they are instead.

    Args:
        dataset: the declaration.
        rows: the first rows of the file (at least up to `declared_row` where the file is long enough).
        declared_row: 1-based row of the headings.
        groups_row: 1-based row of the upper tier, already spread over merged cells.

    Raises:
        DeliveryRejected: `header_moved`, `header_missing`, `column_missing` or `column_repeated`.
    """
    declared = _declared(dataset).keys()
    hits = [len(declared & {folded(c) for c in row if c}) for row in rows]
    here = hits[declared_row - 1] if declared_row <= len(hits) else 0
    best = max(range(len(hits)), key=lambda i: hits[i], default=-1)
    if best >= 0 and best != declared_row - 1 and hits[best] > max(here, len(declared) // 2):
        raise DeliveryRejected(
            "header_moved",
            f"表头应在第{declared_row}行，实际在第{best + 1}行；请恢复版式，或更改平台配置中的header_row",
        )
    if not here:
        raise DeliveryRejected(
            "header_missing",
            f"第{declared_row}行没有任何已声明的列名，前{len(rows)}行内也未找到表头；请连同表头一并导出",
        )
    groups = rows[groups_row - 1] if groups_row else None
    columns = match(dataset, rows[declared_row - 1], groups)
    require(dataset, columns)
    return columns
