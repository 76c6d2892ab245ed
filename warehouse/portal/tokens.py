"""Tokens by which programs of a department call the API: random, kept as hashes, with a purpose and an end, dead once revoked.

A token has the rights of the role department and no others. Decree 809, art. 25: no use beyond the purpose, so a token is made
for one. Belongs here: making, looking up, revoking. Does not: asking for one on a request (`guard`).
"""

from __future__ import annotations

import secrets
import sqlite3
from dataclasses import dataclass
from datetime import timedelta

from warehouse.portal.accounts import DEPARTMENT, NAME, Account, AccountError, Accounts, Session, digest, now
from warehouse.portal.rights import Role

PREFIX = "onenet_"
"""How a token begins, so that one that strays is seen for what it is."""
MOST_DAYS = 366


@dataclass(frozen=True)
class Token:
    """What is known of a token: its name, whose it is, what for, from when until when, whether it is dead."""

    name: str
    department: str
    purpose: str
    made_at: str
    expires_at: str
    revoked: bool
    expired: bool


class Tokens:
    """The tokens of one home; from any thread."""

    def __init__(self, accounts: Accounts) -> None:
        self._accounts = accounts

    def add(self, name: str, department: str, purpose: str, days: int) -> str:
        """Make a token; it is shown once.

        Raises:
            AccountError: name, department, purpose or days are not allowed, or there is such a token.
        """
        if not NAME.fullmatch(name) or not DEPARTMENT.fullmatch(department):
            raise AccountError(
                "名称与部门代码须为小写字母、数字、_ . - · small letters, digits, _ . - for name and department"
            )
        if not purpose.strip() or len(purpose) > 200:
            raise AccountError("请写明用途（不超过 200 字）· say what it is for")
        if not 1 <= days <= MOST_DAYS:
            raise AccountError(f"有效期须为 1–{MOST_DAYS} 天 · it lasts 1–{MOST_DAYS} days")
        key = PREFIX + secrets.token_urlsafe(32)
        try:
            with self._accounts.transaction() as con:
                con.execute(
                    "insert into token values (?, ?, ?, ?, ?, ?, null)",
                    (name, digest(key), department, purpose.strip(), now(), now(timedelta(days=days))),
                )
        except sqlite3.IntegrityError:
            raise AccountError(f"{name}: 已有此令牌 · there is such a token already") from None
        return key

    def revoke(self, name: str) -> None:
        """Let a token end now."""
        with self._accounts.transaction() as con:
            changed = con.execute(
                "update token set revoked_at = ? where name = ? and revoked_at is null", (now(), name)
            )
            if not changed.rowcount:
                raise AccountError("没有此令牌 · no such token")

    def all(self) -> list[Token]:
        """Every token, the newest first."""
        with self._accounts.transaction() as con:
            rows = con.execute("select * from token order by made_at desc, name").fetchall()
        return [
            Token(
                r["name"], r["department"], r["purpose"], r["made_at"], r["expires_at"], bool(r["revoked_at"]),
                r["expires_at"] <= now(),
            )
            for r in rows
        ]  # fmt: skip

    def session(self, key: str) -> tuple[Session, str] | None:
        """Who calls with a token, and its purpose; None where there is none, it has ended or was revoked."""
        with self._accounts.transaction() as con:
            row = con.execute(
                "select * from token where hash = ? and revoked_at is null and expires_at > ?", (digest(key), now())
            ).fetchone()
        if row is None:
            return None
        account = Account(f"token:{row['name']}", Role.department, row["department"], False, False, False)
        return Session(account, "", row["hash"]), row["purpose"]
