"""A release as a DuckLake: Parquet files in buckets of entities and a catalogue, for a library that outgrows one file.

```sql
attach 'ducklake:<home>/ducklake/library.ducklake' as library (read_only);
from library.一张网.人口 limit 5;
```

Belongs here: writing it from the release. Does not: what the tables hold; masks, order, views and comments are those of the plain
release. Codes are text here, since DuckLake has no ENUM, and columns of views have no comments.
"""

from __future__ import annotations

import shutil
from collections.abc import Sequence

import duckdb

from warehouse.model.durable import sync
from warehouse.model.home import Home
from warehouse.model.release import Served, release_tables
from warehouse.model.session import connect
from warehouse.model.sql import identifier as name
from warehouse.model.sql import literal as text
from warehouse.model.table import Table
from warehouse.release import ddl
from warehouse.release.extension import extension_file, package_of
from warehouse.release.manifest import LIBRARY, Manifest, ReleaseError
from warehouse.release.pointing import DUCKLAKE, point

EXTENSION = "ducklake"
CATALOGUE = "library.ducklake"
ROWS_OF_BUCKET = 10_000_000
"""Rows of a table that lie in one bucket of entities, about."""


def can_write_ducklake() -> bool:
    """Whether the extension is installed."""
    return extension_file(EXTENSION) is not None


def write_ducklake(
    home: Home, version: str, *, threads: int | None = None, rows_of_bucket: int = ROWS_OF_BUCKET
) -> int:
    """Write `<home>/releases/<version>/ducklake` from the release and let `<home>/ducklake` point there.

    Tables whose key holds an entity and that have more rows than a bucket are partitioned by it; the rows of an entity lie in one
    bucket of each of them. The catalogue knows its files by their whole path: where the home was moved they are found with
    `data_path '…/library.ducklake.files/', override_data_path true`, and the next run writes them anew.

    Args:
        home: that holds the release.
        version: of the release; a DuckLake of it that is there is replaced.
        threads: of DuckDB.
        rows_of_bucket: about so many rows of a table lie in one bucket.

    Returns:
        The number of tables.

    Raises:
        ReleaseError: the extension is not installed.
    """
    extension = extension_file(EXTENSION)
    if extension is None:
        raise ReleaseError(
            f"{package_of(EXTENSION)}: 未安装适用于DuckDB {duckdb.__version__}的版本 · the package for DuckDB {duckdb.__version__} is not installed"
        )
    folder, rows = home.release(version), Manifest.read(home.release(version)).tables
    tables = [s for s in release_tables(home.data_model) if s.table.full_name in rows]
    aside = folder / f".{DUCKLAKE}.building"
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir()
    with connect(threads=threads) as con:
        con.load_extension(str(extension))
        con.execute(f"attach {text(folder / LIBRARY)} as release (read_only)")
        con.execute(f"attach {text(f'ducklake:{aside / CATALOGUE}')} as lake")
        con.execute("use lake")
        con.execute("begin")  # one snapshot: each is a copy of what the catalogue says of all tables
        for statement in ddl.create_schemas():
            con.execute(statement)
        for served in tables:
            _write(con, served.table, -(-rows[served.table.full_name] // rows_of_bucket))
        _write_views(con, home, tables)
        con.execute("commit")
        con.execute("use memory; detach lake")
        con.execute(f"attach {text(aside / CATALOGUE)} as catalogue")
        con.execute("update catalogue.ducklake_metadata set value = ? where key = 'data_path'", [_files(home, version)])
    for file in aside.rglob("*"):
        if file.is_file():
            sync(file)
    shutil.rmtree(folder / DUCKLAKE, ignore_errors=True)
    aside.rename(folder / DUCKLAKE)
    sync(folder)
    point(home, version, DUCKLAKE)
    return len(tables)


def has_ducklake(home: Home, version: str) -> bool:
    """Whether a release has one, and its files lie where it looks for them."""
    catalogue = home.release(version) / DUCKLAKE / CATALOGUE
    if not catalogue.exists():
        return False
    with connect() as con:
        con.execute(f"attach {text(catalogue)} as catalogue (read_only)")
        looked_for = con.sql("select value from catalogue.ducklake_metadata where key = 'data_path'").fetchall()
    return looked_for == [(_files(home, version),)]


def _files(home: Home, version: str) -> str:
    """The folder of the files of a release's DuckLake, as its catalogue names it."""
    return f"{home.release(version).resolve() / DUCKLAKE / CATALOGUE}.files/"


def _write(con: duckdb.DuckDBPyConnection, table: Table, buckets: int) -> None:
    """Write a table in the order of the release, in so many buckets."""
    source = f"release.{ddl.qualified(table)}"
    columns = con.sql(f"from {source} limit 0")
    listed = ", ".join(
        f"{name(column)} {'varchar' if str(kind).startswith('ENUM') else kind}"
        for column, kind in zip(columns.columns, columns.types, strict=True)
    )
    con.execute(f"create table {ddl.qualified(table)} ({listed})")
    entity = _entity(table)
    if buckets > 1 and entity:
        con.execute(f"alter table {ddl.qualified(table)} set partitioned by (bucket({buckets}, {name(entity)}))")
    con.execute(f"insert into {ddl.qualified(table)} from {source}")


def _entity(table: Table) -> str | None:
    """The column that says which entity a row is about; None where none does."""
    candidates = ("entity_id", f"{table.name}_id", "left_entity_id", *(c for c in table.key if c.endswith("_id")))
    return next((column for column in candidates if column in table.names), None)


def _write_views(con: duckdb.DuckDBPyConnection, home: Home, tables: Sequence[Served]) -> None:
    """The Chinese views, and what the release says of tables, views and columns of tables."""
    for served in tables:
        con.execute(ddl.create_view(home.data_model, served))
        for comment in ddl.comments(served):
            if not comment.startswith(f"comment on column {name(ddl.CHINESE)}"):
                con.execute(comment)
