"""Thresholds that follow from the model: how many of the links above one are right, by their own probabilities.

Belongs here: choosing `accept` and `review` where a specification leaves them to the run. Does not: how likely a pair is (`score`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.spec import MatchSpec

Floats = npt.NDArray[np.float64]

LIKELIER_THAN_NOT = 0.5
"""Least probability of a link: below it a pair is likelier wrong than right."""

RIGHT = 0.97
"""Share of all links that should be right: one wrong link joins two clusters, and so is worse than one that lacks."""

ASK_FROM = 0.2
"""Share of the accept threshold from which a person is asked."""


def with_thresholds(spec: MatchSpec, counts: Floats, probabilities: Floats) -> MatchSpec:
    """The specification with `accept` and `review` where they are 0.

    Accept is the lowest probability, one half at least, above which `RIGHT` of all links are expected to be right.

    Args:
        spec: whose thresholds.
        counts: candidate pairs of each distinct pattern.
        probabilities: that a pair of the pattern is a match.
    """
    accept = spec.accept or expected_precision_threshold(counts, probabilities)
    return replace(spec, accept=accept, review=spec.review or (0.5 if spec.accept > 0.5 else ASK_FROM * accept))


def expected_precision_threshold(counts: Floats, probabilities: Floats, right: float = RIGHT) -> float:
    """The lowest threshold, one half at least, above which this share of all links is expected to be right."""
    order = np.argsort(-probabilities, kind="stable")
    p, n = probabilities[order], counts[order]
    precision = np.cumsum(p * n) / np.maximum(np.cumsum(n), 1e-300)
    enough = np.flatnonzero((precision >= right) & (p >= LIKELIER_THAN_NOT) & (n > 0))
    if not len(enough):
        return max(right, LIKELIER_THAN_NOT)
    last = enough[-1]
    below = p[last + 1] if last + 1 < len(p) else LIKELIER_THAN_NOT
    return float(np.clip((p[last] + max(below, LIKELIER_THAN_NOT)) / 2, LIKELIER_THAN_NOT, 1 - 1e-9))
