"""Whom rows name: what duties, benefits and care tags ask of the rows that tell of them.

Belongs here: the person of every row, the days a row gives, and the day it is. Does not: what a row tells (`duties`, `benefits`, `care`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import pyarrow as pa

from connectors.manifest import manifest
from connectors.spec import Dataset, Platform
from pipelines.standardise.dates import standardise_dates
from pipelines.standardise.distinct import over_distinct
from pipelines.standardise.roles import ROW_COLUMNS, mentions_of_rows
from warehouse.model import Home
from warehouse.model.data_model import DataModel
from warehouse.model.link import ENTITY

PERSON = "person"
ROW = ("delivery_id", "file_name", "sheet_name", "row_number")
"""Where a row stands."""


@dataclass(frozen=True)
class NamedPersons:
    """The persons of a city by the rows that name them.

    Attributes:
        model: the kinds there are.
        mentions: of persons, in order of `mention_id`; the columns that tell of which row each is.
        entities: the person each of them names.
    """

    model: DataModel
    mentions: pa.Table
    entities: pa.Array

    @classmethod
    def of(cls, home: Home) -> NamedPersons:
        """Read mentions and entities of a home."""
        mentions = home.data_model.mention(PERSON).read(home.stage("mention", PERSON), list(ROW_COLUMNS))
        entities = ENTITY.read(home.stage("entity", PERSON), ["entity_id"])["entity_id"].combine_chunks()
        return cls(home.data_model, mentions, entities)

    def in_rows(self, platform: Platform, dataset: Dataset, role: str, rows: pa.Table) -> pa.Array:
        """Id of the person that each row of a dataset names in a role; null where it names none."""
        ids = mentions_of_rows(self.model, self.mentions, platform, dataset, role, rows)
        return self.entities.take(pa.array(ids, pa.int64(), mask=ids < 0))


def days(rows: pa.Table, column: str | None) -> pa.ChunkedArray | pa.Array:
    """A column of days (date32), null where it can't be read or there is none."""
    if column is None:
        return pa.nulls(rows.num_rows, pa.date32())
    return over_distinct(rows[column], standardise_dates).column(0).cast(pa.date32())


def newest_day(home: Home) -> date:
    """The newest day of a delivery, whatever became of it; the first of all days where none has one."""
    return max((day for day in manifest(home)["delivered_on"].to_pylist() if day), default=date.min)
