"""The reports of events, one line each with all that is said of it, and the routing table spread over the grids.

Belongs here: reading what a platform says of a case beside its stages, and running both statements. Does not: what they say
(`pipelines/resolution/sql`), or the measures made of them (`quality`).
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from connectors.process_spec import Process
from pipelines.resolution.session import statement
from warehouse.model import session


def said(process: Process, rows: pa.Table) -> dict[str, pa.Array]:
    """Per row the unit it was dispatched to, what who complained thinks of it, and whether the matter is solved; each nullable.

    Args:
        process: what the platform declares.
        rows: source columns as text, nullable.
    """

    def cells(column: str | None) -> pa.Array:
        if column is None or column not in rows.column_names:
            return pa.nulls(rows.num_rows, pa.string())
        trimmed = pc.utf8_trim_whitespace(rows.column(column).cast(pa.string())).combine_chunks()
        return pc.if_else(pc.equal(trimmed, ""), pa.scalar(None, pa.string()), trimmed)

    answer = process.satisfaction
    words = answer.words if answer else {}
    at = pc.index_in(cells(answer.column if answer else None), value_set=pa.array(list(words), pa.string()))
    outcome = process.solved
    told = cells(outcome.column if outcome else None)
    solved = pa.nulls(rows.num_rows, pa.bool_())
    for words_of, value in ((outcome.bad, False), (outcome.good, True)) if outcome else ():
        if words_of:
            holds = pc.match_substring_regex(told, "|".join(map(re.escape, words_of)))
            solved = pc.if_else(pc.fill_null(holds, False), pa.scalar(value), solved)
    return {
        "responsible": cells(process.responsible),
        "satisfaction": pa.array(list(words.values()), pa.string()).take(at),
        "solved": solved,
    }


def reports(
    heads: pa.Table, lines: pa.Table, golden: pa.Table, routes: pa.Table, areas: pa.Table
) -> tuple[pa.Table, pa.Table]:
    """The rows of `base.event_report` and of `quality.event_route`.

    Args:
        heads: what every table of processes begins with, and `department`, `channel`, `ticket_kind`, `event_class`, `reporter`
            and what `said` reads; one row per report.
        lines: `base.event_stage`.
        golden: golden records of events, of which `event_id` and `grid_code` are read.
        routes: `catalogue.route`.
        areas: the grid tree.
    """
    with session.connect() as con:
        for name, table in (("head", heads), ("line", lines), ("event", golden), ("route", routes), ("area", areas)):
            con.register(name, table)
        made = con.sql(statement("event_report")).to_arrow_table()
        con.register("report", made)
        return made, con.sql(statement("event_route")).to_arrow_table()
