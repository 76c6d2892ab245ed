"""Stages, time limits and findings of all reports of events. Reads the landing area, `mention/event`, `entity/event`,
`golden/event`; writes `process/*`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.process_spec import Process
from connectors.spec import Dataset, Platform
from pipelines.once import Counts
from pipelines.resolution.processes.deadlines import governing, limits
from pipelines.resolution.processes.faults import FAULTS, faults
from pipelines.resolution.processes.stages import ORDER, Cases, cases
from pipelines.resolution.processes.working_time import WorkingTime
from pipelines.settings import Settings
from pipelines.stages.current import rows_now
from pipelines.standardise.roles import mentions_of_rows
from warehouse.model.link import ENTITY
from warehouse.model.process import EVENT_DEADLINE, EVENT_STAGE, STAGE_FAULT
from warehouse.model.table import Table

EVENT = "event"
ROW = ("delivery_id", "file_name", "sheet_name", "row_number")


@dataclass(frozen=True)
class _Reports:
    """The reports of one dataset: its rows as cases, and of each the event, its class and its number."""

    platform: str
    process: Process
    rows: pa.Table
    cases: Cases
    head: pa.Table


def write_processes(settings: Settings) -> Counts:
    """Write stages, deadlines and findings; return how many there are of each."""
    home, rules = settings.home, settings.city.event_rules
    working_time = WorkingTime(rules.working_slots)
    stages, deadlines, found = [], [], []
    for reports in _reports(settings):
        stages.append(_with_head(reports, _numbered(reports.cases.lines)))
        deadlines.append(_with_head(reports, limits(reports.process, reports.rows, reports.cases, working_time)))
        found.append(_with_head(reports, _described(faults(reports.process, reports.cases))))
    due = _together(deadlines)
    if due is not None:
        due = governing(due.append_column("line", pa.array(np.arange(due.num_rows))), rules)
    counts = {}
    for table, rows in ((EVENT_STAGE, _together(stages)), (EVENT_DEADLINE, due), (STAGE_FAULT, _together(found))):
        written = table.empty() if rows is None else _conform(table, rows)
        table.write(written, home.stage("process", table.name))
        counts[table.name] = written.num_rows
    return counts


def _reports(settings: Settings) -> Iterator[_Reports]:
    home = settings.home
    mentions = home.data_model.mention(EVENT).read(home.stage("mention", EVENT))
    entity = pa.table(
        home.data_model.golden(EVENT).read(home.stage("golden", EVENT)).select(["event_id", "event_class"])
    )
    named = _entities(settings, mentions.num_rows)
    for platform in settings.platforms.values():
        for dataset in platform.datasets:
            if dataset.process and dataset.subject and dataset.roles[dataset.subject].kind == EVENT:
                rows = rows_now(settings, platform, dataset.name)
                head = _head(settings, platform, dataset, rows, mentions, named, entity)
                yield _Reports(platform.platform, dataset.process, rows, cases(dataset.process, rows), head)


def _entities(settings: Settings, count: int) -> pa.Array:
    """The event of every mention, by `mention_id`."""
    table = ENTITY.read(settings.home.stage("entity", EVENT))
    out = np.full(count, None, dtype=object)
    out[table["mention_id"].to_numpy()] = table["entity_id"].to_pylist()
    return pa.array(out, pa.string())


def _head(
    settings: Settings,
    platform: Platform,
    dataset: Dataset,
    rows: pa.Table,
    mentions: pa.Table,
    named: pa.Array,
    events: pa.Table,
) -> pa.Table:
    """Per row the columns every table of processes begins with, and the class of its event."""
    assert dataset.subject is not None
    ids = mentions_of_rows(settings.home.data_model, mentions, platform, dataset, dataset.subject, rows)
    at = pa.array(ids, mask=ids < 0)
    event = named.take(at)
    place = pc.index_in(event, value_set=events["event_id"].combine_chunks(), skip_nulls=True)
    return pa.table(
        {
            "event_id": event,
            "platform": pa.repeat(pa.scalar(platform.platform), rows.num_rows),
            "ticket": mentions["source_code"].cast(pa.string()).take(at),
            **{name: rows[name] for name in ROW},
            "event_class": events["event_class"].combine_chunks().cast(pa.string()).take(place),
        }
    )


def _with_head(reports: _Reports, lines: pa.Table) -> pa.Table:
    """Lines with the head of their row; those of a row that is no report are left out."""
    head = reports.head.take(lines["row"])
    for name in lines.column_names:
        if name != "row":
            head = head.append_column(name, lines[name])
    return head.filter(pc.is_valid(head["event_id"]))


def _numbered(lines: pa.Table) -> pa.Table:
    numbers = [ORDER.get(stage) for stage in lines["stage"].to_pylist()]
    return lines.drop_columns(["actor"]).append_column("stage_number", pa.array(numbers, pa.int64()))


def _described(found: pa.Table) -> pa.Table:
    said = [FAULTS[fault] for fault in found["fault"].to_pylist()]
    for n, name in enumerate(("description", "description_en")):
        found = found.append_column(name, pa.array([words[n] for words in said], pa.string()))
    return found


def _together(tables: list[pa.Table]) -> pa.Table | None:
    return pa.concat_tables(tables) if tables else None


def _conform(table: Table, rows: pa.Table) -> pa.Table:
    return table.conform(rows.select(list(table.names)))
