"""Match the mentions of one kind. Reads `mention/<kind>` and the stewards' judgements; writes `pair/<kind>`, `cluster/<kind>` and the model.

Homes and enterprises are matched before people, whose matching reads both results: the same name tied to the same firm or
the same room is evidence that no pair of rows shows alone.
"""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa

from pipelines.matching.match import match_mentions
from pipelines.matching.plot import weight_plot
from pipelines.matching.result import MatchResult
from pipelines.matching.views import OWNER_COLUMNS
from pipelines.once import Counts
from pipelines.settings import Settings
from warehouse import judgements
from warehouse.model import Home
from warehouse.model.link import CLUSTER
from warehouse.model.mention import ADDRESS, MENTIONS


def link_mentions(settings: Settings, kind: str) -> Counts:
    """Judge pairs and cluster the mentions of `kind`; return figures of the model and the outcome."""
    home = settings.home
    mentions = MENTIONS[kind].read(home.stage("mention", kind))
    context: dict[str, pa.Table] = {}
    if kind == "housing":
        context = {"person": MENTIONS["person"].read(home.stage("mention", "person"), list(OWNER_COLUMNS))}
    if kind == "person":
        context = {other: _resolved(home, other) for other in ("housing", "enterprise")}
    result = match_mentions(kind, mentions, judgements=judgements.constraints_of(home, kind), **context)
    result.write_pairs(home.stage("pair", kind))
    CLUSTER.write(result.clusters, home.stage("cluster", kind))
    result.model.save(home.model(kind))
    _draw(result, home.chart(f"weights_{kind}"))
    report = result.report
    return {
        "rows": mentions.num_rows,
        "distinct_records": report.records,
        "pairs_compared": report.pairs_compared,
        "accepted": report.accepted,
        "review": report.review,
        "cut": report.cut,
        "clusters": report.clusters,
    }


def _draw(result: MatchResult, path: Path) -> None:
    """Keep the distribution of weights, with the thresholds, beside the other charts of the home."""
    path.parent.mkdir(parents=True, exist_ok=True)
    path.write_text(weight_plot(result), encoding="utf-8")


def _resolved(home: Home, kind: str) -> pa.Table:
    """Address columns and cluster of every mention of a kind that was linked before; both files are ordered by mention."""
    clusters = CLUSTER.read(home.stage("cluster", kind), ["mention_id", "cluster_id"])
    mentions = MENTIONS[kind].read(home.stage("mention", kind), ["mention_id", *(c.name for c in ADDRESS)])
    if not clusters["mention_id"].equals(mentions["mention_id"]):
        raise ValueError(
            f"cluster/{kind} and mention/{kind} do not hold the same mentions; run the stage link/{kind} again"
        )
    return mentions.append_column("cluster_id", clusters["cluster_id"])
