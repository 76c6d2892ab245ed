"""Stages, time limits, dispatches and findings of all reports of events. Reads the landing area, `mention` and `entity` of
events and components, `golden/event`, `grid/tree`; writes `process/*`."""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.process_spec import Process
from connectors.spec import Dataset, Platform
from pipelines.markers import Counts
from pipelines.resolution.processes.deadlines import governing, limits
from pipelines.resolution.processes.faults import FAULTS, faults
from pipelines.resolution.processes.following import related
from pipelines.resolution.processes.reports import reports as reports_and_routes
from pipelines.resolution.processes.reports import said
from pipelines.resolution.processes.stages import ORDER, Cases, cases
from pipelines.resolution.processes.working_time import WorkingTime
from pipelines.settings import Settings
from pipelines.stages.current import rows_now
from pipelines.standardise.roles import mentions_of_rows
from warehouse.model import Home
from warehouse.model.base import GRID_TREE
from warehouse.model.link import ENTITY
from warehouse.model.process import TABLES
from warehouse.model.table import Table

EVENT, COMPONENT = "event", "component"
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
    stages, deadlines, found, heads = [], [], [], []
    mentions = _named_mentions(home, EVENT)
    for reports in _reports(settings, mentions):
        stages.append(_with_head(reports, _numbered(reports.cases)))
        deadlines.append(_with_head(reports, limits(reports.process, reports.rows, reports.cases, working_time)))
        found.append(_with_head(reports, _described(faults(reports.process, reports.cases))))
        heads.append(_with_said(reports))
    due = _together(deadlines)
    if due is not None:
        due = governing(due.append_column("line", pa.array(np.arange(due.num_rows))), rules)
    again, about = related(mentions, _named_mentions(home, COMPONENT))
    staged, head = _together(stages), _together(heads)
    told = routed = None
    if staged is not None and head is not None:
        told, routed = reports_and_routes(head, staged, _golden(home), settings.city.routing, _areas(home))
    counts = {}
    for table, rows in zip(TABLES, (staged, due, _together(found), again, about, told, routed), strict=True):
        written = table.empty() if rows is None else _conform(table, rows)
        table.write(written, home.stage("process", table.name))
        counts[table.name] = written.num_rows
    return counts


def _reports(settings: Settings, mentions: pa.Table) -> Iterator[_Reports]:
    """The reports of every dataset that declares how its cases are handled; `mentions` are those of events."""
    home = settings.home
    golden = _golden(home)
    for platform in settings.platforms.values():
        for dataset in platform.datasets:
            if dataset.process and dataset.subject and dataset.roles[dataset.subject].kind == EVENT:
                rows = rows_now(settings, platform, dataset.name)
                head = _head(settings, platform, dataset, rows, mentions, golden)
                yield _Reports(platform.platform, dataset.process, rows, cases(dataset.process, rows), head)


def _golden(home: Home) -> pa.Table:
    columns = ["event_id", "event_class", "grid_code"]
    return home.data_model.golden(EVENT).read(home.stage("golden", EVENT), columns)


def _areas(home: Home) -> pa.Table:
    return GRID_TREE.read(home.stage("grid", "tree"))


def _named_mentions(home: Home, kind: str) -> pa.Table:
    """The mentions of a kind in order of `mention_id`, with `<kind>_id`, the entity of each."""
    mentions = home.data_model.mention(kind).read(home.stage("mention", kind))
    return mentions.append_column(f"{kind}_id", ENTITY.read(home.stage("entity", kind), ["entity_id"])["entity_id"])


def _head(
    settings: Settings, platform: Platform, dataset: Dataset, rows: pa.Table, mentions: pa.Table, golden: pa.Table
) -> pa.Table:
    """Per row the columns every table of processes begins with, and the class of its event."""
    assert dataset.subject is not None
    ids = mentions_of_rows(settings.home.data_model, mentions, platform, dataset, dataset.subject, rows)
    at = pa.array(ids, mask=ids < 0)
    event = mentions["event_id"].take(at)
    place = pc.index_in(event, value_set=golden["event_id"].combine_chunks(), skip_nulls=True)
    return pa.table(
        {
            "event_id": event,
            "platform": pa.repeat(pa.scalar(platform.platform), rows.num_rows),
            "ticket": mentions["source_code"].cast(pa.string()).take(at),
            **{name: rows[name] for name in ROW},
            "event_class": golden["event_class"].combine_chunks().cast(pa.string()).take(place),
            "department": pa.repeat(pa.scalar(platform.department.code), rows.num_rows),
            "ticket_kind": mentions["event_class_kind"].cast(pa.string()).take(at),
            "reporter": pc.coalesce(*(mentions[c].cast(pa.string()) for c in ("reporter_phone", "reporter_code"))).take(
                at
            ),
        }
    )


def _with_head(reports: _Reports, lines: pa.Table) -> pa.Table:
    """Lines with the head of their row; those of a row that is no report are left out."""
    head = reports.head.take(lines["row"])
    for name in lines.column_names:
        if name != "row":
            head = head.append_column(name, lines[name])
    return head.filter(pc.is_valid(head["event_id"]))


def _with_said(reports: _Reports) -> pa.Table:
    """The head of every row with what is said of its case."""
    rows = reports.rows.num_rows
    columns = {
        "row": pa.array(np.arange(rows)),
        "channel": pa.repeat(pa.scalar(reports.process.channel), rows),
        **said(reports.process, reports.rows),
    }
    return _with_head(reports, pa.table(columns))


def _numbered(cases: Cases) -> pa.Table:
    """The lines with the place of their stage in the process, and what is said of the whole case."""
    lines = cases.lines
    numbers = [ORDER.get(stage) for stage in lines["stage"].to_pylist()]
    columns = {
        "stage_number": pa.array(numbers, pa.int64()),
        "returns": cases.returns.take(lines["row"]),
        "self_handled": cases.self_handled.take(lines["row"]),
    }
    for name, column in columns.items():
        lines = lines.append_column(name, column)
    return lines.drop_columns(["actor"])


def _described(found: pa.Table) -> pa.Table:
    said = [FAULTS[fault] for fault in found["fault"].to_pylist()]
    for n, name in enumerate(("description", "description_en")):
        found = found.append_column(name, pa.array([words[n] for words in said], pa.string()))
    return found


def _together(tables: list[pa.Table]) -> pa.Table | None:
    return pa.concat_tables(tables) if tables else None


def _conform(table: Table, rows: pa.Table) -> pa.Table:
    return table.conform(rows.select(list(table.names)))
