"""Learning the model without labels: EM over distinct comparison patterns with their counts.

Belongs here: the rates m and u, the prior, the correction for dependent comparisons. Does not: making patterns (`compare`)
or applying the model (`score`).

The patterns stand for *all* pairs of records: those found by blocking with their exact counts, the rest by a random sample
weighted up. So the rates are those of the population, not of pairs that share a blocking key (Fellegi and Sunter 1969;
Winkler 1988 for EM). Dependence follows Thibaudeau (1993) in spirit: declared groups of comparisons get the ratio of their
joint frequency to the product of the single ones, shrunk towards 1 where little has been seen.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.matching.compare import Layout, Patterns
from pipelines.matching.model import Dependence, JointWeight, LevelRates, Model
from pipelines.matching.score import cell_weights, heard_levels
from pipelines.matching.spec import MatchSpec

Floats = npt.NDArray[np.float64]

ENOUGH_ANCHORED = 500.0
"""Matches the anchor must have decided before rates are learned from anchored pairs alone."""

SHRINK = 4.0
"""Pairs added to seen and to expected counts of a joint level: how much evidence a dependence needs."""

SETTLE = 12
"""Rounds at most in which u stays the rate among all pairs, so that the matches can't become some commoner relation."""

TOLERANCE = 1e-5
MAX_ROUNDS = 60


@dataclass
class _State:
    """What EM updates. `m[i]`, `u[i]`: rates of comparison i by level, place 0 (missing) unused."""

    m: list[Floats]
    u: list[Floats]
    share: float
    joint: list[Floats]


@dataclass(frozen=True)
class _Data:
    """Distinct patterns, unpacked."""

    cells: npt.NDArray[np.int64]
    levels: npt.NDArray[np.int64]
    counts: Floats
    taught: npt.NDArray[np.bool_]
    groups: list[tuple[list[int], list[int], npt.NDArray[np.int64], npt.NDArray[np.int64]]]


def train(spec: MatchSpec, patterns: Patterns, counts: Floats, records: int) -> Model:
    """Learn a model.

    Args:
        spec: what was compared.
        patterns: distinct packed patterns.
        counts: how many pairs of the population each stands for; they sum to the number of possible pairs.
        records: number of distinct records.

    Returns:
        The model; `trained_on` tells rounds and whether EM converged.
    """
    layout = Layout.of(spec)
    data = _prepare(spec, layout, patterns, counts)
    if not data.counts.sum():
        state = _start(spec, data, records)
        return _model(spec, data, state, data.counts, records=records, rounds=0, change=0.0)
    state = _start(spec, data, records)
    change, rounds, settled = np.inf, 0, False
    while rounds < MAX_ROUNDS and change > TOLERANCE:
        posterior = _posterior(spec, layout, data, state)
        new = _maximise(spec, data, state, posterior, free=settled)
        change = _change(state, new) if settled or rounds < SETTLE else np.inf
        if not settled and (change < 1e-3 or rounds + 1 >= SETTLE):
            settled, change = True, np.inf
        state, rounds = new, rounds + 1
    posterior = _posterior(spec, layout, data, state)
    return _model(spec, data, state, posterior, records=records, rounds=rounds, change=change)


def _prepare(spec: MatchSpec, layout: Layout, patterns: Patterns, counts: Floats) -> _Data:
    cells = layout.unpack(patterns)
    levels = heard_levels(layout, cells)
    names = [c.name for c in spec.comparisons]
    taught = np.ones(len(patterns), dtype=bool)
    if spec.anchor:
        taught = levels[:, names.index(spec.anchor)] > 0
    groups = []
    for group in spec.dependence:
        members = [names.index(n) for n in group]
        sizes = [len(spec.comparisons[i].levels) + 1 for i in members]
        place = np.ravel_multi_index([levels[:, i] for i in members], sizes)
        given = np.zeros(len(patterns), dtype=np.int64)
        for bit, i in enumerate(members):
            given |= (levels[:, i] > 0).astype(np.int64) << bit
        groups.append((members, sizes, place, given))
    return _Data(cells, levels, counts, taught, groups)


def _start(spec: MatchSpec, data: _Data, records: int) -> _State:
    m, u, joint = [], [], []
    for i, comparison in enumerate(spec.comparisons):
        k = len(comparison.levels)
        guess = 0.85 * 0.25 ** np.arange(k)
        guess[-1] = 0.04
        m.append(np.append(0.0, guess / guess.sum()))
        seen = _mass(data.levels[:, i], data.counts, k + 1)
        u.append(_rates(seen, 0.1))
    for _, sizes, _, _ in data.groups:
        joint.append(np.zeros(int(np.prod(sizes))))
    return _State(m, u, min(0.5, records / max(float(data.counts.sum()), 2.0)), joint)


def _mass(levels: npt.NDArray[np.int64], mass: Floats, size: int) -> Floats:
    """Mass per level."""
    return np.bincount(levels, weights=mass, minlength=size).astype(np.float64)


def _rates(seen: Floats, pseudo: float) -> Floats:
    out = np.append(0.0, seen[1:] + pseudo)
    return np.asarray(out / out.sum())


def _level_weights(spec: MatchSpec, i: int, state: _State) -> Floats:
    """log2 weight per level of comparison `i`; with term frequency that of a value everybody holds."""
    comparison = spec.comparisons[i]
    out = np.log2(state.m[i][1:] / state.u[i][1:])
    for j, level in enumerate(comparison.levels):
        if level.frequency_of is not None:
            out[j] = np.log2(state.m[i][j + 1])
        if level.name in comparison.fixed:
            out[j] = comparison.fixed[level.name]
    return np.asarray(out)


def _posterior(spec: MatchSpec, layout: Layout, data: _Data, state: _State) -> Floats:
    weight = np.full(len(data.counts), np.log2(state.share / (1 - state.share)))
    for i, cells in enumerate(layout.cells):
        weight += cell_weights(cells.level, cells.bin, cells.silent, _level_weights(spec, i, state))[data.cells[:, i]]
    for (_, _, place, _), joint in zip(data.groups, state.joint, strict=True):
        weight += joint[place]
    return np.asarray(1.0 / (1.0 + np.exp2(-np.clip(weight, -60, 60))))


def _taught(data: _Data, posterior: Floats) -> npt.NDArray[np.bool_]:
    """The patterns rates are learned from: anchored ones, if there are enough matches among them."""
    anchored = float((data.counts * posterior)[data.taught].sum())
    return data.taught if anchored >= ENOUGH_ANCHORED else np.ones_like(data.taught)


def _maximise(spec: MatchSpec, data: _Data, state: _State, posterior: Floats, free: bool) -> _State:
    use = _taught(data, posterior)
    match = np.where(use, data.counts * posterior, 0.0)
    other = np.where(use, data.counts * (1 - posterior), 0.0)
    m, u, joint = [], [], []
    for i, comparison in enumerate(spec.comparisons):
        k = len(comparison.levels) + 1
        m.append(_rates(_mass(data.levels[:, i], match, k), 0.5))
        u.append(_rates(_mass(data.levels[:, i], other, k), 0.1) if free else state.u[i])
    for g, old in enumerate(state.joint):
        joint.append(_joint(data, g, m, u, match=match, other=other)[0] if free else old)
    share = float((data.counts * posterior).sum() / data.counts.sum())
    return _State(m, u, min(max(share, 1e-12), 0.5), joint)


def _joint(
    data: _Data, g: int, m: list[Floats], u: list[Floats], *, match: Floats, other: Floats
) -> tuple[Floats, Floats, Floats]:
    """Correction per joint level of a group, and the matches and non-matches it was seen with."""
    members, sizes, place, given = data.groups[g]
    n = int(np.prod(sizes))
    levels = np.array(np.unravel_index(np.arange(n), sizes))
    stratum = sum((levels[b] > 0).astype(np.int64) << b for b in range(len(members)))
    ratios, seen_by = [], []
    for mass, rates in ((match, m), (other, u)):
        expected = _mass(given, mass, 1 << len(members))[stratum]
        for b, i in enumerate(members):
            expected = expected * np.where(levels[b] > 0, rates[i][levels[b]], 1.0)
        seen = _mass(place, mass, n)
        ratios.append((seen + SHRINK) / (expected + SHRINK))
        seen_by.append(seen)
    return np.log2(ratios[0]) - np.log2(ratios[1]), seen_by[0], seen_by[1]


def _change(old: _State, new: _State) -> float:
    """The largest change of a rate m, and of the share of matches relative to itself."""
    rates = max(float(np.abs(a - b).max()) for a, b in zip(old.m, new.m, strict=True))
    return max(rates, abs(new.share / old.share - 1))


def _model(
    spec: MatchSpec, data: _Data, state: _State, posterior: Floats, *, records: int, rounds: int, change: float
) -> Model:
    comparisons = {}
    for i, comparison in enumerate(spec.comparisons):
        weights = _level_weights(spec, i, state)
        comparisons[comparison.name] = tuple(
            LevelRates(
                x.name,
                float(state.m[i][j + 1]),
                float(state.u[i][j + 1]),
                float(weights[j]),
                x.frequency_of is not None,
            )
            for j, x in enumerate(comparison.levels)
        )
    use = _taught(data, posterior)
    match = np.where(use, data.counts * posterior, 0.0)
    other = np.where(use, data.counts * (1 - posterior), 0.0)
    dependence = []
    for g, names in enumerate(spec.dependence):
        members, sizes, _, _ = data.groups[g]
        _, seen_m, seen_u = _joint(data, g, state.m, state.u, match=match, other=other)
        dependence.append(
            Dependence(
                tuple(names),
                tuple(
                    JointWeight(
                        tuple(
                            spec.comparisons[i].level_names[level]
                            for i, level in zip(members, np.unravel_index(j, sizes), strict=True)
                        ),
                        float(state.joint[g][j]),
                        float(seen_m[j]),
                        float(seen_u[j]),
                    )
                    for j in np.flatnonzero(np.abs(state.joint[g]) > 1e-9)
                ),
            )
        )
    total = float(data.counts.sum())
    return Model(
        kind=spec.kind,
        fingerprint=spec.fingerprint,
        matches_per_record=state.share * total / max(records, 1),
        comparisons=comparisons,
        dependence=tuple(dependence),
        trained_on={
            "records": float(records),
            "possible_pairs": total,
            "patterns": float(len(data.counts)),
            "expected_matches": state.share * total,
            "rounds": float(rounds),
            "change": float(change),
            "converged": float(change <= TOLERANCE),
        },
    )
