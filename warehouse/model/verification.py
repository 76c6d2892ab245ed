"""校核: what departments say of the corrections they are sent, what is asked of the source, and what it answers.

A record speaks of a mention by the identity it keeps across runs, and of one attribute of it. What the release shows of the
requests is `REQUEST` without what is personal.
"""

from __future__ import annotations

from dataclasses import replace

import pyarrow as pa

from warehouse.model.table import Column, Table

S, I, D, B, T = pa.string(), pa.int64(), pa.date32(), pa.bool_(), pa.timestamp("us")

ACCEPTED, REFUSED, DECLINED, ASKED, CONFIRMED, CONCEDED, WITHDRAWN = EVENTS = (
    "accepted", "refused", "declined", "asked", "confirmed", "conceded", "withdrawn",
)
"""`accepted`: the department's own value is superseded. `refused`: it is not, the source is to verify its own. `declined`: there is
nothing to take over, nobody's value is disputed. `asked`: a row of the source that says so. `confirmed`, `conceded`: what the
source answers of that row. `withdrawn`: the answer is taken back."""

STATES = ("accepted", "declined", "open", "confirmed", "conceded", "withdrawn", "superseded")
"""What became of a request; `superseded`: the department answered anew."""

_MENTION = (
    Column("platform", S, "平台", "Platform of the row", nullable=False),
    Column("dataset", S, "数据集", "Dataset of the row", nullable=False),
    Column("role", S, "角色", "Role in the row", nullable=False),
    Column("row_key", S, "行标识", "Stable identity of the row", nullable=False),
    Column("repeat", I, "重复序号", "Which of the current rows with this key", nullable=False),
)

RECORD = Table(
    "verification",
    "record",
    "校核记录",
    "What departments said of corrections: lines are added, never changed",
    "one line per mention and attribute spoken of, in the order of recording",
    ("record_id",),
    (
        Column("record_id", S, "记录编号", "V and a running number", nullable=False),
        Column("request_id", S, "校核编号", "First record of the same request", nullable=False),
        Column("event", S, "事项：accepted refused declined asked confirmed conceded withdrawn", "What is said, see `EVENTS`", nullable=False),
        Column("finding", S, "事项编号", "The finding it answers, as the work list names it", nullable=False),
        Column("entity_kind", S, "实体类型", "Kind", nullable=False),
        Column("attribute", S, "属性", "Attribute", nullable=False),
        *_MENTION,
        Column("place", S, "位置", "File, sheet and row when it was said", nullable=False),
        Column("own_value", S, "本方原文", "What the row says; null where nothing", personal=True),
        Column("golden_value", S, "主记录值", "The golden value when it was said", personal=True),
        Column("right_value", S, "正确值", "What is right, as whoever speaks says; null where not given", personal=True),
        Column("department", S, "部门", "Who speaks, or is asked", nullable=False),
        Column("due_on", D, "答复期限", "Day by which the source is to answer; null where nobody is asked"),
        Column("said_by", S, "经办人", "User name", nullable=False),
        Column("said_at", T, "时间（UTC）", "When, as the caller says, UTC", nullable=False),
        Column("why", S, "理由", "Reason in the speaker's words; may name people", nullable=False, personal=True),
        Column("release", S, "所据发布版", "Release whose extract is answered, '' if none", nullable=False),
    ),
)

REQUEST = Table(
    "quality",
    "verification_request",
    "校核",
    "What departments said of the corrections they were sent, and what became of it",
    "one row per answer of a department to a finding of its work list",
    ("request_id",),
    (
        Column("request_id", S, "校核编号", "V and a running number", nullable=False),
        Column("verification_state", S, "校核状态", "accepted: the department takes the golden value over; declined: it does not, and nobody's value is disputed; open: the source is to verify; confirmed: the source stands by its value; conceded: the source says its value is wrong; withdrawn; superseded: answered anew", nullable=False),
        Column("department", S, "提出部门", "Department that answered", nullable=False),
        Column("sources", pa.list_(S), "数源部门", "Departments asked to verify", nullable=False),
        Column("platform", S, "平台", "Platform of its row", nullable=False),
        Column("entity_kind", S, "实体类型", "Kind", nullable=False),
        Column("entity_id", S, "实体编号", "Entity of its row now; null where the row is gone"),
        Column("attribute", S, "属性", "Attribute", nullable=False),
        Column("delivery_id", S, "交付批次编号", "Delivery of its row now; null where the row is gone"),
        Column("sheet_name", S, "工作表名", "Sheet or table of its row now"),
        Column("row_number", I, "数据行号", "Its row now"),
        Column("role", S, "角色", "Role in the row", nullable=False),
        Column("gives_value", B, "是否给出正确值", "The department says what is right", nullable=False),
        Column("requested_on", D, "提出日期", "When the department answered", nullable=False),
        Column("due_on", D, "答复期限", "Day by which the source is to answer; null where nobody is asked"),
        Column("replied_on", D, "答复日期", "When the source answered; null where it has not"),
        Column("own_value", S, "本方原文", "What the row says", personal=True),
        Column("golden_value", S, "主记录值", "The golden value it was sent", personal=True),
        Column("right_value", S, "正确值", "What is right, as the department says", personal=True),
        Column("reply_value", S, "数源部门所述正确值", "What is right, as the source says", personal=True),
        Column("reply_why", S, "答复理由", "Reason of the source", personal=True),
    ),
)
"""As the stage holds it."""

PUBLIC_REQUEST = replace(REQUEST, columns=tuple(c for c in REQUEST.columns if not c.personal))
"""As the release shows it: no value, no reason."""

ANSWER = Table(
    "stage",
    "answered",
    "校核所涉主张",
    "Claims that departments spoke of: which is superseded, which is made in its place",
    "one line per mention and attribute whose last record asks something of a run",
    ("mention_id", "attribute"),
    (
        Column("mention_id", I, "提及序号", "The mention spoken of", nullable=False),
        Column("attribute", S, "属性", "Attribute", nullable=False),
        Column("own_value", S, "本方原文", "What the row says; the answer holds as long as it says so", personal=True),
        Column("supersedes", B, "是否取代", "What the row says is known to be wrong", nullable=False),
        Column("answer_id", I, "答复提及序号", "The line of `answer/<kind>` that says what is right; null where nobody says"),
    ),
)
