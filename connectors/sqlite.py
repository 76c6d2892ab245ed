"""A delivered SQLite file, table by table.

Belongs here: reading a file another system wrote. Pulling from a database server is `connectors.server`.
"""

from __future__ import annotations

import sqlite3
from collections.abc import Iterator
from contextlib import closing
from pathlib import Path
from urllib.parse import quote

from connectors.headings import match, require
from connectors.rows import BATCH_ROWS, Batches, Chunk, DeliveryRejected, cell_text, make_batch
from connectors.spec import Dataset
from warehouse.model.sql import identifier


def read(path: Path, datasets: tuple[Dataset, ...]) -> Batches:
    """Yield the rows of every declared table in the order they were written (rowid).

    Raises:
        DeliveryRejected: `not_sqlite`, `sheet_missing` where a table is, `column_missing`.
    """
    with path.open("rb") as stream:
        head = stream.read(100)
    if head[:16] != b"SQLite format 3\x00":
        raise DeliveryRejected("not_sqlite", "文件不是SQLite数据库，请检查导出")
    if path.stat().st_size < _promised_size(head):
        raise DeliveryRejected("not_sqlite", "SQLite数据库不完整（文件被截断），请重新导出")
    try:
        # immutable: the original is never written to, not even by a journal
        with closing(sqlite3.connect(f"file:{quote(str(path))}?mode=ro&immutable=1", uri=True)) as connection:
            connection.text_factory = lambda raw: raw.decode("utf-8", "surrogateescape")
            tables = [name for (name,) in connection.execute("select name from sqlite_master where type = 'table'")]
            for dataset in datasets:
                yield from _table(connection, tables, dataset)
    except sqlite3.DatabaseError as error:
        raise DeliveryRejected("not_sqlite", "SQLite数据库损坏或不完整，请重新导出") from error


def _promised_size(head: bytes) -> int:
    """Bytes the header promises, 0 where it makes no promise (SQLite file format, 1.3.1 and 1.3.8).

    SQLite itself reads a file that lost its last pages as one with fewer rows.
    """
    page = int.from_bytes(head[16:18], "big")
    return (65_536 if page == 1 else page) * int.from_bytes(head[28:32], "big") if head[24:28] == head[92:96] else 0


def _table(connection: sqlite3.Connection, tables: list[str], dataset: Dataset) -> Batches:
    table = dataset.sheet or dataset.name
    if table not in tables:
        raise DeliveryRejected("sheet_missing", f"缺少表“{table}”，文件中有：{'、'.join(sorted(tables)[:20])}")
    cursor = connection.execute(f"select * from {identifier(table)}")
    columns = match(dataset, [name for name, *_ in cursor.description])
    require(dataset, columns)
    warnings = columns.warnings(dataset.name)
    chunk = Chunk(len(columns.names))
    number = 0
    for rows in _fetches(cursor):
        for row in rows:
            number += 1
            chunk.add(number, [cell_text(value) for value in row])
        yield make_batch(dataset, table, columns.names, chunk, warnings=warnings)
        warnings = ()
    yield make_batch(dataset, table, columns.names, chunk, warnings=warnings)


def _fetches(cursor: sqlite3.Cursor) -> Iterator[list[tuple[object, ...]]]:
    while rows := cursor.fetchmany(BATCH_ROWS):
        yield rows
