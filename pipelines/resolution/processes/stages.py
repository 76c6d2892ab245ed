"""The stages of every case, one line each, from what its platform declares.

Belongs here: reading moments and actors out of rows. Does not: what breaks the order (`faults`), or when a case is due
(`deadlines`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass
from typing import Any

import pyarrow as pa
import pyarrow.compute as pc

from connectors.process_spec import AnyStage, Process
from pipelines.standardise.distinct import over_distinct
from pipelines.standardise.instants import standardise_instants
from pipelines.standardise.roles import with_clock

ORDER: dict[str, int] = {
    stage: n for n, stage in enumerate(("reported", "registered", "dispatched", "handled", "verified", "closed"), 1)
}
"""Stage → its place in the process; stages beside the order have none."""

TRUE = frozenset({"true", "1", "是", "y", "yes"})

LINES = pa.schema(
    [
        ("row", pa.int64()),
        ("stage", pa.string()),
        ("nth", pa.int64()),
        ("reached_at", pa.timestamp("us")),
        ("actor", pa.string()),
    ]
)
"""One line per case, stage and time it was reached; `row` is the place of the row, `nth` counts from 1. `reached_at` is the city's time."""


@dataclass(frozen=True)
class Cases:
    """The rows of one dataset as cases: their stages, and what is said of each beside them, a value a row."""

    lines: pa.Table
    returns: pa.Array
    self_handled: pa.Array


def cases(process: Process, rows: pa.Table) -> Cases:
    """Read the rows of a dataset.

    Args:
        process: what its platform declares.
        rows: source columns as text, nullable.
    """
    actors = {stage: _column(rows, column).to_pylist() for stage, column in process.actors.items()}
    logged = _log(process, rows)
    in_log = {(row, stage) for row, stage, _, _ in logged}
    read: list[tuple[int, str, Any, str | None]] = list(logged)
    for stage, column in process.stages.items():
        moments = _instants(with_clock(_column(rows, column), process.clock)).to_pylist()
        who = actors.get(stage, [None] * rows.num_rows)
        read += [
            (row, stage, at, actor)
            for row, (at, actor) in enumerate(zip(moments, who, strict=True))
            if at and (row, stage) not in in_log
        ]
    flagged = _column(rows, process.self_handled) if process.self_handled else None
    counted = _column(rows, process.returns) if process.returns else None
    return Cases(
        _lines(read),
        _whole(counted, rows.num_rows),
        pa.array([str(v).casefold() in TRUE for v in flagged.to_pylist()] if flagged else [False] * rows.num_rows),
    )


def _lines(read: list[tuple[int, str, Any, str | None]]) -> pa.Table:
    """The lines in order of row and moment; a stage that comes again is counted."""
    read.sort(key=lambda x: (x[0], x[2], ORDER.get(x[1], 9), x[3] or ""))
    times: dict[tuple[int, str], int] = {}
    nth = []
    for row, stage, _, _ in read:
        times[row, stage] = times.get((row, stage), 0) + 1
        nth.append(times[row, stage])
    columns = [list(c) for c in zip(*read, strict=True)] if read else [[], [], [], []]
    return pa.table([columns[0], columns[1], nth, columns[2], columns[3]], schema=LINES)


def _log(process: Process, rows: pa.Table) -> list[tuple[int, AnyStage, Any, str | None]]:
    """The steps of a column that lists them; a list that cannot be read has none."""
    if process.log is None:
        return []
    steps = [
        (row, *step)
        for row, text in enumerate(_column(rows, process.log.column).to_pylist())
        for step in _steps(process, text)
    ]
    moments = _instants(pa.array([at for _, _, at, _ in steps], pa.string())).to_pylist()
    return [(row, stage, at, who) for (row, stage, _, who), at in zip(steps, moments, strict=True) if at]


def _steps(process: Process, text: str | None) -> Iterator[tuple[AnyStage, str, str | None]]:
    log = process.log
    assert log is not None
    try:
        steps = json.loads(text) if text else []
    except ValueError:
        return
    for step in steps if isinstance(steps, list) else []:
        stage = log.words.get(str(step.get(log.node))) if isinstance(step, dict) else None
        if stage and step.get(log.time):
            who = step.get(log.actor) if log.actor else None
            yield stage, str(step[log.time]), None if who is None else str(who)


def _column(rows: pa.Table, column: str) -> pa.ChunkedArray:
    if column not in rows.column_names:
        return pa.chunked_array([pa.nulls(rows.num_rows, pa.string())])
    return rows.column(column).cast(pa.string())


def _instants(column: pa.ChunkedArray | pa.Array) -> pa.ChunkedArray:
    return over_distinct(column, standardise_instants).column("instant")


def _whole(column: pa.ChunkedArray | None, count: int) -> pa.Array:
    """Whole numbers; 0 where there is none."""
    if column is None:
        return pa.array([0] * count, pa.int64())
    plain = pc.if_else(pc.match_substring_regex(column, r"^\d{1,6}$"), column, pa.scalar(None, pa.string()))
    return pc.fill_null(plain.cast(pa.int64()), 0).combine_chunks()
