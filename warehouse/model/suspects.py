"""Texts that may hold a number of a person, found in one pass over a release, each once a column.

Belongs here: finding what a pattern that is cheap to look for leaves over. Does not: the tests of what is left (`warehouse.masking`,
`quality.suites.personal_numbers`), which share it.
"""

from __future__ import annotations

from collections.abc import Callable, Iterator, Sequence
from dataclasses import dataclass

import duckdb
import pyarrow as pa

from warehouse.model.sql import identifier, literal

NewRows = Callable[[str, str], str | None]
"""A table of a release and where it lies → the rows nobody has looked through yet, as SQL reads them; None where there are none."""

SUSPECT = "[0-9][^0-9A-Za-z]?[0-9]{2}[^0-9A-Za-z]{0,2}[0-9]([^0-9A-Za-z]?[0-9]){7}|[0-9]{6}[*]{4,12}[0-9]{3}"
"""What every mobile and identity number matches, and every mask that shows how one ends: seldom found, it spares the exact tests."""

SHORTEST = 11
"""Digits of a mobile number: a text of fewer bytes holds none."""

FOUND = pa.schema([("table_name", pa.string()), ("column_name", pa.string()), ("x", pa.string()), ("n", pa.int64())])


@dataclass(frozen=True)
class TextColumn:
    """A column of text of a release; `rows` are those nobody has looked through yet, `beside` are the columns of its table."""

    schema: str
    table: str
    name: str
    type: str
    rows: str
    beside: tuple[str, ...]

    @property
    def text(self) -> str:
        """The column as text. Of maps to numbers the keys are looked at; a weight is no phone."""
        column = identifier(self.name)
        numbers = self.type.startswith("MAP(") and self.type.endswith(("DOUBLE)", "BIGINT)"))
        return f"cast({f'map_keys({column})' if numbers else column} as varchar)"

    @property
    def is_suspect(self) -> str:
        """The condition on a row that is to be tested."""
        # regexp_extract looks at each entry of a dictionary once, regexp_matches at each row: twice as fast over a whole release.
        return f"strlen({self.text}) >= {SHORTEST} and regexp_extract({self.text}, '{SUSPECT}') <> ''"


def text_columns(con: duckdb.DuckDBPyConnection, database: str, new: NewRows) -> Iterator[list[TextColumn]]:
    """Text columns of each table of an attached release that has new rows. Tables only: views show the same values again."""
    tables = con.execute(
        "select c.schema_name, c.table_name, list((c.column_name, c.data_type) order by c.column_index) from duckdb_columns() c "
        "semi join duckdb_tables() t using (database_name, schema_name, table_name) where c.database_name = $d group by all order by all",
        {"d": database},
    ).fetchall()
    for schema, table, typed in tables:
        rows = new(f"{schema}.{table}", ".".join(map(identifier, (database, schema, table))))
        beside = tuple(name for name, _ in typed)
        texts = [(name, kind) for name, kind in typed if any(text in kind for text in ("VARCHAR", "JSON", "BLOB"))]
        if texts and rows is not None:
            yield [TextColumn(schema, table, name, kind, rows, beside) for name, kind in texts]


def find_suspects(con: duckdb.DuckDBPyConnection, database: str, new: NewRows = lambda _, place: place) -> pa.Table:
    """The suspects of an attached release: `table_name` (`schema.table`), `column_name`, the text `x`, how many rows hold it `n`."""
    return pa.concat_tables([FOUND.empty_table(), *(_of_table(con, columns) for columns in text_columns(con, database, new))])


def _of_table(con: duckdb.DuckDBPyConnection, columns: Sequence[TextColumn]) -> pa.Table:
    rows = columns[0].rows
    if rows.startswith("("):  # a query, made once for all columns
        con.execute(f"create or replace temp table looked_at as from {rows}")
        rows = "temp.looked_at"
    return con.sql(
        " union all ".join(
            f"select {literal(f'{c.schema}.{c.table}')} as table_name, {literal(c.name)} as column_name, {c.text} as x, count(*) as n "
            f"from {rows} where {c.is_suspect} group by x"
            for c in columns
        )
    ).to_arrow_table().cast(FOUND)
