"""Has the model moved since the last one? A weight that jumps means the data, or a platform, has changed.

Belongs here: comparing two trained models. Does not: deciding what to do about it.
"""

from __future__ import annotations

import pyarrow as pa

from pipelines.matching.model import Model

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
"""One line per level; weights in bits; null where a model has not got the level."""

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
