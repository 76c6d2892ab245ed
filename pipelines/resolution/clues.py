"""Entities that may be one although the matcher had too little to go by: what their rows share, and how likely that makes it.

Belongs here: applying the clues that a kind declares (`kinds.clue`). Does not: which questions are asked first (`question_queue`).
"""

from __future__ import annotations

from collections.abc import Sequence

import pyarrow as pa

from pipelines.kinds.clue import Clue
from pipelines.resolution.session import Session
from warehouse.model import Home
from warehouse.model.link import ENTITY
from warehouse.review import lines_of
from warehouse.review.question import CLAIMED_ON


def clue_pairs(session: Session, home: Home, kind: str, clues: Sequence[Clue]) -> list[pa.Table]:
    """Pairs of entities by every clue of a kind.

    Args:
        session: with the views `mention` and `entity` of the kind, and `answered`.
        home: a home after a run.
        kind: its name.
        clues: what the kind declares.

    Returns:
        Per clue the columns of `open_pair`: `left_id` is the mention asked about, `right_id` one that shares the clue with it, and
        the waterfall has one line, how many entities share the clue and what that is worth. `alike` is the same where a steward
        would read the very same rows.
    """
    return [_pairs(session, home, kind, clue) for clue in clues]


def _pairs(session: Session, home: Home, kind: str, clue: Clue) -> pa.Table:
    _tie(session, home, kind, clue.through)
    through = "join t using (mention_id)" if clue.through else ""
    columns = {c for line in lines_of(home.data_model, kind).attributes for c in (*line.shown, *line.compared)}
    read = [c for c in home.data_model.mention(kind).names if c in columns - {*CLAIMED_ON.shown}]
    said = ", ".join(f"coalesce(m.{column}::varchar, '')" for column in read)
    session.table("clue_row", "clue_row", shares=clue.shares, of=clue.of, through=through, said=said)
    session.table("clue_near", "clue_near", fits=clue.fits)
    return session.query("clue_pair", name=clue.name).to_arrow_table()


def _tie(session: Session, home: Home, kind: str, other: str) -> None:
    """The view `tied`: the entities of another kind that rows tie to a mention; none where no other kind is asked for."""
    if not other:
        session.con.execute("create or replace temp view tied as select 0 as mention_id, '' as entity_id where false")
        return
    session.view("tied_mention", home.stage("mention", other), home.data_model.mention(other))
    session.view("tied_entity", home.stage("entity", other), ENTITY)
    session.con.execute(
        f"create or replace temp view tied as select distinct m.{kind}_mention_id as mention_id, e.entity_id"
        f" from tied_mention m join tied_entity e using (mention_id) where m.{kind}_mention_id is not null"
    )
