"""The findings of the last run by the number the work list gives them, with the codes and places an answer needs.

Written beside the extracts, kept in the stage: one file per platform. Belongs here: its contract and reading it. Does not: what is
a finding (`warehouse.extracts`).
"""

from __future__ import annotations

from collections.abc import Sequence
from pathlib import Path

import duckdb
import pyarrow as pa

from warehouse.model.catalogue import PLATFORM
from warehouse.model.home import Home
from warehouse.model.sql import parquet

S, I, D, F = pa.string(), pa.int64(), pa.date32(), pa.float64()
FINDING_INDEX = pa.schema(
    [("finding", S), ("action", S), ("platform", S), ("delivery_id", S), ("file_name", S), ("sheet_name", S), ("row_number", I), ("role", S), ("entity_kind", S), ("entity_id", S), ("attribute", S), ("key", S), ("name", S), ("written", S), ("value", S), ("departments", S), ("last_claimed_on", D), ("won_because", S), ("certainty", F)]
)  # fmt: skip
"""A finding: what to do, where the row stands, what it says (`written`), what to put there (`value`), who says so and how
certain that is. Nullable: key, name, written, value, departments and what follows."""


def finding_path(home: Home, platform: str) -> Path:
    """The findings of one platform; what an extract that is taken over unchanged goes on with."""
    return home.root / "stage" / "finding" / f"{platform}.parquet"


def show_findings(con: duckdb.DuckDBPyConnection, home: Home, platforms: Sequence[str]) -> None:
    """Give the findings of some platforms the name `finding`."""
    files = [path for platform in platforms if (path := finding_path(home, platform)).exists()]
    con.execute("drop view if exists finding")
    if files:
        con.execute(f"create temp view finding as from {parquet(files)}")
    else:
        con.register("finding", FINDING_INDEX.empty_table())


def findings_of(
    con: duckdb.DuckDBPyConnection, home: Home, department: str, wanted: Sequence[str] | None = None
) -> pa.Table:
    """The findings of a department under `FINDING_INDEX`, all or those with some numbers; one number may stand for several rows."""
    show_findings(con, home, platforms_of(home, department))
    if wanted is None:
        return con.sql("from finding").to_arrow_table()
    return con.execute("from finding where finding in (select unnest($1::varchar[]))", [list(wanted)]).to_arrow_table()


def platforms_of(home: Home, department: str) -> list[str]:
    """The platforms of a department, as the last run knew them."""
    path = home.stage("catalogue", "platform")
    if not path.exists():
        return []
    return [r["platform"] for r in PLATFORM.read(path).to_pylist() if r["department"] == department]
