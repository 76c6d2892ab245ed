"""The lists of what the department of a platform has to do: worked out whole, or with the lines about some rows replaced.

Belongs here: which lists there are, in which order their lines stand, and under which names. Does not: the queries (`reconciled`) or files (`write`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.extracts.reconciled import FINDING, Reconciliation
from warehouse.extracts.renewed import IN_ORDER, LAST, Order, renewed_findings, renewed_list
from warehouse.extracts.work_list import (
    ACTION,
    ACTIONS,
    ALONE,
    CARE_TAGS,
    DOUBT,
    DUPLICATE,
    NEW,
    REJECTED,
    REQUESTED,
    WORK_LIST,
    by_action,
    with_news,
)
from warehouse.extracts.workbook import Sheet
from warehouse.verification.sheet import CHOICES, with_places_for_answers

FROZEN = {REJECTED: 0}
"""Columns on the left of a list that stay in sight, where it is not the two by which the department knows a row."""
CONTENTS = {
    WORK_LIST: "findings",
    DUPLICATE: "duplicates",
    DOUBT: "doubts",
    ALONE: "alone",
    REJECTED: "rejected",
    REQUESTED: "requests",
    CARE_TAGS: "care_tags",
}
"""List → what the manifest says its files hold."""
ORDERS: dict[str, Order] = {
    WORK_LIST: (("确信度", "descending", LAST), *IN_ORDER),
    DUPLICATE: (("实体编号", "ascending", LAST), *IN_ORDER),
    DOUBT: (("匹配概率", "descending", LAST), *IN_ORDER),
    ALONE: IN_ORDER,
    CARE_TAGS: IN_ORDER,
}
"""List of lines about rows → how its lines are ordered, as far as lines about different rows are told apart: as its query orders them."""
INDEX = "index."
"""Before the columns of the index of findings, where they stand beside what is shown of them."""


@dataclass(frozen=True)
class Listed:
    """One list.

    Attributes:
        suffix: by which its files are named.
        table: its lines.
        former: it in the former extract; None where it was worked out whole.
    """

    suffix: str
    table: pa.Table
    former: pa.Table | None = None

    @property
    def rewritten(self) -> bool:
        """Whether its files are not those of the former extract."""
        return self.table is not self.former

    @property
    def changed(self) -> bool:
        """Whether it says something else than in the former extract, beyond what is new."""
        if self.former is None or self.suffix != WORK_LIST:
            return self.rewritten
        return not self.table.drop_columns(NEW).equals(self.former.drop_columns(NEW))

    @property
    def content(self) -> str:
        """What the manifest says its files hold."""
        return CONTENTS[self.suffix]


@dataclass(frozen=True)
class Work:
    """The lists of a platform, and the index of its findings."""

    listed: list[Listed]
    index: pa.Table


def list_work(found: Reconciliation, platform: str, former: Path | None, tags: bool) -> Work:
    """Work out all lists of a platform.

    Args:
        found: of the platform, after all its rows are known.
        platform: its name.
        former: the file of the findings of its former extract, None where there is none.
        tags: whether it may see care tags.
    """
    findings, index = found.findings()
    listed = [Listed(WORK_LIST, with_news(findings, former))]
    listed += [Listed(suffix, query()) for suffix, query in _queries(found, tags).items()]
    listed += [Listed(REJECTED, found.rejections(platform)), Listed(REQUESTED, found.requests())]
    return Work(listed, index)


def renew_work(found: Reconciliation, former: Callable[[str], Path], index: pa.Table, tags: bool) -> Work:
    """As `list_work`, with the lines about rows that are worked out again replaced in the former lists.

    Args:
        found: of the platform, after those rows are known.
        former: list → its file in the former extract; what was rejected and asked is as it was.
        index: of the findings of the former extract, in the order of their list.
        tags: whether it may see care tags.
    """
    rows = found.places_renewed()
    findings, again = found.findings()
    was = pq.read_table(former(WORK_LIST))
    beside = _beside(was, index)
    table = renewed_findings(beside, _beside(findings, again), rows, ORDERS[WORK_LIST], former(WORK_LIST))
    shown = was if table is beside else table.select(was.column_names)
    listed = [Listed(WORK_LIST, shown, was)]
    for suffix, query in _queries(found, tags).items():
        was = pq.read_table(former(suffix))
        listed.append(Listed(suffix, renewed_list(was, query(), rows, ORDERS[suffix]), was))
    asked = {suffix: pq.read_table(former(suffix)) for suffix in (REJECTED, REQUESTED)}
    listed += [Listed(suffix, table_, table_) for suffix, table_ in asked.items()]
    names = [f"{INDEX}{name}" for name in index.column_names]
    return Work(listed, table.select(names).rename_columns(index.column_names))


def in_order_of_work(lists: Mapping[str, pa.Table]) -> dict[str, pa.Table]:
    """What there is to do, action by action: findings, where there are any of it, then the lists people work through."""
    return by_action(lists[WORK_LIST]) | {name: table for name, table in lists.items() if name in ACTIONS}


def work_sheets(listed: Sequence[Listed]) -> list[Sheet]:
    """The sheets of what there is to do, in the order of work; of lists without a line there is none."""
    now = in_order_of_work({part.suffix: part.table for part in listed})
    former = {part.suffix: part.former for part in listed if part.former is not None}
    was = in_order_of_work(former) if former else {}
    sheets = [
        Sheet(
            action,
            _answered(table),
            frozen=FROZEN.get(action, 2),
            choices=CHOICES if ACTION in table.column_names else {},
            former=_answered(was[action]) if action in was else None,
        )
        for action, table in now.items()
        if table.num_rows
    ]
    tags = next((part for part in listed if part.suffix == CARE_TAGS and part.table.num_rows), None)
    return [*sheets, Sheet(CARE_TAGS, tags.table, frozen=2, former=tags.former)] if tags else sheets


def _answered(table: pa.Table) -> pa.Table:
    """Findings as they are sent: with places for answers, and without the action, by which the sheet is named. Other lists are as they are."""
    return with_places_for_answers(table.drop_columns(ACTION)) if ACTION in table.column_names else table


def _queries(found: Reconciliation, tags: bool) -> dict[str, Callable[[], pa.Table]]:
    """List of lines about rows, beside the findings → what works it out."""
    queries = {DUPLICATE: found.duplicates, DOUBT: found.doubts, ALONE: found.alone}
    return queries | ({CARE_TAGS: found.care_tags} if tags else {})


def _beside(findings: pa.Table, index: pa.Table) -> pa.Table:
    """Findings with their index beside them."""
    news = [name for name in findings.column_names if name == NEW]
    names = [*FINDING, *(f"{INDEX}{name}" for name in index.column_names), *news]
    return pa.table(
        [*findings.select(list(FINDING)).columns, *index.columns, *findings.select(news).columns], names=names
    )
