"""Ask stewards and take in their answers. Reads pairs, mentions, entities and golden records of the last run; adds to the ledger."""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from datetime import datetime
from pathlib import Path
from typing import NamedTuple

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.resolution.questions import open_questions, sides_of
from warehouse import judgements
from warehouse.judgements import MentionIdentity, Statement
from warehouse.model import Home
from warehouse.model.judgement import IDENTITY, SUPERSEDED, WITHDRAWN
from warehouse.release import published
from warehouse.review import Answer, Problem, Side, content_of, read_answers, token_of, write_review

CHANGED = "导出后来源行已变更或撤回，请重新导出 · a source row changed or went since the export; export again"
JUDGED = "导出后此题另有裁定，请重新导出（--again）或用 review judge · judged since the export; export again or use review judge"


@dataclass(frozen=True)
class Imported:
    """What became of a filled-in workbook.

    Attributes:
        release: release the questions were asked about.
        current: release now; another one is no error as long as the rows asked about are the same.
        recorded: judgements added, by verdict.
        repeated: answers that say what the ledger says already.
        unanswered: questions left open.
        problems: answers that could not be taken, in the order of the sheets.
        contradictions: contradictory groups in the ledger, these answers included.
    """

    release: str
    current: str
    recorded: dict[str, int]
    repeated: int
    unanswered: int
    problems: tuple[Problem, ...]
    contradictions: int


def export_review(
    home: Home, out: Path, kinds: Sequence[str] | None = None, limit: int | None = None, *, again: bool = False
) -> int:
    """Write the open questions of the last run as a workbook, see `open_questions`; return how many there are."""
    questions = open_questions(home, kinds, limit, again=again)
    write_review(out, home.data_model, questions, published(home) or "", judgements.read(home).num_rows)
    return len(questions)


def import_review(home: Home, path: Path, by: str, at: datetime) -> Imported:
    """Add the answers of a filled-in workbook to the ledger; those that can't be taken are named and left out.

    Args:
        home: the home the workbook was exported from; the caller holds its lock.
        path: the workbook.
        by: who judged where the workbook names nobody.
        at: when.

    Raises:
        ReviewFileError: the file is no review workbook.
    """
    found = read_answers(path, home.data_model)
    rows = _rows(home, found.answers)
    current = {
        a.token: content_of(rows[a.left], rows[a.right]) for a in found.answers if {a.left, a.right} <= rows.keys()
    }
    said = _said(home)
    fresh, refused = [], []
    for answer in found.answers:
        if current.get(answer.token) != answer.content:
            refused.append(Problem(answer.sheet, answer.row, CHANGED))
        elif _overtaken(answer, said.get(answer.token), found.judged, by):
            refused.append(Problem(answer.sheet, answer.row, JUDGED))
        else:
            fresh.append(answer)
    new = [a for a in fresh if a.token not in said or said[a.token].words != (a.verdict, a.who or by, a.why)]
    judgements.record(
        home,
        [
            Statement(
                a.kind, ((a.left, a.right), *_still_alike(a, rows)), a.verdict, a.who or by, at, a.why, found.release
            )
            for a in new
        ],
    )
    verdicts = [a.verdict for a in new]
    return Imported(
        release=found.release,
        current=published(home) or "",
        recorded={verdict: verdicts.count(verdict) for verdict in sorted(set(verdicts))},
        repeated=len(fresh) - len(new),
        unanswered=found.unanswered,
        problems=tuple(sorted((*found.problems, *refused), key=lambda p: (p.sheet, p.row))),
        contradictions=contradictions(home),
    )


def contradictions(home: Home) -> int:
    """How many groups of judgements contradict themselves."""
    return int(pc.max(judgements.ledger_states(judgements.read(home))["contradiction"]).as_py() or 0)


def _rows(home: Home, answers: Sequence[Answer]) -> dict[MentionIdentity, Side]:
    """What a steward would be shown now of every mention answered about; those that are gone are left out."""
    rows: dict[MentionIdentity, Side] = {}
    for kind in sorted({answer.kind for answer in answers}):
        pairs = [pair for a in answers if a.kind == kind for pair in ((a.left, a.right), *a.also)]
        columns = {
            f"{side}_{name}": [getattr(pair[end], name) for pair in pairs]
            for end, side in enumerate(("left", "right"))
            for name in IDENTITY
        }
        table = pa.table({"entity_kind": [kind] * len(pairs), **columns})
        places = judgements.places_of(table, home.stage("mention", kind))
        sides = sides_of(home, kind, places["mention_id"].to_pylist())
        rows.update({side.identity: side for side in sides.values()})
    return rows


def _still_alike(answer: Answer, rows: Mapping[MentionIdentity, Side]) -> list[tuple[MentionIdentity, MentionIdentity]]:
    """The further pairs of an answer whose rows read as those that the steward saw."""
    seen = sorted([rows[answer.left].said, rows[answer.right].said])
    return [pair for pair in answer.also if all(p in rows for p in pair) and sorted(rows[p].said for p in pair) == seen]


class _Said(NamedTuple):
    """The last judgement of a pair: its place in the ledger from 1, and what it says."""

    number: int
    verdict: str
    who: str
    why: str

    @property
    def words(self) -> tuple[str, str, str]:
        """Verdict, who, why."""
        return self.verdict, self.who, self.why


def _overtaken(answer: Answer, last: _Said | None, judged: int | None, by: str) -> bool:
    """Whether a pair was judged after it was asked about, other than by the one who answers; a withdrawal counts whoever made it."""
    if last is None or judged is None or last.number <= judged:
        return False
    return last.verdict == WITHDRAWN or last.who != (answer.who or by)


def _said(home: Home) -> dict[str, _Said]:
    """What the ledger says last of every pair, by token."""
    states = judgements.ledger_states(judgements.read(home))
    return {
        token_of(line["entity_kind"], _identity(line, "left"), _identity(line, "right")): _Said(
            number, line["verdict"], line["judged_by"], line["why"]
        )
        for number, line in enumerate(states.to_pylist(), start=1)
        if line["judgement_state"] != SUPERSEDED
    }


def _identity(line: dict[str, object], side: str) -> MentionIdentity:
    return MentionIdentity(*(line[f"{side}_{name}"] for name in IDENTITY))  # type: ignore[arg-type]
