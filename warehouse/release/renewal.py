"""What of the library holds in the next release: its file is copied, and only rows that say something else are written anew.

Belongs here: whether the library can be built on, and which rows of a table are to be replaced. Does not: writing them (`fill`) or
the file itself (`build`).

Beside each release its stage files are kept under `stage/made_of/<version>`, as further names of the same files: they take no
room until a stage writes its file anew. Rows that belong together (all claims about an entity) are compared by the sum of their
hashes, so what differs is known without masking or sorting a row. A kept row is right as it was: the file it comes from is
the one its manifest describes, which was verified when it was published, and it was made by the same recipe.
"""

from __future__ import annotations

import json
import os
import shutil
from collections.abc import Iterable, Mapping, Sequence
from dataclasses import dataclass, field
from enum import Enum, auto
from pathlib import Path

import duckdb
from pydantic import ValidationError

from warehouse.model.durable import write_whole
from warehouse.model.home import Home
from warehouse.model.release import Served
from warehouse.model.sql import identifier as name
from warehouse.model.sql import literal, parquet
from warehouse.release.manifest import LIBRARY, Manifest, file_line
from warehouse.release.versions import published

RECORD = "record.json"
COUNTS = "counts.json"
UNSORTED = 0.1
"""Share of a table's rows that may lie outside its order, at its end; beyond it the table is written whole, in order."""

GROWTH = 2
"""How many times as long as when it was last written whole a file may be: what is replaced leaves holes, not all of which are filled."""

TOUCHED = "touched"
"""Temporary table with the values of `Served.by` whose rows are to be replaced."""


class How(Enum):
    """What becomes of a table: it is kept, the rows in `TOUCHED` are replaced, or it is written anew as a whole."""

    KEPT = auto()
    ROWS = auto()
    WHOLE = auto()


@dataclass(frozen=True)
class Change:
    """What becomes of a table, and how many of its rows then lie outside its order."""

    how: How
    unsorted: int = 0


WHOLE = Change(How.WHOLE)


@dataclass(frozen=True)
class Former:
    """The release that is built on.

    Attributes:
        version: which.
        folder: where its stage files are kept.
        tables: rows of each of its tables.
        unsorted: rows at the end of each table that were replaced since it was last written whole.
        bytes: of its file when that was last written whole.
    """

    version: str
    folder: Path
    tables: Mapping[str, int]
    unsorted: Mapping[str, int]
    bytes: int

    def change(self, con: duckdb.DuckDBPyConnection, served: Served, sources: Sequence[Path]) -> Change:
        """What becomes of a table; where rows are to be replaced, `TOUCHED` is made here.

        Args:
            con: connection that knows no table `touched` of another meaning.
            served: the table; one that is derived from others is always written whole.
            sources: its stage files as they are now.
        """
        former = {path: self.folder / path.parent.name / path.name for path in sources}
        if served.derived or not sources or self._kept(served) != set(former.values()):
            return WHOLE
        held = self.unsorted.get(served.table.full_name, 0)
        differing = [path for path, old in former.items() if not same_file(path, old)]
        if not differing:
            return Change(How.KEPT, held)
        if not served.by:
            return WHOLE
        con.execute(_touched(served.by, [former[path] for path in differing], differing))
        same = " and ".join(f"t.{name(c)} = s.{name(c)}" for c in served.by)
        (rows,) = con.sql(f"select count(*) from {parquet(sources)} s semi join {TOUCHED} t on {same}").fetchall()[0]
        if held + rows > UNSORTED * self.tables.get(served.table.full_name, 0):
            return WHOLE
        return Change(How.ROWS, held + rows)

    def _kept(self, served: Served) -> set[Path]:
        paths = (self.folder / stage / f"{file}.parquet" for stage, file in served.sources)
        return {path for path in paths if path.exists()}


def former_release(home: Home, recipe: str) -> Former | None:
    """The library, if the next release can be built on it: made by the same recipe, its stage files known, its file whole."""
    version = published(home)
    if version is None:
        return None
    folder = home.made_of(version)
    try:
        manifest = Manifest.read(home.release(version))
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        known = record["recipe"] == recipe and bool(manifest.published_at) and record["files"] == states(folder)
        unsorted, size = dict(record["unsorted"]), int(record["bytes"])
    except (FileNotFoundError, ValidationError, ValueError, KeyError, TypeError):
        return None
    if not known or manifest.file.bytes > GROWTH * size:
        return None
    return Former(version, folder, manifest.tables, unsorted, size)


def copy_former(home: Home, former: Former, file: Path) -> bool:
    """Copy the file of the former release; whether the copy is what its manifest describes."""
    shutil.copyfile(home.release(former.version) / LIBRARY, file)
    return file_line(file) == Manifest.read(home.release(former.version)).file


@dataclass(frozen=True)
class News:
    """What a release holds that the one it was built on does not: nothing else needs to be looked through again.

    Attributes:
        kept: tables in which nothing is new.
        touched: table → file of the values of `by` whose rows are new, and these columns. All rows of the other tables are new.
        counts: query → how many rows it found in the release it was built on, as far as that was kept.
        built_on: that release; None where there is none.
    """

    kept: frozenset[str] = frozenset()
    touched: Mapping[str, tuple[Path, tuple[str, ...]]] = field(default_factory=dict)
    counts: Mapping[str, int] = field(default_factory=dict)
    built_on: str | None = None

    def rows(self, table: str, place: str) -> str | None:
        """The new rows of a table that lies at `place`, as SQL reads them; None where there are none."""
        if table in self.kept:
            return None
        if table not in self.touched:
            return place
        file, by = self.touched[table]
        same = " and ".join(f"t.{name(c)} = s.{name(c)}" for c in by)
        return f"(select s.* from {place} s semi join {parquet([file])} t on {same})"


def news(home: Home, version: str) -> News:
    """What is new in a release that was built in this home; everything where that is not known."""
    folder = home.made_of(version)
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        touched = {table: (folder / f"{table}.parquet", tuple(by)) for table, by in record["touched"].items()}
        former = home.made_of(record["built_on"]) / COUNTS if record.get("built_on") else None
        counts = json.loads(former.read_text(encoding="utf-8")) if former and former.exists() else {}
        return News(frozenset(record["kept"]), touched, counts, record.get("built_on"))
    except (FileNotFoundError, ValueError, KeyError, TypeError, AttributeError):
        return News()


def keep_counts(home: Home, version: str, counts: Mapping[str, int]) -> None:
    """Keep what queries found in a release, for the next one."""
    if (folder := home.made_of(version)).exists():
        write_whole(folder / COUNTS, json.dumps(counts, indent=2, ensure_ascii=False).encode())


def keep_touched(con: duckdb.DuckDBPyConnection, home: Home, version: str, table: str) -> None:
    """Keep which rows of a table of the new release are replaced."""
    file = home.made_of(version) / f"{table}.parquet"
    file.parent.mkdir(parents=True, exist_ok=True)
    con.execute(f"copy {TOUCHED} to {literal(file)} (format parquet)")


def remember(
    home: Home, version: str, recipe: str, tables: Sequence[Served], changes: Mapping[str, Change], size: int
) -> None:
    """Keep the stage files a release was made of, for the next one, what is new in it, and its `size` when written whole.

    Where the file system knows no links nothing is kept. What was kept of other releases than the library goes.
    """
    folder = home.made_of(version)
    folder.mkdir(parents=True, exist_ok=True)
    library = published(home)
    for other in folder.parent.glob("*"):
        if other.name not in (library, version):
            shutil.rmtree(other)
    if not keep_stage_files(home, folder, dict.fromkeys(source for served in tables for source in served.sources)):
        return
    by = {served.table.full_name: served.by for served in tables}
    content = {
        "recipe": recipe,
        "built_on": library,
        "bytes": size,
        "files": states(folder),
        "kept": [table for table, change in changes.items() if change.how is How.KEPT],
        "touched": {table: by[table] for table, change in changes.items() if change.how is How.ROWS},
        "unsorted": {table: change.unsorted for table, change in changes.items() if change.unsorted},
    }
    write_whole(folder / RECORD, json.dumps(content, indent=2).encode())


def keep_stage_files(home: Home, folder: Path, files: Iterable[tuple[str, str]]) -> bool:
    """Give the stage files that are there a name in `folder` too; False, and the folder is gone, where the file system knows no links."""
    try:
        for stage, file in files:
            path = home.stage(stage, file)
            if path.exists():
                (folder / stage).mkdir(parents=True, exist_ok=True)
                os.link(path, folder / stage / path.name)
    except OSError:
        shutil.rmtree(folder, ignore_errors=True)
        return False
    return True


def states(folder: Path) -> dict[str, list[int]]:
    """Size and time of every stage file that is kept: one that was written over in its place is not what it was."""
    files = sorted(folder.glob("*/*.parquet"))
    return {f"{file.parent.name}/{file.name}": [file.stat().st_size, file.stat().st_mtime_ns] for file in files}


def same_file(one: Path, other: Path) -> bool:
    """Whether two stage files hold the same bytes."""
    return one.samefile(other) or file_line(one).sha256 == file_line(other).sha256


def _touched(by: Sequence[str], old: Sequence[Path], new: Sequence[Path]) -> str:
    """The statement that makes `TOUCHED`: every value of `by` whose rows are not the same rows in both."""
    keys = ", ".join(map(name, by))

    def summed(files: Sequence[Path]) -> str:
        return f"select {keys}, count(*) as n, sum(hash(r)::hugeint) as h from {parquet(files)} r group by {keys}"

    return (
        f"create or replace temp table {TOUCHED} as select {keys} from ({summed(old)}) o "
        f"full join ({summed(new)}) n using ({keys}) where o.n is distinct from n.n or o.h is distinct from n.h"
    )
