"""Check what was landed, measure what platforms claim, gather what all checks found, and show it. Writes `quality/*`,
`expectation/landing`, the chart of overlaps and the data docs.
"""

from __future__ import annotations

from collections.abc import Container
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from connectors.manifest import gather, manifest
from connectors.spec import Dataset, Platform, Role, Source
from pipelines.engine import LOCAL
from pipelines.markers import Counts, digest, forget, run_changed
from pipelines.resolution import at_scale
from pipelines.resolution.session import SHARE
from pipelines.settings import Settings
from pipelines.stages.engine_work import on_engine, stage_files
from quality.data_docs import build_data_docs
from quality.overlap import overlap
from quality.overlap_chart import overlap_chart, overlap_markdown
from quality.reporting import event_statistics
from quality.scorecard import scorecard
from quality.suites import suites_of_stage
from quality.suites.landed import Cell, LandedDataset, LandedPlatform
from quality.suites.landing import ALLOWED_DAYS
from quality.suites.landing_run import run_landing, suite_name
from warehouse.model.data_model import DataModel
from warehouse.model.quality import (
    EVENT_FORECAST,
    EVENT_TREND,
    EXPECTATION,
    FAILING_ROW,
    OVERLAP,
    REPORTING_BY_CATEGORY,
    REPORTING_BY_GRID,
    SCORECARD,
)
from warehouse.model.release import public_codes

LANDING = "landing"
"""Name under which the results of all landing suites are kept together."""
RELEASE = "release"
OVERLAP_CHART = "overlap"


def check_landing(settings: Settings) -> Counts:
    """Run the landing suite of every platform on its newest deliveries and keep what it found.

    What a suite finds follows from the deliveries of its platform and from how far it lies behind the city; where neither
    changed, what it found last holds.
    """
    home = settings.home
    steps = {f"check/{LANDING}/{name}": name for name in settings.platforms}

    def run(changed: list[str]) -> None:
        names = [steps[step] for step in changed]
        codes = {name: [*table, *table.values()] for name, table in settings.code_tables.items()}
        found = run_landing(home, [landed_platform(settings.platforms[name], home.data_model) for name in names], codes)
        for name in names:
            for kept, table in ((EXPECTATION, found.results), (FAILING_ROW, found.rows)):
                own = table.filter(pc.equal(table["suite"], suite_name(name)))
                kept.write(own, home.stage(kept.name, f"{LANDING}/{name}"))

    gather(home)
    newest = _newest(manifest(home))
    run_changed(home, {step: _landed_fingerprint(settings, name, newest) for step, name in steps.items()}, run)
    for kept in (EXPECTATION, FAILING_ROW):
        parts = [kept.read(home.stage(kept.name, f"{LANDING}/{name}")) for name in settings.platforms]
        kept.write(pa.concat_tables([kept.empty(), *parts]), home.stage(kept.name, LANDING))
    outcomes = EXPECTATION.read(home.stage("expectation", LANDING))["outcome"].to_pylist()
    return {"rows": len(outcomes), "not_passed": len(outcomes) - outcomes.count("passed")}


def _landed_fingerprint(settings: Settings, platform: str, newest: date | None) -> str:
    """Of all that the landing suite of a platform reads; `newest` is the date of the city's newest delivery."""
    lines, allowed = manifest(settings.home, platform), ALLOWED_DAYS[settings.platforms[platform].cadence]
    own = _newest(lines)
    behind = newest is not None and own is not None and (newest - own).days > allowed
    return digest((settings.configuration_fingerprint, behind, *lines.to_pylist()))


def _newest(lines: pa.Table) -> date | None:
    newest: date | None = pc.max(lines.filter(pc.equal(lines["state"], "landed"))["delivered_on"]).as_py()
    return newest


def gather_results(settings: Settings) -> Counts:
    """Put the results of the landing and stage suites together for the release, with the rows that break them."""
    home = settings.home
    suites = (LANDING, *suites_of_stage(settings.home.data_model))
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


def write_scorecard(settings: Settings) -> Counts:
    """Measure what platforms claim; claims are counted on an engine if the run has one."""
    home, counts = settings.home, None
    if settings.engine != LOCAL:
        files = [*stage_files(settings, "attribute"), home.stage("link", "mention")]
        counts = at_scale.count_claims(on_engine(settings, "scorecard", files), home)
    return {"rows": SCORECARD.write(scorecard(home, SHARE, counts), home.stage("quality", "scorecard"))}


def write_overlap(settings: Settings) -> Counts:
    """Count what platforms know of each other's entities, on an engine if the run has one, and draw it."""
    home, counts = settings.home, None
    if settings.engine != LOCAL:
        files = [*stage_files(settings, "conflict"), home.stage("link", "mention")]
        counts = at_scale.count_overlap(on_engine(settings, "overlap", files), home)
    table = overlap(home, counts=counts)
    chart = settings.home.chart(OVERLAP_CHART)
    chart.parent.mkdir(parents=True, exist_ok=True)
    titles = {name: platform.title.zh for name, platform in settings.platforms.items()}
    chart.write_text(overlap_chart(table, titles, settings.home.data_model), encoding="utf-8")
    return {"rows": OVERLAP.write(table, settings.home.stage("quality", "overlap"))}


def write_event_statistics(settings: Settings) -> Counts:
    """Judge how events are reported, and forecast them."""
    made = event_statistics(settings.home, settings.city.event_rules.easy)
    tables = (REPORTING_BY_CATEGORY, REPORTING_BY_GRID, EVENT_FORECAST, EVENT_TREND)
    return {
        table.name: table.write(rows, settings.home.stage("quality", table.name))
        for table, rows in zip(tables, made, strict=True)
    }


def widest_overlaps(settings: Settings) -> str:
    """The pairs of platforms that share most, as a Markdown table."""
    return overlap_markdown(OVERLAP.read(settings.home.stage("quality", "overlap")))


def write_data_docs(settings: Settings, version: str) -> Counts:
    """Write the pages of all checks of a release."""
    home = settings.home
    pages = build_data_docs(
        home.data_docs,
        pa.concat_tables(
            EXPECTATION.read(home.stage("expectation", s))
            for s in (LANDING, *suites_of_stage(home.data_model), RELEASE)
        ),
        FAILING_ROW.read(home.stage("quality", "failing_row")),
        SCORECARD.read(home.stage("quality", "scorecard")),
        home.chart(OVERLAP_CHART),
        version,
        _titles(settings),
        home.data_model,
    )
    return {"suites": pages}


def write_stop(settings: Settings, suite: str) -> None:
    """Write the pages of a run that a suite stopped: that suite, and what was landed; later ones did not run."""
    home = settings.home
    forget(home, "data_docs")
    build_data_docs(
        home.data_docs,
        pa.concat_tables(EXPECTATION.read(home.stage("expectation", s)) for s in (suite, LANDING)),
        pa.concat_tables(FAILING_ROW.read(home.stage("failing_row", s)) for s in (suite, LANDING)),
        titles=_titles(settings),
        model=home.data_model,
    )


def _titles(settings: Settings) -> dict[str, tuple[str, str]]:
    """Chinese and English titles of platforms."""
    return {name: (platform.title.zh, platform.title.en) for name, platform in settings.platforms.items()}


def landed_platform(platform: Platform, model: DataModel) -> LandedPlatform:
    """What the landing suite must know of a platform; `model` tells which attributes are codes."""
    return LandedPlatform(
        platform.platform,
        platform.cadence,
        platform.delivery.semantics,
        tuple(_landed_dataset(dataset, model) for dataset in platform.datasets),
        platform.volume.min_rows,
        platform.volume.max_rows,
    )


def _landed_dataset(dataset: Dataset, model: DataModel) -> LandedDataset:
    return LandedDataset(
        dataset.name,
        dataset.key,
        tuple(name for name, column in dataset.columns.items() if column.mandatory),
        tuple(cell for name, role in sorted(dataset.roles.items()) for cell in _cells(name, role, public_codes(model))),
        {name: column.also for name, column in dataset.columns.items() if column.also},
    )


def _cells(name: str, role: Role, codes: Container[str]) -> list[Cell]:
    return [
        Cell(attribute, role.kind, name, source.column, source.codes, source.split, source.part, attribute in codes)
        for attribute, source in role.attributes.items()
        if isinstance(source, Source)
    ]
