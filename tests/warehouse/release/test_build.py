"""A release holds what the stages wrote, masked, documented, in an order that makes look-ups cheap."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest

from warehouse.model import Home
from warehouse.model.data_model import shipped
from warehouse.model.release import release_tables
from warehouse.release import Manifest, ReleaseFacts, build_release, next_version, publish, verify_release
from warehouse.release.manifest import ReleaseError


def content(file: Path) -> dict[str, pa.Table]:
    with duckdb.connect(str(file), read_only=True) as con:
        return {
            s.table.full_name: con.sql(f"from {s.table.full_name}").to_arrow_table() for s in release_tables(shipped())
        }


def ask(file: Path, query: str) -> list[tuple[object, ...]]:
    with duckdb.connect(str(file), read_only=True) as con:
        return con.sql(query).fetchall()


@pytest.fixture(scope="module")
def library(shared_home: Home, shared_facts: ReleaseFacts) -> Path:
    """A release nobody changes."""
    return build_release(shared_home, next_version(shared_home, shared_facts), shared_facts, threads=1)


def test_a_release_of_a_good_town_has_no_problem(library: Path) -> None:
    assert verify_release(library.parent) == []


def test_two_homes_with_the_same_key_give_the_same_tables_on_any_number_of_threads(
    new_town: Callable[[str], Home], facts: ReleaseFacts
) -> None:
    one, two = new_town("one"), new_town("two")
    version = next_version(one, facts)
    assert version == next_version(two, facts)
    assert content(build_release(one, version, facts, threads=1)) == content(
        build_release(two, version, facts, threads=4)
    )


def test_row_order_of_the_stage_files_does_not_matter(home: Home, library: Path, facts: ReleaseFacts) -> None:
    before = content(library)
    for path in home.root.glob("stage/*/*.parquet"):
        table = pq.read_table(path)
        pq.write_table(table.take(pa.array(range(table.num_rows - 1, -1, -1), pa.int64())), path)
    assert content(build_release(home, next_version(home, facts), facts)) == before


def test_numbers_are_masked_wherever_they_were_written(library: Path) -> None:
    people = ask(library, "select name, id_number_masked, phone_masked, residence from base.person order by person_id")
    assert people[0] == ("甲一", "990101************", "138****2233", "花园1幢101室")
    assert people[1] == ("乙二", "990101************", None, "丙路1号(电话139****5566)")
    assert ask(library, "select business_scope, phone_masked, credit_code from base.enterprise") == [
        ("零售，联系139****5566", "139****5566", "92990101MA00000001")
    ]
    claims = ask(library, "select distinct value_raw from evidence.attribute where attribute in ('phone', 'id_number')")
    assert {("138 **** 2233",), ("１３９****５５６６",), ("990101************",)} <= set(claims)


def test_every_column_is_free_of_full_numbers(library: Path, personal_numbers: tuple[str, ...]) -> None:
    with duckdb.connect(str(library), read_only=True) as con:
        tables = con.sql(
            "select distinct schema_name || '.' || table_name from duckdb_columns() where not internal"
        ).fetchall()
        assert len(tables) == 2 * len(release_tables(shipped()))  # each table and its Chinese view
        for (table,) in tables:
            rows = con.sql(f"select * from {table}").fetchall()
            assert not [number for number in personal_numbers if number in repr(rows).upper()], table


def test_rival_numbers_with_one_mask_are_told_apart_by_their_tokens(library: Path) -> None:
    rivals = ask(library, "select value, value_token from evidence.conflict where attribute = 'id_number'")
    assert len({value for value, _ in rivals}) == 1
    assert len({token for _, token in rivals}) == 2


def test_a_person_is_found_in_other_tables_by_the_token(library: Path) -> None:
    assert ask(
        library,
        "select distinct p.person_id from base.person p join evidence.attribute a on a.value_token = p.id_number_token "
        "where a.attribute = 'legal_rep_id_number'",
    ) == [("P2",)]


def test_tables_views_and_columns_are_documented_in_both_languages(library: Path) -> None:
    bare = ask(
        library,
        "select table_name from duckdb_tables() where comment is null or not contains(comment, ' | ') union all "
        "select view_name from duckdb_views() where not internal and (comment is null or not contains(comment, ' | ')) "
        "union all select column_name from duckdb_columns() "
        "where not internal and (comment is null or not contains(comment, ' | '))",
    )
    assert bare == []


def test_chinese_views_say_codes_in_chinese_and_hold_under_any_name(library: Path) -> None:
    with duckdb.connect() as con:
        con.execute(f"attach '{library}' as 任意 (read_only)")
        assert con.sql("select 关系 from 任意.一张网.人房关系").fetchall() == [("居住",)]
        assert con.sql(
            "select distinct 属性 from 任意.一张网.主张 where 实体编号 = 'E1' and 标准值 = '某某商店'"
        ).fetchall() == [("名称",)]
        assert con.sql("select count(*) from 任意.一张网.提及").fetchall() == [(11,)]


def test_the_release_describes_its_own_columns(library: Path) -> None:
    rows = ask(
        library,
        "select title_zh from catalogue.field where owner = 'release' and dataset = 'base.person' and field = 'name'",
    )
    assert rows == [("姓名",)]
    assert ask(library, "select title_zh from catalogue.field where owner = 'hukou'") == [("姓名",)]


def test_the_manifest_names_deliveries_counts_and_the_hash_of_the_file(library: Path) -> None:
    manifest = Manifest.read(library.parent)
    assert [d.delivery_id for d in manifest.deliveries] == ["d1"]
    assert manifest.tables["base.person"] == 4
    assert manifest.file.bytes == library.stat().st_size
    assert manifest.published_at is None


def test_rows_lie_in_the_order_they_are_looked_up_by(library: Path) -> None:
    tables = content(library)
    for table, columns in (
        ("base.person", ["grid_code", "person_id"]),
        ("link.mention", ["entity_kind", "platform", "dataset", "role", "entity_id"]),
        ("evidence.attribute", ["entity_kind", "attribute", "entity_id"]),
    ):
        values = [tuple(v or "" for v in row.values()) for row in tables[table].select(columns).to_pylist()]
        assert values == sorted(values)


def test_a_home_counts_who_lives_in_it_and_who_is_registered_there(home: Home, facts: ReleaseFacts) -> None:
    people = [
        ("P1", "H1", "resides", True),
        ("P1", "H1", "rents", True),
        ("P2", "H1", "resides", False),
        ("P3", "H1", "registered", True),
        ("P4", "H2", "rents", True),
        ("P4", "H2", "owns", True),
    ]
    keys = ("person_id", "housing_id", "relation", "is_current")
    said = {"platforms": ["zulin"], "claims": 1}
    held = [{**said, **dict(zip(keys, person, strict=True))} for person in people]
    shipped().relation("person", "housing").table.write(
        pa.Table.from_pylist(held), home.stage("relation", "person_housing")
    )
    library = build_release(home, next_version(home, facts), facts)
    assert ask(library, "select housing_id, person_count, registered_count from base.housing order by all") == [
        ("H1", 1, 1),
        ("H2", 1, 0),
        ("H3", 0, 0),
    ]


def test_claims_carry_the_chinese_title_of_their_attribute(library: Path) -> None:
    assert ask(
        library,
        "select distinct entity_kind, attribute, attribute_title from evidence.attribute "
        "where attribute in ('name', 'legal_rep_id_number') order by all",
    ) == [
        ("person", "name", "姓名"),
        ("enterprise", "legal_rep_id_number", "法定代表人证件号"),
        ("enterprise", "name", "名称"),
    ]


def test_a_missing_stage_file_leaves_no_release_behind(home: Home, facts: ReleaseFacts) -> None:
    home.stage("golden", "person").unlink()
    with pytest.raises(ReleaseError, match="golden/person is missing"):
        build_release(home, next_version(home, facts), facts)
    assert list(home.release("").iterdir()) == []


def test_a_stage_file_that_breaks_its_contract_leaves_no_release_behind(home: Home, facts: ReleaseFacts) -> None:
    path = home.stage("golden", "housing")
    pq.write_table(pq.read_table(path).drop_columns(["address"]), path)
    with pytest.raises(duckdb.Error):
        build_release(home, next_version(home, facts), facts)
    assert list(home.release("").iterdir()) == []


def test_a_killed_build_is_cleared_away_by_the_next(home: Home, facts: ReleaseFacts) -> None:
    left = home.release(".0001-deadbeef.building")
    left.mkdir(parents=True)
    (left / "one_network.duckdb").write_bytes(b"half")
    version = next_version(home, facts)
    build_release(home, version, facts)
    assert [p.name for p in home.release("").iterdir()] == [version]


def test_a_candidate_that_was_never_published_goes_with_the_next_build(home: Home, facts: ReleaseFacts) -> None:
    first, second, third = (dataclasses.replace(facts, model=m) for m in "123")
    kept = next_version(home, first)
    build_release(home, kept, first)
    publish(home, kept)
    failed = next_version(home, second)
    build_release(home, failed, second)
    last = next_version(home, third)
    build_release(home, last, third)
    assert sorted(p.name for p in home.release("").iterdir()) == [kept, last]
    assert (kept[:4], failed[:4], last[:4]) == ("0001", "0002", "0003")


def test_the_library_itself_is_never_built_over(home: Home, facts: ReleaseFacts) -> None:
    version = next_version(home, facts)
    build_release(home, version, facts)
    publish(home, version)
    with pytest.raises(ReleaseError, match="the library already"):
        build_release(home, version, facts)


def test_every_golden_column_is_in_the_release_or_masked() -> None:
    tables = {served.table.full_name: served.table for served in release_tables(shipped())}
    for kind, declared in shipped().kinds.items():
        shown = {c.removesuffix("_masked").removesuffix("_token") for c in tables[f"base.{kind}"].names}
        assert shown - set(declared.release_columns) == set(shipped().golden(kind).names)
