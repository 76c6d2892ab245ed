"""Accounts and sessions of the portal, in one SQLite file of the home that only its owner may read.

Passwords are kept as Argon2id hashes (RFC 9106, the library's defaults). A session is a random number of 256 bits, of which
only the SHA-256 is kept, so that who reads the file can't use one. An account that is changed or closed loses its sessions at
once: every request asks this file. After `LOCK_AFTER` wrong passwords in a row an account is locked for `LOCKED`.

Belongs here: the store and its rules. Does not: cookies (`guard`), what a role may do (`rights`).
"""

from __future__ import annotations

import hashlib
import os
import re
import secrets
import sqlite3
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import UTC, datetime, timedelta
from functools import cache
from pathlib import Path

import argon2

from warehouse.model.home import Home
from warehouse.portal.rights import Role

NAME = re.compile(r"[a-z][a-z0-9_.-]{1,31}")
DEPARTMENT = re.compile(r"(?:[a-z][a-z0-9]*\.)?[a-z][a-z0-9_]*")
SHORTEST = 10
"""Characters of a password at least."""

LONGEST = 200
LOCK_AFTER = 5
LOCKED = timedelta(minutes=15)
IDLE = timedelta(minutes=30)
LASTS = timedelta(hours=12)
PURPOSE_LASTS = timedelta(days=30)

_TABLES = """
create table if not exists user (
    name text primary key, role text not null, department text not null, password text not null,
    must_change integer not null, failures integer not null default 0, locked_until text, closed integer not null default 0,
    made_at text not null
) strict;
create table if not exists session (
    hash text primary key, user text not null references user (name) on delete cascade, csrf text not null,
    begun_at text not null, seen_at text not null
) strict;
create table if not exists purpose (
    user text not null, department text not null, version text not null, said text not null, at text not null,
    primary key (user, department, version)
) strict;
create table if not exists token (
    name text primary key, hash text not null unique, department text not null, purpose text not null, made_at text not null,
    expires_at text not null, revoked_at text
) strict;
create table if not exists identity (
    user text primary key references user (name) on delete cascade, subject text unique
) strict;
create table if not exists flow (
    state text primary key, browser text not null, nonce text not null, verifier text not null, begun_at text not null
) strict;
"""


class AccountError(ValueError):
    """An account can't be made or changed so. Says why, Chinese first."""


@dataclass(frozen=True)
class Account:
    """One account, without its password.

    Attributes:
        name: what its owner types.
        role: its one role.
        department: code of its department; '' for all roles but department.
        must_change: the password was set by somebody else.
        closed: nobody can sign in with it.
        locked: too many wrong passwords; for a while nobody can.
        federated: it has no password; its owner signs in at the city's identity provider (`identities`).
    """

    name: str
    role: Role
    department: str
    must_change: bool
    closed: bool
    locked: bool
    federated: bool = False


@dataclass(frozen=True)
class Session:
    """Who is signed in: the account, the token every form carries, the hash the session is kept under."""

    account: Account
    csrf: str
    hash: str


@cache
def _hasher() -> argon2.PasswordHasher:
    return argon2.PasswordHasher()


@cache
def _nobody() -> str:
    """What is verified where there is no such account, so that the answer takes as long."""
    return _hasher().hash(secrets.token_hex(16))


class Accounts:
    """The store of one home; every call is a transaction of its own and may come from any thread."""

    def __init__(self, home: Home) -> None:
        self._path = home.portal / "accounts.sqlite"
        home.portal.mkdir(parents=True, exist_ok=True, mode=0o700)
        os.close(os.open(self._path, os.O_RDWR | os.O_CREAT, 0o600))
        with self.transaction() as con:
            con.execute("pragma journal_mode = wal")
            con.executescript(_TABLES)
        for path in self._path.parent.glob("accounts.sqlite*"):
            Path(path).chmod(0o600)

    def add(self, name: str, role: Role, department: str, password: str) -> None:
        """Make an account whose password must be changed at the first sign-in.

        Raises:
            AccountError: name, department or password are not allowed, or there is such an account.
        """
        _require(name, role, department)
        self._insert(name, role, department, _hashed(name, password), must_change=True)

    def add_federated(self, name: str, role: Role, department: str) -> None:
        """Make an account without a password: its owner signs in at the city's identity provider.

        Raises:
            AccountError: name or department are not allowed, or there is such an account.
        """
        _require(name, role, department)
        self._insert(name, role, department, _hasher().hash(secrets.token_urlsafe(32)), must_change=False)
        with self.transaction() as con:
            con.execute("insert into identity (user) values (?)", (name,))

    def _insert(self, name: str, role: Role, department: str, hashed: str, *, must_change: bool) -> None:
        try:
            with self.transaction() as con:
                con.execute(
                    "insert into user (name, role, department, password, must_change, made_at) values (?, ?, ?, ?, ?, ?)",
                    (name, role.value, department, hashed, int(must_change), now()),
                )
        except sqlite3.IntegrityError:
            raise AccountError(f"{name}: 已有此用户 · there is such an account already") from None

    def set_password(self, name: str, password: str, *, must_change: bool, keep: str = "") -> None:
        """Set a password, unlock the account and end its sessions but `keep` (a hash).

        Raises:
            AccountError: the password is not allowed, or is the one there is; no such account.
        """
        hashed = _hashed(name, password)
        with self.transaction() as con:
            row = con.execute("select password from user where name = ?", (name,)).fetchone()
            if not row:
                raise AccountError("没有此用户 · no such account")
            if con.execute("select 1 from identity where user = ?", (name,)).fetchone():
                raise AccountError("该账户由统一身份认证登录，没有口令 · this account signs in at the identity provider and has no password")  # fmt: skip
            if _fits(row[0], password):
                raise AccountError("新口令须与现口令不同 · the new password must be another one")
            con.execute(
                "update user set password = ?, must_change = ?, failures = 0, locked_until = null where name = ?",
                (hashed, int(must_change), name),
            )
            con.execute("delete from session where user = ? and hash <> ?", (name, keep))

    def close(self, name: str, closed: bool) -> None:
        """Close an account or open it again; a closed one has no sessions from now on."""
        with self.transaction() as con:
            if not con.execute("update user set closed = ? where name = ?", (int(closed), name)).rowcount:
                raise AccountError("没有此用户 · no such account")
            con.execute("delete from session where user = ?", (name,))

    def all(self) -> list[Account]:
        """Every account by name."""
        with self.transaction() as con:
            return [_account(row) for row in con.execute(f"select {_ACCOUNT} from user order by name")]

    def sign_in(self, name: str, password: str) -> tuple[str, Account] | None:
        """Begin a session; its key and account, or None: unknown, closed, locked or a wrong password, nobody is told which."""
        with self.transaction() as con:
            row = con.execute(f"select {_ACCOUNT}, password from user where name = ?", (name,)).fetchone()
        account = _account(row) if row else None
        usable = account is not None and not account.closed and not account.locked
        right = _fits(row[-1] if row and usable else _nobody(), password)
        if account is None or not usable:
            return None
        if not right:
            self._failed(name)
            return None
        return self.begin_session(name)

    def begin_session(self, name: str) -> tuple[str, Account]:
        """Begin a session of an account whose owner has shown who he is; its key and the account."""
        key = secrets.token_urlsafe(32)
        with self.transaction() as con:
            con.execute("update user set failures = 0, locked_until = null where name = ?", (name,))
            con.execute("delete from session where begun_at < ?", (now(-LASTS),))
            con.execute(
                "insert into session values (?, ?, ?, ?, ?)", (digest(key), name, secrets.token_urlsafe(24), now(), now())
            )  # fmt: skip
            row = con.execute(f"select {_ACCOUNT} from user where name = ?", (name,)).fetchone()
        return key, _account(row)

    def knows(self, name: str, password: str) -> bool:
        """Whether this is the password of an account that is neither closed nor locked; a wrong one counts as a failure."""
        with self.transaction() as con:
            row = con.execute(f"select {_ACCOUNT}, password from user where name = ?", (name,)).fetchone()
        if row is None or _account(row).locked or row["closed"]:
            return False
        if _fits(row["password"], password):
            return True
        self._failed(name)
        return False

    def _failed(self, name: str) -> None:
        with self.transaction() as con:
            con.execute("update user set failures = failures + 1 where name = ?", (name,))
            con.execute(
                "update user set failures = 0, locked_until = ? where name = ? and failures >= ?",
                (now(LOCKED), name, LOCK_AFTER),
            )

    def session(self, key: str) -> Session | None:
        """The session of a key; None where there is none, it has ended, or its account is closed."""
        hashed = digest(key)
        with self.transaction() as con:
            row = con.execute(
                f"select {_ACCOUNT}, csrf, seen_at from user join session on name = user"
                " where hash = ? and closed = 0 and begun_at > ? and seen_at > ?",
                (hashed, now(-LASTS), now(-IDLE)),
            ).fetchone()
            if row and row["seen_at"] < now(-timedelta(minutes=1)):
                con.execute("update session set seen_at = ? where hash = ?", (now(), hashed))
        return Session(_account(row), row["csrf"], hashed) if row else None

    def sign_out(self, session: Session) -> None:
        """End a session."""
        with self.transaction() as con:
            con.execute("delete from session where hash = ?", (session.hash,))

    def state_purpose(self, name: str, department: str, version: str, said: str) -> None:
        """Keep what somebody wants the extract of a release for; it holds for `PURPOSE_LASTS`."""
        with self.transaction() as con:
            con.execute(
                "insert or replace into purpose values (?, ?, ?, ?, ?)", (name, department, version, said, now())
            )

    def purpose(self, name: str, department: str, version: str) -> str | None:
        """What somebody stated for the extract of a release; None where nothing is stated, or not any more."""
        with self.transaction() as con:
            row = con.execute(
                "select said from purpose where user = ? and department = ? and version = ? and at > ?",
                (name, department, version, now(-PURPOSE_LASTS)),
            ).fetchone()
        return row["said"] if row else None

    @contextmanager
    def transaction(self) -> Iterator[sqlite3.Connection]:
        """A connection whose changes are kept if the block ends without an error."""
        con = sqlite3.connect(self._path, timeout=10)
        try:
            con.row_factory = sqlite3.Row
            con.execute("pragma foreign_keys = on")
            with con:
                yield con
        finally:
            con.close()


_ACCOUNT = (
    "name, role, department, must_change, closed, locked_until,"
    " exists(select 1 from identity i where i.user = name) as federated"
)


def _account(row: sqlite3.Row) -> Account:
    locked = bool(row["locked_until"] and row["locked_until"] > now())
    return Account(
        row["name"], Role(row["role"]), row["department"], bool(row["must_change"]), bool(row["closed"]), locked,
        bool(row["federated"]),
    )  # fmt: skip


def _require(name: str, role: Role, department: str) -> None:
    """Raise AccountError unless an account may be called so and have this department."""
    if not NAME.fullmatch(name):
        raise AccountError("用户名须为小写字母开头的 2–32 个字母、数字、_ . - · a name is 2–32 small letters, digits, _ . -")  # fmt: skip
    if (role is Role.department) != bool(department):
        raise AccountError("部门角色须有部门，其他角色不得有 · the role department needs a department, no other has one")  # fmt: skip
    if department and not DEPARTMENT.fullmatch(department):
        raise AccountError("部门代码须为小写字母、数字、_ · the code of a department is small letters, digits and _")  # fmt: skip


def _hashed(name: str, password: str) -> str:
    if not SHORTEST <= len(password) <= LONGEST:
        raise AccountError(f"口令须为 {SHORTEST}–{LONGEST} 个字符 · a password has {SHORTEST}–{LONGEST} characters")
    if name in password.lower() or len(set(password)) < 5:
        raise AccountError("口令过于简单，不得含用户名 · the password is too simple, or holds the name")
    return _hasher().hash(password)


def _fits(hashed: str, password: str) -> bool:
    try:
        return _hasher().verify(hashed, password[: LONGEST + 1])
    except argon2.exceptions.VerificationError:
        return False


def digest(key: str) -> str:
    """What is kept of a random key."""
    return hashlib.sha256(key.encode()).hexdigest()


def now(away: timedelta = timedelta()) -> str:
    """The moment, or one so far away, as the file writes it."""
    return (datetime.now(UTC) + away).isoformat(timespec="microseconds")
