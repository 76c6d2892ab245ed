"""Active learning: the pairs whose answer teaches a model most.

Belongs here: choosing pairs to ask about. Does not: asking (`warehouse.review`), or learning from answers (`train`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.score import probability
from pipelines.matching.engine.scored import ScoredPairs

Ints = npt.NDArray[np.int64]


def most_open(scored: ScoredPairs, count: int) -> Ints:
    """Indices of so many candidates, the most open patterns first, one pair per pattern before any second one.

    A pattern is the more open the nearer its probability is to one half, and an answer about it holds for all its pairs. So
    patterns of many pairs come before those of few that are as open (uncertainty sampling, Lewis and Gale 1994, weighed by density).
    """
    candidates = scored.candidates
    p = np.clip(probability(scored.weights), 1e-9, 1 - 1e-9)
    bits = -(p * np.log2(p) + (1 - p) * np.log2(1 - p))
    value = bits * np.log2(1 + candidates.counts)
    judged = np.concatenate([_packed(*scored.must_link), _packed(*scored.must_not_link)])
    open_ = np.flatnonzero(~np.isin(_packed(candidates.left, candidates.right), judged))
    pattern = candidates.pattern[open_]
    order = np.argsort(pattern, kind="stable")
    start = np.searchsorted(pattern[order], np.arange(len(p)))
    turn = np.empty(len(open_), dtype=np.int64)
    turn[order] = np.arange(len(open_)) - start[pattern[order]]
    return open_[np.lexsort((open_, -value[pattern], turn))[:count]]


def _packed(left: npt.NDArray[np.integer], right: npt.NDArray[np.integer]) -> Ints:
    left, right = left.astype(np.int64), right.astype(np.int64)
    return np.minimum(left, right) << 32 | np.maximum(left, right)
