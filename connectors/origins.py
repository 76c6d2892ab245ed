"""Where a row first said what it says: a snapshot that repeats a row adds nothing to it, neither a new date nor a new place.

Most platforms deliver all they know every night. A row of such a delivery that says what it said in the one before is as old as
it was: it keeps the date of its claim and the file, sheet and row it was read from. So what follows from a row changes with what it says, and
not with every delivery. A row that says something else, or that was gone in between, begins anew. Rows are compared within
their scope and key; of a key that repeats, rows that say the same are told apart by their number.

What is known is kept and carried on delivery by delivery. What follows depends on the deliveries that stand and on their order
alone: where one came late, or does not stand any more, its scope is worked out from the first.

Belongs here: the place and date of rows that hold. Does not: which rows hold (`connectors.current`), or when one ended
(`connectors.periods`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from itertools import groupby, zip_longest
from pathlib import Path
from typing import NamedTuple

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from connectors.spec import Platform
from warehouse.model.home import Home
from warehouse.model.landing import PROVENANCE, ROW_ORIGIN
from warehouse.model.sql import identifier, literal, parquet, statement

MARK = b"deliveries"
"""Key of the Parquet metadata that says up to which deliveries origins were carried on."""

Steps = Mapping[str, Sequence[tuple[str, ...]]]
"""Scope → the deliveries that replace each other in it, the oldest first; those of one step stand together."""


class Reached(NamedTuple):
    """How far a scope was carried on: so many steps, and a fingerprint of them."""

    steps: int
    chain: str


def open_origins(
    con: duckdb.DuckDBPyConnection, platform: Platform, dataset: str, home: Home, history: pa.Table
) -> None:
    """Make the temporary table `origin`, under `ROW_ORIGIN`: the origin of every row that holds; none where no row was delivered twice.

    Args:
        con: a connection that knows no tables `origin`, `fresh`, `landed` and `delivery`.
        platform: owner of the dataset.
        dataset: its name.
        home: whose landing area is read, and where origins are kept.
        history: `delivery_id, delivered_on, scope, step` of the deliveries that stand, ordered by step.
    """
    con.execute(f"create temp table origin as from {_as_table(con, ROW_ORIGIN.empty())}")
    steps = _steps(platform, history)
    path = home.row_origins(platform.platform, dataset)
    if all(len(of_scope) == 1 for of_scope in steps.values()):
        path.unlink(missing_ok=True)
        return
    recipe = _recipe(platform, dataset)
    reached = _held(con, path, recipe, steps)
    pending = {scope: of_scope[reached[scope].steps if scope in reached else 0 :] for scope, of_scope in steps.items()}
    if not any(pending.values()):
        return
    dates = dict(zip(history["delivery_id"].to_pylist(), history["delivered_on"].to_pylist(), strict=True))
    for round_ in _rounds(pending):
        _carry_on(con, platform, dataset, home, round_, dates)
    now = {scope: Reached(len(of_scope), _chains(of_scope)[-1]) for scope, of_scope in steps.items()}
    mark = json.dumps({"recipe": recipe, "scopes": now}, ensure_ascii=False).encode()
    rows = con.sql("from origin order by delivery_id, row_number").to_arrow_table()
    ROW_ORIGIN.write(rows, path, metadata={MARK: mark})


def _as_table(con: duckdb.DuckDBPyConnection, table: pa.Table) -> str:
    con.register("arriving", table)
    return "arriving"


def _recipe(platform: Platform, dataset: str) -> str:
    """A fingerprint of how rows are compared: with another one origins are worked out anew."""
    texts = [statement("connectors", name) for name in ("row_contents", "row_origins")]
    names = {name: (c.also, c.running_number) for name, c in platform.dataset(dataset).columns.items()}
    return hashlib.sha256(repr((texts, names)).encode()).hexdigest()


def _steps(platform: Platform, history: pa.Table) -> Steps:
    """The steps of every scope; all of a delta is one scope."""
    lines = sorted(history.to_pylist(), key=lambda line: (line["scope"], line["step"]))
    return {
        scope: [
            tuple(line["delivery_id"] for line in of_step)
            for _, of_step in groupby(of_scope, key=lambda line: line["step"])
        ]
        for scope, of_scope in groupby(lines, key=lambda line: line["scope"])
    }


def _chains(steps: Sequence[tuple[str, ...]]) -> list[str]:
    """For every step a fingerprint of it and all before it."""
    chains, former = [], ""
    for deliveries in steps:
        former = hashlib.sha256("\0".join((former, *deliveries)).encode()).hexdigest()
        chains.append(former)
    return chains


def _held(con: duckdb.DuckDBPyConnection, path: Path, recipe: str, steps: Steps) -> dict[str, Reached]:
    """Put into `origin` what is kept of the scopes whose deliveries are the same up to there; return how far they were carried on."""
    if not path.exists():
        return {}
    try:
        mark = json.loads((pq.read_schema(path).metadata or {})[MARK])
        known = (
            {scope: Reached(*reached) for scope, reached in mark["scopes"].items()} if mark["recipe"] == recipe else {}
        )
    except (KeyError, ValueError, TypeError, pa.ArrowInvalid):
        return {}
    holds = {
        scope: reached
        for scope, reached in known.items()
        if scope in steps
        and len(steps[scope]) >= reached.steps
        and _chains(steps[scope])[reached.steps - 1] == reached.chain
    }
    listed = ", ".join(map(literal, holds)) or "null"
    con.execute(f"insert into origin from {parquet([path])} where scope in ({listed})")
    return holds


def _rounds(pending: Steps) -> Iterator[dict[str, tuple[str, ...]]]:
    """The first step that is left of every scope, then the second…: scopes do not meet, so they are carried on together."""
    for taken in zip_longest(*pending.values()):
        yield {scope: deliveries for scope, deliveries in zip(pending, taken, strict=True) if deliveries}


def _carry_on(
    con: duckdb.DuckDBPyConnection,
    platform: Platform,
    dataset: str,
    home: Home,
    round_: Mapping[str, tuple[str, ...]],
    dates: Mapping[str, object],
) -> None:
    """Replace in `origin` what one step of some scopes replaces."""
    lines = [(i, scope, dates[i]) for scope, deliveries in round_.items() for i in deliveries]
    columns = [
        pa.array(column, t)
        for column, t in zip(zip(*lines, strict=True), (pa.string(), pa.string(), pa.date32()), strict=True)
    ]
    con.register("delivery", pa.table(columns, ["delivery_id", "scope", "delivered_on"]))
    paths = [home.rows(platform.platform, i, dataset) for i, _, _ in lines]
    con.execute(f"create or replace temp view landed as from {parquet(paths, 'union_by_name = true')}")
    said = _said(platform, dataset, con.table("landed").columns)
    con.execute(f"create or replace temp table fresh as {statement('connectors', 'row_contents').format(said=said)}")
    con.execute(f"create or replace temp table carried as {statement('connectors', 'row_origins')}")
    replaced = (
        "row_key in (select row_key from fresh)"
        if platform.delivery.semantics == "delta"
        else "scope in (select scope from delivery)"
    )
    con.execute(f"delete from origin where {replaced}")
    con.execute("insert into origin from carried")
    for name in ("fresh", "carried"):
        con.execute(f"drop table {name}")
    con.execute("drop view landed")
    con.unregister("delivery")


def _said(platform: Platform, dataset: str, have: Sequence[str]) -> str:
    """SQL of all a landed row says: its cells under their names of today, those that hold something; a further column changes no row that
    is empty there, and where a row stands in its file (`running_number`) says nothing."""
    declared = platform.dataset(dataset).columns
    now = {old: name for name, column in declared.items() for old in column.also}
    silent = {column.name for column in PROVENANCE}
    silent.update(name for name, column in declared.items() if column.running_number)
    cells: dict[str, list[str]] = {}
    for heading in have:
        if (name := now.get(heading, heading)) not in silent:
            cells.setdefault(name, []).append(heading)
    named = []
    for name, headings in sorted(cells.items()):
        order = [name, *declared[name].also[::-1]] if name in declared else [name]
        cell = ", ".join(f"l.{identifier(heading)}" for heading in order if heading in headings)
        named.append(f"{literal(name)} || chr(30) || nullif(coalesce({cell}), '')")
    return f"concat_ws(chr(31), {', '.join(named)})" if named else "''"
