"""What a run says about quality: in the release, in pages, and by stopping."""

from __future__ import annotations

import json
import re
import shutil
from collections.abc import Callable, Iterator
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import Result

from pipelines.defs.build import build_definitions
from pipelines.defs.resources import workspace_of
from pipelines.settings import Settings
from warehouse.model import Home
from warehouse.model.landing import DELIVERY

Onenet = Callable[..., Result]


@pytest.fixture
def library(finished_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str((finished_home / "one_network.duckdb").resolve()), read_only=True) as con:
        yield con


def test_every_platform_and_stage_has_its_results_in_the_release(library: duckdb.DuckDBPyConnection) -> None:
    missing = library.sql(
        "select platform from catalogue.platform where 'landing.' || platform not in (select suite from quality.expectation)"
    ).fetchall()
    assert missing == []
    suites = {suite for (suite,) in library.sql("select distinct suite from quality.expectation").fetchall()}
    assert {"mention.person", "golden.housing", "link.mention", "quality.reconciliation"} <= suites


def test_rows_at_fault_are_counted_in_full_and_listed_by_key(library: duckdb.DuckDBPyConnection) -> None:
    rows = library.sql(
        """
        select e.suite, e.expectation, e.unexpected, count(f.suite) as listed
        from quality.expectation e left join quality.failing_row f using (suite, expectation)
        where e.unexpected > 0 group by all
        """
    ).fetchall()
    assert rows
    assert [r for r in rows if r[3] != min(r[2], 1000)] == []
    nowhere = library.sql(
        "select count(*) from quality.failing_row where platform is null and entity_id is null"
    ).fetchall()
    assert nowhere == [(0,)]


def test_a_row_at_fault_can_be_followed_to_its_entity(library: duckdb.DuckDBPyConnection) -> None:
    lost = library.sql(
        """
        select count(*) from quality.failing_row f
        where f.role is not null and not exists (
            from link.mention m where (m.platform, m.delivery_id, m.sheet_name, m.row_number, m.role)
                = (f.platform, f.delivery_id, f.sheet_name, f.row_number, f.role))
        """
    ).fetchall()
    assert lost == [(0,)]


def test_scores_are_shares_and_cover_every_claim(library: duckdb.DuckDBPyConnection) -> None:
    shares = ("conformity", "completeness", "accuracy", "consistency", "timeliness", "accessibility", "score")
    outside = " or ".join(f"{share} not between 0 and 1" for share in shares)
    assert library.sql(f"select count(*) from quality.scorecard where {outside}").fetchall() == [(0,)]
    claims = library.sql("select sum(claims) from quality.scorecard").fetchone()
    assert claims == library.sql("select count(*) from evidence.attribute").fetchone()


def test_overlaps_add_up_to_what_each_platform_knows(library: duckdb.DuckDBPyConnection) -> None:
    wrong = library.sql(
        """
        with known as (select entity_kind, platform, count(distinct entity_id) as n from link.mention group by all)
        select o.* from quality.overlap o join known l on l.entity_kind = o.entity_kind and l.platform = o.left_platform
        join known r on r.entity_kind = o.entity_kind and r.platform = o.right_platform
        where known_to_both + known_to_left_alone <> l.n or known_to_both + known_to_right_alone <> r.n
            or disagree > known_to_both
        """
    ).fetchall()
    assert wrong == []
    assert library.sql("select count(*) > 50 and sum(disagree) > 0 from quality.overlap").fetchall() == [(True,)]


def test_pages_and_chart_lie_in_the_home(finished_home: Path) -> None:
    home = Home(finished_home)
    index = (home.data_docs / "index.html").read_text(encoding="utf-8")
    assert all(f'href="{suite}.html"' in index for suite in ("landing.gongan_hukou", "golden.person", "release"))
    assert 'src="overlap.svg"' in index
    assert home.chart("overlap").read_text(encoding="utf-8").startswith("<?xml")


def test_the_queries_of_the_documentation_run(library: duckdb.DuckDBPyConnection) -> None:
    page = (Path(__file__).parent.parent / "docs" / "quality.md").read_text(encoding="utf-8")
    queries = re.findall(r"```sql\n(.*?)```", page, re.DOTALL)
    assert len(queries) == 2
    assert all(library.sql(query).fetchall() for query in queries)


def test_a_release_with_an_imbalance_does_not_exist(
    onenet: Onenet, city: Path, finished_home: Path, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(finished_home, home.root, symlinks=True)
    home.library.unlink()
    shutil.rmtree(home.release(""))
    for step in ("version", "reconciliation", "check/quality.reconciliation", "candidate", "check/release", "publish"):
        home.done(step).unlink()
    # one row more was delivered than landed or was rejected
    lines = next((home.landing / "delivery" / "jiaoyu_xueji").glob("*.parquet"))
    lossy = DELIVERY.read(lines).to_pylist()
    lossy[0]["rows_delivered"] += 1
    DELIVERY.write(pa.Table.from_pylist(lossy, schema=DELIVERY.arrow), lines)

    result = onenet("run", "--inbox", city / "deliveries", "--home", home.root)
    assert result.exit_code == 1, result.output
    assert "quality/reconciliation: rows_delivered_are_landed_or_rejected" in result.output
    assert not home.library.exists()
    assert list(home.root.glob("releases/*/one_network.duckdb")) == []
    stopped = (home.data_docs / "index.html").read_text(encoding="utf-8")
    assert 'href="quality.reconciliation.html"' in stopped
    assert 'href="golden.person.html"' not in stopped  # pages of the run that stopped, not of the one before


def test_the_screen_the_pages_and_dagster_count_the_same_checks(finished_home: Path, city: Path) -> None:
    home = Home(finished_home)
    kept = sum(pq.read_metadata(path).num_rows for path in (finished_home / "stage" / "expectation").glob("*.parquet"))
    settings = Settings(city / "deliveries", home)
    graph = build_definitions(settings, workspace_of(settings)).resolve_asset_graph()
    report = json.loads((finished_home / "status" / "run.json").read_text(encoding="utf-8"))
    page = re.search(r"checks <strong>(\d+)", (home.data_docs / "index.html").read_text(encoding="utf-8"))
    assert page
    assert len(graph.asset_check_keys) == kept == int(page[1]) == report["checks_passed"] + len(report["checks_failed"])


def test_benefits_are_those_of_the_rows_that_tell_of_them(library: duckdb.DuckDBPyConnection) -> None:
    rows = library.sql(
        "select benefit, count(*) = (select count(*) from link.mention m where m.platform = b.platform and m.dataset = b.dataset and role = 'subject'),"
        " bool_and(amount > 0), bool_and(period = 'month'), bool_and(valid_from is not null), bool_and(is_current)"
        " from link.benefit b group by benefit, platform, dataset order by benefit"
    ).fetchall()
    assert {row[0]: row[1:] for row in rows}["最低生活保障"] == (True, True, True, True, True)
    assert {row[1:] for row in rows if row[0] != "最低生活保障"} == {(True, None, None, False, True)}


def test_subjects_in_several_rows_are_those_of_the_mentions(library: duckdb.DuckDBPyConnection) -> None:
    (rows, alike) = library.sql(
        "select count(*), count(*) filter (d.rows = (select count(*) from link.mention m join catalogue.dataset c using (platform, dataset)"
        " where m.platform = d.platform and m.dataset = d.dataset and m.entity_id = d.entity_id and m.role = c.subject)) from quality.duplicate d"
    ).fetchall()[0]
    assert rows == alike > 0
