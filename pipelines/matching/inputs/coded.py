"""A column as codes into its distinct values, and what views do with such columns.

Belongs here: deriving columns from columns by looking at distinct values only. Does not: which columns (`views`).
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.engine.encode import DISTINCT, Codes, Dictionary, Encoded, codes_of, encode, filled, is_distinct
from pipelines.parallel import each


@dataclass(frozen=True)
class Coded:
    """Per row the place of its value among `values`, -1 for null.

    A value may occur twice unless `distinct`; then none of them is null either. Some may be no row's.
    """

    codes: Codes
    values: pa.Array
    distinct: bool = False

    @classmethod
    def of(cls, column: pa.ChunkedArray, known: bool = False) -> Coded:
        """Any column; it is `known` that its dictionary, if it has one, holds no value twice, and no null."""
        return cls(*codes_of(column, known), distinct=True)

    @classmethod
    def named(cls, table: pa.Table, name: str) -> Coded:
        """A column of a table, see `known_distinct`."""
        return cls.of(table.column(name), is_distinct(table.schema.field(name)))

    def map(self, function: Callable[[pa.Array], pa.Array]) -> Coded:
        """The column of `function` of the values; where it gives null the row is null."""
        values = function(self.values)
        null = np.append(np.asarray(pc.is_null(values)), True)
        return Coded(np.where(null[self.codes], np.int32(-1), self.codes).astype(np.int32, copy=False), values)

    def without(self, dropped: pa.Array) -> Coded:
        """The column with null for some of the values."""
        gone = pc.is_in(self.values, value_set=dropped)
        if not pc.any(gone).as_py():
            return self
        kept = np.append(~np.asarray(gone), False)
        place = np.where(kept, np.cumsum(kept) - 1, -1).astype(np.int32)
        return Coded(place[self.codes], self.values.filter(pc.invert(gone)), self.distinct)

    def is_one_of(self, *wanted: str) -> np.ndarray:
        """Per row whether the value is one of these; null is not."""
        hit = np.append(np.asarray(pc.is_in(self.values, value_set=pa.array(wanted, self.values.type))), False)
        return np.asarray(hit[self.codes])

    def where(self, keep: np.ndarray) -> Coded:
        """The column with null wherever `keep` is false."""
        return Coded(np.where(keep, self.codes, np.int32(-1)), self.values, self.distinct)

    def otherwise(self, other: Coded) -> Coded:
        """This column, and `other` where this one is null."""
        rows = np.flatnonzero((self.codes < 0) & (other.codes >= 0))
        if not len(rows):
            return self
        used = np.zeros(len(other.values), dtype=bool)
        used[other.codes[rows]] = True
        added = other.values.filter(pa.array(used)).cast(self.values.type)
        place = np.cumsum(used, dtype=np.int32) - 1 + np.int32(len(self.values))
        if self.distinct and other.distinct:  # what is there already is not added
            known = pc.index_in(self.values, value_set=added)
            here = np.flatnonzero(np.asarray(pc.is_valid(known)))
            where = np.asarray(known.take(pa.array(here))) if len(here) else here
            new = np.ones(len(added), dtype=bool)
            new[where] = False
            spot = np.cumsum(new, dtype=np.int32) - 1 + np.int32(len(self.values))
            spot[where] = here
            place, added = spot[place - np.int32(len(self.values))], added.filter(pa.array(new))
        codes = self.codes.copy()
        codes[rows] = place[other.codes[rows]]
        return Coded(codes, pa.concat_arrays([self.values, added]), self.distinct and other.distinct)

    @property
    def deduplicated(self) -> Coded:
        """The column with every value in one place only, and none of them null."""
        if self.distinct:
            return self
        again = self.values.dictionary_encode()
        place = np.append(filled(again.indices), np.int32(-1))
        return Coded(place[self.codes], again.dictionary, distinct=True)

    @property
    def given(self) -> np.ndarray:
        """Per row whether there is a value."""
        return self.codes >= 0

    @property
    def arrow(self) -> pa.DictionaryArray:
        """The column as an array."""
        return pa.DictionaryArray.from_arrays(pa.array(self.codes, mask=self.codes < 0), self.values)


def known_distinct(table: pa.Table) -> pa.Table:
    """The table, with word that its dictionaries hold no value twice: as Parquet tells of columns that were written plain."""
    coded = [pa.types.is_dictionary(f.type) for f in table.schema]
    fields = [f.with_metadata(DISTINCT) if d else f for f, d in zip(table.schema, coded, strict=True)]
    return table.cast(pa.schema(fields))


@dataclass(frozen=True)
class CodedTable:
    """A view whose columns are codes already: `encoded` spares them the way through Arrow, `arrow` is for other readers.

    Attributes:
        ids: of the rows.
        columns: all other columns.
    """

    ids: pa.ChunkedArray
    columns: Mapping[str, Coded]

    def encoded(self, columns: tuple[str, ...], threads: int = 1) -> Encoded:
        """Some of the columns as `encode` gives them.

        Raises:
            KeyError: a column is not in the table.
        """
        names = sorted(columns, key=lambda c: self.columns[c].distinct)  # those that take long first
        found = dict(zip(names, each(lambda c: self.columns[c].deduplicated, names, threads), strict=True))
        return Encoded(
            {c: found[c].codes for c in columns}, {c: Dictionary(found[c].values) for c in columns}, len(self.ids)
        )

    @property
    def arrow(self) -> pa.Table:
        """A table, which tells `encode` of columns whose distinct values need not be looked for again."""
        fields = [pa.field("mention_id", self.ids.type)]
        arrays = [self.ids]
        for name, column in self.columns.items():
            arrays.append(column.arrow)
            fields.append(pa.field(name, arrays[-1].type, metadata=DISTINCT if column.distinct else None))
        return pa.table(arrays, schema=pa.schema(fields))


def encoded(table: pa.Table | CodedTable, columns: tuple[str, ...], threads: int = 1) -> Encoded:
    """Some columns of a view as codes, whichever kind of table it is; see `encode`."""
    return table.encoded(columns, threads) if isinstance(table, CodedTable) else encode(table, columns, threads)
