"""When cases are due: every stated limit, the one that governs an event with its reason, and those that contradict.

Belongs here: reading limits, and choosing. Does not: working time (`working_time`), or which platform is competent
(`connectors.event_rules`).
"""

from __future__ import annotations

import re
from datetime import datetime
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.event_rules import EventRules
from connectors.process_spec import Limit, Process
from pipelines.resolution.processes.stages import Cases
from pipelines.resolution.processes.working_time import UNITS, WorkingTime
from pipelines.resolution.session import statement
from pipelines.standardise.distinct import over_distinct
from pipelines.standardise.instants import standardise_instants
from pipelines.standardise.roles import with_clock
from warehouse.model import session

_STATED = re.compile(rf"^\s*(\d+(?:\.\d+)?)\s*个?({'|'.join(sorted(UNITS, key=len, reverse=True))})?\s*$")

LIMITS = pa.schema(
    [
        ("row", pa.int64()),
        ("value", pa.float64()),
        ("unit", pa.string()),
        ("runs_from", pa.timestamp("us")),
        ("due_at", pa.timestamp("us")),
        ("calendar_known", pa.bool_()),
        ("closed_at", pa.timestamp("us")),
        ("is_legal", pa.bool_()),
    ]
)
"""One line per case that states a limit; `row` is the place of its row."""


def limits(process: Process, rows: pa.Table, cases: Cases, working_time: WorkingTime) -> pa.Table:
    """The limit of every case that states one, as `LIMITS`.

    A limit runs from the stage its platform declares, or from the report where that is missing; one sent back or extended keeps
    the limit it had, unless its platform states another.

    Args:
        process: what the platform declares.
        rows: source columns as text, nullable.
        cases: the same rows as cases.
        working_time: of the city.
    """
    limit = process.limit
    if limit is None:
        return LIMITS.empty_table()
    starts, reported, closed = _moments(cases, limit.starts, rows.num_rows)
    out: list[tuple[Any, ...]] = []
    for row, (value, unit, stated) in enumerate(_stated(limit, rows, process.clock)):
        if stated is None and value is None:
            continue
        start = starts[row] or reported[row]
        due, known = stated, True
        if stated is None and start is not None and value is not None and unit is not None:
            due, known = working_time.due(start, value, unit)
        out.append((row, value, unit, start, due, known, closed[row], limit.legal))
    columns = [list(column) for column in zip(*out, strict=True)] if out else [[] for _ in LIMITS]
    return pa.table(columns, schema=LIMITS)


def _moments(cases: Cases, starts: str, rows: int) -> tuple[list[datetime | None], ...]:
    """Per row when the case first reached the stage its limit runs from, was first reported, and was last closed."""
    lines, out = cases.lines, []
    for stage, which in ((starts, "min"), ("reported", "min"), ("closed", "max")):
        of = lines.filter(pc.equal(lines["stage"], stage)).group_by("row").aggregate([("reached_at", which)])
        at = pc.index_in(pa.array(range(rows), pa.int64()), value_set=of["row"].combine_chunks())
        out.append(of[f"reached_at_{which}"].combine_chunks().take(at).to_pylist())
    return tuple(out)


def _stated(limit: Limit, rows: pa.Table, clock: str) -> list[tuple[float | None, str | None, datetime | None]]:
    """Value, unit and moment of every row, as far as it states them."""

    def cells(column: str | None) -> list[str | None]:
        known = column is not None and column in rows.column_names
        return rows.column(column).cast(pa.string()).to_pylist() if known else [None] * rows.num_rows

    if limit.due:
        due = with_clock(pa.chunked_array([pa.array(cells(limit.due), pa.string())]), clock)
        moments = over_distinct(due, standardise_instants)
        return [(None, None, at) for at in moments.column("instant").to_pylist()]
    out: list[tuple[float | None, str | None, datetime | None]] = []
    for text, unit in zip(cells(limit.value), cells(limit.unit), strict=True):
        read = _STATED.match(text or "")
        if read is None:
            out.append((None, None, None))
            continue
        named = read[2] or unit or limit.fixed_unit
        out.append((float(read[1]), named if named in UNITS else None, None))
    return out


def governing(deadlines: pa.Table, rules: EventRules) -> pa.Table:
    """The deadlines with `on_time`, `governs`, `governs_because` and `contradicts`.

    Args:
        deadlines: `LIMITS` with `event_id`, `event_class`, `platform` and a number `line` of each.
        rules: which platform is competent for which class.
    """
    competent = [
        (name, platform, n) for name, platforms in rules.competent.items() for n, platform in enumerate(platforms)
    ]
    places = pa.table(
        {
            "event_class": pa.array([c for c, _, _ in competent], pa.string()),
            "platform": pa.array([p for _, p, _ in competent], pa.string()),
            "place": pa.array([n for _, _, n in competent], pa.int64()),
        }
    )
    with session.connect() as con:
        con.register("deadline", deadlines)
        con.register("competent", places)
        return con.sql(statement("governing_deadline")).to_arrow_table()
