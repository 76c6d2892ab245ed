"""Rows that break a check are told by their keys, up to a limit, and never by a value."""

from __future__ import annotations

import duckdb
import pyarrow as pa
import pytest

from quality.suites import examine
from quality.suites.engine import Result
from quality.suites.expectation import Expectation
from quality.suites.failing import LIMIT, failing_rows
from warehouse.model.quality import FAILING_ROW


def replaced(table: pa.Table, column: str, values: list[object]) -> pa.Table:
    place = table.schema.get_field_index(column)
    return table.set_column(place, table.schema.field(column), pa.array(values, table.schema.field(column).type))


def test_a_clean_city_has_no_failing_rows(city):
    assert examine(["mention.person", "golden.person"], city).rows.num_rows == 0


def test_a_mention_at_fault_is_told_by_file_row_and_role(city):
    wrong = replaced(city["mention.person"], "phone", ["12", None, None])
    found = examine(["mention.person"], {**city, "mention.person": wrong}).rows
    assert found.schema.equals(FAILING_ROW.arrow)
    assert found.to_pylist() == [
        {
            "suite": "mention.person",
            "expectation": "phone_is_dialable",
            "column": "phone",
            "platform": "register",
            "delivery_id": "register-1",
            "file_name": "register.csv",
            "sheet_name": "",
            "row_number": 1,
            "role": "subject",
            "entity_id": None,
        }
    ]


def test_a_golden_record_at_fault_is_told_by_its_entity(city):
    wrong = replaced(city["golden.person"], "deregistered", ["死亡", None])
    rows = examine(["golden.person"], {**city, "golden.person": wrong}).rows.to_pylist()
    assert [(r["expectation"], r["entity_id"], r["row_number"]) for r in rows] == [
        ("the_dead_reside_nowhere", "P1", None)
    ]


def test_a_query_over_several_tables_tells_the_row_it_selects(city):
    wrong = replaced(city["golden.housing"], "grid_code", ["999999001001002"])
    rows = examine(["golden.housing"], {**city, "golden.housing": wrong}).rows.to_pylist()
    told = {(r["expectation"], r["platform"], r["row_number"]) for r in rows}
    assert ("declared_grid_agrees_with_address", "deeds", 1) in told


FORMS = [
    ({"filled": ("a",)}, [3]),
    ({"unique": ("b",)}, [1, 2]),
    ({"allowed": ("x",), "column": "a"}, [2]),
    ({"between": {"min": 2}, "column": "b"}, [1, 2]),
    ({"between": {"max": 3}, "column": "b"}, [3]),
    ({"never": "a = 'y'"}, [2]),
    ({"broken": "select * from {batch} where b > 3"}, [3]),
]


@pytest.mark.parametrize(("form", "rows"), FORMS, ids=[next(iter(form)) for form, _ in FORMS])
def test_every_form_of_expectation_finds_its_rows(form, rows):
    e = Expectation.model_validate({"name": "check", "zh": "必须成立", "en": "must hold", **form})
    with duckdb.connect() as con:
        con.execute("create schema s; create table s.t(row_number bigint, a varchar, b bigint)")
        con.execute("insert into s.t values (1, 'x', 1), (2, 'y', 1), (3, null, 9)")
        found = failing_rows(con, "suite", "s.t", [Result(e, "failed", 3, len(rows))])
    assert found["row_number"].to_pylist() == rows


def test_no_more_rows_are_listed_than_the_limit():
    e = Expectation(name="check", zh="必须成立", en="must hold", never="true")
    with duckdb.connect() as con:
        con.execute(
            f"create schema s; create table s.t as select {2 * LIMIT} - i as row_number from range({2 * LIMIT}) r(i)"
        )
        found = failing_rows(con, "suite", "s.t", [Result(e, "failed", 2 * LIMIT, 2 * LIMIT)])
    assert found["row_number"].to_pylist() == list(range(1, LIMIT + 1))


def test_rows_without_a_key_are_not_listed():
    e = Expectation(name="check", zh="必须成立", en="must hold", never="true")
    with duckdb.connect() as con:
        con.execute("create schema s; create table s.t as select 'secret' as name")
        assert failing_rows(con, "suite", "s.t", [Result(e, "failed", 1, 1)]).num_rows == 0


def test_an_expectation_that_could_not_run_lists_nothing(city):
    without = city["mention.person"].drop_columns(["phone"])
    rows = examine(["mention.person"], {**city, "mention.person": without}).rows
    assert "phone_is_dialable" not in rows["expectation"].to_pylist()
