"""Clusters of rows as a table of the engine: what a run leaves where no one machine holds all of it.

Belongs here: from labels of records to clusters of rows. Does not: labels (`components`), or the same on one machine (`result`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.matching.at_scale.link import ScaleRun
from pipelines.matching.at_scale.statements import make
from pipelines.matching.engine.score import probability, weight_of
from warehouse.model.link import CLUSTER


@dataclass(frozen=True)
class Probabilities:
    """Weights as probabilities."""

    schema = pa.schema([(f.name, f.type) for f in CLUSTER.arrow])

    def __call__(self, rows: pa.Table) -> pa.Table:
        """See `Function`."""
        weight = rows.column("weight")
        likely = probability(np.asarray(weight.fill_null(0.0)))
        known = [rows.column(c) for c in ("mention_id", "cluster_id")]
        return pa.table([*known, pa.array(likely, mask=np.asarray(weight.is_null()))], schema=self.schema)


def make_clusters(run: ScaleRun) -> None:
    """Make `cluster`: one line per row under the CLUSTER contract."""
    tables, patterns = run.tables, run.counted.copies.self_pattern
    tables.write("self_weight", pa.table({"pattern": patterns, "weight": run.scorer.weights(patterns)}))
    tables.write("accept", pa.table({"weight": [weight_of(run.spec.accept)]}))
    for name in ("member", "best", "row_cluster", "mention_cluster"):
        make(tables, name)
    tables.map("cluster", "mention_cluster", Probabilities())
