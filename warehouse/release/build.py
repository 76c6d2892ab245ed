"""Build a release aside from the stage files: one DuckDB file with every contracted table, and its manifest.

Belongs here: the file and its manifest, written aside. Does not: what goes into it (`fill`), saying whether the result is good (`verify`) or making it the library
(`publish`). The file is written in DuckDB's storage format 1.2, which DuckDB 1.2 to 2.0 read.
"""

from __future__ import annotations

import shutil
from datetime import UTC, datetime
from pathlib import Path

import duckdb

from warehouse.model.durable import sync
from warehouse.model.home import Home
from warehouse.model.release import release_tables
from warehouse.model.session import connect
from warehouse.model.sql import literal as text
from warehouse.release.fill import Filled, fill, recipe
from warehouse.release.manifest import LIBRARY, Manifest, ReleaseError, ReleaseFacts, delivery_lines, file_line
from warehouse.release.renewal import copy_former, former_release, remember
from warehouse.release.versions import fingerprint, published, unpublished

STORAGE_VERSION = "v1.2.0"


def build_release(
    home: Home,
    version: str,
    facts: ReleaseFacts,
    *,
    created_at: datetime | None = None,
    threads: int | None = None,
) -> Path:
    """Build `<home>/releases/<version>/one_network.duckdb` and its manifest from the stage files of `home`.

    Where the library was made by the same recipe its file is copied, and only what says something else is written anew
    (`renewal`). Everything is written to a folder aside that gets its name at the end: a failed or killed build leaves no release and
    no trace after the next build, which also removes candidates that were never published. The tables hold no time of day: two builds from the same stages hold the same tables.

    Args:
        home: the home whose stage files are read and whose token key is used.
        version: from `next_version`. A release of that version that was never published is replaced.
        facts: deliveries, code and model it is built from.
        created_at: when, for the manifest; now if not given.
        threads: DuckDB threads; DuckDB's default if not given.

    Returns:
        The path of the DuckDB file.

    Raises:
        ReleaseError: a required stage file is missing, or the version is the library already.
        duckdb.Error: a stage file does not fit its contract, or the disk is full.
    """
    if published(home) == version:
        raise ReleaseError(f"release {version} is the library already; build under the version next_version gives")
    aside = home.release(f".{version}.building")
    _clear(home)
    aside.mkdir(parents=True)
    try:
        made = _write(home, aside / LIBRARY, version, facts, threads)
        (aside / LIBRARY).chmod(0o444)
        sync(aside / LIBRARY)
        Manifest(
            version=version,
            fingerprint=fingerprint(facts),
            created_at=created_at or datetime.now(UTC),
            code_version=facts.code_version,
            model=facts.model,
            judgements=facts.judgements,
            verifications=facts.verifications,
            duckdb=duckdb.__version__,
            storage_version=STORAGE_VERSION,
            deliveries=delivery_lines(facts.deliveries),
            tables=made.rows,
            file=file_line(aside / LIBRARY),
        ).write(aside)
        aside.rename(home.release(version))
        sync(home.release(""))
    except BaseException:
        shutil.rmtree(aside, ignore_errors=True)
        raise
    return home.release(version) / LIBRARY


def _clear(home: Home) -> None:
    """Remove what killed builds left and candidates that were never published: the last one stays until the next build."""
    library = published(home)
    for stale in home.release("").glob(".*.building"):
        shutil.rmtree(stale)
    for candidate in unpublished(home):
        if candidate != library:  # a crash between swap and manifest: published all the same
            shutil.rmtree(home.release(candidate))


def _write(home: Home, file: Path, version: str, facts: ReleaseFacts, threads: int | None) -> Filled:
    """Write all tables into `file`."""
    spill, tables = file.parent / "spill", release_tables(home.data_model)
    shutil.rmtree(home.made_of(version), ignore_errors=True)
    with connect(threads=threads, temp_directory=str(spill)) as con:
        made_by = recipe(con, home, tables, facts.code_version, facts.norms)
        former = former_release(home, made_by)
        if former and not copy_former(home, former, file):
            former = None
            file.unlink()
        con.execute(f"attach {text(str(file))} as release (storage_version {text(STORAGE_VERSION)})")
        filled = fill(con, home, tables, version, facts, former=former)
    shutil.rmtree(spill, ignore_errors=True)
    remember(home, version, made_by, tables, filled.changes, former.bytes if former else file.stat().st_size)
    return filled
