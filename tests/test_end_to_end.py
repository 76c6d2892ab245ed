"""The main job as a user runs it: a folder of deliveries in, one verified library out."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from click.testing import Result

from pipelines.nothing_new import forget_run
from pipelines.plan import CANDIDATE, LIBRARY, plan
from pipelines.settings import Settings
from warehouse.model import Home
from warehouse.model.data_model import shipped
from warehouse.model.release import SCHEMAS, release_tables

Onenet = Callable[..., Result]

KINDS = ("person", "housing", "enterprise")

PAIRS = """
with found as (
    select t.true_id, m.entity_id
    from read_parquet($truth) t
    left join link.mention m
      on m.entity_kind = t.kind and m.platform = t.platform and m.file_name = t.file
     and m.sheet_name = coalesce(t.sheet, '') and m.row_number = t.row and m.role = t.role
    where t.kind = $kind and t.true_id >= 0
),
cell as (select true_id, entity_id, count(*)::double as n from found group by all)
select
    (select count(*) from found where entity_id is null) as lost,
    (select sum(n * (n - 1) / 2) from cell) / (select sum(n * (n - 1) / 2) from (select sum(n) as n from cell group by entity_id)) as precision,
    (select sum(n * (n - 1) / 2) from cell) / (select sum(n * (n - 1) / 2) from (select sum(n) as n from cell group by true_id)) as recall
"""


def library(home: Path) -> duckdb.DuckDBPyConnection:
    return duckdb.connect(str((home / "one_network.duckdb").resolve()), read_only=True)


def contents(home: Path) -> dict[str, list[tuple[object, ...]]]:
    """Every table of the release but the one that names the version's place in its home, rows ordered."""
    with library(home) as con:
        tables = [served.table.full_name for served in release_tables(shipped())]
        return {table: con.execute(f"select * from {table} order by all").fetchall() for table in tables}


@pytest.mark.parametrize("kind", KINDS)
def test_every_mention_of_the_truth_is_in_the_library_and_most_are_resolved_right(
    kind: str, finished_home: Path, city: Path
) -> None:
    with library(finished_home) as con:
        row = con.execute(PAIRS, {"truth": str(city / "truth" / "records.parquet"), "kind": kind}).fetchone()
    assert row is not None
    lost, precision, recall = row
    assert lost == 0
    assert precision >= 0.99
    assert recall >= 0.93


def test_rows_delivered_are_rows_landed_and_rows_rejected(finished_home: Path) -> None:
    with library(finished_home) as con:
        rows = con.execute(
            "select rows_delivered, rows_landed, rows_rejected, balanced from quality.reconciliation"
        ).fetchall()
    assert rows
    assert all(delivered == landed + rejected and balanced for delivered, landed, rejected, balanced in rows)


def test_every_table_view_and_column_says_what_it_means(finished_home: Path) -> None:
    with library(finished_home) as con:
        bare = con.execute(
            """
            select table_name, column_name from duckdb_columns() where not internal and comment is null
            union all select table_name, '' from duckdb_tables() where not internal and comment is null
            union all select view_name, '' from duckdb_views() where not internal and comment is null
            """
        ).fetchall()
        schemas = {
            name for (name,) in con.execute("select schema_name from duckdb_schemas() where not internal").fetchall()
        }
    assert bare == []
    assert set(SCHEMAS) <= schemas


def test_a_second_run_with_nothing_new_makes_no_release(onenet: Onenet, city: Path, finished_home: Path) -> None:
    before = sorted(p.name for p in (finished_home / "releases").iterdir())
    changed = (finished_home / "one_network.duckdb").stat().st_mtime_ns
    forget_run(Home(finished_home))  # every step has to look for itself
    result = onenet("run", "--inbox", city / "deliveries", "--home", finished_home)
    assert result.exit_code == 0, result.output
    assert sorted(p.name for p in (finished_home / "releases").iterdir()) == before
    assert (finished_home / "one_network.duckdb").stat().st_mtime_ns == changed


def test_two_runs_in_fresh_homes_give_identical_tables(
    onenet: Onenet, city: Path, finished_home: Path, tmp_path: Path
) -> None:
    inbox = tmp_path / "inbox"
    for folder in sorted((city / "deliveries").iterdir(), reverse=True):  # files come in another order
        shutil.copytree(folder, inbox / folder.name)
    assert onenet("run", "--inbox", inbox, "--home", tmp_path / "home").exit_code == 0
    first, second = contents(finished_home), contents(tmp_path / "home")
    assert [table for table in first if first[table] != second[table]] == []


def test_a_damaged_delivery_is_named_and_the_other_platforms_go_on(onenet: Onenet, city: Path, tmp_path: Path) -> None:
    inbox = tmp_path / "inbox"
    for platform in ("zhujian_zulin", "gongan_hukou"):
        shutil.copytree(city / "deliveries" / platform, inbox / platform)
    workbook = next((inbox / "zhujian_zulin").iterdir())
    workbook.write_bytes(workbook.read_bytes()[:2000])
    (inbox / "nobody_knows_me").mkdir()
    result = onenet("run", "--inbox", inbox, "--home", tmp_path / "home")
    assert result.exit_code == 3, result.output
    assert workbook.name in result.output
    assert "nobody_knows_me" in result.output
    with library(tmp_path / "home") as con:
        assert con.execute("select count(*) from quality.rejected where platform = 'zhujian_zulin'").fetchone() == (1,)
        assert con.execute("select count(*) > 0 from base.person").fetchone() == (True,)


def test_each_department_finds_its_extract(finished_home: Path) -> None:
    (version,) = [p.name for p in (finished_home / "releases").iterdir()]
    for department in ("gongan", "minzheng", "weijian"):
        folder = finished_home / "extracts" / department / version
        assert (folder / "manifest.json").exists()
        assert {path.suffix for path in folder.rglob("*")} >= {".xlsx", ".csv", ".parquet"}


def test_a_step_reads_no_table_it_does_not_declare(finished_home: Path, step_reads: dict[str, set[str]]) -> None:
    """Or it would not be done again when that table changes. What comes after the library depends on its version, thus on all."""
    made = plan(Settings(finished_home, Home(finished_home)))
    steps = [step for step in made.steps if not {CANDIDATE, LIBRARY} & set(step.reads)]
    tables = {written.handle for step in made.steps for written in step.writes}
    undeclared = {
        step.name: asked
        for step in steps
        if (asked := (step_reads.get(step.name, set()) & tables) - set(step.reads) - {w.handle for w in step.writes})
    }
    assert undeclared == {}
    assert len(step_reads) > 20
