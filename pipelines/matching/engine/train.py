"""Learning the model without labels: EM over distinct comparison patterns with their counts.

Belongs here: the rates m and u, the prior, the correction for dependent comparisons. Does not: patterns (`compare`), or applying
the model (`score`).

The patterns stand for *all* pairs of records: candidates with their exact counts, all other pairs by a random sample with
weights. So the rates are those of the population, not of pairs that share a blocking key (Fellegi and Sunter 1969; Winkler 1988
for EM). Only candidates may be matches: a sampled pair stands for thousands, and no link can follow from it; it teaches what
non-matches look like. Dependence follows Thibaudeau (1993) in spirit: the correction of a group of comparisons is the ratio of their joint
frequency to the product of the single ones, shrunk towards 1 where there are few pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping, Sequence
from dataclasses import dataclass, replace
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.calibration import calibrate
from pipelines.matching.engine.compare import Layout, Patterns
from pipelines.matching.engine.model import DependenceWeights, JointWeight, LevelRates, Model, Relation, digits
from pipelines.matching.engine.relations import COMMON, Candidate, RelationTables, candidates, correction, dependences
from pipelines.matching.engine.score import Scorer, cell_weights, effective_levels, informative_levels, probability
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.engine.term_frequency import agreement_shares

Floats = npt.NDArray[np.float64]

MIN_ANCHORED = 500.0
"""Anchored matches from which on rates are learned from anchored pairs alone."""

PRIOR_DEVIATION = 6.0
"""Prior standard deviation (log2) of a correction for dependence: the larger, the more joint counts matter."""

MAX_LOG_RATIO = 40.0
"""Largest natural logarithm of the ratio of observed to expected counts."""

NEWTON_STEPS = 9
"""Newton steps until a root has all digits; most need fewer."""

NEGLIGIBLE = 0.01
"""Bits below which a correction is left out of the model."""

PRIOR_PAIRS = 5.0
"""Pairs counted as seen at each of `Dependence.prior_combinations`."""

PAIRS_PER_JUDGEMENT = 5.0
"""Pairs that one judged pair counts for."""

WARM_UP_ROUNDS = 12
"""Most rounds in which u stays the rate among all pairs, so that EM can't take a commoner relation for the matches."""

TOLERANCE = 1e-5
MAX_ROUNDS = 600

VANISHED = 20.0
"""Expected matches below which relations may have taken the matches over: where few comparisons tell them apart, a model without
relations counts, if it expects no more than one match per record."""

SURE = 1 - 1e-6
"""Largest share of a relation's pairs that share a value."""

RESERVES = (1.0, 0.3, 0.1)
"""Pairs per record that speak against a relation that shares more than it names, largest first: matches are at most a few per
record, so only a relation that is commoner than they are may look like them. The smaller, the more a relation may share; one
that shares everything takes the matches over, so the largest reserve whose matches can be identity counts."""

ENOUGH_JUDGEMENTS = 20
"""Judged pairs from which on they correct the weights and choose among models."""

RARE = 0.5
"""Matches per record up to which no relation can hide among them: a rarer one is none, see `relations.COMMON`."""

MOST_DIFFER = 2 / 3
"""Share of the matches that may differ in one comparison: people move, but the matches of a table are not mostly people who did."""

NEARLY_ALL = 0.85
"""Share of the evidence in which matches agree, from which on they can't be kin, who differ in name and birth."""


@dataclass
class _State:
    """The parameters that EM updates. `m[i]`, `u[i]`: rates of comparison i by level; index 0 (missing) is unused. `sharing` and
    `shares` are those of `relations`; empty where the specification allows none."""

    m: list[Floats]
    u: list[Floats]
    share: float
    joint: list[Floats]
    sharing: Floats
    shares: Floats


@dataclass(frozen=True)
class _Group:
    """One dependence group.

    Attributes:
        members: indices of its comparisons.
        sizes: levels of each member, missing included.
        levels: per member the level of each pattern, from which rates are learned.
        effective: joint level of each pattern, which gives its correction.
        present: which members are not missing in each pattern, as bits.
        levels_of_joint: per member the level at each joint level.
        subset_of_joint: which members are not missing at each joint level, as bits.
        independent: joint levels at which non-matches agree only by chance.
        prior: pairs counted as seen at each joint level.
    """

    members: list[int]
    sizes: list[int]
    levels: npt.NDArray[np.int64]
    effective: npt.NDArray[np.int64]
    present: npt.NDArray[np.int64]
    levels_of_joint: npt.NDArray[np.int64]
    subset_of_joint: npt.NDArray[np.int64]
    independent: npt.NDArray[np.bool_]
    prior: Floats

    @cached_property
    def subsets(self) -> list[_Subset]:
        """The sets of two or more members, which every round needs."""
        return [self._subset(bits) for bits in range(1 << len(self.members)) if bits.bit_count() > 1]

    def _subset(self, bits: int) -> _Subset:
        levels = [np.where(bits >> b & 1, self.levels[b], 0) for b in range(len(self.members))]
        use = np.flatnonzero((self.present & bits) == bits)
        inside = np.flatnonzero(self.subset_of_joint == bits)
        by_member = {i: self.levels_of_joint[b][inside] for b, i in enumerate(self.members) if bits >> b & 1}
        return _Subset(inside, by_member, use, np.ravel_multi_index(levels, self.sizes)[use])


@dataclass(frozen=True)
class _Subset:
    """Some members of a group, and all pairs in which none of these is missing.

    Attributes:
        inside: the joint levels at which just these are present.
        levels: comparison → its level at each of these joint levels.
        use: the patterns in which at least these are present.
        joint: the joint level of each of these patterns, all other members counted as missing.
    """

    inside: npt.NDArray[np.int64]
    levels: dict[int, npt.NDArray[np.int64]]
    use: npt.NDArray[np.int64]
    joint: npt.NDArray[np.int64]


@dataclass(frozen=True)
class _Data:
    """Distinct patterns, unpacked.

    Attributes:
        exact: share of each count that was counted rather than sampled.
        anchored: which patterns the anchor or a person decides.
        verdict: 1 or 0 where a person has judged, else NaN.
        relations: that non-matches may stand in.
        names: which comparisons (rows) each relation (columns) names.
        tables: to look up relations; None where there are none.
    """

    cells: npt.NDArray[np.int64]
    levels: npt.NDArray[np.int64]
    effective: npt.NDArray[np.int64]
    counts: Floats
    exact: Floats
    anchored: npt.NDArray[np.bool_]
    verdict: Floats
    groups: list[_Group]
    relations: list[Candidate]
    names: npt.NDArray[np.bool_]
    tables: RelationTables | None

    def matches(self, posterior: Floats) -> Floats:
        """Expected matches at each pattern: only candidates may be matches."""
        return np.asarray(self.counts * self.exact * posterior)


def train(
    spec: MatchSpec,
    patterns: Patterns,
    counted: Floats,
    sampled: Floats,
    *,
    records: int,
    found: Mapping[str, int] | None = None,
    labels: tuple[Patterns, Floats] | None = None,
    prior: float | None = None,
) -> Model:
    """Learn a model.

    Args:
        spec: what was compared.
        patterns: distinct packed patterns.
        counted: how many candidate pairs show each.
        sampled: how many of the other pairs each stands for, estimated from a random sample. Both group sum to the number of
            possible pairs.
        records: number of distinct records.
        found: name of a blocking rule → pairs it finds, see `relations`.
        labels: patterns of pairs people have judged, with 1 for same and 0 for different, see `can_calibrate`.
        prior: share of all possible pairs that are matches, where it is known; learned by default.

    Returns:
        The model; `trained_on` says how many rounds and whether EM converged.
    """
    layout = Layout.of(spec)
    levels = informative_levels(layout, layout.unpack(patterns))
    related = candidates(spec, found or {}, records, dependences(spec, levels, sampled, records) if found else ())
    told = labels is not None and can_calibrate(spec, labels)
    counted_labels = None if told else labels
    data = _prepare(spec, layout, patterns, counted, sampled, labels=counted_labels, relations=related)
    start = _start(spec, data, records, prior)
    if not data.counts.sum():
        return _model(spec, data, start, data.counts, records=records, rounds=0, change=0.0)
    learn = partial(_expectation_maximisation, spec, layout, data, start, records=records, prior=prior)
    models = _ladder(learn, records, whole=told) if data.relations else [learn(RESERVES[0])]
    if told and labels:
        return max((with_verdicts(spec, m, labels) for m in models), key=lambda m: _log_likelihood(spec, m, labels))
    model = models[-1]
    if data.relations and model.trained_on["expected_matches"] < VANISHED:
        plain = train(spec, patterns, counted, sampled, records=records, labels=labels, prior=prior)
        if VANISHED <= plain.trained_on["expected_matches"] <= records:
            return plain
    return model


def can_calibrate(spec: MatchSpec, labels: tuple[Patterns, Floats]) -> bool:
    """Whether verdicts correct the weights: there are enough of both sorts, and no anchor or expert says who is who.

    Else each counts as `PAIRS_PER_JUDGEMENT` pairs.
    """
    known = spec.anchor is not None or any(c.fixed for c in spec.comparisons)
    return not known and len(labels[0]) >= ENOUGH_JUDGEMENTS and 0 < float(labels[1].mean()) < 1


def _ladder(learn: Callable[[float], Model], records: int, whole: bool) -> list[Model]:
    """Models by falling reserve until one is sound; all of them where people have judged pairs that can tell them apart."""
    models = []
    for reserve in RESERVES:
        models.append(learn(reserve))
        if is_identity(models[-1], records) and not whole:
            break
    return models


def is_identity(model: Model, records: int) -> bool:
    """Whether the matches of a model can be identity: they agree in nearly all that tells entities apart; or they are rare, and
    there is nothing in which most of them differ.

    Kin and neighbours are commoner, and most of them differ in name and birth.
    """
    if model.agreement >= NEARLY_ALL:
        return True
    differ = max(rates[-1].m for rates in model.comparisons.values())
    return model.trained_on["expected_matches"] <= RARE * records and differ <= MOST_DIFFER


def with_verdicts(spec: MatchSpec, model: Model, labels: tuple[Patterns, Floats]) -> Model:
    """The model calibrated by what people have said of some pairs, see `calibration`."""
    scorer = Scorer(spec, model, _prior_weight(model))
    alone, joint = scorer.parts(labels[0])
    shift, factors = calibrate(scorer.prior, np.column_stack([alone, joint]), labels[1])
    rounded = {name: digits(float(x)) for name, x in zip(scorer.part_names, factors, strict=True)}
    return replace(model, shift=digits(shift), factors=rounded)


def _log_likelihood(spec: MatchSpec, model: Model, labels: tuple[Patterns, Floats]) -> float:
    """Log likelihood of the verdicts of people under a model, each probability at least a thousandth."""
    weights = Scorer(spec, model, _prior_weight(model)).weights(labels[0])
    said = np.clip(probability(weights), 1e-3, 1 - 1e-3)
    return float(np.where(labels[1] > 0, np.log(said), np.log(1 - said)).sum())


def _prior_weight(model: Model) -> float:
    return model.prior_weight(int(model.trained_on["records"]), model.trained_on["possible_pairs"])


def _expectation_maximisation(
    spec: MatchSpec, layout: Layout, data: _Data, state: _State, reserve: float, *, records: int, prior: float | None
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
            strict, reserve, rounds_to_go = False, RESERVES[-1], WARM_UP_ROUNDS
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
    return _model(spec, data, state, posterior, records=records, rounds=rounds, change=change)


def _prepare(
    spec: MatchSpec,
    layout: Layout,
    patterns: Patterns,
    counted: Floats,
    sampled: Floats,
    *,
    labels: tuple[Patterns, Floats] | None,
    relations: list[Candidate],
) -> _Data:
    verdict = np.full(len(patterns), np.nan)
    if labels is not None:
        patterns, verdict = np.concatenate([patterns, labels[0]]), np.concatenate([verdict, labels[1]])
        counted = np.concatenate([counted, np.full(len(labels[0]), PAIRS_PER_JUDGEMENT)])
        sampled = np.concatenate([sampled, np.zeros(len(labels[0]))])
    cells = layout.unpack(patterns)
    levels, effective = informative_levels(layout, cells), effective_levels(spec, layout, cells)
    names = [c.name for c in spec.comparisons]
    anchored = levels[:, names.index(spec.anchor)] > 0 if spec.anchor else np.ones(len(patterns), dtype=bool)
    groups = []
    for group in () if relations else spec.dependence:
        members = [names.index(n) for n in group.comparisons]
        sizes = [len(spec.comparisons[i].levels) + 1 for i in members]
        member_levels = levels[:, members].T
        of_joint = np.array(np.unravel_index(np.arange(int(np.prod(sizes))), sizes))
        bits = 1 << np.arange(len(members), dtype=np.int64)
        at = partial(_at_level, spec, members, of_joint)
        independent = np.zeros(of_joint.shape[1], dtype=bool)
        for one in group.independent_levels:
            independent |= at(one)
        prior = PRIOR_PAIRS * np.any(
            [np.all([at(one) for one in each], axis=0) for each in group.prior_combinations] or [independent & False],
            axis=0,
        )
        groups.append(
            _Group(
                members,
                sizes,
                member_levels,
                np.asarray(np.ravel_multi_index(list(effective[:, members].T), sizes)),
                bits @ (member_levels > 0),
                of_joint,
                bits @ (of_joint > 0),
                independent,
                prior,
            )
        )
    counts = counted + sampled
    exact = counted / np.maximum(counts, 1e-300)
    tables = RelationTables(spec, layout, cells, effective) if relations else None
    named = np.array([r.names for r in relations], dtype=bool).reshape(len(relations), len(names)).T
    return _Data(
        cells,
        levels,
        effective,
        counts,
        exact,
        anchored | ~np.isnan(verdict),
        verdict,
        groups,
        relations,
        named,
        tables,
    )


def _at_level(
    spec: MatchSpec, members: list[int], of_joint: npt.NDArray[np.int64], one: tuple[str, str]
) -> npt.NDArray[np.bool_]:
    """The joint levels at which a comparison has a level, both by name."""
    i = [c.name for c in spec.comparisons].index(one[0])
    return np.asarray(of_joint[members.index(i)] == spec.comparisons[i].level_names.index(one[1]))


def _start(spec: MatchSpec, data: _Data, records: int, prior: float | None) -> _State:
    m, u, joint = [], [], []
    for i, comparison in enumerate(spec.comparisons):
        k = len(comparison.levels)
        guess = 0.85 * 0.25 ** np.arange(k)
        guess[-1] = 0.04
        names = comparison.level_names[1:]
        m.append(_with_known(np.append(0.0, guess / guess.sum()), names, comparison.m))
        observed = _mass(data.levels[:, i], data.counts, k + 1)
        u.append(_with_known(_rates(observed, 0.1), names, comparison.u))
    for group in data.groups:
        joint.append(np.zeros(int(np.prod(group.sizes))))
    total = max(float(data.counts.sum()), 2.0)
    share = min(0.5, records / total) if prior is None else prior
    sharing = np.where(data.names, SURE, 0.5)
    blocked = float((data.counts * data.exact).sum()) / total / 2
    relations = data.names.shape[1]
    shares = np.append(1 - blocked, np.full(relations, blocked / max(relations, 1))) if relations else np.ones(1)
    return _State(m, u, share, joint, sharing, shares)


def _mass(levels: npt.NDArray[np.int64], mass: Floats, size: int) -> Floats:
    """Mass per level."""
    return np.bincount(levels, weights=mass, minlength=size).astype(np.float64)


def _rates(observed: Floats, pseudo: float) -> Floats:
    out = np.append(0.0, observed[1:] + pseudo)
    return np.asarray(out / out.sum())


def _with_known(rates: Floats, names: Sequence[str], known: Mapping[str, float]) -> Floats:
    """The rates, those that are known in their place; the others keep their proportions."""
    if not known:
        return rates
    is_known = np.array([False, *(name in known for name in names)])
    out = np.array([0.0, *(known.get(name, 0.0) for name in names)])
    rest, free = max(1.0 - float(out.sum()), 1e-12), np.where(is_known, 0.0, rates)
    return np.asarray(np.where(is_known, out, free * rest / max(float(free.sum()), 1e-300)))


def _level_weights(spec: MatchSpec, i: int, state: _State) -> Floats:
    """log2 weight per level of comparison `i`; with term frequency that of a value that every record has."""
    comparison = spec.comparisons[i]
    out, shares = np.log2(state.m[i][1:] / state.u[i][1:]), agreement_shares(comparison, state.u[i])
    for j, level in enumerate(comparison.levels):
        if level.frequency_of is not None:
            out[j] = np.log2(state.m[i][j + 1] / shares[j])
        if level.name in comparison.fixed:
            out[j] = comparison.fixed[level.name]
    return np.asarray(out)


def _posterior(spec: MatchSpec, layout: Layout, data: _Data, state: _State) -> tuple[Floats, Floats]:
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


def _anchored(data: _Data, posterior: Floats) -> npt.NDArray[np.bool_]:
    """The patterns from which rates are learned: anchored ones, if these have enough matches."""
    matches = float(data.matches(posterior)[data.anchored].sum())
    return data.anchored if matches >= MIN_ANCHORED else np.ones_like(data.anchored)


def _maximise(
    spec: MatchSpec,
    data: _Data,
    state: _State,
    posterior: Floats,
    classes: Floats,
    *,
    free: bool,
    reserve: float,
    common: float,
    prior: float | None,
) -> _State:
    use = _anchored(data, posterior)
    matches = data.matches(posterior)
    match, other = np.where(use, matches, 0.0), np.where(use, data.counts - matches, 0.0)
    strangers = other * classes[:, 0]
    m, u, joint = [], [], []
    for i, comparison in enumerate(spec.comparisons):
        k = len(comparison.levels) + 1
        names = comparison.level_names[1:]
        m.append(_with_known(_rates(_mass(data.levels[:, i], match, k), 0.5), names, comparison.m))
        u.append(
            _with_known(_rates(_mass(data.levels[:, i], strangers, k), 0.1), names, comparison.u)
            if free
            else state.u[i]
        )
    for g, old in enumerate(state.joint):
        joint.append(_joint(data, g, m, u, match=match, other=other)[0] if free else old)
    share = float(matches.sum() / data.counts.sum()) if prior is None else prior
    sharing, shares = _related(data, state, other[:, None] * classes, reserve, common)
    return _State(m, u, min(max(share, 1e-12), 0.5), joint, sharing, shares)


def _related(data: _Data, state: _State, others: Floats, reserve: float, common: float) -> tuple[Floats, Floats]:
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


def _joint(
    data: _Data, g: int, m: list[Floats], u: list[Floats], *, match: Floats, other: Floats
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
        observed = [_mass(joint, mass, n)[inside] for mass in masses]
        expected = [np.full(len(inside), mass.sum()) for mass in masses]
        for i, level in subset.levels.items():
            expected = [e * rates[i][level] for e, rates in zip(expected, (m, u), strict=True)]
        blocked = _mass(joint, masses[1] * data.exact[use], n)[inside] + group.prior[inside]
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
    use = _anchored(data, posterior)
    matches = data.matches(posterior)
    match, other = np.where(use, matches, 0.0), np.where(use, data.counts - matches, 0.0)
    dependence = []
    for g, group in enumerate(spec.dependence if data.groups else ()):
        members, sizes = data.groups[g].members, data.groups[g].sizes
        _, matches, others = _joint(data, g, state.m, state.u, match=match, other=other)
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
