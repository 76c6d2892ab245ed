"""Records that are looked at to be compared, and the patterns of pairs of them.

Belongs here: reading just these records, once. Does not: which they are (`advance`), or how two values compare (`compare`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.compare import Comparer, Patterns
from pipelines.matching.engine.encode import Codes
from pipelines.matching.engine.population import Population
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.incremental.changes import Now, looked_at
from pipelines.matching.inputs.rows import Rows

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class Compared:
    """Some records, ready to be compared.

    Attributes:
        records: places of them, ascending.
        comparer: of these records in this order; none where there are none.
    """

    records: Ints
    comparer: Comparer | None

    @classmethod
    def of(
        cls, spec: MatchSpec, population: Population, rows: Rows, now: Now, records: Ints, *, threads: int
    ) -> Compared:
        """Read some records.

        Args:
            spec: what is compared.
            population: how common values are.
            rows: of the run.
            now: which rows make which records.
            records: places of those to be read, ascending.
            threads: threads to use.
        """
        if not len(records):
            return cls(records, None)
        wanted = np.zeros(len(now.alive) + 1, dtype=bool)  # the last for rows of no record
        wanted[records] = True
        theirs = np.flatnonzero(wanted[now.of_row])
        row = np.empty(len(now.alive), dtype=np.int64)  # rows of a record say the same: any will do
        row[now.of_row[theirs]] = theirs
        told = looked_at(spec, rows, row[records], threads)
        return cls(records, Comparer(spec, told, np.ones(told.size, dtype=np.int64), None, population))

    def own_patterns(self, records: Ints) -> Patterns:
        """Pattern of each record with itself."""
        if self.comparer is None:
            return np.zeros(0, dtype=np.int64)
        return self.comparer.own_patterns(self._places(records))

    def patterns(self, left: Ints, right: Ints) -> Patterns:
        """Pattern of each pair of records."""
        if self.comparer is None:
            return np.zeros(0, dtype=np.int64)
        return self.comparer.patterns(self._places(left), self._places(right))

    def _places(self, records: Ints) -> Codes:
        return np.searchsorted(self.records, records).astype(np.int32)
