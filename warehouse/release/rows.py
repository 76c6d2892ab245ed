"""Whether two release files hold the same rows, table by table: counts and names of columns, never a value.

Belongs here: counting over two files, of which one is made anew. Does not: what changed from one release of a home to the next, by
key (`compare`); making either file.

Rows are compared by their hashes, so that memory is needed for the rows of one table at a time, eight bytes each, and only where a table differs.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from pathlib import Path

import duckdb

from warehouse.model.data_model import DataModel
from warehouse.model.release import release_tables
from warehouse.model.session import connect
from warehouse.model.sql import identifier as name
from warehouse.model.sql import literal as text
from warehouse.model.table import Table
from warehouse.release.ddl import qualified

HERE, ANEW = "here", "anew"

NAMES_ITSELF: Mapping[str, frozenset[str]] = {
    "catalogue.release": frozenset({"version", "fingerprint", "code_version"}),
}
"""Table → columns that are not compared: they name the release itself, and by which code it was made."""


@dataclass(frozen=True)
class RowDifference:
    """How the rows of one table differ in two files, as a bag: a row that one has twice and the other once counts.

    Attributes:
        table: its full name.
        rows: its rows in the first file; 0 where that has no such table.
        only_here: rows that the first file alone has.
        only_anew: rows that the second file alone has.
        columns: columns in which they differ, those that only one of them has among them; empty where all rows are the same.
    """

    table: str
    rows: int
    only_here: int
    only_anew: int
    columns: tuple[str, ...] = ()

    @property
    def equal(self) -> bool:
        """Both hold the same rows of the same columns."""
        return not (self.only_here or self.only_anew or self.columns)


def compare_rows(here: Path, anew: Path, model: DataModel, *, threads: int | None = None) -> list[RowDifference]:
    """Compare every table of two release files, in the order the tables are served in.

    Raises:
        duckdb.Error: a file can't be read.
    """
    with connect(threads=threads) as con:
        for database, file in ((HERE, here), (ANEW, anew)):
            con.execute(f"attach {text(str(file))} as {database} (read_only)")
        return [_compare(con, served.table) for served in release_tables(model)]


def _compare(con: duckdb.DuckDBPyConnection, table: Table) -> RowDifference:
    held = {database: _columns(con, database, table) for database in (HERE, ANEW)}
    if not all(held.values()):
        counts = [_count(con, f"from {d}.{qualified(table)}") if held[d] else 0 for d in (HERE, ANEW)]
        return RowDifference(table.full_name, counts[0], counts[0], counts[1], held[HERE] or held[ANEW])
    left_out = NAMES_ITSELF.get(table.full_name, frozenset())
    shared = [c for c in held[HERE] if c in held[ANEW] and c not in left_out]
    alone = [c for c in (*held[HERE], *held[ANEW]) if (c in held[HERE]) != (c in held[ANEW])]
    one, other = (_sums(con, database, table, [shared]) for database in (HERE, ANEW))
    if one == other:
        return RowDifference(table.full_name, one[0], 0, 0, tuple(alone))
    sides = [f"select {_hash(shared)} from {database}.{qualified(table)}" for database in (HERE, ANEW)]
    only_here = _count(con, f"from ({sides[0]} except all {sides[1]})")
    differing = [*_differing(con, table, shared), *alone]
    return RowDifference(table.full_name, one[0], only_here, other[0] - one[0] + only_here, tuple(differing))


def _differing(con: duckdb.DuckDBPyConnection, table: Table, columns: Sequence[str]) -> list[str]:
    """Columns that do not hold the same, each looked at with the key beside it."""
    key = [c for c in table.key if c in columns]
    groups = [[*(k for k in key if k != c), c] for c in columns]
    one, other = (_sums(con, database, table, groups)[1:] for database in (HERE, ANEW))
    return [c for c, a, b in zip(columns, one, other, strict=True) if a != b]


def _sums(
    con: duckdb.DuckDBPyConnection, database: str, table: Table, groups: Sequence[Sequence[str]]
) -> tuple[int, ...]:
    """Rows, and for each group of columns the sum of its hashes over them."""
    sums = ", ".join(f"coalesce(sum({_hash(group)}::hugeint), 0)" for group in groups)
    return con.execute(f"select count(*), {sums} from {database}.{qualified(table)}").fetchone() or ()


def _hash(columns: Sequence[str]) -> str:
    """Of the text of the columns: a code is the same wherever it stands among those its type allows."""
    return f"hash({', '.join(f'{name(c)}::varchar' for c in columns)})"


def _columns(con: duckdb.DuckDBPyConnection, database: str, table: Table) -> tuple[str, ...]:
    rows = con.execute(
        "select column_name from duckdb_columns() where database_name = ? and schema_name = ? and table_name = ? "
        "order by column_index",
        [database, table.schema, table.name],
    ).fetchall()
    return tuple(column for (column,) in rows)


def _count(con: duckdb.DuckDBPyConnection, source: str) -> int:
    return int((con.execute(f"select count(*) {source}").fetchone() or (0,))[0])
