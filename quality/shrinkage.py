"""Shares and rates of many small units, each drawn toward what is expected of it by as much as its own numbers are few.

A grid has a dozen reports a month: ranked by raw shares, the smallest grids come first and last by chance alone. So every share is
an empirical-Bayes estimate: the units are taken as draws from one distribution around what is expected of each, its width is
estimated from all of them, and a unit keeps of its own figure what the width lets it. Belongs here: estimates, intervals, tests.
Does not: what is counted (`quality.reporting`).

Sources: Efron and Morris 1975 (shrinkage); Benjamini and Hochberg 1995 (false discovery rate); Efron 2004 (the spread of the null
is estimated from the quiet units).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
from scipy import optimize, stats

Floats = npt.NDArray[np.float64]

LEVEL = 0.95
"""Mass of an interval."""
SIGNIFICANT = 0.05
"""Largest q-value that is a finding."""
LEAST = 1e-3
"""No share is expected below it or above what it leaves of 1: that nothing was seen yet is no law."""
TIGHTEST = 1e4
"""A prior worth more cases than this is not told apart from no difference at all."""


@dataclass(frozen=True)
class Estimates:
    """Per unit: `expected`, what the middle unit would show in its place; `estimate` with its interval `low` to `high`; and how
    surprising the figure is in the middle unit: `p_low` of one so low, `p_high` of one so high."""

    expected: Floats
    estimate: Floats
    low: Floats
    high: Floats
    p_low: Floats
    p_high: Floats


def shares(hits: Floats, cases: Floats, expected: Floats) -> Estimates:
    """Estimate a share of every unit.

    Args:
        hits: cases that count, whole numbers.
        cases: all cases, whole numbers, 0 allowed.
        expected: the share that is expected by what kinds of cases the unit has, up to a common factor; 0–1.

    Returns:
        Shares, 0–1.
    """
    mean = np.clip(expected * _middle(hits, cases * expected), LEAST, 1 - LEAST)
    weight = _prior(
        lambda w: stats.betabinom.logpmf(hits, cases, w * mean, w * (1 - mean)).sum() if len(hits) else 0.0, cases
    )
    a, b = weight * mean + hits, weight * (1 - mean) + cases - hits
    low, high = (stats.beta.ppf(q, a, b) for q in _tails())
    p_low, p_high = stats.binom.cdf(hits, cases, mean), stats.binom.sf(hits - 1, cases, mean)
    deviation = (hits - cases * mean) / np.sqrt(np.maximum(cases * mean * (1 - mean), 1e-9))
    estimate = a / (a + b)
    low, high = (
        np.minimum(low, estimate),
        np.maximum(high, estimate),
    )  # of a beta as lopsided as can be the mean lies outside
    return Estimates(mean, estimate, low, high, *_calmed(p_low, p_high, deviation, cases > 0))


def rates(hits: Floats, exposure: Floats, expected: Floats) -> Estimates:
    """Estimate a rate of every unit.

    Args:
        hits: what happened, whole numbers.
        exposure: for how long it could, such as days, 0 allowed.
        expected: how many are expected by what kinds of cases the unit has, up to a common factor.

    Returns:
        Rates by unit of exposure.
    """
    mean = np.maximum(expected * _middle(hits, expected), 1e-9)
    weight = _prior(lambda w: stats.nbinom.logpmf(hits, w, w / (w + mean)).sum() if len(hits) else 0.0, mean)
    by_exposure = mean / np.where(exposure > 0, exposure, 1)
    low, high = (stats.gamma.ppf(q, weight + hits) / (weight + mean) * by_exposure for q in _tails())
    p_low, p_high = stats.poisson.cdf(hits, mean), stats.poisson.sf(hits - 1, mean)
    deviation = (hits - mean) / np.sqrt(mean)
    estimate = (weight + hits) / (weight + mean) * by_exposure
    low, high = np.minimum(low, estimate), np.maximum(high, estimate)
    return Estimates(by_exposure, estimate, low, high, *_calmed(p_low, p_high, deviation, exposure > 0))


def q_values(p: Floats) -> Floats:
    """The false discovery rate at which each test is a finding (Benjamini–Hochberg)."""
    adjusted: Floats = stats.false_discovery_control(p) if len(p) else p
    return adjusted


def _tails() -> tuple[float, float]:
    return (1 - LEVEL) / 2, (1 + LEVEL) / 2


def _middle(hits: Floats, expected: Floats) -> float:
    """The factor of the middle unit: the median of hits by expected ones. A unit weighs by its numbers, but none weighs more than
    the middle one does, so that a few large grids that go their own way are not taken for the rule."""
    there = expected > 0
    if not there.any():
        return 1.0
    factor, weight = (
        (hits[there] + 0.5) / (expected[there] + 0.5),
        np.minimum(expected[there], np.median(expected[there])),
    )
    order = np.argsort(factor, kind="stable")
    mass = np.cumsum(weight[order]) - weight[order] / 2
    return float(np.interp(mass[-1] / 2 + weight[order][-1] / 4, mass, factor[order]))


def _prior(likelihood: Callable[[float], float], size: Floats) -> float:
    """How many cases the distribution of the units is worth: the likeliest, where any shrinkage of a unit of middling size was as
    likely as any other before (the uniform shrinkage prior, Daniels 1999). A few small units that happen to be alike would else
    be taken for the same, and their intervals for certain."""
    typical = max(float(np.median(size[size > 0])) if (size > 0).any() else 1.0, 1.0)
    found = optimize.minimize_scalar(
        lambda x: -likelihood(float(np.exp(x))) - x + 2 * np.log(np.exp(x) + typical),
        bounds=(0.0, np.log(TIGHTEST)),
        method="bounded",
    )
    return float(np.exp(found.x))


def _calmed(p_low: Floats, p_high: Floats, deviation: Floats, there: npt.NDArray[np.bool_]) -> tuple[Floats, Floats]:
    """The same tests with the spread that even quiet units show: units differ for reasons of their own.

    The spread is taken from the quieter side of the middle, since what is looked for stands out on one of them; what is uncertain of
    the middle itself comes on top.
    """
    sides = [np.abs(deviation[there & side]) for side in (deviation >= 0, deviation <= 0)]
    spread = max(1.0, min(1.4826 * float(np.median(side)) if len(side) > 2 else 1.0 for side in sides))
    spread *= np.sqrt(1 + np.pi / 2 / max(int(there.sum()), 1))  # the middle is known no better than a median is
    low, high = (stats.norm.sf(stats.norm.isf(np.clip(p, 1e-300, 1 - 1e-12)) / spread) for p in (p_low, p_high))
    return np.where(there, low, 1.0), np.where(there, high, 1.0)
