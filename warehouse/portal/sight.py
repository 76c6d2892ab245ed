"""What one reader may see of entities: everybody as the plain release shows it, masked; a department what it is entitled to.

A department finds entities that one of its own platforms tells of, by attributes it was granted, and sees of them the granted
golden values, the claims of others on those, and all its own claims. What is not granted is not there. What a platform does not
share (`catalogue.withheld`) is for its own department alone, as claim and as the golden value it stands behind alone. Grants
are those of the release that is open, `catalogue.entitlement`.

Belongs here: the rule. Does not: rows (`search`, `entity`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, replace
from typing import Any

from warehouse import access
from warehouse.portal.accounts import Account
from warehouse.portal.rights import Role
from warehouse.portal.shelf import ENTITY, Release, quoted


@dataclass(frozen=True)
class Sight:
    """What a reader may see.

    Attributes:
        limited: whether there is a limit; the rest is empty where there is none.
        platforms: the reader's own platforms.
        granted: (kind, attribute) pairs of golden values.
        withheld: (platform, role, kind, attribute) of claims that reach no other department.
    """

    limited: bool
    platforms: frozenset[str] = frozenset()
    granted: frozenset[tuple[str, str]] = frozenset()
    withheld: frozenset[tuple[str, str, str, str]] = frozenset()

    def sees(self, kind: str, attribute: str) -> bool:
        """Whether a golden value, and what others claim of it, may be seen."""
        return not self.limited or (kind, attribute) in self.granted

    def sees_claim(self, kind: str, attribute: str, platform: str, role: str) -> bool:
        """Whether a claim may be seen."""
        if platform in self.platforms:
            return True
        return self.sees(kind, attribute) and (platform, role, kind, attribute) not in self.withheld

    def knows(self, platforms: str) -> bool:
        """Whether an entity may be seen at all; `platforms` as a golden record lists them."""
        return not self.limited or not self.platforms.isdisjoint(platforms.split())


def sight_of(account: Account, release: Release) -> Sight:
    """What an account may see in a release. Grants are of the release, worked out once a department; those that were revoked or have
    ended since are gone at once.
    """
    department = account.department if account.role is Role.department else ""
    found = release.kept(f"sight {department}", lambda r: _sight(r, department))
    gone = access.dead(release.home, department, access.today()) if department else frozenset()
    return replace(found, granted=found.granted - gone) if gone else found


def _sight(release: Release, department: str) -> Sight:
    lines = release.rows("select platform, role, entity_kind::varchar as kind, attribute from catalogue.withheld")
    withheld = frozenset((r["platform"], r["role"], r["kind"], r["attribute"]) for r in lines)
    if not department:
        return Sight(limited=False, withheld=withheld)
    own = release.rows("select platform from catalogue.platform where department = ?", department)
    granted = release.rows(
        "select distinct entity_kind::varchar as kind, attribute from catalogue.entitlement where department = ?",
        department,
    )
    return Sight(
        True,
        frozenset(r["platform"] for r in own),
        frozenset((r["kind"], r["attribute"]) for r in granted),
        withheld,
    )


def secrets(release: Release, sight: Sight, kind: str, ids: list[str]) -> set[tuple[str, str]]:
    """(entity, attribute) whose golden value only claims assert that this reader may not see."""
    attributes = sorted({line[3] for line in sight.withheld if line[2] == kind})
    entities, listed = quoted(e for e in ids if ENTITY.fullmatch(e)), quoted(attributes)
    if not entities or not listed:
        return set()
    rows = release.rows(
        "select entity_id, attribute, platform, role from evidence.attribute"
        f" where entity_kind = ? and attribute in ({listed}) and entity_id in ({entities}) and is_golden and value is not null",
        kind,
    )
    golden = {(r["entity_id"], r["attribute"]) for r in rows}
    told = {
        (r["entity_id"], r["attribute"])
        for r in rows
        if r["platform"] in sight.platforms or (r["platform"], r["role"], kind, r["attribute"]) not in sight.withheld
    }
    return golden - told


def cleared(row: Mapping[str, Any], kind: str, secret: set[tuple[str, str]]) -> dict[str, Any]:
    """A golden record without its secret values."""
    hidden = {attribute for entity, attribute in secret if entity == row[f"{kind}_id"]}
    gone = hidden | {f"{attribute}{end}" for attribute in hidden for end in ("_masked", "_token")}
    return {name: None if name in gone else value for name, value in row.items()}
