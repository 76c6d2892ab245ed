"""Learning the model without labels: EM over distinct comparison patterns with their counts.

Belongs here: which run of EM counts, and what verdicts of people add. Does not: patterns (`compare`), a run of EM (`em`), or applying
the model (`score`).

The patterns stand for *all* pairs of records: candidates with their exact counts, all other pairs by a random sample with
weights. So the rates are those of the population, not of pairs that share a blocking key (Fellegi and Sunter 1969; Winkler 1988
for EM). Only candidates may be matches: a sampled pair stands for thousands, and no link can follow from it; it teaches what
non-matches look like. Dependence follows Thibaudeau (1993) in spirit: the correction of a group of comparisons is the ratio of their joint
frequency to the product of the single ones, shrunk towards 1 where there are few pairs.
"""

from __future__ import annotations

from collections.abc import Callable, Mapping
from dataclasses import replace
from functools import partial

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.calibration import calibrate
from pipelines.matching.engine.compare import Layout, Patterns
from pipelines.matching.engine.em import LEAST_RESERVE, expectation_maximisation, model_of, start_state
from pipelines.matching.engine.model import Model, digits
from pipelines.matching.engine.relations import candidates, dependences
from pipelines.matching.engine.score import Scorer, informative_levels, probability
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.engine.training_data import prepare

Floats = npt.NDArray[np.float64]

VANISHED = 20.0
"""Expected matches below which relations may have taken the matches over: where few comparisons tell them apart, a model without
relations counts, if it expects no more than one match per record."""

RESERVES = (1.0, 0.3, LEAST_RESERVE)
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
    data = prepare(spec, layout, patterns, counted, sampled, labels=counted_labels, relations=related)
    start = start_state(spec, data, records, prior)
    if not data.counts.sum():
        return model_of(spec, data, start, data.counts, records=records, rounds=0, change=0.0)
    learn = partial(expectation_maximisation, spec, layout, data, start, records=records, prior=prior)
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
