"""Signing in and out, changing the own password, choosing a language."""

from __future__ import annotations

from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import RedirectResponse, Response

from warehouse import ledger
from warehouse.portal.accounts import AccountError, Accounts
from warehouse.portal.guard import COOKIE, Who
from warehouse.portal.rendering import LANGUAGE, page
from warehouse.portal.rights import HOME, Right
from warehouse.portal.routes import Pages

pages = Pages()
SEE_OTHER = 303
TRIES_A_MINUTE = 20
"""Of one address, with a password or at the identity provider."""

YEAR = 31_536_000


@pages.get("/", Right.self)
def start(who: Who) -> Response:
    """To the page a role begins at."""
    return RedirectResponse(HOME[who.account.role], SEE_OTHER)


@pages.get("/sign-in", Right.open)
def sign_in_page(request: Request) -> Response:
    """The form."""
    if request.state.session:
        return RedirectResponse("/", SEE_OTHER)
    return sign_in_form(request)


def sign_in_form(request: Request, error: str = "", status: int = 200) -> Response:
    """The form, with the button of the identity provider where there is one; `error` says why nobody is signed in."""
    provider = request.app.state.provider
    return page(request, "sign_in", status=status, error=error, single=provider.settings.title if provider else None)


@pages.post("/sign-in", Right.open)
def sign_in(
    request: Request,
    name: Annotated[str, Form(max_length=64)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Begin a session. What is told of a failure is always the same."""
    accounts: Accounts = request.app.state.accounts
    home = request.app.state.home
    address = request.client.host if request.client else ""
    if not request.app.state.pace.allows(f"sign-in {address}", TRIES_A_MINUTE):
        return page(request, "refusal", status=429, code=429)
    begun = accounts.sign_in(name.strip(), password)
    if begun is None:
        # Who mistypes may type the password into the other field: only a name that is one is written down.
        known = any(account.name == name.strip() for account in accounts.all())
        ledger.append(home, "sign_in_refused", name.strip() if known else "")
        return sign_in_form(request, "failed", 401)
    key, account = begun
    ledger.append(home, "sign_in", account.name, role=account.role.value)
    return with_session(request, RedirectResponse("/", SEE_OTHER), key)


def with_session(request: Request, answer: Response, key: str) -> Response:
    """An answer that hands a session to the browser."""
    answer.set_cookie(COOKIE, key, httponly=True, samesite="strict", secure=request.app.state.secure, path="/")
    return answer


@pages.post("/sign-out", Right.self)
def sign_out(request: Request, who: Who) -> Response:
    """End the session."""
    request.app.state.accounts.sign_out(who)
    ledger.append(request.app.state.home, "sign_out", who.account.name)
    single = who.account.federated and request.app.state.provider
    answer = RedirectResponse("/oidc/signed-out" if single else "/sign-in", SEE_OTHER)
    answer.delete_cookie(COOKIE, path="/")
    return answer


@pages.get("/password", Right.self)
def password_page(request: Request) -> Response:
    """The form."""
    return page(request, "password", error="", done=False)


@pages.post("/password", Right.self)
def change_password(
    request: Request,
    who: Who,
    former: Annotated[str, Form(max_length=1000)] = "",
    password: Annotated[str, Form(max_length=1000)] = "",
    again: Annotated[str, Form(max_length=1000)] = "",
) -> Response:
    """Change the own password; all other sessions of the account end."""
    accounts: Accounts = request.app.state.accounts
    error = ""
    if password != again:
        error = "两次输入的新口令不同 · the new password was typed in two ways"
    elif not accounts.knows(who.account.name, former):
        error = "现口令不对 · the present password is wrong"
    else:
        try:
            accounts.set_password(who.account.name, password, must_change=False, keep=who.hash)
        except AccountError as refused:
            error = str(refused)
    if error:
        return page(request, "password", status=400, error=error, done=False)
    ledger.append(request.app.state.home, "password", who.account.name)
    return RedirectResponse("/", SEE_OTHER)


@pages.post("/language", Right.open)
def language(
    request: Request, to: Annotated[str, Form(max_length=2)] = "zh", back: Annotated[str, Form(max_length=300)] = "/"
) -> Response:
    """Choose a language and go back to the page it was chosen on."""
    inside = back if back.startswith("/") and not back.startswith(("//", "/\\")) else "/"
    answer = RedirectResponse(inside, SEE_OTHER)
    answer.set_cookie(LANGUAGE, "en" if to == "en" else "zh", samesite="lax", max_age=YEAR, path="/")
    return answer
