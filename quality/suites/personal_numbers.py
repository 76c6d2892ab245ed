"""Full numbers of people in a release: how many there are, and where they stand.

Belongs here: the SQL that looks through the text columns of a release. Does not: what such a number is
(`warehouse.model.macros`), or which rows nobody has looked through yet (`source`, table `looked_through`).
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Sequence
from dataclasses import dataclass

import duckdb

from warehouse.model.release import NODE_CODES
from warehouse.model.suspects import SUSPECT, Text, find_suspects

_SUSPECT = "[0-9][^0-9A-Za-z]?[0-9]{2}[^0-9A-Za-z]{0,2}[0-9]([^0-9A-Za-z]?[0-9]){7}"
"""What every mobile or identity number matches: cheap to look for and seldom found, it spares the exact test."""

_SOURCE = ("platform", "delivery_id", "file_name", "sheet_name", "row_number", "role")


@dataclass(frozen=True)
class _Column:
    """A text column of the attached release; `place` is where its new rows lie, `beside` are the columns of its table."""

    schema: str
    table: str
    place: str
    name: str
    kind: str
    beside: tuple[str, ...]

    @property
    def text(self) -> str:
        """The column as text. Of maps to numbers the keys are looked at; a weight is no phone."""
        quoted_name = f'"{self.name}"'
        numbers = self.kind.startswith("MAP(") and self.kind.endswith(("DOUBLE)", "BIGINT)"))
        return f"cast({f'map_keys({quoted_name})' if numbers else quoted_name} as varchar)"

    @property
    def suspect(self) -> str:
        """The condition on a row that is to be tested."""
        # regexp_extract looks at each entry of a dictionary once, regexp_matches at each row
        return f"regexp_extract({self.text}, '{_SUSPECT}') <> ''"

    def reads_like_a_person(self, x: str) -> str:
        """The exact test, on text `x` of this column."""
        if self.name in NODE_CODES:
            return f"id_number_in({x})"
        if "attribute" in self.beside and self.name.startswith("value"):
            # a claim may be a grid's
            return f"(id_number_in({x}) or ((personal_number_in({x}) or old_id_number_in({x})) and not is_place_code({x})))"
        return f"(personal_number_in({x}) or old_id_number_in({x}))"


def _columns(con: duckdb.DuckDBPyConnection) -> Iterator[list[_Column]]:
    """Text columns of each table that has rows nobody has looked through yet. Tables only: views show the same values again."""
    tables = con.execute(
        "select c.schema_name, c.table_name, t.place, list((c.column_name, c.data_type) order by c.column_index) "
        "from duckdb_columns() c join looked_through t using (schema_name, table_name) "
        "where c.database_name = 'library' and t.place is not null group by all order by all"
    ).fetchall()
    for schema, table, place, typed in tables:
        names = tuple(name for name, _ in typed)
        texts = [(name, kind) for name, kind in typed if re.search("VARCHAR|JSON|BLOB", kind)]
        if texts:
            yield [_Column(schema, table, place, name, kind, names) for name, kind in texts]


def count_personal_numbers(con: duckdb.DuckDBPyConnection) -> int:
    """As many rows as `personal_numbers` finds.

    Each text is tested once, wherever it stands. The exact test is long: written once for every column, DuckDB needed longer to
    plan it than to look.
    """
    columns = [column for table in _columns(con) for column in table]
    find_suspects(con, [Text(c.place, c.text) for c in columns], _SUSPECT)
    tests: dict[str, list[str]] = {}
    for number, column in enumerate(columns):
        tests.setdefault(column.reads_like_a_person("x"), []).append(str(number))
    return sum(_count(con, test, numbers) for test, numbers in tests.items())


def _count(con: duckdb.DuckDBPyConnection, test: str, numbers: Sequence[str]) -> int:
    """Rows of the suspects of these columns, counted once a column, that pass a test which all of the columns share."""
    text = f"select x, sum(n) as n from {SUSPECT} where number in ({', '.join(numbers)}) group by x"
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
    return (
        " union all ".join(_places(c, has_mentions) for columns in _columns(con) for c in columns)
        or "select 1 where false"
    )


def _places(column: _Column, has_mentions: bool) -> str:
    """Where the rows stand whose column passes the test: a source row where one is known."""
    entity = next((n for n in ("entity_id", f"{column.table}_id") if n in column.beside), None)
    via_mention = has_mentions and column.schema == "base" and entity is not None
    held = [f"r.{n}" if n in column.beside else f"m.{n}" if via_mention else "null" for n in _SOURCE]
    picked = ", ".join(f"{expression} as {name}" for expression, name in zip(held, _SOURCE, strict=True))
    mention = (
        f"left join (select entity_id, {', '.join(f'min_by({n}, (platform, file_name, row_number)) as {n}' for n in _SOURCE)} "
        f"from library.link.mention where entity_kind = '{column.table}' group by entity_id) m on m.entity_id = r.{entity}"
    )
    test = f"{column.suspect} and {column.reads_like_a_person(column.text)}"
    return (
        f"""select {picked}, {f"r.{entity}" if entity else "null"} as entity_id, """
        f"""'{column.schema}.{column.table}.{column.name}' as "column" """
        f"""from (select * from {column.place} where {test}) r {mention if via_mention else ""}"""
    )
