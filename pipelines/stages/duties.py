"""Who is responsible for which grid. Reads the landing area, mentions and entities of persons, `grid/tree`; writes `duty/*`."""

from __future__ import annotations

from collections.abc import Iterator
from datetime import date

import pyarrow as pa

from connectors.manifest import manifest
from connectors.spec import Dataset, Duty, Platform
from pipelines.markers import Counts
from pipelines.resolution.duties import staffing
from pipelines.settings import Settings
from pipelines.stages.current import rows_now
from pipelines.stages.grid_tree import city_grids
from pipelines.standardise.dates import standardise_dates
from pipelines.standardise.distinct import over_distinct
from pipelines.standardise.folding import fold_text
from pipelines.standardise.grids import GridTree
from pipelines.standardise.roles import mentions_of_rows
from warehouse.model.grid import DUTY_TABLES, GRID_DUTY
from warehouse.model.link import ENTITY

PERSON = "person"
ROW = ("delivery_id", "file_name", "sheet_name", "row_number")


def write_duties(settings: Settings) -> Counts:
    """Write who has which duty, grids whose staff is not complete, persons with too many grids."""
    home, rules = settings.home, settings.city.grid_rules
    tree = city_grids(settings).tree
    mentions = home.data_model.mention(PERSON).read(home.stage("mention", PERSON))
    entities = ENTITY.read(home.stage("entity", PERSON)).sort_by("mention_id")["entity_id"].combine_chunks()
    parts = [
        _lines(settings, platform, dataset, duty, tree, mentions, entities)
        for platform in settings.platforms.values()
        for dataset in platform.datasets
        for duty in dataset.duties
    ]
    lines = pa.Table.from_pylist([line for part in parts for line in part], schema=GRID_DUTY.arrow)
    days = [day for day in manifest(home)["delivered_on"].to_pylist() if day]
    tables = staffing(lines, tree.nodes, rules.posts, max(days, default=date.min))
    counts = {}
    for table, rows in zip(DUTY_TABLES, tables, strict=True):
        table.write(table.conform(rows), home.stage("duty", table.name))
        counts[table.name] = rows.num_rows
    return counts


def _lines(
    settings: Settings,
    platform: Platform,
    dataset: Dataset,
    duty: Duty,
    tree: GridTree,
    mentions: pa.Table,
    entities: pa.Array,
) -> Iterator[dict[str, object]]:
    """A line per row that names a duty and somebody who has it."""
    rows = rows_now(settings, platform, dataset.name)
    nothing = [None] * rows.num_rows
    persons = nothing
    if duty.role:
        ids = mentions_of_rows(settings.home.data_model, mentions, platform, dataset, duty.role, rows)
        persons = entities.take(pa.array(ids, pa.int64(), mask=ids < 0)).to_pylist()
    grids = over_distinct(rows[duty.grid], tree)["grid_code"].to_pylist() if duty.grid else nothing
    areas = rows[dataset.division.code].to_pylist() if dataset.division and not duty.grid else nothing
    numbers = rows[duty.number].to_pylist() if duty.number else nothing
    words = rows[duty.column].to_pylist() if duty.column else [duty.is_] * rows.num_rows
    since, until = (_days(rows, column) for column in (duty.since, duty.until))
    heads = rows.select(list(ROW)).to_pylist()
    for n, head in enumerate(heads):
        word = fold_text(words[n] or "").strip()
        if word and (persons[n] or numbers[n]):
            yield {
                "grid_code": grids[n],
                "division_code": areas[n],
                "duty": settings.city.grid_rules.duty_of(word),
                "person_id": persons[n],
                "staff_number": numbers[n],
                "valid_from": since[n],
                "valid_to": until[n],
                "is_current": False,
                "platform": platform.platform,
                **head,
            }


def _days(rows: pa.Table, column: str | None) -> list[date | None]:
    if column is None:
        return [None] * rows.num_rows
    read: list[date | None] = over_distinct(rows[column], standardise_dates).column(0).cast(pa.date32()).to_pylist()
    return read
