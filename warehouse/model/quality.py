"""What the release says about its own quality."""

from __future__ import annotations

import pyarrow as pa

from warehouse.model.table import Column, Table

S, I, F, B = pa.string(), pa.int64(), pa.float64(), pa.bool_()

RECONCILIATION = Table(
    "quality",
    "reconciliation",
    "行数对账",
    "Balance of rows",
    "one row per delivery, sheet and dataset",
    ("platform", "delivery_id", "dataset", "sheet_name"),
    (
        Column("platform", S, "平台", "Platform", nullable=False),
        Column("department", S, "部门", "Department", nullable=False),
        Column("delivery_id", S, "交付批次编号", "Delivery", nullable=False),
        Column("file_name", S, "文件名", "File", nullable=False),
        Column("sheet_name", S, "工作表名", "Sheet or table", nullable=False),
        Column("dataset", S, "数据集", "Dataset", nullable=False),
        Column("state", S, "状态", "landed or rejected", nullable=False),
        Column("reason_code", S, "退回原因代码", "Why the whole delivery was rejected"),
        Column("rows_delivered", I, "交付行数", "Rows in the file", nullable=False),
        Column("rows_landed", I, "落地行数", "Rows landed", nullable=False),
        Column("rows_rejected", I, "退回行数", "Rows rejected", nullable=False),
        Column("rows_current", I, "现行行数", "Landed rows that hold now: not replaced by a later delivery", nullable=False),
        Column("mentions_expected", I, "应有提及数", "Roles of current rows with something to identify them", nullable=False),
        Column("mentions_resolved", I, "已归属提及数", "Lines of link.mention", nullable=False),
        Column("balanced", B, "是否平衡", "delivered = landed + rejected and expected = resolved", nullable=False),
    ),
)

EXPECTATION = Table(
    "quality",
    "expectation",
    "质量检查",
    "Results of the checks",
    "one row per suite and expectation",
    ("suite", "expectation"),
    (
        Column("suite", S, "检查组", "Suite, named after the table it checks", nullable=False),
        Column("expectation", S, "检查项", "Name of the check", nullable=False),
        Column("description", S, "说明", "What must hold, in Chinese", nullable=False),
        Column("description_en", S, "英文说明", "What must hold, in English"),
        Column("column", S, "列", "Column checked, where one is"),
        Column("severity", S, "严重程度：critical warning", "critical blocks the release, warning is published", nullable=False),
        Column("outcome", S, "结果：passed failed error", "passed, failed, or error (it could not run)", nullable=False),
        Column("checked", I, "检查数", "Rows checked"),
        Column("unexpected", I, "不符数", "Rows that break it"),
    ),
)
