"""Rows of a sheet that are about the table and not in it: headings once more, totals, signatures, notes, examples, titles.

Belongs here: how such a row is known. It is refused and counted like any other row that is not landed. Does not: rows that are
data but damaged (`connectors.rows`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

_B = r"[\s\x{3000}\x{a0}]*"
_C = r"[:：]"
_WHO = "制表|填表|填报|制单|审核|复核|审批|统计|负责|分管|经办|联系|打印|导出|报送|上报|校对|录入"
FOOTER = (
    f"(?i)^{_B}(?:"
    f"(?:合|总|小|共){_B}计{_C}.*"
    f"|(?:本页|本表|累计|全部)?(?:合计|小计|总计)(?:人数|户数|行数|数)?{_B}{_C}.*|(?:本页|本表)(?:合计|小计).*"
    f"|(?:{_WHO})(?:人员?|单位|部门|领导|时间|日期|电话|人签[字名])?{_B}{_C}.*"
    f"|(?:注|附注|备注|说明|填表说明|注意事项?|数据来源|来源){_B}\\d*{_B}{_C}.*"
    f"|第{_B}\\d+{_B}页.*|共{_B}\\d+{_B}[页条行].*|已选择{_B}\\d+{_B}行.*|\\(?\\d+ rows? (?:affected|selected)\\)?\\.?"
    f"|grand total.*|total{_B}{_C}?{_B}[\\d,.]*"
    f"|-{{2,}}[^-]*-{{2,}}|以下空白|（以下空白）|—+以下空白—+"
    f"){_B}$"
)
"""The first cell of a row below the table."""
TOTAL = f"^{_B}(?:(?:本页|本表|累计|全部)?(?:合|总|小|共){_B}计|grand total|total){_B}{_C}?{_B}[\\d,.]*{_B}[人户条家件项行]?{_B}$"
"""The first cell of a row of sums, however many of them there are."""
EXAMPLE = f"^{_B}[（(【\\[]?(?:示例|样例|范例|填写示例|举例){_B}\\d*{_B}(?:{_C}.*|[）)】\\]].*)$|^{_B}(?:示例|样例|范例)(?:行|数据)?{_B}$"
"""A cell of a row that shows how to fill in the others."""
TITLE = f"^{_B}(?:.*(?:登记表|统计表|汇总表|明细表|一览表|信息表|台账|名册|花名册|清单|名单)|[一二三四五六七八九十]+、.*){_B}$"
"""The only cell of a row between two tables."""

WIDE = 4
"""Columns from which on a row with one cell is no data if that reads like a title."""


def no_data_rows(rows: pa.RecordBatch, headings: Sequence[str | None]) -> Iterator[tuple[str, str, np.ndarray]]:
    """Reason code, reason and mask of the rows that are no data.

    Args:
        rows: row_number, then text columns.
        headings: what stood above each text column.
    """
    cells = [rows.column(i) for i in range(1, rows.num_columns)]
    if not cells or not rows.num_rows:
        return
    filled = np.zeros(rows.num_rows, dtype=np.int32)
    for column in cells:
        filled += pc.is_valid(column).to_numpy(zero_copy_only=False)
    yield (
        "heading_repeated",
        "该行是重复的表头，不是数据，请删除",
        _repeats(cells, rows.schema.names[1:], headings, filled),
    )
    first = pc.coalesce(*cells)
    sparse = filled <= max(1, len(cells) // 2)
    footer = (_matches(first, FOOTER) & sparse) | _matches(first, TOTAL)
    yield "footer_row", "该行是合计、签名或注释，不是数据，请移出表格", footer
    if len(cells) >= WIDE:
        yield "title_row", "该行只有一个像标题的单元格，不是数据，请移出表格", _matches(first, TITLE) & (filled == 1)
    example = np.zeros(rows.num_rows, dtype=bool)
    for column in cells:
        if _holds(column, "例".encode()):
            example |= _matches(column, EXAMPLE)
    yield "example_row", "该行是填写示例，不是数据，请删除", example


def _repeats(
    cells: Sequence[pa.Array], names: Sequence[str], headings: Sequence[str | None], filled: np.ndarray
) -> np.ndarray:
    """Rows of which at least half of the filled cells, and two, say what stands above them."""
    equal = np.zeros(len(filled), dtype=np.int32)
    for column, name, heading in zip(cells, names, headings, strict=True):
        for text in dict.fromkeys(t for t in (heading, name) if t):
            equal += pc.fill_null(pc.equal(column, text), False).to_numpy(zero_copy_only=False)
    enough = equal >= min(2, len(cells))
    return np.array(enough & (equal * 2 >= filled), dtype=bool)


def _matches(column: pa.Array, expression: str) -> np.ndarray:
    found = pc.fill_null(pc.match_substring_regex(column, expression), False)
    return np.array(found.to_numpy(zero_copy_only=False), dtype=bool)


def _holds(column: pa.Array, text: bytes) -> bool:
    """Whether the bytes of a column hold a text: far quicker than asking each cell, and almost always no."""
    data = column.buffers()[2]
    return data is not None and memoryview(data).tobytes().find(text) >= 0
