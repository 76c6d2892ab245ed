"""A column as codes into its distinct values, and what views do with such columns.

Belongs here: deriving columns from columns by looking at distinct values only. Does not: which columns (`views`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.encode import Codes, recoded


@dataclass(frozen=True)
class Coded:
    """Per row the place of its value among `values`, -1 for null. A value may occur twice."""

    codes: Codes
    values: pa.Array

    @classmethod
    def of(cls, column: pa.ChunkedArray) -> Coded:
        """Any column."""
        if pa.types.is_dictionary(column.type):
            return cls(*recoded(column))
        one = column.combine_chunks()
        one = pa.concat_arrays(one.chunks) if isinstance(one, pa.ChunkedArray) else one
        coded = one.dictionary_encode()
        return cls(np.asarray(pc.fill_null(coded.indices, -1)).astype(np.int32, copy=False), coded.dictionary)

    def map(self, function: Callable[[pa.Array], pa.Array]) -> Coded:
        """The column of `function` of the values; where it gives null the row is null."""
        values = function(self.values)
        null = np.append(np.asarray(pc.is_null(values)), True)
        return Coded(np.where(null[self.codes], np.int32(-1), self.codes).astype(np.int32), values)

    def is_one_of(self, *wanted: str) -> np.ndarray:
        """Per row whether the value is one of these; null is not."""
        hit = np.append(np.asarray(pc.is_in(self.values, value_set=pa.array(wanted, self.values.type))), False)
        return np.asarray(hit[self.codes])

    def where(self, keep: np.ndarray) -> Coded:
        """The column with null wherever `keep` is false."""
        return Coded(np.where(keep, self.codes, np.int32(-1)).astype(np.int32), self.values)

    def otherwise(self, other: Coded) -> Coded:
        """This column, and `other` where this one is null."""
        shifted = np.where(other.codes >= 0, other.codes + len(self.values), -1)
        values = pa.concat_arrays([self.values.cast(other.values.type), other.values])
        return Coded(np.where(self.codes >= 0, self.codes, shifted).astype(np.int32), values)

    @property
    def given(self) -> np.ndarray:
        """Per row whether there is a value."""
        return self.codes >= 0

    @property
    def arrow(self) -> pa.DictionaryArray:
        """The column for a table."""
        return pa.DictionaryArray.from_arrays(pa.array(self.codes, mask=self.codes < 0), self.values)
