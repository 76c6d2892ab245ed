"""Write the dictionary of the release anew: `python docs/dictionary.py`.

Every table an analyst finds, column by column in both languages, and how tables refer to each other, as a diagram. Contracts are
read; nothing is run. A city that declares kinds of its own has them in the comments of its own release.
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from pathlib import Path

import pyarrow as pa

from warehouse.model.data_model import shipped
from warehouse.model.release import ENTITY_REFERENCES, SCHEMAS, Served, codes, references, release_tables

DICTIONARY = Path(__file__).parent / "dictionary.md"
HEAD = """# Dictionary · 数据字典

Written by `python docs/dictionary.py` from the contracts of the release; do not edit. The same stands in the release itself, as
comments of tables and columns (`duckdb_tables()`, `duckdb_columns()`), and every table has a view under its Chinese name and Chinese
columns in the schema `一张网`. How to open it: [bi.md](bi.md). Questions with answers: [cookbook.md](cookbook.md).
"""
ABOUT_DIAGRAM = """## Diagram · 实体关系图

An arrow leads from a column to the table whose key it holds. Beside these, `entity_id` together with `entity_kind` names a row of
`base.<entity_kind>` in {tables}.
"""


def main() -> None:
    """Write it."""
    DICTIONARY.write_text(dictionary(), encoding="utf-8")


def dictionary() -> str:
    """The text of the dictionary."""
    tables = release_tables(shipped())
    lines = [HEAD, *_diagram()]
    for schema, (zh, en) in SCHEMAS.items():
        if found := [served for served in tables if served.table.schema == schema]:
            lines += [f"## `{schema}` · {zh}", "", f"{en}.", ""]
            lines += [line for served in found for line in _table(served)]
    return "\n".join(lines).rstrip() + "\n"


def _diagram() -> Iterator[str]:
    generic = sorted({table for table, _ in ENTITY_REFERENCES})
    yield ABOUT_DIAGRAM.format(tables=", ".join(f"`{table}`" for table in generic))
    yield "```mermaid"
    yield "erDiagram"
    for table, column, other, _ in sorted(set(references(shipped()))):
        yield f'    {_box(table)} }}o--o| {_box(other)} : "{column}"'
    yield "```\n"


def _box(table: str) -> str:
    return table.replace(".", "_")


def _table(served: Served) -> Iterator[str]:
    table, model = served.table, shipped()
    yield f"### `{table.full_name}` · 一张网.{served.view}"
    yield ""
    yield f"{table.zh} · {table.en}. Grain: {table.grain}. Key: {', '.join(f'`{column}`' for column in table.key)}."
    yield ""
    yield "| column | 列 | type | null | 含义 | meaning |"
    yield "|---|---|---|---|---|---|"
    for column in table.columns:
        allowed = codes(model, table, column)
        meaning = column.en + (f" ({', '.join(allowed)})" if allowed and len(allowed) < 16 else "")
        null = "yes" if column.nullable else ""
        cells = (f"`{column.name}`", column.title, _type(column.type), null, column.zh, meaning)
        yield f"| {' | '.join(_cell(cell) for cell in cells)} |"
    yield ""


def _type(stored: pa.DataType) -> str:
    """The type as DuckDB calls it."""
    names = {
        pa.string(): "varchar",
        pa.int64(): "bigint",
        pa.float64(): "double",
        pa.date32(): "date",
        pa.bool_(): "boolean",
    }
    if pa.types.is_list(stored):
        return f"{_type(stored.value_type)}[]"
    if pa.types.is_map(stored):
        return f"map({_type(stored.key_type)}, {_type(stored.item_type)})"
    return "timestamp" if pa.types.is_timestamp(stored) else names.get(stored, str(stored))


def _cell(text: str) -> str:
    return re.sub(r"\s+", " ", text).replace("|", "\\|")


if __name__ == "__main__":
    main()
