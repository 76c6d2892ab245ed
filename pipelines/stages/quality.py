"""Check what was landed, measure what platforms claim, gather what all checks found, and show it. Writes `quality/*`,
`expectation/landing`, the chart of overlaps and the data docs.
"""

from __future__ import annotations

import pyarrow as pa

from connectors.spec import AddressSource, Dataset, Platform, Role
from pipelines.once import Counts
from pipelines.settings import Settings
from quality.suites import suites_of_stage
from quality.suites.landed import Cell, LandedDataset, LandedPlatform
from quality.suites.landing_run import run_landing
from warehouse.model.quality import EXPECTATION, FAILING_ROW

LANDING = "landing"
"""Name under which the results of all landing suites are kept together."""


def check_landing(settings: Settings) -> Counts:
    """Run the landing suite of every platform on its newest deliveries and keep what it found."""
    codes = {name: [*table, *table.values()] for name, table in settings.code_tables.items()}
    found = run_landing(settings.home, map(landed_platform, settings.platforms.values()), codes)
    EXPECTATION.write(found.results, settings.home.stage("expectation", LANDING))
    FAILING_ROW.write(found.rows, settings.home.stage("failing_row", LANDING))
    failed = [o for o in found.results["outcome"].to_pylist() if o != "passed"]
    return {"rows": found.results.num_rows, "not_passed": len(failed)}


def gather_results(settings: Settings) -> Counts:
    """Put the results of the landing and stage suites together for the release, with the rows that break them."""
    home = settings.home
    suites = (LANDING, *suites_of_stage())
    results = pa.concat_tables([EXPECTATION.read(home.stage("expectation", suite)) for suite in suites])
    rows = pa.concat_tables([FAILING_ROW.read(home.stage("failing_row", suite)) for suite in suites])
    EXPECTATION.write(results, home.stage("quality", "expectation"))
    FAILING_ROW.write(rows, home.stage("quality", "failing_row"))
    outcomes = results["outcome"].to_pylist()
    return {
        "rows": results.num_rows,
        "not_passed": len(outcomes) - outcomes.count("passed"),
        "failing_rows": rows.num_rows,
    }


def landed_platform(platform: Platform) -> LandedPlatform:
    """What the landing suite must know of a platform."""
    return LandedPlatform(
        platform.platform,
        platform.cadence,
        platform.delivery.semantics,
        tuple(_landed_dataset(dataset) for dataset in platform.datasets),
        platform.volume.min_rows,
        platform.volume.max_rows,
    )


def _landed_dataset(dataset: Dataset) -> LandedDataset:
    return LandedDataset(
        dataset.name,
        dataset.key,
        tuple(name for name, column in dataset.columns.items() if column.mandatory),
        tuple(cell for name, role in sorted(dataset.roles.items()) for cell in _cells(name, role)),
    )


def _cells(name: str, role: Role) -> list[Cell]:
    return [
        Cell(attribute, role.kind, name, source.column, source.codes, source.split, source.part)
        for attribute, source in role.attributes.items()
        if not isinstance(source, AddressSource)
    ]
