"""Judgements of stewards: the contract of the ledger, its verdicts, and what can become of a judgement.

A judgement speaks of two mentions by the identity they keep across runs, so that it holds whatever cluster or entity they
lie in by then. What the release shows of it is `evidence.JUDGEMENT`.
"""

from __future__ import annotations

import pyarrow as pa

from warehouse.model.table import Column, Table

S, I, T = pa.string(), pa.int64(), pa.timestamp("us")

IDENTITY = ("platform", "dataset", "role", "row_key", "repeat")
"""What names a mention across runs."""

SAME, DIFFERENT, UNSURE, WITHDRAWN = VERDICTS = ("same", "different", "unsure", "withdrawn")
"""`unsure` and `withdrawn` bind nobody; each undoes what was judged of the pair before."""

IN_FORCE, OPEN, SUPERSEDED, CONTRADICTORY = STATES = ("in_force", "open", "superseded", "contradictory")
"""What became of a judgement: it binds; it says nothing (unsure, withdrawn); a later one on the same pair took its place;
it takes part in a contradiction, and then nothing of that group binds until a person has settled it."""


def _side(side: str, zh: str) -> tuple[Column, ...]:
    return (
        Column(f"{side}_platform", S, f"平台（{zh}）", "Platform of the mention", nullable=False),
        Column(f"{side}_dataset", S, f"数据集（{zh}）", "Dataset of the mention", nullable=False),
        Column(f"{side}_role", S, f"角色（{zh}）", "Role of the mention in its row", nullable=False),
        Column(f"{side}_row_key", S, f"行标识（{zh}）", "Stable identity of the row", nullable=False),
        Column(f"{side}_repeat", I, f"重复序号（{zh}）", "Which of the current rows with this key", nullable=False),
    )


LEDGER = Table(
    "judgement",
    "ledger",
    "裁定台账",
    "Ledger of judgements: lines are added, never changed",
    "one line per judgement of a pair of mentions, in the order of recording",
    ("judgement_id",),
    (
        Column("judgement_id", S, "裁定编号", "J and a running number", nullable=False),
        Column("statement_id", S, "陈述编号", "First judgement of the same statement: one about two entities is many pairs", nullable=False),
        Column("entity_kind", S, "实体类型", "person, housing, enterprise", nullable=False),
        *_side("left", "左"),
        *_side("right", "右"),
        Column("verdict", S, "裁定：same different unsure withdrawn", "same, different, unsure or withdrawn", nullable=False),
        Column("judged_by", S, "裁定人", "User name of the steward", nullable=False),
        Column("judged_at", T, "裁定时间（UTC）", "When, as the caller says, UTC", nullable=False),
        Column("why", S, "理由", "Reason in the steward's words; may name people", nullable=False, personal=True),
        Column("release", S, "所据发布版", "Release the steward looked at, '' if none", nullable=False),
    ),
)
"""The left mention is the smaller one by `IDENTITY`, so that a pair is written one way only."""
