"""What a new matching model changed, kept beside it: what levels are worth, how many pairs and clusters, which rows come together or
apart. Written where a model takes the place of another (`onenet run --retrain`, new answers, a new month); read by `onenet review learned`.

Belongs here: the file. Does not: when a model is trained (`models`), or comparing (`matching.engine.model_change`).
"""

from __future__ import annotations

import json
from collections.abc import Mapping
from dataclasses import asdict, dataclass, field
from typing import Any

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.engine.model import Model, ModelError
from pipelines.matching.engine.model_change import Regrouping, WeightChange, regrouping, weight_changes
from pipelines.matching.store.state import StoredClusters
from warehouse.model import Home
from warehouse.model.durable import write_whole

OUTCOMES = ("accepted", "review", "cut", "clusters")


@dataclass(frozen=True)
class Former:
    """What there was of a kind before it is matched anew; nothing where it was never matched, or cannot be read."""

    model: Model | None = None
    clusters: StoredClusters | None = None
    counts: Mapping[str, Any] = field(default_factory=dict)


@dataclass(frozen=True)
class Learned:
    """What the newest model of a kind changed.

    Attributes:
        kind: which.
        why: why it was trained, in words for people.
        verdicts: pairs that people called the same or different, by verdict, of which the training knew.
        shift: bits that verdicts add to every weight, before and after.
        weights: levels that are worth something else, the largest difference first.
        outcomes: pairs accepted, to be asked about, cut by a constraint, and clusters: before and after.
        rows: which rows of both come together or apart.
    """

    kind: str
    why: str
    verdicts: dict[str, int]
    shift: tuple[float, float]
    weights: list[WeightChange]
    outcomes: dict[str, tuple[int, int]]
    rows: Regrouping


def former_of(home: Home, kind: str) -> Former:
    """What there is of a kind now; to be read before it is matched."""
    try:
        counts = json.loads(home.matched_mark(kind).read_text(encoding="utf-8"))["counts"]
        return Former(Model.load(home.model(kind)), StoredClusters.load(home.matched(kind)), counts)
    except (FileNotFoundError, ModelError, ValueError, KeyError):
        return Former()


def write_learned(
    home: Home,
    why: str,
    former: Former,
    model: Model,
    clusters: StoredClusters,
    counts: Mapping[str, Any],
    decided: pa.Table,
) -> None:
    """Keep what the new model of a kind changed; nothing where there was none before."""
    if former.model is None or former.clusters is None:
        return
    learned = Learned(
        model.kind,
        why,
        {verdict: pc.sum(pc.equal(decided["verdict"], verdict)).as_py() or 0 for verdict in ("same", "different")},
        (former.model.shift, model.shift),
        weight_changes(former.model, model),
        {name: (int(former.counts.get(name, 0)), int(counts[name])) for name in OUTCOMES},
        regrouping(_grouping(former.clusters), _grouping(clusters)),
    )
    write_whole(home.learned(model.kind), (json.dumps(asdict(learned), ensure_ascii=False, indent=1) + "\n").encode())


def learned_of(home: Home, kind: str) -> Learned | None:
    """What the newest model of a kind changed; None where there was none before it, or the file is damaged."""
    try:
        raw = json.loads(home.learned(kind).read_text(encoding="utf-8"))
        weights = [WeightChange(**change) for change in raw.pop("weights")]
        outcomes = {name: (before, after) for name, (before, after) in raw.pop("outcomes").items()}
        before, after = raw.pop("shift")
        return Learned(
            **{**raw, "rows": Regrouping(**raw["rows"])}, shift=(before, after), weights=weights, outcomes=outcomes
        )
    except (FileNotFoundError, ValueError, TypeError, KeyError):
        return None


def _grouping(clusters: StoredClusters) -> tuple[np.ndarray, np.ndarray]:
    """Keys of the rows that are there and the cluster of each."""
    present = np.asarray(clusters.record_of_row) >= 0
    return np.asarray(clusters.row_key)[present], clusters.row_clusters()[present]
