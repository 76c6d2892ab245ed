"""What the landing area holds: provenance of a landed row, the delivery manifest, rejected rows."""

from __future__ import annotations

import pyarrow as pa

from warehouse.model.table import Column, Table

S, I, D, B = pa.string(), pa.int64(), pa.date32(), pa.bool_()

PROVENANCE = (
    Column("delivery_id", S, "交付批次编号", "Delivery the row came in", nullable=False),
    Column("file_name", S, "文件名", "File name as delivered", nullable=False),
    Column("sheet_name", S, "工作表名，无则为空串", "Sheet or database table, empty where a file has none", nullable=False),
    Column("row_number", I, "数据行号，自1起，不计标题与表头", "Data row in that file and sheet from 1, title and header rows not counted", nullable=False),
    Column("row_key", S, "行标识，跨批次稳定", "Stable identity of the row across deliveries: the declared key, else its content", nullable=False),
)
"""The columns every landed dataset starts with; after them one text column per source column, named as the source names it."""

DELIVERY = Table(
    "landing",
    "delivery",
    "交付批次",
    "Deliveries",
    "one line per delivery and dataset",
    ("delivery_id", "dataset"),
    (
        Column("delivery_id", S, "交付批次编号", "Hash of platform, file name and content", nullable=False),
        Column("platform", S, "平台", "Platform", nullable=False),
        Column("dataset", S, "数据集", "Dataset of the platform; '' where the whole file was rejected before one was found", nullable=False),
        Column("file_name", S, "文件名", "File name as delivered", nullable=False),
        Column("sha256", S, "文件摘要", "SHA-256 of the original bytes", nullable=False),
        Column("bytes", I, "文件字节数", "Size of the file in bytes", nullable=False),
        Column("delivered_on", D, "交付日期", "Date of the delivery: from the file name, else of the newest row, else null"),
        Column("scope", S, "快照范围", "Part of the platform a snapshot replaces (a street), '' for all of it", nullable=False),
        Column("sequence", I, "落地次序", "Order of landing within the home", nullable=False),
        Column("state", S, "状态：landed rejected held refused", "landed or rejected; of a landed delivery later held (a person is to confirm it) or refused (by a person)", nullable=False),
        Column("reason_code", S, "退回原因代码", "Why the whole delivery was rejected, is held or refused"),
        Column("reason", S, "退回原因", "One sentence a department can act on"),
        Column("rows_delivered", I, "交付行数", "Rows found in the file (0 where it can't be read)", nullable=False),
        Column("rows_landed", I, "落地行数", "Rows landed", nullable=False),
        Column("rows_rejected", I, "退回行数", "Rows rejected", nullable=False),
        Column("warnings", pa.list_(S), "警告", "What was odd but stopped nothing: unknown columns, repeated keys"),
    ),
)

REJECTED = Table(
    "quality",
    "rejected",
    "退回行",
    "Rejected rows",
    "one line per reason of a row that did not land",
    (),
    (
        Column("platform", S, "平台", "Platform", nullable=False),
        Column("delivery_id", S, "交付批次编号", "Delivery", nullable=False),
        Column("file_name", S, "文件名", "File name", nullable=False),
        Column("sheet_name", S, "工作表名", "Sheet or table, '' if none", nullable=False),
        Column("row_number", I, "数据行号", "Data row from 1; null where the whole file was rejected"),
        Column("column", S, "列", "Column at fault, where one is"),
        Column("reason_code", S, "原因代码", "Reason code", nullable=False),
        Column("reason", S, "原因", "A sentence a department can act on; never quotes a value", nullable=False),
    ),
)

ROW_PERIOD = Table(
    "stage",
    "row_period",
    "行有效期",
    "From when to when a landed row held",
    "one line per row of a dataset and unbroken time it held",
    ("row_key", "repeat", "from_delivery_id"),
    (
        Column("row_key", S, "行标识", "Stable identity of the row across deliveries", nullable=False),
        Column("repeat", I, "重复序号", "0 for the first row with this key, 1 for the next…", nullable=False),
        Column("valid_from", D, "生效日期", "Date of the delivery it came with; null where that has none"),
        Column("valid_to", D, "失效日期", "Date of the delivery that replaced it; null while it holds, or where that has none"),
        Column("from_delivery_id", S, "生效交付批次", "Delivery it came with", nullable=False),
        Column("to_delivery_id", S, "失效交付批次", "Delivery that replaced it; null while it holds"),
        Column("is_open", B, "是否现行", "It holds now", nullable=False),
    ),
)

ROW_ORIGIN = Table(
    "stage",
    "row_origin",
    "行首见处",
    "Where every row that holds first said what it says",
    "one line per row of a dataset that holds now",
    ("delivery_id", "row_number"),
    (
        Column("delivery_id", S, "交付批次编号", "Delivery that holds the row", nullable=False),
        Column("row_number", I, "数据行号", "Its data row there", nullable=False),
        Column("scope", S, "快照范围", "Part of the platform that delivery replaced", nullable=False),
        Column("row_key", S, "行标识", "Stable identity of the row across deliveries", nullable=False),
        Column("content", pa.uint64(), "内容摘要", "Hash of all it says", nullable=False),
        Column("copy", I, "相同行序号", "Rows of one key that say the same are numbered from 0", nullable=False),
        Column("from_delivery_id", S, "首见交付批次", "Delivery since which it says the same, in all up to now", nullable=False),
        Column("from_file_name", S, "首见文件名", "File of that", nullable=False),
        Column("from_sheet_name", S, "首见工作表名", "Sheet of that", nullable=False),
        Column("from_row_number", I, "首见数据行号", "Data row in that", nullable=False),
        Column("from_date", D, "首见日期", "Date of that delivery; null where it has none"),
    ),
)
