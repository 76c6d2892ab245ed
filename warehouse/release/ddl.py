"""From contracts to DDL: tables, comments in both languages, Chinese views.

Belongs here: text of statements, made from `warehouse.model`. Does not: running them (`warehouse.release.build`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence

import pyarrow as pa

from warehouse.model import vocabulary
from warehouse.model.catalogue import CODE
from warehouse.model.data_model import DataModel
from warehouse.model.release import SCHEMAS, Served, codes
from warehouse.model.sql import identifier as name
from warehouse.model.sql import literal as text
from warehouse.model.table import Column, Table
from warehouse.model.vocabulary import words

CHINESE = "一张网"

_TYPES = {
    pa.string(): "varchar",
    pa.int64(): "bigint",
    pa.float64(): "double",
    pa.bool_(): "boolean",
    pa.date32(): "date",
    pa.timestamp("us"): "timestamp",
}


def column_type(model: DataModel, table: Table, column: Column) -> str:
    """The DuckDB type of a column of the release, in small letters. KeyError for an Arrow type no contract uses yet.

    Codes are ENUMs declared in the column itself: a type with a name would tie the table to the schema it lies in.
    """
    if allowed := codes(model, table, column):
        return f"enum({', '.join(map(text, allowed))})"
    if pa.types.is_list(column.type):
        return f"{_TYPES[column.type.value_type]}[]"
    if pa.types.is_map(column.type):
        return f"map({_TYPES[column.type.key_type]}, {_TYPES[column.type.item_type]})"
    return _TYPES[column.type]


def is_nullable(table: Table, column: Column) -> bool:
    """Whether a row of the release may lack it; the file itself refuses one that lacks another."""
    return column.nullable and column.name not in table.key


def create_schemas() -> Iterator[str]:
    """One statement per schema. DuckDB takes no comments on schemas: their meaning is told in `catalogue.field`."""
    for schema in SCHEMAS:
        yield f"create schema {name(schema)}"


def create_table(model: DataModel, table: Table) -> str:
    """The table with its types and NOT NULL.

    No PRIMARY KEY: its index would hold every key in memory while a city of 60 million claims is loaded and would be
    written into the file, for a guarantee `verify_release` gives once and a look-up the sort order gives as well.
    """
    columns = ", ".join(
        f"{name(c.name)} {column_type(model, table, c)}{'' if is_nullable(table, c) else ' not null'}"
        for c in table.columns
    )
    return f"create or replace table {qualified(table)} ({columns})"


def comments(served: Served) -> Iterator[str]:
    """COMMENT ON the table, its Chinese view and every column of both: `中文 | English`."""
    table, view = served.table, f"{name(CHINESE)}.{name(served.view)}"
    about = text(f"{table.zh} | {table.en}: {table.grain}")
    yield f"comment on table {qualified(table)} is {about}"
    yield f"comment on view {view} is {about}"
    for column in table.columns:
        said = text(f"{column.zh} | {column.en}")
        yield f"comment on column {qualified(table)}.{name(column.name)} is {said}"
        yield f"comment on column {view}.{name(column.title)} is {said}"


def create_view(model: DataModel, served: Served) -> str:
    """The table under its Chinese name, columns under their titles, codes as Chinese words."""
    columns = ", ".join(f"{_worded(model, served.table, c)} as {name(c.title)}" for c in served.table.columns)
    return (
        f"create or replace view {name(CHINESE)}.{name(served.view)} as select {columns} from {qualified(served.table)}"
    )


def dictionary(tables: Sequence[Served]) -> list[dict[str, object]]:
    """The release's own columns as rows of `catalogue.field`, with a row per schema whose dataset and field are ''."""
    rows: list[dict[str, object]] = [
        {"owner": "release", "dataset": schema, "field": "", "title_zh": zh, "title_en": en, "attributes": []}
        for schema, (zh, en) in SCHEMAS.items()
    ]
    for served in tables:
        rows += [
            {
                "owner": "release",
                "dataset": served.table.full_name,
                "field": c.name,
                "title_zh": c.zh,
                "title_en": c.en,
                "attributes": [],
            }
            for c in served.table.columns
        ]
    return rows


def labels(model: DataModel) -> list[dict[str, str]]:
    """The codes One Network itself sets as rows of `catalogue.code`."""
    return [dict(zip(CODE.names, label, strict=True)) for label in vocabulary.labels(model)]


def qualified(table: Table) -> str:
    """`"schema"."table"`, without a database: views must hold under whatever name the file is attached."""
    return f"{name(table.schema)}.{name(table.name)}"


def attribute_worded(model: DataModel) -> str:
    """The expression that gives the Chinese title of `attribute` of an entity of `entity_kind`."""
    kinds = []
    for kind in model.kinds:
        cases = " ".join(f"when {text(a)} then {text(title)}" for a, title in model.titles(kind).items())
        kinds.append(f"when {text(kind)} then case attribute {cases} else attribute end")
    return f"case entity_kind {' '.join(kinds)} else attribute end"


def _worded(model: DataModel, table: Table, column: Column) -> str:
    column_name = name(column.name)
    if column.name == "attribute" and "entity_kind" in table.names:
        return column_name if "attribute_title" in table.names else attribute_worded(model)
    if (known := words(model).get(column.name)) and column.type == pa.string():
        cases = " ".join(f"when {text(code)} then {text(word)}" for code, word in known.items())
        return f"case {column_name} {cases} else {column_name}::varchar end"
    return column_name
