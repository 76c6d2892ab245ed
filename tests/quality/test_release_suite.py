"""The suite of a release file: what the model declares holds, and nobody's number can be read in it."""

from __future__ import annotations

from datetime import date, datetime

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest

from quality.suites import blocking_failures, examine, expectations, run_suite
from quality.suites.engine import check
from quality.suites.lasting import Lasting
from quality.suites.personal_numbers import count_personal_numbers, personal_numbers
from quality.suites.source import show
from warehouse.model.data_model import shipped
from warehouse.model.release import references, release_tables

GIVEN = {
    "base.person": {"person_id": "P1", "id_number_masked": "109999********4024", "phone_masked": "139****0000"},
    "base.housing": {"housing_id": "H1"},
    "base.enterprise": {"enterprise_id": "E1", "housing_id": "H1", "legal_rep_person_id": "P1"},
    "base.event": {"event_id": "V1"},
    "base.component": {"component_id": "C1"},
    "base.organisation": {"organisation_id": "Z1", "phone_masked": "139****0000"},
    "base.certificate": {"certificate_id": "D1", "number_masked": "****", "holder_number_masked": "****"},
    "base.project": {"project_id": "X1"},
    "base.grid": {"grid_code": "999999"},
    "link.grid_change": {"is_reused": False},
    "link.mention": {"entity_kind": "person", "entity_id": "P1"},
    "evidence.attribute": {"entity_kind": "person", "entity_id": "P1", "value": "139****0000"},
    "evidence.conflict": {"entity_kind": "person", "entity_id": "P1"},
    "quality.duplicate": {"entity_kind": "person", "entity_id": "P1"},
    "evidence.certainty": {"entity_kind": "person", "entity_id": "P1"},
    "evidence.match": {"entity_kind": "person", "left_entity_id": "P1", "right_entity_id": "P1"},
}


def neutral(kind: pa.DataType) -> object:
    """A value of the type that says nothing."""
    if pa.types.is_timestamp(kind):
        return datetime(2026, 3, 1)
    if pa.types.is_date(kind):
        return date(2026, 3, 1)
    return {pa.string(): "x", pa.int64(): 1, pa.bool_(): True, pa.float64(): 0.5}.get(kind, [])


@pytest.fixture(scope="module")
def library(tmp_path_factory):
    """An invented release with one row in every table."""
    path = tmp_path_factory.mktemp("release") / "one_network.duckdb"
    with duckdb.connect(str(path)) as con:
        for served in release_tables(shipped()):
            row = {c.name: None if c.nullable else neutral(c.type) for c in served.table.columns}
            row |= {
                column: GIVEN[other][key]
                for table, column, other, key in references(shipped())
                if table == served.table.full_name and row[column]
            }
            row |= GIVEN.get(served.table.full_name, {})
            one = pa.Table.from_pylist([row], schema=served.table.arrow)  # noqa: F841  read by name below
            con.execute(f"create schema if not exists {served.table.schema}")
            con.execute(f"create table {served.table.full_name} as select * from one")
            con.execute(f"comment on table {served.table.full_name} is 'x'")
            for column in served.table.names:
                con.execute(f"comment on column {served.table.full_name}.\"{column}\" is 'x'")
    return path


def changed(library, tmp_path, *statements):
    """A copy of the release with something done to it."""
    path = tmp_path / "changed.duckdb"
    path.write_bytes(library.read_bytes())
    with duckdb.connect(str(path)) as con:
        for statement in statements:
            con.execute(statement)
    return path


def test_a_clean_release_passes(library):
    results = run_suite("release", library)
    assert results.filter(pc.not_equal(results["outcome"], "passed")).to_pylist() == []
    assert results.num_rows > 60


LEAKS = [
    "update base.person set name = '电话 139 0000 1234'",
    "update evidence.attribute set value_raw = '139-0000-1234'",
    "update evidence.attribute set value_raw = '+8613900001234'",
    "update evidence.conflict set value = '证109999199002154024号'",
    "update evidence.conflict set platforms = ['a', '109999199002154024']",
    "update evidence.match set levels = map {'phone': '13900001234'}",
    "update evidence.attribute set value_raw = '(139)0000–1234'",
    "update evidence.attribute set value_raw = '139.0000.1234'",
    "update quality.rejected set reason = '证330291850312001'",  # fifteen places
    "update base.housing set grid_code = '109999199002154024'",
]
HARMLESS = [
    "a13900001234b",  # digits inside a hash
    "91999999MA00000013",  # a credit code
    "10999920261101000",  # a work-order number of 17 digits
    "999999001001001",  # a grid code
    "139****1234",
    "109999199002154020",  # reads like an identity number, but its check digit does not hold
    "2026-11-01 13:45:00",
    "13990000123",  # of eleven digits, and a code of the tree of grids
    "330291001001001",  # of fifteen, and one as well
]
WRONG = {
    "base_person_id_number_is_masked": "update base.person set id_number_masked = 'none'",
    "base_person_phone_is_masked": "update base.person set phone_masked = 'none'",
    "base_certificate_number_is_masked": "update base.certificate set number_masked = 'none'",
    "base_certificate_holder_number_is_masked": "update base.certificate set holder_number_masked = 'none'",
    "everything_balances": "update quality.reconciliation set balanced = false",
    "base_person_key_is_unique": "insert into base.person select * from base.person",
    "base_housing_required_is_filled": "update base.housing set mention_count = null",
    "link_person_housing_housing_id_exists": "update link.person_housing set housing_id = 'gone'",
    "base_enterprise_legal_rep_person_id_exists": "update base.enterprise set legal_rep_person_id = 'gone'",
    "link_mention_entity_id_exists": "update link.mention set entity_id = 'H1'",
}


@pytest.mark.parametrize("leak", LEAKS)
def test_a_full_number_in_any_text_column_is_found(library, tmp_path, leak):
    (scan,) = [e for e in expectations("release", shipped()) if e.no_personal_number]
    with duckdb.connect() as con:
        show(con, shipped(), changed(library, tmp_path, leak), ())
        (result,) = check(con, "catalogue.release", [scan])
    assert (result.outcome, result.unexpected) == ("failed", 1)


def test_full_numbers_are_counted_as_often_as_they_stand_somewhere(library, tmp_path):
    path = changed(
        library,
        tmp_path,
        "insert into evidence.attribute select a.* replace ('13900001234' as value_raw, '13990000123' as value) from evidence.attribute a, range(3)",
        "update base.person set name = '13900001234'",
        "update base.organisation set name = '电话13900001234，转109999199002154024'",
        "insert into base.grid select * replace ('13990000123' as grid_code) from base.grid",
    )
    with duckdb.connect() as con:
        show(con, shipped(), path, ())
        listed = con.execute(f"select count(*) from ({personal_numbers(con)})").fetchone()
        assert (count_personal_numbers(con),) == listed == (5,)


def test_a_count_lasts_where_nothing_its_query_reads_is_new(library, tmp_path):
    former = examine(["release"], library)
    path = changed(
        library,
        tmp_path,
        "insert into base.person select * from base.person",
        "update link.person_housing set housing_id = 'gone'",
        "update base.person set phone_masked = 'none'",
    )

    def broken(*kept):
        found = examine(["release"], path, lasting=Lasting(kept, former.counts))
        return {r["expectation"] for r in blocking_failures(found.results).to_pylist()}

    key, reference, own = (
        "base_person_key_is_unique",
        "link_person_housing_housing_id_exists",
        "base_person_phone_is_masked",
    )
    assert {key, reference, own} <= broken()
    assert {reference, own} <= broken("base.person", "link.person_housing")  # the home it names may have gone
    kept = broken("base.person", "base.housing", "link.person_housing")
    assert own in kept  # a query of a suite's own may read what is no table
    assert not {key, reference} & kept


def test_what_the_warehouse_has_proven_is_not_asked_again_and_what_a_suite_asks_of_its_own_is(library, tmp_path):
    path = changed(library, tmp_path, "insert into base.person select * from base.person", LEAKS[0])
    found = examine(["release"], path, lasting=Lasting(is_proven=True))
    assert {r["expectation"] for r in blocking_failures(found.results).to_pylist()} == {"no_personal_number"}


def test_numbers_of_things_are_not_taken_for_numbers_of_people(library, tmp_path):
    path = changed(
        library,
        tmp_path,
        "insert into base.grid select * replace ('13990000123' as grid_code) from base.grid",
        "insert into base.grid select * replace ('330291001001001' as grid_code) from base.grid limit 1",
        *(
            f"insert into evidence.attribute select * replace ('{text}' as value) from evidence.attribute limit 1"
            for text in HARMLESS
        ),
    )
    assert blocking_failures(run_suite("release", path)).num_rows == 0


def test_what_is_wrong_with_a_release_blocks_it(library, tmp_path):
    blocking = blocking_failures(run_suite("release", changed(library, tmp_path, *WRONG.values())))
    assert {(r["expectation"], r["outcome"]) for r in blocking.to_pylist()} == {(name, "failed") for name in WRONG}


def test_a_table_that_is_missing_from_the_release_is_an_error(library, tmp_path):
    path = changed(library, tmp_path, "drop table link.person_housing")
    blocking = blocking_failures(run_suite("release", path)).to_pylist()
    assert ("link_person_housing_key_is_unique", "error") in {(r["expectation"], r["outcome"]) for r in blocking}


def test_a_missing_comment_is_a_warning(library, tmp_path):
    path = changed(library, tmp_path, "comment on column base.person.name is null")
    odd = run_suite("release", path)
    odd = odd.filter(pc.not_equal(odd["outcome"], "passed")).to_pylist()
    assert [(r["expectation"], r["severity"], r["unexpected"]) for r in odd] == [
        ("columns_are_documented", "warning", 1)
    ]


def test_a_file_that_is_no_release_could_not_be_checked(tmp_path):
    (tmp_path / "none.duckdb").write_bytes(b"nothing of the kind")
    results = run_suite("release", tmp_path / "none.duckdb")
    assert set(results["outcome"].to_pylist()) == {"error"}


def test_a_number_that_is_shown_is_found_at_its_table_column_platform_and_row(library, tmp_path):
    path = changed(
        library,
        tmp_path,
        "update link.mention set platform = 'xiaofang', file_name = '排查.xlsx', sheet_name = '九小场所', row_number = 12",
        "update base.person set name = '13900001234'",
        "update evidence.attribute set platform = 'hukou', file_name = '户籍.csv', row_number = 7, value_raw = '139-0000-1234'",
        "update quality.rejected set platform = 'shebao', reason = '109999850312001'",
    )
    rows = examine(["release"], path).rows
    places = [
        (r["column"], r["platform"], r["file_name"], r["row_number"], r["entity_id"])
        for r in rows.filter(pc.equal(rows["expectation"], "no_personal_number")).to_pylist()
    ]
    assert ("base.person.name", "xiaofang", "排查.xlsx", 12, "P1") in places
    assert ("evidence.attribute.value_raw", "hukou", "户籍.csv", 7, "P1") in places
    assert not any("1390" in str(r) or "1099" in str(r) for r in rows.to_pylist())
