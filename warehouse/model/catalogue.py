"""The data resource catalogue (政务数据资源目录): who owns what, how it is shared, what it means."""

from __future__ import annotations

import pyarrow as pa

from warehouse.model.table import Column, Table

S, I, D = pa.string(), pa.int64(), pa.date32()

PLATFORM = Table(
    "catalogue",
    "platform",
    "平台目录",
    "Platforms",
    "one row per platform",
    ("platform",),
    (
        Column("platform", S, "平台", "Platform", nullable=False),
        Column("title_zh", S, "名称", "Title in Chinese", nullable=False),
        Column("title_en", S, "英文名称", "Title in English", nullable=False),
        Column("department", S, "部门代码", "Owning department", nullable=False),
        Column("department_zh", S, "部门", "Department in Chinese", nullable=False),
        Column("city", S, "城市代码", "City of the platform; null where the settings name no cities"),
        Column("cadence", S, "更新频率", "How often it delivers", nullable=False),
        Column("semantics", S, "交付方式：snapshot delta", "snapshot or delta", nullable=False),
        Column("sharing", S, "共享类型：unconditional conditional none", "Sharing class", nullable=False),
        Column("grid_staff", pa.bool_(), "是否网格员采集", "The staff of the grids collect or report its rows", nullable=False),
        Column("format", S, "格式", "Format of its files", nullable=False),
        Column("rows_above", I, "数据行之上的行数", "Title, note and heading rows of a file or sheet; row_number and these make the row a department sees in its spreadsheet or editor", nullable=False),
        Column("last_delivered_on", D, "最近交付日期", "Newest delivery"),
        Column("rows_current", I, "现行行数", "Rows that hold now", nullable=False),
    ),
)
DATASET = Table(
    "catalogue",
    "dataset",
    "数据集目录",
    "Datasets of the platforms",
    "one row per dataset",
    ("platform", "dataset"),
    (
        Column("platform", S, "平台", "Platform", nullable=False),
        Column("dataset", S, "数据集", "Dataset", nullable=False),
        Column("title_zh", S, "名称", "Title", nullable=False),
        Column("key", S, "主键", "Declared key, columns joined by +; '' if none", nullable=False),
        Column("roles", pa.list_(S), "角色", "Mentions a row can carry, as role:kind", nullable=False),
        Column("subject", S, "主体角色", "Role a row is about; null where it names none"),
    ),
)
FIELD = Table(
    "catalogue",
    "field",
    "字段目录",
    "Source columns and release columns",
    "one row per column",
    ("owner", "dataset", "field"),
    (
        Column("owner", S, "归属", "Platform, or 'release'", nullable=False),
        Column("dataset", S, "数据集或表", "Dataset, or schema.table of the release", nullable=False),
        Column("field", S, "字段", "Column", nullable=False),
        Column("title_zh", S, "中文说明", "Comment in Chinese"),
        Column("title_en", S, "英文说明", "Comment in English"),
        Column("attributes", pa.list_(S), "对应属性", "role.attribute it feeds", nullable=False),
    ),
)
CODE = Table(
    "catalogue",
    "code",
    "代码目录",
    "Codes and their words",
    "one row per code table and source value: tables of the platforms, and what codes of the release mean (release.…)",
    ("code_table", "source_value"),
    (
        Column("code_table", S, "代码表", "Code table", nullable=False),
        Column("source_value", S, "平台值", "Value as platforms write it", nullable=False),
        Column("value", S, "标准值", "Standard value, of a code of the release its Chinese word", nullable=False),
        Column("value_en", S, "英文", "The same in English; null where the code table of a city has none"),
    ),
)

ENTITLEMENT = Table(
    "catalogue",
    "entitlement",
    "授权目录",
    "Golden attributes a department may read back",
    "one row per department, platform, kind and attribute; what is not listed is denied",
    ("department", "platform", "entity_kind", "attribute"),
    (
        Column("department", S, "部门代码", "Department", nullable=False),
        Column("platform", S, "平台", "Platform whose extract carries it", nullable=False),
        Column("entity_kind", S, "实体类型", "Kind", nullable=False),
        Column("attribute", S, "属性", "Golden attribute", nullable=False),
        Column("purpose", S, "用途", "What it was asked for; '' where the description of the platform grants it", nullable=False),
        Column("expires_on", D, "有效期至", "Last day of a grant that was asked for; null where the description of the platform grants it"),
    ),
)
WITHHELD = Table(
    "catalogue",
    "withheld",
    "不予共享目录",
    "What reaches no other department",
    "one row per platform, role, kind and attribute it does not share",
    ("platform", "role", "entity_kind", "attribute"),
    (
        Column("platform", S, "平台", "Platform", nullable=False),
        Column("role", S, "角色", "Role of its rows", nullable=False),
        Column("entity_kind", S, "实体类型", "Kind the role names", nullable=False),
        Column("attribute", S, "属性", "Attribute whose values no other department is shown", nullable=False),
    ),
)
RELEASE = Table(
    "catalogue",
    "release",
    "发布版",
    "The release this file is",
    "one row",
    ("version",),
    (
        Column("version", S, "发布版", "Version", nullable=False),
        Column("fingerprint", S, "指纹", "Fingerprint of deliveries, code and model: equal for equal libraries", nullable=False),
        Column("code_version", S, "程序版本", "Version of the code", nullable=False),
        Column("model", S, "匹配模型", "Fingerprint of the matching models", nullable=False),
        Column("deliveries", I, "交付批次数", "Deliveries it was built from", nullable=False),
        Column("first_delivered_on", D, "最早交付日期", "Day of the oldest delivery it was built from"),
        Column("last_delivered_on", D, "数据截至日期", "Day of the newest delivery it was built from: what came later it does not know"),
    ),
)
