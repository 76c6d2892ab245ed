"""Where the tables a suite reads lie, and a DuckDB connection that shows them under their contract names.

Belongs here: names of tables to Parquet files, release files or Arrow tables; the SQL macros checks use. Does not: any
expectation. Nothing is copied: Parquet files and releases are read where they lie.
"""

from __future__ import annotations

import tempfile
from collections.abc import Iterable, Mapping
from functools import cache
from importlib import resources
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.model import Home, Table, evidence, link, quality
from warehouse.model.base import GRID_TREE
from warehouse.model.data_model import DataModel
from warehouse.model.grid import GRID_CHANGE
from warehouse.model.macros import create_number_macros
from warehouse.model.sql import literal, parquet
from warehouse.model.suspects import NewRows

Source = Home | Path | Mapping[str, Path | pa.Table]
"""A home (its stage files), a release file (`*.duckdb`), or tables by contract name."""


@cache
def contracts(model: DataModel) -> Mapping[str, Table]:
    """Contract of every stage table a suite may name."""
    return {
        **{f"mention.{kind}": model.mention(kind) for kind in model.kinds},
        **{f"entity.{kind}": link.ENTITY for kind in model.kinds},
        **{f"golden.{kind}": model.golden(kind) for kind in model.kinds},
        **{f"attribute.{kind}": evidence.ATTRIBUTE for kind in model.kinds},
        **{relation.table.full_name: relation.table for relation in model.relations},
        "link.mention": link.MENTION,
        "grid.tree": GRID_TREE,
        "grid.change": GRID_CHANGE,
        "base.grid": model.grid,
        "judgement.judgement": evidence.JUDGEMENT,
        "quality.reconciliation": quality.RECONCILIATION,
    }


_BESIDE = (quality.FALL, quality.GRID_FALL)
"""What a release is held against; empty where nobody gives it."""


def quoted(table: str) -> str:
    """`schema.name` as SQL writes it."""
    return ".".join(f'"{part}"' for part in table.split("."))


def stage_file(home: Home, table: str) -> Path:
    """The stage file of a contracted table: `mention.person` lies at `stage("mention", "person")`."""
    schema, name = table.split(".")
    is_relation = any(relation.table.full_name == table for relation in home.data_model.relations)
    return home.stage("relation" if is_relation else schema, name)


def show(
    con: duckdb.DuckDBPyConnection,
    model: DataModel,
    source: Source,
    tables: Iterable[str],
    beside: Mapping[str, pa.Table] | None = None,
    new: NewRows = lambda _, place: place,
) -> None:
    """On an open in-memory connection, create the check macros and show `tables` as views `schema.name`.

    A stage file that does not exist leaves its view out when it is the first of `tables` (then the suite could not run),
    and is an empty table of its contract otherwise, as `Table.read` has it. Of a release all tables are shown, and what stands
    `beside` it: what fell against the former one; table `looked_through` holds of each where its `new` rows lie.

    Raises:
        duckdb.Error: a file can't be read.
    """
    con.execute(f"set temp_directory = {literal(tempfile.gettempdir())}")
    create_macros(con)
    if isinstance(source, Path):
        _show_release(con, source, new)
        for name, table in {**{t.full_name: t.empty() for t in _BESIDE}, **(beside or {})}.items():
            _view(con, name, table)
        return
    for place, table in enumerate(dict.fromkeys(tables)):
        found: Path | pa.Table | None
        found = stage_file(source, table) if isinstance(source, Home) else source.get(table)
        if isinstance(found, Path):
            found = found if found.exists() else None
        if found is None and place > 0:
            found = contracts(model)[table].empty()
        if found is not None:
            _view(con, table, found)


def create_macros(con: duckdb.DuckDBPyConnection) -> None:
    """Create the SQL macros checks use (`quality/sql/*.macro.sql`), and those of personal numbers."""
    create_number_macros(con)
    for macro in sorted(f.name for f in resources.files("quality.sql").iterdir() if f.name.endswith(".macro.sql")):
        con.execute(resources.files("quality.sql").joinpath(macro).read_text(encoding="utf-8"))


def _view(con: duckdb.DuckDBPyConnection, table: str, found: Path | pa.Table) -> None:
    con.execute(f'create schema if not exists "{table.split(".", maxsplit=1)[0]}"')
    if isinstance(found, Path):
        con.execute(f"create or replace view {quoted(table)} as select * from {parquet([found])}")
    else:
        con.execute(f"create or replace table {quoted(table)} as select * from found")


def _show_release(con: duckdb.DuckDBPyConnection, path: Path, new: NewRows) -> None:
    con.execute(f"attach {literal(path)} as library (read_only)")
    tables = con.execute(
        "select schema_name, table_name from duckdb_tables() where database_name = 'library' order by all"
    ).fetchall()
    con.execute("create temp table looked_through (schema_name varchar, table_name varchar, place varchar)")
    for schema, name in tables:
        place = new(f"{schema}.{name}", f'library."{schema}"."{name}"')
        con.execute(
            "insert into looked_through values ($schema, $name, $place)",
            {"schema": schema, "name": name, "place": place},
        )
        con.execute(f'create schema if not exists "{schema}"')
        con.execute(f'create view "{schema}"."{name}" as select * from library."{schema}"."{name}"')
    known = "x in (select grid_code from library.base.grid)" if ("base", "grid") in tables else "false"
    con.execute(f"create or replace macro is_place_code(x) as {known}")
