"""Full numbers of people in a release: how many there are, and where they stand.

Belongs here: the SQL that looks through the text columns of a release. Does not: what such a number is
(`warehouse.model.macros`), or which rows nobody has looked through yet (`source`, table `looked_through`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import duckdb

from warehouse.model.release import NODE_CODES
from warehouse.model.sql import literal
from warehouse.model.suspects import TextColumn, find_suspects, text_columns

_SOURCE = ("platform", "delivery_id", "file_name", "sheet_name", "row_number", "role")

FOUND = "suspect"
"""What the texts that may hold a number are called on a connection where they were found already."""


def _reads_like_a_person(column: TextColumn, x: str) -> str:
    """The exact test, on text `x` of a column."""
    if column.name in NODE_CODES:
        return f"id_number_in({x})"
    if "attribute" in column.beside and column.name.startswith("value"):
        # a claim may be a grid's
        return f"(id_number_in({x}) or ((personal_number_in({x}) or old_id_number_in({x})) and not is_place_code({x})))"
    return f"(personal_number_in({x}) or old_id_number_in({x}))"


def _columns(con: duckdb.DuckDBPyConnection) -> Iterator[TextColumn]:
    """Text columns of the attached release that have rows nobody has looked through yet."""
    places = dict(con.execute("select schema_name || '.' || table_name, place from looked_through").fetchall())
    for columns in text_columns(con, "library", lambda table, _: places.get(table)):
        yield from columns


def count_personal_numbers(con: duckdb.DuckDBPyConnection) -> int:
    """As many rows as `personal_numbers` finds.

    Each text is tested once, wherever it stands. The exact test is long: written once for every column, DuckDB needed longer to
    plan it than to look.
    """
    columns = list(_columns(con))
    if not con.execute("select 1 from duckdb_views() where view_name = $name", {"name": FOUND}).fetchall():
        places = {f"{c.schema}.{c.table}": c.rows for c in columns}
        con.register(FOUND, find_suspects(con, "library", lambda table, _: places.get(table)))
    tests: dict[str, list[TextColumn]] = {}
    for column in columns:
        tests.setdefault(_reads_like_a_person(column, "x"), []).append(column)
    return sum(_count(con, test, columns) for test, columns in tests.items())


def _count(con: duckdb.DuckDBPyConnection, test: str, columns: Sequence[TextColumn]) -> int:
    """Rows of the suspects of these columns, counted once a column, that pass a test which all of the columns share."""
    listed = ", ".join(f"({literal(f'{c.schema}.{c.table}')}, {literal(c.name)})" for c in columns)
    text = f"select x, sum(n) as n from {FOUND} where (table_name, column_name) in ({listed}) group by x"
    once = f"with text as materialized ({text})"
    (count,) = con.execute(f"{once} select coalesce(sum(n), 0)::bigint from text where {test}").fetchall()[0]
    return int(count)


def personal_numbers(con: duckdb.DuckDBPyConnection) -> str:
    """A query with a row per place of the attached release that holds a full identity or mobile number: column and row.

    A row that tells of an entity leads to a source row of it.
    """
    there = con.execute(
        "select 1 from duckdb_tables() where (database_name, schema_name, table_name) = ('library', 'link', 'mention')"
    )
    has_mentions = there.fetchone() is not None
    return " union all ".join(_places(c, has_mentions) for c in _columns(con)) or "select 1 where false"


def _places(column: TextColumn, has_mentions: bool) -> str:
    """Where the rows stand whose column passes the test: a source row where one is known."""
    entity = next((n for n in ("entity_id", f"{column.table}_id") if n in column.beside), None)
    via_mention = has_mentions and column.schema == "base" and entity is not None
    held = [f"r.{n}" if n in column.beside else f"m.{n}" if via_mention else "null" for n in _SOURCE]
    picked = ", ".join(f"{expression} as {name}" for expression, name in zip(held, _SOURCE, strict=True))
    mention = (
        f"left join (select entity_id, {', '.join(f'min_by({n}, (platform, file_name, row_number)) as {n}' for n in _SOURCE)} "
        f"from library.link.mention where entity_kind = '{column.table}' group by entity_id) m on m.entity_id = r.{entity}"
    )
    test = f"{column.is_suspect} and {_reads_like_a_person(column, column.text)}"
    return (
        f"""select {picked}, {f"r.{entity}" if entity else "null"} as entity_id, """
        f"""'{column.schema}.{column.table}.{column.name}' as "column" """
        f"""from (select * from {column.rows} where {test}) r {mention if via_mention else ""}"""
    )
