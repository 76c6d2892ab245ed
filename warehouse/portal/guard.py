"""Who asks, and may he? Asked before every route; a route without an answer to this can't be added (`routes`).

A request that changes something must come from a page of this portal: it carries the token of the session, and what the
browser says of its origin must fit. Not signed in: to the sign-in page. Signed in without the right: 403, and nothing is told
of what is there. A password set by somebody else must be changed before anything else.

Belongs here: the dependency of every route. Does not: the table of rights (`rights`).
"""

from __future__ import annotations

import hmac
from typing import Annotated

from fastapi import Depends, Request

from warehouse.portal.accounts import Accounts, Session
from warehouse.portal.rights import Right, allows

COOKIE = "onenet_session"
SAFE = ("GET", "HEAD")
PASSWORD = "/password"
CALLS_A_MINUTE = 600
MOST = 64 << 20
"""Bytes of a form at most, a filled-in workbook included."""


class SignInNeeded(Exception):  # noqa: N818 - it is an answer, not an error
    """Nobody is signed in."""


class TokenNeeded(Exception):  # noqa: N818
    """A call without a token that is alive."""


class TooOften(Exception):  # noqa: N818
    """More calls in a minute than are allowed."""


class PasswordNeeded(Exception):  # noqa: N818
    """The password must be changed first."""


class Denied(Exception):  # noqa: N818
    """Signed in, without the right."""


class Forged(Exception):  # noqa: N818
    """A change that no page of this portal asked for."""


class May:
    """The dependency of a route that asks for one right."""

    def __init__(self, right: Right) -> None:
        self.right = right

    async def __call__(self, request: Request) -> Session | None:
        """The session of a request that may go on; None only where a route is open.

        Raises:
            SignInNeeded, PasswordNeeded, Denied, Forged: it may not.
        """
        accounts: Accounts = request.app.state.accounts
        key = request.cookies.get(COOKIE, "")
        session = accounts.session(key) if key else None
        request.state.session = session
        if request.method not in SAFE and not _same_origin(request):
            raise Forged
        if self.right is Right.open:
            return session
        if session is None:
            raise SignInNeeded
        if request.method not in SAFE and not await _has_token(request, session):
            raise Forged
        if not allows(session.account.role, self.right):
            raise Denied
        if session.account.must_change and request.url.path not in (PASSWORD, "/sign-out"):
            raise PasswordNeeded
        return session


class MayCall(May):
    """The dependency of a route of the API: asks for a token in `Authorization: Bearer`, and for nothing a browser sends."""

    async def __call__(self, request: Request) -> Session | None:
        """The session of a call that may go on; None only where a route is open.

        Raises:
            TokenNeeded, Denied, TooOften: it may not.
        """
        scheme, _, key = request.headers.get("authorization", "").partition(" ")
        found = request.app.state.tokens.session(key.strip()) if scheme.lower() == "bearer" and key.strip() else None
        request.state.session, request.state.purpose = found or (None, "")
        if self.right is Right.open:
            return None
        if found is None:
            raise TokenNeeded
        session, _ = found
        if not allows(session.account.role, self.right):
            raise Denied
        if not request.app.state.pace.allows(f"api {session.account.name}", CALLS_A_MINUTE):
            raise TooOften
        return session


def signed_in(request: Request) -> Session:
    """The session of a request that `May` let through."""
    session = request.state.session
    if session is None:
        raise SignInNeeded
    return session


Who = Annotated[Session, Depends(signed_in)]


def _same_origin(request: Request) -> bool:
    """What the browser says of where a request comes from. A program that says nothing has no cookie to misuse."""
    site = request.headers.get("sec-fetch-site")
    if site is not None and site not in ("same-origin", "none"):
        return False
    origin = request.headers.get("origin")
    return origin is None or origin.partition("://")[2] == request.headers.get("host", "")


async def _has_token(request: Request, session: Session) -> bool:
    given = request.headers.get("x-csrf-token")
    if given is None:
        kind = request.headers.get("content-type", "").partition(";")[0].strip().lower()
        if kind not in ("application/x-www-form-urlencoded", "multipart/form-data"):
            return False
        if int(request.headers.get("content-length") or MOST + 1) > MOST:
            return False
        given = str((await request.form()).get("csrf", ""))
    return hmac.compare_digest(given.encode(), session.csrf.encode())
