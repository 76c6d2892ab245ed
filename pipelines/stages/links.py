"""Match the mentions of one kind. Reads `mention/<kind>`; writes `pair/<kind>`, `cluster/<kind>` and the model.

Homes and enterprises are matched before people, whose matching reads both results: the same name tied to the same firm or
the same room is evidence that no pair of rows shows alone.
"""

from __future__ import annotations

import pyarrow as pa

from pipelines.matching import match_mentions
from pipelines.once import Counts
from pipelines.settings import Settings
from warehouse.model.link import CLUSTER, PAIR
from warehouse.model.mention import MENTIONS


def link_mentions(settings: Settings, kind: str) -> Counts:
    """Judge pairs and cluster the mentions of `kind`; return figures of the model and the outcome."""
    home = settings.home
    mentions = MENTIONS[kind].read(home.stage("mention", kind))
    context: dict[str, pa.Table] = {}
    if kind == "person":
        context = {other: CLUSTER.read(home.stage("cluster", other)) for other in ("housing", "enterprise")}
    result = match_mentions(kind, mentions, **context)
    PAIR.write(result.pairs, home.stage("pair", kind))
    CLUSTER.write(result.clusters, home.stage("cluster", kind))
    result.model.save(home.model(kind))
    return {"rows": mentions.num_rows}
