"""How the headings of a file find the declared columns of a dataset.

Belongs here: comparing headings, telling a moved heading row, a missing or renamed column apart. Does not: finding the
heading row of a format (the readers hand over the rows they see).

What stands in a heading is data until it proves to be a declared one: where a line end was lost it is a person's row. So
an undeclared heading is neither stored nor shown, but counted and named by its position; the kept original has it.
"""

from __future__ import annotations

import difflib
import re
import unicodedata
from collections import Counter
from collections.abc import Mapping, Sequence
from dataclasses import dataclass

from connectors.bounds import require_few_columns
from connectors.rows import DeliveryRejected, legible, unwrapped
from connectors.spec import Dataset

LOOK_AHEAD = 30
"""Rows searched for a heading row that is not where it was declared."""

SHOWN_POSITIONS = 10
_DATA = re.compile(r"\d{8}")
"""What no heading holds and every glued row does: a date, a phone or an identity number."""


@dataclass(frozen=True)
class Columns:
    """How the columns of a file land.

    Attributes:
        names: landed names by position in the file: the declared name, or one of our own for any other column.
        nameless: positions without a heading; such a column is dropped unless it holds something.
        unknown: positions with a heading nobody declared.
        headings: the headings as read, by position; never stored or shown.
    """

    names: tuple[str, ...]
    nameless: frozenset[int] = frozenset()
    unknown: tuple[int, ...] = ()
    headings: tuple[str, ...] = ()

    def warnings(self, dataset: str) -> tuple[str, ...]:
        """What a department should know: columns nobody declared."""
        if not self.unknown:
            return ()
        where = positions(self.unknown)
        return (f"数据集“{dataset}”有{len(self.unknown)}个未声明的列（{where}），已落地但未使用",)


def positions(places: Sequence[int]) -> str:
    """Positions from 0 as a department counts them: `第3、7列`, the first few of many."""
    shown = "、".join(str(place + 1) for place in places[:SHOWN_POSITIONS])
    return f"第{shown}{'等' if len(places) > SHOWN_POSITIONS else ''}列"


def folded(heading: str) -> str:
    """A heading as it is compared: width folded, blanks and line breaks gone, the mark of a required column dropped."""
    text = "".join(unicodedata.normalize("NFKC", unwrapped(legible(heading))).split())
    return text.lstrip("\ufeff").strip("*")


def _declared(dataset: Dataset) -> dict[str, str]:
    """Every heading a declared column may have, folded → the declared name."""
    former = {folded(old): name for name, spec in dataset.columns.items() for old in spec.also}
    return former | {folded(name): name for name in dataset.columns}


def missing(dataset: Dataset, names: Sequence[str]) -> list[str]:
    """Declared columns that `names` (landed names) lacks and that are not optional, in declared order."""
    have = set(names)
    return [name for name, spec in dataset.columns.items() if not spec.optional and name not in have]


def match(
    dataset: Dataset,
    headings: Sequence[str | None],
    groups: Sequence[str | None] | None = None,
    own: Mapping[str, str] | None = None,
) -> Columns:
    """Give every position of the file its landed name.

    A heading that differs from a declared one only in case is that one, unless the file has the declared one too.

    Args:
        dataset: the declaration.
        headings: the heading row as read.
        groups: the upper tier of a two-tier heading, spread over its merged cells; it tells equal headings apart as
            `group/heading`.
        own: landed names of headings nobody declared; default: one by position.

    Raises:
        DeliveryRejected: `column_repeated` where a declared column stands twice, or under its old and its new heading;
            `too_many_columns`.
    """
    require_few_columns(len(headings))
    declared = _declared(dataset)
    plain = [folded(h) if h else "" for h in headings]
    count = Counter(plain)
    other_case = _other_case(declared, count)
    names: list[str] = []
    seen: set[str] = set()
    nameless: set[int] = set()
    unknown: list[int] = []
    for position, heading in enumerate(plain):
        key = heading
        if groups and heading and count[heading] > 1 and position < len(groups) and groups[position]:
            key = f"{folded(str(groups[position]))}/{heading}"
        name = declared.get(key) or (declared.get(heading) if key == heading else None) or other_case.get(key)
        if not heading:
            name = f"未命名列{position + 1}"
            nameless.add(position)
        elif name is None:
            name = (own or {}).get(str(headings[position])) or f"未声明列{position + 1}"
            unknown.append(position)
        elif name in seen:
            raise DeliveryRejected(
                "column_repeated", _twice(name, str(headings[names.index(name)]), str(headings[position]))
            )
        seen.add(name)
        names.append(name)
    return Columns(tuple(names), frozenset(nameless), tuple(unknown), tuple(h or "" for h in headings))


def _other_case(declared: Mapping[str, str], count: Mapping[str, int]) -> dict[str, str]:
    """Headings of the file that differ only in case from a declared one that the file lacks, where there is one answer."""
    lacking: dict[str, list[str]] = {}
    for key, name in declared.items():
        if key not in count:
            lacking.setdefault(key.casefold(), []).append(name)
    spare: dict[str, list[str]] = {}
    for heading in count:
        if heading and heading not in declared:
            spare.setdefault(heading.casefold(), []).append(heading)
    return {h[0]: lacking[k][0] for k, h in spare.items() if len(h) == 1 and len(lacking.get(k, ())) == 1}


def _twice(name: str, first: str, second: str) -> str:
    if folded(first) == folded(second):
        return f"列“{name}”出现两次，无法判断以哪一列为准，请只保留一列"
    return f"“{first.strip()}”与“{second.strip()}”是同一列“{name}”的新旧列名，无法判断以哪一列为准，请只保留一列"


def require(dataset: Dataset, columns: Columns) -> None:
    """Reject the delivery where declared columns are missing, saying at which place the likely new name of each stands."""
    gone = missing(dataset, columns.names)
    if not gone:
        return
    texts = {folded(columns.headings[place]): place for place in columns.unknown if place < len(columns.headings)}
    named = []
    for name in gone:
        near = difflib.get_close_matches(folded(name), texts, 1, 0.5)
        named.append(f"“{name}”" + (f"（第{texts[near[0]] + 1}列是否由此改名？）" if near else ""))
    others = ""
    if columns.unknown:
        others = f"；文件中另有{len(columns.unknown)}个未声明的列（{positions(columns.unknown)}）"
    raise DeliveryRejected("column_missing", f"缺少列{'、'.join(named)}{others}；请恢复该列，或在平台配置中登记变更")


def hits(dataset: Dataset, row: Sequence[str | None]) -> int:
    """How many headings of declared columns the cells of a row name, whatever their case."""
    declared = {heading.casefold() for heading in _declared(dataset)}
    return len(declared & {folded(c).casefold() for c in row if c})


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
        DeliveryRejected: `header_moved`, `header_missing`, `header_glued`, `column_missing`, `column_repeated` or
            `too_many_columns`.
    """
    found = [hits(dataset, row) for row in rows]
    here = found[declared_row - 1] if declared_row <= len(found) else 0
    best = max(range(len(found)), key=lambda i: found[i], default=-1)
    if best >= 0 and best != declared_row - 1 and found[best] > max(here, len(dataset.columns) // 2):
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
    glued = [place for place in columns.unknown if _DATA.search(columns.headings[place])]
    if glued and len(missing(dataset, columns.names)) * 2 <= len(dataset.columns):
        reason = f"表头行{positions(glued)}像是数据而不是列名，疑为表头后的换行丢失，请重新导出"
        raise DeliveryRejected("header_glued", reason)
    require(dataset, columns)
    return columns
