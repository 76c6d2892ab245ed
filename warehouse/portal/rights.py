"""Who may do what in the portal: five roles kept apart, each with its rights; what is not listed is denied.

| role | may |
|---|---|
| department | its own platforms, rejected rows, downloads; search among what its platforms know, values it is entitled to |
| steward | the queue of questions with unmasked values, judgements; search and entities, masked |
| analyst | the city at a glance; search and entities, masked |
| auditor | the ledger and its verification, who has which account; no data |
| admin | accounts; no data, no ledger |

Belongs here: the table. Does not: asking it on every request (`guard`).
"""

from __future__ import annotations

from collections.abc import Mapping
from enum import StrEnum


class Role(StrEnum):
    """An account has one; nobody who gives rights can use them."""

    department = "department"
    steward = "steward"
    analyst = "analyst"
    auditor = "auditor"
    admin = "admin"


class Right(StrEnum):
    """What a route asks for."""

    open = "open"  # anybody, signed in or not
    self = "self"  # whoever is signed in, about the own account
    own = "own"  # the platforms and extracts of the own department
    look = "look"  # search and entities
    judge = "judge"  # questions and judgements
    city = "city"  # figures of the whole city
    ledger = "ledger"  # the ledger of acts
    accounts = "accounts"  # make and change accounts


ROLE_WORDS: Mapping[Role, tuple[str, str]] = {
    Role.department: ("部门", "department"),
    Role.steward: ("裁定员", "steward"),
    Role.analyst: ("分析人员", "analyst"),
    Role.auditor: ("审计员", "auditor"),
    Role.admin: ("管理员", "administrator"),
}

RIGHTS: Mapping[Role, frozenset[Right]] = {
    Role.department: frozenset([Right.self, Right.own, Right.look]),
    Role.steward: frozenset([Right.self, Right.judge, Right.look]),
    Role.analyst: frozenset([Right.self, Right.city, Right.look]),
    Role.auditor: frozenset([Right.self, Right.ledger]),
    Role.admin: frozenset([Right.self, Right.accounts]),
}

HOME: Mapping[Role, str] = {
    Role.department: "/department",
    Role.steward: "/review",
    Role.analyst: "/city",
    Role.auditor: "/ledger",
    Role.admin: "/accounts",
}
"""The page a role begins at."""


def allows(role: Role, right: Right) -> bool:
    """Whether a role has a right."""
    return right in RIGHTS[role]
