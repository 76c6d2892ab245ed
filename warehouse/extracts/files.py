"""The files of an extract: their names, the Parquet and the CSV of one table, and taking over files of a former extract.

Belongs here: how files are written and named. Does not: what is in them.
"""

from __future__ import annotations

import os
import re
import shutil
from pathlib import Path

import pyarrow as pa
import pyarrow.csv as pa_csv
import pyarrow.parquet as pq

from warehouse.extracts.safe_text import guard_csv

BOM = b"\xef\xbb\xbf"
ENDINGS = ("csv", "parquet")
"""Of the files of one table."""


def stem(platform: str, name: str) -> str:
    """The name of a file, without ending: nothing in it that a file system or a shell trips over."""
    return f"{platform}_{re.sub(r'[^0-9A-Za-z_·（）一-鿿-]', '_', name)}"


class TableFiles:
    """The Parquet and the CSV of one table, written batch by batch."""

    def __init__(self, path: Path, schema: pa.Schema) -> None:
        self.parquet = pq.ParquetWriter(f"{path}.parquet", schema, compression="zstd", compression_level=1)
        self.text = pa.OSFile(f"{path}.csv", "wb")
        self.text.write(BOM)  # without it Excel takes UTF-8 for the code page of the machine
        self.csv = pa_csv.CSVWriter(self.text, guard_csv(schema.empty_table()).schema)

    def __enter__(self) -> TableFiles:
        return self

    def write(self, table: pa.Table) -> None:
        """Append rows."""
        self.parquet.write_table(table)
        self.csv.write_table(guard_csv(table))

    def __exit__(self, *_: object) -> None:
        self.csv.close()
        self.text.close()
        self.parquet.close()


def link(file: Path, folder: Path) -> None:
    """Give a file a name in another folder too; a copy where the file system knows no links."""
    try:
        os.link(file, folder / file.name)
    except OSError:
        shutil.copyfile(file, folder / file.name)
