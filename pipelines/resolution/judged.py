"""What the release says of the stewards' judgements: each with where its mentions are now and what became of it.

Belongs here: joining ledger, mentions and entities. Does not: what binds a run (`warehouse.judgements`).
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.resolution.session import Session
from pipelines.resolution.survivorship import Resolved, identified
from warehouse.judgements import ledger_states, places_of, read
from warehouse.masking import install, token_key
from warehouse.model import Home
from warehouse.model.data_model import DataModel, shipped
from warehouse.model.evidence import JUDGEMENT
from warehouse.model.judgement import IDENTITY
from warehouse.model.link import ENTITY

_PLACE = ("mention_id", *IDENTITY, "file_name", "sheet_name", "row_number")


def write_judgements(home: Home, *, threads: int | None = None) -> int:
    """Write `judgement/judgement` from the ledger and what this run made of the mentions; return the row count."""
    return JUDGEMENT.write(tell_judgements(home, threads=threads), home.stage("judgement", "judgement"))


def tell_judgements(home: Home, *, threads: int | None = None) -> pa.Table:
    """The ledger under `evidence.JUDGEMENT`, with where its mentions were in the last run; nowhere in a home without one."""
    judged = ledger_states(read(home))
    known = {kind: identified(home, kind) for kind in home.data_model.kinds if home.stage("mention", kind).exists()}
    return told(judged, known, token_key(home), model=home.data_model, threads=threads)


def told(
    judged: pa.Table,
    known: Mapping[str, Resolved],
    key: bytes,
    *,
    model: DataModel | None = None,
    threads: int | None = None,
) -> pa.Table:
    """Judgements under `evidence.JUDGEMENT`, ordered by id.

    Args:
        judged: as `ledger_states` gives them.
        known: kind → its mentions and entities.
        key: of the masking macros.
        model: the kinds there are; those that are shipped if not given.
        threads: of DuckDB; the outcome does not depend on it.
    """
    if not judged.num_rows:
        return JUDGEMENT.empty()
    with Session(threads) as session:
        install(session.con, key)
        session.con.register("judged", judged)
        session.con.execute(_union("mention", _PLACE))
        session.con.execute(_union("entity", ENTITY.names))
        for kind, tables in sorted(known.items()):
            places = places_of(judged.filter(pc.equal(judged["entity_kind"], kind)), tables.mentions)
            session.con.register("places", places)
            session.view("mention_of_kind", tables.mentions, (model or shipped()).mention(kind))
            session.view("entity_of_kind", tables.entities, ENTITY)
            for table, columns in (("mention", _PLACE), ("entity", ENTITY.names)):
                session.con.execute(
                    f"insert into {table} select '{kind}', {', '.join(columns)} from {table}_of_kind"
                    " where mention_id in (select mention_id from places)"
                )
        return JUDGEMENT.conform(session.query("judgement").to_arrow_table())


def _union(name: str, columns: tuple[str, ...]) -> str:
    """An empty table for the judged mentions of all kinds: few rows, whatever the size of the city."""
    types = {"mention_id": "bigint", "repeat": "bigint", "row_number": "bigint", "match_probability": "double"}
    declared = ", ".join(f"{column} {types.get(column, 'varchar')}" for column in columns)
    return f"create temp table {name} (entity_kind varchar, {declared})"
