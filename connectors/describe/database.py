"""SQLite files: which tables there are."""

from __future__ import annotations

import sqlite3
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from connectors.describe.names import landed_names
from connectors.describe.table import Layout, TableLayout
from connectors.rows import DeliveryRejected
from warehouse.model.sql import identifier


def look(path: Path) -> Layout:
    """The layout of a SQLite file: every table of its own that has columns.

    Raises:
        DeliveryRejected: it is damaged or has no table.
    """
    tables: list[TableLayout] = []
    notes: list[str] = []
    try:
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)) as connection:
            named = connection.execute(
                "select name from sqlite_master where type = 'table' and name not like 'sqlite\\_%' escape '\\'"
            )
            for (name,) in named.fetchall():
                cursor = connection.execute(f"select * from {identifier(name)} limit 0")
                names, further = landed_names([column for column, *_ in cursor.description])
                tables.append(TableLayout(name, names))
                notes += further
    except sqlite3.DatabaseError as error:
        raise DeliveryRejected("not_sqlite", "SQLite数据库损坏或不完整，请重新导出") from error
    if not tables:
        raise DeliveryRejected("sheet_missing", "数据库中没有表，请重新导出")
    return Layout({"kind": "sql"}, tuple(tables), tuple(notes))
