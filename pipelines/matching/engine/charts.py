"""A run in pictures: what levels are worth, why a pair scored as it did, what can't be linked, a cluster, the choice of threshold.

Belongs here: drawing. Does not: the figures drawn (`result`, `explain`, `evaluate`).

Every function returns an SVG text that stands alone: it loads nothing from any host. Text stays text, so that Chinese shows in
any browser.
"""

from __future__ import annotations

import io
from collections.abc import Callable
from pathlib import Path
from typing import TYPE_CHECKING, Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.engine.arguments import InputError
from pipelines.matching.engine.evaluate import Evaluation
from pipelines.matching.engine.explain import Explanation
from pipelines.matching.engine.model import Model
from pipelines.matching.engine.result import MatchResult
from pipelines.matching.engine.score import weight_of
from warehouse.model.durable import write_whole

if TYPE_CHECKING:
    from matplotlib.axes import Axes

FOR, AGAINST, NEUTRAL, ACCEPT, REVIEW = "#2e7d32", "#b3392f", "#3b6ea5", "#2e7d32", "#c77700"

MOST_MEMBERS = 60
"""Rows of a cluster that a picture can show."""


def weight_plot(result: MatchResult) -> str:
    """How many candidate pairs have which weight (log2 odds), with the accept and the review threshold."""

    def draw(axes: Axes) -> None:
        weights = result.weights
        axes.bar(np.asarray(weights["weight"]), np.asarray(weights["pairs"]), width=1.0, align="edge", color=NEUTRAL)
        axes.set_yscale("log")
        axes.axvline(weight_of(result.spec.accept), color=ACCEPT, label=f"accept {result.spec.accept:g}")
        axes.axvline(
            weight_of(result.spec.review), color=REVIEW, linestyle="--", label=f"review {result.spec.review:g}"
        )
        axes.set(xlabel="weight (log2 odds)", ylabel="pairs", title=f"{result.spec.kind}: candidate pairs by weight")
        axes.legend(frameon=False)

    return _svg(draw, (0.1, 0.16, 0.87, 0.74))


def match_weights(model: Model) -> str:
    """What every level of every comparison is worth (log2): with term frequency on average, for rare values are worth more."""
    lines = [
        (f"{name}: {r.level}", float(np.log2(r.m / r.u)) if r.term_frequency else r.weight)
        for name, rates in model.comparisons.items()
        for r in rates
    ]

    def draw(axes: Axes) -> None:
        _bars(axes, lines)
        axes.set(xlabel="weight (log2)", title=f"{model.kind}: what levels are worth")

    return _svg(draw, (0.34, 0.1, 0.63, 0.83), height=0.24 * len(lines) + 1)


def waterfall(explanation: Explanation) -> str:
    """How the weight of one pair adds up, from the prior to the sum."""
    steps = [s for s in explanation.steps if s.weight or s.level != "missing"]
    names = [f"{s.name}: {s.level}" if s.level else s.name for s in steps]
    weights = np.array([s.weight for s in steps])
    start = np.cumsum(weights) - weights

    def draw(axes: Axes) -> None:
        at = np.arange(len(steps) + 1)
        colours = [NEUTRAL if i == 0 else FOR if w >= 0 else AGAINST for i, w in enumerate(weights)]
        axes.barh(at, np.append(weights, explanation.weight), left=np.append(start, 0.0), color=[*colours, "#555555"])
        axes.set_yticks(at, [*names, "sum"])
        axes.invert_yaxis()
        axes.axvline(0, color="#999999", linewidth=0.8)
        axes.set(xlabel="weight (log2 odds)", title=f"probability {explanation.probability:.6g}")

    return _svg(draw, (0.34, 0.13, 0.63, 0.77), height=0.3 * len(names) + 1.4)


def unlinkables(result: MatchResult) -> str:
    """Share of the records that could not be linked at a threshold even with an exact copy: they say too little."""
    scored = result.kept_pairs
    records = np.arange(len(scored.records.first), dtype=np.int32)
    weights = scored.scorer.weights(scored.comparer.self_patterns(records))
    thresholds = np.linspace(0.01, 0.999, 100)
    share = [(weights < weight_of(float(t))).mean() for t in thresholds]

    def draw(axes: Axes) -> None:
        axes.plot(thresholds, share, color=NEUTRAL)
        axes.axvline(result.spec.accept, color=ACCEPT, label=f"accept {result.spec.accept:g}")
        axes.set(
            xlabel="threshold",
            ylabel="share of records",
            ylim=(0, None),
            title="Records that say too little to be linked",
        )
        axes.legend(frameon=False)

    return _svg(draw, (0.1, 0.16, 0.87, 0.74))


def threshold_curve(evaluation: Evaluation) -> str:
    """Precision, recall and F1 of single pairs by threshold, and how right probabilities are."""
    curve, bins = evaluation.curve, evaluation.calibration

    def draw(axes: Axes) -> None:
        for name, colour in (("precision", FOR), ("recall", NEUTRAL), ("f1", "#333333")):
            axes.plot(np.asarray(curve["accept"]), np.asarray(curve[name]), color=colour, label=name)
        axes.plot(
            np.asarray(bins["probability"]),
            np.asarray(bins["right"]),
            "o",
            color=REVIEW,
            label=f"right as often as said (error {evaluation.calibration_error:.3f})",
        )
        axes.plot([0, 1], [0, 1], color="#cccccc", linewidth=0.8)
        axes.set(xlabel="threshold, or probability", ylim=(0, 1.02), title="Precision, recall and calibration")
        axes.legend(frameon=False)

    return _svg(draw, (0.08, 0.16, 0.89, 0.74))


def cluster_graph(result: MatchResult, cluster_id: Any) -> str:
    """The rows of one cluster by their ids and the accepted links between them, thicker where likelier.

    Raises:
        InputError: there is no such cluster, or it has more rows than a picture can show.
    """
    clusters = result.clusters
    members = clusters.filter(pc.equal(clusters["cluster_id"], cluster_id))["mention_id"].to_pylist()
    if not members or len(members) > MOST_MEMBERS:
        raise InputError(f"cluster_graph: the cluster has {len(members)} rows; pass one of 1 to {MOST_MEMBERS}")
    pairs = result.pairs
    among = pa.array(members, pairs.schema.field("left_id").type)
    inside = pairs.filter(pc.and_(pc.is_in(pairs["left_id"], among), pc.is_in(pairs["right_id"], among)))
    angle = 2 * np.pi * np.arange(len(members)) / len(members)
    place = {m: (float(np.cos(a)), float(np.sin(a))) for m, a in zip(members, angle, strict=True)}

    def draw(axes: Axes) -> None:
        for row in inside.select(["left_id", "right_id", "probability", "outcome"]).to_pylist():
            (x, y), (x2, y2) = place[row["left_id"]], place[row["right_id"]]
            style = "-" if row["outcome"] == "accepted" else ":"
            axes.plot([x, x2], [y, y2], style, color=NEUTRAL, linewidth=0.5 + 3 * row["probability"] ** 8, zorder=1)
        axes.scatter(
            [p[0] for p in place.values()],
            [p[1] for p in place.values()],
            s=420,
            color="#ffffff",
            edgecolors="#333333",
            zorder=2,
        )
        for member, (x, y) in place.items():
            axes.annotate(str(member), (x, y), ha="center", va="center", fontsize=7, zorder=3)
        axes.set_axis_off()
        axes.set_aspect("equal")
        axes.margins(0.2)
        axes.set_title(f"cluster {cluster_id}: {len(members)} rows")

    return _svg(draw, (0.02, 0.02, 0.96, 0.88), height=4.2)


def write_page(result: MatchResult, path: Path | str, evaluation: Evaluation | None = None) -> None:
    """One HTML page with what the run says of itself and its charts; it loads nothing from any host."""
    said = result.diagnostics
    charts = [weight_plot(result), match_weights(result.model), unlinkables(result)]
    charts += [threshold_curve(evaluation)] if evaluation else []
    figures = {
        "rows": result.report.mentions,
        "pairs compared": result.report.pairs_compared,
        "links": result.report.accepted,
        "clusters": result.report.clusters,
        "expected precision": f"{said.expected_precision:.4f}",
        "expected recall among compared pairs": f"{said.expected_recall:.4f}",
    }
    lines = [f"<tr><th>{name}</th><td>{value}</td></tr>" for name, value in figures.items()]
    words = [
        *(("problem", p) for p in said.problems),
        *(("warning", w) for w in said.warnings),
        *(("note", n) for n in said.notes),
    ]
    listed = "".join(f"<li class='{sort}'>{sort}: {_escaped(text)}</li>" for sort, text in words)
    style = "body{font-family:sans-serif;max-width:60em;margin:2em auto}th{text-align:left;padding-right:2em}.problem{color:#b3392f}svg{width:100%;height:auto}"
    page = (
        f"<!doctype html><html lang='en'><head><meta charset='utf-8'><title>{_escaped(result.spec.kind)}</title><style>{style}</style></head>"
        f"<body><h1>{_escaped(result.spec.kind)}</h1><table>{''.join(lines)}</table><ul>{listed}</ul>"
        f"{''.join(chart[chart.index('<svg') :] for chart in charts)}</body></html>\n"
    )
    write_whole(Path(path), page.encode())


def _escaped(text: str) -> str:
    return text.replace("&", "&amp;").replace("<", "&lt;").replace(">", "&gt;")


def _bars(axes: Axes, lines: list[tuple[str, float]]) -> None:
    at = np.arange(len(lines))
    axes.barh(at, [weight for _, weight in lines], color=[FOR if weight >= 0 else AGAINST for _, weight in lines])
    axes.set_yticks(at, [name for name, _ in lines], fontsize=7)
    axes.invert_yaxis()
    axes.axvline(0, color="#999999", linewidth=0.8)


def _svg(draw: Callable[[Axes], None], place: tuple[float, float, float, float], height: float = 3.2) -> str:
    """A drawing as SVG; laying out by trial would take longer than all the rest, so its place is given."""
    from matplotlib import rc_context
    from matplotlib.figure import Figure

    with rc_context({"svg.fonttype": "none", "svg.hashsalt": "one network"}):
        figure = Figure(figsize=(7.2, height))
        draw(figure.add_axes(place))
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


__all__ = ["cluster_graph", "match_weights", "threshold_curve", "unlinkables", "waterfall", "weight_plot", "write_page"]
