"""Mentions: one role in one source row that names one entity, with raw text beside every standardised value.

All kinds start with `MENTION_HEAD`. `mention_id` counts 0..n-1 within a kind, in the order of `platform, dataset,
file_name, sheet_name, row_number, role`; it is the row's place in this run and means nothing across runs.
The identity of a mention across runs is `(platform, dataset, role, row_key, repeat)`. Where a role stands beside the subject
of a keyed row, `row_key` is the row's followed by a point and a mark of whom it names.
"""

from __future__ import annotations

import pyarrow as pa

from warehouse.model.table import Column, Table

S, I, D, F = pa.string(), pa.int64(), pa.date32(), pa.float64()

MENTION_HEAD = (
    Column("mention_id", I, "提及序号", "Place of the mention within its kind in this run, from 0", nullable=False),
    Column("platform", S, "平台", "Platform", nullable=False),
    Column("department", S, "部门", "Department that owns the platform", nullable=False),
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
    Column("claimed_on", D, "主张日期", "When the platform last said so: the row's own date, else the delivery's"),
)

ADDRESS = (
    Column("address_raw", S, "地址原文", "Address as written", personal=True),
    Column("street", S, "街道（镇）", "Street or town, standard name"),
    Column("community", S, "社区（村）", "Community or village, standard name"),
    Column("road", S, "路名", "Road"),
    Column("road_number", S, "门牌号", "Number on the road"),
    Column(
        "estate",
        S,
        "小区（自然村）",
        "Estate or natural village, standard name after aliases and road numbers are resolved",
    ),
    Column("building", S, "幢", "Building number"),
    Column("unit", S, "单元", "Unit (stairwell) number"),
    Column("room", S, "室（门牌）", "Room number; in villages the door number", personal=True),
    Column(
        "dwelling",
        S,
        "房屋键",
        "Canonical key of the dwelling, 'community/estate/building/unit/room'; null above room level",
        personal=True,
    ),
    Column("dwelling_level", S, "地址精度：room building estate road community none", "How far the address reaches"),
    Column("grid_raw", S, "网格原文", "Grid as written, code or name"),
    Column(
        "grid_code",
        S,
        "网格编码",
        "15-digit grid code: as declared by the row, else the one the standard address lies in",
    ),
)
"""Address columns shared by all kinds. `dwelling` is filled only where estate (or village) and room are known."""

PERSON_MENTION = Table(
    "mention",
    "person",
    "人口提及",
    "Person mentions",
    "one line per mention of a person",
    ("mention_id",),
    MENTION_HEAD
    + (
        Column("name_raw", S, "姓名原文", "Name as written", personal=True),
        Column(
            "name",
            S,
            "姓名",
            "Name: NFKC, no blanks, one dot form, lost characters as '?'; null where it names nobody (匿名)",
            personal=True,
        ),
        Column(
            "name_form", S, "姓名形态：full surname_only damaged", "full, surname_only (王先生) or damaged (holds '?')"
        ),
        Column("name_key", S, "姓名比对键", "Name folded for comparison: simplified, dots removed", personal=True),
        Column(
            "name_pinyin", S, "姓名拼音", "Pinyin of name_key without tones, syllables joined by blanks", personal=True
        ),
        Column("surname", S, "姓", "Surname (compound surnames kept whole)", personal=True),
        Column("former_name_raw", S, "曾用名原文", "Former name as written", personal=True),
        Column("former_name", S, "曾用名", "Former name, standardised as name_key", personal=True),
        Column("id_number_raw", S, "证件号原文", "Identity number as written", personal=True),
        Column(
            "id_number",
            S,
            "公民身份号码",
            "18-digit identity number whose check digit holds (15 digits are lifted); else null",
            personal=True,
        ),
        Column(
            "id_number_legible",
            S,
            "证件号可辨位",
            "18 characters with '*' where illegible or lost, for damaged and invalid numbers",
            personal=True,
        ),
        Column(
            "id_number_state",
            S,
            "证件号状态：valid invalid damaged missing",
            "valid, invalid (18 legible, check fails), damaged (partly legible), missing",
            nullable=False,
        ),
        Column("sex_raw", S, "性别原文", "Sex as written"),
        Column("sex", S, "性别：男 女", "Sex as asserted, after the platform's code table"),
        Column("birth_date_raw", S, "出生日期原文", "Birth date as written", personal=True),
        Column(
            "birth_date",
            D,
            "出生日期",
            "Birth date as asserted; first day where only month or year is known",
            personal=True,
        ),
        Column(
            "birth_date_precision", S, "出生日期精度：day month year", "day, month or year; 1 January counts as year"
        ),
        Column("ethnicity_raw", S, "民族原文", "Nationality (民族) as written"),
        Column("ethnicity", S, "民族", "Nationality, label of GB/T 3304"),
        Column("phone_raw", S, "电话原文", "Phone as written", personal=True),
        Column("phone", S, "电话", "First mobile number, else first land line with area code", personal=True),
        Column("phone_2", S, "其他电话", "Second number of the cell", personal=True),
        Column("education", S, "文化程度", "Education as asserted"),
        Column("marital_status", S, "婚姻状况", "Marital status as asserted"),
        Column("household_number", S, "户号", "Household number of the register"),
        Column("household_relation", S, "与户主关系", "Relation to the head of household"),
        Column("deregistered", S, "注销标志", "Deregistration as written (death, moved away)"),
        Column("employer_raw", S, "单位原文", "Employer or school as written"),
        Column(
            "housing_relations",
            pa.list_(S),
            "与房屋关系",
            "Relations of this mention to its dwelling: resides registered owns rents lets",
        ),
        Column(
            "enterprise_relations",
            pa.list_(S),
            "与企业关系",
            "Relations of this mention to its enterprise: legal_rep manager employee",
        ),
        Column("housing_mention_id", I, "同行房屋提及", "Housing mention of the same row the relation points to"),
        Column(
            "enterprise_mention_id",
            I,
            "所指企业提及",
            "Enterprise mention the relation points to: of the same row, or looked up by employer number",
        ),
        Column("employer_key", S, "单位比对键", "Employer name folded for comparison, where only a name is given"),
        Column("employer_brand", S, "单位字号", "Brand core of the employer's name, where only a name is given"),
    )
    + ADDRESS,
)

HOUSING_MENTION = Table(
    "mention",
    "housing",
    "房屋提及",
    "Housing mentions",
    "one line per mention of a housing unit",
    ("mention_id",),
    MENTION_HEAD
    + (
        Column("unit_number", S, "不动产单元号", "Real-estate unit number (28 characters)"),
        Column("address_code", S, "地址编码", "Code of the standard address"),
        Column("source_code", S, "平台房屋编号", "The platform's own number of the housing unit"),
        Column("area_raw", S, "面积原文", "Floor area as written"),
        Column("area", F, "建筑面积（平方米）", "Floor area in square metres"),
        Column("usage", S, "用途", "Use as asserted"),
        Column("resident_count", I, "实住人数", "Residents counted by the grid staff"),
    )
    + ADDRESS,
)

ENTERPRISE_MENTION = Table(
    "mention",
    "enterprise",
    "企业提及",
    "Enterprise mentions",
    "one line per mention of an enterprise",
    ("mention_id",),
    MENTION_HEAD
    + (
        Column("name_raw", S, "名称原文", "Name as written"),
        Column("name", S, "名称", "Name: NFKC, half-width brackets, no blanks"),
        Column("name_key", S, "名称比对键", "Name folded for comparison: 有限责任公司 as 有限公司, brackets dropped"),
        Column("region", S, "行政区划段", "Region part of the name"),
        Column("brand", S, "字号", "Brand core of the name"),
        Column("brand_pinyin", S, "字号拼音", "Pinyin of the brand without tones"),
        Column("trade", S, "行业段", "Trade part of the name"),
        Column("legal_form", S, "组织形式", "Legal form, standard spelling"),
        Column("branch", S, "分支", "Branch part (分公司, 第二门店), null for a head office"),
        Column("name_form", S, "名称形态：registered sign", "registered name, or a sign over the door"),
        Column("former_name_raw", S, "曾用名原文", "Former name as written"),
        Column("former_name", S, "曾用名比对键", "Former name, folded as name_key"),
        Column("former_brand", S, "曾用字号", "Brand core of the former name"),
        Column("code_raw", S, "代码原文", "Credit code, registration or organisation number as written (first given)"),
        Column("credit_code", S, "统一社会信用代码", "18-character credit code whose check character holds; else null"),
        Column(
            "registration_number", S, "工商注册号", "15-digit registration number (GS 15-2006) whose check digit holds"
        ),
        Column(
            "organisation_code",
            S,
            "组织机构代码",
            "9-character organisation code: as given, or digits 9–17 of the credit code",
        ),
        Column(
            "code_state", S, "代码状态：valid invalid missing", "valid where any of the three holds", nullable=False
        ),
        Column(
            "legal_rep_name",
            S,
            "法定代表人姓名键",
            "Legal representative or person in charge, folded as a person's name_key",
            personal=True,
        ),
        Column(
            "legal_rep_id_number",
            S,
            "法定代表人证件号",
            "Valid identity number of the legal representative",
            personal=True,
        ),
        Column("phone_raw", S, "电话原文", "Phone as written", personal=True),
        Column("phone", S, "电话", "Phone, standard form", personal=True),
        Column("enterprise_type", S, "类型", "Type as asserted"),
        Column("status", S, "登记状态", "State as asserted"),
        Column("established_on", D, "成立日期", "Date of establishment"),
        Column("capital_raw", S, "注册资本原文", "Registered capital as written (10,000 yuan)"),
        Column("staff_count", I, "从业人数", "Number of staff"),
        Column("business_scope", S, "经营范围", "Scope of business"),
        Column(
            "operating_address_raw",
            S,
            "经营地址原文",
            "Place of business as written, where it is given beside the registered address",
        ),
        Column("operating_dwelling", S, "经营地址房屋键", "Dwelling key of the place of business"),
        Column("operating_estate", S, "经营地址小区", "Estate of the place of business"),
        Column("operating_building", S, "经营地址幢", "Building of the place of business"),
        Column(
            "housing_relations",
            pa.list_(S),
            "与房屋关系",
            "Relations of the address to the enterprise: registered operates",
        ),
    )
    + ADDRESS,
)

MENTIONS = {"person": PERSON_MENTION, "housing": HOUSING_MENTION, "enterprise": ENTERPRISE_MENTION}
"""The mention table of every kind."""
