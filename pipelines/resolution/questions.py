"""The questions for a steward: queued and cut pairs of the last run with all that is needed to judge them.

Belongs here: which pairs are asked about, in which order, and gathering their rows. Does not: the workbook
(`warehouse.review`), or keeping answers (`warehouse.judgements`). Few rows are looked up, however big the city is.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.kinds import specification
from pipelines.matching.engine.decided_pairs import question_value
from pipelines.matching.store.stored_match import StoredMatch
from pipelines.resolution.evidence import open_pairs
from pipelines.resolution.session import Session
from warehouse.judgements import ledger_states, places_of, read
from warehouse.model import Home
from warehouse.model.catalogue import PLATFORM, WITHHELD
from warehouse.model.evidence import ATTRIBUTE
from warehouse.model.judgement import CONTRADICTORY, SUPERSEDED, UNSURE, WITHDRAWN
from warehouse.model.link import ENTITY
from warehouse.review import Question, Side, lines_of, make_side, steps_of
from warehouse.review.question import Lines


def open_questions(
    home: Home, kinds: Sequence[str] | None = None, limit: int | None = None, *, again: bool = False
) -> list[Question]:
    """What the last run left to be judged, first what an answer settles most.

    A pair of entities is asked about once, and not again once a judgement on it stands.

    Args:
        home: a home after a run.
        kinds: kinds asked about; all that are matched if not given.
        limit: at most so many questions, over all kinds.
        again: ask again what a steward was unsure about.

    Returns:
        Ordered by pairs of mentions decided times how open the question is (bits), over all kinds.
    """
    kinds = kinds or tuple(kind for kind, declared in home.data_model.kinds.items() if declared.matched)
    open_ = [(kind, line) for kind in kinds for line in _open_pairs(home, kind, again).to_pylist()]
    worth = [
        question_value(np.array([line["weight"]]), np.array([line["left_size"]]), np.array([line["right_size"]]))[0]
        for _, line in open_
    ]
    order = sorted(range(len(open_)), key=lambda i: (-worth[i], open_[i][0], open_[i][1]["left_id"]))[:limit]
    asked = [open_[i] for i in order]
    sides = {
        kind: sides_of(home, kind, {line[f"{s}_id"] for k, line in asked if k == kind for s in ("left", "right")})
        for kind in kinds
    }
    return [
        Question(
            lines_of_kind=lines_of(home.data_model, kind),
            left=sides[kind][line["left_id"]],
            right=sides[kind][line["right_id"]],
            outcome=line["outcome"],
            probability=line["probability"],
            settles=line["left_size"] * line["right_size"],
            steps=steps_of(line["levels"], line["weights"], line["weight"]),
        )
        for kind, line in asked
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


def _open_pairs(home: Home, kind: str, again: bool) -> pa.Table:
    judged = ledger_states(read(home))
    judged = judged.filter(pc.equal(judged["entity_kind"], kind))
    reopened = [WITHDRAWN, *([UNSURE] if again else [])]
    stands = pc.and_(
        pc.invert(pc.is_in(judged["verdict"], pa.array(reopened))),
        pc.invert(pc.is_in(judged["judgement_state"], pa.array([SUPERSEDED, CONTRADICTORY]))),
    )
    judged = judged.filter(stands)
    with Session() as session:
        open_pairs(session, StoredMatch.of(home, specification(home.data_model, kind)).pair_tables())
        session.view("entity", home.stage("entity", kind), ENTITY)
        session.con.register("judged", judged)
        session.con.register("place", places_of(judged, home.stage("mention", kind)))
        return session.query("open_pair").to_arrow_table()


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
