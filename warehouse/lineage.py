"""The story of an entity and the reasons for a link, read from a release: ids, events, places in files, weights.

Belongs here: questions to `link` and `evidence` whose answers hold no value of any person. Does not: printing them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from pathlib import Path
from typing import Any, NamedTuple

import duckdb


class Place(NamedTuple):
    """Where a mention stands."""

    platform: str
    file_name: str
    sheet_name: str
    row_number: int
    role: str

    def __str__(self) -> str:
        return ":".join(map(str, self))


class Event(NamedTuple):
    """One event in the life of an id, see `link.history`."""

    release: str
    event: str
    other_id: str


@dataclass(frozen=True)
class Trace:
    """The story of an id.

    Attributes:
        entity_id: the id asked about.
        kind: its kind; '' where no release ever knew the id.
        current: ids that hold its mentions now: itself, its heirs, or none.
        events: what happened to it, oldest release first.
        absorbed: ids that now lead to it.
        mentions: of the current ids: place, date of the claim, probability; ordered by place.
    """

    entity_id: str
    kind: str
    current: tuple[str, ...]
    events: tuple[Event, ...]
    absorbed: tuple[str, ...]
    mentions: tuple[tuple[Place, object, float | None], ...]


@dataclass(frozen=True)
class Link:
    """Why two mentions are linked, queued or were cut: one line of `evidence.match`."""

    kind: str
    left_entity: str
    right_entity: str
    left: Place
    right: Place
    outcome: str
    probability: float
    weight: float
    levels: dict[str, str]
    weights: dict[str, float]


class Judged(NamedTuple):
    """A judgement that stands between two entities, or inside one."""

    judgement_id: str
    verdict: str
    state: str
    judged_by: str
    judged_at: object


def trace(library: Path, entity_id: str) -> Trace:
    """The story of one id in a release.

    Args:
        library: a release file.
        entity_id: the id as it is written everywhere.
    """
    with duckdb.connect(str(library), read_only=True) as con:
        events = con.execute(
            "select release, event, other_id, entity_kind from link.history where entity_id = $id order by release, event, other_id",
            {"id": entity_id},
        ).fetchall()
        heirs = con.execute(
            "select new_id, entity_kind from link.redirect where old_id = $id order by new_id", {"id": entity_id}
        ).fetchall()
        absorbed = con.execute(
            "select old_id from link.redirect where new_id = $id order by old_id", {"id": entity_id}
        ).fetchall()
        current = [new for new, _ in heirs] or [entity_id]
        mentions = con.execute(
            "select platform, file_name, sheet_name, row_number, role, claimed_on, match_probability, entity_id, entity_kind"
            " from link.mention where entity_id in (select unnest($ids)) order by all",
            {"ids": current},
        ).fetchall()
    kinds = [row[-1] for row in (*events, *heirs, *mentions)]
    return Trace(
        entity_id=entity_id,
        kind=str(kinds[0]) if kinds else "",
        current=tuple(sorted({row[7] for row in mentions})),
        events=tuple(Event(*row[:3]) for row in events),
        absorbed=tuple(row[0] for row in absorbed),
        mentions=tuple((Place(*row[:5]), row[5], row[6]) for row in mentions),
    )


_LINKS = (
    "select entity_kind, left_entity_id, right_entity_id, left_platform, left_file_name, left_sheet_name, left_row_number,"
    " left_role, right_platform, right_file_name, right_sheet_name, right_row_number, right_role, outcome, probability,"
    " weight, levels, weights from evidence.match where {}"
    " order by weight, left_platform, left_file_name, left_sheet_name, left_row_number, left_role, right_platform,"
    " right_file_name, right_sheet_name, right_row_number, right_role"
)


def links_of(library: Path, entity_id: str) -> list[Link]:
    """Links inside an entity and open questions that touch it, the weakest first."""
    return _links(library, "(left_entity_id = $id or right_entity_id = $id)", id=entity_id)


def links_between(library: Path, one: str, other: str) -> list[Link]:
    """What was weighed between two entities, the weakest first."""
    between = (
        "(left_entity_id = $one and right_entity_id = $other) or (left_entity_id = $other and right_entity_id = $one)"
    )
    return _links(library, between, one=one, other=other)


def judged_between(library: Path, one: str, other: str) -> list[Judged]:
    """Judgements between two entities that were not superseded; inside an entity where both are the same."""
    with duckdb.connect(str(library), read_only=True) as con:
        rows = con.execute(
            "select judgement_id, verdict, judgement_state, judged_by, judged_at from evidence.judgement"
            " where judgement_state <> 'superseded' and ((left_entity_id = $one and right_entity_id = $other)"
            " or (left_entity_id = $other and right_entity_id = $one)) order by judgement_id",
            {"one": one, "other": other},
        ).fetchall()
    return [Judged(*row) for row in rows]


def entity_at(library: Path, place: Place) -> list[tuple[str, str]]:
    """Kind and entity of the mentions at a place: none, one, or one per kind."""
    with duckdb.connect(str(library), read_only=True) as con:
        return con.execute(
            "select distinct entity_kind, entity_id from link.mention where platform = $platform and file_name = $file_name"
            " and sheet_name = $sheet_name and row_number = $row_number and role = $role order by all",
            place._asdict(),
        ).fetchall()


def chain(links: Iterable[Link], start: Place, end: Place) -> list[Link]:
    """The fewest accepted links that lead from one mention to another; none where nothing does."""
    ways: dict[Place, list[tuple[Place, Link]]] = {}
    for link in links:
        if link.outcome == "accepted":
            ways.setdefault(link.left, []).append((link.right, link))
            ways.setdefault(link.right, []).append((link.left, link))
    came: dict[Place, tuple[Place, Link] | None] = {start: None}
    waiting = deque([start])
    while waiting and end not in came:
        here = waiting.popleft()
        # of equally short ways the strongest first step
        for there, link in sorted(ways.get(here, ()), key=lambda way: (-way[1].weight, way[0])):
            if there not in came:
                came[there] = (here, link)
                waiting.append(there)
    found: list[Link] = []
    step = came.get(end)
    while step:
        found.append(step[1])
        step = came[step[0]]
    return found[::-1]


def _links(library: Path, condition: str, **values: str) -> list[Link]:
    with duckdb.connect(str(library), read_only=True) as con:
        rows = con.execute(_LINKS.format(condition), values).fetchall()
    return [_link(row) for row in rows]


def _link(row: Sequence[Any]) -> Link:
    return Link(
        kind=str(row[0]),
        left_entity=row[1],
        right_entity=row[2],
        left=Place(*row[3:8]),
        right=Place(*row[8:13]),
        outcome=str(row[13]),
        probability=row[14],
        weight=row[15],
        levels=dict(row[16]),
        weights=dict(row[17]),
    )
