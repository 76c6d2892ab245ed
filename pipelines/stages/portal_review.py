"""What the portal needs of the review of a home: open questions, verdicts, taking back. Reads the last run; adds to the ledger.

A request does not wait for a run: while one is writing nothing is asked and nothing recorded.
"""

from __future__ import annotations

import fcntl
from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from datetime import UTC, datetime

from pipelines.resolution.questions import open_questions
from pipelines.stages.judge import withdraw
from warehouse import judgements
from warehouse.judgements import Statement
from warehouse.model import Home
from warehouse.portal import BusyError
from warehouse.release import published
from warehouse.review import Question


class HomeReview:
    """The review of one home, as `warehouse.portal.desk.Review` wants it."""

    def __init__(self, home: Home) -> None:
        self._home = home

    def questions(self, limit: int) -> Sequence[Question]:
        """The open questions of the last run."""
        with self._held() as home:
            if not any(home.stage("mention", kind).exists() for kind in home.data_model.kinds):
                return []
            kinds = [name for name, kind in home.data_model.kinds.items() if kind.matched]
            return open_questions(home, kinds, limit)

    def decide(self, question: Question, verdict: str, by: str, why: str) -> list[str]:
        """Record one verdict, as an answer of a review workbook is recorded."""
        pair = (question.left.identity, question.right.identity)
        with self._held() as home:
            said = Statement(question.kind, (pair,), verdict, by, datetime.now(UTC), why.strip(), published(home) or "")
            return judgements.record(home, [said])

    def take_back(self, judgement_id: str, by: str) -> list[str]:
        """Withdraw the statement of a judgement."""
        with self._held() as home:
            return withdraw(home, judgement_id, by=by, at=datetime.now(UTC))

    @contextmanager
    def _held(self) -> Iterator[Home]:
        """The home with the kinds of its last run, held."""
        with self._home.lock.open("w") as handle:
            try:
                fcntl.flock(handle, fcntl.LOCK_EX | fcntl.LOCK_NB)
            except BlockingIOError:
                raise BusyError from None
            yield Home.of(self._home.root)
