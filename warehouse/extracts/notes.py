"""What a reader of an extract must know, line by line: the sheet and the text file 说明.

Belongs here: the wording. Does not: the kinds of action (`work_list`) and marks (`plan`) it quotes.
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from warehouse.extracts.plan import MARKS
from warehouse.extracts.work_list import ACTIONS, CARE_TAGS
from warehouse.extracts.workbook import Sheet

NOTES = "说明"


def notes_text(title: str, version: str, further: Sequence[str]) -> str:
    """The text file: what every reader must know, then what is said of this extract alone."""
    lines = [f"{title} 回流数据　发布版 {version}", "", *(line for line, _ in _explanations()), *further]
    return "\r\n".join(lines) + "\r\n"


def _explanations() -> list[tuple[str, str]]:
    """What a reader of the extract must know, line by line, with the columns or files it is about."""
    lines = [(f"{mark}：{meaning}", "（比对）列") for mark, meaning in MARKS.items()]
    return [
        ("本数据为本部门现行数据与各部门数据比对归并后的回流结果，仅限本部门在授权范围内使用。", "全部"),
        (
            "来源文件、来源工作表、来源行号指明本方交付中的位置；行号与表格软件中所见一致，标题与表头计入；文本文件中没有任何字符的空行不计。",
            "来源列",
        ),
        ("本方各列为交付时的原文，未作改动。", "本方列"),
        ("编号为一张网实体编号，稳定不变，不含个人信息，可用于与其他部门交换核对。", "编号列"),
        (
            "主记录为各部门数据按权威性、时效、一致性和有效性采信的值，仅列出授权本部门查看的属性；本方没有的数据项只列主记录，不作比对。",
            "（主记录）列",
        ),
        *lines,
        ("本方重复：本平台另有现行数据行指向同一实体。", "本方重复"),
        ("确信度为主记录值正确的概率，由各平台相互印证的情况推算；0.9 以上列入“更正”，不足的列入“待核实”。", "确信度"),
        *((f"{action}：{what}", action) for action, what in ACTIONS.items()),
        (
            "关爱标签仅列授权本平台的各项，属敏感个人信息，限授权用途使用，不得转给他人；“推算”者由出生日期、同住人数得出，使用前请核实。",
            CARE_TAGS,
        ),
        (
            "“答复”填“采纳”或“不采纳”；不采纳的请写明理由，知道正确值的请填“正确值”。填好后经门户上传，或交数据管理部门导入。",
            "答复",
        ),
        ("CSV 为 UTF-8 编码；以 = + - @ 等开头的单元格前加了撇号，以防被当作公式；精确原值见 Parquet。", "CSV"),
    ]


def notes_sheet(title: str, version: str) -> Sheet:
    """The last sheet of a workbook."""
    lines = [(f"{title}　回流数据　发布版 {version}", "")] + _explanations()
    return Sheet(
        NOTES, pa.table({"适用": [about for _, about in lines], "说明": [text for text, _ in lines]}), prose="说明"
    )
