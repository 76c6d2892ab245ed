"""Comparing some records: read them once, then give the patterns of pairs of them.

Belongs here: reading just these records. Does not: which they are (`advance`), or how two values compare (`compare`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.compare import Comparer, Patterns
from pipelines.matching.engine.encode import Codes
from pipelines.matching.engine.population import Population
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.incremental.row_delta import RowDelta, read_rows
from pipelines.matching.inputs.rows import Rows

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class RecordComparer:
    """Some records, ready to be compared.

    Attributes:
        records: their slots, ascending.
        comparer: of these records in this order; None where there are none.
    """

    records: Ints
    comparer: Comparer | None

    @classmethod
    def of(
        cls, spec: MatchSpec, population: Population, rows: Rows, delta: RowDelta, records: Ints, *, threads: int
    ) -> RecordComparer:
        """Read some records.

        Args:
            spec: what is compared.
            population: how common values are.
            rows: of the run.
            delta: which rows make which records.
            records: slots of the records, ascending.
            threads: threads to use.
        """
        if not len(records):
            return cls(records, None)
        wanted = np.zeros(len(delta.alive) + 1, dtype=bool)  # the last one stands for "no record"
        wanted[records] = True
        members = np.flatnonzero(wanted[delta.record_of_row])
        row = np.empty(len(delta.alive), dtype=np.int64)  # all rows of a record have the same content: any one will do
        row[delta.record_of_row[members]] = members
        columns = read_rows(spec, rows, row[records], threads)
        return cls(records, Comparer(spec, columns, np.ones(columns.size, dtype=np.int64), None, population))

    def self_patterns(self, records: Ints) -> Patterns:
        """Pattern of each record with itself."""
        if self.comparer is None:
            return np.zeros(0, dtype=np.int64)
        return self.comparer.self_patterns(self._indices(records))

    def patterns(self, left: Codes | Ints, right: Codes | Ints) -> Patterns:
        """Pattern of each pair of records."""
        if self.comparer is None:
            return np.zeros(0, dtype=np.int64)
        return self.comparer.patterns(self._indices(left), self._indices(right))

    def _indices(self, records: Codes | Ints) -> Codes:
        return np.searchsorted(self.records, records).astype(np.int32)
