"""What training works on: distinct patterns unpacked, groups of dependent comparisons, the parameters of a model in the making.

Belongs here: laying out patterns for EM. Does not: the rounds of EM (`em`).
"""

from __future__ import annotations

from dataclasses import dataclass
from functools import cached_property, partial

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.compare import Layout, Patterns
from pipelines.matching.engine.relations import Candidate, RelationTables
from pipelines.matching.engine.score import effective_levels, informative_levels
from pipelines.matching.engine.spec import MatchSpec

Floats = npt.NDArray[np.float64]

PRIOR_PAIRS = 5.0
"""Pairs counted as seen at each of `Dependence.prior_combinations`."""

PAIRS_PER_JUDGEMENT = 5.0
"""Pairs that one judged pair counts for."""


@dataclass
class State:
    """The parameters that EM updates. `m[i]`, `u[i]`: rates of comparison i by level; index 0 (missing) is unused. `sharing` and
    `shares` are those of `relations`; empty where the specification allows none."""

    m: list[Floats]
    u: list[Floats]
    share: float
    joint: list[Floats]
    sharing: Floats
    shares: Floats


@dataclass(frozen=True)
class Group:
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
    def subsets(self) -> list[Subset]:
        """The sets of two or more members, which every round needs."""
        return [self._subset(bits) for bits in range(1 << len(self.members)) if bits.bit_count() > 1]

    def _subset(self, bits: int) -> Subset:
        levels = [np.where(bits >> b & 1, self.levels[b], 0) for b in range(len(self.members))]
        use = np.flatnonzero((self.present & bits) == bits)
        inside = np.flatnonzero(self.subset_of_joint == bits)
        by_member = {i: self.levels_of_joint[b][inside] for b, i in enumerate(self.members) if bits >> b & 1}
        return Subset(inside, by_member, use, np.ravel_multi_index(levels, self.sizes)[use])


@dataclass(frozen=True)
class Subset:
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
class Data:
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
    groups: list[Group]
    relations: list[Candidate]
    names: npt.NDArray[np.bool_]
    tables: RelationTables | None

    def matches(self, posterior: Floats) -> Floats:
        """Expected matches at each pattern: only candidates may be matches."""
        return np.asarray(self.counts * self.exact * posterior)


def prepare(
    spec: MatchSpec,
    layout: Layout,
    patterns: Patterns,
    counted: Floats,
    sampled: Floats,
    *,
    labels: tuple[Patterns, Floats] | None,
    relations: list[Candidate],
) -> Data:
    """Unpack patterns; arguments as of `train.train`, and the `relations` that non-matches may stand in."""
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
            Group(
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
    return Data(
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


def level_mass(levels: npt.NDArray[np.int64], mass: Floats, size: int) -> Floats:
    """Mass per level."""
    return np.bincount(levels, weights=mass, minlength=size).astype(np.float64)


def level_rates(observed: Floats, pseudo: float) -> Floats:
    """Rates of the levels behind `missing` from their mass, to each of which `pseudo` is added."""
    out = np.append(0.0, observed[1:] + pseudo)
    return np.asarray(out / out.sum())
