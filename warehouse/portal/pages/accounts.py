"""The administrator's page: make accounts, set passwords anew, close and open. What was changed is dead for open sessions at once."""

from __future__ import annotations

import secrets
from typing import Annotated

from fastapi import Form, Request
from fastapi.responses import Response

from warehouse import ledger
from warehouse.portal.accounts import AccountError, Accounts
from warehouse.portal.guard import Who
from warehouse.portal.rendering import page
from warehouse.portal.rights import ROLE_WORDS, Right, Role
from warehouse.portal.routes import Pages
from warehouse.portal.shelf import NoReleaseError
from warehouse.portal.tokens import MOST_DAYS

pages = Pages()


@pages.get("/accounts", Right.accounts)
def listed(request: Request) -> Response:
    """All accounts."""
    return _page(request)


@pages.post("/accounts", Right.accounts)
def add(
    request: Request,
    who: Who,
    name: Annotated[str, Form(max_length=64)] = "",
    role: Annotated[str, Form(max_length=20)] = "",
    department: Annotated[str, Form(max_length=64)] = "",
    federated: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Make an account; its first password is shown once. One of the identity provider's users has none."""
    password = secrets.token_urlsafe(12)
    single = federated == "yes" and request.app.state.provider is not None
    accounts: Accounts = request.app.state.accounts
    try:
        chosen = Role(role)
        code = department if chosen is Role.department else ""
        if single:
            accounts.add_federated(name.strip(), chosen, code)
        else:
            accounts.add(name.strip(), chosen, code, password)
    except AccountError as refused:
        return _page(request, error=str(refused), status=400)
    except ValueError:
        return _page(request, error="没有此角色 · no such role", status=400)
    told = {"user": name.strip(), "change": "made", "role": role, "department": code}
    ledger.append(request.app.state.home, "grant", who.account.name, **told)
    return _page(request, fresh=None if single else (name.strip(), password))


@pages.post("/accounts/password", Right.accounts)
def reset(request: Request, who: Who, name: Annotated[str, Form(max_length=64)] = "") -> Response:
    """Set a new first password, shown once; locks and sessions of the account end."""
    if name == who.account.name:
        return _page(request, error="请在“口令”页更改自己的口令 · change your own on its page", status=400)
    password = secrets.token_urlsafe(12)
    try:
        request.app.state.accounts.set_password(name, password, must_change=True)
    except AccountError as refused:
        return _page(request, error=str(refused), status=400)
    ledger.append(request.app.state.home, "grant", who.account.name, user=name, change="password")
    return _page(request, fresh=(name, password))


@pages.post("/accounts/state", Right.accounts)
def close(
    request: Request,
    who: Who,
    name: Annotated[str, Form(max_length=64)] = "",
    closed: Annotated[str, Form(max_length=5)] = "",
) -> Response:
    """Close an account, or open it again."""
    if name == who.account.name:
        return _page(request, error="不能停用自己的账户 · nobody closes his own account", status=400)
    try:
        request.app.state.accounts.close(name, closed == "yes")
    except AccountError as refused:
        return _page(request, error=str(refused), status=400)
    change = "closed" if closed == "yes" else "opened"
    ledger.append(request.app.state.home, "grant", who.account.name, user=name, change=change)
    return _page(request)


@pages.post("/accounts/tokens", Right.accounts)
def add_token(
    request: Request,
    who: Who,
    name: Annotated[str, Form(max_length=64)] = "",
    department: Annotated[str, Form(max_length=64)] = "",
    purpose: Annotated[str, Form(max_length=200)] = "",
    days: Annotated[int, Form(ge=1, le=MOST_DAYS)] = 90,
) -> Response:
    """Make a token for the programs of a department; it is shown once."""
    try:
        key = request.app.state.tokens.add(name.strip(), department, purpose, days)
    except AccountError as refused:
        return _page(request, error=str(refused), status=400)
    ledger.append(
        request.app.state.home, "grant", who.account.name,
        user=f"token:{name.strip()}", change="made", role="department", department=department, purpose=purpose, days=days,
    )  # fmt: skip
    return _page(request, token=(name.strip(), key))


@pages.post("/accounts/tokens/revoke", Right.accounts)
def revoke_token(request: Request, who: Who, name: Annotated[str, Form(max_length=64)] = "") -> Response:
    """Let a token end now."""
    try:
        request.app.state.tokens.revoke(name)
    except AccountError as refused:
        return _page(request, error=str(refused), status=400)
    ledger.append(request.app.state.home, "grant", who.account.name, user=f"token:{name}", change="revoked")
    return _page(request)


def _page(
    request: Request,
    *,
    error: str = "",
    fresh: tuple[str, str] | None = None,
    token: tuple[str, str] | None = None,
    status: int = 200,
) -> Response:
    provider = request.app.state.provider
    return page(
        request, "accounts", status=status, accounts=request.app.state.accounts.all(), roles=ROLE_WORDS,
        departments=_departments(request), error=error, fresh=fresh, token=token,
        tokens=request.app.state.tokens.all(), single=provider.settings.title if provider else None,
    )  # fmt: skip


def _departments(request: Request) -> list[dict[str, str]]:
    """Code and title of every department of the release; none while there is no release."""
    try:
        with request.app.state.shelf.release() as release:
            found: list[dict[str, str]] = release.rows(
                "select department as code, any_value(department_zh) as title from catalogue.platform group by 1 order by 1"
            )
            return found
    except NoReleaseError:
        return []
