"""The desk of the stewards: one question at a time, two stewards never on the same one, the last verdict taken back by a key.

Belongs here: whose turn which question is, and what the portal needs of whoever knows the questions (`Review`). Does not: which
questions there are and where verdicts go; that is handed in, because it belongs to what runs the city.
"""

from __future__ import annotations

import threading
import time
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import Protocol

from warehouse.review import Question

BATCH = 40
HELD = 600.0
"""Seconds a question stays with the steward it was shown to."""


class BusyError(RuntimeError):
    """A run is writing to the home: nothing can be asked or recorded before it has ended."""


class Review(Protocol):
    """What the portal needs of the city's review; every call may come from another thread.

    All raise `BusyError` while a run is writing.
    """

    def questions(self, limit: int) -> Sequence[Question]:
        """The open questions now, the most worth asking first."""

    def decide(self, question: Question, verdict: str, by: str, why: str) -> list[str]:
        """Record a verdict; the ids of the judgements made."""

    def take_back(self, judgement_id: str, by: str) -> list[str]:
        """Take a judgement back; the ids of the judgements made."""


@dataclass(frozen=True)
class Verdict:
    """What a steward said last."""

    question: Question
    verdict: str
    judgement_id: str


@dataclass
class _Work:
    """What one steward did since the portal was started."""

    done: int = 0
    verdicts: list[Verdict] = field(default_factory=list)


class Desk:
    """Hands out questions of one home."""

    def __init__(self, review: Review) -> None:
        self._review = review
        self._lock = threading.Lock()
        self._waiting: dict[str, Question] = {}
        self._with: dict[str, tuple[str, float]] = {}
        self._work: dict[str, _Work] = {}
        self._version = ""

    def next(self, steward: str, version: str) -> Question | None:
        """The question for a steward, the same one until it is answered; None where nothing is open."""
        with self._lock:
            if version != self._version:
                self._waiting, self._with, self._version = {}, {}, version
            found = self._mine(steward)
            if found is None:
                asked = self._review.questions(BATCH + len(self._with))
                self._waiting = {question.token: question for question in asked}
                found = self._mine(steward)
            return found

    def _mine(self, steward: str) -> Question | None:
        now = time.monotonic()
        self._with = {t: (who, until) for t, (who, until) in self._with.items() if until > now and t in self._waiting}
        own = [token for token, (who, _) in self._with.items() if who == steward]
        free = own or [token for token in self._waiting if token not in self._with]
        if not free:
            return None
        self._with[free[0]] = (steward, now + HELD)
        return self._waiting[free[0]]

    def decide(self, steward: str, token: str, content: str, verdict: str, why: str) -> bool:
        """Record what a steward says of the question he was shown; False where it is his no more, or its rows changed."""
        with self._lock:
            question = self._waiting.get(token)
            if question is None or question.content != content or self._with.get(token, ("", 0))[0] != steward:
                return False
            made = self._review.decide(question, verdict, steward, why)
            del self._waiting[token], self._with[token]
            work = self._work.setdefault(steward, _Work())
            work.done += 1
            work.verdicts = [*work.verdicts[-49:], Verdict(question, verdict, made[0])]
            return True

    def take_back(self, steward: str) -> Verdict | None:
        """Take back the last verdict of a steward and ask him again; None where there is none."""
        with self._lock:
            work = self._work.get(steward)
            if work is None or not work.verdicts:
                return None
            last = work.verdicts[-1]
            self._review.take_back(last.judgement_id, steward)
            work.verdicts.pop()
            work.done -= 1
            self._with = {t: held for t, held in self._with.items() if held[0] != steward}
            self._waiting = {last.question.token: last.question, **self._waiting}
            self._with[last.question.token] = (steward, time.monotonic() + HELD)
            return last

    def progress(self, steward: str) -> tuple[int, Verdict | None]:
        """How many questions a steward has answered, and the last verdict that can be taken back."""
        with self._lock:
            work = self._work.get(steward, _Work())
            return work.done, work.verdicts[-1] if work.verdicts else None
