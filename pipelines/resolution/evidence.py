"""What links a release to its sources: which entity every mention names, and why two mentions were linked or queued.

Belongs here: joining mentions, entities and judged pairs. Does not: claims and conflicts (`survivorship`).
"""

from __future__ import annotations

from collections.abc import Iterator, Mapping

import duckdb
import pyarrow as pa

from pipelines.matching.store.stored_match import PairTables
from pipelines.resolution.session import BATCH, Session, pour
from pipelines.resolution.spelling import PAIRS, PairSpelling
from pipelines.resolution.survivorship import Resolved, identified
from warehouse.model import Home
from warehouse.model.data_model import DataModel, shipped
from warehouse.model.evidence import MATCH
from warehouse.model.link import ENTITY, MENTION
from warehouse.model.table import parquet_writer


def link_mentions(
    kinds: Mapping[str, Resolved], *, model: DataModel | None = None, threads: int | None = None
) -> pa.Table:
    """Every mention with its entity, in memory; see `write_link_mention`.

    Args:
        kinds: kind → its mentions and entities; a mention without an entity is left out.
        model: the kinds there are; those that are shipped if not given.
        threads: of DuckDB; the outcome does not depend on it.

    Returns:
        A table under `link.MENTION`, ordered by kind, entity and mention.
    """
    with Session(threads) as session:
        parts = [MENTION.conform(batches.to_arrow_table()) for batches in _linked(session, model or shipped(), kinds)]
    return pa.concat_tables([MENTION.empty(), *parts])


def write_link_mention(home: Home, *, threads: int | None = None) -> int:
    """Write `link/mention` from the mentions and entities of all kinds; return the row count."""
    kinds = {kind: identified(home, kind) for kind in home.data_model.kinds}
    with Session(threads) as session, parquet_writer(home.stage("link", "mention"), MENTION) as writer:
        return sum(pour(linked, MENTION, writer) for linked in _linked(session, home.data_model, kinds))


def _linked(session: Session, model: DataModel, kinds: Mapping[str, Resolved]) -> Iterator[duckdb.DuckDBPyRelation]:
    for kind, known in sorted(kinds.items()):
        _open(session, model, kind, known)
        yield session.query("link_mention", kind=kind)


def explain_pairs(
    kind: str, pairs: PairTables, known: Resolved, *, model: DataModel | None = None, threads: int | None = None
) -> pa.Table:
    """Every judged pair with the source rows, the entities and the comparison levels of both sides, in memory.

    Args:
        kind: kind of the mentions.
        pairs: of mentions of that kind.
        known: mentions and entities of the kind.
        model: the kinds there are; those that are shipped if not given.
        threads: of DuckDB; the outcome does not depend on it.

    Returns:
        A table under `evidence.MATCH`, ordered by left and right mention.
    """
    with Session(threads) as session:
        explained = _explained(session, model or shipped(), kind, pairs, known)
        return pa.concat_tables([MATCH.empty(), *(MATCH.conform(table) for table in explained)])


def write_match(home: Home, kind: str, pairs: PairTables, *, threads: int | None = None) -> int:
    """Write `match/<kind>` from pairs, mentions and entities; return the row count."""
    rows = 0
    with Session(threads) as session, parquet_writer(home.stage("match", kind), PAIRS) as writer:
        for table in _explained(session, home.data_model, kind, pairs, identified(home, kind)):
            writer.write_table(table)
            rows += table.num_rows
    return rows


def _explained(session: Session, model: DataModel, kind: str, pairs: PairTables, known: Resolved) -> Iterator[pa.Table]:
    """Judged pairs with all that is known of both sides, under `PAIRS`, ordered by both."""
    _open(session, model, kind, known)
    session.table("origin", "origin")
    session.table("known", "known")
    session.con.register("judged_pair", pairs.pairs)
    spelling = PairSpelling(session, kind, pairs.patterns)
    for batch in session.query("match").to_arrow_reader(BATCH):
        yield spelling.spell(pa.Table.from_batches([batch]))


def open_pairs(session: Session, pairs: PairTables) -> None:
    """Judged pairs as the view `pair`."""
    session.con.register("judged_pair", pairs.pairs)
    session.con.register("pattern", pairs.patterns)
    session.con.execute("create or replace temp view pair as select * from judged_pair join pattern using (pattern)")


def _open(session: Session, model: DataModel, kind: str, known: Resolved) -> None:
    session.view("mention", known.mentions, model.mention(kind))
    session.view("entity", known.entities, ENTITY)
