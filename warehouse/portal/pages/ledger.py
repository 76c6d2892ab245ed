"""The auditor's page: the newest acts, and whether the ledger is whole."""

from __future__ import annotations

from typing import Annotated

from fastapi import Query, Request
from fastapi.responses import Response

from warehouse import ledger
from warehouse.ledger.verify import WORDS
from warehouse.portal.guard import Who
from warehouse.portal.rendering import page
from warehouse.portal.rights import Right
from warehouse.portal.routes import Pages

pages = Pages()
A_PAGE = 100


@pages.get("/ledger", Right.ledger)
def acts(request: Request, after: Annotated[int, Query(ge=0, le=100_000_000)] = 0) -> Response:
    """The newest acts first."""
    return _page(request, after, None)


@pages.post("/ledger/verify", Right.ledger)
def verify(request: Request, who: Who) -> Response:
    """Look through the whole ledger; the looking is an act too."""
    report = ledger.verify(request.app.state.home)
    ledger.append(
        request.app.state.home, "verify", who.account.name, lines=report.head.lines, findings=len(report.findings)
    )
    return _page(request, 0, report)


def _page(request: Request, after: int, report: ledger.Report | None) -> Response:
    home = request.app.state.home
    lines = list(ledger.ledger_lines(home, A_PAGE, skip=after))
    return page(
        request, "ledger", lines=lines, head=ledger.head(home), after=after, step=A_PAGE,
        acts=ledger.ACTS, report=report, finding_words=WORDS,
    )  # fmt: skip
