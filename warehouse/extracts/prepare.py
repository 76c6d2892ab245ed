"""Sort what the stages know by platform, once for all departments: mentions, claims, and who stands behind golden values.

Belongs here: the one pass over the large stage files that the extracts of all departments share. Does not: what one
department may see of it (`plan`), or its files (`write`). Without it every platform's extract would read every claim of
the city again.
"""

from __future__ import annotations

import shutil
from pathlib import Path
from typing import Any

import duckdb
import pyarrow as pa

from warehouse.extracts.stage_views import show
from warehouse.extracts.unchanged import contents, write_contents
from warehouse.model.care import CARE_TAG, PREFIX
from warehouse.model.catalogue import ENTITLEMENT, PLATFORM, WITHHELD
from warehouse.model.data_model import DataModel
from warehouse.model.evidence import ATTRIBUTE, CERTAINTY, MATCH
from warehouse.model.home import Home
from warehouse.model.landing import REJECTED
from warehouse.model.link import MENTION
from warehouse.model.quality import RECONCILIATION
from warehouse.model.session import connect
from warehouse.model.sql import literal, statement
from warehouse.model.verification import REQUEST

PREPARED = ("mention", "substitute", "claim", "behind", "doubt", "care_tag")
"""What is sorted by platform: see `sql/prepared_<name>.sql`. A later one reads those before it."""
NOTHING = "nothing.parquet"
"""The columns of each without a row."""


def prepare_extracts(home: Home, *, threads: int | None = None, memory_limit: str | None = None) -> dict[str, int]:
    """Write `stage/extract/<name>/platform=<platform>/` for every name in `PREPARED`; return rows of each.

    To be done once a release, before `write_extract`. What no department is entitled to see is left out here already, and what
    platforms do not share (`catalogue.withheld`) is known to their own department alone.

    Args:
        home: the home whose stage files are read.
        threads: DuckDB threads; DuckDB's default if not given.
        memory_limit: DuckDB memory, e.g. '2GB'.
    """
    target = home.prepared_extracts
    aside = target.with_name(f".{target.name}.writing")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    settings: dict[str, Any] = {"threads": threads} if threads else {}
    settings |= {"memory_limit": memory_limit} if memory_limit else {}
    with connect(**{**settings, "temp_directory": str(aside / "spill")}) as con:
        show(con, "link_mention", MENTION, [home.stage("link", "mention")])
        for name, table in (("attribute", ATTRIBUTE), ("certainty", CERTAINTY), ("match", MATCH)):
            show(con, name, table, [home.stage(name, kind) for kind in home.data_model.kinds])
        for kind in home.data_model.kinds:
            show(con, f"golden_{kind}", home.data_model.golden(kind), [home.stage("golden", kind)])
        granted = _granted(home)
        con.register("entitlement", granted)
        show(con, "care_tag", CARE_TAG, [home.stage("care", CARE_TAG.name)])
        con.register("tag_entitlement", _granted_tags(home))
        show(con, "withheld", WITHHELD, [home.stage("catalogue", "withheld")])
        con.register("ending", _endings(home.data_model))
        names = PLATFORM.read(home.stage("catalogue", "platform")).select(["department", "department_zh"])
        con.register("department_name", names)
        con.execute("create temp table department as select department, min(department_zh) as title from department_name group by all")  # fmt: skip
        con.execute(f"create temp view golden_value as {_golden_values(home.data_model, granted)}")
        counts = {name: _write(con, name, aside) for name in PREPARED}
        show(con, "rejected", REJECTED, [home.stage("quality", "rejected")])
        show(con, "reconciliation", RECONCILIATION, [home.stage("quality", "reconciliation")])
        show(con, "requested", REQUEST, [home.stage("quality", "verification_request")])
        write_contents(aside, contents(con, home.data_model, granted, PREPARED))
    shutil.rmtree(aside / "spill", ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    aside.rename(target)
    return counts


def _write(con: duckdb.DuckDBPyConnection, name: str, folder: Path) -> int:
    query = statement("warehouse.extracts", f"prepared_{name}")
    con.execute(
        f"copy ({query}) to {literal(folder / name)} (format parquet, partition_by (platform), compression zstd)"
    )
    # What a platform reads of which nothing is known here.
    (folder / name).mkdir(exist_ok=True)
    con.execute(f"copy (select * from ({query}) limit 0) to {literal(folder / name / NOTHING)} (format parquet)")
    some = sorted((folder / name).glob("*/*.parquet"))  # file by file: a pattern would stumble over a home named a[1]
    con.read_parquet(
        [str(path) for path in some or [folder / name / NOTHING]], hive_partitioning=bool(some)
    ).create_view(f"prepared_{name}")
    return int((con.execute(f"select count(*) from prepared_{name}").fetchone() or (0,))[0])


def _granted(home: Home) -> pa.Table:
    """(platform, kind, attribute) that anybody may see, golden columns only."""
    kinds = home.data_model.kinds
    rows = ENTITLEMENT.read(home.stage("catalogue", "entitlement")).to_pylist()
    found = sorted(
        {
            (r["platform"], r["entity_kind"], r["attribute"])
            for r in rows
            if r["entity_kind"] in kinds and r["attribute"] in home.data_model.golden(r["entity_kind"]).names
        }
    )
    names = ("platform", "entity_kind", "attribute")
    return pa.table({n: pa.array([line[i] for line in found], pa.string()) for i, n in enumerate(names)})


def _granted_tags(home: Home) -> pa.Table:
    """(platform, tag) that the department of the platform may read back."""
    rows = ENTITLEMENT.read(home.stage("catalogue", "entitlement")).to_pylist()
    tags = [r for r in rows if r["entity_kind"] == "person" and r["attribute"].startswith(PREFIX)]
    columns = {"platform": [r["platform"] for r in tags], "tag": [r["attribute"].removeprefix(PREFIX) for r in tags]}
    return pa.table({name: pa.array(values, pa.string()) for name, values in columns.items()})


def _endings(model: DataModel) -> pa.Table:
    """(kind, attribute, attribute whose value ends it)."""
    found = [
        (name, attribute, declared.survivorship.ended_by.attribute)
        for name, kind in model.kinds.items()
        for attribute, declared in kind.attributes.items()
        if declared.survivorship.ended_by
    ]
    names = ("entity_kind", "attribute", "ended_by")
    return pa.table({n: pa.array([line[i] for line in found], pa.string()) for i, n in enumerate(names)})


def _golden_values(model: DataModel, granted: pa.Table) -> str:
    """The golden values findings may show, one row per entity and granted attribute."""
    pairs = sorted(set(zip(granted["entity_kind"].to_pylist(), granted["attribute"].to_pylist(), strict=True)))
    parts = [
        f"select '{kind}' as entity_kind, {kind}_id as entity_id, '{attribute}' as attribute, "
        f"({shown(model, kind, attribute, 'g')})::varchar as value from golden_{kind} g"
        for kind, attribute in pairs
    ]
    nothing = "select '' as entity_kind, '' as entity_id, '' as attribute, ''::varchar as value where false"
    return " union all ".join(parts) or nothing


def shown(model: DataModel, kind: str, attribute: str, alias: str) -> str:
    """The expression that shows a golden value: numbers as numbers, dates as far as they are known, all else as text."""
    table = model.golden(kind)
    column = table.columns[table.names.index(attribute)]
    value = f'{alias}."{attribute}"'
    if f"{attribute}_precision" in table.names:
        precision = f'{alias}."{attribute}_precision"'
        return (
            f"case {precision} when 'year' then strftime({value}, '%Y') "
            f"when 'month' then strftime({value}, '%Y-%m') else {value}::varchar end"
        )
    return value if pa.types.is_floating(column.type) or pa.types.is_integer(column.type) else f"{value}::varchar"
