"""The decision on a pair: linked, asked about, or cut.

Belongs here: the decisions by name and number, pairs with their decision, what an answer is worth. Does not: deciding
(`decisions`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.score import probability

Ints = npt.NDArray[np.int64]

ACCEPTED, REVIEW, CUT = 0, 1, 2
OUTCOMES = ("accepted", "review", "cut")
"""Names of the decisions by number."""


@dataclass(frozen=True)
class DecidedPairs:
    """Accepted, queued and cut pairs, ordered by ids.

    Attributes:
        left: record of the smaller id.
        right: record of the larger id.
        left_id: smaller id.
        right_id: larger id.
        pattern: index of the pattern, see `Links.patterns`.
        weight: log2 odds.
        outcome: number of the decision.
    """

    left: Ints
    right: Ints
    left_id: Ints
    right_id: Ints
    pattern: Ints
    weight: npt.NDArray[np.float64]
    outcome: npt.NDArray[np.int8]


def question_value(weight: npt.NDArray[np.float64], left_size: Ints, right_size: Ints) -> npt.NDArray[np.float64]:
    """What an answer about a pair settles: pairs of mentions decided, times how open the question is (bits)."""
    p = np.clip(probability(weight), 1e-12, 1 - 1e-12)
    bits = -(p * np.log2(p) + (1 - p) * np.log2(1 - p))
    return np.asarray(bits * left_size * right_size)
