"""The pages of a department as JSON, for its programs: `/api/v1`, described by `/api/v1/openapi.json`.

A program calls with a token (`Authorization: Bearer …`), sees what the pages show its department and may do what they let it do.
Lists come a page at a time and say where the next one begins. Answers carry an entity tag; asked with it, what has not changed is
a 304. What is searched for stands in the body of a request, never in an address.

Belongs here: the calls. Does not: what they look like (`warehouse.portal.shapes`).
"""

from __future__ import annotations

import hashlib
from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Depends, HTTPException, Query, Request
from fastapi import Path as InPath
from fastapi.openapi.utils import get_openapi
from fastapi.responses import JSONResponse, Response
from pydantic import BaseModel

from warehouse import ledger, verification
from warehouse.portal import shapes
from warehouse.portal.entity import entity
from warehouse.portal.extracts import LATEST, extract, extracts
from warehouse.portal.guard import Who
from warehouse.portal.held import held
from warehouse.portal.pages.department import PLATFORMS, REJECTED
from warehouse.portal.pages.downloads import withdrawn
from warehouse.portal.ranges import file_answer
from warehouse.portal.rights import Right
from warehouse.portal.routes import API, PROBLEM, REFUSALS, Calls
from warehouse.portal.search import search
from warehouse.portal.sight import sight_of
from warehouse.portal.work import findings_page

pages = Calls()
MOST = 500
WORD = r"^[^\x00]*$"
Limit = Annotated[int, Query(ge=1, le=MOST, description="how many at most")]
After = Annotated[int, Query(ge=0, le=10_000_000, description="how many to pass over: `next` of the page before")]
Word = Annotated[str, Query(max_length=64, pattern=WORD)]
Name = Annotated[str, InPath(max_length=128, pattern=WORD)]
File = Annotated[str, InPath(max_length=255, pattern=WORD)]


class Paged(BaseModel):
    """Which lines of a list are wanted."""

    limit: int
    after: int


def _paged(limit: Limit = 100, after: After = 0) -> Paged:
    return Paged(limit=limit, after=after)


Page = Annotated[Paged, Depends(_paged)]


@pages.get("/openapi.json", Right.open, dict[str, Any], include_in_schema=False)
def description(request: Request) -> Response:
    """The description of the API (OpenAPI 3.1)."""
    routes = [route for route in request.app.routes if getattr(route, "path", "").startswith(API)]
    told = get_openapi(title="一张网 · One Network", version="1", description=__doc__ or "", routes=routes)
    parts = told.setdefault("components", {})
    parts.setdefault("schemas", {})["Problem"] = shapes.Problem.model_json_schema()
    parts["securitySchemes"] = {"token": {"type": "http", "scheme": "bearer"}}
    told["security"] = [{"token": []}]
    return JSONResponse(told)


@pages.get("/platforms", Right.own, shapes.Platforms)
def platforms(request: Request, who: Who) -> Response:
    """The platforms of the department: how fresh, how many rows, how many sent back, how good."""
    with request.app.state.shelf.release() as release:
        lines = release.rows(PLATFORMS, who.account.department)
        return _answer(request, shapes.Platforms(release=release.version, items=lines, next=None))


@pages.get("/platforms/{platform}/rejected", Right.own, shapes.RejectedRows)
def rejected(request: Request, who: Who, platform: Name, page: Page) -> Response:
    """Rows that were sent back, with file, sheet, row, column and reason."""
    with request.app.state.shelf.release() as release:
        own = {row["platform"] for row in release.rows(PLATFORMS, who.account.department)}
        if platform not in own:
            raise HTTPException(404)
        lines = release.rows(REJECTED, platform, page.limit + 1, page.after)
        return _answer(request, shapes.RejectedRows(release=release.version, **_cut(lines, page)))


@pages.get("/findings", Right.own, shapes.Findings)
def findings(request: Request, who: Who, page: Page, platform: Word = "", action: Word = "") -> Response:
    """The work list, most certain first, with what the department said of each."""
    with request.app.state.shelf.release() as release:
        items = findings_page(
            release.home,
            who.account.department,
            platform=platform,
            action=action,
            limit=page.limit + 1,
            after=page.after,
        )
        version = release.version
    ledger.append(
        request.app.state.home, "work", who.account.name,
        department=who.account.department, platform=platform, kind=action, after=page.after, shown=len(items), release=version,
    )  # fmt: skip
    lines = [{**i.line, "state": i.request.state if i.request else None} for i in items]
    return _answer(request, shapes.Findings(release=version, **_cut(lines, page)))


@pages.post("/findings/answers", Right.own, shapes.Taken)
def answer(request: Request, who: Who, said: shapes.Answers) -> Response:
    """Accept or refuse corrections, as many at once as there are. Those that can't be taken are named with the reason."""
    with held(request.app.state.home) as home:
        outcome = verification.answer(
            home, who.account.department,
            [verification.Answer(a.finding, a.accepts, a.right_value, a.why) for a in said.answers],
            by=who.account.name, at=datetime.now(UTC), work_days=request.app.state.verification_days,
        )  # fmt: skip
    return _answer(request, shapes.Taken(requests=list(outcome.requests), refused=outcome.refused))


@pages.get("/verifications", Right.own, shapes.Verifications)
def verifications(request: Request, who: Who, page: Page, asked: bool = False) -> Response:
    """What the department said and what became of it, newest first; with `asked` what it is asked to verify."""
    known, department = verification.requests_of(request.app.state.home), who.account.department
    if asked:
        found = verification.asked_of(known, department)
    else:
        found = [r for r in reversed(known.values()) if r.department == department]
    window = found[page.after : page.after + page.limit + 1]
    return _answer(request, shapes.Verifications(**_cut([shapes.verification(r, department) for r in window], page)))


@pages.post("/verifications/{number}/reply", Right.own, shapes.Done)
def reply(request: Request, who: Who, number: Name, said: shapes.Reply) -> Response:
    """As the source: the value stands, or is wrong."""
    with held(request.app.state.home) as home:
        error = verification.reply(
            home, who.account.department, number,
            confirms=said.confirms, right_value=said.right_value, why=said.why, by=who.account.name, at=datetime.now(UTC),
        )  # fmt: skip
    if error:
        raise HTTPException(409)
    return _answer(request, shapes.Done(number=number))


@pages.get("/extracts", Right.own, shapes.Extracts)
def listed(request: Request, who: Who) -> Response:
    """The extracts there are, newest first, with their files."""
    found = extracts(request.app.state.home, who.account.department)
    items = [shapes.Extract(version=e.version, tag=e.tag, written_at=e.written_at, files=e.files) for e in found]
    return _answer(request, shapes.Extracts(items=items, next=None))


@pages.get(
    "/extracts/{version}/files/{name}",
    Right.own,
    None,
    response_class=Response,
    responses={
        200: {"description": "The file", "content": {"*/*": {}}},
        206: {"description": "A part of it", "content": {"*/*": {}}},
        304: {"description": "Not changed"},
        412: {"description": "Another one is there by now"},
        416: {"description": "The range begins behind the end"},
        **dict.fromkeys(REFUSALS, PROBLEM),
    },
)
def file(request: Request, who: Who, version: Name, name: File) -> Response:
    """A file of an extract, whole or in one range; `latest` stands for the newest release. The purpose is that of the token."""
    found = extract(request.app.state.home, who.account.department, version)
    path = found.file(name) if found else None
    if found is None or path is None:
        raise HTTPException(404)
    if withdrawn(request, who, found):
        raise HTTPException(403)
    try:
        answered = file_answer(request, path, found.tag, pinned=version != LATEST)
    except FileNotFoundError:
        raise HTTPException(404) from None
    if request.method == "GET" and answered.status_code in (200, 206):
        ledger.append(
            request.app.state.home, "download", who.account.name,
            department=who.account.department, version=found.version, file=name, manifest=found.tag,
            purpose=request.state.purpose, range=answered.headers.get("content-range", ""),
        )  # fmt: skip
    return answered


@pages.post("/search", Right.look, shapes.Hits)
def find(request: Request, who: Who, asked: shapes.Search) -> Response:
    """Entities by id, number, name (a slip forgiven), pinyin or address, as far as the department may know of them."""
    with request.app.state.shelf.release() as release:
        hits = search(release, asked.typed, sight_of(who.account, release))
        version = release.version
        ledger.append(
            request.app.state.home, "search", who.account.name,
            typed=release.token(asked.typed.strip()), found=len(hits), release=version,
        )  # fmt: skip
    return _answer(request, shapes.Hits(release=version, items=[shapes.hit(h) for h in hits], next=None))


@pages.get("/entities/{entity_id}", Right.look, shapes.Entity)
def one(request: Request, who: Who, entity_id: Name) -> Response:
    """Everything the department may see of an entity; of one that lives on under other ids, those."""
    with request.app.state.shelf.release() as release:
        shown = entity(release, entity_id, sight_of(who.account, release))
        version = release.version
    if shown is None:
        raise HTTPException(404)
    ledger.append(request.app.state.home, "view", who.account.name, kind=shown.kind, entity=entity_id, release=version)
    return _answer(request, shapes.entity(version, shown))


def _cut(lines: list[Any], page: Paged) -> dict[str, Any]:
    """A page of lines of which one more was asked for, and where the next one begins."""
    more = len(lines) > page.limit
    return {"items": lines[: page.limit], "next": page.after + page.limit if more else None}


def _answer(request: Request, told: BaseModel) -> Response:
    """JSON with its entity tag; 304 where the caller has it."""
    body = told.model_dump_json().encode()
    tag = f'"{hashlib.sha256(body).hexdigest()[:32]}"'
    headers = {"ETag": tag, "Cache-Control": "private, no-cache"}
    known = [part.strip().removeprefix("W/") for part in request.headers.get("if-none-match", "").split(",")]
    if request.method in ("GET", "HEAD") and (tag in known or "*" in known):
        return Response(status_code=304, headers=headers)
    return Response(body, media_type="application/json", headers=headers)
