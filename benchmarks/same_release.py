"""Do two releases say the same? `python -m benchmarks.same_release OLD.duckdb NEW.duckdb [--except KIND ...]`

For a change of shape: build both from the same deliveries with the same token key, before and after. Every table is compared as
a set of rows, on the columns both releases have; lines of the kinds named by `--except` (those the older code did not read) are
left out. Prints tables, columns and rows that only one of them has; the exit code is 1 where rows differ.
"""

from __future__ import annotations

import argparse
import sys
from pathlib import Path

import duckdb

Columns = dict[tuple[str, str], list[str]]


def columns(con: duckdb.DuckDBPyConnection, release: str) -> Columns:
    """The columns of every table of a release, in their order."""
    found: Columns = {}
    for schema, table, column in con.execute(
        "select schema_name, table_name, column_name from duckdb_columns() "
        "where database_name = ? and not internal order by schema_name, table_name, column_index",
        [release],
    ).fetchall():
        found.setdefault((schema, table), []).append(column)
    views = con.execute(
        "select schema_name, view_name from duckdb_views() where database_name = ?", [release]
    ).fetchall()
    return {name: names for name, names in found.items() if name not in set(views)}


def differing(
    con: duckdb.DuckDBPyConnection, table: tuple[str, str], shared: list[str], kinds: list[str]
) -> tuple[int, int]:
    """Rows of a table that only the old and that only the new release has."""
    shown = ", ".join(f'"{name}"::varchar as "{name}"' for name in shared)
    left_out = f"where not list_contains({kinds!r}::varchar[], entity_kind::varchar)" if "entity_kind" in shared else ""
    old, new = (f'select {shown} from "{side}"."{table[0]}"."{table[1]}" {left_out}' for side in ("old", "new"))
    count = "select count(*) from ({} except all {})"
    found = [con.execute(count.format(*pair)).fetchone() or (0,) for pair in ((old, new), (new, old))]
    return found[0][0], found[1][0]


def main(arguments: list[str] | None = None) -> int:
    """Compare two releases; return 1 where a table they share differs in its rows."""
    parser = argparse.ArgumentParser(description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter)
    parser.add_argument("old", type=Path)
    parser.add_argument("new", type=Path)
    parser.add_argument("--except", dest="kinds", nargs="*", default=[], metavar="KIND")
    chosen = parser.parse_args(arguments)
    with duckdb.connect() as con:
        for name, path in (("old", chosen.old), ("new", chosen.new)):
            con.execute(f"attach '{path}' as {name} (read_only)")
        old, new = columns(con, "old"), columns(con, "new")
        print("tables of the old release alone:", sorted(".".join(t) for t in old.keys() - new.keys()))
        print("tables of the new release alone:", sorted(".".join(t) for t in new.keys() - old.keys()))
        worst = 0
        for table in sorted(old.keys() & new.keys()):
            shared = [name for name in old[table] if name in new[table]]
            one, other = differing(con, table, shared, chosen.kinds)
            worst = worst or int(bool(one or other))
            added = sorted(set(new[table]) - set(old[table])) + [
                f"-{n}" for n in sorted(set(old[table]) - set(new[table]))
            ]
            if one or other or added:
                print(f"{'.'.join(table):32} only old {one:7,}  only new {other:7,}  columns {added}")
    return worst


if __name__ == "__main__":
    sys.exit(main())
