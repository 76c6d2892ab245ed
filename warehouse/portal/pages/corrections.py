"""Corrections come back: a department takes over or refuses what its work list says, and answers what it is asked to verify (校核).

A clerk is shown what is known and says yes or no; who says no says why, or what is right. Answers are recorded at once and bind
the next run. While a run is writing nothing is recorded; the page says so.
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated

from fastapi import Form, HTTPException, Query, Request, UploadFile
from fastapi.responses import RedirectResponse, Response

from warehouse import ledger, verification
from warehouse.portal.guard import Who
from warehouse.portal.held import held
from warehouse.portal.rendering import page
from warehouse.portal.rights import Right
from warehouse.portal.routes import Pages
from warehouse.portal.shelf import Release
from warehouse.portal.work import A_PAGE, ORDER, titles, work_list
from warehouse.verification.sheet import SheetError, read_sheet

pages = Pages()
SEE_OTHER = 303
MOST = 200
"""Requests shown at most on either side."""
Short = Annotated[str, Form(max_length=64)]
Verdict = Annotated[str, Form(max_length=10)]
RightValue = Annotated[str, Form(max_length=500)]
Why = Annotated[str, Form(max_length=1000)]
Name = Annotated[str, Query(max_length=64)]


@pages.get("/department/work", Right.own)
def listed(
    request: Request,
    who: Who,
    platform: Name = "",
    action: Name = "",
    after: Annotated[int, Query(ge=0, le=10_000_000)] = 0,
) -> Response:
    """A page of findings."""
    return _work(request, who, platform, action, after)


@pages.post("/department/work", Right.own)
def answer(
    request: Request,
    who: Who,
    finding: Short = "",
    verdict: Verdict = "",
    right_value: RightValue = "",
    why: Why = "",
) -> Response:
    """Record what the department says of one finding; with htmx the finding as it is now comes back."""
    if verdict not in ("accept", "refuse"):
        raise HTTPException(400)
    said = verification.Answer(finding, verdict == "accept", "" if verdict == "accept" else right_value, why)
    department, by = who.account.department, who.account.name
    with held(request.app.state.home) as home:
        outcome = verification.answer(
            home, department, [said], by=by, at=datetime.now(UTC), work_days=request.app.state.verification_days
        )
    error = outcome.refused.get(finding, "")
    if not request.headers.get("hx-request"):
        return (
            _work(request, who, error=error, status=409) if error else RedirectResponse("/department/work", SEE_OTHER)
        )
    return _finding(request, who, finding, error)


@pages.post("/department/work/withdraw", Right.own)
def take_back(request: Request, who: Who, number: Short = "", finding: Short = "") -> Response:
    """Take an answer back that nobody has replied to."""
    with held(request.app.state.home) as home:
        error = verification.withdraw(home, who.account.department, number, by=who.account.name, at=datetime.now(UTC))
    if finding and request.headers.get("hx-request"):
        return _finding(request, who, finding, error or "")
    if error:
        return _requests(request, who, error, status=409)
    return RedirectResponse("/department/verification", SEE_OTHER)


@pages.post("/department/work/upload", Right.own)
def upload(request: Request, who: Who, file: UploadFile) -> Response:
    """Take in a filled-in workbook; what can't be taken is named by sheet and row."""
    try:
        filled = read_sheet(file.file.read())
    except SheetError as refused:
        return _work(request, who, error=str(refused), status=400)
    with held(request.app.state.home) as home:
        outcome = verification.answer(
            home, who.account.department, filled.answers,
            by=who.account.name, at=datetime.now(UTC), work_days=request.app.state.verification_days,
        )  # fmt: skip
    problems = [(p.sheet, p.row, p.reason) for p in filled.problems]
    problems += [(*filled.places[finding], why) for finding, why in outcome.refused.items()]
    return _work(request, who, taken=len(outcome.requests), problems=sorted(problems)[:MOST])


@pages.get("/department/verification", Right.own)
def requests(request: Request, who: Who) -> Response:
    """What the department is asked to verify, and what became of its own answers."""
    return _requests(request, who)


@pages.post("/department/verification", Right.own)
def reply(
    request: Request,
    who: Who,
    number: Short = "",
    verdict: Verdict = "",
    right_value: RightValue = "",
    why: Why = "",
) -> Response:
    """Record what the source says: its value stands, or is wrong."""
    if verdict not in ("confirm", "concede"):
        raise HTTPException(400)
    with held(request.app.state.home) as home:
        error = verification.reply(
            home, who.account.department, number,
            confirms=verdict == "confirm", right_value=right_value, why=why, by=who.account.name, at=datetime.now(UTC),
        )  # fmt: skip
    if error:
        return _requests(request, who, error, status=409)
    return RedirectResponse("/department/verification", SEE_OTHER)


def _work(
    request: Request,
    who: Who,
    platform: str = "",
    action: str = "",
    after: int = 0,
    *,
    error: str = "",
    taken: int | None = None,
    problems: list[tuple[str, int, str]] | None = None,
    status: int = 200,
) -> Response:
    department = who.account.department
    with request.app.state.shelf.release() as release:
        work = work_list(release.home, department, platform=platform, action=action, after=after)
        names, version = _platforms(release), release.version
    ledger.append(
        request.app.state.home, "work", who.account.name,
        department=department, platform=platform, kind=action, after=after, shown=len(work.items), release=version,
    )  # fmt: skip
    own = [p for p in names if any(p == at for at, _ in work.counts)]
    return page(
        request, "work", work=work, platform=platform, action=action, after=after, step=A_PAGE, actions=ORDER, names=names,
        own=own, version=version, error=error, taken=taken, problems=problems or [], status=status,
    )  # fmt: skip


def _finding(request: Request, who: Who, finding: str, error: str) -> Response:
    with request.app.state.shelf.release() as release:
        work = work_list(release.home, who.account.department, finding=finding)
        names = _platforms(release)
    return page(request, "finding", item=next(iter(work.items), None), error=error, names=names)


def _requests(request: Request, who: Who, error: str = "", status: int = 200) -> Response:
    department = who.account.department
    with request.app.state.shelf.release() as release:
        model, names = release.home.data_model, _platforms(release)
        owners = {
            r["department"]: r["title"]
            for r in release.rows(
                "select department, any_value(department_zh) as title from catalogue.platform group by 1"
            )
        }
    known = verification.requests_of(request.app.state.home)
    asked = verification.asked_of(known, department)
    made = [r for r in reversed(known.values()) if r.department == department]
    words = {r.request_id: titles(model, r.kind, r.attribute) for r in (*asked, *made)}
    return page(
        request, "verification", asked=asked[:MOST], made=made[:MOST], count=len(made), titles=words, names=names,
        owners=owners, department=department, today=datetime.now(UTC).date(), error=error, status=status,
    )  # fmt: skip


def _platforms(release: Release) -> dict[str, tuple[str, str]]:
    rows = release.rows("select platform, title_zh, title_en from catalogue.platform order by platform")
    return {row["platform"]: (row["title_zh"], row["title_en"]) for row in rows}
