"""Run suites of expectations. Reads stage files or the candidate release; writes `expectation/<suite>` and the keys of the
rows that break them, `failing_row/<suite>`.
"""

from __future__ import annotations

import pyarrow as pa

from pipelines.markers import Counts
from pipelines.settings import Settings
from pipelines.stages.falls import falls, grid_falls
from quality.suites import examine, suites_of_release
from quality.suites.lasting import Lasting
from warehouse.model.home import LIBRARY_FILE
from warehouse.model.quality import EXPECTATION, FAILING_ROW, FALL, GRID_FALL
from warehouse.model.session import over_library
from warehouse.model.suspects import find_suspects
from warehouse.release import prove
from warehouse.release.renewal import keep_counts, news


def check_stage(settings: Settings, suite: str) -> Counts:
    """Run one suite on the stage files and keep its results."""
    found = examine([suite], settings.home)
    FAILING_ROW.write(found.rows, settings.home.stage("failing_row", suite))
    return _keep(settings, suite, found.results)


def check_candidate(settings: Settings, version: str) -> Counts:
    """Run the release suites on the release that was built aside."""
    model = settings.home.data_model
    candidate = settings.home.release(version) / LIBRARY_FILE
    fallen = falls(settings, candidate)
    FALL.write(fallen, settings.home.stage("quality", "fall"))
    beside = {FALL.full_name: fallen, GRID_FALL.full_name: grid_falls(settings.home, candidate)}
    new = news(settings.home, version)
    with over_library(candidate) as con:
        suspects = find_suspects(con, "library", new.rows)
    known = Lasting(new.kept, new.counts, is_proven=not prove(settings.home, version, suspects))
    found = examine(suites_of_release(model), candidate, model, beside, new.rows, known, suspects)
    keep_counts(settings.home, version, found.counts)
    FAILING_ROW.write(found.rows, settings.home.stage("failing_row", "release"))
    return _keep(settings, "release", found.results)


def results(settings: Settings, suite: str) -> pa.Table:
    """The kept results of one suite; empty where it has not run."""
    return EXPECTATION.read(settings.home.stage("expectation", suite))


def _keep(settings: Settings, suite: str, table: pa.Table) -> Counts:
    EXPECTATION.write(table, settings.home.stage("expectation", suite))
    failed = [o for o in table["outcome"].to_pylist() if o != "passed"]
    return {"rows": table.num_rows, "not_passed": len(failed)}
