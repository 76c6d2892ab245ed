"""Requests for access: which golden attributes a department asks to read back in the extract of a platform, and what was decided."""

from __future__ import annotations

import pyarrow as pa

from warehouse.model.table import Column, Table

S, D, T = pa.string(), pa.date32(), pa.timestamp("us")

ASKED, GRANTED, REFUSED, REVOKED = EVENTS = ("asked", "granted", "refused", "revoked")

RECORD = Table(
    "access",
    "record",
    "共享申请记录",
    "Requests for access and what was decided: lines are added, never changed",
    "one line per event of a request, in the order of recording",
    ("record_id",),
    (
        Column("record_id", S, "记录编号", "A and a running number", nullable=False),
        Column("request_id", S, "申请编号", "First record of the same request", nullable=False),
        Column("event", S, "事项：asked granted refused revoked", "asked, granted, refused or revoked", nullable=False),
        Column("department", S, "申请部门", "Department that asks", nullable=False),
        Column("platform", S, "平台", "Platform whose extract is to carry it", nullable=False),
        Column("entity_kind", S, "实体类型", "Kind", nullable=False),
        Column("attributes", pa.list_(S), "属性", "Golden attributes", nullable=False),
        Column("purpose", S, "用途", "What it is for", nullable=False),
        Column("provider", S, "数源部门", "Department that decides", nullable=False),
        Column("sharing", S, "共享类型：unconditional conditional none", "Sharing class of what is asked for", nullable=False),
        Column("due_on", D, "答复期限", "Day by which the provider is to answer", nullable=False),
        Column("expires_on", D, "有效期至", "Last day of the grant; null where there is none"),
        Column("said_by", S, "经办人", "User name", nullable=False),
        Column("said_at", T, "时间（UTC）", "When, UTC", nullable=False),
        Column("why", S, "理由", "Reason of a refusal", nullable=False),
    ),
)
