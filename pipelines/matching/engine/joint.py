"""Dependence: what combinations of levels of dependent comparisons are worth beyond the sum of each.

Belongs here: corrections from observed and expected counts. Does not: the rounds of EM (`em`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.training_data import Data, level_mass

Floats = npt.NDArray[np.float64]

PRIOR_DEVIATION = 6.0
"""Prior standard deviation (log2) of a correction for dependence: the larger, the more joint counts matter."""

MAX_LOG_RATIO = 40.0
"""Largest natural logarithm of the ratio of observed to expected counts."""

NEWTON_STEPS = 9
"""Newton steps until a root has all digits; most need fewer."""


def joint_corrections(
    data: Data, g: int, m: list[Floats], u: list[Floats], *, match: Floats, other: Floats
) -> tuple[Floats, Floats, Floats]:
    """Correction per joint level of a group, and the matches and non-matches observed there.

    Every subset of members has joint levels of its own, learned from all patterns in which at least these are present: the
    dependence of two comparisons is known even where a third is missing.
    """
    group = data.groups[g]
    n = int(np.prod(group.sizes))
    correction, matches, others = np.zeros(n), np.zeros(n), np.zeros(n)
    for subset in group.subsets:
        inside, use, joint = subset.inside, subset.use, subset.joint
        masses = match[use], other[use]
        observed = [level_mass(joint, mass, n)[inside] for mass in masses]
        expected = [np.full(len(inside), mass.sum()) for mass in masses]
        for i, level in subset.levels.items():
            expected = [e * rates[i][level] for e, rates in zip(expected, (m, u), strict=True)]
        blocked = level_mass(joint, masses[1] * data.exact[use], n)[inside] + group.prior[inside]
        observed[1] = observed[1] + group.prior[inside]
        ratio_m = _shrunken_log_ratio(observed[0], expected[0])
        ratio_u = np.where(blocked >= 0.5 * observed[1], _shrunken_log_ratio(observed[1], expected[1]), 0.0)
        ratio_u = np.where(group.independent[inside], np.minimum(ratio_u, 0.0), ratio_u)
        correction[inside] = ratio_m - ratio_u
        matches[inside], others[inside] = observed
    return correction, matches, others


def _shrunken_log_ratio(observed: Floats, expected: Floats) -> Floats:
    """log2 of observed over expected counts, shrunk towards 0 where counts are small.

    It is the most probable log ratio if counts are Poisson and log ratios are normal around 0 with standard deviation
    `PRIOR_DEVIATION`. That is the root of a falling concave function: Newton's steps approach it from above and never pass it.
    """
    spread = (PRIOR_DEVIATION * np.log(2)) ** 2
    at_most = np.where(
        observed >= expected, observed, observed + MAX_LOG_RATIO / spread
    )  # of `expected * exp(x)` at the root
    x = np.clip(np.log(np.maximum(at_most, 1e-300) / np.maximum(expected, 1e-300)), -MAX_LOG_RATIO, MAX_LOG_RATIO)
    x = np.where(observed >= expected, np.maximum(x, 0.0), np.minimum(x, 0.0))
    for _ in range(NEWTON_STEPS):
        rest = expected * np.exp(x)
        x = x + (observed - rest - x / spread) / (rest + 1 / spread)
        x = np.minimum(np.maximum(x, -MAX_LOG_RATIO), MAX_LOG_RATIO)  # faster than `np.clip` on short arrays
    return np.asarray(x / np.log(2))
