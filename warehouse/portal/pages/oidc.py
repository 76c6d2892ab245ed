"""Signing in at the city's identity provider: there, back, and out. Where none is declared these pages are not there.

A link begins it and not a form: the policy of the pages lets forms go nowhere else, and a browser holds it against where a form is
sent on to. What comes back ends on a page that goes on by itself: a browser sends the cookie of the session, which is for
this site's own requests alone, with what this site asks for and not with what the provider sends on.
"""

from __future__ import annotations

from typing import Annotated
from urllib.parse import urljoin

from fastapi import HTTPException, Query, Request
from fastapi.responses import RedirectResponse, Response

from warehouse import ledger
from warehouse.portal.identities import LASTS, Identities, Unmapped, browser_key
from warehouse.portal.oidc import Provider, ProviderError
from warehouse.portal.pages.session import SEE_OTHER, TRIES_A_MINUTE, sign_in_form, with_session
from warehouse.portal.rendering import page
from warehouse.portal.rights import Right
from warehouse.portal.routes import Pages

pages = Pages()
COOKIE = "onenet_oidc"
PATH = "/oidc"
Given = Annotated[str, Query(max_length=4096)]
STATUS = {"unreachable": 503, "misconfigured": 503}


@pages.get("/oidc/sign-in", Right.open)
def begin(request: Request) -> Response:
    """On to the provider."""
    provider, refused = _provider(request), _paced(request)
    if refused:
        return refused
    try:
        begun = provider.begin()
    except ProviderError as error:
        return _refused(request, error.code)
    identities: Identities = request.app.state.identities
    browser = request.cookies.get(COOKIE) or browser_key()  # two tabs of one browser may both be under way
    identities.begin(begun.state, browser, begun.nonce, begun.verifier)
    answer = RedirectResponse(begun.address, SEE_OTHER)
    answer.set_cookie(
        COOKIE, browser, max_age=int(LASTS.total_seconds()), httponly=True, samesite="lax", secure=request.app.state.secure, path=PATH
    )  # fmt: skip
    return answer


@pages.get("/oidc/callback", Right.open)
def callback(request: Request, state: Given = "", code: Given = "", iss: Given = "") -> Response:
    """Back from the provider: a session begins, or the sign-in page says why not."""
    provider, refused = _provider(request), _paced(request)
    if refused:
        return refused
    identities: Identities = request.app.state.identities
    flow = identities.take(state, request.cookies.get(COOKIE, "")) if state else None
    if flow is None:
        return _refused(request, "flow")
    if not code:
        return _refused(request, "refused")
    try:
        signed_in = identities.sign_in(provider.settings, provider.finish(code, iss, *flow))
    except (ProviderError, Unmapped) as error:
        return _refused(request, error.code)
    home, account = request.app.state.home, signed_in.account
    if signed_in.change:
        ledger.append(
            home, "grant", "oidc", user=account.name, change=signed_in.change, role=account.role.value, department=account.department
        )  # fmt: skip
    ledger.append(home, "sign_in", account.name, role=account.role.value, by_way_of="oidc")
    request.state.session = None
    answer = with_session(request, page(request, "signed_in"), signed_in.key)
    answer.delete_cookie(COOKIE, path=PATH)
    return answer


@pages.get("/oidc/signed-out", Right.open)
def signed_out(request: Request) -> Response:
    """The session here has ended; where to end the one at the provider."""
    provider = _provider(request)
    further = provider.end_session(urljoin(provider.settings.redirect_uri, "/sign-in"))
    return page(request, "signed_out", further=further, single=provider.settings.title)


def _provider(request: Request) -> Provider:
    provider: Provider | None = request.app.state.provider
    if provider is None:
        raise HTTPException(404)
    return provider


def _paced(request: Request) -> Response | None:
    address = request.client.host if request.client else ""
    if request.app.state.pace.allows(f"oidc {address}", 2 * TRIES_A_MINUTE):  # each sign-in asks twice
        return None
    return page(request, "refusal", status=429, code=429)


def _refused(request: Request, code: str) -> Response:
    """The sign-in page with a reason; the ledger is told the reason and of nobody."""
    ledger.append(request.app.state.home, "sign_in_refused", "", by_way_of="oidc", why=code)
    return sign_in_form(request, f"oidc {code}", STATUS.get(code, 403))
