"""Drift: does a model still fit? A jump means that the data, or a platform, has changed.

Belongs here: comparing two trained models, and the links of now with the links of the training run. Does not: deciding what
to do about it.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.engine.compare import Layout, Patterns
from pipelines.matching.engine.model import Model
from pipelines.matching.engine.score import informative_levels
from pipelines.matching.engine.spec import MatchSpec

DRIFT = pa.schema(
    [
        ("comparison", pa.string()),
        ("level", pa.string()),
        ("old_m", pa.float64()),
        ("new_m", pa.float64()),
        ("old_weight", pa.float64()),
        ("new_weight", pa.float64()),
        ("shift", pa.float64()),
        ("alarming", pa.bool_()),
    ]
)
"""One line per level; weights in bits; null where a model lacks the level."""

ALARM = 2.0
"""Bits a weight may move before somebody should look."""

RELEVANT = 0.002
"""Share of true pairs below which a level is too rare to alarm anybody."""


def drift(old: Model, new: Model) -> pa.Table:
    """Compare two models level by level, under `DRIFT`, the largest shifts first.

    Args:
        old: the model of the last run.
        new: the model of this run.
    """
    rows = []
    for comparison in dict.fromkeys([*old.comparisons, *new.comparisons]):
        before = {r.level: r for r in old.comparisons.get(comparison, ())}
        after = {r.level: r for r in new.comparisons.get(comparison, ())}
        for level in dict.fromkeys([*before, *after]):
            a, b = before.get(level), after.get(level)
            shift = abs(b.weight - a.weight) if a and b else None
            rows.append(
                {
                    "comparison": comparison,
                    "level": level,
                    "old_m": a.m if a else None,
                    "new_m": b.m if b else None,
                    "old_weight": a.weight if a else None,
                    "new_weight": b.weight if b else None,
                    "shift": shift,
                    "alarming": bool(shift and a and b and shift > ALARM and max(a.m, b.m) > RELEVANT),
                }
            )
    rows.sort(key=lambda r: (-float(r["shift"] or 0.0), str(r["comparison"]), str(r["level"])))
    return pa.Table.from_pylist(rows, schema=DRIFT)


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
