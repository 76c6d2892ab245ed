"""From patterns to weights: looked up per distinct pattern, never per pair.

Belongs here: the weight of a pattern and how it adds up. Does not: learning the rates (`train`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.compare import Layout, Patterns
from pipelines.matching.engine.model import Model, ModelError
from pipelines.matching.engine.relations import RelationTables, correction
from pipelines.matching.engine.spec import MatchSpec

Floats = npt.NDArray[np.float64]

RELATIONS = "relations"
"""Name of the weight that says how well a relation of two different entities explains a pair, see `relations`."""


class Scorer:
    """Weighs the patterns of one specification by one model.

    Raises:
        ModelError: the model was trained under another specification.
    """

    def __init__(self, spec: MatchSpec, model: Model, prior_weight: float) -> None:
        if model.fingerprint != spec.fingerprint:
            raise ModelError(
                f"model of kind {model.kind!r} was trained under another specification than {spec.kind!r} now has; "
                "leave out model= to train anew"
            )
        self.spec, self.model, self.prior = spec, model, prior_weight
        self.layout = Layout.of(spec)
        self._cells = [
            cell_weights(
                cells.level, cells.bits, cells.uninformative, np.array([r.weight for r in model.comparisons[c.name]])
            )
            for c, cells in zip(spec.comparisons, self.layout.cells, strict=True)
        ]
        names = [c.name for c in spec.comparisons]
        self._joint: list[tuple[list[int], npt.NDArray[np.int64], Floats]] = []
        for group in model.dependence:
            members = [names.index(n) for n in group.comparisons]
            sizes = [len(spec.comparisons[i].levels) + 1 for i in members]
            table = np.zeros(sizes)
            numbers = [{n: k for k, n in enumerate(spec.comparisons[i].level_names)} for i in members]
            for joint in group.joint:
                table[tuple(number[n] for number, n in zip(numbers, joint.levels, strict=True))] = joint.weight
            self._joint.append((members, np.array(sizes), table.ravel()))
        self._sharing = np.array([[r.sharing[n] for r in model.relations] for n in names])
        self._factors = np.array([model.factors.get(name, 1.0) for name in self.part_names])
        self.prior += model.shift
        related = [r.share for r in model.relations]
        self._shares = np.array([1 - sum(related), *related])

    @property
    def part_names(self) -> list[str]:
        """The columns of both arrays that `parts` gives: comparisons, dependence groups, and relations where there are any."""
        groups = [" × ".join(d.comparisons) for d in self.model.dependence]
        return [*(c.name for c in self.spec.comparisons), *groups, *([RELATIONS] if self.model.relations else [])]

    def parts(self, patterns: Patterns) -> tuple[Floats, Floats]:
        """log2 weights of each pattern: per comparison, per dependence group, and last, where there are any, of relations."""
        cells = self.layout.unpack(patterns)
        alone = np.stack([w[cells[:, i]] for i, w in enumerate(self._cells)], axis=1)
        levels = effective_levels(self.spec, self.layout, cells)
        alone *= levels > 0
        joint = np.zeros((len(patterns), len(self._joint)))
        for g, (members, sizes, table) in enumerate(self._joint):
            joint[:, g] = table[np.ravel_multi_index([levels[:, i] for i in members], list(sizes))]
        if self.model.relations:
            joint = np.column_stack([joint, self._related(cells, levels)])
        return alone * self._factors[: alone.shape[1]], joint * self._factors[alone.shape[1] :]

    def _related(self, cells: npt.NDArray[np.int64], levels: npt.NDArray[np.int64]) -> Floats:
        """What a pattern loses where relations explain it better than chance."""
        tables = RelationTables(self.spec, self.layout, cells, levels)
        rates = [self.model.comparisons[c.name] for c in self.spec.comparisons]
        m, u = ([np.array([0.0, *(getattr(r, x) for r in of)]) for of in rates] for x in ("m", "u"))
        return correction(tables.log_rates(tables.chance(u), tables.shared(m), self._sharing), self._shares)[0]

    def weights(self, patterns: Patterns) -> Floats:
        """Total log2 odds of each pattern, prior included."""
        alone, joint = self.parts(patterns)
        return np.asarray(self.prior + alone.sum(axis=1) + joint.sum(axis=1))


def cell_weights(
    level: npt.NDArray[np.int64], bits: Floats, uninformative: npt.NDArray[np.bool_], weight: Floats
) -> Floats:
    """The weight of every cell of one comparison from the weights of its levels (missing not among them)."""
    out = np.append(0.0, weight)[level] + bits
    return np.where(uninformative, 0.0, out)


def informative_levels(layout: Layout, cells: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """Level of each cell, uninformative levels counted as missing: one row per pattern."""
    return np.stack([np.where(c.uninformative, 0, c.level)[cells[:, i]] for i, c in enumerate(layout.cells)], axis=1)


def effective_levels(spec: MatchSpec, layout: Layout, cells: npt.NDArray[np.int64]) -> npt.NDArray[np.int64]:
    """`informative_levels`, where agreement that another comparison implies counts as missing, see `Comparison.contained_in`."""
    levels = informative_levels(layout, cells)
    names = [c.name for c in spec.comparisons]
    for i, comparison in enumerate(spec.comparisons):
        if comparison.contained_in:
            implied = levels[:, names.index(comparison.contained_in)] == 1
            levels[implied & (levels[:, i] < len(comparison.levels)), i] = 0
    return levels


def probability(weights: Floats) -> Floats:
    """log2 odds as probabilities."""
    return np.asarray(1.0 / (1.0 + np.exp2(-np.clip(weights, -60, 60))))


def weight_of(p: float) -> float:
    """A probability as log2 odds."""
    return float(np.log2(p / (1 - p)))
