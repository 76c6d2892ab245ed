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

import duckdb
import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from connectors.cells import cell
from connectors.spec import Platform
from warehouse.model.home import Home
from warehouse.model.landing import PROVENANCE, ROW_ORIGIN
from warehouse.model.sql import literal, parquet, statement

MARK = b"deliveries"
"""Key of the Parquet metadata that says up to which deliveries origins were carried on."""

Steps = Mapping[str, Sequence[tuple[str, ...]]]
"""Scope → the deliveries that replace each other in it, the oldest first; those of one step stand together."""


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
    con.register("arriving", ROW_ORIGIN.empty())
    con.execute("create temp table origin as from arriving")
    steps = _steps(history)
    path = home.row_origins(platform.platform, dataset)
    if all(len(of_scope) == 1 for of_scope in steps.values()):
        path.unlink(missing_ok=True)
        return
    recipe = _recipe(platform, dataset)
    chains = {scope: _chain(of_scope) for scope, of_scope in steps.items()}
    reached = _held(con, path, recipe, chains)
    pending = {scope: of_scope[reached.get(scope, 0) :] for scope, of_scope in steps.items()}
    if not any(pending.values()):
        return
    for round_ in _rounds(pending):
        taken = pc.is_in(history["delivery_id"], pa.array(round_, pa.string()))
        _carry_on(con, platform, dataset, home, history.filter(taken))
    now = {scope: (len(chain), chain[-1]) for scope, chain in chains.items()}
    mark = json.dumps({"recipe": recipe, "scopes": now}, ensure_ascii=False).encode()
    rows = con.sql("from origin order by delivery_id, row_number").to_arrow_table()
    ROW_ORIGIN.write(rows, path, metadata={MARK: mark})


def _recipe(platform: Platform, dataset: str) -> str:
    """A fingerprint of how rows are compared: with another one origins are worked out anew."""
    texts = [statement("connectors", name) for name in ("row_contents", "row_origins")]
    names = {name: (c.also, c.running_number) for name, c in platform.dataset(dataset).columns.items()}
    return hashlib.sha256(repr((texts, names)).encode()).hexdigest()


def _steps(history: pa.Table) -> Steps:
    """The steps of every scope; all of a delta is one scope."""
    lines = sorted(history.to_pylist(), key=lambda line: (line["scope"], line["step"]))
    return {
        scope: [
            tuple(line["delivery_id"] for line in of_step)
            for _, of_step in groupby(of_scope, key=lambda line: line["step"])
        ]
        for scope, of_scope in groupby(lines, key=lambda line: line["scope"])
    }


def _chain(steps: Sequence[tuple[str, ...]]) -> list[str]:
    """For every step a fingerprint of it and all before it."""
    chains, former = [], ""
    for deliveries in steps:
        former = hashlib.sha256("\0".join((former, *deliveries)).encode()).hexdigest()
        chains.append(former)
    return chains


def _held(
    con: duckdb.DuckDBPyConnection, path: Path, recipe: str, chains: Mapping[str, Sequence[str]]
) -> dict[str, int]:
    """Put into `origin` what is kept of the scopes whose deliveries are the same up to there; return how many steps of each that is."""
    try:
        mark = json.loads((pq.read_schema(path).metadata or {})[MARK])
        known = mark["scopes"] if mark["recipe"] == recipe else {}
        holds = {
            scope: steps
            for scope, (steps, last) in known.items()
            if len(chain := chains.get(scope, ())) >= steps and chain[steps - 1] == last
        }
    except (FileNotFoundError, KeyError, ValueError, TypeError):
        return {}
    listed = ", ".join(map(literal, holds)) or "null"
    con.execute(f"insert into origin from {parquet([path])} where scope in ({listed})")
    return holds


def _rounds(pending: Steps) -> Iterator[list[str]]:
    """The deliveries of the first step that is left of every scope, then of the second…: scopes do not meet, so they are carried on together."""
    for taken in zip_longest(*pending.values(), fillvalue=()):
        yield [delivery for deliveries in taken for delivery in deliveries]


def _carry_on(
    con: duckdb.DuckDBPyConnection, platform: Platform, dataset: str, home: Home, deliveries: pa.Table
) -> None:
    """Replace in `origin` what one step of some scopes replaces."""
    con.register("delivery", deliveries)
    paths = [home.rows(platform.platform, i, dataset) for i in deliveries["delivery_id"].to_pylist()]
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
    spec = platform.dataset(dataset)
    known = {old for column in spec.columns.values() for old in column.also} | {column.name for column in PROVENANCE}
    names = [name for name, column in spec.columns.items() if not column.running_number]
    names += [heading for heading in have if heading not in known and heading not in spec.columns]
    cells = {name: text for name in sorted(names) if (text := cell(spec, name, have))}
    named = [f"{literal(name)} || chr(30) || nullif({text}, '')" for name, text in cells.items()]
    return f"concat_ws(chr(31), {', '.join(named)})" if named else "''"
