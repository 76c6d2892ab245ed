"""What differs between two releases: rows added, removed and changed, table by table, by key.

Belongs here: counting, and naming the keys. Does not: showing values, which are read by attaching both releases
(`docs/cookbook.md`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from contextlib import contextmanager
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from warehouse.model.home import Home
from warehouse.model.release import release_tables
from warehouse.model.session import connect
from warehouse.model.sql import identifier as name
from warehouse.model.sql import literal as text
from warehouse.model.table import Table
from warehouse.release.ddl import qualified
from warehouse.release.manifest import ReleaseError, release_file

OLD, NEW = "old_release", "new_release"


@dataclass(frozen=True)
class Change:
    """One table in two releases.

    Attributes:
        table: its full name.
        before, after: its rows in the older and the newer one; 0 where a release has no such table.
        added, removed: rows only the newer, only the older one has, by key; by their whole content where there is none.
        changed: rows of one key that differ otherwise, in columns both releases have.
    """

    table: str
    before: int
    after: int
    added: int
    removed: int
    changed: int


def compare_releases(home: Home, old: str, new: str, *, threads: int | None = None) -> list[Change]:
    """Compare two releases of a home, in the order the tables are served in.

    Raises:
        ReleaseError: one of them is not kept.
    """
    with _attached(home, old, new, threads) as con:
        return [_compare(con, served.table) for served in release_tables(home.data_model)]


def changed_rows(home: Home, old: str, new: str, table: str, limit: int = 100) -> pa.Table:
    """Which rows of one table differ: `change` (added, removed, changed), the key, and the `columns` that changed.

    Columns of the key that hold what people said are left out: they are looked at in the release itself.

    Raises:
        ReleaseError: a release is not kept, or the table is none of the release or has no key.
    """
    tables = release_tables(home.data_model)
    found = next((s.table for s in tables if s.table.full_name == table), None)
    if found is None or not found.key:
        keyed = ", ".join(s.table.full_name for s in tables if s.table.key)
        raise ReleaseError(f"{table}: rows are told apart in {keyed}")
    with _attached(home, old, new, None) as con:
        if not all(_columns(con, database, found) for database in (OLD, NEW)):
            raise ReleaseError(f"{table}: only one of the two releases has it")
        return con.sql(f"{_differing(con, found)} order by all limit {int(limit)}").to_arrow_table()


@contextmanager
def _attached(home: Home, old: str, new: str, threads: int | None) -> Iterator[duckdb.DuckDBPyConnection]:
    for version in (old, new):
        if not release_file(home, version).exists():
            raise ReleaseError(f"release {version} is not kept in this home; see `onenet releases`")
    with connect(threads=threads) as con:
        for database, version in ((OLD, old), (NEW, new)):
            con.execute(f"attach {text(str(release_file(home, version)))} as {database} (read_only)")
        yield con


def _compare(con: duckdb.DuckDBPyConnection, table: Table) -> Change:
    counts = {}
    for database in (OLD, NEW):
        has = bool(_columns(con, database, table))
        counts[database] = _count(con, f"from {database}.{qualified(table)}") if has else 0
    before, after = counts[OLD], counts[NEW]
    if not before or not after:
        return Change(table.full_name, before, after, after, before, 0)
    if not table.key:
        columns = ", ".join(map(name, _shared(con, table)))
        sides = [f"select {columns} from {database}.{qualified(table)}" for database in (OLD, NEW)]
        removed = _count(con, f"from ({sides[0]} except all {sides[1]})")
        return Change(table.full_name, before, after, after - before + removed, removed, 0)
    kinds = dict(con.execute(f"select change, count(*) from ({_differing(con, table)}) group by change").fetchall())
    told = (int(kinds.get(kind, 0)) for kind in ("added", "removed", "changed"))
    return Change(table.full_name, before, after, *told)


def _differing(con: duckdb.DuckDBPyConnection, table: Table) -> str:
    """The query for keys that only one release has, or that differ in a column both have."""
    compared = [c for c in _shared(con, table) if c not in table.key]
    personal = {c.name for c in table.columns if c.personal}
    key = [f"coalesce(o.{name(k)}, n.{name(k)}) as {name(k)}" for k in table.key if k not in personal]
    same = " and ".join(f"o.{name(k)} = n.{name(k)}" for k in table.key)
    marks = ", ".join(f"case when o.{name(c)} is distinct from n.{name(c)} then {text(c)} end" for c in compared)
    first = name(table.key[0])
    return f"""
        select case when o.{first} is null then 'added' when n.{first} is null then 'removed' else 'changed' end as change,
            {", ".join(key)},
            case when o.{first} is not null and n.{first} is not null
                 then list_filter([{marks}]::varchar[], lambda x: x is not null) else [] end as "columns"
        from {OLD}.{qualified(table)} o
        full outer join {NEW}.{qualified(table)} n on {same}
        where o.{first} is null or n.{first} is null or len("columns") > 0"""


def _shared(con: duckdb.DuckDBPyConnection, table: Table) -> Sequence[str]:
    """Columns both releases have, as the contract orders them."""
    both = _columns(con, OLD, table) & _columns(con, NEW, table)
    return [c for c in table.names if c in both]


def _columns(con: duckdb.DuckDBPyConnection, database: str, table: Table) -> set[str]:
    rows = con.execute(
        "select column_name from duckdb_columns() where database_name = ? and schema_name = ? and table_name = ?",
        [database, table.schema, table.name],
    ).fetchall()
    return {column for (column,) in rows}


def _count(con: duckdb.DuckDBPyConnection, source: str) -> int:
    return int((con.execute(f"select count(*) {source}").fetchone() or (0,))[0])
