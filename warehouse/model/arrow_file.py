"""Tables as Arrow files that are mapped into memory: who takes some rows reads about these.

Belongs here: writing such a file whole, mapping it. Does not: what it holds. A table for other tools is Parquet (`table`).
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from warehouse.model.durable import aside, put_in_place


def write_arrow(table: pa.Table, path: Path) -> None:
    """Replace the file by one of the table, whole; folders are made."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with pa.OSFile(str(aside(path)), "wb") as file, pa.ipc.new_file(file, table.schema) as writer:
        writer.write_table(table.combine_chunks())
    put_in_place(aside(path), path)


def mapped(path: Path) -> pa.Table:
    """The table of such a file, its columns mapped into memory."""
    return pa.ipc.open_file(pa.memory_map(str(path))).read_all()
