"""What matching and resolution write: judged pairs, clusters, entities, and the `link` schema of the release."""

from __future__ import annotations

import pyarrow as pa

from warehouse.model.table import Column, Table

S, I, D, F = pa.string(), pa.int64(), pa.date32(), pa.float64()

PAIR = Table(
    "stage",
    "pair",
    "候选对",
    "Judged pairs",
    "one line per accepted or queued pair of mentions of one kind",
    ("left_id", "right_id"),
    (
        Column("left_id", I, "提及序号（小）", "Smaller mention_id", nullable=False),
        Column("right_id", I, "提及序号（大）", "Larger mention_id", nullable=False),
        Column("probability", F, "匹配概率", "Probability that both are the same entity, 0–1", nullable=False),
        Column("weight", F, "匹配权重", "Sum of log2 Bayes factors and the prior", nullable=False),
        Column("outcome", S, "结果：accepted review cut", "accepted, review, or cut (accepted alone, parted by a cluster constraint)", nullable=False),
        Column("rules", pa.list_(S), "分块规则", "Blocking rules that found the pair", nullable=False),
        Column("levels", pa.map_(S, S), "比较等级", "Comparison → level name", nullable=False),
        Column("weights", pa.map_(S, F), "比较权重", "Comparison → log2 Bayes factor after term frequency", nullable=False),
    ),
)

CLUSTER = Table(
    "stage",
    "cluster",
    "聚类",
    "Clusters",
    "one line per mention of one kind",
    ("mention_id",),
    (
        Column("mention_id", I, "提及序号", "Mention", nullable=False),
        Column("cluster_id", I, "聚类号", "Smallest mention_id of the cluster", nullable=False),
        Column("match_probability", F, "匹配概率", "Strongest accepted link of the mention inside its cluster; null for a cluster of one"),
    ),
)

ENTITY = Table(
    "stage",
    "entity",
    "实体归属",
    "Entity of every mention",
    "one line per mention of one kind",
    ("mention_id",),
    (
        Column("mention_id", I, "提及序号", "Mention", nullable=False),
        Column("entity_id", S, "实体编号", "Opaque, stable id with a check character", nullable=False),
        Column("match_probability", F, "匹配概率", "See stage.cluster"),
    ),
)

MENTION = Table(
    "link",
    "mention",
    "提及归属",
    "Which entity every mention names",
    "one row per mention",
    ("entity_kind", "platform", "delivery_id", "sheet_name", "row_number", "role"),
    (
        Column("entity_kind", S, "实体类型", "Kind", nullable=False),
        Column("entity_id", S, "实体编号", "Entity", nullable=False),
        Column("platform", S, "平台", "Platform", nullable=False),
        Column("department", S, "部门", "Department", nullable=False),
        Column("city", S, "城市代码", "City of the platform; null where the settings name no cities"),
        Column("dataset", S, "数据集", "Dataset of the platform", nullable=False),
        Column("delivery_id", S, "交付批次编号", "Delivery", nullable=False),
        Column("file_name", S, "文件名", "File name", nullable=False),
        Column("sheet_name", S, "工作表名", "Sheet or table, '' if none", nullable=False),
        Column("row_number", I, "数据行号", "Data row of that file and sheet from 1", nullable=False),
        Column("role", S, "角色", "Role in the row", nullable=False),
        Column("claimed_on", D, "主张日期", "Since when the platform says so: the row's own date, else that of the first delivery that said what the row says"),
        Column("match_probability", F, "匹配概率", "Strongest accepted link inside the entity; null where it stands alone"),
    ),
)

GUARDIAN = Table(
    "link",
    "guardian",
    "监护关系",
    "Who is called whose guardian",
    "one row per person and guardian",
    ("person_id", "guardian_person_id"),
    (
        Column("person_id", S, "被监护人编号", "Entity id of the ward", nullable=False),
        Column("guardian_person_id", S, "监护人编号", "Entity id of the guardian", nullable=False),
        Column("platforms", S, "主张平台", "Platforms that say so, in the order of their names, a blank between two", nullable=False),
        Column("claims", I, "主张条数", "Rows that say so", nullable=False),
        Column("first_claimed_on", D, "最早主张日期", "Oldest of them"),
        Column("last_claimed_on", D, "最近主张日期", "Newest of them"),
    ),
)

BENEFIT = Table(
    "link",
    "benefit",
    "待遇",
    "Benefits people get: social relief, allowances, pensions",
    "one row per source row and benefit it tells of",
    ("platform", "delivery_id", "file_name", "sheet_name", "row_number", "benefit"),
    (
        Column("person_id", S, "人口编号", "Person who gets it", nullable=False),
        Column("benefit", S, "待遇名称", "What it is, as the description of the platform or its row names it", nullable=False),
        Column("amount", F, "金额（元）", "Amount in yuan, each period; null where the platform does not deliver it, or the cell is no amount"),
        Column("period", S, "发放周期：month quarter year once", "How often the amount is paid; null where no amount is delivered"),
        Column("valid_from", D, "起始日期", "First day; null where the platform does not say. Of a month alone its first day"),
        Column("valid_to", D, "结束日期", "Last day; null where the platform does not say, or nobody knows yet. Of a month alone its last day"),
        Column("is_current", pa.bool_(), "是否现行", "It holds on the day of the newest delivery", nullable=False),
        Column("sharing", S, "共享类型：unconditional conditional none", "Sharing class of the benefit, of its platform where it has none of its own: what may reach other departments", nullable=False),
        Column("claimed_on", D, "主张日期", "Since when the platform says so"),
        Column("platform", S, "平台", "Platform that says so", nullable=False),
        Column("dataset", S, "数据集", "Dataset of the platform", nullable=False),
        Column("delivery_id", S, "交付批次编号", "Delivery its row came in", nullable=False),
        Column("file_name", S, "文件名", "File", nullable=False),
        Column("sheet_name", S, "工作表名", "Sheet or table", nullable=False),
        Column("row_number", I, "行号", "Row of the file, from 1", nullable=False),
    ),
)

REDIRECT = Table(
    "link",
    "redirect",
    "编号变更",
    "Ids that now live on under another",
    "one row per retired id and successor",
    ("old_id", "new_id"),
    (
        Column("entity_kind", S, "实体类型", "Kind", nullable=False),
        Column("old_id", S, "原编号", "Retired id", nullable=False),
        Column("new_id", S, "现编号", "Id that holds its mentions now", nullable=False),
        Column("since_release", S, "起始发布版", "Release that first carried the redirect", nullable=False),
    ),
)

HISTORY = Table(
    "link",
    "history",
    "编号沿革",
    "The story of every id",
    "one row per event of an id in a release",
    ("entity_id", "event", "other_id", "release"),
    (
        Column("entity_kind", S, "实体类型", "Kind", nullable=False),
        Column("entity_id", S, "实体编号", "Id", nullable=False),
        Column("event", S, "事件：born merged_into split_from withdrawn", "What happened", nullable=False),
        Column("other_id", S, "另一编号", "The id merged into or split from, '' otherwise", nullable=False),
        Column("release", S, "发布版", "Release", nullable=False),
    ),
)

MENTION_HISTORY = Table(
    "link",
    "mention_history",
    "提及沿革",
    "From when to when every mention held",
    "one row per mention that a release ever held, and unbroken time it was delivered",
    ("entity_kind", "platform", "dataset", "role", "row_key", "repeat", "from_delivery_id"),
    (
        Column("entity_kind", S, "实体类型", "Kind", nullable=False),
        Column("entity_id", S, "实体编号", "Entity it belongs to; of a withdrawn one the entity it last belonged to (see link.redirect for what became of it)", nullable=False),
        Column("platform", S, "平台", "Platform", nullable=False),
        Column("dataset", S, "数据集", "Dataset of the platform", nullable=False),
        Column("role", S, "角色", "Role in the row", nullable=False),
        Column("row_key", S, "行标识", "Stable identity of the row across deliveries; a keyed token of it in the release", nullable=False),
        Column("repeat", I, "重复序号", "0 for the first row with this key, 1 for the next…", nullable=False),
        Column("valid_from", D, "生效日期", "Date of the delivery from which it held; null where that has none"),
        Column("valid_to", D, "失效日期", "Date of the delivery from which it held no more; null while it holds, or where that has none"),
        Column("is_current", pa.bool_(), "是否现行", "It holds now", nullable=False),
        Column("from_delivery_id", S, "生效交付批次", "Delivery it came with", nullable=False),
        Column("to_delivery_id", S, "失效交付批次", "Delivery that withdrew it; null while it holds"),
    ),
)
