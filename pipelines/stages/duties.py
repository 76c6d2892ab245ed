"""Who is responsible for which grid. Reads the landing area, mentions and entities of persons, `grid/tree`; writes `duty/*`."""

from __future__ import annotations

from collections.abc import Iterator

import pyarrow as pa

from connectors.spec import Dataset, Duty, Platform
from pipelines.markers import Counts
from pipelines.resolution.duties import staffing
from pipelines.settings import Settings
from pipelines.stages.current import rows_now
from pipelines.stages.grid_tree import grids_of
from pipelines.stages.named_persons import ROW, NamedPersons, days, newest_day
from pipelines.standardise.distinct import over_distinct
from pipelines.standardise.folding import fold_text
from pipelines.standardise.grids import GridTree
from warehouse.model.grid import DUTY_TABLES, GRID_DUTY


def write_duties(settings: Settings) -> Counts:
    """Write who has which duty, grids whose staff is not complete, persons with too many grids."""
    home, rules = settings.home, settings.city.grid_rules
    trees = {city: grids_of(settings, (city,)).tree for city in settings.city.settings.codes}
    persons = NamedPersons.of(home)
    parts = [
        _lines(settings, platform, dataset, duty, trees[platform.city], persons)
        for platform in settings.platforms.values()
        for dataset in platform.datasets
        for duty in dataset.duties
    ]
    lines = pa.Table.from_pylist([line for part in parts for line in part], schema=GRID_DUTY.arrow)
    nodes = pa.concat_tables([tree.nodes for tree in trees.values()]).sort_by("grid_code")
    tables = staffing(lines, nodes, rules.posts, newest_day(home))
    counts = {}
    for table, rows in zip(DUTY_TABLES, tables, strict=True):
        table.write(table.conform(rows), home.stage("duty", table.name))
        counts[table.name] = rows.num_rows
    return counts


def _lines(
    settings: Settings, platform: Platform, dataset: Dataset, duty: Duty, tree: GridTree, named: NamedPersons
) -> Iterator[dict[str, object]]:
    """A line per row that names a duty and somebody who has it."""
    rows = rows_now(settings, platform, dataset.name)
    nothing = [None] * rows.num_rows
    persons = named.in_rows(platform, dataset, duty.role, rows).to_pylist() if duty.role else nothing
    grids = over_distinct(rows[duty.grid], tree)["grid_code"].to_pylist() if duty.grid else nothing
    areas = rows[dataset.division.code].to_pylist() if dataset.division and not duty.grid else nothing
    numbers = rows[duty.number].to_pylist() if duty.number else nothing
    words = rows[duty.column].to_pylist() if duty.column else [duty.is_] * rows.num_rows
    since, until = (days(rows, column).to_pylist() for column in (duty.since, duty.until))
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
