"""Run the landing suites of all platforms in one go on what lies in a home.

Belongs here: the views they read, and running them. Does not: the expectations (`quality.suites.landing`).
"""

from __future__ import annotations

from collections.abc import Iterable, Mapping
from dataclasses import replace
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq

from quality.stage_views import delivery_files, show_stages
from quality.suites.engine import Result, check
from quality.suites.failing import failing_rows
from quality.suites.landed import LandedDataset, LandedPlatform
from quality.suites.landing import landing_suite, rows_view
from quality.suites.run import Findings, joined, result_table
from quality.suites.source import create_macros
from warehouse.model import Home
from warehouse.model.landing import DELIVERY, PROVENANCE, REJECTED
from warehouse.model.session import connect
from warehouse.model.sql import identifier, parquet

PREFIX = "landing."

_TURNS = """
create table landing.delivery as from landing.delivery_files;
create table landing.rejected as from landing.rejected_files;
create table landing.kept as
    -- a file that was sent again replaces itself
    select * from landing.delivery where state = 'landed'
    qualify row_number() over (partition by platform, dataset, file_name order by sequence desc) = 1;
create table landing.newest as
    select * from landing.kept
    qualify rank() over (partition by platform, dataset, scope order by delivered_on desc nulls last) = 1;
create table landing.turn as
    with day as (
        select platform, dataset, scope, delivered_on, sum(rows_delivered) as rows_delivered,
            min(delivery_id) as delivery_id, arg_min(file_name, delivery_id) as file_name
        from landing.kept group by all
    )
    select *,
        row_number() over (partition by platform, dataset, scope order by delivered_on desc nulls last) as age,
        row_number() over (partition by platform, dataset, scope order by delivered_on nulls first) as since_first
    from day
"""


def suite_name(platform: str) -> str:
    """The suite of a platform's landing area."""
    return PREFIX + platform


def run_landing(home: Home, platforms: Iterable[LandedPlatform], codes: Mapping[str, Iterable[str]]) -> Findings:
    """Run the landing suite of every platform.

    Args:
        home: its landing area is read.
        platforms: what is known of each.
        codes: code table → every value a platform may write.

    Returns:
        Findings, platform by platform. A platform that never delivered passes with nothing checked. `checked` is the
        number of rows looked at, also where deliveries are counted.
    """
    listed = list(platforms)
    with connect() as con:
        con.execute("set parquet_metadata_cache = true")  # every query opens the same files
        create_macros(con)
        show_landing(con, home, listed, codes)
        # the names of all suites in one run differ by their platform
        asked = [e.model_copy(update={"name": f"{p.platform}__{e.name}"}) for p in listed for e in landing_suite(p)]
        results = iter(check(con, "landing.delivery", asked) if asked else [])
        return joined([_findings(con, p, [_own(p, next(results)) for _ in landing_suite(p)]) for p in listed])


def _own(platform: LandedPlatform, result: Result) -> Result:
    name = result.expectation.name.removeprefix(f"{platform.platform}__")
    return replace(result, expectation=result.expectation.model_copy(update={"name": name}))


def _findings(con: duckdb.DuckDBPyConnection, platform: LandedPlatform, results: list[Result]) -> Findings:
    suite = suite_name(platform.platform)
    return Findings(result_table(suite, results), failing_rows(con, suite, suite, results))


def show_landing(
    con: duckdb.DuckDBPyConnection, home: Home, platforms: Iterable[LandedPlatform], codes: Mapping[str, Iterable[str]]
) -> None:
    """Show the landing area in schema `landing`.

    `delivery` and `rejected` hold every line; `kept` leaves out files that were sent again, `newest` are the deliveries
    of the newest day per dataset and scope, `turn` the rows per day, `age` counting back from the newest. `<platform>`
    has the place of every row of the newest deliveries, `<platform>__<n>` the rows of its n-th dataset with the columns
    its suite asks for; one that no file has is null.
    """
    con.execute("create schema landing")
    rejected = sorted((home.landing / "rejected").glob("*/*.parquet"))
    show_stages(
        con,
        {"landing.delivery_files": (DELIVERY, delivery_files(home)), "landing.rejected_files": (REJECTED, rejected)},
    )
    con.execute(_TURNS)
    pairs = sorted({(table, value) for table, values in codes.items() for value in values})
    con.register("pairs", pa.table({"code_table": [t for t, _ in pairs], "value": [v for _, v in pairs]}))
    con.execute(
        "create table landing.code as select cast(code_table as varchar) as code_table, cast(value as varchar) as value from pairs"
    )
    files: dict[tuple[str, str], list[Path]] = {}
    for platform, dataset, delivery in con.execute(
        "select platform, dataset, delivery_id from landing.newest order by all"
    ).fetchall():
        files.setdefault((platform, dataset), []).append(home.rows(platform, delivery, dataset))
    for platform in platforms:
        places = []
        for place, dataset in enumerate(platform.datasets):
            view = rows_view(platform.platform, place)
            _show_rows(con, view, dataset, files.get((platform.platform, dataset.name), []))
            places.append(f"select '{platform.platform}' as platform, delivery_id, sheet_name, row_number from {view}")
        con.execute(f"create view landing.{platform.platform} as {' union all '.join(places)}")


def _show_rows(con: duckdb.DuckDBPyConnection, view: str, dataset: LandedDataset, paths: list[Path]) -> None:
    there = {name for path in paths for name in pq.read_schema(path).names}
    head = [column.name for column in PROVENANCE]
    if not paths:
        columns = [f'null::{"bigint" if n == "row_number" else "varchar"} as "{n}"' for n in head]
        source = "(select 1) where false"
    else:
        columns = [f'"{name}"' for name in head]
        source = parquet(paths, "union_by_name = true")
    for name in dataset.columns:
        cells = [identifier(n) for n in (name, *reversed(dataset.also.get(name, ()))) if n in there]
        columns.append(
            f"coalesce({', '.join(cells)}) as {identifier(name)}" if cells else f"null::varchar as {identifier(name)}"
        )
    con.execute(f"create view {view} as select {', '.join(columns)} from {source}")
