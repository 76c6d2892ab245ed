"""Drift: does a model still fit? A jump means that the data, or a platform, has changed.

Belongs here: comparing the links of now with the links of the training run. Does not: deciding what to do about it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.compare import Layout, Patterns
from pipelines.matching.engine.score import informative_levels
from pipelines.matching.engine.spec import MatchSpec

COMMON = 0.02
"""Share of links below which a level is too rare to show drift."""

MOVED = 1.0
"""log2 by which the share of a level among links may change: twice as common, or half."""

ENOUGH = 1000
"""Links below which shares are too uncertain to show drift."""


def level_shares(
    spec: MatchSpec, patterns: Patterns, pattern_counts: npt.NDArray[np.int64]
) -> dict[str, dict[str, float]]:
    """The share of all links at each level: comparison → level (or `missing`) → share, six digits.

    Empty where there are too few links.

    Args:
        spec: what was compared.
        patterns: distinct patterns.
        pattern_counts: how many links show each of them.
    """
    if pattern_counts.sum() < ENOUGH:
        return {}
    layout, shares = Layout.of(spec), {}
    levels = informative_levels(layout, layout.unpack(patterns))
    for i, comparison in enumerate(spec.comparisons):
        seen = (
            np.bincount(levels[:, i], weights=pattern_counts, minlength=len(comparison.level_names))
            / pattern_counts.sum()
        )
        shares[comparison.name] = {
            level: round(float(share), 6) for level, share in zip(comparison.level_names, seen, strict=True)
        }
    return shares


def moved_levels(then: dict[str, dict[str, float]], now: dict[str, dict[str, float]]) -> list[str]:
    """Levels whose share among links has moved too far for the model to be trusted: `phone/missing 0.10 → 0.31`."""
    moved = []
    for comparison in then.keys() & now.keys():
        for level, before in then[comparison].items():
            after = now[comparison].get(level, 0.0)
            if max(before, after) >= COMMON and abs(np.log2((after + 1e-4) / (before + 1e-4))) > MOVED:
                moved.append(f"{comparison}/{level} {before:.2f} → {after:.2f}")
    return sorted(moved)
