"""Landing suites: what a platform's description leads to, and what it notices in what the platform delivered last."""

from __future__ import annotations

from dataclasses import replace
from datetime import date, timedelta
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
import yaml

from connectors.registry import load_code_tables, load_platforms
from pipelines.stages.quality import landed_platform
from quality.suites.engine import check
from quality.suites.expectation import Expectation
from quality.suites.landed import Cell, LandedDataset, LandedPlatform
from quality.suites.landing import landing_suite
from quality.suites.landing_run import run_landing, show_landing
from quality.suites.run import Findings
from quality.suites.source import create_macros
from tests.connectors.conftest import build_platform
from tests.quality.conftest import CREDIT_CODE, MAN, WOMAN
from warehouse.model import Home
from warehouse.model.data_model import shipped
from warehouse.model.landing import DELIVERY, PROVENANCE, REJECTED

CASES = yaml.safe_load((Path(__file__).parent / "landing_cases.yaml").read_text(encoding="utf-8"))
DAY = date(2026, 3, 9)
PEOPLE = LandedDataset(
    "people",
    ("编号",),
    ("编号",),
    (
        Cell("sex", "person", "subject", "性别", codes="sex"),
        Cell("id_number", "person", "subject", "证件"),
        Cell("id_number", "person", "co_owner", "共有人", split="、", part=2),
        Cell("code", "enterprise", "employer", "信用代码", is_code=True),
        Cell("occurred_at", "event", "case", "受理"),
        Cell("closed_at", "event", "case", "办结"),
    ),
)
OFFICE = LandedPlatform("office", "daily", "snapshot", (PEOPLE,), min_rows=1)
CODES = {"sex": ["1", "2", "男", "女"]}
ROW = {
    "性别": "1",
    "证件": WOMAN,
    "共有人": f"甲、{MAN}",
    "信用代码": CREDIT_CODE,
    "受理": "2026-03-01 09:00:00",
    "办结": "2026-03-02 17:30:00",
}


def line(delivery: str, day: date, rows: int, **further: Any) -> dict[str, Any]:
    return {
        "delivery_id": delivery,
        "platform": "office",
        "dataset": "people",
        "file_name": f"people_{day:%Y%m%d}.csv",
        "sha256": "0",
        "bytes": 1,
        "delivered_on": day,
        "scope": "",
        "sequence": day.toordinal(),
        "state": "landed",
        "rows_delivered": rows,
        "rows_landed": rows,
        "rows_rejected": 0,
        **further,
    }


def write_delivery(home: Home, found: dict[str, Any]) -> None:
    DELIVERY.write(
        pa.Table.from_pylist([found], schema=DELIVERY.arrow), home.delivery(found["platform"], found["delivery_id"])
    )


def write_rows(home: Home, delivery: str, rows: list[dict[str, Any]], without: list[str] | None = None) -> None:
    head = [c.field for c in PROVENANCE]
    names = [name for name in ("编号", *ROW) if name not in (without or [])]
    schema = pa.schema([*head, *(pa.field(name, pa.string()) for name in names)])
    path = home.rows("office", delivery, "people")
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(pa.Table.from_pylist(rows, schema=schema), path)


def office(tmp_path: Path, case: dict[str, Any]) -> Home:
    """A home with three deliveries of the office, the newest as the case says."""
    home = Home(tmp_path)
    for back in (2, 1):
        write_delivery(home, line(f"d{back}", DAY - timedelta(back), 2))
    write_delivery(home, line("d0", DAY, case.get("newest_rows_delivered", 2)))
    rows = [
        {
            "delivery_id": "d0",
            "file_name": f"people_{DAY:%Y%m%d}.csv",
            "sheet_name": "",
            "row_number": number,
            "row_key": f"k{number}",
            "编号": str(number),
            **ROW,
            **case.get("rows", {}).get(number, {}),
        }
        for number in (1, 2)
    ]
    write_rows(home, "d0", rows, case.get("without"))
    if case.get("rejected_delivery"):
        bad = line("bad", DAY + timedelta(1), 0, state="rejected", reason_code="not_a_zip")
        write_delivery(home, bad)
    if day := case.get("city_delivered_on"):
        write_delivery(home, line("other", day, 1, platform="elsewhere"))
    if refused := case.get("rejected_rows"):
        place = {"platform": "office", "delivery_id": "d0", "file_name": "x", "sheet_name": "", "reason": "x"}
        REJECTED.write(
            pa.Table.from_pylist([place | r for r in refused], schema=REJECTED.arrow), home.rejected("office", "d0")
        )
    return home


def run(home: Home, platform: LandedPlatform = OFFICE) -> Findings:
    return run_landing(home, [platform], CODES)


@pytest.mark.parametrize("case", CASES, ids=[case["case"] for case in CASES])
def test_a_delivery_is_noticed_for_what_it_is(tmp_path, case):
    platform = (
        OFFICE
        if "max_rows" not in case
        else LandedPlatform("office", "daily", "snapshot", (PEOPLE,), max_rows=case["max_rows"])
    )
    found = run(office(tmp_path, case), platform)
    failed = {r["expectation"]: r["unexpected"] for r in found.results.to_pylist() if r["outcome"] != "passed"}
    assert failed == case["noticed"]
    assert set(found.results["severity"].to_pylist()) == {"warning"}
    told = found.rows.filter(pa.compute.is_valid(found.rows["row_number"]))
    assert {r["expectation"] for r in told.to_pylist()} <= set(failed)


def test_every_check_has_a_case_that_it_notices():
    noticed = {name for case in CASES for name in case["noticed"]}
    assert {e.name for e in landing_suite(OFFICE)} == noticed


@pytest.mark.parametrize(
    ("cells", "noticed"),
    [
        ((WOMAN, CREDIT_CODE), {}),
        ((f"{WOMAN[:-1]}{'1' if WOMAN[-1] != '1' else '2'}", CREDIT_CODE), {"id_numbers_hold": 1}),
        ((WOMAN, f"{CREDIT_CODE[:-1]}{'A' if CREDIT_CODE[-1] != 'A' else 'B'}"), {"credit_codes_hold": 1}),
        ((WOMAN[:-3], CREDIT_CODE), {}),
        ((WOMAN[:-4], CREDIT_CODE), {"id_numbers_are_whole": 1}),
    ],
)
def test_in_a_column_of_people_and_firms_each_number_is_checked_as_what_it_looks_like(tmp_path, cells, noticed):
    holder = (Cell("id_number", "person", "holder", "证件"), Cell("code", "enterprise", "holder_firm", "证件"))
    platform = LandedPlatform("office", "daily", "snapshot", (LandedDataset("people", ("编号",), (), holder),))
    found = run(office(tmp_path, {"rows": {n: {"证件": cell} for n, cell in enumerate(cells, 1)}}), platform)
    assert {r["expectation"]: r["unexpected"] for r in found.results.to_pylist() if r["outcome"] != "passed"} == noticed


def test_a_row_at_fault_is_told_by_delivery_row_and_source_column(tmp_path):
    found = run(office(tmp_path, {"rows": {2: {"性别": "9"}}}))
    assert found.rows.to_pylist() == [
        {
            "suite": "landing.office",
            "expectation": "sex_codes_are_known",
            "column": "性别",
            "platform": "office",
            "delivery_id": "d0",
            "file_name": "people_20260309.csv",
            "sheet_name": "",
            "row_number": 2,
            "role": None,
            "entity_id": None,
        }
    ]


def test_a_column_that_landed_under_a_heading_it_had_before_is_looked_at(tmp_path):
    """A street that did not deliver since the heading changed is checked as all others are."""
    home = office(tmp_path, {"rows": {2: {"性别": "9"}}})
    renamed = replace(
        PEOPLE, cells=(Cell("sex", "person", "subject", "性别代码", codes="sex"),), also={"性别代码": ("性别",)}
    )
    found = run(home, LandedPlatform("office", "daily", "snapshot", (renamed,)))
    assert [(r["column"], r["row_number"]) for r in found.rows.to_pylist()] == [("性别代码", 2)]


def test_a_platform_file_tells_the_suite_which_headings_a_column_had():
    columns = {"编号": "number", "性别代码": {"en": "sex", "also": ["XB", "性别"]}}
    (dataset,) = landed_platform(build_platform({"kind": "delimited"}, columns), shipped()).datasets
    assert dataset.also == {"性别代码": ("XB", "性别")}


def test_results_and_rows_hold_no_value_of_a_person(tmp_path):
    found = run(office(tmp_path, {"rows": {1: {"证件": "999999199002154020", "性别": "燕北"}}}))
    said = str(found.results.to_pylist()) + str(found.rows.to_pylist())
    assert found.rows.num_rows == 2
    assert [v for v in ("999999199002154020", "燕北", WOMAN, MAN) if v in said] == []


def test_a_platform_that_never_delivered_passes_with_nothing_checked(tmp_path):
    found = run(Home(tmp_path))
    assert {(r["outcome"], r["checked"]) for r in found.results.to_pylist()} == {("passed", 0)}


def test_a_corrected_file_stands_for_the_one_it_corrects(tmp_path):
    home = office(tmp_path, {"rows": {1: {"性别": "9"}}})
    write_delivery(home, line("better", DAY, 2, sequence=DAY.toordinal() + 1))
    good = {"delivery_id": "better", "file_name": f"people_{DAY:%Y%m%d}.csv", "sheet_name": ""}
    write_rows(home, "better", [{**good, "row_number": 1, "row_key": "k1", "编号": "1", **ROW}])
    assert set(run(home).results["outcome"].to_pylist()) == {"passed"}


def test_the_first_delivery_of_a_delta_says_nothing_about_the_size_of_a_change(tmp_path):
    home = Home(tmp_path)
    delta = LandedPlatform("office", "daily", "delta", (PEOPLE,))
    write_delivery(home, line("whole", DAY - timedelta(2), 90_000))
    write_delivery(home, line("d1", DAY - timedelta(1), 10))
    write_rows(home, "d1", [])
    write_rows(home, "d0", [])
    assert set(run(home, delta).results["outcome"].to_pylist()) == {"passed"}
    write_delivery(home, line("d0", DAY, 5_000))
    failed = [r["expectation"] for r in run(home, delta).results.to_pylist() if r["outcome"] != "passed"]
    assert failed == ["rows_are_as_usual"]


def test_few_faults_are_tolerated_and_told_all_the_same():
    e = Expectation(
        name="check", zh="少量容许", en="some tolerated", broken="select * from {batch} where n < 3", tolerated=0.02
    )
    with duckdb.connect() as con:
        con.execute("create schema s; create table s.t as select i as n from range(150) r(i)")
        (result,) = check(con, "s.t", [e])
        assert (result.outcome, result.unexpected) == ("passed", 3)
        con.execute("delete from s.t where n > 100")
        (result,) = check(con, "s.t", [e])
        assert (result.outcome, result.unexpected) == ("failed", 3)


def test_every_shipped_platform_has_a_suite_whose_queries_run_on_an_empty_home(tmp_path):
    platforms = [landed_platform(p, shipped()) for p in load_platforms(None).values()]
    codes = {name: [*table, *table.values()] for name, table in load_code_tables().items()}
    with duckdb.connect() as con:
        create_macros(con)
        show_landing(con, Home(tmp_path), platforms, codes)
        for platform in platforms:
            suite = landing_suite(platform)
            assert len({e.name for e in suite}) == len(suite) >= 5
            for e in suite:
                assert con.sql(f"select count(*) from ({e.broken})").fetchall() == [(0,)], (platform.platform, e.name)


@pytest.mark.parametrize(
    "text",
    [
        "2026-03-01 09:00:00",
        "2026/3/1 9:00",
        "20260301090000",
        "2026年3月1日 9:00",
        "2026-03-01T09:00:00",
        "1772355600",
        "1772355600000",
    ],
)
def test_a_moment_is_understood_in_any_notation(text):
    with duckdb.connect() as con:
        create_macros(con)
        assert con.execute("select instant($x) = timestamp '2026-03-01 09:00:00'", {"x": text}).fetchone() == (True,)
