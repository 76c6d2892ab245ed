"""What a new model says otherwise than the former one: what every level is worth, and which rows come together or apart.

Belongs here: comparing two models, and two groupings of the same rows. Does not: keeping or showing it (`stages.learned`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.model import Model

Ints = npt.NDArray[np.int64]


@dataclass(frozen=True)
class WeightChange:
    """What a level of a comparison is worth, in bits, before and after; what verdicts of people make of it included.

    Attributes:
        comparison, level: which.
        before, after: bits; None where one of the models does not know it.
    """

    comparison: str
    level: str
    before: float | None
    after: float | None

    @property
    def size(self) -> float:
        """By how many bits it differs; a level that only one model knows by all it is worth."""
        return abs((self.after or 0.0) - (self.before or 0.0))


def weight_changes(before: Model, after: Model, least: float = 0.005) -> list[WeightChange]:
    """The levels that differ by at least so many bits, the largest difference first."""
    old, new = _weights(before), _weights(after)
    changes = [WeightChange(*key, old.get(key), new.get(key)) for key in {**old, **new}]
    return sorted((c for c in changes if c.size >= least), key=lambda c: (-c.size, c.comparison, c.level))


def _weights(model: Model) -> dict[tuple[str, str], float]:
    return {
        (name, rates.level): rates.weight * model.factors.get(name, 1.0)
        for name, levels in model.comparisons.items()
        for rates in levels
    }


@dataclass(frozen=True)
class Regrouping:
    """How the clusters of the same rows differ: clusters made of several former ones, former ones that lie in several now, and the
    rows of both."""

    joined: int
    parted: int
    rows: int


def regrouping(before: tuple[Ints, Ints], after: tuple[Ints, Ints]) -> Regrouping:
    """Compare two groupings.

    Args:
        before: keys of rows, each once, and the cluster of each.
        after: the same of the other grouping; rows that only one of them has are left out.
    """
    _, left, right = np.intersect1d(before[0], after[0], assume_unique=True, return_indices=True)
    old, new = (np.unique(c, return_inverse=True)[1] for c in (before[1][left], after[1][right]))
    pairs = np.unique(np.stack([old, new], axis=1).reshape(-1, 2), axis=0)
    parts, wholes = np.bincount(pairs[:, 0]), np.bincount(pairs[:, 1])
    touched = (parts[old] > 1) | (wholes[new] > 1) if len(old) else np.zeros(0, bool)
    return Regrouping(int((wholes > 1).sum()), int((parts > 1).sum()), int(touched.sum()))
