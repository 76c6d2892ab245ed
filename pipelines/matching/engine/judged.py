"""Decisions of people as the engine works on them: pairs of records, and what they teach.

Belongs here: from ids and verdicts to records and patterns. Does not: checking verdicts (`arguments`) or keeping them (`warehouse`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.engine.clustering import NO_PAIRS, Ends
from pipelines.matching.engine.compare import Comparer, Patterns
from pipelines.matching.engine.encode import Codes

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]


def judged_records(judgements: pa.Table | None, ids: Ints, of_row: Codes | Ints) -> tuple[Ends, Ends]:
    """Judged pairs as pairs of records: those that must not link, those that must. Pairs of unknown ids are left out.

    Args:
        judgements: see `arguments.read_judgements`.
        ids: of rows; those nobody has judged may lack.
        of_row: record of each of these.
    """
    if judgements is None or not judgements.num_rows or not len(ids):
        return NO_PAIRS, NO_PAIRS
    order = np.argsort(ids)

    def record(column: str) -> Ints:
        judged = np.asarray(judgements.column(column)).astype(np.int64)
        row = order[np.minimum(np.searchsorted(ids[order], judged), len(ids) - 1)]
        return np.where(ids[row] == judged, of_row[row].astype(np.int64), -1)

    left, right = record("left_id"), record("right_id")
    verdict = np.array(judgements.column("verdict").to_pylist())
    known = (left >= 0) & (right >= 0)

    def chosen(word: str) -> Ends:
        some = known & (verdict == word)
        return np.minimum(left, right)[some], np.maximum(left, right)[some]

    return chosen("different"), chosen("same")


def labels_of(comparer: Comparer, must_not_link: Ends, must_link: Ends) -> tuple[Patterns, Floats]:
    """Patterns of judged pairs, and 1 for same, 0 for different."""
    left, right = (np.concatenate([must_link[i], must_not_link[i]]).astype(np.int32) for i in (0, 1))
    verdict = np.repeat([1.0, 0.0], [len(must_link[0]), len(must_not_link[0])])
    return comparer.patterns(left, right), verdict
