"""Expectation maximisation: rounds of how likely each pattern is a match, and of rates that follow from it, until nothing moves.

Belongs here: one run of EM from its start to a model. Does not: which run counts (`train`), or corrections for dependence (`joint`).
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.compare import Layout
from pipelines.matching.engine.joint import joint_corrections
from pipelines.matching.engine.model import DependenceWeights, JointWeight, LevelRates, Model, Relation, digits
from pipelines.matching.engine.relations import COMMON, correction
from pipelines.matching.engine.score import cell_weights, probability
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.engine.term_frequency import agreement_shares
from pipelines.matching.engine.training_data import PAIRS_PER_JUDGEMENT, Data, State, level_mass, level_rates

Floats = npt.NDArray[np.float64]

MIN_ANCHORED = 500.0
"""Anchored matches from which on rates are learned from anchored pairs alone."""

NEGLIGIBLE = 0.01
"""Bits below which a correction is left out of the model."""

WARM_UP_ROUNDS = 12
"""Most rounds in which u stays the rate among all pairs, so that EM can't take a commoner relation for the matches."""

TOLERANCE = 1e-5

MAX_ROUNDS = 600

SURE = 1 - 1e-6
"""Largest share of a relation's pairs that share a value."""

LEAST_RESERVE = 0.1
"""The reserve with which EM ends, see `train.RESERVES`."""


def start_state(spec: MatchSpec, data: Data, records: int, prior: float | None) -> State:
    """Where EM starts: matches agree strictly, others as all pairs do, one match per record, relations at half of all blocked pairs."""
    m, u, joint = [], [], []
    for i, comparison in enumerate(spec.comparisons):
        k = len(comparison.levels)
        guess = 0.85 * 0.25 ** np.arange(k)
        guess[-1] = 0.04
        names = comparison.level_names[1:]
        m.append(_with_known(np.append(0.0, guess / guess.sum()), names, comparison.m))
        observed = level_mass(data.levels[:, i], data.counts, k + 1)
        u.append(_with_known(level_rates(observed, 0.1), names, comparison.u))
    for group in data.groups:
        joint.append(np.zeros(int(np.prod(group.sizes))))
    total = max(float(data.counts.sum()), 2.0)
    share = min(0.5, records / total) if prior is None else prior
    sharing = np.where(data.names, SURE, 0.5)
    blocked = float((data.counts * data.exact).sum()) / total / 2
    relations = data.names.shape[1]
    shares = np.append(1 - blocked, np.full(relations, blocked / max(relations, 1))) if relations else np.ones(1)
    return State(m, u, share, joint, sharing, shares)


def expectation_maximisation(
    spec: MatchSpec, layout: Layout, data: Data, state: State, reserve: float, *, records: int, prior: float | None
) -> Model:
    """The model EM ends in; `reserve` as `RESERVES`.

    A large reserve keeps relations from looking like matches, but makes them share less than they do, so that some of their pairs
    pass for matches. So once EM has settled it goes on with the least one, in which only a relation commoner than matches may share
    more than it names.
    """
    change, rounds, warmed_up = np.inf, 0, False
    strict, rounds_to_go = bool(data.relations), 0
    while rounds < MAX_ROUNDS and (change > TOLERANCE or strict or rounds_to_go):
        if strict and (change <= TOLERANCE or rounds >= MAX_ROUNDS // 2):
            strict, reserve, rounds_to_go = False, LEAST_RESERVE, WARM_UP_ROUNDS
        posterior, classes = _posterior(spec, layout, data, state)
        new = _maximise(
            spec,
            data,
            state,
            posterior,
            classes,
            free=warmed_up,
            reserve=reserve * records,
            common=0.0 if strict else COMMON * records,
            prior=prior,
        )
        change = _change(state, new) if warmed_up or rounds < WARM_UP_ROUNDS else np.inf
        if not warmed_up and (change < 1e-3 or rounds + 1 >= WARM_UP_ROUNDS):
            warmed_up, change = True, np.inf
        state, rounds, rounds_to_go = new, rounds + 1, max(rounds_to_go - 1, 0)
    posterior, _ = _posterior(spec, layout, data, state)
    return model_of(spec, data, state, posterior, records=records, rounds=rounds, change=change)


def _with_known(rates: Floats, names: Sequence[str], known: Mapping[str, float]) -> Floats:
    """The rates, those that are known in their place; the others keep their proportions."""
    if not known:
        return rates
    is_known = np.array([False, *(name in known for name in names)])
    out = np.array([0.0, *(known.get(name, 0.0) for name in names)])
    rest, free = max(1.0 - float(out.sum()), 1e-12), np.where(is_known, 0.0, rates)
    return np.asarray(np.where(is_known, out, free * rest / max(float(free.sum()), 1e-300)))


def _level_weights(spec: MatchSpec, i: int, state: State) -> Floats:
    """log2 weight per level of comparison `i`; with term frequency that of a value that every record has."""
    comparison = spec.comparisons[i]
    out, shares = np.log2(state.m[i][1:] / state.u[i][1:]), agreement_shares(comparison, state.u[i])
    for j, level in enumerate(comparison.levels):
        if level.frequency_of is not None:
            out[j] = np.log2(state.m[i][j + 1] / shares[j])
        if level.name in comparison.fixed:
            out[j] = comparison.fixed[level.name]
    return np.asarray(out)


def _posterior(spec: MatchSpec, layout: Layout, data: Data, state: State) -> tuple[Floats, Floats]:
    """How likely each pattern is a match, and, if it is none, a stranger or in which relation (one column each)."""
    weight = np.full(len(data.counts), np.log2(state.share / (1 - state.share)))
    for i, cells in enumerate(layout.cells):
        weights = cell_weights(cells.level, cells.bits, cells.uninformative, _level_weights(spec, i, state))
        weight += np.where(data.effective[:, i] > 0, weights[data.cells[:, i]], 0.0)
    for group, joint in zip(data.groups, state.joint, strict=True):
        weight += joint[group.effective]
    classes = np.ones((len(weight), 1))
    if data.tables is not None:
        chance, shared = data.tables.chance(state.u), data.tables.shared(state.m)
        bits, classes = correction(data.tables.log_rates(chance, shared, state.sharing), state.shares)
        weight += bits
    return np.where(np.isnan(data.verdict), probability(weight), data.verdict), classes


def _anchored(data: Data, posterior: Floats) -> npt.NDArray[np.bool_]:
    """The patterns from which rates are learned: anchored ones, if these have enough matches."""
    matches = float(data.matches(posterior)[data.anchored].sum())
    return data.anchored if matches >= MIN_ANCHORED else np.ones_like(data.anchored)


def _maximise(
    spec: MatchSpec,
    data: Data,
    state: State,
    posterior: Floats,
    classes: Floats,
    *,
    free: bool,
    reserve: float,
    common: float,
    prior: float | None,
) -> State:
    use = _anchored(data, posterior)
    matches = data.matches(posterior)
    match, other = np.where(use, matches, 0.0), np.where(use, data.counts - matches, 0.0)
    strangers = other * classes[:, 0]
    m, u, joint = [], [], []
    for i, comparison in enumerate(spec.comparisons):
        k = len(comparison.levels) + 1
        names = comparison.level_names[1:]
        m.append(_with_known(level_rates(level_mass(data.levels[:, i], match, k), 0.5), names, comparison.m))
        u.append(
            _with_known(level_rates(level_mass(data.levels[:, i], strangers, k), 0.1), names, comparison.u)
            if free
            else state.u[i]
        )
    for g, old in enumerate(state.joint):
        joint.append(joint_corrections(data, g, m, u, match=match, other=other)[0] if free else old)
    share = float(matches.sum() / data.counts.sum()) if prior is None else prior
    sharing, shares = _related(data, state, other[:, None] * classes, reserve, common)
    return State(m, u, min(max(share, 1e-12), 0.5), joint, sharing, shares)


def _related(data: Data, state: State, others: Floats, reserve: float, common: float) -> tuple[Floats, Floats]:
    """What relations share, and how common they are, from the non-matches in each of them (a column each, strangers first).

    Relations of fewer pairs than `common` share no more than they name.
    """
    if data.tables is None:
        return state.sharing, state.shares
    mass = data.tables.masses(others[:, 1:])
    chance, shared = data.tables.chance(state.u), data.tables.shared(state.m)
    of_cell = state.sharing[data.tables.comparison]
    by_sharing = of_cell * shared[:, None]
    share = by_sharing / np.maximum(by_sharing + (1 - of_cell) * chance[:, None], 1e-300)
    at = data.tables.comparison, len(data.names)
    sharing = np.empty_like(state.sharing)
    for k in range(mass.shape[1]):
        total, held = (np.bincount(at[0], weights=x, minlength=at[1]) for x in (mass[:, k], mass[:, k] * share[:, k]))
        sharing[:, k] = (held + np.where(data.names[:, k], reserve, 0.0)) / np.maximum(total + reserve, 1e-300)
    shares = others.sum(axis=0)
    sharing = np.where(~data.names & (shares[1:] < common), 0.0, sharing)
    return np.clip(sharing, 1 - SURE, SURE), shares / max(float(shares.sum()), 1e-300)


def _change(old: State, new: State) -> float:
    """The largest change of a rate m, and of the share of matches relative to itself."""
    rates = max(float(np.abs(a - b).max()) for a, b in zip(old.m, new.m, strict=True))
    return max(rates, abs(new.share / old.share - 1))


def model_of(
    spec: MatchSpec, data: Data, state: State, posterior: Floats, *, records: int, rounds: int, change: float
) -> Model:
    """The parameters as an artefact.

    Args:
        spec: what was compared.
        data: the patterns.
        state: the parameters EM ended with.
        posterior: how likely each pattern is a match under them.
        records: how many there are.
        rounds: of EM.
        change: in the last round.
    """
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
    use = _anchored(data, posterior)
    matches = data.matches(posterior)
    match, other = np.where(use, matches, 0.0), np.where(use, data.counts - matches, 0.0)
    dependence = []
    for g, group in enumerate(spec.dependence if data.groups else ()):
        members, sizes = data.groups[g].members, data.groups[g].sizes
        _, matches, others = joint_corrections(data, g, state.m, state.u, match=match, other=other)
        level_names = [spec.comparisons[i].level_names for i in members]
        heavy = np.flatnonzero(np.abs(state.joint[g]) > NEGLIGIBLE)
        levels = np.array(np.unravel_index(heavy, sizes)).T.tolist()
        figures = (column[heavy].tolist() for column in (state.joint[g], matches, others))
        joint = tuple(
            JointWeight(tuple(names[k] for names, k in zip(level_names, at, strict=True)), *map(digits, numbers))
            for at, *numbers in zip(levels, *figures, strict=True)
        )
        dependence.append(DependenceWeights(group.comparisons, joint))
    total = float(data.counts.sum())
    return Model(
        kind=spec.kind,
        fingerprint=spec.fingerprint,
        matches_per_record=digits(state.share * total / max(records, 1)),
        comparisons=comparisons,
        dependence=tuple(dependence),
        relations=tuple(
            Relation(
                relation.name,
                digits(float(state.shares[k + 1])),
                {c.name: digits(float(x)) for c, x in zip(spec.comparisons, state.sharing[:, k], strict=True)},
            )
            for k, relation in enumerate(data.relations)
        ),
        trained_on={
            "records": float(records),
            "possible_pairs": digits(total),
            "patterns": float(len(data.counts)),
            "expected_matches": digits(state.share * total),
            "unbound_matches": digits(float(data.matches(posterior).sum())),
            "judged": PAIRS_PER_JUDGEMENT * float((~np.isnan(data.verdict)).sum()),
            "rounds": float(rounds),
            "change": digits(change),
            "converged": float(change <= TOLERANCE),
        },
    )
