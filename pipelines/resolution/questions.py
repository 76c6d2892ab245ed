"""The questions for a steward, each with all that is needed to judge it.

Belongs here: gathering the rows of the pairs asked about. Does not: which pairs and in which order (`question_queue`), the workbook
(`warehouse.review`), or keeping answers (`warehouse.judgements`). Few rows are looked up, however big the city is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import pyarrow as pa

from pipelines.resolution.question_queue import question_queue
from pipelines.resolution.session import Session
from warehouse.model import Home
from warehouse.model.catalogue import PLATFORM, WITHHELD
from warehouse.model.evidence import ATTRIBUTE
from warehouse.model.link import ENTITY
from warehouse.review import Question, Side, lines_of, make_side, steps_of
from warehouse.review.question import Lines


def open_questions(
    home: Home, kinds: Sequence[str] | None = None, limit: int | None = None, *, again: bool = False
) -> list[Question]:
    """What the last run left to be judged, first what an answer is expected to correct most (`question_queue`).

    A pair of entities is asked about once, and not again once a judgement on it stands.

    Args:
        home: a home after a run.
        kinds: kinds asked about; all that are matched if not given.
        limit: at most so many questions, over all kinds.
        again: ask again what a steward was unsure about.

    Returns:
        Over all kinds, in the order of the queue.
    """
    kinds = kinds or tuple(kind for kind, declared in home.data_model.kinds.items() if declared.matched)
    asked = question_queue(home, kinds, again=again)[:limit]
    sides = {
        kind: sides_of(home, kind, {end for q in asked if q.kind == kind for pair in q.pairs for end in pair[:2]})
        for kind in kinds
    }
    return [
        Question(
            lines_of_kind=lines_of(home.data_model, q.kind),
            left=sides[q.kind][q.left_id],
            right=sides[q.kind][q.right_id],
            outcome=q.outcome,
            probability=q.probability,
            settles=q.settles,
            steps=steps_of(q.levels, q.weights, q.weight),
            also=tuple((sides[q.kind][p.left_id].identity, sides[q.kind][p.right_id].identity) for p in q.pairs[1:]),
        )
        for q in asked
    ]


def sides_of(home: Home, kind: str, mention_ids: Iterable[int]) -> dict[int, Side]:
    """What a steward is shown of mentions of the last run, by mention id; ids that are not there are left out."""
    ids = pa.table({"mention_id": pa.array(sorted(mention_ids), pa.int64())})
    if not ids.num_rows:
        return {}
    with Session() as session:
        session.con.register("asked", ids)
        session.view("mention", home.stage("mention", kind), home.data_model.mention(kind))
        session.view("entity", home.stage("entity", kind), ENTITY)
        session.view("golden", home.stage("golden", kind), home.data_model.golden(kind))
        found = _Found(
            mentions=_rows(session, "select m.* from mention m semi join asked using (mention_id)"),
            entity=dict(_pairs(session, "select mention_id, entity_id from entity semi join asked using (mention_id)")),
            size=dict(
                _pairs(
                    session,
                    "select entity_id, count(*) from entity where entity_id in"
                    " (select entity_id from entity semi join asked using (mention_id)) group by entity_id",
                )
            ),
            golden={
                row[f"{kind}_id"]: row
                for row in _rows(
                    session,
                    f"select * from golden where {kind}_id in"
                    " (select entity_id from entity semi join asked using (mention_id))",
                )
            },
            related=_people_of_rows(session, home, kind),
            withheld=_withheld(home, kind),
            secret=_secret(session, home, kind),
        )
    titles = PLATFORM.read(home.stage("catalogue", "platform"), ["platform", "title_zh"]).to_pylist()
    return found.sides(lines_of(home.data_model, kind), {row["platform"]: row["title_zh"] for row in titles})


@dataclass(frozen=True)
class _Found:
    """Rows looked up for some mentions of one kind. `withheld`: attributes a role of a platform does not share; `secret`:
    attributes of an entity whose golden value nobody shares."""

    mentions: list[dict[str, Any]]
    entity: dict[int, str]
    size: dict[str, int]
    golden: dict[str, dict[str, Any]]
    related: dict[int, str]
    withheld: dict[tuple[str, str], set[str]]
    secret: dict[str, set[str]]

    def sides(self, lines: Lines, titles: dict[str, str]) -> dict[int, Side]:
        out = {}
        for row in self.mentions:
            entity = self.entity.get(row["mention_id"], "")
            out[row["mention_id"]] = make_side(
                lines,
                row,
                self.golden.get(entity, {f"{lines.kind}_id": entity}),
                platform=titles.get(row["platform"], row["platform"]),
                related=self.related.get(row["mention_id"], ""),
                size=self.size.get(entity, 1),
                withheld=frozenset(self.withheld.get((row["platform"], row["role"]), ())),
                secret=frozenset(self.secret.get(entity, ())),
            )
        return out


def _withheld(home: Home, kind: str) -> dict[tuple[str, str], set[str]]:
    """(platform, role) → the attributes it does not share."""
    found: dict[tuple[str, str], set[str]] = {}
    for line in _withheld_lines(home).to_pylist():
        if line["entity_kind"] == kind:
            found.setdefault((line["platform"], line["role"]), set()).add(line["attribute"])
    return found


def _withheld_lines(home: Home) -> pa.Table:
    path = home.stage("catalogue", "withheld")
    return WITHHELD.read(path) if path.exists() else WITHHELD.empty()


def _secret(session: Session, home: Home, kind: str) -> dict[str, set[str]]:
    """Entity → attributes whose golden value only claims assert that are not shared."""
    lines = _withheld_lines(home)
    if not lines.num_rows:
        return {}
    session.con.register("withheld", lines)
    session.view("claim", home.stage("attribute", kind), ATTRIBUTE)
    found: dict[str, set[str]] = {}
    for entity, attribute in session.query("secret").fetchall():
        found.setdefault(entity, set()).add(attribute)
    return found


def _people_of_rows(session: Session, home: Home, kind: str) -> dict[int, str]:
    """Names of what the rows of the mentions asked about tie to them: owners and tenants of a home."""
    named = [
        n for n, d in home.data_model.kinds.items() if kind in d.ties and "name_raw" in home.data_model.mention(n).names
    ]
    if not named:
        return {}
    for other in named:
        session.view(f"by_{other}", home.stage("mention", other), home.data_model.mention(other))
    session.con.register("not_shared", _withheld_lines(home))
    tied = " union all ".join(
        f"select {kind}_mention_id as mention_id, name_raw from by_{other} where (platform, role) not in"
        f" (select (platform, role) from not_shared where entity_kind = '{other}' and attribute = 'name')"
        for other in named
    )
    return dict(
        _pairs(
            session,
            "select p.mention_id, string_agg(distinct p.name_raw, '、' order by p.name_raw)"
            f" from ({tied}) p join asked using (mention_id) where p.name_raw is not null group by all",
        )
    )


def _rows(session: Session, query: str) -> list[dict[str, Any]]:
    return session.con.sql(query).to_arrow_table().to_pylist()


def _pairs(session: Session, query: str) -> list[tuple[Any, Any]]:
    return [(row[0], row[1]) for row in session.con.sql(query).fetchall()]
