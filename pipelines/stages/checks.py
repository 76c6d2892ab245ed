"""Run suites of expectations. Reads stage files or the candidate release; writes `expectation/<suite>`."""

from __future__ import annotations

import pyarrow as pa

from pipelines.once import Counts
from pipelines.settings import Settings
from quality.suites import run_suite, run_suites, suites_of_release, suites_of_stage
from warehouse.model.home import LIBRARY_FILE
from warehouse.model.quality import EXPECTATION


def check_stage(settings: Settings, suite: str) -> Counts:
    """Run one suite on the stage files and keep its results."""
    return _keep(settings, suite, run_suite(suite, settings.home))


def check_candidate(settings: Settings, version: str) -> Counts:
    """Run the release suites on the release that was built aside."""
    return _keep(settings, "release", run_suites(suites_of_release(), settings.home.release(version) / LIBRARY_FILE))


def gather_results(settings: Settings) -> Counts:
    """Put the results of all stage suites together for the release; return how many passed and failed."""
    home = settings.home
    tables = [EXPECTATION.read(home.stage("expectation", suite)) for suite in suites_of_stage()]
    together = pa.concat_tables(tables)
    EXPECTATION.write(together, home.stage("quality", "expectation"))
    return {"rows": together.num_rows}


def results(settings: Settings, suite: str) -> pa.Table:
    """The kept results of one suite; empty where it has not run."""
    return EXPECTATION.read(settings.home.stage("expectation", suite))


def _keep(settings: Settings, suite: str, table: pa.Table) -> Counts:
    EXPECTATION.write(table, settings.home.stage("expectation", suite))
    failed = [o for o in table["outcome"].to_pylist() if o != "passed"]
    return {"rows": table.num_rows, "not_passed": len(failed)}
