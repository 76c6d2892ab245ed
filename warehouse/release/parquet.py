"""A release as Parquet files of the same names, for people without DuckDB.

Belongs here: writing them from the release and pointing to the newest. Does not: what the tables hold; masks and all are
those of the plain release.
"""

from __future__ import annotations

import shutil

from warehouse.model.durable import sync
from warehouse.model.home import Home
from warehouse.model.session import connect
from warehouse.model.sql import identifier as name
from warehouse.model.sql import literal as text
from warehouse.release.manifest import LIBRARY, Manifest
from warehouse.release.pointing import PARQUET, point

ROW_GROUP = 122_880


def write_parquet(home: Home, version: str, *, threads: int | None = None) -> int:
    """Write `<home>/releases/<version>/parquet/<schema>/<table>.parquet` and let `<home>/parquet` point there.

    Rows lie in the order of the release. Each file says in its key-value metadata what the table is (`comment`, Chinese
    and English). Files of the release that are there already are replaced; readers of the former ones go on.

    Returns:
        The number of files.
    """
    folder = home.release(version)
    aside, target = folder / f".{PARQUET}.building", folder / PARQUET
    shutil.rmtree(aside, ignore_errors=True)
    tables = Manifest.read(folder).tables
    with connect(threads=threads) as con:
        con.execute(f"attach {text(str(folder / LIBRARY))} as release (read_only)")
        comments = {
            f"{schema}.{table}": comment or ""
            for schema, table, comment in con.execute(
                "select schema_name, table_name, comment from duckdb_tables() where database_name = 'release'"
            ).fetchall()
        }
        for table in tables:
            schema, _, bare = table.partition(".")
            file = aside / schema / f"{bare}.parquet"
            file.parent.mkdir(parents=True, exist_ok=True)
            con.execute(
                f"copy release.{name(schema)}.{name(bare)} to {text(str(file))} (format parquet, compression zstd, compression_level 1, "
                f"row_group_size {ROW_GROUP}, kv_metadata {{comment: {text(comments[table])}}})"
            )
            sync(file)
    if target.exists():
        former = folder / f".{PARQUET}.former.building"
        target.rename(former)
        aside.rename(target)
        shutil.rmtree(former)
    else:
        aside.rename(target)
    sync(folder)
    point(home, version, PARQUET)
    return len(tables)
