"""The application: pages put together, what each needs at hand, and how refusals look.

FastAPI's own pages (docs) load scripts from outside and are off. Nothing is logged of addresses: whatever is done stands in the
ledger of acts.
"""

from __future__ import annotations

from collections.abc import Mapping
from http import HTTPStatus
from importlib import resources

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import JSONResponse, RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from warehouse.model.home import Home
from warehouse.portal.accounts import Accounts
from warehouse.portal.desk import BusyError, Desk, Review
from warehouse.portal.guard import PASSWORD, Denied, Forged, PasswordNeeded, SignInNeeded, TokenNeeded, TooOften
from warehouse.portal.headers import Headers
from warehouse.portal.identities import Identities
from warehouse.portal.oidc import Provider
from warehouse.portal.oidc_settings import OidcSettings
from warehouse.portal.pace import Pace
from warehouse.portal.pages import ALL
from warehouse.portal.rendering import page
from warehouse.portal.routes import route_table
from warehouse.portal.shelf import NoReleaseError, Shelf
from warehouse.portal.tokens import Tokens
from warehouse.verification import VERIFICATION_DAYS

SEE_OTHER = 303


def portal(
    home: Home,
    review: Review,
    *,
    secure: bool = False,
    verification_days: int = VERIFICATION_DAYS,
    oidc: OidcSettings | None = None,
) -> FastAPI:
    """The portal of a home.

    Args:
        home: the home.
        review: where questions for stewards come from and verdicts go.
        secure: it is reached by HTTPS alone: cookies are never sent otherwise.
        verification_days: work days a department has to answer what it is asked to verify.
        oidc: the city's identity provider; None where there are local accounts alone.
    """
    app = FastAPI(title="一张网", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.home = home
    app.state.accounts = Accounts(home)
    app.state.tokens = Tokens(app.state.accounts)
    app.state.identities = Identities(app.state.accounts)
    app.state.provider = Provider(oidc) if oidc else None
    app.state.shelf = Shelf(home)
    app.state.desk = Desk(review)
    app.state.pace = Pace()
    app.state.secure = secure
    app.state.verification_days = verification_days
    for pages in ALL:
        # Flat, so that the table of routes is the list of routes.
        app.router.routes.extend(pages.router.routes)
    app.mount("/static", StaticFiles(directory=str(resources.files("warehouse.portal") / "static")))
    tuple(route_table(app))
    _refusals(app)
    app.add_middleware(Headers, secure=secure)
    return app


def _refusals(app: FastAPI) -> None:
    """What is answered where a request may not go on."""

    def to(path: str) -> Response:
        return RedirectResponse(path, SEE_OTHER)

    def sign_in(request: Request, _: Exception) -> Response:
        if request.headers.get("hx-request"):
            return Response(status_code=204, headers={"HX-Redirect": "/sign-in"})
        return to("/sign-in")

    app.add_exception_handler(SignInNeeded, sign_in)
    app.add_exception_handler(PasswordNeeded, lambda request, _: to(PASSWORD))
    app.add_exception_handler(TokenNeeded, lambda request, _: _refusal(request, 401, {"WWW-Authenticate": "Bearer"}))
    app.add_exception_handler(TooOften, lambda request, _: _refusal(request, 429, {"Retry-After": "60"}))
    app.add_exception_handler(Denied, lambda request, _: _refusal(request, 403))
    app.add_exception_handler(Forged, lambda request, _: _refusal(request, 400))
    app.add_exception_handler(
        RequestValidationError, lambda request, _: _refusal(request, 422 if _is_call(request) else 400)
    )
    app.add_exception_handler(NoReleaseError, lambda request, _: _refusal(request, 503))
    app.add_exception_handler(BusyError, lambda request, _: _refusal(request, 409))
    app.add_exception_handler(Exception, lambda request, _: _refusal(request, 500))
    app.add_exception_handler(HTTPException, lambda request, error: _refusal(request, error.status_code, error.headers))


def _is_call(request: Request) -> bool:
    return request.url.path.startswith("/api/")


def _refusal(request: Request, status: int, headers: Mapping[str, str] | None = None) -> Response:
    """A page that says no; to a call a problem as RFC 9457 has it."""
    if _is_call(request):
        told = {"type": "about:blank", "title": HTTPStatus(status).phrase, "status": status}
        return JSONResponse(told, status, headers, media_type="application/problem+json")
    answer = page(request, "refusal", status=status, code=status)
    answer.headers.update(headers or {})
    return answer
