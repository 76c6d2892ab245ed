"""What a department has to do: findings by the kind of action, what is new since its last extract, and an overview of all.

Belongs here: which action a finding asks for, and the sheets people work through. Does not: the findings (`reconciled`), or how
sheets look (`workbook`).
"""

from __future__ import annotations

from collections import Counter
from collections.abc import Mapping
from pathlib import Path

import pyarrow as pa
import pyarrow.compute as pc

from warehouse.extracts import plan
from warehouse.model import session
from warehouse.model.sql import identifier, parquet

CERTAIN = 0.96
"""A golden value is sent as a correction if it is at least as certain; what is less certain is sent to be checked."""

CORRECT, CHECK, ENDED, MISSING, INCOMPLETE, INVALID = "更正", "待核实", "已故与注销", "缺失可补", "不完整", "无效"
DUPLICATE, DOUBT, ALONE, REJECTED, REQUESTED = "重复", "疑似同一", "仅本方有", "退回行", "校核"
ACTIONS: Mapping[str, str] = {
    CORRECT: "本方值与主记录不一致，主记录把握较大：请核对后按“主记录值”更正",
    CHECK: "各方说法不一，把握不足：请核实哪一个正确，不必按主记录更正",
    ENDED: "人员已故或主体已注销，本方所述不再有效：请注销或停用该项",
    MISSING: "本方未填，其他部门已有：可直接补充",
    INCOMPLETE: "本方值与主记录相符但不完整：可按主记录补全",
    INVALID: "本方值不合规则（如校验位不符）或无法识别：请更正",
    DUPLICATE: "本方多行指向同一实体：请合并",
    DOUBT: "可能与另一实体相同，尚无定论：如知情请告知数据管理部门",
    ALONE: "仅本方掌握，其他部门均无记录：请确认是否仍然有效",
    REJECTED: "未能入库的交付行：请按原因更正后重新交付",
    REQUESTED: "本方已答复的事项及其进展：无需处理，供查询",
}
"""Kinds of action in the order in which to work, with what is to be done."""

_BY_MARK = {
    plan.MISSING: MISSING,
    plan.INVALID: INVALID,
    plan.DIFFERS: CHECK,
    plan.ENDED: ENDED,
    plan.INCOMPLETE: INCOMPLETE,
}
"""What a mark asks for; other marks ask for nothing."""
ACTION = "处理"
WORK_LIST, CARE_TAGS = "工作清单", "关爱标签"
NUMBER = "事项编号"
"""By which an answer names a finding."""
NEW = "本次新增"
SAME_FINDING = (ACTION, "角色", "实体编号", "属性", "本方原文", "主记录值")


def actions(states: pa.ChunkedArray, certainty: pa.ChunkedArray) -> pa.ChunkedArray:
    """The action each finding asks for, by its state (see `sql/prepared_claim.sql`) and the certainty of the golden value."""
    by_state = pa.array([_BY_MARK.get(mark) for mark in plan.STATES], pa.string()).take(
        states.combine_chunks().cast(pa.int64())
    )
    certain = pc.fill_null(pc.greater_equal(certainty.combine_chunks(), CERTAIN), False)
    return pa.chunked_array([pc.if_else(pc.and_(pc.equal(by_state, CHECK), certain), CORRECT, by_state)])


def with_news(findings: pa.Table, former: Path | None) -> pa.Table:
    """The findings with a column that says which of them the former extract did not hold; empty where there is no former one.

    Args:
        findings: under `reconciled.FINDING`.
        former: the Parquet file of the findings of the extract before; None or a file of another form: nothing is new.
    """
    if former is None or not former.exists():
        return findings.append_column(NEW, pa.nulls(findings.num_rows, pa.string()))
    with session.connect() as con:
        con.register("finding", findings.append_column("place", pa.array(range(findings.num_rows), pa.int64())))
        con.execute(f"create view former as from {parquet([former])}")
        if not set(SAME_FINDING) <= set(con.table("former").columns):
            return findings.append_column(NEW, pa.nulls(findings.num_rows, pa.string()))
        same = " and ".join(f"w.{identifier(c)} is not distinct from f.{identifier(c)}" for c in SAME_FINDING)
        table = con.sql(
            f"select f.* exclude (place), case when not exists (select 1 from former w where {same}) then '是' end as {NEW} "
            "from finding f order by place"
        ).to_arrow_table()
    return table


def overview(title: str, version: str, parts: Mapping[str, pa.Table], rows: int) -> pa.Table:
    """The first sheet: what is in here, how much of it is new, what to do, action by action in the order of work.

    Args:
        title: of the platform.
        version: the release.
        parts: action → its table.
        rows: current rows of the platform.
    """
    lines = [(title, f"发布版 {version}", None, None), ("现行行数", "本方现行数据行，见各数据集工作表", rows, None)]
    for action, what in ACTIONS.items():
        table = parts.get(action)
        if table is not None:
            if action == REQUESTED and not table.num_rows:
                continue
            news = len(table) - table[NEW].null_count if NEW in table.column_names else None
            lines.append((action, what, table.num_rows, news))
            if action == REQUESTED:
                counts = Counter(table["校核状态"].to_pylist())
                lines += [(f"　{state}", "", count, None) for state, count in counts.most_common()]
    figures = pa.array([line[2] for line in lines], pa.int64()), pa.array([line[3] for line in lines], pa.int64())
    texts = [pa.array([line[i] for line in lines], pa.string()) for i in (0, 1)]
    return pa.table([texts[0], *figures, texts[1]], names=["项目", "数量", NEW, "如何处理"])


def by_action(findings: pa.Table) -> dict[str, pa.Table]:
    """Findings of each action, those that are most certain first; actions without any are left out."""
    found = {action: findings.filter(pc.equal(findings[ACTION], action)) for action in ACTIONS}
    return {action: table for action, table in found.items() if table.num_rows}
