"""Why a pair was linked: levels and weights, line by line.

Belongs here: turning a pattern back into words and numbers. Does not: deciding anything.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa

from pipelines.matching.engine.compare import Patterns
from pipelines.matching.engine.score import Scorer, heard_levels, probability

WATERFALL = pa.schema(
    [
        ("step", pa.string()),
        ("level", pa.string()),
        ("weight", pa.float64()),
        ("running_weight", pa.float64()),
        ("probability", pa.float64()),
    ]
)
"""A waterfall: the prior, one line per comparison that says something, one per dependence that corrects, running totals."""


def _dependence_name(members: tuple[str, ...]) -> str:
    return " × ".join(members)


def described(scorer: Scorer, patterns: Patterns) -> tuple[pa.Array, pa.Array]:
    """Levels (map of strings) and weights (map of numbers) of each pattern, under PAIR's column types.

    Comparisons that say nothing (missing) have a level but no weight; a dependence that corrects is a weight of its own,
    named by its comparisons joined with ` × `.
    """
    alone, joint = scorer.parts(patterns)
    levels = scorer.layout.unpack(patterns)
    heard = heard_levels(scorer.spec, scorer.layout, levels)
    comparisons = scorer.spec.comparisons
    shown = np.stack([c.level[levels[:, i]] for i, c in enumerate(scorer.layout.cells)], axis=1)
    names = [np.array(c.level_names, dtype=object) for c in comparisons]
    groups = [_dependence_name(d.comparisons) for d in scorer.model.dependence]
    said = [[(c.name, names[i][shown[k, i]]) for i, c in enumerate(comparisons)] for k in range(len(patterns))]
    counted = [
        [(c.name, float(alone[k, i])) for i, c in enumerate(comparisons) if heard[k, i]]
        + [(g, float(joint[k, j])) for j, g in enumerate(groups) if joint[k, j]]
        for k in range(len(patterns))
    ]
    return pa.array(said, pa.map_(pa.string(), pa.string())), pa.array(counted, pa.map_(pa.string(), pa.float64()))


def waterfall(scorer: Scorer, pattern: int) -> pa.Table:
    """How one pattern's weight adds up, under `WATERFALL`, in the order of the specification."""
    said, counted = described(scorer, np.array([pattern], dtype=np.int64))
    level = dict(said[0].as_py())
    steps = [("prior", "", scorer.prior)]
    steps += [(name, level.get(name, "together"), weight) for name, weight in counted[0].as_py()]
    running = np.cumsum([weight for _, _, weight in steps])
    return pa.table(
        [
            [name for name, _, _ in steps],
            [how for _, how, _ in steps],
            [weight for _, _, weight in steps],
            running,
            probability(running),
        ],
        schema=WATERFALL,
    )
