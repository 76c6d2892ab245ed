"""Who asked to read what back, what was decided, and what of it holds today.

Decree 809: what is shared unconditionally is granted at once (1 work day to answer); what is shared under conditions is decided by
the source within 10 work days, a refusal with its reason; what is not shared is refused. A grant has a purpose and an end.

Belongs here: records, states, clocks. Does not: which attributes there are (the caller), or extracts (`warehouse.extracts`).
"""

from __future__ import annotations

import hashlib
from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import UTC, date, datetime, timedelta
from typing import Any

import pyarrow as pa

from warehouse.ledger.recordings import Recordings, numbered
from warehouse.model.access import ASKED, GRANTED, RECORD, REFUSED, REVOKED
from warehouse.model.catalogue import ENTITLEMENT
from warehouse.model.home import Home
from warehouse.verification.clock import due_on

REPLY_DAYS: Mapping[str, int] = {"unconditional": 1, "conditional": 10, "none": 1}
"""Work days to answer, by sharing class."""
MOST_DAYS = 366
"""Days a grant lasts at most."""
NOT_SHARED = "不予共享 · not shared"


@dataclass
class Access:
    """One request.

    Attributes:
        request_id: A and a number.
        state: asked, granted, refused or revoked; of a grant that has ended `expired` is true.
        department, platform, kind, attributes, purpose: who asks for what in which extract, and why.
        provider, sharing, due_on: who decides, the sharing class, until when.
        expires_on: last day of the grant.
        said_by, asked_at: who asked and when, UTC.
        why: reason of a refusal.
    """

    request_id: str
    state: str
    department: str
    platform: str
    kind: str
    attributes: tuple[str, ...]
    purpose: str
    provider: str
    sharing: str
    due_on: date
    expires_on: date | None
    said_by: str
    asked_at: datetime
    why: str = ""

    def overdue(self, today: date) -> bool:
        """Whether the provider should have answered."""
        return self.state == ASKED and today > self.due_on

    def alive(self, today: date) -> bool:
        """Whether it is granted and has not ended."""
        return self.state == GRANTED and self.expires_on is not None and today <= self.expires_on


def today() -> date:
    """The day grants are looked at."""
    return datetime.now(UTC).date()


def ask(
    home: Home,
    department: str,
    platform: str,
    kind: str,
    attributes: Sequence[str],
    purpose: str,
    *,
    provider: str,
    sharing: str,
    by: str,
    at: datetime,
) -> str:
    """Record a request, and what follows at once from its sharing class; its id. The caller holds the home's lock."""
    line = {
        "event": ASKED, "department": department, "platform": platform, "entity_kind": kind, "attributes": sorted(attributes),
        "purpose": purpose.strip(), "provider": provider, "sharing": sharing, "due_on": due_on(at.date(), REPLY_DAYS[sharing]),
        "expires_on": None, "said_by": by, "said_at": _utc(at), "why": "",
    }  # fmt: skip
    further = {
        "unconditional": [{**line, "event": GRANTED, "expires_on": at.date() + timedelta(days=MOST_DAYS - 1)}],
        "none": [{**line, "event": REFUSED, "why": NOT_SHARED}],
    }
    return _add(home, [line, *further.get(sharing, [])], by)


def decide(
    home: Home, provider: str, request_id: str, *, days: int, why: str = "", by: str, at: datetime
) -> str | None:
    """Record what the provider decides: a grant of so many days, 0 for a refusal; why it can't, or None where it is recorded."""
    request = requests_of(home).get(request_id)
    if request is None or request.provider != provider or request.state != ASKED:
        return "没有待本部门决定的这一申请 · no such request waits for this department"
    if not days and not why.strip():
        return "不同意须写明理由 · to refuse, say why"
    ends = at.date() + timedelta(days=min(days, MOST_DAYS)) if days else None
    event = GRANTED if days else REFUSED
    _add(home, [{**_line(home, request_id), "event": event, "expires_on": ends, "why": why.strip(), "said_by": by, "said_at": _utc(at)}], by)  # fmt: skip
    return None


def revoke(home: Home, provider: str, request_id: str, *, by: str, at: datetime) -> str | None:
    """Take a grant back, at once; why it can't, or None where it is recorded."""
    request = requests_of(home).get(request_id)
    if request is None or request.provider != provider or request.state != GRANTED:
        return "没有本部门授出的这一项 · no such grant of this department"
    _add(home, [{**_line(home, request_id), "event": REVOKED, "said_by": by, "said_at": _utc(at)}], by)
    return None


def requests_of(home: Home) -> dict[str, Access]:
    """Every request by its id, in the order of recording; LedgerError where a file is damaged."""
    requests: dict[str, Access] = {}
    for line in _recordings(home).read().to_pylist():
        if line["event"] == ASKED:
            requests[line["request_id"]] = Access(
                line["request_id"], ASKED, line["department"], line["platform"], line["entity_kind"],
                tuple(line["attributes"]), line["purpose"], line["provider"], line["sharing"], line["due_on"], None,
                line["said_by"], line["said_at"],
            )  # fmt: skip
        else:
            request = requests[line["request_id"]]
            request.state, request.why = line["event"], line["why"] or request.why
            request.expires_on = line["expires_on"] if line["event"] == GRANTED else request.expires_on
    return requests


def entitlements(home: Home, today: date) -> pa.Table:
    """What holds today, under `ENTITLEMENT`, ordered."""
    rows = {
        (r.department, r.platform, r.kind, attribute): (r.purpose, r.expires_on)
        for r in requests_of(home).values()
        if r.alive(today)
        for attribute in r.attributes
    }
    lines = [dict(zip(ENTITLEMENT.names, (*key, *rows[key]), strict=True)) for key in sorted(rows)]
    return ENTITLEMENT.conform(pa.Table.from_pylist(lines, schema=ENTITLEMENT.arrow))


def dead(home: Home, department: str, today: date) -> frozenset[tuple[str, str]]:
    """(kind, attribute) a department was granted once and is not any more; a release or extract made before may still say so."""
    own = [r for r in requests_of(home).values() if r.department == department and r.expires_on]
    held = {(r.kind, a) for r in own if r.alive(today) for a in r.attributes}
    return frozenset((r.kind, a) for r in own for a in r.attributes) - held


def fingerprint(home: Home, today: date) -> str:
    """What changes with what holds today; '' while nothing does."""
    lines = entitlements(home, today).to_pylist()
    return hashlib.sha256(repr(lines).encode()).hexdigest()[:16] if lines else ""


def _recordings(home: Home) -> Recordings:
    return Recordings(home, home.access, RECORD, "access", "共享申请记录")


def _line(home: Home, request_id: str) -> dict[str, Any]:
    line: dict[str, Any] = next(r for r in _recordings(home).read().to_pylist() if r["record_id"] == request_id)
    return line


def _add(home: Home, lines: Sequence[Mapping[str, Any]], by: str) -> str:
    kept = _recordings(home)
    place = kept.read().num_rows
    ids = numbered("A", range(place, place + len(lines)))
    rows = [{"request_id": ids[0], **line, "record_id": own} for line, own in zip(lines, ids, strict=True)]
    kept.add(pa.Table.from_pylist(rows, schema=RECORD.arrow), by)
    return str(rows[0]["request_id"])


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
