"""Golden records: one row per entity. What the plain release shows of them; the stage tables carry unmasked values too.

In `stage/golden/<kind>.parquet` a column named `<x>_masked` or `<x>_token` does not exist: there it is the full `<x>`.
The release step derives mask and token (see `warehouse.masking`).
"""

from __future__ import annotations

import pyarrow as pa

from warehouse.model.table import Column, Table

S, I, D, F, B = pa.string(), pa.int64(), pa.date32(), pa.float64(), pa.bool_()

PLACE = (
    Column("grid_code", S, "网格编码", "Grid it lies in"),
    Column("community_code", S, "社区编码", "Community it lies in"),
    Column("street_code", S, "街道编码", "Street it lies in"),
)
SIZE = (
    Column("mention_count", I, "提及数", "Mentions it was resolved from", nullable=False),
    Column("platforms", S, "知情平台", "Platforms that know it, in the order of their names, a blank between two", nullable=False),
    Column("platform_count", I, "平台数", "How many they are", nullable=False),
    Column("conflict_count", I, "冲突数", "Attributes on which departments disagree", nullable=False),
    Column("last_claimed_on", D, "最新主张日期", "Newest claim about it"),
)

GOLDEN_PERSON = Table(
    "golden",
    "person",
    "人口主记录（未脱敏）",
    "Golden persons, unmasked",
    "one row per person",
    ("person_id",),
    (
        Column("person_id", S, "人口编号", "Entity id", nullable=False),
        Column("name", S, "姓名", "Name", personal=True),
        Column("former_name", S, "曾用名", "Former name", personal=True),
        Column("id_number", S, "公民身份号码", "Identity number", personal=True),
        Column("sex", S, "性别", "男 or 女"),
        Column("birth_date", D, "出生日期", "Birth date", personal=True),
        Column("birth_date_precision", S, "出生日期精度", "day, month or year"),
        Column("ethnicity", S, "民族", "Label of GB/T 3304"),
        Column("phone", S, "电话", "Phone", personal=True),
        Column("education", S, "文化程度", "Education"),
        Column("marital_status", S, "婚姻状况", "Marital status"),
        Column("deregistered", S, "注销标志", "Deregistration (death, moved away)"),
        Column("household_number", S, "户号", "Household number of the register"),
        Column("residence", S, "居住地址", "Standard address of the chosen residence", personal=True),
        Column("residence_housing_id", S, "居住房屋编号", "Housing unit of the chosen residence"),
        Column("registered_address", S, "户籍地址", "Standard address of the household register", personal=True),
        Column("registered_housing_id", S, "户籍房屋编号", "Housing unit of the household register"),
    )
    + PLACE
    + SIZE,
)

GOLDEN_HOUSING = Table(
    "golden",
    "housing",
    "房屋主记录",
    "Golden housing units",
    "one row per housing unit",
    ("housing_id",),
    (
        Column("housing_id", S, "房屋编号", "Entity id", nullable=False),
        Column("address", S, "标准地址", "Standard address"),
        Column("street", S, "街道（镇）", "Street or town"),
        Column("community", S, "社区（村）", "Community or village"),
        Column("road", S, "路名", "Road"),
        Column("road_number", S, "门牌号", "Number on the road"),
        Column("estate", S, "小区（自然村）", "Estate or natural village"),
        Column("building", S, "幢", "Building"),
        Column("unit", S, "单元", "Unit"),
        Column("room", S, "室（门牌）", "Room, or door number in a village"),
        Column("dwelling", S, "房屋键", "Canonical key of the dwelling"),
        Column("unit_number", S, "不动产单元号", "Real-estate unit number"),
        Column("address_code", S, "地址编码", "Code of the standard address"),
        Column("area", F, "建筑面积（平方米）", "Floor area in square metres"),
        Column("usage", S, "用途", "Use"),
        Column("resident_count", I, "实住人数", "Residents counted by the grid staff"),
    )
    + PLACE
    + SIZE,
)

GOLDEN_ENTERPRISE = Table(
    "golden",
    "enterprise",
    "企业主记录（未脱敏）",
    "Golden enterprises, unmasked",
    "one row per enterprise",
    ("enterprise_id",),
    (
        Column("enterprise_id", S, "企业编号", "Entity id", nullable=False),
        Column("name", S, "名称", "Registered name"),
        Column("former_name", S, "曾用名", "Former name"),
        Column("credit_code", S, "统一社会信用代码", "Unified social credit code"),
        Column("registration_number", S, "工商注册号", "Registration number"),
        Column("organisation_code", S, "组织机构代码", "Organisation code"),
        Column("enterprise_type", S, "类型", "Type"),
        Column("status", S, "登记状态", "State"),
        Column("established_on", D, "成立日期", "Established on"),
        Column("capital", S, "注册资本", "Registered capital (10,000 yuan)"),
        Column("staff_count", I, "从业人数", "Number of staff"),
        Column("business_scope", S, "经营范围", "Scope of business"),
        Column("legal_rep_name", S, "法定代表人", "Legal representative", personal=True),
        Column("legal_rep_person_id", S, "法定代表人人口编号", "Person who is the legal representative"),
        Column("phone", S, "电话", "Phone", personal=True),
        Column("address", S, "住所", "Registered address"),
        Column("housing_id", S, "住所房屋编号", "Housing unit of the registered address"),
    )
    + PLACE
    + SIZE,
)

GRID = Table(
    "base",
    "grid",
    "网格",
    "Grid tree",
    "one row per node of the tree: city, street, community, grid; the fifth level, the home, is base.housing",
    ("grid_code",),
    (
        Column("grid_code", S, "编码", "Code of the node: division code or 15-digit grid code", nullable=False),
        Column("name", S, "名称", "Name", nullable=False),
        Column("level", S, "层级：city street community grid", "Level", nullable=False),
        Column("parent_code", S, "上级编码", "Code of the node above; null for the city"),
        Column("person_count", I, "人口数", "Persons placed in it", nullable=False),
        Column("housing_count", I, "房屋数", "Housing units placed in it", nullable=False),
        Column("enterprise_count", I, "企业数", "Enterprises placed in it", nullable=False),
    ),
)

GOLDEN = {"person": GOLDEN_PERSON, "housing": GOLDEN_HOUSING, "enterprise": GOLDEN_ENTERPRISE}
"""The golden table of every kind."""

MASKED = {"id_number": "id", "phone": "phone"}
"""Golden columns the plain release replaces by `<column>_masked` and `<column>_token`, with the kind of mask."""
