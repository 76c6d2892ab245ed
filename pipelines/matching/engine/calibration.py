"""Calibration: what people have said of some pairs corrects how much every comparison is worth.

Belongs here: learning a factor per comparison from verdicts. Does not: learning rates (`train`).

Pairs are judged because they are open, so they are no sample of all pairs and rates learned from them would be wrong. What they
do tell is how likely a match is *given* what was compared. That is a logistic regression on the weights of the model, drawn
towards the model itself: without a verdict every factor is 1 and the shift 0 (Platt 1999, with a prior of one's own).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
from scipy.optimize import minimize
from scipy.special import expit

Floats = npt.NDArray[np.float64]

FACTOR_DEVIATION = 0.25
"""Standard deviation of a factor around 1 before any verdict."""

SHIFT_DEVIATION = 3.0
"""Standard deviation of the shift (bits) around 0 before any verdict."""


def calibrate(prior: float, parts: Floats, verdicts: Floats) -> tuple[float, Floats]:
    """The shift (bits) and the factor of each part of a weight that verdicts make most probable.

    Args:
        prior: log2 odds of any pair.
        parts: weights (log2) of judged pairs, a line per pair, a column per part.
        verdicts: 1 for the same, 0 for different.
    """
    size = parts.shape[1]

    def loss(values: Floats) -> tuple[float, Floats]:
        shift, factors = values[0], values[1:]
        odds = np.log(2) * (prior + shift + parts @ factors)
        p = expit(odds)
        value = float(np.logaddexp(0, np.where(verdicts > 0, -odds, odds)).sum())
        value += float((shift / SHIFT_DEVIATION) ** 2 + (((factors - 1) / FACTOR_DEVIATION) ** 2).sum()) / 2
        slope = np.log(2) * (p - verdicts)
        gradient = np.append(slope.sum(), parts.T @ slope)
        gradient[0] += shift / SHIFT_DEVIATION**2
        gradient[1:] += (factors - 1) / FACTOR_DEVIATION**2
        return value, gradient

    best = minimize(
        loss, np.append(0.0, np.ones(size)), jac=True, method="L-BFGS-B", bounds=[(None, None), *[(0.0, 3.0)] * size]
    )
    return float(best.x[0]), np.asarray(best.x[1:])
