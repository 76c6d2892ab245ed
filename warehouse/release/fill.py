"""Fill a release file: schemas, tables in their order, Chinese views, comments.

Belongs here: loading and ordering, the same for the plain and the restricted release. Does not: where the file lies and
what stands beside it (`build`, `restricted`), or what a column shows (`showing`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import duckdb
import pyarrow as pa

from warehouse.masking import install, token_key
from warehouse.model import sql
from warehouse.model.catalogue import CODE, FIELD
from warehouse.model.home import Home
from warehouse.model.macros import create_cadence_macro
from warehouse.model.quality import HOUSEHOLDS_PER_GRID, PERSONS_PER_GRID
from warehouse.model.release import Served
from warehouse.model.sql import identifier as name
from warehouse.release import ddl
from warehouse.release.ddl import qualified
from warehouse.release.manifest import ReleaseError, ReleaseFacts, delivery_lines
from warehouse.release.showing import shown
from warehouse.release.versions import fingerprint

NORMS = {
    "households_from": HOUSEHOLDS_PER_GRID[0],
    "households_to": HOUSEHOLDS_PER_GRID[1],
    "persons_from": PERSONS_PER_GRID[0],
    "persons_to": PERSONS_PER_GRID[1],
}


def fill(
    con: duckdb.DuckDBPyConnection,
    home: Home,
    tables: Sequence[Served],
    version: str,
    facts: ReleaseFacts,
    *,
    full: bool = False,
) -> dict[str, int]:
    """Write all `tables` into the database attached as `release`; return rows per table.

    Args:
        con: connection with an empty, writable database attached as `release`; it is detached at the end.
        home: the home whose stage files are read and whose token key is used.
        tables: `release_tables`, or `restricted_tables` with `full`.
        version: written into `catalogue.release`.
        facts: written into `catalogue.release`.
        full: nothing is masked.

    Raises:
        ReleaseError: a required stage file is missing, or a code is none One Network knows.
    """
    made = {
        "catalogue.release": _release_row(version, facts),
        "catalogue.field": FIELD.conform(pa.Table.from_pylist(ddl.dictionary(tables))),
        "catalogue.code": CODE.conform(pa.Table.from_pylist(ddl.labels(home.data_model))),
    }
    counts = {}
    con.execute("use release")
    install(con, token_key(home))
    create_cadence_macro(con, temporary=True)
    for statement in ddl.create_schemas():
        con.execute(statement)
    for served in tables:
        con.begin()  # one commit a table: hundreds of comments would each wait for the disk
        con.execute(ddl.create_table(home.data_model, served.table))
        counts[served.table.full_name] = _load(con, home, served, made, full)
        con.execute(ddl.create_view(home.data_model, served))
        for statement in ddl.comments(served):
            con.execute(statement)
        con.commit()
    con.execute("checkpoint release")
    con.execute("use memory")
    con.execute("detach release")
    return counts


def order(served: Served) -> str:
    """The ORDER BY that leaves no two rows of the table in a tie."""
    return ", ".join(f"{name(c)} nulls first" for c in dict.fromkeys(served.order + served.table.key))


def _load(con: duckdb.DuckDBPyConnection, home: Home, served: Served, made: Mapping[str, pa.Table], full: bool) -> int:
    """Insert the rows of one table, ordered; return how many."""
    table = served.table
    rows = _derived(con, home, served, full) if served.derived else _union(con, home, served, made, full)
    if rows:
        columns = ", ".join(name(c) for c in table.names)
        try:
            # Masks and tokens are made before sorting: a view on them would be evaluated for every comparison.
            con.execute(f"insert into {qualified(table)} select {columns} from ({rows}) order by {order(served)}")
        except duckdb.ConversionException:
            raise ReleaseError(
                f"{table.full_name}: a value does not fit its column; a new code of One Network is added in "
                "warehouse/model/vocabulary.py first"
            ) from None
    if table.full_name in made:
        con.unregister("made")
    return int((con.execute(f"select count(*) from {qualified(table)}").fetchone() or (0,))[0])


def _union(con: duckdb.DuckDBPyConnection, home: Home, served: Served, made: Mapping[str, pa.Table], full: bool) -> str:
    """The query over the stage files and what the release step makes itself; '' where there is neither."""
    sources = _sources(home, served)
    parts = [f"from {sql.parquet(sources)}"] if sources else []
    if served.table.full_name in made:
        con.register("made", made[served.table.full_name])
        parts.append("from made")
    columns = ", ".join(
        f"{shown(home.data_model, served, c, full=full)} as {name(c.name)}" for c in served.table.columns
    )
    return " union all ".join(f"select {columns} {part}" for part in parts)


def _derived(con: duckdb.DuckDBPyConnection, home: Home, served: Served, full: bool) -> str:
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
    for norm, value in NORMS.items():
        statement = statement.replace(f"${norm}", str(value))
    return statement


def _sources(home: Home, served: Served) -> list[str]:
    sources = []
    for stage, stage_name in served.sources:
        path = home.stage(stage, stage_name)
        if path.exists():
            sources.append(str(path))
        elif served.required:
            raise ReleaseError(
                f"{served.table.full_name}: stage file {stage}/{stage_name} is missing; run that stage first"
            )
    return sources


def _release_row(version: str, facts: ReleaseFacts) -> pa.Table:
    return pa.table(
        {
            "version": [version],
            "fingerprint": [fingerprint(facts)],
            "code_version": [facts.code_version],
            "model": [facts.model],
            "deliveries": [len(delivery_lines(facts.deliveries))],
        }
    )
