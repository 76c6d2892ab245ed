"""Writing into the landing area: original bytes, rows, refused rows. Everything is written aside and then renamed.

Belongs here: file by file how it is stored. Does not: what is stored and when (`connectors.landing`).
"""

from __future__ import annotations

import hashlib
import os
import sqlite3
import tempfile
from collections.abc import Sequence
from contextlib import closing
from pathlib import Path
from typing import BinaryIO, Protocol

import pyarrow as pa
import pyarrow.compute as pc
import pyarrow.parquet as pq

from connectors.inbox import unreadable
from connectors.rows import ROW_NUMBER, DeliveryRejected, Rejection, RowBatch
from connectors.spec import Dataset
from warehouse.model.durable import put_in_place
from warehouse.model.home import Home
from warehouse.model.landing import PROVENANCE, REJECTED

BLOCK = 1 << 20
KEY_HEX = 16
"""Hex digits of a row key: 64 bits, so that among 10 million rows of a dataset a chance collision is 3 in a million."""


class Named(Protocol):
    """What the writers need to know of a delivery."""

    @property
    def delivery_id(self) -> str:
        """Its id."""
        ...

    @property
    def file_name(self) -> str:
        """Its file name as delivered."""
        ...


class StillWrittenError(Exception):
    """A file changed while it was copied: it is not all there yet."""


def keep_original(path: Path, home: Home) -> str:
    """Copy a file under its SHA-256, hashing what is copied; one copy of the same bytes. Returns the SHA-256.

    A link is not followed and a pipe not waited for: either may have taken the place of the file meanwhile.

    Raises:
        DeliveryRejected: `not_readable`.
        StillWrittenError: it changed meanwhile.
        OSError: the home can't be written to.
    """
    folder = home.landing / "original"
    folder.mkdir(parents=True, exist_ok=True)
    aside = folder / f".{hashlib.sha256(os.fsencode(path)).hexdigest()[:16]}.writing"
    digest = hashlib.sha256()
    with _opened(path) as source, aside.open("wb") as copy:
        before = os.fstat(source.fileno())
        while block := _block(source):
            digest.update(block)
            copy.write(block)
        after = os.fstat(source.fileno())
    if (before.st_size, before.st_mtime_ns) != (after.st_size, after.st_mtime_ns):
        aside.unlink()
        raise StillWrittenError
    final = home.original(digest.hexdigest())
    final.parent.mkdir(parents=True, exist_ok=True)
    put_in_place(aside, final)
    return digest.hexdigest()


def keep_database(path: Path, beside: Sequence[Path], home: Home) -> str:
    """`keep_original` of a SQLite file with what is not written into it yet: its journals are carried out on a copy.

    Raises:
        DeliveryRejected: `not_sqlite` where the two do not go together.
    """
    with tempfile.TemporaryDirectory(prefix="onenet-sqlite-") as folder:
        copy = Path(folder) / "database"
        for part in (path, *beside):
            with _opened(part) as source, copy.with_name(copy.name + part.name[len(path.name) :]).open("wb") as out:
                while block := _block(source):
                    out.write(block)
        try:
            with closing(sqlite3.connect(copy)) as connection:
                connection.execute("pragma wal_checkpoint(truncate)")
                connection.execute("pragma journal_mode = delete")
        except sqlite3.DatabaseError as error:
            reason = "SQLite数据库与同名的-wal或-journal文件不匹配或已损坏，请关闭数据库后重新导出"
            raise DeliveryRejected("not_sqlite", reason) from error
        return keep_original(copy, home)


def _opened(path: Path) -> BinaryIO:
    try:
        return os.fdopen(os.open(path, os.O_RDONLY | os.O_NOFOLLOW | os.O_NONBLOCK | os.O_CLOEXEC), "rb")
    except OSError as error:
        raise unreadable(error) from None


def _block(source: BinaryIO) -> bytes:
    try:
        return source.read(BLOCK)
    except OSError as error:
        raise unreadable(error) from None


NO_KEY = pa.array(
    [
        "-",
        "--",
        "—",
        "——",
        "/",
        "\\",
        "无",
        "暂无",
        "空",
        "不详",
        "未知",
        "null",
        "NULL",
        "None",
        "N/A",
        "n/a",
        "#N/A",
        "\\N",
        "(null)",
    ]
)
"""What is written where a row has no key. Rows that share it are not one row."""


def row_keys(rows: pa.RecordBatch, dataset: Dataset) -> pa.Array:
    """The identity of each row across deliveries, 16 hex digits.

    A hash of the declared key; where none is declared, a part of it is empty or all of it says that there is none (`-`,
    `无`), of all declared cells that are filled, except running numbers. Cells enter with their column's oldest name in
    sorted order, so that neither the order of columns in the file, nor a new heading, nor a column nobody declared (or
    filled) changes it.
    """
    content = [n for n, spec in dataset.columns.items() if not spec.running_number and n in rows.schema.names]
    if not dataset.key:
        return _hashed(rows, dataset, content, "row")
    keyed = _hashed(rows, dataset, dataset.key, "key")
    empty = pa.array([False] * rows.num_rows, pa.bool_())
    nothing = pa.array([True] * rows.num_rows, pa.bool_())
    for name in dataset.key:
        empty = pc.or_(empty, rows.column(name).is_null())
        text = pc.utf8_trim_whitespace(rows.column(name))
        blank = pc.or_(pc.equal(text, ""), pc.is_in(text, value_set=NO_KEY))
        nothing = pc.and_(nothing, pc.fill_null(blank, True))
    empty = pc.or_(empty, nothing)
    return pc.if_else(empty, _hashed(rows, dataset, content, "row"), keyed) if pc.any(empty).as_py() else keyed


def _hashed(rows: pa.RecordBatch, dataset: Dataset, names: Sequence[str], what: str) -> pa.Array:
    # \x1e and \x1f are separators no department writes; an empty cell is left out
    named = sorted((dataset.identity(name), name) for name in names)
    cells = [pc.binary_join_element_wise(identity, rows.column(name), "\x1e") for identity, name in named]
    joined = pc.binary_join_element_wise(what, *cells, "\x1f", null_handling="skip")
    blake = hashlib.blake2b
    return pa.array([blake(t.encode(), digest_size=KEY_HEX // 2).hexdigest() for t in joined.to_pylist()], pa.string())


class DatasetWriter:
    """Streams the rows of one dataset of one delivery into Parquet.

    Columns may differ from batch to batch (JSON): a batch that brings a new column starts a new part, and closing joins
    the parts under all columns.
    """

    def __init__(self, path: Path, dataset: Dataset, delivery: Named, sheet: str) -> None:
        self.path = path
        self.landed = self.rejected = self.repeated_keys = 0
        self.warnings: list[str] = []
        self._dataset, self._delivery, self._sheet = dataset, delivery, sheet
        self._columns: list[str] = []
        self._parts: list[Path] = []
        self._writer: pq.ParquetWriter | None = None
        self._keys: list[pa.Array] = []

    @property
    def delivered(self) -> int:
        """Rows found."""
        return self.landed + self.rejected

    def write(self, batch: RowBatch) -> None:
        """Store one batch and count what it refused."""
        self.rejected += len({r.row_number for r in batch.rejected})
        self.warnings += [w for w in batch.warnings if w not in self.warnings]
        self.landed += batch.rows.num_rows
        new = [n for n in batch.rows.schema.names if n != ROW_NUMBER and n not in self._columns]
        if new or self._writer is None:
            self._columns += new
            self._start()
        table = pa.Table.from_batches([self._with_provenance(batch.rows)])
        assert self._writer
        self._writer.write_table(table)

    def _start(self) -> None:
        if self._writer:
            self._writer.close()
        self.path.parent.mkdir(parents=True, exist_ok=True)
        part = self.path.with_name(f".{self.path.name}.{len(self._parts)}.writing")
        self._parts.append(part)
        self._writer = pq.ParquetWriter(part, self._schema(), compression="zstd", compression_level=1)

    def _schema(self) -> pa.Schema:
        return pa.schema([c.field for c in PROVENANCE] + [pa.field(n, pa.string()) for n in self._columns])

    def _with_provenance(self, rows: pa.RecordBatch) -> pa.RecordBatch:
        count = rows.num_rows
        keys = row_keys(rows, self._dataset)
        if self._dataset.key:
            self._keys.append(keys)

        def repeat(value: str) -> pa.Array:
            return pa.array([value] * count, pa.string())

        head = [
            repeat(self._delivery.delivery_id),
            repeat(self._delivery.file_name),
            repeat(self._sheet),
            rows.column(ROW_NUMBER),
            keys,
        ]
        have = set(rows.schema.names)
        body = [rows.column(n) if n in have else pa.nulls(count, pa.string()) for n in self._columns]
        return pa.RecordBatch.from_arrays(head + body, schema=self._schema())

    def close(self) -> None:
        """Put the rows in place."""
        assert self._writer
        self._writer.close()
        if self._keys:
            keys = pa.chunked_array(self._keys)
            self.repeated_keys = len(keys) - pc.count_distinct(keys).as_py()
            self._keys = []
        if len(self._parts) == 1:
            put_in_place(self._parts[0], self.path)
            return
        joined = self.path.with_name(f".{self.path.name}.writing")
        schema = self._schema()
        with pq.ParquetWriter(joined, schema, compression="zstd", compression_level=1) as writer:
            for part in self._parts:
                for batch in pq.ParquetFile(part).iter_batches():
                    have = set(batch.schema.names)
                    arrays = [batch.column(f.name) if f.name in have else pa.nulls(len(batch), f.type) for f in schema]
                    writer.write_batch(pa.RecordBatch.from_arrays(arrays, schema=schema))
        put_in_place(joined, self.path)
        for part in self._parts:
            part.unlink()

    def drop(self) -> None:
        """Leave nothing behind."""
        if self._writer:
            self._writer.close()
        for part in self._parts:
            part.unlink(missing_ok=True)


class RejectedWriter:
    """Streams the refused rows of one delivery into Parquet; no file where nothing was refused."""

    def __init__(self, path: Path, platform: str, delivery: Named) -> None:
        self.path, self.platform = path, platform
        self._delivery = delivery
        self._aside = path.with_name(f".{path.name}.writing")
        self._writer: pq.ParquetWriter | None = None

    def write(self, batch: RowBatch) -> None:
        """Store what one batch refused."""
        if batch.rejected:
            self._write([self._line(batch.sheet, r) for r in batch.rejected])

    def _line(self, sheet: str, rejection: Rejection) -> dict[str, object]:
        return {
            "platform": self.platform,
            "delivery_id": self._delivery.delivery_id,
            "file_name": self._delivery.file_name,
            "sheet_name": sheet,
            "row_number": rejection.row_number,
            "column": rejection.column,
            "reason_code": rejection.code,
            "reason": rejection.reason,
        }

    def _write(self, lines: list[dict[str, object]]) -> None:
        if self._writer is None:
            self.path.parent.mkdir(parents=True, exist_ok=True)
            self._writer = pq.ParquetWriter(self._aside, REJECTED.arrow, compression="zstd", compression_level=1)
        self._writer.write_table(REJECTED.conform(pa.Table.from_pylist(lines, schema=REJECTED.arrow)))

    def close(self, also: DeliveryRejected | None = None) -> None:
        """Put the refused rows in place, with a line for the whole file where it was refused."""
        if also:
            whole = self._line("", Rejection(0, None, also.code, also.reason)) | {"row_number": None}
            self._write([whole])
        if self._writer:
            self._writer.close()
            put_in_place(self._aside, self.path)
        else:
            self.path.unlink(missing_ok=True)

    def drop(self) -> None:
        """Leave nothing behind."""
        if self._writer:
            self._writer.close()
            self._writer = None
        self._aside.unlink(missing_ok=True)
