"""Each thing that may be wrong with a release is found."""

from __future__ import annotations

import re
import shutil
from pathlib import Path

import duckdb
import pytest

from warehouse.model import Home
from warehouse.release import Manifest, ReleaseFacts, build_release, next_version, verify_release
from warehouse.release.manifest import file_line

BREAKS = {
    "update link.mention set row_number = 1": r"link.mention: \d keys .* are held by several rows",
    "insert into base.person by name (select * replace ('990101' as name) from base.person where person_id = 'P3')": r"base.person: 1 keys",
    "update link.person_housing set housing_id = 'H9'": "link.person_housing.housing_id: 1 rows name something that is not in base.housing",
    "update base.person set grid_code = '1' where person_id = 'P1'": "base.person.grid_code: 1 rows name something that is not in base.grid",
    "update evidence.attribute set entity_id = 'P9' where entity_id = 'P3'": "evidence.attribute.entity_id: 1 rows name something",
    "update base.person set mention_count = 7 where person_id = 'P1'": "base.person.mention_count: 1 rows differ",
    "delete from link.mention where entity_id = 'P3'": "base.person.mention_count: 1 rows differ",
    "update base.person set residence = '电话13800112233' where person_id = 'P1'": "base.person.residence: 1 rows hold a full mobile number",
    "update quality.rejected set reason = '110101198503121230'": "quality.rejected.reason: 1 rows hold a full identity number",
    "delete from catalogue.code": "catalogue.code: 0 rows, the manifest says [0-9]+",
    'drop view "一张网"."人口"': "一张网.人口: not the view of base.person",
    "alter table base.grid drop column name": "base.grid: columns or types are not those of its contract",
    "alter table base.grid alter column name drop not null": "base.grid: columns or types are not those of its contract",
    "comment on column base.grid.name is null": "base.grid.name has no comment",
}


@pytest.fixture(scope="module")
def built(shared_home: Home, shared_facts: ReleaseFacts) -> Path:
    return build_release(shared_home, next_version(shared_home, shared_facts), shared_facts, threads=1).parent


@pytest.fixture
def folder(built: Path, tmp_path: Path) -> Path:
    """A copy of a good release, to be broken."""
    return Path(shutil.copytree(built, tmp_path / built.name))


def test_a_good_release_has_no_problem(folder: Path) -> None:
    assert verify_release(folder) == []


@pytest.mark.parametrize(("statement", "problem"), BREAKS.items(), ids=range(len(BREAKS)))
def test_what_is_broken_is_named(folder: Path, statement: str, problem: str) -> None:
    file = folder / "one_network.duckdb"
    file.chmod(0o644)
    with duckdb.connect(str(file)) as con:
        con.execute(statement)
        counts = {
            t: (con.execute(f"select count(*) from {t}").fetchone() or (0,))[0] for t in Manifest.read(folder).tables
        }
    counts |= {"catalogue.code": Manifest.read(folder).tables["catalogue.code"]}
    manifest = Manifest.read(folder)
    manifest.model_copy(update={"file": file_line(file), "tables": counts}).write(folder)
    problems = verify_release(folder)
    assert any(re.search(problem, p) for p in problems), problems
    assert not any("13800112233" in p or "110101198503121230" in p for p in problems)


def test_a_file_changed_after_the_manifest_is_not_good(folder: Path) -> None:
    file = folder / "one_network.duckdb"
    file.chmod(0o644)
    with file.open("r+b") as opened:
        opened.seek(5000)
        opened.write(b"x")
    assert verify_release(folder) == [
        "one_network.duckdb is not the file the manifest describes: size or SHA-256 differ"
    ]


def test_a_file_that_is_no_library_is_not_good(folder: Path) -> None:
    file = folder / "one_network.duckdb"
    file.chmod(0o644)
    file.write_bytes(b"half a file")
    manifest = Manifest.read(folder)
    manifest.model_copy(update={"file": file_line(file)}).write(folder)
    assert verify_release(folder) == ["one_network.duckdb can't be read (IOException)"]


def test_without_manifest_or_file_there_is_no_release(folder: Path) -> None:
    (folder / "one_network.duckdb").unlink()
    assert verify_release(folder) == ["one_network.duckdb is missing"]
    (folder / "manifest.json").write_text("{}")
    assert verify_release(folder) == ["manifest.json is missing or unreadable (ValidationError)"]
