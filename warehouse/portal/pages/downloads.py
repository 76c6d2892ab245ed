"""The extracts of a department: what there is of which release, what it is wanted for, the files, a receipt.

A file is handed out once its reader has said what for; that holds for thirty days and is told in the ledger with every file.
The receipt prints the head of the ledger: kept by the department, it is a witness against whoever might change the ledger.
"""

from __future__ import annotations

import json
from datetime import UTC, datetime
from typing import Annotated

from fastapi import Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from warehouse import access, ledger
from warehouse.portal.extracts import CONTENTS, LATEST, Extract, extract, extracts
from warehouse.portal.guard import Who
from warehouse.portal.ranges import file_answer
from warehouse.portal.rendering import page
from warehouse.portal.rights import Right
from warehouse.portal.routes import Pages

pages = Pages()
SEE_OTHER = 303
PURPOSES = ("核对并更正本部门数据", "业务办理中核验", "统计分析")
"""Offered; another one may be written."""


@pages.get("/department/extracts", Right.own)
def listed(request: Request, who: Who) -> Response:
    """All extracts, the newest first."""
    return page(request, "extracts", extracts=extracts(request.app.state.home, who.account.department))


@pages.get("/department/extracts/{version}", Right.own)
def files(request: Request, who: Who, version: str) -> Response:
    """The files of one extract, and the question what it is for."""
    found = _found(request, who, version)
    said = request.app.state.accounts.purpose(who.account.name, who.account.department, found.version)
    error = "withdrawn" if withdrawn(request, who, found) else ""
    return page(request, "extract", extract=found, purpose=said, purposes=PURPOSES, contents=CONTENTS, error=error)


@pages.post("/department/extracts/{version}/purpose", Right.own)
def purpose(
    request: Request,
    who: Who,
    version: str,
    said: Annotated[str, Form(max_length=200)] = "",
    other: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Keep what the extract is for."""
    found = _found(request, who, version)
    told = (other if said == "other" else said).strip()
    if not told:
        return page(
            request, "extract", status=400,
            extract=found, purpose=None, purposes=PURPOSES, contents=CONTENTS, error="purpose",
        )  # fmt: skip
    department = who.account.department
    request.app.state.accounts.state_purpose(who.account.name, department, found.version, told)
    ledger.append(
        request.app.state.home, "purpose", who.account.name, department=department, version=found.version, purpose=told
    )
    return RedirectResponse(f"/department/extracts/{found.version}", SEE_OTHER)


@pages.get("/department/extracts/{version}/files/{name}", Right.own)
def file(request: Request, who: Who, version: str, name: str) -> Response:
    """One file, whole or in parts; `latest` stands for the newest release."""
    found = _found(request, who, version)
    path = found.file(name)
    if path is None:
        raise HTTPException(404)
    if withdrawn(request, who, found):
        raise HTTPException(403)
    said = request.app.state.accounts.purpose(who.account.name, who.account.department, found.version)
    if said is None:
        return RedirectResponse(f"/department/extracts/{found.version}", SEE_OTHER)
    try:
        answer = file_answer(request, path, found.tag, pinned=version != LATEST)
    except FileNotFoundError:
        raise HTTPException(404) from None
    if request.method == "GET" and answer.status_code in (200, 206):
        ledger.append(
            request.app.state.home, "download", who.account.name,
            department=found.folder.parent.name, version=found.version, file=name, manifest=found.tag, purpose=said,
            range=answer.headers.get("content-range", ""),
        )  # fmt: skip
    return answer


@pages.get("/department/extracts/{version}/receipt", Right.own)
def receipt(request: Request, who: Who, version: str) -> Response:
    """What was given to whom for what, with the head of the ledger; for `onenet ledger verify --against`."""
    found = _found(request, who, version)
    said = request.app.state.accounts.purpose(who.account.name, who.account.department, found.version)
    if said is None:
        return RedirectResponse(f"/department/extracts/{found.version}", SEE_OTHER)
    told = {
        "release": found.version,
        "department": who.account.department,
        "manifest_sha256": found.tag,
        "purpose": said,
        "by": who.account.name,
        "at": datetime.now(UTC).isoformat(timespec="seconds"),
        "ledger": ledger.seal(request.app.state.home, ledger.head(request.app.state.home)),
    }
    name = f"receipt_{who.account.department}_{found.version}.json"
    return Response(
        json.dumps(told, ensure_ascii=False, indent=2) + "\n",
        media_type="application/json",
        headers={"Content-Disposition": f'attachment; filename="{name}"'},
    )


def withdrawn(request: Request, who: Who, found: Extract) -> bool:
    """Whether an extract was made under a grant that was revoked or has ended; then it is handed out no more."""
    return found.holds(access.dead(request.app.state.home, who.account.department, access.today()))


def _found(request: Request, who: Who, version: str) -> Extract:
    """An extract of the own department; there are no others."""
    found = extract(request.app.state.home, who.account.department, version)
    if found is None:
        raise HTTPException(404)
    return found
