"""Sort what the stages know by platform, once for all departments: mentions, claims, and who stands behind golden values.

Belongs here: the one pass over the large stage files that the extracts of all departments share. Does not: what one
department may see of it (`plan`), or its files (`write`). Without it every platform's extract would read every claim of
the city again.
"""

from __future__ import annotations

import shutil
from collections.abc import Iterable, Mapping, Sequence
from pathlib import Path
from types import MappingProxyType

import duckdb
import pyarrow as pa

from warehouse.extracts.concerned import granted, show_all, show_concerned, show_stages
from warehouse.extracts.renewal import PLACES, Prepared, contents, former_extracts
from warehouse.extracts.states import any_state, number_attributes, packed
from warehouse.model.data_model import DataModel
from warehouse.model.home import Home
from warehouse.model.session import connect
from warehouse.model.sql import literal, statement
from warehouse.model.stretches import gather, stretches

PREPARED = ("substitute", "claim", "mention", "place", "behind", "doubt", "care_tag")
"""What is sorted by platform: see `sql/prepared_<name>.sql`. A later one reads those before it."""
BEHIND = "behind"
RENEWED = "renewed"
"""The rows that are worked out again, of platforms of which others hold."""
NOTHING = "nothing.parquet"
"""The columns of each without a row."""
GOLDEN = "golden_{}.parquet"
"""The golden records of a kind that are needed; not there where all may be."""


def prepare_extracts(
    home: Home,
    version: str = "",
    own: Mapping[str, str] = MappingProxyType({}),
    *,
    threads: int | None = None,
) -> dict[str, int]:
    """Write `stage/extract/<name>/platform=<platform>/` for every name in `PREPARED`; return rows of each.

    To be done once a release, before `write_extract`. What no department is entitled to see is left out here already, and what
    platforms do not share (`catalogue.withheld`) is known to their own department alone. Where the extracts written last hold
    (`renewal`), only what is needed for the rows that are worked out again is there.

    Args:
        home: the home whose stage files are read.
        version: the release; '' prepares everything.
        own: platform → a fingerprint of its current rows and of how extracts are made of them; platforms of which it is '' or missing
            are written whole.
        threads: DuckDB threads; DuckDB's default if not given.
    """
    target = home.prepared_extracts
    aside = target.with_name(f".{target.name}.writing")
    shutil.rmtree(aside, ignore_errors=True)
    aside.mkdir(parents=True)
    with connect(threads=threads, temp_directory=str(aside / "spill")) as con:
        numbers = number_attributes(granted(home))
        show_stages(con, home, numbers)
        found = contents(con, home, own)
        former = former_extracts(home) if version else None
        how = show_concerned(con, home, former, version, found) if former and former.version != version else None
        prepared = Prepared(former.version, found, how) if former and how else Prepared(contents=found)
        if not how:
            show_all(con, home)
        con.execute(f"create temp view golden_value as {_golden_values(home.data_model, numbers)}")
        con.execute(f"create temp view alone as {_alone(home.data_model)}")
        counts = {"substitute": _write(con, "substitute", aside)}
        for step in ("source", "numbered_mention", "claimed", "claim_state", *(() if how else ("place",))):
            con.execute(statement("warehouse.extracts", step))
        con.execute(
            f"create temp table packed_state as select mention, {packed(numbers)} from claim_state group by mention"
        )
        said = {"any_state": any_state("p", "a.number", numbers)}
        parts = {BEHIND: ["true"] if how else _parts(home)}
        counts |= {name: _write(con, name, aside, said, parts.get(name, ())) for name in PREPARED[1:]}
        con.execute(f"copy (from place_now order by all) to {literal(aside / PLACES)} (format parquet)")
        _sort_by_platform(con, "from renewed", aside / RENEWED)
        for kind in home.data_model.kinds if how else ():
            con.execute(f"copy golden_{kind} to {literal(aside / GOLDEN.format(kind))} (format parquet)")
        prepared.write(aside)
    shutil.rmtree(aside / "spill", ignore_errors=True)
    shutil.rmtree(target, ignore_errors=True)
    aside.rename(target)
    return counts


def _sort_by_platform(con: duckdb.DuckDBPyConnection, query: str, folder: Path) -> None:
    con.execute(f"copy ({query}) to {literal(folder)} (format parquet, partition_by (platform), compression zstd)")
    # What a platform reads of which nothing is known here.
    folder.mkdir(exist_ok=True)
    con.execute(f"copy (select * from ({query}) limit 0) to {literal(folder / NOTHING)} (format parquet)")


def _parts(home: Home) -> list[str]:
    """Conditions that part the entities so that each part has about as many claims."""
    return [
        f"entity_kind = {literal(kind)} and {part}"
        for kind in home.data_model.kinds
        for part in stretches(home.stage("attribute", kind))
    ]


def _write(
    con: duckdb.DuckDBPyConnection,
    name: str,
    folder: Path,
    said: Mapping[str, str] = MappingProxyType({}),
    parts: Sequence[str] = (),
) -> int:
    query = statement("warehouse.extracts", f"prepared_{name}")
    for mark, expression in said.items():
        query = query.replace(f"{{{mark}}}", expression)
    gather(con, f"{name}_part", (query.replace("{part}", part) for part in parts))
    _sort_by_platform(con, f"from {name}_part" if parts else query, folder / name)
    con.execute(f"drop table if exists {name}_part")
    some = sorted((folder / name).glob("*/*.parquet"))  # file by file: a pattern would stumble over a home named a[1]
    con.read_parquet(
        [str(path) for path in some or [folder / name / NOTHING]], hive_partitioning=bool(some)
    ).create_view(f"prepared_{name}")
    return int((con.execute(f"select count(*) from prepared_{name}").fetchone() or (0,))[0])


def _golden_values(model: DataModel, granted: Iterable[tuple[str, str]]) -> str:
    """The golden values findings may show, one row per entity and granted attribute."""
    parts = [
        f"select '{kind}' as entity_kind, {kind}_id as entity_id, '{attribute}' as attribute, "
        f"({shown(model, kind, attribute, 'g')})::varchar as value from golden_{kind} g"
        for kind, attribute in granted
    ]
    nothing = "select '' as entity_kind, '' as entity_id, '' as attribute, ''::varchar as value where false"
    return " union all ".join(parts) or nothing


def _alone(model: DataModel) -> str:
    """The entities that one platform alone knows."""
    return " union all ".join(
        f"select '{kind}' as entity_kind, {kind}_id as entity_id from golden_{kind} where platform_count = 1"
        for kind in model.kinds
    )


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
