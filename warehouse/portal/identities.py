"""From what a provider says of somebody to an account: found by the provider's own id, never by a name alone twice.

An account that signs in so has no password, and one that has a password is never signed in so: who may name himself at the provider
cannot take over an account of this portal. The first sign-in ties the account to the id (`sub`) of who signs in; from then on that
id alone opens it. Of an id the hash is kept.

Belongs here: sign-ins under way, ties, and what claims make of an account. Does not: the protocol (`oidc`).
"""

from __future__ import annotations

import secrets
import sqlite3
from collections.abc import Mapping
from datetime import timedelta
from typing import Any, NamedTuple

from warehouse.portal.accounts import DEPARTMENT, NAME, Account, AccountError, Accounts, digest, now
from warehouse.portal.oidc_settings import OidcSettings
from warehouse.portal.rights import Role

LASTS = timedelta(minutes=10)
"""How long a sign-in at the provider may take."""


class Unmapped(RuntimeError):  # noqa: N818 - it is an answer, not an error
    """Somebody the provider knows and this portal lets not in; `code`: account, subject, closed, role, department."""

    def __init__(self, code: str) -> None:
        super().__init__(code)
        self.code = code


class SignedIn(NamedTuple):
    """A session that has begun: its key, the account, and what became of the account: '', made, or changed."""

    key: str
    account: Account
    change: str


class Standing(NamedTuple):
    """Role and department as claims have them; None where the settings leave them to the administrator."""

    role: Role | None
    department: str | None


class Identities:
    """The ties of one home; from any thread."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def begin(self, state: str, browser: str, nonce: str, verifier: str) -> None:
        """Keep a sign-in that has begun in a browser; of state and browser the hash."""
        with self._accounts.transaction() as con:
            con.execute("delete from flow where begun_at < ?", (now(-LASTS),))
            con.execute(
                "insert into flow values (?, ?, ?, ?, ?)", (digest(state), digest(browser), nonce, verifier, now())
            )

    def take(self, state: str, browser: str) -> tuple[str, str] | None:
        """Nonce and verifier of a sign-in, once; None where this browser began none, or too long ago."""
        with self._accounts.transaction() as con:
            row = con.execute(
                "delete from flow where state = ? returning browser, nonce, verifier, begun_at", (digest(state),)
            ).fetchone()
        if row is None or row["browser"] != digest(browser) or row["begun_at"] < now(-LASTS):
            return None
        return row["nonce"], row["verifier"]

    def sign_in(self, settings: OidcSettings, claims: Mapping[str, Any]) -> SignedIn:
        """Begin the session of who has these claims.

        Raises:
            Unmapped: there is no account for them, or they don't say what it may do.
        """
        subject = digest(f"{settings.issuer} {claims['sub']}")
        standing = standing_of(settings, claims)
        name = self._account(settings, subject, claims)
        change = ""
        if name is None:
            name, change = self._make(settings, subject, claims, standing), "made"
        elif self._follow(name, standing):
            change = "changed"
        key, account = self._accounts.begin_session(name)
        return SignedIn(key, account, change)

    def _account(self, settings: OidcSettings, subject: str, claims: Mapping[str, Any]) -> str | None:
        """The account of a subject, tied now where it waits for its first sign-in; None where there is none of that name."""
        said = values_of(claims, settings.account)
        with self._accounts.transaction() as con:
            row = con.execute("select user from identity where subject = ?", (subject,)).fetchone()
            if row is None and len(said) == 1:
                row = con.execute(
                    "select name as user, subject, i.user is null as local from user left join identity i on i.user = name"
                    " where name = ?",
                    (said[0],),
                ).fetchone()
                if row is None:
                    return None
                if row["local"]:
                    raise Unmapped("account")
                if row["subject"]:
                    raise Unmapped("subject")
                con.execute("update identity set subject = ? where user = ?", (subject, row["user"]))
            if row is None:
                raise Unmapped("account")
            if con.execute("select closed from user where name = ?", (row["user"],)).fetchone()["closed"]:
                raise Unmapped("closed")
            return str(row["user"])

    def _make(self, settings: OidcSettings, subject: str, claims: Mapping[str, Any], standing: Standing) -> str:
        (name,) = values_of(claims, settings.account)
        if not settings.create or standing.role is None or not NAME.fullmatch(name):
            raise Unmapped("account")
        try:
            self._accounts.add_federated(name, standing.role, standing.department or "")
        except AccountError:
            raise Unmapped("account") from None
        with self._accounts.transaction() as con:
            try:
                con.execute("update identity set subject = ? where user = ?", (subject, name))
            except sqlite3.IntegrityError:
                raise Unmapped("subject") from None
        return name

    def _follow(self, name: str, standing: Standing) -> bool:
        """Let an account be what claims say; whether that changed it: then its sessions end."""
        with self._accounts.transaction() as con:
            row = con.execute("select role, department from user where name = ?", (name,)).fetchone()
            role = standing.role or Role(row["role"])
            department = row["department"] if standing.department is None else standing.department
            if role is not Role.department:
                department = ""
            elif not department:
                raise Unmapped("department")
            if (role.value, department) == tuple(row):
                return False
            con.execute("update user set role = ?, department = ? where name = ?", (role.value, department, name))
            con.execute("delete from session where user = ?", (name,))
            return True


def standing_of(settings: OidcSettings, claims: Mapping[str, Any]) -> Standing:
    """Role and department by the declared claims; exactly one must follow.

    Raises:
        Unmapped: none follows, or several.
    """
    role = department = None
    if settings.role:
        roles = {settings.role.values[v] for v in values_of(claims, settings.role.claim) if v in settings.role.values}
        if len(roles) != 1:
            raise Unmapped("role")
        (role,) = roles
    if settings.department and role in (None, Role.department):
        mapped = settings.department.values
        said = values_of(claims, settings.department.claim)
        codes = {mapped.get(v, "") for v in said} if mapped else {v for v in said if DEPARTMENT.fullmatch(v)}
        codes.discard("")
        if len(codes) > 1 or (role is Role.department and not codes):
            raise Unmapped("department")
        department = next(iter(codes), "")
    return Standing(role, department)


def values_of(claims: Mapping[str, Any], name: str) -> list[str]:
    """The texts of a claim, one or many; `a.b` is `b` of `a` where no claim is named so."""
    found: Any = claims.get(name)
    if found is None and "." in name:
        found = claims
        for part in name.split("."):
            found = found.get(part) if isinstance(found, Mapping) else None
    listed = found if isinstance(found, list) else [found]
    return [value for value in listed if isinstance(value, str) and value]


def browser_key() -> str:
    """What ties a sign-in to the browser it was begun in."""
    return secrets.token_urlsafe(32)
