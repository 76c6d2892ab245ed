"""Workbooks (xlsx, xls, and what else calamine reads), sheet by sheet.

Belongs here: form layout, two-tier merged headings, and numbers longer than a workbook's precision. calamine holds one
sheet decoded at a time; rows reach Python in batches. A formula lands as its stored result.
"""

from __future__ import annotations

import datetime
import difflib
import re
from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from connectors.compound_file import MAGIC, leads_in_a_circle
from connectors.headings import LOOK_AHEAD, Columns, find
from connectors.rows import Batches, Chunk, DeliveryRejected, RowBatch, cell_text, make_batch
from connectors.spec import Dataset, Workbook
from connectors.xlsx_parts import SheetFacts, counts_from_1904, long_numbers, packed_honestly, sheet_facts

LONG = 1e15
"""From here on a number no longer shows every digit in a workbook; its stored text may hold more."""

MAX_AREA = 60_000_000
"""Rows times columns a sheet may span: a decoded sheet is held whole, 24 bytes a cell. 1,048,576 rows of 57 columns."""


LAST_ROW, LAST_COLUMN = 1_048_576, 16_384
"""Where a sheet ends (ECMA-376, part 1, 18.3.1.73 and 18.3.1.13; the bounds of Excel)."""

STRAY_ROWS = 10_000
"""From here on a sheet that stores less than a tenth of the rows it reaches over has a cell that strayed."""

_DATE = re.compile(r"日期|时间|年月|生日|(?:^|_)date$|(?:_at|_on|Time|Date)$")
"""Columns and attributes that hold dates."""
_FIRST_OF_1904 = datetime.datetime(1904, 1, 1)


def read(path: Path, layout: Workbook, datasets: tuple[Dataset, ...]) -> Batches:
    """Yield the rows of every declared sheet; an absent `sheet` means the first one.

    Raises:
        DeliveryRejected: `encrypted`, `not_a_workbook`, `sheet_missing`, or a problem of the headings.
    """
    packed_honestly(path)
    with _open(path) as book:
        there = book.sheet_names
        if not there:
            raise DeliveryRejected("sheet_missing", "工作簿中没有工作表，请重新导出")
        for dataset in datasets:
            if dataset.sheet and dataset.sheet not in there:
                raise DeliveryRejected("sheet_missing", _missing(dataset.sheet, there))
        wanted = {dataset.sheet or there[0] for dataset in datasets}
        others = [str(place) for place, name in enumerate(there, 1) if name not in wanted]
        extra = (f"有{len(others)}个未声明的工作表（第{'、'.join(others[:10])}个），未读取",) if others else ()
        for dataset in datasets:
            label = dataset.sheet or "工作表1"
            facts = _reasonable(path, dataset.sheet or there[0], label)
            try:
                sheet = book.get_sheet_by_name(dataset.sheet or there[0])
            except (CalamineError, OSError) as error:
                raise _unreadable(path) from error
            yield from _Sheet(path, sheet, label, layout, dataset).batches(extra + _unanswered(label, facts))
            extra = ()


def _missing(name: str, there: list[str]) -> str:
    """What to say of a sheet that is not there: the names of the others are not shown, they may be data."""
    near = difflib.get_close_matches(name, there, 1, 0.6)
    renamed = f"，第{there.index(near[0]) + 1}个是否由此改名？" if near else ""
    return f"缺少工作表“{name}”，文件中有{len(there)}个其他工作表{renamed}；请恢复工作表名称"


def _open(path: Path) -> CalamineWorkbook:
    if leads_in_a_circle(path):
        raise _unreadable(path)
    try:
        return CalamineWorkbook.from_path(str(path))
    except PasswordError as error:
        raise DeliveryRejected("encrypted", "工作簿有打开密码，请去除密码后重新提交") from error
    except (CalamineError, OSError) as error:
        raise _unreadable(path) from error


def _reasonable(path: Path, sheet: str, label: str) -> SheetFacts:
    """Refuse a sheet that reaches so far that decoding it would fill the memory: mostly one stray cell far out."""
    facts = sheet_facts(path, sheet)
    stray = facts.rows > STRAY_ROWS and facts.rows > 10 * facts.stored
    beyond = facts.rows > LAST_ROW or facts.columns > LAST_COLUMN
    if facts.rows * facts.columns > MAX_AREA or stray or beyond:
        reason = (
            f"工作表“{label}”的内容延伸到第{facts.rows}行、第{facts.columns}列，疑有误填的单元格，请删除表格以外的内容"
        )
        raise DeliveryRejected("sheet_too_large", reason)
    return facts


def _unanswered(sheet: str, facts: SheetFacts) -> tuple[str, ...]:
    if not facts.unanswered:
        return ()
    return (f"工作表“{sheet}”有公式没有保存计算结果，按空值落地；请在表格软件中打开、保存后重新提交",)


def _unreadable(path: Path) -> DeliveryRejected:
    with path.open("rb") as stream:
        head = stream.read(1 << 20)
    if "EncryptedPackage".encode("utf-16-le") in head:
        return DeliveryRejected("encrypted", "工作簿有打开密码，请去除密码后重新提交")
    if not head:
        return DeliveryRejected("empty_file", "文件没有内容，请重新导出")
    if head[:8] == MAGIC:
        return DeliveryRejected("not_a_workbook", "工作簿已损坏，请在表格软件中打开、另存后重新提交")
    if head[:2] == b"PK":
        return DeliveryRejected("not_a_workbook", "工作簿不完整（压缩包被截断或损坏），请重新上传")
    if head.lstrip()[:1] == b"<":
        return DeliveryRejected("not_a_workbook", "文件是网页或XML而不是工作簿，请在表格软件中另存为xlsx")
    return DeliveryRejected("not_a_workbook", "文件不是xlsx或xls工作簿，请在表格软件中另存为xlsx")


Range = tuple[tuple[int, int], tuple[int, int]]
"""First and last (row, column) of merged cells, from 0."""


class _Sheet:
    """One sheet on its way into batches."""

    def __init__(self, path: Path, sheet: CalamineSheet, label: str, layout: Workbook, dataset: Dataset) -> None:
        self.path, self.sheet, self.label, self.layout, self.dataset = path, sheet, label, layout, dataset
        self.left = sheet.start[1] if sheet.start else 0
        self.merged: list[Range] = list(sheet.merged_cell_ranges or [])

    def batches(self, warnings: tuple[str, ...]) -> Batches:
        """Its rows below the headings."""
        layout, dataset = self.layout, self.dataset
        rows = self._filled_down(self._rows())
        first = list(islice(rows, max(LOOK_AHEAD, layout.header_row)))
        heads = [[cell_text(v) for v in row] for row in first]
        if not any(any(row) for row in heads):
            raise DeliveryRejected("empty_file", f"工作表“{self.label}”没有内容，请重新导出")
        if layout.group_row and layout.group_row <= len(heads):
            heads[layout.group_row - 1] = self._spread(layout.group_row - 1, heads[layout.group_row - 1])
        columns = find(dataset, heads, layout.header_row, layout.group_row)
        warnings += columns.warnings(dataset.name)
        days = self._days_from_1904(columns)
        chunk = Chunk(len(columns.names))
        for number, row in enumerate(chain(first[layout.header_row :], rows), 1):
            for place in days:
                row[place] = _day_of_1904(row[place])
            chunk.add(number, [v if isinstance(v, str) else cell_text(v) for v in row])
            if chunk.full:
                yield self._batch(columns, chunk, warnings)
                warnings = ()
        yield self._batch(columns, chunk, warnings)

    def _batch(self, columns: Columns, chunk: Chunk, warnings: tuple[str, ...]) -> RowBatch:
        return make_batch(
            self.dataset,
            self.label,
            columns.names,
            chunk,
            nameless=columns.nameless,
            headings=columns.headings,
            warnings=warnings,
        )

    def _spread(self, row: int, cells: list[str | None]) -> list[str | None]:
        """Write the text of a merged heading into every column it covers."""
        spread = list(cells)
        for (top, first), (bottom, last) in self.merged:
            if top <= row <= bottom and 0 <= first - self.left < len(cells):
                for column in range(first - self.left, min(last - self.left, len(cells) - 1) + 1):
                    spread[column] = cells[first - self.left]
        return spread

    def _filled_down(self, rows: Iterator[list[object]]) -> Iterator[list[object]]:
        """Below the headings, give every row that a merged cell covers its value, where that row says anything itself."""
        below = [m for m in self.merged if m[0][0] >= self.layout.header_row and m[1][0] > m[0][0]]
        if not below:
            yield from rows
            return
        waiting = sorted(below, reverse=True)
        covering: list[tuple[int, int, object]] = []
        for index, row in enumerate(rows):
            covering = [c for c in covering if c[0] >= index]
            if covering and any(v not in (None, "") for v in row):
                for _, place, value in covering:
                    if row[place] in (None, ""):
                        row[place] = value
            while waiting and waiting[-1][0][0] <= index:
                (top, first), (bottom, _) = waiting.pop()
                place = first - self.left
                if top == index and 0 <= place < len(row):
                    covering.append((bottom, place, row[place]))
            yield row

    def _days_from_1904(self, columns: Columns) -> list[int]:
        """Positions of columns whose bare numbers are days from 1904 on."""
        if not counts_from_1904(self.path):
            return []
        dated = {self.dataset.changed_at}
        for role in self.dataset.roles.values():
            for attribute, source in role.attributes.items():
                if _DATE.search(attribute):
                    dated.add(getattr(source, "column", None))
        return [place for place, name in enumerate(columns.names) if name in dated or _DATE.search(name)]

    def _rows(self) -> Iterator[list[object]]:
        """All rows from the top of the sheet; a number too long for its type is replaced by the digits the file stores."""
        exact: dict[tuple[int, int], str] | None = None
        for index, row in enumerate(self.sheet.iter_rows()):
            values: list[object] = list(row)
            for position, value in enumerate(values):
                if isinstance(value, float) and abs(value) >= LONG:
                    if exact is None:
                        exact = long_numbers(self.path, self.sheet.name)
                    values[position] = exact.get((index, position + self.left), value)
            yield values


def _day_of_1904(value: object) -> object:
    """A number without a date format in a column of dates, as the day it is in a workbook that counts from 1904."""
    if isinstance(value, int | float) and not isinstance(value, bool) and 0 < value < 80_000:
        return _FIRST_OF_1904 + datetime.timedelta(days=round(value * 86_400) / 86_400)
    return value
