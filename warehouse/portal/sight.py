"""What one reader may see of entities: everybody as the plain release shows it, masked; a department what it is entitled to.

A department finds entities that one of its own platforms tells of, by attributes it was granted, and sees of them the granted
golden values, the claims of others on those, and all its own claims. What is not granted is not there. Grants are those of
the release that is open, `catalogue.entitlement`.

Belongs here: the rule. Does not: rows (`search`, `entity`).
"""

from __future__ import annotations

from dataclasses import dataclass

from warehouse.portal.accounts import Account
from warehouse.portal.rights import Role
from warehouse.portal.shelf import Release


@dataclass(frozen=True)
class Sight:
    """What a reader may see.

    Attributes:
        limited: whether there is a limit; the rest is empty where there is none.
        platforms: the reader's own platforms.
        granted: (kind, attribute) pairs of golden values.
    """

    limited: bool
    platforms: frozenset[str] = frozenset()
    granted: frozenset[tuple[str, str]] = frozenset()

    def sees(self, kind: str, attribute: str) -> bool:
        """Whether a golden value, and what others claim of it, may be seen."""
        return not self.limited or (kind, attribute) in self.granted

    def sees_claim(self, kind: str, attribute: str, platform: str) -> bool:
        """Whether a claim may be seen."""
        return platform in self.platforms or self.sees(kind, attribute)

    def knows(self, platforms: str) -> bool:
        """Whether an entity may be seen at all; `platforms` as a golden record lists them."""
        return not self.limited or not self.platforms.isdisjoint(platforms.split())


def sight_of(account: Account, release: Release) -> Sight:
    """What an account may see in a release."""
    if account.role is not Role.department:
        return Sight(limited=False)
    own = release.rows("select platform from catalogue.platform where department = ?", account.department)
    granted = release.rows(
        "select distinct entity_kind::varchar as kind, attribute from catalogue.entitlement where department = ?",
        account.department,
    )
    return Sight(True, frozenset(r["platform"] for r in own), frozenset((r["kind"], r["attribute"]) for r in granted))
