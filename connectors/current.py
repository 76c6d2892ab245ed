"""Which landed rows hold now, and what the landing area knows about deliveries.

Belongs here: snapshot and delta semantics. Does not: landing itself, or what a value means.
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.claims import date_sql, quoted
from connectors.spec import Platform
from warehouse.model.home import Home
from warehouse.model.landing import DELIVERY, PROVENANCE, REJECTED

CURRENT_HEAD = pa.schema(
    [c.field for c in PROVENANCE] + [pa.field("repeat", pa.int64(), False), pa.field("claimed_on", pa.date32())]
)
"""The columns `current_rows` starts with; after them one text column per source column."""

HOLDING = """
-- table: rows that hold now      grain: row_key, repeat
-- reads: landed (all rows of the deliveries at stake), delivery (the manifest lines of them, with their rank)
with placed as (
    select l.delivery_id, l.row_number, l.row_key, l.file_name, l.sheet_name, d.rank
    from landed l join delivery d using (delivery_id)
),
holding as (
    -- snapshots come with one rank; of a delta the newest delivery that has the key wins, with all its rows of that key
    select * from placed qualify rank = max(rank) over (partition by row_key)
),
numbered as (
    select delivery_id, row_number, rank,
           row_number() over (partition by row_key order by file_name, sheet_name, row_number, rank) - 1 as "repeat"
    from holding
)
select l.delivery_id, l.file_name, l.sheet_name, l.row_number, l.row_key, n."repeat", {claimed} as claimed_on, {columns}
from landed l join numbered n using (delivery_id, row_number) join delivery d using (delivery_id)
order by l.file_name, l.sheet_name, l.row_number, n.rank
"""


def current_rows(platform: Platform, dataset: str, home: Home) -> pa.Table:
    """The rows of one dataset that hold now.

    A snapshot holds per scope: the files of its newest date, and of files with the same name the one landed last. Of a
    delta each key's rows in the newest delivery hold; rows that repeat a key inside that delivery all do.

    Returns:
        `CURRENT_HEAD` and one text column per source column (declared ones always, in declared order; unknown ones
        after them), ordered by file_name, sheet_name, row_number. `repeat` numbers rows of one row_key from 0.
        `claimed_on` is the date in the `changed_at` cell, but not later than the delivery; else the delivery's; null
        where neither is known.
    """
    spec = platform.dataset(dataset)
    deliveries = _at_stake(platform, dataset, home)
    paths = [home.rows(platform.platform, i, dataset) for i in deliveries["delivery_id"].to_pylist()]
    columns = list(spec.columns) + _further_columns(paths, set(spec.columns) | set(CURRENT_HEAD.names))
    schema = pa.schema(list(CURRENT_HEAD) + [pa.field(name, pa.string()) for name in columns])
    if not paths:
        return schema.empty_table()
    with duckdb.connect() as connection:
        connection.register("delivery", deliveries)
        # the declared columns come first: every file has at least those that are not optional
        landed = connection.read_parquet([str(p) for p in paths], union_by_name=True)
        have = set(landed.columns)
        picked = [f"l.{quoted(c)}" if c in have else f"cast(null as varchar) as {quoted(c)}" for c in columns]
        said = date_sql(f"l.{quoted(spec.changed_at)}") if spec.changed_at in have else "null::date"
        claimed = f"coalesce(least({said}, d.delivered_on), d.delivered_on)"
        landed.create_view("landed")
        table = connection.sql(HOLDING.format(claimed=claimed, columns=", ".join(picked))).to_arrow_table()
    return table.cast(schema)


def _at_stake(platform: Platform, dataset: str, home: Home) -> pa.Table:
    """Deliveries that may hold rows, with a rank: a higher one wins. Snapshot: only those that hold, all of rank 0."""
    lines = manifest(home)
    with duckdb.connect() as connection:
        connection.register("manifest", lines)
        mine = """
            select delivery_id, file_name, delivered_on, scope, sequence from manifest
            where platform = $platform and dataset = $dataset and state = 'landed'
        """
        if platform.delivery.semantics == "snapshot":
            query = f"""
                with mine as ({mine}),
                newest as (  -- a set's files share a date; without a date the newest landing is the snapshot
                    select * from mine
                    qualify rank() over (
                        partition by scope
                        order by delivered_on desc nulls last, case when delivered_on is null then sequence end desc
                    ) = 1
                )
                select delivery_id, delivered_on, 0::bigint as rank from newest
                qualify row_number() over (partition by scope, file_name order by sequence desc) = 1
                order by sequence
            """
        else:
            query = f"""
                select delivery_id, delivered_on, row_number() over (order by delivered_on nulls first, sequence) as rank
                from ({mine}) order by rank
            """
        found = connection.execute(query, {"platform": platform.platform, "dataset": dataset})
        return found.to_arrow_table()


def _further_columns(paths: list[Path], known: set[str]) -> list[str]:
    """Columns that some file has and nobody declared, in order of appearance."""
    further: dict[str, None] = {}
    for path in paths:
        further.update(dict.fromkeys(n for n in pq.read_schema(path).names if n not in known))
    return list(further)


def manifest(home: Home) -> pa.Table:
    """Every manifest line of the home (DELIVERY), ordered by platform, sequence, dataset."""
    return _all(home.landing / "delivery", DELIVERY.arrow, [("platform", "ascending"), ("sequence", "ascending"), ("dataset", "ascending")])


def rejected_rows(home: Home) -> pa.Table:
    """Every refused row of the home (REJECTED), ordered by platform, file and place."""
    order = [(c, "ascending") for c in ("platform", "file_name", "delivery_id", "sheet_name", "row_number", "reason_code")]
    return _all(home.landing / "rejected", REJECTED.arrow, order)


def _all(folder: Path, schema: pa.Schema, order: list[tuple[str, str]]) -> pa.Table:
    paths = sorted(p for p in folder.glob("*/*.parquet") if not p.name.startswith("."))
    tables = [pq.read_table(path, schema=schema) for path in paths]
    return pa.concat_tables(tables).sort_by(order) if tables else schema.empty_table()
