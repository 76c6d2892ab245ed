"""Fill a release file: schemas, tables in their order, Chinese views, comments.

Belongs here: loading and ordering, the same for the plain and the restricted release. Does not: where the file lies and
what stands beside it (`build`, `restricted`), or what a column shows (`showing`).
"""

from __future__ import annotations

import hashlib
import json
from collections.abc import Iterator, Mapping, Sequence
from dataclasses import dataclass, field
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.compute as pc

from warehouse.masking import install, token_key
from warehouse.model import sql
from warehouse.model.catalogue import CODE, FIELD
from warehouse.model.home import Home
from warehouse.model.macros import create_cadence_macro
from warehouse.model.quality import NORMS, GridNorms
from warehouse.model.release import Served
from warehouse.model.sql import identifier as name
from warehouse.release import ddl
from warehouse.release.ddl import qualified
from warehouse.release.manifest import ReleaseError, ReleaseFacts, delivery_lines
from warehouse.release.renewal import TOUCHED, WHOLE, Change, Former, How, keep_touched
from warehouse.release.showing import shown
from warehouse.release.versions import fingerprint


@dataclass
class Filled:
    """What a release file holds: rows per table, and what became of each against the release it was built on."""

    rows: dict[str, int] = field(default_factory=dict)
    changes: dict[str, Change] = field(default_factory=dict)


def fill(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    tables: Sequence[Served],
    version: str,
    facts: ReleaseFacts,
    *,
    full: bool = False,
    former: Former | None = None,
) -> Filled:
    """Write all `tables` into the database attached as `release`; return what it holds.

    Args:
        con: connection with a writable database attached as `release`; it is detached at the end.
        home: the home whose stage files are read and whose token key is used.
        tables: `release_tables`, or `restricted_tables` with `full`.
        version: written into `catalogue.release`.
        facts: written into `catalogue.release`.
        full: nothing is masked.
        former: the release the database is a copy of; without it the database is empty.

    Raises:
        ReleaseError: a required stage file is missing, or a code is none One Network knows.
    """
    made = _made(home, tables) | {"catalogue.release": _release_row(version, facts)}
    filled = Filled()
    con.execute("use release")
    install(con, token_key(home))
    create_cadence_macro(con, temporary=True)
    if former is None:
        for statement in ddl.create_schemas():
            con.execute(statement)
    for served in tables:
        table = served.table
        con.begin()  # one commit a table: hundreds of comments would each wait for the disk
        change = WHOLE if former is None else former.change(con, served, _sources(home, served))
        if change.how is How.WHOLE:
            _write(con, home, served, made, full, facts.norms)
        elif change.how is How.ROWS:
            _replace(con, home, served, full)
            keep_touched(con, home, version, table.full_name)
        filled.changes[table.full_name] = change
        filled.rows[table.full_name] = _count(con, served)
        con.commit()
    con.execute("checkpoint release")
    con.execute("use memory")
    con.execute("detach release")
    return filled


def recipe(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    tables: Sequence[Served],
    code_version: str,
    norms: GridNorms = NORMS,
) -> str:
    """A fingerprint of how `tables` are made of their stage files: two releases of one recipe differ in what came in alone."""
    install(con, token_key(home))
    (token,) = con.sql("select keyed_token('recipe')").fetchall()[0]
    sha = hashlib.sha256("\0".join([code_version, duckdb.__version__, str(token), repr(norms)]).encode())
    for statement in _statements(home, tables):
        sha.update(statement.encode() + b"\0")
    return sha.hexdigest()


def _statements(home: Home, tables: Sequence[Served]) -> Iterator[str]:
    model = home.data_model
    for served in tables:
        yield ddl.create_table(model, served.table)
        yield ddl.create_view(model, served)
        yield from ddl.comments(served)
        yield from (shown(model, served, column) for column in served.table.columns)
        yield repr((served.sources, served.order, served.apart, served.by))
    yield from (json.dumps(table.to_pylist(), ensure_ascii=False) for table in _made(home, tables).values())


def _made(home: Home, tables: Sequence[Served]) -> dict[str, pa.Table]:
    """What the release step makes itself of what is declared."""
    return {
        "catalogue.field": FIELD.conform(pa.Table.from_pylist(ddl.dictionary(tables))),
        "catalogue.code": CODE.conform(pa.Table.from_pylist(ddl.labels(home.data_model))),
    }


def _write(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    served: Served,
    made: Mapping[str, pa.Table],
    full: bool,
    norms: GridNorms,
) -> None:
    """Make one table with its view and comments, its rows in order."""
    con.execute(ddl.create_table(home.data_model, served.table))
    _load(con, home, served, made, full, norms)
    con.execute(ddl.create_view(home.data_model, served))
    for statement in ddl.comments(served):
        con.execute(statement)


def _replace(con: duckdb.DuckDBPyConnection, home: Home, served: Served, full: bool) -> None:
    """Replace the rows of one table whose `by` is in `TOUCHED`."""
    same = " and ".join(f"t.{name(c)} = s.{name(c)}" for c in served.by)
    con.execute(f"delete from {qualified(served.table)} s using {TOUCHED} t where {same}")
    touched = f"(from {sql.parquet(_sources(home, served))} s semi join {TOUCHED} t on {same})"
    _insert(con, served, f"select {_columns(home, served, full)} from {touched}")


def _count(con: duckdb.DuckDBPyConnection, served: Served) -> int:
    return int((con.execute(f"select count(*) from {qualified(served.table)}").fetchone() or (0,))[0])


def order(served: Served) -> str:
    """The ORDER BY that leaves no two rows of the table in a tie."""
    columns = [f"{name(c)} nulls first" for c in dict.fromkeys(served.order + served.table.key)]
    return ", ".join([*columns, f"hash({', '.join(map(name, served.apart))})"] if served.apart else columns)


def _load(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    served: Served,
    made: Mapping[str, pa.Table],
    full: bool,
    norms: GridNorms,
) -> None:
    """Insert the rows of one table, ordered."""
    rows = _derived(con, home, served, full, norms) if served.derived else _union(con, home, served, made, full)
    if rows:
        _insert(con, served, rows)
    if served.table.full_name in made:
        con.unregister("made")


def _insert(con: duckdb.DuckDBPyConnection, served: Served, rows: str) -> None:
    table = served.table
    columns = ", ".join(name(c) for c in table.names)
    try:
        # Masks and tokens are made before sorting: a view on them would be evaluated for every comparison.
        con.execute(f"insert into {qualified(table)} select {columns} from ({rows}) order by {order(served)}")
    except duckdb.ConversionException:
        raise ReleaseError(
            f"{table.full_name}: a value does not fit its column; a new code of One Network is added in "
            "warehouse/model/vocabulary.py first"
        ) from None


def _union(con: duckdb.DuckDBPyConnection, home: Home, served: Served, made: Mapping[str, pa.Table], full: bool) -> str:
    """The query over the stage files and what the release step makes itself; '' where there is neither."""
    sources = _sources(home, served)
    parts = [f"from {sql.parquet(sources)}"] if sources else []
    if served.table.full_name in made:
        con.register("made", made[served.table.full_name])
        parts.append("from made")
    return " union all ".join(f"select {_columns(home, served, full)} {part}" for part in parts)


def _columns(home: Home, served: Served, full: bool) -> str:
    """Every column of a table as the release may show it, from the columns of its stage files."""
    return ", ".join(f"{shown(home.data_model, served, c, full=full)} as {name(c.name)}" for c in served.table.columns)


def _derived(con: duckdb.DuckDBPyConnection, home: Home, served: Served, full: bool, norms: GridNorms) -> str:
    """The query that makes a table from tables before it."""
    if sources := _sources(home, served):
        files = f"{sql.parquet(sources)}"
        held = con.sql(f"from {files}").columns
        columns = ", ".join(
            f"{shown(home.data_model, served, c, full=full)} as {name(c.name)}"
            for c in served.table.columns
            if c.name in held
        )
        con.execute(f"create or replace temp view stage as select {columns} from {files}")
    hook = (
        home.data_model.kinds[served.table.name].hooks.release if served.table.name in home.data_model.kinds else None
    )
    file = hook or f"{served.table.schema}_{served.table.name}.sql"
    statement = sql.statement("warehouse.release", file.removesuffix(".sql"))
    for norm, value in norms.placeholders.items():
        statement = statement.replace(f"${norm}", str(value))
    return statement


def _sources(home: Home, served: Served) -> list[Path]:
    sources = []
    for stage, stage_name in served.sources:
        path = home.stage(stage, stage_name)
        if path.exists():
            sources.append(path)
        elif served.required:
            raise ReleaseError(
                f"{served.table.full_name}: stage file {stage}/{stage_name} is missing; run that stage first"
            )
    return sources


def _release_row(version: str, facts: ReleaseFacts) -> pa.Table:
    landed = facts.deliveries.filter(pc.equal(facts.deliveries["state"], "landed"))
    days = pc.min_max(landed["delivered_on"]).as_py()
    return pa.table(
        {
            "version": [version],
            "fingerprint": [fingerprint(facts)],
            "code_version": [facts.code_version],
            "model": [facts.model],
            "deliveries": [len(delivery_lines(facts.deliveries))],
            "first_delivered_on": pa.array([days["min"]], pa.date32()),
            "last_delivered_on": pa.array([days["max"]], pa.date32()),
        }
    )
