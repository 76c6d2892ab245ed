"""Why a pair was linked: levels and weights, line by line.

Belongs here: turning a pattern back into words and numbers. Does not: deciding anything.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pipelines.matching.engine.compare import Patterns
from pipelines.matching.engine.score import Scorer, effective_levels

RELATIONS = "relations"
"""Name of the weight that says how well a relation of two different entities explains a pair, see `relations`."""


def _dependence_name(members: tuple[str, ...]) -> str:
    return " × ".join(members)


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
    groups = [_dependence_name(d.comparisons) for d in scorer.model.dependence]
    groups += [RELATIONS] * bool(scorer.model.relations)
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
