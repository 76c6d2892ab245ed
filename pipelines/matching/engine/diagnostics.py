"""Diagnostics: does a model make sense, and what does it cost to believe it?

Belongs here: what a model, the rules and the links say about themselves, without truth. Does not: drift between runs (`drift`).

A *problem* is a model that is nonsense: nothing that follows from it can be used. A *warning* is something to look at.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass, replace

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.blocking import BlockReport
from pipelines.matching.engine.model import LevelRates, Model, ModelError
from pipelines.matching.engine.spec import MatchSpec

Floats = npt.NDArray[np.float64]

FEW_MATCHES = 20.0
"""Expected matches below which rates rest on the guess that training starts from."""

NEVER_SEEN = 1.0
"""Expected pairs below which a level counts as never seen."""

OFF_PRIOR = 10.0
"""Factor between expected matches and those of a given prior from which one of them must be wrong."""

CHAINED = 20.0
"""Pairs that share a cluster per accepted link from which links are chains of strangers."""

LOST_TO_CAPS = 0.1
"""Pairs of capped keys, as a share of the pairs compared, from which a rule is worth a warning."""


class NonsenseModelError(ModelError):
    """A model that makes no sense; the message says why and what to do."""


@dataclass(frozen=True)
class Diagnostics:
    """What a run says about itself.

    Attributes:
        compared_pairs: candidate pairs.
        expected_matches: matches among them by their probabilities.
        expected_precision: share of accepted pairs that are matches, by their probabilities; 1 where there are none.
        expected_recall: share of the matches among compared pairs that are accepted; 1 where there are none.
        problems: why the model is nonsense, each with what to do; empty for a sound model.
        warnings: what to look at, each with what to do.
        notes: what the run has found out and taken into account.
    """

    compared_pairs: int
    expected_matches: float
    expected_precision: float
    expected_recall: float
    problems: tuple[str, ...]
    warnings: tuple[str, ...]
    notes: tuple[str, ...] = ()

    def with_clusters(self, accepted: int, implied: int) -> Diagnostics:
        """The same, knowing what the links lead to.

        Being one entity is transitive: where one is another and that a third, so is the first. Links between strangers who share
        a town are not, and chain all of them into clusters of which hardly any pair was accepted.

        Args:
            accepted: links between different records.
            implied: pairs of records that share a cluster.
        """
        if accepted < FEW_MATCHES or implied <= CHAINED * accepted:
            return self
        chained = (
            f"{accepted:,} links chain records into clusters of {implied:,} pairs: what they have in common is no identity; raise "
            "accept=, give prior=, or add comparisons that tell entities apart"
        )
        return replace(self, problems=(*self.problems, chained))

    def refuse(self, kind: str) -> None:
        """Stop where the model is nonsense.

        Raises:
            NonsenseModelError: there are problems.
        """
        if self.problems:
            raise NonsenseModelError(
                f"MatchSpec {kind!r}: the model makes no sense, so nothing was linked: {'; '.join(self.problems)}. "
                "Pass refuse=False to look at what it would have linked"
            )


NOTHING_SAID = Diagnostics(0, 0.0, 1.0, 1.0, (), ())
"""Of a run that was not looked at."""


def diagnose(
    spec: MatchSpec,
    model: Model,
    reports: Sequence[BlockReport],
    counts: Floats,
    probabilities: Floats,
    *,
    trained: bool,
    prior: float | None = None,
    copies: int = 0,
) -> Diagnostics:
    """Look at a model and what it says of the candidate pairs.

    Args:
        spec: what was compared.
        model: trained in this run or before.
        reports: of the blocking rules.
        counts: candidate pairs of each distinct pattern.
        probabilities: that a pair of the pattern is a match.
        trained: whether the model was trained in this run; what is wrong with its training is told then only.
        prior: the prior the caller gave.
        copies: rows that are equal to one before them in all that is compared.
    """
    compared, expected = float(counts.sum()), float((counts * probabilities).sum())
    accepted = probabilities >= spec.accept
    accepted_pairs, right = float(counts[accepted].sum()), float((counts * probabilities)[accepted].sum())
    problems, warnings = [], _capped(reports, compared)
    if trained and compared:
        problems = _problems(spec, model, compared, copies, prior)
        warnings += _warnings(model, expected)
    return Diagnostics(
        int(compared),
        expected,
        right / accepted_pairs if accepted_pairs else 1.0,
        right / expected if expected else 1.0,
        tuple(problems),
        tuple(warnings),
        tuple(_notes(spec, model)),
    )


def _notes(spec: MatchSpec, model: Model) -> list[str]:
    expected = {b.name for b in spec.blocks} | {" × ".join(d.comparisons) for d in spec.dependence}
    return [
        f"{r.name}: strangers agree on them together, so they count as one fact; say Dependence({', '.join(map(repr, r.name.split(' × ')))}) "
        "to make this part of the specification"
        for r in model.relations
        if r.name not in expected
    ]


def _problems(spec: MatchSpec, model: Model, compared: float, copies: int, prior: float | None) -> list[str]:
    out = []
    trained = model.trained_on
    matches, possible = trained["expected_matches"], trained["possible_pairs"]
    if prior is None and matches > compared + copies + trained["judged"] + FEW_MATCHES:
        out.append(
            f"{matches:,.0f} matches are expected where {compared:,.0f} pairs were compared: give prior=, the probability that two "
            "records taken at random match"
        )
    if prior is not None and not 1 / OFF_PRIOR < (trained["unbound_matches"] + 1) / (prior * possible + 1) < OFF_PRIOR:
        out.append(
            f"the prior says {prior * possible:,.0f} matches and the pairs say {trained['unbound_matches']:,.0f}: one is wrong; "
            "correct prior=, or add comparisons and rules"
        )
    if matches >= FEW_MATCHES:
        free = [c.name for c in spec.comparisons if not c.fixed]
        reversed_ = [name for name in free if _reversed(model.comparisons[name])]
        if free and 2 * len(reversed_) > len(free):
            out.append(
                f"agreement speaks against a match in {reversed_}: training has taken some other relation for the match; give "
                "prior=, judgements= or an anchor"
            )
    return out


def _reversed(levels: tuple[LevelRates, ...]) -> bool:
    """Whether differing speaks for a match: it is commoner among matches than among others."""
    return levels[-1].m > levels[-1].u and levels[-1].weight > 0


def _warnings(model: Model, expected: float) -> list[str]:
    out, trained = [], model.trained_on
    if not trained["converged"]:
        out.append(
            f"training has not settled after {trained['rounds']:.0f} rounds (last change {trained['change']:.2g}): drop levels that "
            "say the same, or give prior="
        )
    if expected < FEW_MATCHES:
        out.append(f"only {expected:.0f} matches are expected: too few to learn rates from; pass a trained model=")
    for name, levels in model.comparisons.items():
        unseen = [
            r.level
            for r in levels
            if r.m * trained["expected_matches"] < NEVER_SEEN and r.u * trained["possible_pairs"] < NEVER_SEEN
        ]
        if unseen:
            out.append(f"{name}: no pair shows {unseen}, so their weights are guesses; drop or fix them")
        if _reversed(levels):
            out.append(f"{name}: differing speaks for a match; drop the comparison or fix its weights")
    return out


def _capped(reports: Sequence[BlockReport], compared: float) -> list[str]:
    return [
        f"rule {r.rule!r}: {r.capped_keys:,} keys are over its cap, so {r.capped_pairs:,} pairs of {r.capped_records:,} records were "
        "left to other rules; raise cap= or add a column to the rule"
        for r in reports
        if r.capped_pairs > LOST_TO_CAPS * max(compared, 1.0)
    ]
