"""Search, and a page per entity. What is typed is sent in the body of a request, never in an address."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from warehouse import ledger
from warehouse.portal.entity import entity
from warehouse.portal.guard import Who
from warehouse.portal.rendering import page
from warehouse.portal.rights import Right
from warehouse.portal.routes import Pages
from warehouse.portal.search import WHY, search
from warehouse.portal.shelf import Release
from warehouse.portal.sight import sight_of

pages = Pages()
SEARCHES_A_MINUTE = 60


@pages.get("/search", Right.look)
def search_page(request: Request) -> Response:
    """The form."""
    return page(request, "search", found=None, typed="", why=WHY)


@pages.post("/search", Right.look)
def found(request: Request, who: Who, typed: Annotated[str, Form(max_length=200)] = "") -> Response:
    """What is found; told in the ledger by how many, and by a keyed token of what was typed."""
    if not request.app.state.pace.allows(f"search {who.account.name}", SEARCHES_A_MINUTE):
        return page(request, "refusal", status=429, code=429)
    with request.app.state.shelf.release() as release:
        hits = search(release, typed, sight_of(who.account, release))
        titles = {name: (kind.title.zh, kind.title.en) for name, kind in release.home.data_model.kinds.items()}
        ledger.append(
            request.app.state.home, "search", who.account.name,
            typed=release.token(typed.strip()), found=len(hits), release=release.version,
        )  # fmt: skip
    template = "found" if request.headers.get("hx-request") else "search"
    return page(request, template, found=hits, typed=typed, titles=titles, why=WHY)


@pages.get("/entities/{entity_id}", Right.look)
def entity_page(request: Request, who: Who, entity_id: str) -> Response:
    """One entity; an id that lives on under another leads there."""
    with request.app.state.shelf.release() as release:
        sight = sight_of(who.account, release)
        shown = entity(release, entity_id, sight)
        if shown is None:
            raise HTTPException(404)
        if len(shown.heirs) == 1:
            return RedirectResponse(f"/entities/{shown.heirs[0]}", 308)
        titles = {name: (kind.title.zh, kind.title.en) for name, kind in release.home.data_model.kinds.items()}
        platforms = release.kept("platform titles", _platforms)
        version = release.version
    if request.method == "GET":
        ledger.append(
            request.app.state.home, "view", who.account.name, kind=shown.kind, entity=entity_id, release=version
        )
    return page(request, "entity", entity=shown, sight=sight, titles=titles, platforms=platforms, version=version)


def _platforms(release: Release) -> dict[str, tuple[str, str]]:
    rows = release.rows("select platform, title_zh, title_en from catalogue.platform")
    return {row["platform"]: (row["title_zh"], row["title_en"]) for row in rows}
