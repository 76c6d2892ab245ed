"""Which questions are put to stewards, and in which order.

Belongs here: gathering what may be asked, what an answer is worth, the order, and the limit. Does not: what a steward is shown
(`questions`).

Four things are asked:

- `review`: pairs that the matcher left between its two thresholds;
- `cut`: pairs that it would have linked, had their clusters fitted together;
- `belongs`: to which entity does this row belong, of which the matcher had too little (`clues`);
- `odd`: is this the odd one out of an entity that joined by its mean weight.

A question is worth the pairs of mentions that it is expected to correct: how many an answer decides times the probability that
the machine is wrong. What it is most likely right about is not asked. Where two entities hold two values of which one entity has
only one (two valid identity numbers), the machine is right but for a slip: such questions come last, and few of them.
"""

from __future__ import annotations

from collections import deque
from collections.abc import Iterable, Iterator, Sequence
from dataclasses import dataclass, replace
from typing import Any, NamedTuple

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.kinds import clues_of, specification
from pipelines.matching.engine.score import probability
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.store.stored_match import StoredMatch
from pipelines.resolution.clues import clue_pairs
from pipelines.resolution.evidence import open_pairs
from pipelines.resolution.session import Session, statement
from warehouse.judgements import ledger_states, places_of, read
from warehouse.model import Home
from warehouse.model.judgement import CONTRADICTORY, SUPERSEDED, UNSURE, WITHDRAWN
from warehouse.model.link import ENTITY

REVIEW, CUT, BELONGS, ODD = "review", "cut", "belongs", "odd"

LEAST_DOUBT = 0.3
"""Probability that the machine is wrong from which on it is asked. Lower ones are mostly answered the way it decided."""

LEAST_DOUBT_INSIDE = 0.5
"""The same for the odd one out: nearly all entities hold nobody else's row."""

TURN = 8
"""Every so many questions one goes to the kind that was asked about least."""

UNCOMPARED = 1.0
"""Bits by which a mean weight is too low as a likelihood: pairs that nobody compared count as unlikely, whatever they are. With it
the share of mean weights that are right is as expected, on cities of several sizes (`benchmarks/questions.py`)."""

BARRED_SHARE = 0.1
"""Most questions on entities that a constraint keeps apart, as a share of all others; one at least."""


class Pair(NamedTuple):
    """Two mentions, and the entities they lie in with their sizes; one entity for the odd one out."""

    left_id: int
    right_id: int
    low: str
    high: str
    low_size: int
    high_size: int


@dataclass(frozen=True)
class Asked:
    """One question.

    Attributes:
        kind: of all mentions.
        pairs: what is asked about. A steward sees the first; the others read the very same, and the answer holds for them too.
        outcome: what is asked, see above.
        probability: that the mentions are the same, 0–1.
        weight: of the first pair in bits, what the waterfall adds up to.
        levels, weights: of the waterfall.
        settles: pairs of mentions an answer decides.
        is_barred: a constraint keeps both apart.
        alike: the same for questions that read the same; None where that may not be.
    """

    kind: str
    pairs: tuple[Pair, ...]
    outcome: str
    probability: float
    weight: float
    levels: Any
    weights: Any
    settles: int
    is_barred: bool
    alike: str | None = None

    @property
    def left_id(self) -> int:
        """The one mention shown."""
        return self.pairs[0].left_id

    @property
    def right_id(self) -> int:
        """The other one."""
        return self.pairs[0].right_id

    @property
    def doubt(self) -> float:
        """Probability that the machine is wrong."""
        return 1 - self.probability if self.outcome == ODD else self.probability

    @property
    def worth(self) -> float:
        """Pairs of mentions an answer is expected to correct."""
        return self.doubt * self.settles


class _Clusters:
    """Entities that are expected to become one, and their sizes."""

    def __init__(self) -> None:
        self._above: dict[str, str] = {}
        self._size: dict[str, int] = {}

    def join(self, pair: Pair) -> int:
        """Join the entities of a pair; the pairs of mentions that makes, 0 where they are one already."""
        low, high = self._root(pair.low, pair.low_size), self._root(pair.high, pair.high_size)
        if low == high:
            return 0
        self._above[high] = low
        made = self._size[low] * self._size[high]
        self._size[low] += self._size[high]
        return made

    def _root(self, entity: str, size: int) -> str:
        while entity in self._above:
            entity = self._above[entity]
        self._size.setdefault(entity, size)
        return entity


def question_queue(home: Home, kinds: Sequence[str], *, again: bool = False) -> list[Asked]:
    """What the last run left to be asked, first what an answer is expected to correct most.

    A pair of entities is asked about once, a row about one entity at a time, and what follows from the answers expected is not
    asked: entities that earlier questions join already. It is asked after the next run, should they have been answered otherwise.

    Args:
        home: a home after a run.
        kinds: kinds asked about.
        again: ask again what a steward was unsure about.
    """
    asked = [question for kind in kinds for question in _once(_proposals(home, kind, again))]
    return _in_turn(sorted(asked, key=lambda q: (-q.worth, q.kind, q.left_id, q.right_id)))


def _in_turn(proposals: Iterable[Asked]) -> list[Asked]:
    """One question a cluster and a row; barred ones behind all others."""
    questions: list[Asked] = []
    barred: list[Asked] = []
    clusters, rows = _Clusters(), set[tuple[str, int]]()
    for question in proposals:
        row = (question.kind, question.left_id)
        if question.is_barred:
            barred.append(question)
        elif question.outcome == ODD:
            questions.append(question)
        elif question.outcome != BELONGS or row not in rows:
            rows.add(row)
            if pairs := tuple(pair for pair in question.pairs if clusters.join(pair)):
                questions.append(replace(question, pairs=pairs))
    return [*_mixed(questions), *barred[: max(1, int(BARRED_SHARE * len(questions)))]]


def _mixed(questions: Sequence[Asked]) -> Iterator[Asked]:
    """The questions in their order, with turns for the kinds of few: where one has most of the errors, those of others are mended too."""
    waiting = {kind: deque(q for q in questions if q.kind == kind) for kind in sorted({q.kind for q in questions})}
    asked = dict.fromkeys(waiting, 0)
    for number in range(1, len(questions) + 1):
        open_ = [kind for kind in waiting if waiting[kind]]
        if number % TURN:
            kind = min(open_, key=lambda k: (-waiting[k][0].worth, k, waiting[k][0].left_id))
        else:
            kind = min(open_, key=lambda k: (asked[k], -waiting[k][0].worth, k))
        asked[kind] += 1
        yield waiting[kind].popleft()


def _once(proposals: Iterable[Asked]) -> Iterator[Asked]:
    """Questions that read alike as one of them, about the pairs of all."""
    groups: dict[str, list[Asked]] = {}
    for question in proposals:
        if question.alike is None or question.is_barred:
            yield question
        else:
            groups.setdefault(question.alike, []).append(question)
    for group in groups.values():
        group.sort(key=lambda q: (-q.worth, q.left_id, q.right_id))
        clusters = _Clusters()
        made = [(pair, clusters.join(pair)) for question in group for pair in question.pairs]
        pairs = tuple(pair for pair, joined in made if joined)
        yield replace(group[0], pairs=pairs, settles=sum(joined for _, joined in made))


def _proposals(home: Home, kind: str, again: bool) -> list[Asked]:
    """All that may be asked about a kind, in any order."""
    spec = specification(home.data_model, kind)
    with Session() as session:
        session.view("mention", home.stage("mention", kind), home.data_model.mention(kind))
        session.view("entity", home.stage("entity", kind), ENTITY)
        open_pairs(session, StoredMatch.of(home, spec).pair_tables(every=True))
        judged = _standing(home, kind, again)
        session.con.register("judged", judged)
        session.con.register("place", places_of(judged, home.stage("mention", kind)))
        session.table("answered", "answered")
        clues = clue_pairs(session, home, kind, clues_of(home.data_model, kind))
        session.con.register("merging", _likeliest(session, [_open(session, spec), *clues]))
        found = session.query("proposal", **_exclusive(home, kind, spec)).to_arrow_table().to_pylist()
        odd = _odd(session, spec)
    for line in found:
        line["is_barred"] |= line["outcome"] == CUT and spec.average_link is None
    asked = [_asked(kind, line) for line in (*found, *odd)]
    return [question for question in asked if question.is_barred or question.doubt >= _least_doubt(question)]


def _least_doubt(question: Asked) -> float:
    return LEAST_DOUBT_INSIDE if question.outcome == ODD else LEAST_DOUBT


def _asked(kind: str, line: dict[str, Any]) -> Asked:
    pair = Pair(*(line.pop(name) for name in Pair._fields))
    return Asked(kind=kind, pairs=(pair,), **line)


def _open(session: Session, spec: MatchSpec) -> pa.Table:
    """The pairs of entities that the matcher weighed and did not join."""
    lines = session.con.execute(statement("open_pair"), _limits(spec)).to_arrow_table()
    lines = lines.append_column("alike", pa.nulls(lines.num_rows, pa.string()))
    if spec.average_link:
        mean = _by_mean(lines)
        lines = lines.set_column(lines.column_names.index("probability"), "probability", pa.array(mean))
    return lines.drop_columns(["mean_weight"])


def _limits(spec: MatchSpec) -> dict[str, float | None]:
    option = spec.average_link
    return {
        "least_weight": option.unlikely if option else None,
        "most_weight": option.most if option else None,
    }


def _by_mean(lines: pa.Table) -> npt.NDArray[np.float64]:
    """How likely the ends of lines are one, by `mean_weight`."""
    return probability(np.asarray(lines["mean_weight"]) + UNCOMPARED)


def _likeliest(session: Session, found: Sequence[pa.Table]) -> pa.Table:
    """Of every two entities the likeliest pair."""
    session.con.register("found", pa.concat_tables([table.cast(found[0].schema) for table in found]))
    return session.con.sql(
        "select * from found qualify row_number() over"
        " (partition by low, high order by probability desc, outcome desc, left_id, right_id) = 1"
    ).to_arrow_table()


def _exclusive(home: Home, kind: str, spec: MatchSpec) -> dict[str, str]:
    """SQL over the mentions of an entity: the values of which an entity holds only one, and when two entities hold others."""
    columns = [column for column in spec.distinct if column in home.data_model.mention(kind).names]
    held = [f"list(distinct {column}) filter ({column} is not null) as {column}" for column in columns]
    conflict = [
        f"coalesce(len(l.{c}) > 0 and len(r.{c}) > 0 and not list_has_any(l.{c}, r.{c}), false)" for c in columns
    ]
    return {"held": ", ".join(held) or "0 as nothing", "conflict": " or ".join(conflict) or "false"}


def _odd(session: Session, spec: MatchSpec) -> list[dict[str, Any]]:
    """The odd ones out of a kind that joins by mean weight."""
    if spec.average_link is None:
        return []
    lines = session.con.execute(statement("odd_one"), _limits(spec)).to_arrow_table()
    same = _by_mean(lines)
    others = np.asarray(lines["mentions"]) - 1
    columns = {
        "outcome": pa.array([ODD] * lines.num_rows, pa.string()),
        "probability": same,
        "settles": others,
        "low_size": others + 1,
        "high_size": others + 1,
        "is_barred": pa.array([False] * lines.num_rows),
    }
    kept = lines.drop_columns(["mean_weight", "mentions"])
    return pa.table({**{name: kept[name] for name in kept.column_names}, **columns}).to_pylist()


def _standing(home: Home, kind: str, again: bool) -> pa.Table:
    """Judgements of a kind after which nobody is asked again."""
    judged = ledger_states(read(home))
    judged = judged.filter(pc.equal(judged["entity_kind"], kind))
    reopened = [WITHDRAWN, *([UNSURE] if again else [])]
    return judged.filter(
        pc.and_(
            pc.invert(pc.is_in(judged["verdict"], pa.array(reopened))),
            pc.invert(pc.is_in(judged["judgement_state"], pa.array([SUPERSEDED, CONTRADICTORY]))),
        )
    )
