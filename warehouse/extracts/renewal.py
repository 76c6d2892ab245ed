"""What of the former extracts holds in the next ones: most rows of most platforms say what they said, and are not worked out again.

Belongs here: what the former extracts were made of, which entities say something else since, and whose rows name them. Does not:
working rows out (`prepare`, `reconciled`), or writing them (`write`).

What an extract says of a row follows from the row itself and from the entities it names: their mentions, claims, golden values, care tags
and doubts. The stage files of the former extracts are kept as further names of the same files, as those of a release are
(`warehouse.release.renewal`), and compared entity by entity.
"""

from __future__ import annotations

import hashlib
import json
import shutil
from collections.abc import Iterator, Mapping
from dataclasses import dataclass, field
from importlib import metadata
from pathlib import Path

import duckdb
import pyarrow.parquet as pq

from warehouse.extracts.files import link, stem
from warehouse.extracts.manifest import ExtractManifest
from warehouse.extracts.work_list import NUMBER, WORK_LIST
from warehouse.model.catalogue import DATASET, ENTITLEMENT, FIELD, PLATFORM, WITHHELD
from warehouse.model.data_model import DataModel
from warehouse.model.durable import write_whole
from warehouse.model.evidence import ATTRIBUTE
from warehouse.model.home import Home
from warehouse.model.sql import identifier, parquet
from warehouse.release.manifest import file_line
from warehouse.release.renewal import How, keep_stage_files, news, same_file, states
from warehouse.verification.findings import finding_path

PREPARED_FOR = "prepared.json"
RECORD = "record.json"
PLACES = "place.parquet"
"""How many claims each platform, dataset and role makes of an attribute: whether there is something to compare."""
LIBRARIES = ("rustpy-xlsxwriter", "pyarrow", "duckdb")
"""What files are written with: what one version wrote is not mixed with what another writes."""
TITLES = ("platform", "title_zh", "department", "department_zh", "rows_above")
"""Columns of `catalogue.platform` that show in an extract; the others say how much came and when."""


@dataclass(frozen=True)
class Prepared:
    """For which extracts the stage was prepared.

    Attributes:
        former: the release of the extracts that are renewed; '' where all are written whole.
        contents: platform → a fingerprint of what its extract is made of beside the entities its rows name; none where it is not known.
        how: platform → what becomes of its files; a platform that is not named is written whole.
    """

    former: str = ""
    contents: Mapping[str, str] = field(default_factory=dict)
    how: Mapping[str, How] = field(default_factory=dict)

    def write(self, folder: Path) -> None:
        """Put it beside what is prepared."""
        content = {"former": self.former, "contents": self.contents, "how": {p: h.name for p, h in self.how.items()}}
        (folder / PREPARED_FOR).write_text(json.dumps(content, ensure_ascii=False), encoding="utf-8")

    @classmethod
    def read(cls, home: Home) -> Prepared:
        """What `write` put there; FileNotFoundError where nothing is prepared."""
        told = json.loads((home.prepared_extracts / PREPARED_FOR).read_text(encoding="utf-8"))
        return cls(told["former"], told["contents"], {platform: How[name] for platform, name in told["how"].items()})


@dataclass(frozen=True)
class Former:
    """The extracts that are renewed: their release, where their stage files are kept, and `Prepared.contents` of them."""

    version: str
    folder: Path
    contents: Mapping[str, str]

    def stage(self, stage: str, name: str) -> Path:
        """A stage file as it was."""
        return self.folder / stage / f"{name}.parquet"


def former_extracts(home: Home) -> Former | None:
    """The extracts that were written last, if all they were made of is known and there is a file today for each of them."""
    folder = home.extracts_made_of
    try:
        record = json.loads((folder / RECORD).read_text(encoding="utf-8"))
        there = {
            f"{stage}/{name}.parquet" for stage, name in _files(home.data_model) if home.stage(stage, name).exists()
        }
        if record["files"] != states(folder) or set(record["files"]) != there:
            return None
        return Former(record["version"], folder, record["contents"])
    except (FileNotFoundError, ValueError, KeyError, TypeError):
        return None


def remember_extracts(home: Home, version: str) -> None:
    """Keep what the extracts of a release were made of, for the next ones; to be done once all are written.

    Where the file system knows no links nothing is kept.
    """
    prepared, folder = Prepared.read(home), home.extracts_made_of
    shutil.rmtree(folder, ignore_errors=True)
    folder.mkdir(parents=True)
    if not keep_stage_files(home, folder, _files(home.data_model)):
        return
    link(home.prepared_extracts / PLACES, folder)
    content = {"version": version, "contents": prepared.contents, "files": states(folder)}
    write_whole(folder / RECORD, json.dumps(content, indent=2, ensure_ascii=False).encode())


def contents(con: duckdb.DuckDBPyConnection, home: Home, own: Mapping[str, str]) -> dict[str, str]:
    """Platform → a fingerprint of what its extract is made of beside the entities its rows name: the rows themselves, what is declared of
    it, the libraries that write it, what was rejected, waits, stands under an odd scope or was asked.

    Args:
        con: connection that shows `rejected`, `requested` and `reconciliation`.
        home: whose catalogue.
        own: platform → a fingerprint of its rows and of how an extract is made of them; others are left out.
    """
    parts = [
        "select platform, hash('rejected', r) as h from rejected r",
        "select platform, hash('requested', r) as h from requested r",
        "select platform, hash('waiting', file_name, reason_code, reason) as h from reconciliation "
        "where reason is not null and (state = 'held' or (state = 'landed' and rows_current > 0))",
    ]
    summed = f"select platform, count(*) || ' ' || sum(h::hugeint) from ({' union all '.join(parts)}) group by platform"
    beside = dict(con.sql(summed).fetchall())
    files = [home.stage("catalogue", table.name) for table in (ENTITLEMENT, DATASET, FIELD, WITHHELD)]
    titles = PLATFORM.read(home.stage("catalogue", "platform"), list(TITLES)).to_pylist()
    libraries = [metadata.version(name) for name in LIBRARIES]
    declared = [str(titles), *libraries, *(file_line(file).sha256 if file.exists() else "" for file in files)]
    return {
        platform: hashlib.sha256("\0".join([*declared, state, beside.get(platform, "")]).encode()).hexdigest()
        for platform, state in own.items()
        if state
    }


def sound(home: Home, former: str, version: str, department: str, platform: str) -> bool:
    """Whether a platform's files can be renewed for `version`: those of the release `former` are the newest extract of the department, they
    are what their manifest says, and the findings the home knows are theirs."""
    folder = home.extract(department, former)
    try:
        files = [file for file in ExtractManifest.read(folder).files if file.platform == platform]
        whole = all(file_line(folder / file.name).sha256 == file.sha256 for file in files)
        listed = pq.read_table(folder / f"{stem(platform, WORK_LIST)}.parquet", columns=[NUMBER])[NUMBER]
        index = pq.read_table(finding_path(home, platform), columns=["finding"])["finding"]
    except (OSError, ValueError):
        return False
    return bool(files) and former_version(folder.parent, version) == former and whole and listed.equals(index)


def former_version(department: Path, version: str) -> str:
    """The release of the newest extract of a department other than that of `version`, '' where there is none."""
    others = (f.name for f in department.iterdir() if f.is_dir() and f.name[0] != "." and f.name != version)
    return max(others, default="")


@dataclass(frozen=True)
class _Compared:
    """A stage file that tells something of entities.

    Attributes:
        stage, name: which.
        said: per row entity_kind, entity_id and a hash `h` of what an extract shows of it; `{rows}` stands for the rows.
    """

    stage: str
    name: str
    said: str


def make_touched(
    con: duckdb.DuckDBPyConnection, home: Home, former: Former, version: str, granted: Mapping[str, frozenset[str]]
) -> None:
    """Make `touched`: (entity_kind, entity_id) of the entities of which the stage files say something else than in the former extracts.

    Whose claims differ is what the release found out already, where it was built on the one of the former extracts.

    Args:
        con: a connection.
        home: whose stage files.
        former: what they are compared with.
        version: the release.
        granted: kind → columns of its golden records that somebody may see.
    """
    parts = ["select '' as entity_kind, '' as entity_id where false"]
    known = _claimed_otherwise(home, former, version)
    if known:
        parts.append(f"select entity_kind, entity_id from {known}")
    for compared in _compared(home.data_model, granted):
        new, old = home.stage(compared.stage, compared.name), former.stage(compared.stage, compared.name)
        if (known and compared.stage == ATTRIBUTE.name) or not new.exists() or same_file(new, old):
            continue
        then, now = (
            f"select entity_kind, entity_id, count(*) as n, sum(h::hugeint) as h from ({compared.said.format(rows=parquet([file]))}) group by all"
            for file in (old, new)
        )
        parts.append(
            f"select entity_kind, entity_id from ({then}) o full join ({now}) n using (entity_kind, entity_id) "
            "where o.n is distinct from n.n or o.h is distinct from n.h"
        )
    con.execute(f"create temp table touched as {' union '.join(parts)}")


def _claimed_otherwise(home: Home, former: Former, version: str) -> str | None:
    """The entities whose claims differ, as SQL reads them, if the release `version` was built on that of the former extracts and knows them."""
    told = news(home, version)
    file, by = told.touched.get(ATTRIBUTE.full_name, (None, ()))
    return parquet([file]) if file and told.built_on == former.version and by == ("entity_kind", "entity_id") else None


def _compared(model: DataModel, granted: Mapping[str, frozenset[str]]) -> Iterator[_Compared]:
    yield _Compared(
        "link",
        "mention",
        "select entity_kind, entity_id, hash(platform, department, dataset, delivery_id, file_name, sheet_name, row_number, role) as h from {rows}",
    )
    for kind in model.kinds:
        shown = "".join(f", {identifier(column)}" for column in sorted(granted.get(kind, ())))
        yield _Compared("attribute", kind, "select entity_kind, entity_id, hash(r) as h from {rows} r")
        yield _Compared("certainty", kind, "select entity_kind, entity_id, hash(attribute, certainty) as h from {rows}")
        yield _Compared(
            "golden",
            kind,
            f"select '{kind}' as entity_kind, {kind}_id as entity_id, hash(platform_count = 1{shown}) as h from {{rows}}",
        )
        sides = [
            f"select entity_kind, {side}_entity_id as entity_id, hash(left_entity_id, right_entity_id, left_platform, left_file_name, "
            "left_sheet_name, left_row_number, left_role, right_platform, right_file_name, right_sheet_name, right_row_number, right_role, "
            "probability) as h from {rows} where outcome = 'review' and left_entity_id <> right_entity_id"
            for side in ("left", "right")
        ]
        yield _Compared("match", kind, " union all ".join(sides))
    yield _Compared(
        "care", "care_tag", "select 'person' as entity_kind, person_id as entity_id, hash(r) as h from {rows} r"
    )


def _files(model: DataModel) -> list[tuple[str, str]]:
    return [(compared.stage, compared.name) for compared in _compared(model, {})]
