"""The one door to SQL: loading a statement from its file, writing names, texts and files into one, and a table or its empty form.

Belongs here: what every package that talks to DuckDB needs to say something to it. Does not: any statement, or any connection.
Whatever DuckDB can bind is bound (`$name`); this is for names of tables and columns, and for the few places that take no
parameter.
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from functools import cache
from importlib.resources import files
from pathlib import Path

import duckdb

from warehouse.model.table import Table


@cache
def statement(package: str, name: str) -> str:
    """The text of `sql/<name>.sql` of a package, such as `pipelines.resolution`."""
    return files(package).joinpath("sql", f"{name}.sql").read_text(encoding="utf-8")


def identifier(name: str) -> str:
    """The name of a column or table, quoted.

    >>> identifier('姓"名')
    '"姓""名"'
    """
    return '"' + name.replace('"', '""') + '"'


def literal(text: str | Path) -> str:
    """A text or a path, quoted.

    >>> literal("o'clock")
    "'o''clock'"
    """
    return "'" + str(text).replace("'", "''") + "'"


def parquet(paths: Iterable[str | Path], *options: str) -> str:
    """The rows of Parquet files, named one by one: a pattern would stumble over a home called `a[1]`.

    >>> parquet([Path("a.parquet")], "union_by_name = true")
    "read_parquet(['a.parquet'], union_by_name = true)"
    """
    listed = ", ".join(map(literal, paths))
    return f"read_parquet({', '.join([f'[{listed}]', *options])})"


def repeated_keys(key: Sequence[str], table: str) -> str:
    """A query with one row per key that several rows of a table have.

    Long keys are grouped by their hash first: few are alike in that, and it costs a tenth of the memory.
    """
    columns = ", ".join(map(identifier, key))
    exact = f"group by {columns} having count(*) > 1"
    if len(key) == 1:
        return f"select 1 from {table} {exact}"
    alike = f"select hash({columns}) as h from {table} group by h having count(*) > 1"
    return f"select 1 from {table} where hash({columns}) in ({alike}) {exact}"


def show(con: duckdb.DuckDBPyConnection, name: str, table: Table, paths: Sequence[Path], *options: str) -> None:
    """Give the files that exist a name; an empty table of that contract where none does."""
    there = [path for path in paths if path.exists()]
    if there:
        con.execute(f"create view {name} as from {parquet(there, *options)}")
    else:
        con.register("arriving", table.empty())
        con.execute(f"create table {name} as from arriving")
        con.unregister("arriving")
