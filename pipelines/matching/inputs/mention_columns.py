"""Mention tables of which columns are read when they are asked for: that of a large city takes gigabytes.

Belongs here: reading columns, all rows of them or some at a time. Does not: what is made of them (`mention_index`).
"""

from __future__ import annotations

from collections.abc import Iterator, Sequence
from dataclasses import dataclass
from functools import cached_property
from pathlib import Path
from typing import Protocol

import pyarrow as pa
import pyarrow.parquet as pq

from pipelines.matching.inputs.within_city import read_within_city
from warehouse.model.data_model import DataModel

STRETCH = 200_000
"""Rows that are read at a time, about."""


class MentionColumns(Protocol):
    """The mentions of a kind in order of `mention_id`: an Arrow table, or one that reads what is asked of it."""

    @property
    def num_rows(self) -> int:
        """How many there are."""

    def select(self, columns: Sequence[str]) -> pa.Table:
        """Some columns."""


@dataclass(frozen=True)
class StoredMentions:
    """The mentions of a file."""

    path: Path

    @cached_property
    def num_rows(self) -> int:
        """How many there are."""
        return int(pq.read_metadata(self.path).num_rows)

    def select(self, columns: Sequence[str]) -> pa.Table:
        """Read some columns."""
        return pq.read_table(self.path, columns=list(columns))

    def stretches(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Read some columns, some rows at a time."""
        with pq.ParquetFile(self.path) as file:
            for batch in file.iter_batches(STRETCH, columns=list(columns)):
                yield pa.Table.from_batches([batch])


@dataclass(frozen=True)
class WithinCity:
    """Mentions as matching reads them, see `within_city`."""

    model: DataModel
    kind: str
    mentions: MentionColumns

    @property
    def num_rows(self) -> int:
        """How many there are."""
        return self.mentions.num_rows

    def select(self, columns: Sequence[str]) -> pa.Table:
        """Read some columns."""
        return self._named(self.mentions.select(self._with_city(columns)), columns)

    def stretches(self, columns: Sequence[str]) -> Iterator[pa.Table]:
        """Read some columns, some rows at a time."""
        return (self._named(some, columns) for some in stretches(self.mentions, self._with_city(columns)))

    def _with_city(self, columns: Sequence[str]) -> list[str]:
        return list(dict.fromkeys([*columns, "city"]))

    def _named(self, some: pa.Table, columns: Sequence[str]) -> pa.Table:
        return read_within_city(self.model, self.kind, some).select(list(columns))


def stretches(mentions: MentionColumns, columns: Sequence[str]) -> Iterator[pa.Table]:
    """Some columns of mentions, some rows at a time where these are read when they are asked for."""
    if isinstance(mentions, StoredMentions | WithinCity):
        return mentions.stretches(columns)
    return iter([mentions.select(list(columns))])
