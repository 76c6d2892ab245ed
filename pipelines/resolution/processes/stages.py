"""The stages of every case, one line each, from what its platform declares.

Belongs here: reading moments and actors out of rows. Does not: what breaks the order (`faults`), or when a case is due
(`deadlines`).
"""

from __future__ import annotations

import json
from collections.abc import Iterator
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from connectors.process_spec import AnyStage, Process
from pipelines.resolution.session import statement
from pipelines.standardise.distinct import over_distinct
from pipelines.standardise.instants import standardise_instants
from pipelines.standardise.roles import with_clock
from warehouse.model import session

ORDER: dict[str, int] = {
    stage: n for n, stage in enumerate(("reported", "registered", "dispatched", "handled", "verified", "closed"), 1)
}
"""Stage → its place in the process; stages beside the order have none."""

TRUE = frozenset({"true", "1", "是", "y", "yes"})

LINE = pa.schema(
    [("row", pa.int64()), ("stage", pa.string()), ("reached_at", pa.timestamp("us")), ("actor", pa.string())]
)
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
    logged = _log(process, rows)
    dated = [LINE.empty_table()]
    for stage, column in process.stages.items():
        moments = _instants(with_clock(_column(rows, column), process.clock)).combine_chunks()
        actor = process.actors.get(stage)
        who = _column(rows, actor).combine_chunks() if actor else pa.nulls(rows.num_rows, pa.string())
        there = pa.array(np.flatnonzero(pc.is_valid(moments).to_numpy(zero_copy_only=False)))
        columns = [there, pa.repeat(pa.scalar(stage), len(there)), moments.take(there), who.take(there)]
        dated.append(pa.Table.from_arrays(columns, schema=LINE))
    flagged = _column(rows, process.self_handled) if process.self_handled else None
    counted = _column(rows, process.returns) if process.returns else None
    return Cases(
        _lines(logged, pa.concat_tables(dated)),
        _whole(counted, rows.num_rows),
        pa.array([str(v).casefold() in TRUE for v in flagged.to_pylist()] if flagged else [False] * rows.num_rows),
    )


def _lines(logged: pa.Table, dated: pa.Table) -> pa.Table:
    """The lines in order of row and moment; a stage that comes again is counted."""
    place = pa.table({"stage": list(ORDER), "number": list(ORDER.values())})
    with session.connect(threads=1) as con:
        for name, table in (("logged", logged), ("dated", dated), ("place", place)):
            con.register(name, table)
        return con.sql(statement("stage_line")).to_arrow_table().cast(LINES)


def _log(process: Process, rows: pa.Table) -> pa.Table:
    """The steps of a column that lists them, as `LINE`; a list that cannot be read has none."""
    if process.log is None:
        return LINE.empty_table()
    steps = [
        (row, *step)
        for row, text in enumerate(_column(rows, process.log.column).to_pylist())
        for step in _steps(process, text)
    ]
    columns = [list(column) for column in zip(*steps, strict=True)] if steps else [[], [], [], []]
    moments = _instants(pa.array(columns[2], pa.string())).combine_chunks()
    table = pa.table([columns[0], columns[1], moments, columns[3]], schema=LINE)
    return table.filter(pc.is_valid(table["reached_at"]))


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
