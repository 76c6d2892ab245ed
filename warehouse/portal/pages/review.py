"""The steward's pages: one question at a time with a key for every verdict, and the judgements there are."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response

from warehouse import ledger
from warehouse.portal.desk import Desk
from warehouse.portal.guard import Who
from warehouse.portal.rendering import page
from warehouse.portal.rights import Right
from warehouse.portal.routes import Pages
from warehouse.review import Question, words_of_comparison, words_of_level

pages = Pages()
SEE_OTHER = 303
VERDICTS = ("same", "different", "unsure")
JUDGEMENTS = """
select judgement_id, entity_kind::varchar as kind, left_entity_id, right_entity_id, left_platform, right_platform,
       verdict::varchar as verdict, judgement_state::varchar as state, contradiction, judged_by, judged_at
from evidence.judgement
order by judgement_state::varchar <> 'contradictory', judgement_id desc limit 200
"""


@pages.get("/review", Right.judge)
def question(request: Request, who: Who) -> Response:
    """The next question."""
    return _asked(request, who)


@pages.post("/review", Right.judge)
def decide(
    request: Request,
    who: Who,
    token: Annotated[str, Form(max_length=64)] = "",
    content: Annotated[str, Form(max_length=64)] = "",
    verdict: Annotated[str, Form(max_length=20)] = "",
    why: Annotated[str, Form(max_length=2000)] = "",
) -> Response:
    """Record a verdict, and on to the next question."""
    desk: Desk = request.app.state.desk
    taken = verdict in VERDICTS and desk.decide(who.account.name, token, content, verdict, why)
    return _next(request, who, "" if taken else "stale")


@pages.post("/review/undo", Right.judge)
def undo(request: Request, who: Who) -> Response:
    """Take the last verdict back and ask again."""
    desk: Desk = request.app.state.desk
    return _next(request, who, "undone" if desk.take_back(who.account.name) else "nothing")


@pages.get("/judgements", Right.judge)
def judgements(request: Request, who: Who) -> Response:
    """The judgements the release knows, contradictions first."""
    with request.app.state.shelf.release() as release:
        lines, version = release.rows(JUDGEMENTS), release.version
        titles = {name: (kind.title.zh, kind.title.en) for name, kind in release.home.data_model.kinds.items()}
    return page(request, "judgements", lines=lines, version=version, titles=titles)


def _next(request: Request, who: Who, told: str) -> Response:
    """With htmx the next question takes the place of this one; without, the page is asked for anew."""
    if request.headers.get("hx-request"):
        return _asked(request, who, told)
    return RedirectResponse("/review", SEE_OTHER)


def _asked(request: Request, who: Who, told: str = "") -> Response:
    desk: Desk = request.app.state.desk
    with request.app.state.shelf.release() as release:
        found = desk.next(who.account.name, release.version)
        title = release.home.data_model.kinds[found.kind].title if found else None
    if found and not told:
        ledger.append(
            request.app.state.home, "question", who.account.name,
            kind=found.kind, question=found.token, left=found.left.entity_id, right=found.right.entity_id,
        )  # fmt: skip
    done, last = desk.progress(who.account.name)
    template = "question" if request.headers.get("hx-request") else "review"
    return page(
        request, template, question=found, title=title, steps=_steps(found) if found else [],
        done=done, last=last, told=told,
    )  # fmt: skip


def _steps(question: Question) -> list[dict[str, object]]:
    """The waterfall in words; `bar` is the weight as tenths of the largest, for the drawing."""
    most = max((abs(step.weight) for step in question.steps), default=1) or 1
    words = question.lines_of_kind.comparisons
    return [
        {
            "comparison": words_of_comparison(step.comparison, words),
            "level": words_of_level(step.level) if step.level else "",
            "weight": step.weight,
            "running": step.running,
            "bar": round(abs(step.weight) / most * 100),
        }
        for step in question.steps
    ]
