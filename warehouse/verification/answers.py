"""What a department says of its findings, and a source of what it is asked: who may say what, and the records made of it.

An answer speaks of a finding of the last run, and is refused where that is gone: its row was delivered anew, or the golden value
changed. Refusing a value that others claim asks the departments that claim it, which answer within the work days of the city.

Belongs here: the rules. Does not: keeping records (`records`), or what a run makes of them (`pipelines.stages.verification`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from datetime import UTC, datetime
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.model.catalogue import WITHHELD
from warehouse.model.home import Home
from warehouse.model.session import connect
from warehouse.model.sql import parquet, statement
from warehouse.model.verification import (
    ACCEPTED,
    ASKED,
    CONCEDED,
    CONFIRMED,
    DECLINED,
    REFUSED,
    WITHDRAWN,
)
from warehouse.release.versions import published
from warehouse.verification.clock import due_on
from warehouse.verification.findings import findings_of
from warehouse.verification.records import add, read
from warehouse.verification.requests import requests_of

DISPUTES = frozenset(["更正", "待核实"])
"""Actions of findings that set another's value against the own one; to refuse one of another action disputes nobody's."""
LONGEST_VALUE, LONGEST_WHY = 200, 500
GONE = "该事项已变化或已处理，请以最新工作清单为准 · changed or settled meanwhile; see the newest work list"
NO_REASON = "不采纳须写明理由或正确值 · to refuse, say why or what is right"
TOO_LONG = f"正确值不超过 {LONGEST_VALUE} 字，理由不超过 {LONGEST_WHY} 字 · too long"


@dataclass(frozen=True)
class Answer:
    """What a department says of one finding.

    Attributes:
        finding: its number, as the work list names it.
        accepts: whether it takes the golden value over.
        right_value: what is right instead, '' if not given.
        why: reason, '' if none.
    """

    finding: str
    accepts: bool
    right_value: str = ""
    why: str = ""


@dataclass(frozen=True)
class Outcome:
    """What became of some answers: ids of the requests made, and finding → why not, for those that were not taken."""

    requests: tuple[str, ...]
    refused: dict[str, str]


def answer(home: Home, department: str, answers: Sequence[Answer], *, by: str, at: datetime, work_days: int) -> Outcome:
    """Record what a department says of its findings; the caller holds the home's lock.

    Args:
        home: a home after a run.
        department: who answers; findings of others are none of its.
        answers: of one finding the last one counts.
        by: user name.
        at: when.
        work_days: work days the source has to answer.
    """
    last = {a.finding: a for a in answers}
    refused = {token: wrong for token, a in last.items() if (wrong := _wrong(a))}
    with connect() as con:
        found = findings_of(con, home, department, [token for token in last if token not in refused])
        known = _with_mentions(con, home, found)
        refused |= dict.fromkeys(last.keys() - refused.keys() - {line["finding"] for line in known}, GONE)
        disputed = [line for line in known if not last[line["finding"]].accepts and line["action"] in DISPUTES]
        asked = _sources(con, home, department, disputed)
    release = published(home) or ""
    requests = []
    for line in known:
        said = last[line["finding"]]
        event = ACCEPTED if said.accepts else REFUSED if line["action"] in DISPUTES or said.right_value else DECLINED
        sources = asked.get(_key(line), []) if event == REFUSED else []
        due = due_on(at.date(), work_days) if sources else None
        told: dict[str, Any] = {
            "finding": line["finding"], "entity_kind": line["entity_kind"], "attribute": line["attribute"],
            "golden_value": line["value"], "due_on": due, "said_by": by, "said_at": _utc(at), "release": release,
        }  # fmt: skip
        own = {
            **told, **_identity(line), "event": event, "own_value": line["written"], "department": department,
            "right_value": said.right_value.strip() or None, "why": said.why.strip(),
        }  # fmt: skip
        requests.append([own, *({**told, **_identity(s), "event": ASKED, "own_value": s["written"], "right_value": None, "department": s["department"], "why": ""} for s in sources)])  # fmt: skip
    return Outcome(tuple(add(home, requests, by)), refused)


def reply(
    home: Home,
    department: str,
    request_id: str,
    *,
    confirms: bool,
    right_value: str = "",
    why: str = "",
    by: str,
    at: datetime,
) -> str | None:
    """Record what a source says of a request; why it can't, or None where it is recorded. The caller holds the home's lock.

    A source that confirms makes its claim anew; one that concedes says that it is wrong, and may say what is right.
    """
    request = requests_of(home).get(request_id)
    if request is None or not any(a.department == department for a in request.asked):
        return "没有向本部门提出的这一校核 · no such request to this department"
    if request.state != "open":
        return "该校核已办结 · this request is settled"
    if len(right_value) > LONGEST_VALUE or len(why) > LONGEST_WHY:
        return TOO_LONG
    lines = [r for r in read(home).to_pylist() if r["request_id"] == request_id and r["event"] == ASKED]
    made = [
        {
            **line, "event": CONFIRMED if confirms else CONCEDED,
            "right_value": line["own_value"] if confirms else right_value.strip() or None,
            "why": why.strip(), "said_by": by, "said_at": _utc(at),
        }
        for line in lines
        if line["department"] == department
    ]  # fmt: skip
    add(home, [made], by)
    return None


def withdraw(home: Home, department: str, request_id: str, *, by: str, at: datetime) -> str | None:
    """Take an answer back that no source has replied to; why it can't be, or None. The caller holds the home's lock."""
    request = requests_of(home).get(request_id)
    if request is None or request.department != department:
        return "没有本部门的这一校核 · no such request of this department"
    if request.state not in ("open", "accepted", "declined"):
        return "该校核已办结 · this request is settled"
    (line,) = (r for r in read(home).to_pylist() if r["record_id"] == request_id)
    add(home, [[{**line, "event": WITHDRAWN, "right_value": None, "said_by": by, "said_at": _utc(at), "why": ""}]], by)
    return None


def _wrong(said: Answer) -> str:
    """Why an answer can't be taken as it stands; '' where it can."""
    if len(said.right_value) > LONGEST_VALUE or len(said.why) > LONGEST_WHY:
        return TOO_LONG
    if not said.accepts and not said.right_value.strip() and not said.why.strip():
        return NO_REASON
    return ""


def _with_mentions(con: duckdb.DuckDBPyConnection, home: Home, found: pa.Table) -> list[dict[str, Any]]:
    """Findings with the stable identity of the mention they are about; those without one any more are left out."""
    if not found.num_rows:
        return []
    con.register("answered", found)
    _show_mentions(con, home, set(found["entity_kind"].to_pylist()))
    return _dicts(con.sql(statement("warehouse.verification", "answered_mention")))


def _sources(
    con: duckdb.DuckDBPyConnection, home: Home, department: str, disputed: Sequence[dict[str, Any]]
) -> dict[tuple[object, ...], list[dict[str, Any]]]:
    """Per disputed finding the rows of other departments that claim the golden value; those that do not share it are not asked."""
    if not disputed:
        return {}
    columns = ("entity_kind", "entity_id", "attribute")
    con.register("disputed", pa.table({c: pa.array([line[c] for line in disputed], pa.string()) for c in columns}))
    kinds = {line["entity_kind"] for line in disputed}
    _show_mentions(con, home, kinds)
    claims = [path for kind in sorted(kinds) if (path := home.stage("attribute", kind)).exists()]
    con.execute(f"create or replace temp view claim as from {parquet(claims)}")
    con.register("withheld", WITHHELD.read(home.stage("catalogue", "withheld")))
    rows = _dicts(con.execute(statement("warehouse.verification", "source_row"), {"department": department}))
    found: dict[tuple[object, ...], list[dict[str, Any]]] = {}
    for row in rows:
        found.setdefault(tuple(row[c] for c in columns), []).append(row)
    return {_key(line): found.get(tuple(line[c] for c in columns), []) for line in disputed}


def _show_mentions(con: duckdb.DuckDBPyConnection, home: Home, kinds: Iterable[str]) -> None:
    columns = "platform, dataset, role, row_key, repeat, delivery_id, file_name, sheet_name, row_number"
    parts = [
        f"select '{kind}' as entity_kind, {columns} from {parquet([home.stage('mention', kind)])}"
        for kind in sorted(kinds)
    ]
    con.execute(f"create or replace temp view mention as {' union all '.join(parts)}")


def _dicts(relation: Any) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = relation.to_arrow_table().to_pylist()
    return found


def _identity(line: dict[str, Any]) -> dict[str, Any]:
    sheet = f" · {line['sheet_name']}" if line["sheet_name"] else ""
    place = f"{line['file_name']}{sheet} · {line['row_number']}"
    return {name: line[name] for name in ("platform", "dataset", "role", "row_key", "repeat")} | {"place": place}


def _key(line: dict[str, Any]) -> tuple[object, ...]:
    return tuple(line[c] for c in ("finding", "platform", "dataset", "role", "row_key", "repeat"))


def _utc(at: datetime) -> datetime:
    return at.astimezone(UTC).replace(tzinfo=None) if at.tzinfo else at
