"""Record what a steward decides about two entities or two mentions, or takes back. Reads entities and mentions of the last run.

A judgement about two entities is kept as judgements about their mentions, because ids merge and split and mentions stay:

- `different`: every mention of one from every mention of the other (the best linked of each where there are very many), so
  that whatever becomes of either, the two sides never meet;
- `same`: a few pairs with no mention in common, so that the bond holds when a row is withdrawn and says nothing about what
  lies inside either entity.

What was judged between the two before, and would contradict, is withdrawn in the same recording.
"""

from __future__ import annotations

import re
from collections.abc import Iterable
from dataclasses import dataclass
from datetime import datetime
from typing import Any

import pyarrow as pa

from pipelines.resolution import ids
from warehouse import judgements
from warehouse.judgements import MentionIdentity, Statement
from warehouse.model import Home
from warehouse.model.judgement import DIFFERENT, IDENTITY, SAME, SUPERSEDED, WITHDRAWN
from warehouse.model.link import REDIRECT
from warehouse.model.session import connect
from warehouse.release import published

MOST_APART = 20
"""Mentions of each side that a judgement `different` names."""

MOST_SAME = 3
"""Pairs that a judgement `same` names."""

REFERENCE = re.compile(r"(?P<platform>[^:]+):(?P<file>.+):(?P<sheet>[^:]*):(?P<row>[0-9]+):(?P<role>[^:]+)")
"""PLATFORM:FILE:SHEET:ROW:ROLE, the sheet empty where a file has none."""


class UnknownReferenceError(ValueError):
    """A typed reference names nothing that can be judged. Says what was expected."""


@dataclass(frozen=True)
class Named:
    """What a reference names.

    Attributes:
        kind: its kind.
        entity_id: the entity, or the one the mention lies in.
        mentions: the mentions it stands for, best linked first: one, or all of the entity.
    """

    kind: str
    entity_id: str
    mentions: tuple[MentionIdentity, ...]


def judge(
    home: Home, left: str, right: str, verdict: str, *, by: str, at: datetime, why: str = "", kind: str | None = None
) -> list[str]:
    """Record one decision; the caller holds the home's lock.

    Args:
        home: a home after a run.
        left: entity id, or PLATFORM:FILE:SHEET:ROW:ROLE.
        right: the other one.
        verdict: same, different, unsure or withdrawn.
        by: who judges.
        at: when.
        why: reason.
        kind: kind of the mentions where a row names several under one role.

    Returns:
        Ids of the judgements recorded.

    Raises:
        UnknownReferenceError: a reference names nothing, or both name one entity that has no two sides to judge.
    """
    one, other = (find(home, reference, kind) for reference in (left, right))
    if one.kind != other.kind:
        raise UnknownReferenceError(f"{one.kind} 与 {other.kind} 不能相比 · two kinds can't be the same")
    if set(one.mentions) & set(other.mentions):
        raise UnknownReferenceError(
            f"两者现为同一实体 {one.entity_id}；要拆开，请给出其中两条提及 · both are one entity; name two of its mentions"
        )
    pairs = _pairs(one, other, verdict)
    before = _judged_between(home, one, other)
    if verdict == WITHDRAWN and not before:
        raise UnknownReferenceError("两者之间没有裁定可撤销 · there is no judgement between the two to withdraw")
    release = published(home) or ""
    undone = tuple(pair for pair in before if pair not in pairs)
    said = [Statement(one.kind, pairs, verdict, by, at, why, release)] if verdict in (SAME, DIFFERENT) else []
    if verdict not in (SAME, DIFFERENT):
        said.append(Statement(one.kind, before or pairs[:1], verdict, by, at, why, release))
    elif undone:
        said.insert(0, Statement(one.kind, undone, WITHDRAWN, by, at, why, release))
    return judgements.record(home, said)


def withdraw(home: Home, judgement_id: str, *, by: str, at: datetime, why: str = "") -> list[str]:
    """Take back a whole statement, named by any of its judgements; the caller holds the home's lock.

    Where a later judgement has the last word on a pair of it, that stays.

    Raises:
        UnknownReferenceError: there is no such judgement, or later ones have replaced all of its statement.
    """
    lines = judgements.ledger_states(judgements.read(home)).to_pylist()
    about = next((line for line in lines if line["judgement_id"] == judgement_id.strip().upper()), None)
    if about is None:
        raise UnknownReferenceError(f"{judgement_id}: 没有这条裁定，见 onenet review list · no such judgement")
    said = [
        line
        for line in lines
        if line["statement_id"] == about["statement_id"] and line["judgement_state"] != SUPERSEDED
    ]
    if not said:
        raise UnknownReferenceError(
            f"{about['judgement_id']}: 已被后来的裁定取代，无可撤销 · later judgements have replaced it; nothing to withdraw"
        )
    pairs = tuple((_identity(line, "left"), _identity(line, "right")) for line in said)
    return judgements.record(
        home, [Statement(about["entity_kind"], pairs, WITHDRAWN, by, at, why, published(home) or "")]
    )


def find(home: Home, reference: str, kind: str | None = None) -> Named:
    """What a typed reference names in the last run.

    Raises:
        UnknownReferenceError: it is neither a valid id nor a place, and is then not repeated: it may be an identity number typed
            by mistake; or nothing is there.
    """
    if place := REFERENCE.fullmatch(reference.strip()):
        return _find_mention(home, place, kind)
    entity_id = ids.compact(reference)
    told_kind = ids.kind_of(home.data_model.prefixes, entity_id)
    if told_kind is None or not ids.is_valid(home.data_model.prefixes, entity_id):
        raise UnknownReferenceError(
            "既不是有效编号（校验位不符），也不是 平台:文件:工作表:行:角色"
            " · neither a valid id (check character) nor PLATFORM:FILE:SHEET:ROW:ROLE"
        )
    return _find_entity(home, told_kind, entity_id)


def _find_entity(home: Home, kind: str, entity_id: str) -> Named:
    redirects = REDIRECT.read(home.stage("redirect", kind)).to_pylist()
    heirs = [line["new_id"] for line in redirects if line["old_id"] == entity_id]
    if len(heirs) > 1:
        raise UnknownReferenceError(f"{entity_id}: 现分属 {'、'.join(heirs)}，请选其一 · lives on under several ids")
    entity_id = heirs[0] if heirs else entity_id
    rows = _mentions(home, kind, "e.entity_id = $entity", entity=entity_id)
    if not rows:
        raise UnknownReferenceError(f"{entity_id}: 没有这个实体 · no such entity now; see onenet trace")
    return Named(kind, entity_id, tuple(identity for identity, _ in rows))


def _find_mention(home: Home, place: re.Match[str], kind: str | None) -> Named:
    asked = {name: place[name] for name in ("platform", "file", "sheet", "role")} | {"row": int(place["row"])}
    condition = (
        "m.platform = $platform and m.file_name = $file and m.sheet_name = $sheet"
        " and m.row_number = $row and m.role = $role"
    )
    found = [
        Named(k, entity, (identity,))
        for k in ([kind] if kind else home.data_model.kinds)
        for identity, entity in _mentions(home, k, condition, **asked)
    ]
    if not found:
        raise UnknownReferenceError(f"{place[0]}: 没有这条提及 · no such mention in the last run")
    if len({named.kind for named in found}) > 1:
        kinds = ", ".join(named.kind for named in found)
        raise UnknownReferenceError(f"{place[0]}: 该角色有 {kinds}，请用 --kind 指明 · say which kind with --kind")
    return found[0]


def _mentions(home: Home, kind: str, condition: str, **values: Any) -> list[tuple[MentionIdentity, str]]:
    """Mentions that fulfil a condition with their entity, best linked first."""
    paths = {"mention": home.stage("mention", kind), "entity": home.stage("entity", kind)}
    if not all(path.exists() for path in paths.values()):
        return []
    with connect() as con:
        for name, path in paths.items():
            con.from_parquet(str(path)).create_view(name)
        rows = con.execute(
            f"select {', '.join(f'm.{name}' for name in IDENTITY)}, e.entity_id from mention m join entity e using (mention_id)"
            f" where {condition} order by e.match_probability desc nulls last, m.mention_id",
            values,
        ).fetchall()
    return [(MentionIdentity(*row[:-1]), row[-1]) for row in rows]


Pairs = tuple[tuple[MentionIdentity, MentionIdentity], ...]


def _pairs(one: Named, other: Named, verdict: str) -> Pairs:
    if verdict == DIFFERENT:
        every = ((a, b) for a in one.mentions[:MOST_APART] for b in other.mentions[:MOST_APART])
        return _sorted(every)
    return _sorted(zip(one.mentions[:MOST_SAME], other.mentions[:MOST_SAME], strict=False))


def _sorted(pairs: Iterable[tuple[MentionIdentity, MentionIdentity]]) -> Pairs:
    return tuple((min(a, b), max(a, b)) for a, b in pairs)


def _judged_between(home: Home, one: Named, other: Named) -> Pairs:
    """Pairs across the two of which a judgement binds, or would but for a contradiction."""
    states: pa.Table = judgements.ledger_states(judgements.read(home))
    here, there = set(one.mentions), set(other.mentions)
    found = []
    for line in states.to_pylist():
        a, b = _identity(line, "left"), _identity(line, "right")
        across = (a in here and b in there) or (a in there and b in here)
        if across and line["entity_kind"] == one.kind and line["judgement_state"] in ("in_force", "contradictory"):
            found.append((a, b))
    return tuple(found)


def _identity(line: dict[str, Any], side: str) -> MentionIdentity:
    return MentionIdentity(*(line[f"{side}_{name}"] for name in IDENTITY))
