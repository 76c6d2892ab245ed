"""Relations between entities: who lives in, is registered in, owns, rents and lets which home; who runs or works for which
enterprise; which enterprise sits where; who holds which certificate.

A relation is what mentions claim: a tie to another role of the same row, to the home an address names, to an employer by
number or by a name only one enterprise has. Of residences, registrations and legal representatives only one can hold: the
one the golden record chose.

Belongs here: gathering the claims. Does not: choosing (`survivorship`), or reading ties from rows (`standardise`).
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from pipelines.resolution import statements
from pipelines.resolution.session import Session, stream
from pipelines.resolution.survivorship import AUTHORITY_TABLE, Resolved, resolved
from warehouse.model import Home
from warehouse.model.data_model import HOME, DataModel, shipped
from warehouse.model.link import ENTITY


def relate(
    kinds: Mapping[str, Resolved], authority: pa.Table, *, model: DataModel | None = None, threads: int | None = None
) -> dict[str, pa.Table]:
    """All relations between the entities of resolved kinds, in memory. For a whole city use `write_relations`.

    Args:
        kinds: kind → mentions, entities and golden records; a kind that is not given has no entity.
        authority: see `pipelines.resolution.authority`; orders the platforms of a relation, most trusted first.
        model: the kinds there are; those that are shipped if not given.
        threads: of DuckDB; the outcome does not depend on it.

    Returns:
        Every table of relations by its name, under its contract and ordered by its key.
    """
    model = model or shipped()
    with Session(threads) as session:
        _open(session, model, kinds, authority)
        return {
            r.table.name: r.table.conform(session.con.sql(statements.relation(model, r)).to_arrow_table())
            for r in model.relations
        }


def write_relations(home: Home, authority: pa.Table, *, threads: int | None = None) -> dict[str, int]:
    """Write the stage files `relation/<name>` from mentions, entities and golden records; return their row counts."""
    model = home.data_model
    with Session(threads) as session:
        _open(session, model, {kind: resolved(home, kind) for kind in model.kinds}, authority)
        return {
            r.table.name: stream(
                session.con.sql(statements.relation(model, r)), home.stage("relation", r.table.name), r.table
            )
            for r in model.relations
        }


def _open(session: Session, model: DataModel, kinds: Mapping[str, Resolved], authority: pa.Table) -> None:
    for kind in model.kinds:
        known = kinds.get(kind)
        session.view(f"{kind}_mention", known and known.mentions, model.mention(kind))
        session.view(f"{kind}_entity", known and known.entities, ENTITY)
        session.view(f"{kind}_golden", known and known.golden, model.golden(kind))
    session.con.register("authority", AUTHORITY_TABLE.conform(authority))
    if HOME in model.kinds:
        session.table("dwelling_index", "dwelling_index")
    for kind in sorted(statements.kinds_meant_by_name(model)):
        session.made(f"{kind}_index", statements.name_index(model, kind))
