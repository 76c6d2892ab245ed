"""The distribution of weights with the thresholds, as a picture for a run's metadata.

Belongs here: drawing. Does not: counting (`MatchResult.weights`).
"""

from __future__ import annotations

import io

import numpy as np

from pipelines.matching.engine.result import MatchResult
from pipelines.matching.engine.score import weight_of


def weight_plot(result: MatchResult) -> str:
    """An SVG: how many candidate pairs have which weight (log2 odds), with the accept and the review threshold."""
    from matplotlib.figure import Figure

    weights = result.weights
    figure = Figure(figsize=(7.2, 3.2))
    axes = figure.add_axes((0.1, 0.16, 0.87, 0.74))  # laying out by trial takes longer than all the rest
    axes.bar(np.asarray(weights["weight"]), np.asarray(weights["pairs"]), width=1.0, align="edge", color="#3b6ea5")
    axes.set_yscale("log")
    axes.axvline(weight_of(result.spec.accept), color="#2e7d32", label=f"accept {result.spec.accept:g}")
    axes.axvline(weight_of(result.spec.review), color="#c77700", linestyle="--", label=f"review {result.spec.review:g}")
    axes.set(xlabel="weight (log2 odds)", ylabel="pairs", title=f"{result.spec.kind}: candidate pairs by weight")
    axes.legend(frameon=False)
    out = io.StringIO()
    figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()
