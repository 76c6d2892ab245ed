"""Clusters: connected components by contraction, then what constraints make of each, by the engine's own code.

Belongs here: from `link` to `label`. Does not: constraints or average links themselves (`engine.clustering`, `engine.average_link`).

A component is clustered by itself, so components can be dealt with anywhere; all of one must fit into the memory of one worker.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import pyarrow as pa

from pipelines.engine import Tables
from pipelines.matching.at_scale.statements import query
from pipelines.matching.engine.average_link import WeighedPairs, cluster_by_average
from pipelines.matching.engine.clustering import Constraints, cluster, components
from pipelines.matching.engine.encode import Codes, numbered
from pipelines.matching.engine.score import weight_of
from pipelines.matching.engine.spec import MatchSpec

DRIVER_EDGES = 4_000_000
"""Links whose components one machine finds at once; while there are more they are contracted where they lie."""

RECORD, PAIR, JUDGED_SAME, JUDGED_DIFFERENT = range(4)
"""What a line of `part` is."""


@dataclass(frozen=True)
class ClusterParts:
    """The clusters of whole components. `spec` has the thresholds of the run; `constraints`: how many columns are under one."""

    spec: MatchSpec

    schema = pa.schema([("record", pa.int64()), ("label", pa.int64())])

    def __call__(self, rows: pa.Table) -> pa.Table:
        """See `Function`."""
        sort, a, b, weight = (rows.column(c).to_numpy() for c in ("sort", "a", "b", "weight"))
        accepted = np.asarray(rows.column("accepted"))
        of_record = np.flatnonzero(sort == RECORD)
        of_record = of_record[np.argsort(a[of_record])]
        records = a[of_record]
        left, right = np.searchsorted(records, a), np.searchsorted(records, b)
        pairs = np.flatnonzero((sort == PAIR) | (sort == JUDGED_SAME))
        pairs = pairs[np.lexsort((right[pairs], left[pairs], sort[pairs]))]
        same, different = (np.flatnonzero(sort == kind) for kind in (JUDGED_SAME, JUDGED_DIFFERENT))
        codes = [_codes(rows.column(f"constraint_{n}").take(of_record)) for n in range(self._constraints)]
        distinct = len(self.spec.distinct)
        constraints = Constraints(
            tuple(codes[:distinct]),
            tuple(codes[distinct:]),
            (left[different], right[different]),
            (left[same], right[same]),
        )
        weighed = WeighedPairs.of(left[pairs], right[pairs], weight[pairs], accepted[pairs])
        return pa.table({"record": records, "label": records[self._labels(len(records), weighed, constraints)]})

    @property
    def _constraints(self) -> int:
        return len(self.spec.distinct) + len(self.spec.one_to_one)

    def _labels(self, size: int, pairs: WeighedPairs, constraints: Constraints) -> np.ndarray:
        if self.spec.average_link:
            return cluster_by_average(size, pairs, weight_of(self.spec.accept), self.spec.average_link, constraints)
        links = pairs.take(pairs.accepted)
        return cluster(size, links.left, links.right, links.weight, constraints)


def _codes(column: pa.ChunkedArray) -> Codes:
    """Values as small integers, -1 for null."""
    codes = column.combine_chunks().dictionary_encode()
    indices = codes.combine_chunks().indices if isinstance(codes, pa.ChunkedArray) else codes.indices
    return np.asarray(indices.fill_null(-1)).astype(np.int32)


def make_labels(tables: Tables, spec: MatchSpec, driver_edges: int = DRIVER_EDGES) -> None:
    """Make `label`: cluster of every record that has a link; any other is a cluster of its own.

    Args:
        tables: with `link`, `fact` and `judged`.
        spec: with the thresholds of the run.
        driver_edges: see `DRIVER_EDGES`.
    """
    make_components(tables, driver_edges)
    columns = [f"constraint_{n}" for n in range(len(spec.distinct) + len(spec.one_to_one))]
    constraints = "".join(f", f.{c}" for c in columns)
    nulls = "".join(f", cast(null as bigint) as {c}" for c in columns)
    tables.sql("part", query("part", constraints=constraints, nulls=nulls))
    tables.map("label", "part", ClusterParts(spec), together="component")


def make_components(tables: Tables, driver_edges: int) -> None:
    """Make `component`: the smallest record of the connected component of every record that has a link."""
    tables.sql("edge_0", query("edge"))
    n = 0
    while tables.fetch(f"select count(*) as size from edge_{n}")["size"][0].as_py() > driver_edges:
        tables.sql(f"nearest_{n}", query("nearest", n=n))
        tables.sql(f"edge_{n + 1}", query("contraction", n=n, next=n + 1))
        _follow(tables, n)
        n += 1
    tables.write(f"nearest_{n}", _components(tables.fetch(f"select a, b from edge_{n}")))
    _follow(tables, n)
    tables.sql("component", f"select node, label from component_{n + 1}")


def _follow(tables: Tables, n: int) -> None:
    """Make the components after round `n`."""
    query_of = f"select node, label from nearest_{n}" if n == 0 else query("component", n=n, next=n + 1)
    tables.sql(f"component_{n + 1}", query_of)


def _components(edges: pa.Table) -> pa.Table:
    """The smallest node of the component of every node."""
    a, b = (edges[c].to_numpy() for c in ("a", "b"))
    nodes, index = numbered(np.concatenate([a, b]))
    label = components(len(nodes), index[: len(a)], index[len(a) :])
    return pa.table({"node": nodes, "label": nodes[label]})
