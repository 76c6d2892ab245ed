"""Care tags (关爱标签) of persons: who has which, which there are, and how many there are in a grid.

Belongs here: the contracts. Does not: the declaration of tags (`connectors.care_rules`), or whose they are
(`pipelines.resolution.care`). `CARE_TAG` is in no table of the open library: the restricted one and extracts alone hold it.
"""

from __future__ import annotations

import pyarrow as pa

from warehouse.model.table import Column, Table

S, I, B, D = pa.string(), pa.int64(), pa.bool_(), pa.date32()

PREFIX = "care_tag."
"""How `catalogue.entitlement` names a tag among the attributes of persons."""

CARE_TAG = Table(
    "base",
    "care_tag",
    "关爱标签",
    "Care tags of persons",
    "one row per person, tag and source row that says so; one per person and tag where it is derived",
    ("person_id", "tag", "platform", "delivery_id", "file_name", "sheet_name", "row_number"),
    (
        Column("person_id", S, "人口编号", "Person", nullable=False),
        Column("tag", S, "关爱标签", "Tag, as the city declares it", nullable=False),
        Column("basis", S, "来由：delivered derived", "delivered: a platform says so; derived: it follows from golden values", nullable=False),
        Column("sharing", S, "共享类型：conditional none", "conditional: who is entitled gets it; none: its own source alone, because the tag, its platform or what it is derived from is not shared", nullable=False),
        Column("since", D, "起始日期", "First day: as the platform says, or the birthday on which the age was reached; null where nothing tells"),
        Column("until", D, "结束日期", "Last day, as the platform says; null where it does not, or nobody knows yet"),
        Column("is_current", B, "是否现行", "It holds on the day of the newest delivery", nullable=False),
        Column("claimed_on", D, "主张日期", "Day of the claim; null where it is derived"),
        Column("platform", S, "平台，推算者为空串", "Platform that says so; '' where it is derived", nullable=False),
        Column("department", S, "部门，推算者为空串", "Its department", nullable=False),
        Column("delivery_id", S, "交付批次编号", "Delivery its row came in", nullable=False),
        Column("file_name", S, "文件名", "File", nullable=False),
        Column("sheet_name", S, "工作表名", "Sheet or table", nullable=False),
        Column("row_number", I, "行号", "Row of the file, from 1; 0 where it is derived", nullable=False),
    ),
)

CARE_TAG_CODE = Table(
    "catalogue",
    "care_tag",
    "关爱标签目录",
    "Care tags there are",
    "one row per tag the city declares",
    ("tag",),
    (
        Column("tag", S, "关爱标签", "Tag", nullable=False),
        Column("title_en", S, "英文名称", "The same in English", nullable=False),
        Column("basis", S, "来由：delivered derived", "delivered: a platform says so; derived: it follows from golden values", nullable=False),
        Column("sharing", S, "共享类型：conditional none", "conditional: platforms entitled to it get it; none: its own source alone", nullable=False),
        Column("ground", S, "依据", "Law or rule it rests on", nullable=False),
        Column("valid_from", D, "启用日期", "First day it is in use; null where it is open"),
        Column("valid_to", D, "停用日期", "Last day; null until further notice"),
        Column("sources", pa.list_(S), "来源", "Platform and dataset that say so, as platform/dataset; empty where it is derived", nullable=False),
        Column("age_from", I, "年龄下限", "Completed years of age it is derived from; null where age does not matter"),
        Column("persons_at_most", I, "同住人数上限", "Persons who live in the home at most; null where that does not matter"),
    ),
)

CARE_TAG_COUNT = Table(
    "quality",
    "care_tag_count",
    "关爱标签统计",
    "Persons with a care tag per grid",
    "one row per grid and tag some person in it has now; of a tag that is not shared there is none",
    ("grid_code", "tag"),
    (
        Column("grid_code", S, "网格编码", "Grid the persons live in", nullable=False),
        Column("tag", S, "关爱标签", "Tag", nullable=False),
        Column("persons", I, "人数", "Persons who have it; null where they are fewer than the city's smallest count"),
        Column("is_suppressed", B, "是否隐去", "The count is too small to be told", nullable=False),
    ),
)
