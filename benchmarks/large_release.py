"""A release of a large city out of a finished small one: every row so many times over, as other people in other places.

Belongs here: making the file. Does not: asking it anything (`lookups`).

What makes a release fast or slow is kept as a release build leaves it: contract, types, row order, row groups. Every copy
of an entity has an id of its own as the register gives them out, so copies lie among each other and not in blocks; tokens,
codes and addresses differ, and the rows of a file are numbered on. The grid tree grows with the people: every copy has
communities and grids of its own, ten copies share their streets. What does not grow with a city stays as it is: platforms,
scorecards, checks. Names of people are not invented anew: a large city has more of them.

Tables are written slice by slice in the order of the release, so that no more than one slice is sorted at a time.
"""

from __future__ import annotations

import itertools
import re
from collections.abc import Iterator
from pathlib import Path

import duckdb
import numpy as np
import pyarrow as pa

from pipelines.resolution.ids import ALPHABET, encode
from warehouse.model.data_model import shipped
from warehouse.model.release import Served, release_tables
from warehouse.model.sql import identifier, literal
from warehouse.release import ddl
from warehouse.release.build import STORAGE_VERSION
from warehouse.release.fill import order

COPIES_A_STREET = 10
SLICE = 2_000_000
ENTITY = re.compile(rf"(.*_)?({'|'.join(shipped().kinds)}|entity|other|old|new)_id")
PLACES = ("grid_code", "community_code", "street_code", "parent_code")
DISTINCT_TYPES = ("address", "certificate_number", "credit_code", "identifier")
"""Types whose values name one thing. Identity numbers and phones are shown as tokens, which are of the copy already."""


def _distinct_attributes() -> frozenset[str]:
    """Attributes of every kind whose value names one thing: they get the number of their copy. A part of an identifier, such
    as the class in the number of a component, names many."""
    model = shipped()
    return frozenset(
        name
        for kind, declared in model.kinds.items()
        for name, attribute in declared.attributes.items()
        if (type_ := model.type_of(kind, name).type) in DISTINCT_TYPES and not (attribute.of and type_ == "identifier")
    ) | {"dwelling"}


DISTINCT_ATTRIBUTES = _distinct_attributes()


def multiply(library: Path, file: Path, persons: int, *, memory_limit: str = "3GB") -> int:
    """Write a release of so many people, give or take half a copy; return how many copies it is of the small one.

    Args:
        library: a finished release.
        file: the database to write; must not exist.
        persons: how many `base.person` should hold.
        memory_limit: of DuckDB; the process needs about a gigabyte more.
    """
    spill = file.with_suffix(".spill")
    with duckdb.connect(config={"memory_limit": memory_limit, "temp_directory": str(spill)}) as con:
        con.execute(f"attach {literal(str(library))} as small (read_only)")
        con.execute(f"attach {literal(str(file))} as large (storage_version {literal(STORAGE_VERSION)})")
        con.execute("use large")
        (one,) = con.execute("select count(*) from small.base.person").fetchone() or (1,)
        copies = max(1, round(persons / one))
        _name_entities(con, copies)
        _name_places(con, copies)
        for statement in ddl.create_schemas():
            con.execute(statement)
        for served in release_tables(shipped()):
            con.execute(ddl.create_table(shipped(), served.table))
            for rows in _slices(con, served, copies):
                con.execute(f"insert into {ddl.qualified(served.table)} {rows} order by {order(served)}")
            con.execute(ddl.create_view(shipped(), served))
        con.execute("checkpoint large")
    return copies


def _name_entities(con: duckdb.DuckDBPyConnection, copies: int) -> None:
    """`entity`: the id of every copy of every entity, the first numbers of the register in the order of id and copy."""
    con.execute("create temp table entity (old varchar, copy bigint, new varchar)")
    for kind in shipped().kinds:
        ids = con.sql(f"select {kind}_id from small.base.{kind} order by {kind}_id").to_arrow_table().column(0)
        named = pa.table(
            {
                "old": ids.take(pa.array(np.repeat(np.arange(len(ids)), copies))),
                "copy": pa.array(np.tile(np.arange(copies), len(ids))),
                "new": encode(shipped().prefixes[kind], np.arange(len(ids) * copies)),
            }
        )
        con.register("named", named)
        con.execute("insert into entity from named")
        con.unregister("named")


def _name_places(con: duckdb.DuckDBPyConnection, copies: int) -> None:
    """`place`: the code of every node of the grid tree in every copy; the city keeps its own."""
    groups = -(-copies // COPIES_A_STREET)
    con.execute(
        f"""
        create temp table place as
        with street as (
            select grid_code as old, row_number() over (order by grid_code) - 1 as i from small.base.grid where level = 'street'
        ),
        community as (
            select grid_code as old, row_number() over (partition by left(grid_code, 9) order by grid_code) - 1 as i
            from small.base.grid where level = 'community'
        )
        select g.grid_code as old, copy::bigint as copy,
            left(g.grid_code, 6)
            || coalesce(printf('%03d', s.i * {groups} + copy // {COPIES_A_STREET} + 1), '')
            || coalesce(printf('%03d', c.i * {COPIES_A_STREET} + copy % {COPIES_A_STREET} + 1), '')
            || substr(g.grid_code, 13) as new,
            case g.level when 'city' then '' when 'street' then '-' || copy // {COPIES_A_STREET} else '-' || copy end as suffix
        from small.base.grid g
        left join street s on s.old = left(g.grid_code, 9)
        left join community c on c.old = left(g.grid_code, 12)
        cross join range({copies}) as r(copy)
        """
    )


def _slices(con: duckdb.DuckDBPyConnection, served: Served, copies: int) -> Iterator[str]:
    """The queries whose rows, one after the other, are the large table in its order."""
    table = served.table
    source = f"small.{ddl.qualified(table)} s"
    columns, joins = _copied(served, copies)
    keys = dict.fromkeys(served.order + table.key)
    lead = next((key for key in keys if ENTITY.fullmatch(key)), "")
    place = next((key for key in table.key if key in PLACES), "")
    if table.full_name == "base.grid":
        yield GRID
    elif place:
        copied = f"select {columns} from {source} join place n on n.old = s.{place} {joins}"
        key = ", ".join(map(identifier, table.key))  # copies share their streets
        yield f"select * from (select distinct on ({key}) * from ({copied}) order by all)"
    elif lead and table.full_name != "quality.failing_row":  # of which there are a thousand a check at most
        copied = f"select {columns} from {source} join entity n on n.old = s.{lead} {joins}"
        before = [f"s.{identifier(key)}" for key in list(keys)[: list(keys).index(lead)]]
        if next(iter(keys)) in PLACES:  # copies of a grid lie among those of others
            yield copied
        else:
            for condition in _conditions(con, source, [*before, f"left({lead}, 1)"], copies):
                yield f"{copied} where {condition}"
    elif any(column.name in PLACES for column in table.columns):  # one city's, under the codes it has there
        yield f"select {columns} from {source} cross join (select 0::bigint as copy) n {joins}"
    else:
        yield f"from {source}"


def _conditions(con: duckdb.DuckDBPyConnection, source: str, columns: list[str], copies: int) -> Iterator[str]:
    """Conditions that part a table, in its order, into slices of about `SLICE` rows.

    `columns` are those it is ordered by before an id, and the first letter of the id. What is alike in all of them is a
    slice with its neighbours where it is small, and is parted by the second letter of the new id where it is large.
    """
    slice_: list[str] = []
    rows = 0
    for *alike, n in con.sql(
        f"select {', '.join(columns)}, count(*) from {source} group by all order by all"
    ).fetchall():
        same = " and ".join(f"{c} = {literal(value)}" for c, value in zip(columns, alike, strict=True))
        if rows and rows + n * copies > SLICE:
            yield f"({' or '.join(slice_)})"
            slice_, rows = [], 0
        slice_, rows = [*slice_, f"({same})"], rows + n * copies
        if rows > SLICE:
            parts = min(len(ALPHABET), rows // SLICE + 1)
            edges = [len(ALPHABET) * part // parts for part in range(parts + 1)]
            for a, b in itertools.pairwise(edges):
                yield f"{same} and n.new[2] between '{ALPHABET[a]}' and '{ALPHABET[b - 1]}'"
            slice_, rows = [], 0
    if slice_:
        yield f"({' or '.join(slice_)})"


COUNTS = ", ".join(f"sum({kind}_count)::bigint as {kind}_count" for kind in shipped().placed)
GRID = f"""
select p.new as grid_code, min(g.name || p.suffix) as name, min(g.level) as level, min(above.new) as parent_code, {COUNTS}
from small.base.grid g
join place p on p.old = g.grid_code
left join place above on above.old = g.parent_code and above.copy = p.copy
group by p.new
"""


def _copied(served: Served, copies: int) -> tuple[str, str]:
    """Columns of a row's copy number `n.copy`, and the joins that find the ids and places of that copy."""
    shown, joins = [], []
    for i, column in enumerate(served.table.columns):
        name = identifier(column.name)
        if ENTITY.fullmatch(column.name):
            joins.append(f"left join entity j{i} on j{i}.old = s.{name} and j{i}.copy = n.copy")
            value = f"coalesce(j{i}.new, s.{name})"  # '' where there is no other entity
        elif column.name in PLACES:
            joins.append(f"left join place j{i} on j{i}.old = s.{name} and j{i}.copy = n.copy")
            value = f"j{i}.new"
        elif column.name.endswith(("_token", "row_key")):
            value = f"case when s.{name} <> '' then md5(s.{name} || n.copy) else s.{name} end"
        elif column.name.endswith("row_number"):
            value = f"s.{name} * {copies} + n.copy"
        elif column.name in DISTINCT_ATTRIBUTES:
            value = f"s.{name} || '-' || n.copy"
        elif column.name == "value" and "attribute" in served.table.names:
            joins.append(
                f"left join place j{i} on s.attribute = 'grid_code' and j{i}.old = s.value and j{i}.copy = n.copy"
            )
            value = f"coalesce(j{i}.new, {_value(name)})"
        elif column.name == "value_raw":
            value = _value(name)
        else:
            value = f"s.{name}"
        shown.append(f"{value} as {name}")
    return ", ".join(shown), " ".join(joins)


def _value(name: str) -> str:
    distinct = ", ".join(map(literal, sorted(DISTINCT_ATTRIBUTES)))
    return f"case when s.attribute in ({distinct}) then s.{name} || '-' || n.copy else s.{name} end"
