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
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.compare import Layout, Patterns
from pipelines.matching.engine.model import Dependence, JointWeight, LevelRates, Model, digits
from pipelines.matching.engine.score import cell_weights, heard_levels, probability, spoken_levels
from pipelines.matching.engine.spec import MatchSpec

Floats = npt.NDArray[np.float64]

ENOUGH_ANCHORED = 500.0
"""Matches the anchor must have decided before rates are learned from anchored pairs alone."""

DOUBT = 6.0
"""Standard deviation (log2) of what dependence may add or take: how freely joint counts speak."""

FARTHEST = 40.0
"""Natural logarithm of the largest ratio of seen to expected counts that is told apart."""

NEWTON = 9
"""Steps to a root known to all digits; fewer do for nearly all of them."""

SLIGHT = 0.01
"""Bits below which a correction is not worth keeping."""

KNOWN = 5.0
"""Pairs taken as seen at a combination of levels known beforehand, see `Together.known`."""

LABEL = 5.0
"""Pairs one judged pair counts for."""

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
class _Group:
    """One dependence group: its members, the joint level of each pattern, and which members each pattern gives (bits).

    `heard` is the joint level that weighs, `levels` the levels rates are learned from.
    """

    members: list[int]
    sizes: list[int]
    levels: npt.NDArray[np.int64]
    heard: npt.NDArray[np.int64]
    given: npt.NDArray[np.int64]
    levels_of_place: npt.NDArray[np.int64]
    set_of_place: npt.NDArray[np.int64]
    by_chance: npt.NDArray[np.bool_]
    known: Floats

    @cached_property
    def sets(self) -> list[_Set]:
        """Sets of two or more members; what they show is looked at in every round."""
        return [self._set(given) for given in range(1 << len(self.members)) if given.bit_count() > 1]

    def _set(self, given: int) -> _Set:
        kept = [np.where(given >> b & 1, self.levels[b], 0) for b in range(len(self.members))]
        use = np.flatnonzero((self.given & given) == given)
        inside = np.flatnonzero(self.set_of_place == given)
        levels = {i: self.levels_of_place[b][inside] for b, i in enumerate(self.members) if given >> b & 1}
        return _Set(inside, levels, use, np.ravel_multi_index(kept, self.sizes)[use])


@dataclass(frozen=True)
class _Set:
    """Some members of a group that may be given together.

    Attributes:
        inside: the joint levels with just these given.
        levels: comparison → its level at each of them.
        use: the patterns that give at least these.
        place: the joint level of each of them, with all other members counted as missing.
    """

    inside: npt.NDArray[np.int64]
    levels: dict[int, npt.NDArray[np.int64]]
    use: npt.NDArray[np.int64]
    place: npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Data:
    """Distinct patterns, unpacked. `exact` is the share of each count that was counted rather than
    sampled; `verdict` is 1 or 0 where a person has judged, else NaN."""

    cells: npt.NDArray[np.int64]
    levels: npt.NDArray[np.int64]
    heard: npt.NDArray[np.int64]
    counts: Floats
    exact: Floats
    taught: npt.NDArray[np.bool_]
    verdict: Floats
    groups: list[_Group]


def train(
    spec: MatchSpec,
    patterns: Patterns,
    counted: Floats,
    sampled: Floats,
    *,
    records: int,
    labels: tuple[Patterns, Floats] | None = None,
) -> Model:
    """Learn a model.

    Args:
        spec: what was compared.
        patterns: distinct packed patterns.
        counted: how many candidate pairs show each.
        sampled: how many of the other pairs each stands for, as a random sample tells. Both together sum to the number of
            possible pairs.
        records: number of distinct records.
        labels: patterns of pairs people have judged, with 1 for same and 0 for different. Each counts as `LABEL` pairs.

    Returns:
        The model; `trained_on` tells rounds and whether EM converged.
    """
    layout = Layout.of(spec)
    data = _prepare(spec, layout, patterns, counted, sampled, labels=labels)
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


def _prepare(
    spec: MatchSpec,
    layout: Layout,
    patterns: Patterns,
    counted: Floats,
    sampled: Floats,
    *,
    labels: tuple[Patterns, Floats] | None,
) -> _Data:
    verdict = np.full(len(patterns), np.nan)
    if labels is not None:
        patterns, verdict = np.concatenate([patterns, labels[0]]), np.concatenate([verdict, labels[1]])
        counted = np.concatenate([counted, np.full(len(labels[0]), LABEL)])
        sampled = np.concatenate([sampled, np.zeros(len(labels[0]))])
    cells = layout.unpack(patterns)
    levels, heard = spoken_levels(layout, cells), heard_levels(spec, layout, cells)
    names = [c.name for c in spec.comparisons]
    taught = levels[:, names.index(spec.anchor)] > 0 if spec.anchor else np.ones(len(patterns), dtype=bool)
    groups = []
    for group in spec.dependence:
        members = [names.index(n) for n in group.comparisons]
        sizes = [len(spec.comparisons[i].levels) + 1 for i in members]
        own = levels[:, members].T
        of_place = np.array(np.unravel_index(np.arange(int(np.prod(sizes))), sizes))
        bits = 1 << np.arange(len(members), dtype=np.int64)
        at = partial(_at_level, spec, members, of_place)
        by_chance = np.zeros(of_place.shape[1], dtype=bool)
        for one in group.chance:
            by_chance |= at(one)
        known = KNOWN * np.any(
            [np.all([at(one) for one in each], axis=0) for each in group.known] or [by_chance & False], axis=0
        )
        groups.append(
            _Group(
                members,
                sizes,
                own,
                np.asarray(np.ravel_multi_index(list(heard[:, members].T), sizes)),
                bits @ (own > 0),
                of_place,
                bits @ (of_place > 0),
                by_chance,
                known,
            )
        )
    counts = counted + sampled
    exact = counted / np.maximum(counts, 1e-300)
    return _Data(cells, levels, heard, counts, exact, taught | ~np.isnan(verdict), verdict, groups)


def _at_level(
    spec: MatchSpec, members: list[int], of_place: npt.NDArray[np.int64], one: tuple[str, str]
) -> npt.NDArray[np.bool_]:
    """The joint levels at which a comparison stands at a level, both by name."""
    i = [c.name for c in spec.comparisons].index(one[0])
    return np.asarray(of_place[members.index(i)] == spec.comparisons[i].level_names.index(one[1]))


def _start(spec: MatchSpec, data: _Data, records: int) -> _State:
    m, u, joint = [], [], []
    for i, comparison in enumerate(spec.comparisons):
        k = len(comparison.levels)
        guess = 0.85 * 0.25 ** np.arange(k)
        guess[-1] = 0.04
        m.append(np.append(0.0, guess / guess.sum()))
        seen = _mass(data.levels[:, i], data.counts, k + 1)
        u.append(_rates(seen, 0.1))
    for group in data.groups:
        joint.append(np.zeros(int(np.prod(group.sizes))))
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
        own = cell_weights(cells.level, cells.bin, cells.silent, _level_weights(spec, i, state))
        weight += np.where(data.heard[:, i] > 0, own[data.cells[:, i]], 0.0)
    for group, joint in zip(data.groups, state.joint, strict=True):
        weight += joint[group.heard]
    return np.where(np.isnan(data.verdict), probability(weight), data.verdict)


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
    """Correction per joint level of a group, and the matches and non-matches it was seen with.

    Every set of members that may be given together has joint levels of its own, learned from all patterns that give at
    least these: what two comparisons do together is known even where a third is missing.
    """
    group = data.groups[g]
    n = int(np.prod(group.sizes))
    correction, seen_m, seen_u = np.zeros(n), np.zeros(n), np.zeros(n)
    for one in group.sets:
        inside, use, place = one.inside, one.use, one.place
        masses = match[use], other[use]
        seen = [_mass(place, mass, n)[inside] for mass in masses]
        expected = [np.full(len(inside), mass.sum()) for mass in masses]
        for i, level in one.levels.items():
            expected = [e * rates[i][level] for e, rates in zip(expected, (m, u), strict=True)]
        blocked = _mass(place, masses[1] * data.exact[use], n)[inside] + group.known[inside]
        seen[1] = seen[1] + group.known[inside]
        ratio_m = _shrunk(seen[0], expected[0])
        ratio_u = np.where(blocked >= 0.5 * seen[1], _shrunk(seen[1], expected[1]), 0.0)
        ratio_u = np.where(group.by_chance[inside], np.minimum(ratio_u, 0.0), ratio_u)
        correction[inside] = ratio_m - ratio_u
        seen_m[inside], seen_u[inside] = seen
    return correction, seen_m, seen_u


def _shrunk(seen: Floats, expected: Floats) -> Floats:
    """log2 of seen over expected counts, drawn towards 0 as far as there is little to see.

    The most probable log ratio if counts are Poisson and log ratios normal around 0 with standard deviation `DOUBT`: the root
    of a falling concave function, which Newton's steps approach from above without ever passing it.
    """
    spread = (DOUBT * np.log(2)) ** 2
    at_most = np.where(seen >= expected, seen, seen + FARTHEST / spread)  # what `expected * exp(x)` is at the root
    x = np.clip(np.log(np.maximum(at_most, 1e-300) / np.maximum(expected, 1e-300)), -FARTHEST, FARTHEST)
    x = np.where(seen >= expected, np.maximum(x, 0.0), np.minimum(x, 0.0))
    for _ in range(NEWTON):
        rest = expected * np.exp(x)
        x = x + (seen - rest - x / spread) / (rest + 1 / spread)
        x = np.minimum(np.maximum(x, -FARTHEST), FARTHEST)  # `np.clip` takes longer to begin than to clip
    return np.asarray(x / np.log(2))


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
                digits(state.m[i][j + 1]),
                digits(state.u[i][j + 1]),
                digits(weights[j]),
                x.frequency_of is not None,
            )
            for j, x in enumerate(comparison.levels)
        )
    use = _taught(data, posterior)
    match = np.where(use, data.counts * posterior, 0.0)
    other = np.where(use, data.counts * (1 - posterior), 0.0)
    dependence = []
    for g, together in enumerate(spec.dependence):
        members, sizes = data.groups[g].members, data.groups[g].sizes
        _, seen_m, seen_u = _joint(data, g, state.m, state.u, match=match, other=other)
        level_names = [spec.comparisons[i].level_names for i in members]
        heavy = np.flatnonzero(np.abs(state.joint[g]) > SLIGHT)
        levels = np.array(np.unravel_index(heavy, sizes)).T.tolist()
        figures = (column[heavy].tolist() for column in (state.joint[g], seen_m, seen_u))
        joint = tuple(
            JointWeight(tuple(known[k] for known, k in zip(level_names, at, strict=True)), *map(digits, told))
            for at, *told in zip(levels, *figures, strict=True)
        )
        dependence.append(Dependence(together.comparisons, joint))
    total = float(data.counts.sum())
    return Model(
        kind=spec.kind,
        fingerprint=spec.fingerprint,
        matches_per_record=digits(state.share * total / max(records, 1)),
        comparisons=comparisons,
        dependence=tuple(dependence),
        trained_on={
            "records": float(records),
            "possible_pairs": digits(total),
            "patterns": float(len(data.counts)),
            "expected_matches": digits(state.share * total),
            "rounds": float(rounds),
            "change": digits(change),
            "converged": float(change <= TOLERANCE),
        },
    )
