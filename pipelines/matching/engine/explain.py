"""Why a pair was linked: levels and weights, line by line.

Belongs here: turning a pattern back into words and numbers. Does not: deciding anything.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.matching.engine.blocking import rules_finding
from pipelines.matching.engine.compare import Patterns
from pipelines.matching.engine.encode import Codes
from pipelines.matching.engine.score import Scorer, effective_levels, probability
from pipelines.matching.engine.scored import ScoredPairs


def describe_patterns(scorer: Scorer, patterns: Patterns) -> tuple[pa.Array, pa.Array]:
    """Levels (map of strings) and weights (map of numbers) of each pattern, under PAIR's column types.

    A comparison without evidence (missing) has a level but no weight. The correction of a dependence is a weight of its own,
    under the names of its comparisons joined with ` × `.
    """
    alone, joint = scorer.parts(patterns)
    levels = scorer.layout.unpack(patterns)
    effective = effective_levels(scorer.spec, scorer.layout, levels)
    comparisons = scorer.spec.comparisons
    level_of = np.stack([c.level[levels[:, i]] for i, c in enumerate(scorer.layout.cells)], axis=1)
    names = [np.array(c.level_names, dtype=object) for c in comparisons]
    groups = scorer.part_names[len(comparisons) :]
    levels_by_name = [
        [(c.name, names[i][level_of[k, i]]) for i, c in enumerate(comparisons)] for k in range(len(patterns))
    ]
    weights_by_name = [
        [(c.name, float(alone[k, i])) for i, c in enumerate(comparisons) if effective[k, i]]
        + [(g, float(joint[k, j])) for j, g in enumerate(groups) if joint[k, j]]
        for k in range(len(patterns))
    ]
    return (
        pa.array(levels_by_name, pa.map_(pa.string(), pa.string())),
        pa.array(weights_by_name, pa.map_(pa.string(), pa.float64())),
    )


@dataclass(frozen=True)
class Step:
    """One line of an explanation: what was compared, at which level it came out, and what that is worth (log2)."""

    name: str
    level: str
    weight: float
    left: tuple[str | None, ...] = ()
    right: tuple[str | None, ...] = ()


@dataclass(frozen=True)
class Explanation:
    """Why two rows are one entity, or not.

    Attributes:
        steps: from the prior on, one per comparison, then corrections for what depends on each other; their weights sum to `weight`.
        weight: log2 odds that the rows are one entity.
        probability: the same as a probability (0–1).
        rules: the blocks that find the pair; empty where none does, so that it was never compared.
        linked: whether both rows are in one cluster.
    """

    steps: tuple[Step, ...]
    weight: float
    probability: float
    rules: tuple[str, ...]
    linked: bool

    def __str__(self) -> str:
        lines = [f"{s.weight:+8.2f}  {s.name}{': ' + s.level if s.level else ''}" for s in self.steps]
        found = ", ".join(self.rules) or "no rule finds this pair"
        end = f"{self.weight:+8.2f}  probability {self.probability:.6g}; {'one cluster' if self.linked else 'two clusters'}; {found}"
        return "\n".join([*lines, end])


def explain_pair(scored: ScoredPairs, scorer: Scorer, records: Codes, *, linked: bool) -> Explanation:
    """Why two records are one entity, or not; a record with itself is compared as two rows of the same content."""
    left, right = np.sort(records)[:1], np.sort(records)[1:]
    comparer = scored.comparer
    pattern = comparer.self_patterns(left) if left[0] == right[0] else comparer.patterns(left, right)
    levels, weights = (dict(column.to_pylist()[0]) for column in describe_patterns(scorer, pattern))
    encoded = scored.records.encoded

    def values(record: int, columns: tuple[str, ...]) -> tuple[str | None, ...]:
        codes = [encoded.codes[c][record : record + 1] for c in columns]
        texts = [encoded.dictionaries[c].texts_of(code)[0] for c, code in zip(columns, codes, strict=True)]
        return tuple(None if code[0] < 0 else text for text, code in zip(texts, codes, strict=True))

    steps = [Step("prior", "", scorer.prior)]
    for comparison in scorer.spec.comparisons:
        sides = (values(int(end[0]), comparison.columns) for end in (left, right))
        steps.append(Step(comparison.name, levels[comparison.name], weights.pop(comparison.name, 0.0), *sides))
    steps += [Step(name, "", weight) for name, weight in weights.items()]
    weight = float(scorer.weights(pattern)[0])
    bits = int(rules_finding(scorer.spec, scored.blocking.keys, left, right)[0])
    rules = tuple(rule.name for i, rule in enumerate(scorer.spec.rules) if bits >> i & 1)
    return Explanation(tuple(steps), weight, float(probability(np.array([weight]))[0]), rules, linked)
