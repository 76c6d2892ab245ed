"""Components that a change touched, clustered again; all others stay what they were.

Belongs here: which records that is about, their clusters and components, rows that stay alone. Does not: clustering itself
(`clustering`), or pairs (`pairs`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.clustering import Constraints, cluster, components
from pipelines.matching.engine.encode import Codes
from pipelines.matching.engine.hashing import Hashes
from pipelines.matching.engine.links import Links, ordered
from pipelines.matching.engine.score import Scorer, weight_of
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.incremental.changes import Now
from pipelines.matching.store.state import State, further_rows

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def touched_records(former: State, now: Now, ends: Ints) -> Mask:
    """Which records' component or rows may have changed: fresh ones, and all, those gone too, of every component that lost or won
    anything."""
    component = np.asarray(former.component)
    touched = np.zeros(now.base + 1, dtype=bool)  # the last for those of no component
    touched[component[now.gone]] = True
    touched[component[now.regrouped]] = True
    touched[component[ends[ends < now.base]]] = True
    return np.append(touched[component], np.ones(len(now.first), dtype=bool))


def reclustered(spec: MatchSpec, state: State, former: State, now: Now, region: Ints, links: Links) -> State:
    """The state with cluster and component of every record: those outside the region are what they were.

    Args:
        spec: as in the run.
        state: of the run, its records and constraints.
        former: of the run before.
        now: what became of the rows.
        region: records that are clustered again, ascending.
        links: all of their pairs.
    """
    size = len(now.alive)
    region = region[np.argsort(np.asarray(state.lead)[region])]
    local = np.full(size, -1, dtype=np.int32)
    local[region] = np.arange(len(region), dtype=np.int32)
    inside = np.flatnonzero(links.accepted)
    one, other = local[links.left[inside]], local[links.right[inside]]
    left, right = ordered(one, other)
    codes = [_codes(values[region]) for values in state.held]
    both = Constraints(
        tuple(codes[: len(spec.distinct)]),
        tuple(codes[len(spec.distinct) :]),
        *(local[end] for end in (*state.apart, *state.same)),
    )
    joined = (np.concatenate([left, both.joined_left]), np.concatenate([right, both.joined_right]))
    label, component = np.empty((2, size), dtype=np.int32)  # all of it is of the former run or of the region
    for told, before, after in (
        (label, former.label, cluster(len(region), left, right, links.weight_of(inside), both)),
        (component, former.component, components(len(region), *joined)),
    ):
        told[: now.base] = before
        told[now.gone] = -1
        told[region] = region[after]
    return replace(state, label=label, component=component)


def lone_rows(spec: MatchSpec, scorer: Scorer, state: State, now: Now, region: Ints, names: Ints) -> Ints:
    """Rows that are each a cluster of their own: those outside the region are what they were.

    Rows of a record are one by their own evidence, or because they all hang on another record.
    """
    inside = np.zeros(len(now.alive) + 1, dtype=bool)
    inside[region] = True
    record = now.of_row[state.lone]
    before = state.lone[~inside[record] & (record >= 0)]
    theirs = now.of_row[inside[now.of_row]]
    repeated = region[np.bincount(np.searchsorted(region, theirs), minlength=len(region)) > 1]
    _, cluster_of, size = np.unique(np.asarray(state.label)[region], return_inverse=True, return_counts=True)
    crowded = size[cluster_of[np.searchsorted(region, repeated)]] > 1
    own, place = np.unique(np.asarray(state.own)[repeated], return_inverse=True)
    proven = (scorer.weights(own) >= weight_of(spec.accept))[place]
    return np.sort(np.concatenate([before, further_rows(repeated[~(crowded | proven)], now.of_row, names)]))


def _codes(hashes: Hashes) -> Codes:
    """Values as small integers, -1 for null."""
    distinct, inverse = np.unique(hashes, return_inverse=True)
    code = inverse.astype(np.int32)
    return code - np.int32(1) if len(distinct) and distinct[0] == 0 else code
