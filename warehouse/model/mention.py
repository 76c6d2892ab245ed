"""What all mention tables share: a mention is one role in one source row that names one entity.

The attributes of a mention follow from the declaration of its kind (`data_model`). All kinds start with `MENTION_HEAD`. `mention_id` counts 0..n-1 within a kind, in the order of `platform, dataset,
file_name, sheet_name, row_number, role`; it is the row's place in this run and means nothing across runs.
The identity of a mention across runs is `(platform, dataset, role, row_key, repeat)`. Where a role stands beside the subject
of a keyed row, `row_key` is the row's followed by a point and a mark of whom it names.
"""

from __future__ import annotations

import pyarrow as pa

from warehouse.model.table import Column

S, I, D = pa.string(), pa.int64(), pa.date32()

MENTION_HEAD = (
    Column("mention_id", I, "提及序号", "Place of the mention within its kind in this run, from 0", nullable=False),
    Column("platform", S, "平台", "Platform", nullable=False),
    Column("department", S, "部门", "Department that owns the platform", nullable=False),
    Column("city", S, "城市代码", "City of the platform; null where the settings name no cities"),
    Column("dataset", S, "数据集", "Dataset of the platform", nullable=False),
    Column("delivery_id", S, "交付批次编号", "Delivery", nullable=False),
    Column("file_name", S, "文件名", "File name", nullable=False),
    Column("sheet_name", S, "工作表名", "Sheet or table, '' if none", nullable=False),
    Column("row_number", I, "数据行号", "Data row from 1", nullable=False),
    Column("role", S, "角色", "Role of the mention in the row", nullable=False),
    Column(
        "row_key",
        S,
        "行标识",
        "Stable identity of the row across deliveries; beside the subject of a keyed row with a mark of who is named",
        nullable=False,
    ),
    Column("repeat", I, "重复序号", "0 for the first current row with this key, 1 for the next…", nullable=False),
    Column("claimed_on", D, "主张日期", "Since when the platform says so: the row's own date, else that of the first delivery that said what the row says"),
)
