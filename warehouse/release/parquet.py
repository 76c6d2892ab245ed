"""A release as Parquet files of the same names, for people without DuckDB.

Belongs here: writing them from the release and pointing to the newest. Does not: what the tables hold; masks and all are
those of the plain release. A table in which nothing is new against the release it was built on is the file of that one, under a further name.
"""

from __future__ import annotations

import json
import os
import shutil
from pathlib import Path

from warehouse.model.durable import sync, write_whole
from warehouse.model.home import Home
from warehouse.model.session import connect
from warehouse.model.sql import identifier as name
from warehouse.model.sql import literal as text
from warehouse.release.manifest import LIBRARY, MANIFEST, Manifest, file_line
from warehouse.release.pointing import PARQUET, point
from warehouse.release.renewal import news

ROW_GROUP = 122_880


def write_parquet(home: Home, version: str, *, threads: int | None = None) -> int:
    """Write `<home>/releases/<version>/parquet/<schema>/<table>.parquet` and let `<home>/parquet` point there.

    Rows lie in the order of the release. Each file says in its key-value metadata what the table is (`comment`, Chinese
    and English); `parquet/manifest.json` says its SHA-256. Files of the release that are there already are replaced; readers of the
    former ones go on.

    Returns:
        The number of files.
    """
    folder = home.release(version)
    aside, target = folder / f".{PARQUET}.building", folder / PARQUET
    shutil.rmtree(aside, ignore_errors=True)
    tables = Manifest.read(folder).tables
    digests = {}
    new = news(home, version)
    former = home.release(new.built_on) / PARQUET if new.built_on else None
    written = _digests(former) if former else {}
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
            place = f"{schema}/{bare}"
            sha256 = written.get(place, "") if table in new.kept else ""
            if former is None or not _taken_over(former / f"{place}.parquet", sha256, file):
                con.execute(
                    f"copy release.{name(schema)}.{name(bare)} to {text(str(file))} (format parquet, compression zstd, compression_level 1, "
                    f"row_group_size {ROW_GROUP}, kv_metadata {{comment: {text(comments[table])}}})"
                )
                sync(file)
                sha256 = file_line(file).sha256
            digests[place] = sha256
    write_whole(aside / MANIFEST, json.dumps(digests, indent=2).encode())
    if target.exists():
        replaced = folder / f".{PARQUET}.former.building"
        target.rename(replaced)
        aside.rename(target)
        shutil.rmtree(replaced)
    else:
        aside.rename(target)
    sync(folder)
    point(home, version, PARQUET)
    return len(tables)


def _digests(folder: Path) -> dict[str, str]:
    """The SHA-256 of the files of a former release as it says them; none where it says nothing that can be read."""
    try:
        return dict(json.loads((folder / MANIFEST).read_text(encoding="utf-8")))
    except (OSError, ValueError, TypeError):
        return {}


def _taken_over(source: Path, sha256: str, file: Path) -> bool:
    """Give a file of a former release the name `file` too; False, and there is none, where it is not what was written then."""
    try:
        if not sha256 or file_line(source).sha256 != sha256:
            return False
        os.link(source, file)
    except OSError:
        return False
    return True
