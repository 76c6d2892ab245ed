"""Clustering the components that a change affects again; all others stay as they are.

Belongs here: which records these are, their clusters and components, singletons. Does not: clustering itself (`clustering`),
or pairs (`pairs`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.average_link import WeighedPairs, cluster_by_average
from pipelines.matching.engine.clustering import Constraints, cluster, components
from pipelines.matching.engine.encode import Codes
from pipelines.matching.engine.hashing import Hashes
from pipelines.matching.engine.links import Links, sort_ends
from pipelines.matching.engine.score import Scorer, weight_of
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.incremental.records import further_rows
from pipelines.matching.incremental.row_delta import RowDelta
from pipelines.matching.store.state import State

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def affected_records(former: State, delta: RowDelta, ends: Ints) -> Mask:
    """Which records may have another component or other rows now.

    These are the new records and, gone ones included, all records of every former component of which a record is gone, has
    lost or gained rows, or is one of `ends`.
    """
    component = np.asarray(former.component)
    affected = np.zeros(delta.base + 1, dtype=bool)  # the last one stands for "no component"
    affected[component[delta.gone]] = True
    affected[component[delta.regrouped]] = True
    affected[component[ends[ends < delta.base]]] = True
    return np.append(affected[component], np.ones(len(delta.first), dtype=bool))


def recluster(spec: MatchSpec, state: State, former: State, delta: RowDelta, region: Ints, links: Links) -> State:
    """The state with cluster and component of every record; those outside the region stay as they are.

    Args:
        spec: as in the run.
        state: of the run, with its records and constraints.
        former: state of the last run.
        delta: what became of the rows.
        region: records to cluster again, ascending.
        links: all of their pairs.
    """
    size = len(delta.alive)
    region = region[np.argsort(np.asarray(state.record_key)[region])]
    local = np.full(size, -1, dtype=np.int32)
    local[region] = np.arange(len(region), dtype=np.int32)
    inside = np.flatnonzero(links.accepted)
    left, right = sort_ends(local[links.left[inside]], local[links.right[inside]])
    codes = [_codes(values[region]) for values in state.constraint_values]
    must_not_link, must_link = ((local[one], local[other]) for one, other in (state.must_not_link, state.must_link))
    constraints = Constraints(
        tuple(codes[: len(spec.distinct)]), tuple(codes[len(spec.distinct) :]), must_not_link, must_link
    )
    if spec.average_link:
        # A pair that is no link may reach out of the region: its ends share no component, so it counts for neither.
        known = np.flatnonzero((local[links.left] >= 0) & (local[links.right] >= 0) & (links.pattern >= 0))
        low, high = sort_ends(local[links.left[known]], local[links.right[known]])
        pairs = WeighedPairs.of(low, high, links.weight_of(known), links.accepted[known])
        clustered = cluster_by_average(len(region), pairs, weight_of(spec.accept), spec.average_link, constraints)
    else:
        clustered = cluster(len(region), left, right, links.weight_of(inside), constraints)
    joined = (np.concatenate([left, must_link[0]]), np.concatenate([right, must_link[1]]))
    label, component = np.empty((2, size), dtype=np.int32)  # every slot is filled from the former state or the region
    for column, before, after in (
        (label, former.label, clustered),
        (component, former.component, components(len(region), *joined)),
    ):
        column[: delta.base] = before
        column[delta.gone] = -1
        column[region] = region[after]
    return replace(state, label=label, component=component)


def find_singletons(spec: MatchSpec, scorer: Scorer, state: State, delta: RowDelta, region: Ints, keys: Ints) -> Ints:
    """Slots of rows that are each a cluster of their own; those outside the region stay as they are.

    The rows of a record share a cluster by their own evidence, or because the record is linked with another one.
    """
    in_region = np.zeros(len(delta.alive) + 1, dtype=bool)
    in_region[region] = True
    record = delta.record_of_row[state.singletons]
    before = state.singletons[~in_region[record] & (record >= 0)]
    members = delta.record_of_row[in_region[delta.record_of_row]]
    repeated = region[np.bincount(np.searchsorted(region, members), minlength=len(region)) > 1]
    _, cluster_of, size = np.unique(np.asarray(state.label)[region], return_inverse=True, return_counts=True)
    crowded = size[cluster_of[np.searchsorted(region, repeated)]] > 1
    patterns, index = np.unique(np.asarray(state.self_pattern)[repeated], return_inverse=True)
    proven = (scorer.weights(patterns) >= weight_of(spec.accept))[index]
    further = further_rows(repeated[~(crowded | proven)], delta.record_of_row, keys)
    return np.sort(np.concatenate([before, further]))


def _codes(hashes: Hashes) -> Codes:
    """Values as small integers, -1 for null."""
    distinct, inverse = np.unique(hashes, return_inverse=True)
    code = inverse.astype(np.int32)
    return code - np.int32(1) if len(distinct) and distinct[0] == 0 else code
