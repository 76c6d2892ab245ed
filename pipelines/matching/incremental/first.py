"""What a full run leaves for the next one: where going on begins.

Belongs here: the state after it. Does not: the state itself (`state`), or running (`link`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.blocking import found_by
from pipelines.matching.engine.clustering import components
from pipelines.matching.engine.hashing import row_hashes
from pipelines.matching.engine.result import MatchResult
from pipelines.matching.engine.score import weight_of
from pipelines.matching.inputs.rows import Rows
from pipelines.matching.store.state import State, further_rows, held_values, salted

Ints = npt.NDArray[np.int64]


def state_of(result: MatchResult, rows: Rows, judged: Ints) -> State:
    """The state after a full run whose rows came in order of their names.

    Args:
        result: of `link(…, order=…)`.
        rows: of the run.
        judged: ids of rows a person has judged.
    """
    working, spec = result.working, result.spec
    if working is None:
        raise ValueError("state_of wants the result of a full run")
    links = working.outcome.links
    grouping = links.grouping
    of_row = np.full(len(rows.names), -1, dtype=np.int32)
    of_row[rows.in_order] = grouping.of_row
    names = rows.names[rows.in_order]
    contents = row_hashes(working.encoded, spec.columns)[grouping.of_row]
    everybody = np.arange(len(grouping.first), dtype=np.int32)
    left, right, pattern = links.left, links.right, links.pattern
    apart, same = working.judged
    if len(same[0]):
        said = np.isin(left.astype(np.int64) << 32 | right, same[0] << 32 | same[1])
        blocked = found_by(spec, working.blocking.keys, left, right) > 0
        worthy = links.weights[pattern] >= weight_of(spec.review)
        keep = ~said | (blocked & worthy)
        left, right, pattern = left[keep], right[keep], pattern[keep]
    accepted = links.accepted
    joined = (np.concatenate([links.left[accepted], same[0]]), np.concatenate([links.right[accepted], same[1]]))
    return State(
        row_names=rows.names,
        row_sources=rows.sources,
        of_row=of_row,
        lone=further_rows(working.outcome.scattered, of_row, rows.names),
        judged=rows.at(judged),
        lead=names[grouping.first],
        contents=salted(spec, contents, names, np.isin(working.ids, judged))[grouping.first],
        own=working.comparer.own_patterns(everybody),
        component=components(len(everybody), *joined).astype(np.int32),
        label=working.outcome.labels.astype(np.int32),
        left=left,
        right=right,
        pattern=pattern,
        patterns=links.patterns,
        shown=working.outcome.tally.shown,
        sums=working.outcome.tally.sums,
        void=np.zeros(0, dtype=np.int64),
        same=same,
        same_patterns=working.comparer.patterns(same[0].astype(np.int32), same[1].astype(np.int32)),
        apart=apart,
        keys=tuple(column for block in working.blocking.keys for column in block),
        held=held_values(spec, working.encoded),
        beside=tuple(b.told for b in rows.beside),
    )
