"""Suites: clean tables pass, each expectation notices what it is for, errors are no failures, no value leaks."""

from __future__ import annotations

import logging
from importlib import resources
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pytest
import yaml

from quality.suites import (
    SuiteError,
    blocking_failures,
    load_suite,
    run_suite,
    run_suites,
    suite_names,
    suites_of_stage,
)
from quality.suites.declaration import implied
from quality.suites.engine import check
from quality.suites.expectation import Expectation, Suite
from quality.suites.source import contracts, show
from warehouse.model import Home
from warehouse.model.data_model import shipped
from warehouse.model.quality import EXPECTATION

MODEL = shipped()
CONTRACTS = contracts(MODEL)
BREAKS = yaml.safe_load((Path(__file__).parent / "breaks.yaml").read_text(encoding="utf-8"))
CASES = [
    (name, e)
    for name in suites_of_stage(MODEL)
    for e in (*implied(MODEL, load_suite(name, MODEL), CONTRACTS), *load_suite(name, MODEL).expectations)
]


def broken(suite: Suite, expectation: Expectation) -> str:
    """The statement that breaks this expectation."""
    if expectation.name == "required_is_filled":
        return f"update {suite.table} set {expectation.filled[-1]} = null"
    statement = BREAKS.get(suite.suite, {}).get(expectation.name) or BREAKS["*"][expectation.name]
    count = "person_count" if suite.table == "base.grid" else "rows_current"
    return statement.format(table=suite.table, count=count)


def test_clean_tables_pass_every_suite(city):
    results = run_suites(suites_of_stage(MODEL), city)
    assert results.filter(pc.not_equal(results["outcome"], "passed")).to_pylist() == []
    assert results.schema.equals(EXPECTATION.arrow)
    assert set(results["suite"].to_pylist()) == set(suites_of_stage(MODEL))


@pytest.fixture(scope="module")
def shown(city):
    """All tables of the clean city on one connection."""
    with duckdb.connect() as con:
        show(con, MODEL, city, city)
        yield con


@pytest.mark.parametrize(("name", "expectation"), CASES, ids=[f"{name}-{e.name}" for name, e in CASES])
def test_each_expectation_notices_what_it_is_for(city, shown, name, expectation):
    suite = load_suite(name, MODEL)
    clean = city[suite.table]  # noqa: F841  read by name below
    shown.execute(broken(suite, expectation))
    try:
        (result,) = check(shown, suite.table, [expectation])
    finally:
        shown.execute(f"create or replace table {suite.table} as select * from clean")
    assert result.outcome == "failed"
    assert result.unexpected >= 1


def test_a_broken_critical_check_blocks_and_a_warning_does_not(city):
    persons = city["mention.person"]
    wrong = persons.set_column(
        persons.schema.get_field_index("phone"), "phone", pa.array(["12", None, None], pa.string())
    )
    results = run_suite("mention.person", {**city, "mention.person": wrong})
    odd = results.filter(pc.not_equal(results["outcome"], "passed")).to_pylist()
    assert [(r["expectation"], r["severity"], r["checked"], r["unexpected"]) for r in odd] == [
        ("phone_is_dialable", "warning", 3, 1)
    ]
    assert blocking_failures(results).num_rows == 0
    negative = wrong.set_column(
        persons.schema.get_field_index("repeat"), persons.schema.field("repeat"), pa.array([-1, 0, -1], pa.int64())
    )
    blocking = blocking_failures(run_suite("mention.person", {**city, "mention.person": negative})).to_pylist()
    assert [(r["expectation"], r["unexpected"]) for r in blocking] == [("repeats_count_from_zero", 2)]


def test_a_column_that_is_gone_is_an_error_and_the_other_checks_still_run(city, caplog):
    without = city["mention.housing"].drop_columns(["area", "resident_count"])
    with caplog.at_level(logging.WARNING):
        results = run_suite("mention.housing", {**city, "mention.housing": without})
    outcome = dict(zip(results["expectation"].to_pylist(), results["outcome"].to_pylist(), strict=True))
    assert {name for name, found in outcome.items() if found == "error"} == {
        "area_is_plausible",
        "resident_count_is_plausible",
    }
    assert outcome["place_is_unique"] == "passed"
    assert "area_is_plausible could not run" in caplog.text


def test_a_critical_check_that_could_not_run_blocks(city):
    without = city["mention.person"].drop_columns(["id_number"])
    blocking = blocking_failures(run_suite("mention.person", {**city, "mention.person": without})).to_pylist()
    assert ("id_number_holds", "error", None) in {(r["expectation"], r["outcome"], r["unexpected"]) for r in blocking}


def test_a_suite_whose_table_was_never_written_could_not_run(tmp_path):
    results = run_suite("golden.housing", Home(tmp_path))
    assert set(results["outcome"].to_pylist()) == {"error"}
    assert blocking_failures(results).num_rows > 0


def test_a_file_that_is_no_parquet_could_not_be_checked(tmp_path, city):
    (tmp_path / "broken.parquet").write_bytes(b"PAR1 this is none")
    results = run_suite("golden.housing", {**city, "golden.housing": tmp_path / "broken.parquet"})
    assert set(results["outcome"].to_pylist()) == {"error"}


def test_stage_files_of_a_home_are_found_where_the_home_keeps_them(tmp_path, city):
    home = Home(tmp_path)
    for name, table in city.items():
        stage, file = name.split(".")
        relation = stage == "link" and file != "mention"
        CONTRACTS[name].write(table, home.stage("relation" if relation else stage, file))
    results = run_suites(suites_of_stage(MODEL), home)
    assert set(results["outcome"].to_pylist()) == {"passed"}


def test_results_and_logs_hold_no_value_of_a_person(city, caplog):
    persons = city["mention.person"]
    leaky = persons.set_column(
        persons.schema.get_field_index("id_number"), "id_number", pa.array(["999999199002154020"] * 3, pa.string())
    ).set_column(persons.schema.get_field_index("sex"), "sex", pa.array(["燕北街"] * 3, pa.string()))
    with caplog.at_level(logging.DEBUG):
        results = run_suite("mention.person", {**city, "mention.person": leaky})
        run_suite("mention.person", {**city, "mention.person": leaky.drop_columns(["housing_mention_id"])})
    said = str(results.to_pylist()) + caplog.text
    assert "could not run" in caplog.text
    assert blocking_failures(results).num_rows >= 2
    personal = [c.name for c in CONTRACTS["mention.person"].columns if c.personal]
    values = {v for c in personal for v in leaky.column(c).to_pylist() if v is not None and len(str(v)) > 1}
    assert [v for v in (*values, "燕北街") if str(v) in said] == []


def test_every_declared_suite_loads_and_is_named_after_its_table():
    for name in suite_names(MODEL):
        suite = load_suite(name, MODEL)
        assert suite.source == "release" or suite.table == name
        assert suite.source == "release" or suite.table in CONTRACTS


def test_every_column_an_expectation_names_is_in_the_contract():
    for name in suites_of_stage(MODEL):
        for expectation in load_suite(name, MODEL).expectations:
            named = {expectation.column, *expectation.unique, *expectation.filled} - {None}
            assert named <= set(CONTRACTS[name].names), (name, expectation.name)


def test_an_unknown_suite_is_named_with_those_there_are():
    with pytest.raises(SuiteError, match=r"no suite 'mention\.ghost'; there are base\.grid"):
        load_suite("mention.ghost", MODEL)


@pytest.mark.parametrize(
    "wrong",
    [
        {"never": "true", "unique": ["a"]},
        {},
        {"allowed": ["a"]},
        {"never": "true", "severity": "fatal"},
    ],
)
def test_a_declaration_with_no_or_two_forms_is_refused(wrong):
    with pytest.raises(ValueError, match=r"exactly one of|needs a column|severity"):
        Expectation.model_validate({"name": "check", "zh": "必须成立", "en": "must hold", **wrong})


def test_the_whole_table_is_checked_not_a_sample(city):
    with duckdb.connect() as con:
        homes = city["mention.housing"]  # noqa: F841  read by name below
        many = con.sql(
            "select h.* replace (i as mention_id, i + 1 as row_number, 'k' || i as row_key) from homes h, range(50000) r(i)"
        ).to_arrow_table()
    lost = many.set_column(2, "department", pc.if_else(pc.equal(many["mention_id"], 49_999), "", many["department"]))
    results = run_suite("mention.housing", {**city, "mention.housing": lost})
    assert set(results["checked"].to_pylist()) == {50_000}
    odd = results.filter(pc.not_equal(results["outcome"], "passed")).to_pylist()
    assert [(r["expectation"], r["unexpected"]) for r in odd] == [("provenance_is_not_blank", 1)]


def test_macros_are_one_statement_each_and_name_their_source():
    for file in resources.files("quality.sql").iterdir():
        if file.name.endswith(".sql"):
            text = file.read_text(encoding="utf-8")
            assert text.startswith(("-- macro:", "-- table:")), file.name
            assert len(duckdb.extract_statements(text)) == 1, file.name
