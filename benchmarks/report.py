"""What the benchmarks show: one Markdown file with ratios, and plots as SVG.

Belongs here: tables and drawings. Does not: measuring.
"""

from __future__ import annotations

import os
from dataclasses import dataclass
from pathlib import Path
from typing import Any

from matplotlib.figure import Figure

NAMES = {"one_network": "One Network", "same_model": "One Network, the peer's model", "splink": "Splink 5"}


@dataclass(frozen=True)
class Parts:
    """What was measured, see `benchmarks.__main__`."""

    threads: int
    speed: list[dict[str, Any]]
    accuracy: list[dict[str, Any]]
    invented: list[dict[str, Any]]
    febrl: list[dict[str, Any]]


def _table(head: list[str], rows: list[list[str]]) -> str:
    lines = [head, ["---"] * len(head), *rows]
    return "\n".join("| " + " | ".join(line) + " |" for line in lines)


def _ratio(row: dict[str, Any], rows: list[dict[str, Any]], same: str, what: str) -> str:
    """How many times more the peer took."""
    other = next((r for r in rows if r[same] == row[same] and r["engine"] == "splink" and r["cost"]), None)
    if row["engine"] == "splink" or other is None:
        return ""
    return f"{getattr(other['cost'], what) / getattr(row['cost'], what):.1f}×"


def _speed(rows: list[dict[str, Any]]) -> str:
    body = []
    for row in rows:
        cost, scored = row["cost"], row.get("scores")
        if cost is None:
            body.append([f"{row['size']:,}", NAMES[row["engine"]], "ended by the system: no memory left", *[""] * 7])
            continue
        shares = [f"{x:.4f}" for x in (scored.precision, scored.recall, scored.f1)] if scored else ["", "", ""]
        body.append(
            [
                f"{row['size']:,}",
                NAMES[row["engine"]] + (f" at {row['threshold']}" if row.get("threshold") else ""),
                f"{cost.seconds:.2f}",
                f"{cost.cpu_seconds:.2f}",
                f"{cost.peak_mb:,.0f}",
                *shares,
                _ratio(row, rows, "size", "seconds"),
                _ratio(row, rows, "size", "cpu_seconds"),
            ]
        )
    head = ["mentions", "engine", "seconds", "processor s", "peak MB", "P", "R", "F1", "faster", "less processor"]
    return _table(head, body)


def _blocks(rows: list[dict[str, Any]]) -> str:
    row = next((r for r in rows if r["engine"] == "one_network"), None)
    if row is None:
        return ""
    body = [
        [b["rule"].replace("|", " or "), *(f"{b[k]:,}" for k in ("pairs", "keys", "capped_keys", "capped_pairs"))]
        for b in row["cost"].detail["blocks"]
    ]
    return _table(["rule", "pairs found", "shared keys", "capped keys", "pairs left to other rules"], body)


def _accuracy(rows: list[dict[str, Any]]) -> str:
    body = []
    for row in rows:
        s = row["scores"]
        shares = [f"{x:.4f}" for x in (s.precision, s.recall, s.f1, s.b3_precision, s.b3_recall)]
        share = f"{row['review']} ({row['review'] / s.entities:.2%})"
        body.append([row["city"], row["kind"], *shares, f"{s.entities:,}", f"{s.true_entities:,}", share, row["worst"]])
    head = ["city", "kind", "P", "R", "F1", "B³ P", "B³ R", "entities", "true", "questions", "worst role, recall"]
    return _table(head, body)


def _febrl(rows: list[dict[str, Any]]) -> str:
    body = []
    for row in rows:
        s, cost = row["scores"], row["cost"]
        name = NAMES[row["engine"]] + (f" at {row['threshold']}" if row["threshold"] else "")
        shares = [f"{x:.5f}" for x in (s.precision, s.recall, s.f1)]
        body.append([row["set"], name, f"{cost.cpu_seconds:.2f}", *shares, _ratio(row, rows, "set", "cpu_seconds")])
    return _table(["set", "engine", "processor s", "P", "R", "F1", "less processor"], body)


def _invented(rows: list[dict[str, Any]]) -> str:
    body = []
    for row in rows:
        s, cost = row["scores"], row["cost"]
        name = NAMES[row["engine"]] + (f" at {row['threshold']}" if row["threshold"] else " at its own threshold")
        error = cost.detail.get("calibration_error")
        shares = [f"{x:.4f}" for x in (s.precision, s.recall, s.f1)]
        spread = f"{row['spread']:.4f}" if row["engine"] == "one_network" else ""
        said = "" if error is None else f"{error:.3f}"
        body.append(
            [
                row["set"],
                name,
                f"{cost.cpu_seconds:.2f}",
                *shares,
                spread,
                said,
                _ratio(row, rows, "set", "cpu_seconds"),
            ]
        )
    head = [
        "set",
        "engine",
        "processor s",
        "P",
        "R",
        "F1",
        "spread of three seeds",
        "calibration error",
        "less processor",
    ]
    return _table(head, body)


def _time_by_size(rows: list[dict[str, Any]], path: Path) -> None:
    figure = Figure(figsize=(6, 3.6), layout="constrained")
    axes = figure.add_subplot()
    for engine, name in NAMES.items():
        mine = [r for r in rows if r["engine"] == engine and r["cost"]]
        axes.plot([r["size"] for r in mine], [r["cost"].seconds for r in mine], marker="o", label=name)
    axes.set(xscale="log", yscale="log", xlabel="mentions", ylabel="seconds", title="Mentions to entities")
    axes.legend(frameon=False)
    figure.savefig(path, metadata={"Date": None})


def _quality_by_threshold(rows: list[dict[str, Any]], path: Path) -> None:
    rows = [r for r in rows if "curve" in r and r["size"] == rows[0]["size"]]
    figure = Figure(figsize=(6, 3.6), layout="constrained")
    axes = figure.add_subplot()
    for row in rows:
        points = sorted((s.recall, s.precision) for s in row["curve"].values())
        style = {"marker": "o", "markersize": 9, "linestyle": ""} if len(points) == 1 else {"marker": "."}
        axes.plot([r for r, _ in points], [p for _, p in points], label=NAMES[row["engine"]], **style)
    axes.set(xlabel="recall", ylabel="precision", title=f"{rows[0]['size']:,} mentions" if rows else "")
    axes.legend(frameon=False)
    figure.savefig(path, metadata={"Date": None})


def write(parts: Parts, folder: Path) -> str:
    """Write RESULTS.md and the plots; return the text."""
    _time_by_size(parts.speed, folder / "time_by_size.svg")
    _quality_by_threshold(parts.speed, folder / "quality_by_threshold.svg")
    text = f"""# What was measured

Written by `python -m benchmarks` on {os.cpu_count()} cores with {parts.threads} threads. Every engine runs in a process of its
own on the same standardised mentions; imports and reading the input are not counted, training, prediction and clustering
are. *One Network* makes the compared columns out of the mentions itself, by its own specification. *The peer's model* is our
engine on what Splink gets and with what Splink does: the finished columns as plain text, the same four rules, the same six
comparisons; beyond that it knows only that nobody has two identity numbers. Splink 5 runs with the settings of `splink_peer.py`; its threshold is the one that scores best against the truth, which
no user knows.

## Persons: mentions to entities

{_speed(parts.speed)}

![time by size](time_by_size.svg) ![quality by threshold](quality_by_threshold.svg)

Candidate pairs by rule, smallest size (a pair may be found by several):

{_blocks(parts.speed)}

## Accuracy on invented cities

Pairs of mentions, as `benchmarks/accuracy.py` counts them.

{_accuracy(parts.accuracy)}
"""
    if parts.invented:
        text += f"\n## Sets of other kinds, invented, one thread\n\nNo numbers, no anchors, no labels (`benchmarks/invented.py`).\n\n{_invented(parts.invented)}\n"
    if parts.febrl:
        text += f"\n## FEBRL, one thread\n\n{_febrl(parts.febrl)}\n"
    (folder / "RESULTS.md").write_text(text, encoding="utf-8")
    return text
