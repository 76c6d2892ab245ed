"""The silo picture drawn: for every platform, how much of what it knows each other one knows too, and how often they part.

Belongs here: drawing. Does not: counting (`quality.overlap`).
"""

from __future__ import annotations

import io
from collections.abc import Mapping
from typing import Any

import numpy as np
import pyarrow as pa

from warehouse.model.data_model import DataModel, shipped

FONTS = (
    "Noto Sans CJK SC", "Noto Sans CJK JP", "Source Han Sans SC", "Source Han Sans CN", "WenQuanYi Micro Hei",
    "WenQuanYi Zen Hei", "Microsoft YaHei", "SimHei", "PingFang SC", "Heiti SC",
)  # fmt: skip
"""Fonts with Chinese characters, any of which will do."""


def overlap_chart(overlap: pa.Table, titles: Mapping[str, str], model: DataModel | None = None) -> str:
    """Draw `quality.overlap` as an SVG.

    Args:
        overlap: `quality.overlap`.
        titles: Chinese title by platform. They are used where a font with Chinese characters is installed, otherwise
            platforms keep their names; text stays text in either case.
        model: the kinds there are; those that are shipped if not given.

    Returns:
        The SVG: two panels a kind. Left: the share of the row's entities the column knows too. Right: of what both know,
        the share on which they disagree.
    """
    import matplotlib as mpl
    from matplotlib.figure import Figure

    font = _chinese_font()
    settings: Any = {"svg.fonttype": "none", "svg.hashsalt": "overlap", "font.size": 8}
    if font:
        settings["font.family"] = [font, "sans-serif"]
    declared = (model or shipped()).kinds
    kinds = [kind for kind in declared if kind in set(overlap["entity_kind"].to_pylist())]
    with mpl.rc_context(settings):
        matrices = [_matrices(overlap, kind) for kind in kinds]
        heights = [1.6 + 0.34 * len(names) for names, _, _ in matrices]
        height = max(sum(heights), 1.0)
        figure = Figure(figsize=(15, height))
        room: Any = {"left": 0.08, "right": 0.99, "top": 1 - 0.3 / height, "bottom": 0.9 / height}
        room |= {"hspace": 1.5 / (height / max(len(kinds), 1)), "wspace": 0.2}
        axes: Any = (
            figure.subplots(len(kinds), 2, squeeze=False, height_ratios=heights, gridspec_kw=room) if kinds else []
        )
        for row, kind, (names, known, disagree) in zip(axes, kinds, matrices, strict=True):
            labels = [titles.get(name, name) if font else name for name in names]
            zh, en = declared[kind].title.zh, declared[kind].title.en.lower()
            _panel(
                row[0],
                known,
                labels,
                f"{zh}：也为列平台所知的比例" if font else f"{en}: share known to the column too",
                "Blues",
            )
            _panel(
                row[1],
                disagree,
                labels,
                f"{zh}：共知者中有分歧的比例" if font else f"{en}: share of the common ones they disagree on",
                "Oranges",
            )
        out = io.StringIO()
        figure.savefig(out, format="svg", metadata={"Date": None})
    return out.getvalue()


def overlap_markdown(overlap: pa.Table, limit: int = 20) -> str:
    """The pairs that share most, as a Markdown table with counts only."""
    rows = sorted(
        overlap.to_pylist(),
        key=lambda r: (-r["known_to_both"], r["entity_kind"], r["left_platform"], r["right_platform"]),
    )
    lines = ["| kind | left | right | both | left alone | right alone | disagree |", "|---|---|---|--:|--:|--:|--:|"]
    lines += [
        f"| {r['entity_kind']} | {r['left_platform']} | {r['right_platform']} | {r['known_to_both']:,} "
        f"| {r['known_to_left_alone']:,} | {r['known_to_right_alone']:,} | {r['disagree']:,} |"
        for r in rows[:limit]
    ]
    return "\n".join(lines)


def _chinese_font() -> str | None:
    from matplotlib.font_manager import fontManager

    installed = {font.name for font in fontManager.ttflist}
    return next((name for name in FONTS if name in installed), None)


def _matrices(overlap: pa.Table, kind: str) -> tuple[list[str], np.ndarray, np.ndarray]:
    """Platforms of a kind, and the two shares by row and column; not a number on the diagonal and where nothing is."""
    rows = [r for r in overlap.to_pylist() if r["entity_kind"] == kind]
    names = sorted({r[side] for r in rows for side in ("left_platform", "right_platform")})
    place = {name: i for i, name in enumerate(names)}
    known, disagree = (np.full((len(names), len(names)), np.nan) for _ in range(2))
    for r in rows:
        left, right, both = place[r["left_platform"]], place[r["right_platform"]], r["known_to_both"]
        for own, other, alone in ((left, right, "known_to_left_alone"), (right, left, "known_to_right_alone")):
            known[own, other] = both / (both + r[alone]) if both + r[alone] else np.nan
            disagree[own, other] = r["disagree"] / both if both else np.nan
    return names, known, disagree


def _panel(axes: Any, shares: np.ndarray, labels: list[str], title: str, colours: str) -> None:
    axes.imshow(shares, cmap=colours, vmin=0, vmax=1, aspect="auto")
    axes.set_title(title)
    axes.set_xticks(range(len(labels)), labels, rotation=40, ha="right")
    axes.set_yticks(range(len(labels)), labels)
    for (row, column), share in np.ndenumerate(shares):
        if not np.isnan(share):
            axes.text(column, row, f"{share:.0%}", ha="center", va="center", color="white" if share > 0.6 else "black")
