"""The requests of a home: what each is about, who is asked, and what became of it, folded from the records.

Belongs here: state and clock. Does not: making records (`answers`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime
from typing import Any

import pyarrow as pa

from warehouse.model.home import Home
from warehouse.model.link import ENTITY
from warehouse.model.session import connect
from warehouse.model.sql import parquet, statement
from warehouse.model.verification import (
    ACCEPTED,
    ASKED,
    CONCEDED,
    CONFIRMED,
    DECLINED,
    REFUSED,
    REQUEST,
    WITHDRAWN,
)
from warehouse.verification.records import read

IDENTITY = ("entity_kind", "attribute", "platform", "dataset", "role", "row_key", "repeat")


@dataclass(frozen=True)
class Asked:
    """A row of a source that claims the disputed value: whose, where it stands, what it says."""

    department: str
    platform: str
    place: str
    value: str


@dataclass
class Request:
    """One answer of a department to a finding.

    Attributes:
        request_id: V and a number.
        finding: the finding.
        department: who answered.
        state: one of `warehouse.model.verification.STATES`.
        kind, attribute: what it is about.
        about: the identity of the mention.
        place: file, sheet and row when it was said.
        own_value, golden_value, right_value: what the row says, what it was sent, what is right; '' where not there.
        why: reason.
        said_by, said_at: who and when, UTC.
        due_on: until when the source answers; None where nobody is asked.
        asked: rows of the sources.
        reply, reply_value, reply_by, replied_at: the reason of the source, what is right as it says, who, when.
    """

    request_id: str
    finding: str
    department: str
    state: str
    kind: str
    attribute: str
    about: tuple[Any, ...]
    place: str
    own_value: str
    golden_value: str
    right_value: str
    why: str
    said_by: str
    said_at: datetime
    due_on: date | None
    asked: list[Asked] = field(default_factory=list)
    reply: str = ""
    reply_value: str = ""
    reply_by: str = ""
    replied_at: datetime | None = None

    @property
    def platform(self) -> str:
        """The platform of its row."""
        return str(self.about[2])

    @property
    def sources(self) -> list[str]:
        """The departments asked, each once."""
        return sorted({a.department for a in self.asked})

    def overdue(self, today: date) -> bool:
        """Whether a source should have answered."""
        return self.state == "open" and self.due_on is not None and today > self.due_on


_FIRST = {ACCEPTED: "accepted", DECLINED: "declined", REFUSED: "open"}


def requests_of(home: Home) -> dict[str, Request]:
    """Every request by its id, in the order of recording."""
    return fold(read(home).to_pylist())


def asked_of(requests: dict[str, Request], department: str) -> list[Request]:
    """The requests a department is asked, newest first."""
    return [r for r in reversed(requests.values()) if department in r.sources]


def fold(records: list[dict[str, Any]]) -> dict[str, Request]:
    """Requests from records. Several sources: one that concedes settles it, else all must confirm."""
    requests: dict[str, Request] = {}
    latest: dict[tuple[Any, ...], Request] = {}
    confirmed: dict[str, set[str]] = {}
    for record in records:
        event, request_id = record["event"], record["request_id"]
        if event in _FIRST:
            made = _request(record)
            former = latest.get(made.about)
            if former and former.state in ("open", "accepted", "declined"):
                former.state = "superseded"
            requests[request_id] = latest[made.about] = made
            continue
        request = requests[request_id]
        if event == ASKED:
            request.asked.append(
                Asked(record["department"], record["platform"], record["place"], record["own_value"] or "")
            )
        elif event == WITHDRAWN:
            request.state = "withdrawn"
        else:
            confirmed.setdefault(request_id, set()).add(record["department"])
            if event == CONCEDED:
                request.state, request.reply_value = "conceded", record["right_value"] or ""
            elif event == CONFIRMED and request.state == "open" and confirmed[request_id] == set(request.sources):
                request.state = "confirmed"
            request.reply, request.reply_by, request.replied_at = record["why"], record["said_by"], record["said_at"]
    return requests


def _request(record: dict[str, Any]) -> Request:
    return Request(
        record["request_id"], record["finding"], record["department"], _FIRST[record["event"]], record["entity_kind"],
        record["attribute"], tuple(record[name] for name in IDENTITY), record["place"], record["own_value"] or "",
        record["golden_value"] or "", record["right_value"] or "", record["why"], record["said_by"], record["said_at"],
        record["due_on"],
    )  # fmt: skip


def requests_at(home: Home) -> pa.Table:
    """Every request under `REQUEST`, with where its row and its entity are in this run."""
    requests = requests_of(home).values()
    if not requests:
        return REQUEST.empty()
    lines = [
        {
            **dict(zip(IDENTITY, r.about, strict=True)), "request_id": r.request_id, "verification_state": r.state,
            "department": r.department, "sources": r.sources, "gives_value": bool(r.right_value),
            "requested_on": r.said_at.date(), "due_on": r.due_on,
            "replied_on": r.replied_at.date() if r.replied_at else None, "own_value": r.own_value or None,
            "golden_value": r.golden_value or None, "right_value": r.right_value or None,
            "reply_value": r.reply_value or None, "reply_why": r.reply or None,
        }
        for r in requests
    ]  # fmt: skip
    types = {c.name: c.type for c in REQUEST.columns} | {
        "dataset": pa.string(), "row_key": pa.string(), "repeat": pa.int64()
    }  # fmt: skip
    table = pa.Table.from_pylist(lines, schema=pa.schema([(name, types[name]) for name in lines[0]]))
    with connect() as con:
        con.register("request", table)
        parts = []
        for kind in sorted({r.kind for r in requests} & set(home.data_model.kinds)):
            mention, entity = home.stage("mention", kind), home.stage("entity", kind)
            if mention.exists() and entity.exists():
                parts.append(
                    f"select '{kind}' as entity_kind, m.platform, m.dataset, m.role, m.row_key, m.repeat, m.delivery_id,"
                    f" m.sheet_name, m.row_number, e.entity_id from {parquet([mention])} m join {parquet([entity])} e using (mention_id)"
                )
        if not parts:
            nowhere = ENTITY.empty()
            con.register("nowhere", nowhere)
            parts = ["select '' as entity_kind, '' as platform, '' as dataset, '' as role, '' as row_key, 0 as repeat, '' as delivery_id, '' as sheet_name, 0 as row_number, entity_id from nowhere"]  # fmt: skip
        con.execute(f"create temp view mention as {' union all '.join(parts)}")
        return REQUEST.conform(con.sql(statement("warehouse.verification", "request")).to_arrow_table())
