"""What the portal needs of the review of a home: open questions, verdicts, taking back. Reads the last run; adds to the ledger.

A request does not wait for a run: while one is writing nothing is asked and nothing recorded.
"""

from __future__ import annotations

from collections.abc import Sequence
from datetime import UTC, datetime

from pipelines.resolution.questions import open_questions
from pipelines.stages.judge import withdraw
from warehouse import judgements
from warehouse.judgements import Statement
from warehouse.model import Home
from warehouse.portal.held import held
from warehouse.release import published
from warehouse.review import Question


class HomeReview:
    """The review of one home, as `warehouse.portal.desk.Review` wants it."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def questions(self, limit: int) -> Sequence[Question]:
        """The open questions of the last run."""
        with held(self._home) as home:
            if not any(home.stage("mention", kind).exists() for kind in home.data_model.kinds):
                return []
            kinds = [name for name, kind in home.data_model.kinds.items() if kind.matched]
            return open_questions(home, kinds, limit)

    def decide(self, question: Question, verdict: str, by: str, why: str) -> list[str]:
        """Record one verdict, as an answer of a review workbook is recorded."""
        with held(self._home) as home:
            said = Statement(
                question.kind, question.pairs, verdict, by, datetime.now(UTC), why.strip(), published(home) or ""
            )
            return judgements.record(home, [said])

    def take_back(self, judgement_id: str, by: str) -> list[str]:
        """Withdraw the statement of a judgement."""
        with held(self._home) as home:
            return withdraw(home, judgement_id, by=by, at=datetime.now(UTC))
