"""Workbooks (xlsx, xls, and what else calamine reads), sheet by sheet.

Belongs here: form layout, two-tier merged headings, and numbers longer than a workbook's precision. calamine holds one
sheet decoded at a time; rows reach Python in batches. A formula lands as its stored result.
"""

from __future__ import annotations

from collections.abc import Iterator
from itertools import chain, islice
from pathlib import Path

from python_calamine import CalamineError, CalamineSheet, CalamineWorkbook, PasswordError

from connectors.compound_file import MAGIC, leads_in_a_circle
from connectors.headings import LOOK_AHEAD, find
from connectors.rows import Batches, Chunk, DeliveryRejected, cell_text, make_batch
from connectors.spec import Dataset, Workbook
from connectors.xlsx_parts import SheetFacts, long_numbers, sheet_facts

LONG = 1e15
"""From here on a number no longer shows every digit in a workbook; its stored text may hold more."""

MAX_AREA = 60_000_000
"""Rows times columns a sheet may span: a decoded sheet is held whole, 24 bytes a cell. 1,048,576 rows of 57 columns."""


def read(path: Path, layout: Workbook, datasets: tuple[Dataset, ...]) -> Batches:
    """Yield the rows of every declared sheet; an absent `sheet` means the first one.

    Raises:
        DeliveryRejected: `encrypted`, `not_a_workbook`, `sheet_missing`, or a problem of the headings.
    """
    with _open(path) as book:
        if not book.sheet_names:
            raise DeliveryRejected("sheet_missing", "工作簿中没有工作表，请重新导出")
        for dataset in datasets:
            name = dataset.sheet or book.sheet_names[0]
            if name not in book.sheet_names:
                there = "、".join(book.sheet_names[:20])
                raise DeliveryRejected("sheet_missing", f"缺少工作表“{name}”，文件中有：{there}；请恢复工作表名称")
        wanted = {dataset.sheet or book.sheet_names[0] for dataset in datasets}
        extra = tuple(f"工作表“{name}”未声明，未读取" for name in book.sheet_names if name not in wanted)
        for dataset in datasets:
            facts = _reasonable(path, dataset.sheet or book.sheet_names[0])
            try:
                sheet = book.get_sheet_by_name(dataset.sheet or book.sheet_names[0])
            except (CalamineError, OSError) as error:
                raise _unreadable(path) from error
            yield from _sheet(path, sheet, layout, dataset, extra + _unanswered(sheet.name, facts))
            extra = ()


def _open(path: Path) -> CalamineWorkbook:
    if leads_in_a_circle(path):
        raise _unreadable(path)
    try:
        return CalamineWorkbook.from_path(str(path))
    except PasswordError as error:
        raise DeliveryRejected("encrypted", "工作簿有打开密码，请去除密码后重新提交") from error
    except (CalamineError, OSError) as error:
        raise _unreadable(path) from error


def _reasonable(path: Path, sheet: str) -> SheetFacts:
    """Refuse a sheet that reaches so far that decoding it would fill the memory: mostly one stray cell far out."""
    facts = sheet_facts(path, sheet)
    if facts.rows * facts.columns > MAX_AREA:
        reason = (
            f"工作表“{sheet}”的内容延伸到第{facts.rows}行、第{facts.columns}列，疑有误填的单元格，请删除表格以外的内容"
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


def _sheet(path: Path, sheet: CalamineSheet, layout: Workbook, dataset: Dataset, extra: tuple[str, ...]) -> Batches:
    rows = _rows(sheet, path)
    first = list(islice(rows, max(LOOK_AHEAD, layout.header_row)))
    heads = [[cell_text(v) for v in row] for row in first]
    if not any(any(row) for row in heads):
        raise DeliveryRejected("empty_file", f"工作表“{sheet.name}”没有内容，请重新导出")
    if layout.group_row and layout.group_row <= len(heads):
        heads[layout.group_row - 1] = _spread(sheet, layout.group_row - 1, heads[layout.group_row - 1])
    columns = find(dataset, heads, layout.header_row, layout.group_row)
    warnings = extra + columns.warnings(dataset.name)
    width = len(columns.names)
    chunk = Chunk(width)
    for number, row in enumerate(chain(first[layout.header_row :], rows), 1):
        chunk.add(number, [v if isinstance(v, str) else cell_text(v) for v in row])
        if chunk.full:
            yield make_batch(dataset, sheet.name, columns.names, chunk, nameless=columns.nameless, warnings=warnings)
            warnings = ()
    yield make_batch(dataset, sheet.name, columns.names, chunk, nameless=columns.nameless, warnings=warnings)


def _spread(sheet: CalamineSheet, row: int, cells: list[str | None]) -> list[str | None]:
    """Write the text of a merged heading into every column it covers."""
    left = sheet.start[1] if sheet.start else 0
    spread = list(cells)
    for (top, first), (bottom, last) in sheet.merged_cell_ranges or []:
        if top <= row <= bottom and 0 <= first - left < len(cells):
            for column in range(first - left, min(last - left, len(cells) - 1) + 1):
                spread[column] = cells[first - left]
    return spread


def _rows(sheet: CalamineSheet, path: Path) -> Iterator[list[object]]:
    """All rows from the top of the sheet; a number too long for its type is replaced by the digits the file stores."""
    exact: dict[tuple[int, int], str] | None = None
    left = sheet.start[1] if sheet.start else 0
    for index, row in enumerate(sheet.iter_rows()):
        values: list[object] = list(row)
        for position, value in enumerate(values):
            if isinstance(value, float) and abs(value) >= LONG:
                if exact is None:
                    exact = long_numbers(path, sheet.name)
                values[position] = exact.get((index, position + left), value)
        yield values
