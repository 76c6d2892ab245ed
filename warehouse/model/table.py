"""A table contract: name, grain, key, columns with types and comments in two languages.

Every table that passes from one stage to the next, and every table of the release, is declared once as a `Table`.
`Table.conform` is the gate: what does not fit the declaration is not written.
"""

from __future__ import annotations

import re
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass, replace
from functools import cached_property
from pathlib import Path
from typing import Any

import pyarrow as pa
import pyarrow.parquet as pq

from warehouse.model.durable import aside, put_in_place

CODE = pa.dictionary(pa.int32(), pa.string())
"""Texts of which there are few, each row with the number of its own."""


class ContractError(ValueError):
    """A table does not fit its declared contract. The message names table and column, never a value."""


@dataclass(frozen=True)
class Column:
    """One column: its Arrow type, its comment in Chinese and English, and whether null is allowed.

    `personal` marks values that identify a person (number, phone, name, address): they never reach logs, metadata or
    check results, and numbers and phones are masked in the plain release.
    """

    name: str
    type: pa.DataType
    zh: str
    en: str
    nullable: bool = True
    personal: bool = False
    label: str = ""

    @property
    def title(self) -> str:
        """Short Chinese name, a column name in the views of schema `一张网`: `label`, else what `zh` says before any remark."""
        return self.label or re.sub("（.*?）", "", re.split("[：，]", self.zh)[0])

    @property
    def field(self) -> pa.Field:
        """The Arrow field, without comments."""
        return pa.field(self.name, self.type, self.nullable)


@dataclass(frozen=True)
class Table:
    """One contracted table. `key` columns are unique together and never null."""

    schema: str
    name: str
    zh: str
    en: str
    grain: str
    key: tuple[str, ...]
    columns: tuple[Column, ...]

    @property
    def full_name(self) -> str:
        """`schema.name`, as analysts write it."""
        return f"{self.schema}.{self.name}"

    @cached_property
    def arrow(self) -> pa.Schema:
        """The Arrow schema in declared column order."""
        return pa.schema([c.field for c in self.columns])

    @cached_property
    def names(self) -> tuple[str, ...]:
        """Column names in declared order."""
        return tuple(c.name for c in self.columns)

    def empty(self) -> pa.Table:
        """The table with no rows."""
        return self.arrow.empty_table()

    def conform(self, table: pa.Table) -> pa.Table:
        """Return `table` with exactly the declared columns, order and types.

        Args:
            table: any Arrow table; columns not declared are dropped, declared nullable columns that are absent are null.

        Raises:
            ContractError: a required column is absent or holds nulls, or a type can't be cast without loss.
        """
        arrays = []
        for column in self.columns:
            if column.name not in table.column_names:
                if not column.nullable:
                    raise ContractError(f"{self.full_name}: required column {column.name!r} is absent")
                arrays.append(pa.nulls(table.num_rows, column.type))
                continue
            try:
                array = table.column(column.name).cast(column.type)
            except (pa.ArrowInvalid, pa.ArrowNotImplementedError):
                found = table.column(column.name).type
                raise ContractError(
                    f"{self.full_name}.{column.name}: {found} can't become {column.type} without loss"
                ) from None
            if not column.nullable and array.null_count:
                raise ContractError(f"{self.full_name}.{column.name}: {array.null_count} nulls in a required column")
            arrays.append(array)
        return pa.Table.from_arrays(arrays, schema=self.arrow)

    def write(self, table: pa.Table, path: Path, metadata: Mapping[bytes, bytes] | None = None) -> int:
        """Write `table` as Parquet under this contract, aside first and then in place; return the row count.

        `metadata` goes into the file's schema.
        """
        path.parent.mkdir(parents=True, exist_ok=True)
        written = aside(path)
        try:
            pq.write_table(
                self.conform(table).replace_schema_metadata(metadata), written, compression="zstd", compression_level=1
            )
        except OSError:
            written.unlink(missing_ok=True)
            raise
        put_in_place(written, path)
        return table.num_rows

    def read(self, path: Path, columns: list[str] | None = None) -> pa.Table:
        """Read a Parquet file written by `write`; an absent file is an empty table."""
        if not path.exists():
            table = self.empty()
            return table.select(columns) if columns else table
        return pq.read_table(path, columns=columns)


@contextmanager
def parquet_writer(path: Path, contract: Table) -> Iterator[pq.ParquetWriter]:
    """A Parquet file under a contract, written aside and put in place when the block ends without an error."""
    with writing(aside(path), contract) as writer:
        yield writer
    put_in_place(aside(path), path)


def writing(path: Path, contract: Table) -> pq.ParquetWriter:
    """A writer of a Parquet file under a contract; its folder is made. Who reads the file finds dictionaries as their texts."""
    path.parent.mkdir(parents=True, exist_ok=True)
    as_declared = all(column.type != CODE for column in contract.columns)
    return pq.ParquetWriter(path, contract.arrow, compression="zstd", compression_level=1, store_schema=as_declared)


def replace_parquet(table: pa.Table, path: Path, **options: Any) -> None:
    """Replace a Parquet file that has no contract by one of a table, whole; its folder is made. Options are those of `write_table`."""
    path.parent.mkdir(parents=True, exist_ok=True)
    pq.write_table(table, aside(path), **options)
    put_in_place(aside(path), path)


def coded(contract: Table, *names: str) -> Table:
    """A contract with some columns of text as dictionaries: for a table with few words in many rows, while it is made."""
    return replace(contract, columns=tuple(replace(c, type=CODE) if c.name in names else c for c in contract.columns))
