"""Evidence: every asserted value, every disagreement, every reason for a link. Nothing a platform said is overwritten."""

from __future__ import annotations

import pyarrow as pa

from warehouse.model.table import Column, Table

S, I, D, F, B = pa.string(), pa.int64(), pa.date32(), pa.float64(), pa.bool_()
T = pa.timestamp("us")

_SOURCE = (
    Column("platform", S, "平台", "Platform that says so", nullable=False),
    Column("department", S, "部门", "Department", nullable=False),
    Column("delivery_id", S, "交付批次编号", "Delivery", nullable=False),
    Column("file_name", S, "文件名", "File", nullable=False),
    Column("sheet_name", S, "工作表名", "Sheet or table", nullable=False),
    Column("row_number", I, "数据行号", "Data row", nullable=False),
    Column("role", S, "角色", "Role in the row", nullable=False),
)

ATTRIBUTE = Table(
    "evidence",
    "attribute",
    "属性主张",
    "Every asserted value",
    "one row per mention and attribute it asserts",
    (),
    (
        Column("entity_kind", S, "实体类型", "Kind", nullable=False),
        Column("entity_id", S, "实体编号", "Entity", nullable=False),
        Column("attribute", S, "属性", "Attribute, as a golden column is named", nullable=False),
        Column("value", S, "标准值", "Standardised value as text; null where the raw text yields none", personal=True),
        Column("value_raw", S, "原文", "What the platform wrote", personal=True),
        Column("is_valid", B, "是否有效", "False where the value breaks a rule of its own (check digit)", nullable=False),
        Column("is_golden", B, "是否主记录值", "Agrees with the golden value", nullable=False),
        Column("comparison", S, "与主记录值比较", "How it stands to the golden value: equal; equivalent: another wording of it; incomplete: part of it; incomparable: of another sort, so that neither contradicts the other; differs; invalid; missing: the place is empty; unvalued: there is no golden value; superseded: its own department says it is wrong", nullable=False),
        Column("is_source", B, "是否取值来源", "The claim the golden value was taken from", nullable=False),
        Column("reason", S, "胜出或落选原因", "Why it won or lost: authority, newest, majority, complete, invalid, only, ended: the attribute no longer holds, as where a dead person lives, or superseded: its own department says it is wrong", nullable=False),
        Column("authority", I, "权威度", "Authority of the platform for this attribute, 0–100", nullable=False),
        Column("claimed_on", D, "主张日期", "Since when the platform says so: the row's own date, else that of the first delivery that said what the row says"),
    )
    + _SOURCE,
)

CONFLICT = Table(
    "evidence",
    "conflict",
    "部门冲突",
    "Where departments disagree",
    "one row per entity, attribute and rival value",
    ("entity_kind", "entity_id", "attribute", "value"),
    (
        Column("entity_kind", S, "实体类型", "Kind", nullable=False),
        Column("entity_id", S, "实体编号", "Entity", nullable=False),
        Column("attribute", S, "属性", "Attribute", nullable=False),
        Column("value", S, "值", "One of the rival values", nullable=False, personal=True),
        Column("is_golden", B, "是否主记录值", "The chosen one", nullable=False),
        Column("departments", pa.list_(S), "部门", "Departments that say so", nullable=False),
        Column("platforms", pa.list_(S), "平台", "Platforms that say so", nullable=False),
        Column("claims", I, "主张数", "Mentions that say so", nullable=False),
        Column("last_claimed_on", D, "最新主张日期", "Newest claim"),
    ),
)

CERTAINTY = Table(
    "evidence",
    "certainty",
    "主记录值确信度",
    "How certain a contested golden value is",
    "one row per entity and attribute of which a platform claims another value than the golden one",
    ("entity_kind", "entity_id", "attribute"),
    (
        Column("entity_kind", S, "实体类型", "Kind", nullable=False),
        Column("entity_id", S, "实体编号", "Entity", nullable=False),
        Column("attribute", S, "属性", "Attribute, as a golden column is named", nullable=False),
        Column("certainty", F, "确信度", "Probability that the golden value is right, 0–1", nullable=False),
        Column("platforms", I, "主张平台数", "Platforms that claim the golden value", nullable=False),
        Column("rivals", I, "异议平台数", "Platforms that claim another one", nullable=False),
    ),
)

RELIABILITY = Table(
    "evidence",
    "reliability",
    "来源可靠度",
    "How often what a platform says is right, as its agreement with the others tells",
    "one row per kind, attribute, platform, role and age of what is said",
    ("entity_kind", "attribute", "platform", "role", "age"),
    (
        Column("entity_kind", S, "实体类型", "Kind", nullable=False),
        Column("attribute", S, "属性", "Attribute, as a golden column is named", nullable=False),
        Column("platform", S, "平台", "Platform", nullable=False),
        Column("role", S, "角色", "Role in the row", nullable=False),
        Column("age", I, "主张年限档：0–4，-1无日期", "Age of the claim at the newest one: 0 up to half a year, 1 to 1.5 years, 2 to 3.5, 3 to 7.5, 4 more; -1 undated", nullable=False),
        Column("reliability", F, "可靠度", "Probability that such a claim is right, 0–1", nullable=False),
        Column("claims", I, "可比主张数", "Claims about what another platform says something of as well", nullable=False),
    ),
)

MATCH = Table(
    "evidence",
    "match",
    "匹配依据",
    "Why two mentions were linked or queued",
    "one row per judged pair and comparison",
    (),
    (
        Column("entity_kind", S, "实体类型", "Kind", nullable=False),
        Column("left_entity_id", S, "实体编号（左）", "Entity of the left mention", nullable=False, label="左实体编号"),
        Column("right_entity_id", S, "实体编号（右）", "Entity of the right mention", nullable=False, label="右实体编号"),
        Column("left_platform", S, "平台（左）", "Platform", nullable=False, label="左平台"),
        Column("left_file_name", S, "文件（左）", "File", nullable=False, label="左文件"),
        Column("left_sheet_name", S, "工作表（左）", "Sheet", nullable=False, label="左工作表"),
        Column("left_row_number", I, "行号（左）", "Row", nullable=False, label="左行号"),
        Column("left_role", S, "角色（左）", "Role", nullable=False, label="左角色"),
        Column("right_platform", S, "平台（右）", "Platform", nullable=False, label="右平台"),
        Column("right_file_name", S, "文件（右）", "File", nullable=False, label="右文件"),
        Column("right_sheet_name", S, "工作表（右）", "Sheet", nullable=False, label="右工作表"),
        Column("right_row_number", I, "行号（右）", "Row", nullable=False, label="右行号"),
        Column("right_role", S, "角色（右）", "Role", nullable=False, label="右角色"),
        Column("outcome", S, "结果：accepted review cut", "Outcome", nullable=False),
        Column("probability", F, "匹配概率", "Probability 0–1", nullable=False),
        Column("weight", F, "匹配权重", "Total weight, log2", nullable=False),
        Column("levels", pa.map_(S, S), "比较等级", "Comparison → level", nullable=False),
        Column("weights", pa.map_(S, F), "比较权重", "Comparison → log2 Bayes factor", nullable=False),
    ),
)

JUDGEMENT = Table(
    "evidence",
    "judgement",
    "人工裁定",
    "What stewards decided about pairs of mentions",
    "one row per judgement of a pair",
    ("judgement_id",),
    (
        Column("judgement_id", S, "裁定编号", "J and a running number", nullable=False),
        Column("statement_id", S, "陈述编号", "First judgement of the same statement: one about two entities is many pairs", nullable=False),
        Column("entity_kind", S, "实体类型", "Kind", nullable=False),
        Column("left_entity_id", S, "实体编号（左）", "Entity of the left mention now; null while no current row makes that mention", label="左实体编号"),
        Column("right_entity_id", S, "实体编号（右）", "Entity of the right mention now; null while no current row makes that mention", label="右实体编号"),
        Column("left_platform", S, "平台（左）", "Platform", nullable=False, label="左平台"),
        Column("left_dataset", S, "数据集（左）", "Dataset", nullable=False, label="左数据集"),
        Column("left_file_name", S, "文件（左）", "File the mention is in now; null where it is in none", label="左文件"),
        Column("left_sheet_name", S, "工作表（左）", "Sheet, '' if none; null where the mention is in no file now", label="左工作表"),
        Column("left_row_number", I, "行号（左）", "Data row; null where the mention is in no file now", label="左行号"),
        Column("left_role", S, "角色（左）", "Role", nullable=False, label="左角色"),
        Column("right_platform", S, "平台（右）", "Platform", nullable=False, label="右平台"),
        Column("right_dataset", S, "数据集（右）", "Dataset", nullable=False, label="右数据集"),
        Column("right_file_name", S, "文件（右）", "File the mention is in now; null where it is in none", label="右文件"),
        Column("right_sheet_name", S, "工作表（右）", "Sheet, '' if none; null where the mention is in no file now", label="右工作表"),
        Column("right_row_number", I, "行号（右）", "Data row; null where the mention is in no file now", label="右行号"),
        Column("right_role", S, "角色（右）", "Role", nullable=False, label="右角色"),
        Column("verdict", S, "裁定：same different unsure withdrawn", "same, different, unsure or withdrawn", nullable=False),
        Column("judgement_state", S, "裁定状态：in_force open superseded contradictory", "in_force: it binds; open: it says nothing; superseded: a later one on the pair took its place; contradictory: left out until a person has settled it", nullable=False),
        Column("contradiction", I, "矛盾组号", "Number of the contradiction it takes part in, from 1; null in all other states"),
        Column("judged_by", S, "裁定人", "User name of the steward", nullable=False),
        Column("judged_at", T, "裁定时间（UTC）", "When, as the steward's tool said, UTC", nullable=False),
        Column("why", S, "理由", "Reason in the steward's words, long numbers masked", nullable=False, personal=True),
        Column("release", S, "所据发布版", "Release the steward looked at, '' if none", nullable=False),
    ),
)
