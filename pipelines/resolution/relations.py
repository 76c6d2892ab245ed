"""Relations between entities: who lives in, is registered in, owns, rents and lets which home; who runs or works for which
enterprise; which enterprise sits where.

A relation is what mentions claim: a tie to another role of the same row, to the home an address names, to an employer by
number or by a name only one enterprise has. Of residences, registrations and legal representatives only one can hold: the
one the golden record chose.

Belongs here: gathering the claims. Does not: choosing (`survivorship`), or reading ties from rows (`standardise`).
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from pipelines.resolution.session import Session, stream
from pipelines.resolution.survivorship import AUTHORITY_TABLE, Resolved, resolved
from warehouse.model import Home
from warehouse.model.base import GOLDEN
from warehouse.model.link import ENTERPRISE_HOUSING, ENTITY, PERSON_ENTERPRISE, PERSON_HOUSING
from warehouse.model.mention import MENTIONS
from warehouse.model.table import Table

RELATIONS: dict[str, Table] = {
    "person_housing": PERSON_HOUSING,
    "person_enterprise": PERSON_ENTERPRISE,
    "enterprise_housing": ENTERPRISE_HOUSING,
}
"""The relation tables by the name of their statement and stage file."""


@dataclass(frozen=True)
class Relations:
    """The three relation tables, each under its contract and ordered by its key."""

    person_housing: pa.Table
    person_enterprise: pa.Table
    enterprise_housing: pa.Table


def relate(
    person: Resolved, housing: Resolved, enterprise: Resolved, authority: pa.Table, *, threads: int | None = None
) -> Relations:
    """All relations between the entities of three resolved kinds, in memory. For a whole city use `write_relations`.

    Args:
        person: mentions, entities and golden records. So for `housing` and `enterprise`.
        housing: see `person`.
        enterprise: see `person`.
        authority: see `pipelines.resolution.authority`; orders the platforms of a relation, most trusted first.
        threads: of DuckDB; the outcome does not depend on it.
    """
    with Session(threads) as session:
        _open(session, {"person": person, "housing": housing, "enterprise": enterprise}, authority)
        return Relations(
            **{name: contract.conform(session.query(name).to_arrow_table()) for name, contract in RELATIONS.items()}
        )


def write_relations(home: Home, authority: pa.Table, *, threads: int | None = None) -> dict[str, int]:
    """Write the stage files `relation/<name>` from mentions, entities and golden records; return their row counts."""
    with Session(threads) as session:
        _open(session, {kind: resolved(home, kind) for kind in GOLDEN}, authority)
        return {
            name: stream(session.query(name), home.stage("relation", name), contract)
            for name, contract in RELATIONS.items()
        }


def _open(session: Session, kinds: dict[str, Resolved], authority: pa.Table) -> None:
    for kind, known in kinds.items():
        session.view(f"{kind}_mention", known.mentions, MENTIONS[kind])
        session.view(f"{kind}_entity", known.entities, ENTITY)
        session.view(f"{kind}_golden", known.golden, GOLDEN[kind])
    session.con.register("authority", AUTHORITY_TABLE.conform(authority))
    session.table("dwelling_index", "dwelling_index")
    session.table("enterprise_index", "enterprise_index")
