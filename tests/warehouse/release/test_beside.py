"""What stands beside a release: Parquet files of the same names, and an encrypted release with nothing masked."""

from __future__ import annotations

import dataclasses
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehouse.model import Home
from warehouse.model.data_model import shipped
from warehouse.model.release import release_tables, restricted_tables
from warehouse.release import (
    Manifest,
    ReleaseFacts,
    build_release,
    build_restricted,
    next_version,
    publish,
    rollback,
    write_ducklake,
    write_parquet,
)
from warehouse.release.ducklake import has_ducklake
from warehouse.release.extension import extension_file
from warehouse.release.manifest import ReleaseError
from warehouse.release.restricted import KEY_VARIABLE

KEY = "it's a key for tests"


def release(home: Home, facts: ReleaseFacts) -> str:
    version = next_version(home, facts)
    build_release(home, version, facts, threads=1)
    publish(home, version)
    return version


@pytest.fixture
def key(monkeypatch: pytest.MonkeyPatch) -> str:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    return KEY


def ask(file: Path, key: str, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect() as con:
        quoted = key.replace("'", "''")
        con.execute(f"attach '{file}' as r (read_only, encryption_key '{quoted}')")
        return con.sql(query).fetchall()


def test_every_table_is_a_parquet_file_of_its_name_in_the_same_order(home: Home, facts: ReleaseFacts) -> None:
    assert write_parquet(home, release(home, facts)) == len(release_tables(shipped()))
    with duckdb.connect(str(home.library), read_only=True) as con:
        for served in release_tables(shipped()):
            file = home.parquet / served.table.schema / f"{served.table.name}.parquet"
            assert con.read_parquet(str(file)).fetchall() == con.sql(f"from {served.table.full_name}").fetchall()
            assert served.table.zh in pq.read_metadata(file).metadata[b"comment"].decode()


def test_the_link_goes_to_the_newest_release_and_back_with_it(home: Home, facts: ReleaseFacts) -> None:
    first = release(home, facts)
    write_parquet(home, first)
    second = release(home, dataclasses.replace(facts, model="m2"))
    write_parquet(home, second)
    assert home.parquet.resolve() == (home.release(second) / "parquet").resolve()
    rollback(home, first)
    assert home.parquet.resolve() == (home.release(first) / "parquet").resolve()


def test_a_table_in_which_nothing_is_new_is_the_file_of_the_former_release(home: Home, facts: ReleaseFacts) -> None:
    first = release(home, facts)
    write_parquet(home, first)
    golden, path = shipped().golden("person"), home.stage("golden", "person")
    people = golden.read(path)
    golden.write(people.set_column(1, people.schema.field(1), pa.array(["戊五"] * people.num_rows)), path)
    second = release(home, dataclasses.replace(facts, model="m2"))
    damaged = home.release(first) / "parquet" / "link" / "redirect.parquet"
    damaged.write_bytes(damaged.read_bytes()[:-1])
    write_parquet(home, second)

    def same(table: str) -> bool:
        return (home.release(first) / "parquet" / f"{table}.parquet").samefile(home.parquet / f"{table}.parquet")

    assert same("evidence/attribute")
    assert not same("base/person"), "a name is new"
    assert not same("link/redirect"), "its file was damaged"
    with duckdb.connect(str(home.library), read_only=True) as con:
        for served in release_tables(shipped()):
            file = home.parquet / served.table.schema / f"{served.table.name}.parquet"
            assert con.read_parquet(str(file)).fetchall() == con.sql(f"from {served.table.full_name}").fetchall()


def lake(folder: Path, *options: str) -> duckdb.DuckDBPyConnection:
    con = duckdb.connect()
    con.load_extension(str(extension_file("ducklake")))
    con.execute(f"attach 'ducklake:{folder / 'library.ducklake'}' as lake ({', '.join(['read_only', *options])})")
    return con


def test_a_ducklake_holds_the_same_tables_and_views_with_the_same_rows(home: Home, facts: ReleaseFacts) -> None:
    version = release(home, facts)
    assert write_ducklake(home, version, rows_of_bucket=4) == len(release_tables(shipped()))
    with duckdb.connect(str(home.library), read_only=True) as con, lake(home.ducklake) as other:
        for served in release_tables(shipped()):
            for table in (served.table.full_name, f'"一张网"."{served.view}"'):
                rows = con.sql(f"select * from {table}").fetchall()
                assert sorted(map(repr, other.sql(f"from lake.{table}").fetchall())) == sorted(map(repr, rows)), table
        said = "select comment from duckdb_tables() where schema_name = 'base' and table_name = 'person' and database_name = '{}'"
        assert other.sql(said.format("lake")).fetchall() == con.sql(said.format(home.library.stem)).fetchall()
    claims = (home.ducklake.resolve() / "library.ducklake.files" / "evidence" / "attribute").rglob("*.parquet")
    assert len({file.parent.name for file in claims}) > 1  # those of an entity lie in one of several buckets


def test_a_ducklake_that_was_moved_is_read_with_the_place_of_its_files_and_written_anew(
    home: Home, facts: ReleaseFacts, tmp_path: Path
) -> None:
    version = release(home, facts)
    write_ducklake(home, version, rows_of_bucket=4)
    assert has_ducklake(home, version)
    home.root.rename(tmp_path / "elsewhere")
    moved = Home(tmp_path / "elsewhere")
    assert not has_ducklake(moved, version)
    place = moved.release(version) / "ducklake"
    with lake(place, f"data_path '{place / 'library.ducklake.files'}/'", "override_data_path true") as con:
        assert con.sql("from lake.evidence.attribute").fetchall()


def test_the_link_to_the_ducklake_goes_with_the_library(home: Home, facts: ReleaseFacts) -> None:
    first = release(home, facts)
    write_ducklake(home, first)
    second = release(home, dataclasses.replace(facts, model="m2"))
    write_ducklake(home, second)
    rollback(home, first)
    assert home.ducklake.resolve() == (home.release(first) / "ducklake").resolve()


def test_without_its_extension_a_ducklake_is_refused_with_the_package_that_is_missing(
    home: Home, facts: ReleaseFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = release(home, facts)
    monkeypatch.setattr("warehouse.release.ducklake.extension_file", lambda _: None)
    with pytest.raises(ReleaseError, match="duckdb-extension-ducklake"):
        write_ducklake(home, version)


def test_the_twin_shows_full_numbers_and_the_same_rows(home: Home, facts: ReleaseFacts, key: str) -> None:
    version = release(home, facts)
    twin = build_restricted(home, version, facts, threads=1)
    assert twin == home.restricted_library
    people = ask(twin, key, "select id_number, id_number_masked, phone from r.base.person order by person_id")
    assert people[0] == ("990101198503121230", "990101************", "13800112233")
    assert ask(twin, key, "select 公民身份号码 from r.一张网.人口 order by 人口编号 limit 1") == [
        ("990101198503121230",)
    ]
    raw = ask(twin, key, "select distinct value_raw from r.evidence.attribute where attribute = 'phone' order by all")
    assert ("138 0011 2233",) in raw
    counts = Manifest.read(home.release(version)).tables
    columns = [sum(len(s.table.names) for s in tables(shipped())) for tables in (restricted_tables, release_tables)]
    assert columns[0] - columns[1] >= 3  # numbers and phones of persons, phones of enterprises
    for served in restricted_tables(shipped()):
        table = served.table.full_name
        more = columns[0] - columns[1] if table == "catalogue.field" else 0  # it names the columns of full numbers too
        rows = (
            0 if table == "base.care_tag" else counts[table]
        )  # the plain release has no such table, and the town no tags
        assert ask(twin, key, f"select count(*) from r.{table}") == [(rows + more,)]


def test_no_byte_of_the_twin_tells_a_value(
    home: Home, facts: ReleaseFacts, key: str, personal_numbers: tuple[str, ...]
) -> None:
    twin = build_restricted(home, release(home, facts), facts, threads=1)
    assert twin is not None
    content = twin.read_bytes()
    for plain in (*personal_numbers, "甲一", "person_id", "create table"):
        assert plain.encode() not in content
    assert [p.name for p in home.root.rglob("*") if p.name.startswith(".restricted") or p.suffix == ".wal"] == []


def test_a_wrong_key_and_none_open_nothing(home: Home, facts: ReleaseFacts, key: str) -> None:
    twin = build_restricted(home, release(home, facts), facts, threads=1)
    assert twin is not None
    with pytest.raises(duckdb.Error, match="key"):
        ask(twin, "not the key at all", "from r.base.person")
    with duckdb.connect() as con, pytest.raises(duckdb.Error, match="key"):
        con.execute(f"attach '{twin}' as r (read_only)")


def test_without_a_key_there_is_no_twin_not_even_a_former_one(
    home: Home, facts: ReleaseFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    first = release(home, facts)
    build_restricted(home, first, facts, threads=1)
    monkeypatch.delenv(KEY_VARIABLE)
    second = release(home, dataclasses.replace(facts, model="m2"))
    assert build_restricted(home, second, facts) is None
    assert not home.restricted_library.exists()
    rollback(home, first)
    assert home.restricted_library.exists()


def test_a_twin_that_opens_with_the_key_is_not_built_again_and_one_of_another_key_is(
    home: Home, facts: ReleaseFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(KEY_VARIABLE, KEY)
    version = release(home, facts)
    twin = build_restricted(home, version, facts, threads=1)
    assert twin is not None
    before = twin.stat().st_mtime_ns
    build_restricted(home, version, facts, threads=1)
    assert twin.stat().st_mtime_ns == before
    monkeypatch.setenv(KEY_VARIABLE, KEY[::-1])
    build_restricted(home, version, facts, threads=1)
    assert ask(twin, KEY[::-1], "select count(*) from r.base.person") == [(4,)]


def test_a_short_key_is_refused_and_never_repeated(
    home: Home, facts: ReleaseFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    version = release(home, facts)
    monkeypatch.setenv(KEY_VARIABLE, "too short")
    with pytest.raises(ReleaseError, match="at least 16") as caught:
        build_restricted(home, version, facts)
    assert "too short" not in str(caught.value)
