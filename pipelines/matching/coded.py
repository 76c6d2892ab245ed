"""A column as codes into its distinct values, and what views do with such columns.

Belongs here: deriving columns from columns by looking at distinct values only. Does not: which columns (`views`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.encode import DISTINCT, Codes, codes_of, is_distinct


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


def coded_table(columns: dict[str, Coded | pa.Array | pa.ChunkedArray]) -> pa.Table:
    """A table of columns, which tells `encode` of those whose distinct values need not be looked for again."""
    arrays = [c.arrow if isinstance(c, Coded) else c for c in columns.values()]
    known = [isinstance(c, Coded) and c.distinct for c in columns.values()]
    fields = [
        pa.field(name, array.type, metadata=DISTINCT if distinct else None)
        for name, array, distinct in zip(columns, arrays, known, strict=True)
    ]
    return pa.table(arrays, schema=pa.schema(fields))
