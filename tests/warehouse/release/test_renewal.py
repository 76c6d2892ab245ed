"""The next release is built on the library: what says the same is kept, and it holds what a release built from nothing holds."""

from __future__ import annotations

import json
import random
import shutil
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq
import pytest

from warehouse.masking import find_leaks
from warehouse.model import Home
from warehouse.model.data_model import shipped
from warehouse.model.durable import aside, put_in_place
from warehouse.model.release import release_tables
from warehouse.model.suspects import find_suspects
from warehouse.release import ReleaseFacts, build_release, publish, renewal, verify_release
from warehouse.release.fill import recipe
from warehouse.release.showing import shown

FIRST = "0001-00000000"


def content(file: Path) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(file), read_only=True) as con:
        return {
            served.table.full_name: sorted(con.sql(f"from {served.table.full_name}").fetchall(), key=repr)
            for served in release_tables(shipped())
        }


def release(home: Home, facts: ReleaseFacts, version: str) -> Path:
    file = build_release(home, version, facts, threads=1)
    publish(home, version)
    return file


def unsorted(home: Home, version: str) -> dict[str, int]:
    return dict(json.loads((home.made_of(version) / renewal.RECORD).read_text(encoding="utf-8"))["unsorted"])


def write(table: pa.Table, path: Path) -> None:
    """As a stage does: aside, then in place."""
    pq.write_table(table, aside(path))
    put_in_place(aside(path), path)


def rename(home: Home, old: str, new: str) -> None:
    path = home.stage("golden", "person")
    table = pq.read_table(path)
    place, names = table.column_names.index("name"), pc.replace_substring(table["name"], old, new)
    write(table.set_column(place, table.schema.field("name"), names), path)


def live_a_day(home: Home, draws: random.Random) -> None:
    """Withdraw, repeat and alter claims of a person, and give a person another name."""
    path = home.stage("attribute", "person")
    table = pq.read_table(path)
    kept = [i for i in range(table.num_rows) if draws.random() > 0.2]
    again = [i for i in kept if draws.random() < 0.2]
    values = pa.array(
        [v if draws.random() > 0.2 else f"{v}{draws.randrange(9)}" for v in table["value_raw"].to_pylist()]
    )
    table = table.set_column(table.column_names.index("value_raw"), table.schema.field("value_raw"), values)
    write(table.take(pa.array(again + kept, pa.int64())), path)
    path = home.stage("golden", "person")
    table = pq.read_table(path)
    names = [n if draws.random() > 0.4 else f"{n[0]}{draws.choice('甲乙丙')}" for n in table["name"].to_pylist()]
    write(table.set_column(table.column_names.index("name"), table.schema.field("name"), pa.array(names)), path)


@pytest.fixture(scope="module")
def first(shared_home: Home, shared_facts: ReleaseFacts) -> Home:
    """A home whose library nobody changes."""
    release(shared_home, shared_facts, FIRST)
    return shared_home


@pytest.fixture
def town(first: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Home:
    """A home with a library of its own."""
    monkeypatch.setenv("ONENET_TOKEN_KEY", "a key for tests alone")
    shutil.copytree(first.root, tmp_path / "home", symlinks=True)
    return Home(tmp_path / "home")


def test_a_release_built_on_the_library_holds_what_one_built_from_nothing_holds(
    town: Home, facts: ReleaseFacts, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewal, "UNSORTED", 2)  # the town is so small that every change is a large one
    draws = random.Random(5)
    for version in ("0002-00000000", "0003-00000000"):
        live_a_day(town, draws)
        renewed = release(town, facts, version)
        assert unsorted(town, version).keys() == {"base.person", "evidence.attribute"}
    shutil.copytree(town.root / "stage", tmp_path / "other" / "stage", ignore=shutil.ignore_patterns("made_of"))
    assert content(renewed) == content(build_release(Home(tmp_path / "other"), "0003-00000000", facts))


def test_only_rows_that_say_something_else_are_written_until_too_many_lie_outside_the_order(
    town: Home, facts: ReleaseFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewal, "UNSORTED", 0.5)
    rename(town, "丙三", "丙四")
    release(town, facts, "0002-00000000")
    assert unsorted(town, "0002-00000000") == {"base.person": 1}
    new = renewal.news(town, "0002-00000000")
    assert new.rows("base.grid", "base.grid") is None
    assert new.rows("base.housing", "base.housing") == "base.housing"  # it is derived, so it is written anew
    with duckdb.connect(str(town.library), read_only=True) as con:
        assert con.sql(f"select name from {new.rows('base.person', 'base.person')}").fetchall() == [("丙四",)]
    rename(town, "丙四", "丙五")
    release(town, facts, "0003-00000000")
    assert unsorted(town, "0003-00000000") == {"base.person": 2}
    rename(town, "丙五", "丙六")
    release(town, facts, "0004-00000000")
    assert unsorted(town, "0004-00000000") == {}


def test_what_queries_found_in_the_library_is_known_of_the_release_built_on_it(
    town: Home, facts: ReleaseFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(renewal, "UNSORTED", 2)
    rename(town, "丙三", "丙四")
    release(town, facts, "0002-00000000")
    renewal.keep_counts(town, "0002-00000000", {"select 1": 7})
    rename(town, "丙四", "丙五")
    release(town, facts, "0003-00000000")
    assert renewal.news(town, "0003-00000000").counts == {"select 1": 7}
    release(town, facts, "0004-00000000")
    assert renewal.news(town, "0004-00000000").counts == {}  # nobody asked 0003


def test_nothing_is_built_on_a_damaged_library(town: Home, facts: ReleaseFacts) -> None:
    file = town.release(FIRST) / "one_network.duckdb"
    size = file.stat().st_size
    file.chmod(0o644)
    with file.open("r+b") as bytes_:
        bytes_.seek(size // 2)
        bytes_.write(b"damage")
    assert verify_release(build_release(town, "0002-00000000", facts).parent) == []


def test_nothing_is_built_on_a_library_of_other_code_under_another_key_or_grown_too_long(
    town: Home, facts: ReleaseFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    tables = release_tables(shipped())
    with duckdb.connect() as con:
        made_by = recipe(con, town, tables, facts.code_version)
        assert renewal.former_release(town, made_by)
        assert renewal.former_release(town, recipe(con, town, tables, "2.0")) is None
        with monkeypatch.context() as grown:
            grown.setattr(renewal, "GROWTH", 0.9)
            assert renewal.former_release(town, made_by) is None
        monkeypatch.setenv("ONENET_TOKEN_KEY", "another key for tests")
        assert renewal.former_release(town, recipe(con, town, tables, facts.code_version)) is None


def test_a_full_number_is_looked_for_in_new_rows_alone() -> None:
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as release")
        con.execute("create table release.main.a as select '13800112233' as x union all select '13900445566'")
        con.execute("create table release.main.b as from release.main.a")
        rows = {"main.a": None, "main.b": "(from release.main.b where x like '139%')"}
        leaks = find_leaks(find_suspects(con, "release", lambda table, _: rows[table]))
    assert [(leak.table, leak.rows) for leak in leaks] == [("main.b", 1)]


def test_nothing_is_built_on_stage_files_that_were_written_over(town: Home, facts: ReleaseFacts) -> None:
    with duckdb.connect() as con:
        made_by = recipe(con, town, release_tables(shipped()), facts.code_version)
    kept = town.made_of(FIRST) / "golden" / "person.parquet"
    pq.write_table(pq.read_table(kept).slice(0, 3), kept)
    assert renewal.former_release(town, made_by) is None


def test_columns_that_tell_which_rows_belong_together_are_shown_as_they_are_and_never_null() -> None:
    model = shipped()
    for served in release_tables(model):
        columns = {c.name: c for c in served.table.columns}
        for name in served.by:
            assert shown(model, served, columns[name]) == f'"{name}"'
            assert not columns[name].nullable
