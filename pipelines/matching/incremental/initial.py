"""The state that a full run leaves: where later runs go on from.

Belongs here: deriving the state from a full run. Does not: the state itself (`store.state`), or the run (`engine.link`).
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.blocking import rules_finding
from pipelines.matching.engine.clustering import components
from pipelines.matching.engine.result import MatchResult
from pipelines.matching.engine.score import weight_of
from pipelines.matching.incremental.records import further_rows, grouping_hashes
from pipelines.matching.inputs.rows import Rows
from pipelines.matching.store.state import State

Ints = npt.NDArray[np.int64]


def initial_state(result: MatchResult, rows: Rows, judged: Ints) -> State:
    """The state after a full run whose rows came in order of their keys.

    Args:
        result: of `link(…, order=…)`.
        rows: rows of the run.
        judged: ids of rows that a person has judged.

    Raises:
        ValueError: the result is not that of a full run.
    """
    working, spec = result.working, result.spec
    if working is None:
        raise ValueError("initial_state needs the result of a full run: pass what `link` returned")
    links = working.clustering.links
    grouping = links.grouping
    record_of_row = np.full(len(rows.keys), -1, dtype=np.int32)
    record_of_row[rows.in_order] = grouping.of_row
    keys = rows.keys[rows.in_order]
    facts = working.facts()
    content = facts.content[grouping.of_row]
    left, right, pattern = links.left, links.right, links.pattern
    must_link, must_not_link = working.must_link, working.must_not_link
    if len(must_link[0]):
        judged_same = np.isin(left.astype(np.int64) << 32 | right, must_link[0] << 32 | must_link[1])
        blocked = rules_finding(spec, working.block_keys, left, right) > 0
        worthy = links.weights[pattern] >= weight_of(spec.review)
        keep = ~judged_same | (blocked & worthy)
        left, right, pattern = left[keep], right[keep], pattern[keep]
    accepted = links.accepted
    joined = (
        np.concatenate([links.left[accepted], must_link[0]]),
        np.concatenate([links.right[accepted], must_link[1]]),
    )
    return State(
        row_key=rows.keys,
        source_hash=rows.source_hash,
        record_of_row=record_of_row,
        singletons=further_rows(working.clustering.incoherent, record_of_row, rows.keys),
        judged_rows=rows.at(judged),
        record_key=keys[grouping.first],
        content_hash=grouping_hashes(spec, content, keys, np.isin(working.ids, judged))[grouping.first],
        self_pattern=facts.self_pattern,
        component=components(len(grouping.first), *joined).astype(np.int32),
        label=working.clustering.labels.astype(np.int32),
        left=left,
        right=right,
        pattern=pattern,
        patterns=links.patterns,
        pattern_counts=working.clustering.pair_counts.pattern_counts,
        cut_and_open=working.clustering.pair_counts.cut_and_open,
        deleted_pairs=np.zeros(0, dtype=np.int64),
        must_link=must_link,
        must_link_patterns=working.must_link_patterns(),
        must_not_link=must_not_link,
        block_keys=tuple(column for block in working.block_keys for column in block),
        constraint_values=facts.constraints,
        dependencies=tuple(d.content_hash for d in rows.dependencies),
    )
