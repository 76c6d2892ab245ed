"""What must hold of a release before it may become the library.

Belongs here: that the file is whole and keeps its contracts: tables, types, keys, references, counts, masking. Does not:
whether the data are good (`quality`).
"""

from __future__ import annotations

from pathlib import Path

import duckdb
import pyarrow as pa
from pydantic import ValidationError

from warehouse.masking import find_leaks
from warehouse.model.data_model import DataModel, shipped
from warehouse.model.release import ENTITY_REFERENCES, public_codes, references, release_tables
from warehouse.model.session import connect
from warehouse.model.sql import literal as text
from warehouse.model.sql import repeated_keys
from warehouse.model.suspects import find_suspects
from warehouse.model.table import Table
from warehouse.release.ddl import CHINESE, column_type, is_nullable
from warehouse.release.manifest import LIBRARY, Manifest, file_line
from warehouse.release.renewal import News

DATABASE = "candidate"


def verify_release(
    folder: Path,
    model: DataModel | None = None,
    *,
    new: News | None = None,
    suspects: pa.Table | None = None,
    threads: int | None = None,
) -> list[str]:
    """Open the release in `folder` read-only and list what is wrong with it; an empty list says it is good.

    Problems name tables, columns and counts, never values. `model` are the kinds it holds, those that are shipped if not given;
    `new` is what it holds beyond the release it was built on, in which alone full numbers are looked for; everything if not given.
    `suspects` are the texts of it that may hold one, where they were found already.
    """
    model = model or shipped()
    try:
        manifest = Manifest.read(folder)
    except (FileNotFoundError, ValidationError) as error:
        return [f"manifest.json is missing or unreadable ({type(error).__name__})"]
    if not (folder / LIBRARY).exists():
        return [f"{LIBRARY} is missing"]
    if file_line(folder / LIBRARY) != manifest.file:
        return [f"{LIBRARY} is not the file the manifest describes: size or SHA-256 differ"]
    try:
        with connect(threads=threads) as con:
            con.execute(f"attach {text(str(folder / LIBRARY))} as {DATABASE} (read_only)")
            con.execute(f"use {DATABASE}")
            # References and leaks need tables that are what they should be.
            return _shape(con, model, manifest) or [
                *_keys(con, model),
                *_references(con, model),
                *_mentions(con, model),
                *_leaks(model, find_suspects(con, DATABASE, (new or News()).rows) if suspects is None else suspects),
            ]
    except duckdb.Error as error:
        return [f"{LIBRARY} can't be read ({type(error).__name__})"]


def verify_kept(folder: Path) -> list[str]:
    """List what changed in a release since it was published: the file by its SHA-256, its tables by their row counts.

    Unlike `verify_release` it asks for no contract: a release keeps the tables of the code that built it.
    """
    try:
        manifest = Manifest.read(folder)
    except (FileNotFoundError, ValidationError) as error:
        return [f"manifest.json is missing or unreadable ({type(error).__name__})"]
    if not (folder / LIBRARY).exists():
        return [f"{LIBRARY} is missing"]
    if file_line(folder / LIBRARY) != manifest.file:
        return [f"{LIBRARY} is not the file the manifest describes: size or SHA-256 differ"]
    try:
        with connect() as con:
            con.execute(f"attach {text(str(folder / LIBRARY))} as {DATABASE} (read_only)")
            con.execute(f"use {DATABASE}")
            found = {table: _count(con, f"select count(*) from {table}") for table in manifest.tables}
    except duckdb.Error as error:
        return [f"{LIBRARY} can't be read ({type(error).__name__})"]
    wrong = [table for table, rows in manifest.tables.items() if found[table] != rows]
    return [f"{table}: {found[table]} rows, the manifest says {manifest.tables[table]}" for table in wrong]


def _count(con: duckdb.DuckDBPyConnection, query: str) -> int:
    return int((con.execute(query).fetchone() or (0,))[0])


def _shape(con: duckdb.DuckDBPyConnection, model: DataModel, manifest: Manifest) -> list[str]:
    """Tables, columns, types, what must be filled, views, comments and row counts as declared."""
    problems = []
    found: dict[str, list[tuple[str, str, bool]]] = {}
    for schema, table, column, found_type, nullable, comment in con.execute(
        "select schema_name, table_name, column_name, lower(data_type), is_nullable, comment from duckdb_columns() "
        f"where database_name = '{DATABASE}' and not internal order by schema_name, table_name, column_index"
    ).fetchall():
        found.setdefault(f"{schema}.{table}", []).append((column, found_type, nullable))
        if not comment:
            problems.append(f"{schema}.{table}.{column} has no comment")
    for served in release_tables(model):
        table = served.table
        declared = [(c.name, column_type(model, table, c), is_nullable(table, c)) for c in table.columns]
        if found.get(table.full_name) != declared:
            problems.append(f"{table.full_name}: columns or types are not those of its contract")
            continue
        rows = _count(con, f"select count(*) from {table.full_name}")
        if rows != manifest.tables.get(table.full_name):
            problems.append(f"{table.full_name}: {rows} rows, the manifest says {manifest.tables.get(table.full_name)}")
        if [c for c, *_ in found.get(f"{CHINESE}.{served.view}", [])] != [c.title for c in table.columns]:
            problems.append(f"{CHINESE}.{served.view}: not the view of {table.full_name}")
    return problems


def _keys(con: duckdb.DuckDBPyConnection, model: DataModel) -> list[str]:
    return [p for served in release_tables(model) if served.table.key for p in _key(con, served.table)]


def _key(con: duckdb.DuckDBPyConnection, table: Table) -> list[str]:
    repeated = _count(con, f"select count(*) from ({repeated_keys(table.key, table.full_name)})")
    return [f"{table.full_name}: {repeated} keys ({', '.join(table.key)}) are held by several rows"] if repeated else []


def _references(con: duckdb.DuckDBPyConnection, model: DataModel) -> list[str]:
    asked = [(t, c, r, rc, "true") for t, c, r, rc in references(model)]
    asked += [
        (t, c, f"base.{kind}", f"{kind}_id", f"entity_kind = '{kind}'")
        for t, c in ENTITY_REFERENCES
        for kind in model.kinds
    ]
    problems = []
    for table, column, referred, key, condition in asked:
        orphans = _count(
            con,
            f"select count(*) from (select {column} as id from {table} where {condition} and {column} is not null) "
            f"where id not in (select {key} from {referred})",
        )
        if orphans:
            problems.append(f"{table}.{column}: {orphans} rows name something that is not in {referred}")
    return problems


def _mentions(con: duckdb.DuckDBPyConnection, model: DataModel) -> list[str]:
    """Every entity counts the mentions that name it: none is without, none is counted twice."""
    problems = []
    for kind in model.kinds:
        wrong = _count(
            con,
            f"select count(*) from base.{kind} b left join (select entity_id, count(*) n from link.mention "
            f"where entity_kind = '{kind}' group by all) m on m.entity_id = b.{kind}_id "
            "where b.mention_count is distinct from m.n",
        )
        if wrong:
            problems.append(f"base.{kind}.mention_count: {wrong} rows differ from what link.mention holds")
    return problems


def _leaks(model: DataModel, suspects: pa.Table) -> list[str]:
    return [
        f"{leak.table}.{leak.column}: {leak.rows} rows hold a full {leak.what}"
        for leak in find_leaks(suspects, public_codes(model))
    ]
