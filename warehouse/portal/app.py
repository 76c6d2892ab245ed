"""The application: pages put together, what each needs at hand, and how refusals look.

FastAPI's own pages (docs) load scripts from outside and are off. Nothing is logged of addresses: whatever is done stands in the
ledger of acts.
"""

from __future__ import annotations

from importlib import resources

from fastapi import FastAPI, Request
from fastapi.exceptions import RequestValidationError
from fastapi.responses import RedirectResponse, Response
from starlette.exceptions import HTTPException
from starlette.staticfiles import StaticFiles

from warehouse.model.home import Home
from warehouse.portal.accounts import Accounts
from warehouse.portal.desk import BusyError, Desk, Review
from warehouse.portal.guard import PASSWORD, Denied, Forged, PasswordNeeded, SignInNeeded
from warehouse.portal.headers import Headers
from warehouse.portal.pace import Pace
from warehouse.portal.pages import ALL
from warehouse.portal.rendering import page
from warehouse.portal.routes import route_table
from warehouse.portal.shelf import NoReleaseError, Shelf

SEE_OTHER = 303


def portal(home: Home, review: Review, *, secure: bool = False) -> FastAPI:
    """The portal of a home.

    Args:
        home: the home.
        review: where questions for stewards come from and verdicts go.
        secure: it is reached by HTTPS alone: cookies are never sent otherwise.
    """
    app = FastAPI(title="一张网", docs_url=None, redoc_url=None, openapi_url=None)
    app.state.home = home
    app.state.accounts = Accounts(home)
    app.state.shelf = Shelf(home)
    app.state.desk = Desk(review)
    app.state.pace = Pace()
    app.state.secure = secure
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
    app.add_exception_handler(Denied, lambda request, _: _refusal(request, 403))
    app.add_exception_handler(Forged, lambda request, _: _refusal(request, 400))
    app.add_exception_handler(RequestValidationError, lambda request, _: _refusal(request, 400))
    app.add_exception_handler(NoReleaseError, lambda request, _: _refusal(request, 503))
    app.add_exception_handler(BusyError, lambda request, _: _refusal(request, 409))
    app.add_exception_handler(Exception, lambda request, _: _refusal(request, 500))
    app.add_exception_handler(HTTPException, lambda request, error: _refusal(request, error.status_code))


def _refusal(request: Request, status: int) -> Response:
    return page(request, "refusal", status=status, code=status)
