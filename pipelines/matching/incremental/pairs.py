"""The pairs of the last run that a change affects, and the pairs it adds.

Belongs here: finding stored pairs near a change, which of them still count, which candidates become pairs. Does not: which
candidates a change adds (`candidates`), or comparing them (`record_comparer`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.blocking import rules_finding
from pipelines.matching.engine.compare import Patterns
from pipelines.matching.engine.hashing import STRIDE
from pipelines.matching.engine.links import sort_ends, unpack
from pipelines.matching.engine.score import Scorer, weight_of
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.incremental.candidates import AffectedPairs, nested
from pipelines.matching.incremental.row_delta import RowDelta
from pipelines.matching.store.state import State

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def find_pairs(state: State, records: Mask) -> Ints:
    """Slots of all pairs of some records, deleted ones included, in stretches that stay in a processor's cache."""
    parts = [np.zeros(0, dtype=np.int64)]
    for start in range(0, len(state.left), STRIDE):
        part = slice(start, start + STRIDE)
        either = np.take(records, state.left[part], mode="clip")
        either |= np.take(records, state.right[part], mode="clip")
        parts.append(np.flatnonzero(either) + start)
    return np.concatenate(parts)


def review_pairs(
    spec: MatchSpec, state: State, delta: RowDelta, affected: AffectedPairs, nearby: Ints
) -> tuple[Ints, State, Ints]:
    """Find the stored pairs that no longer count, and the candidates that are not stored.

    Args:
        spec: its rules apply.
        state: with the present block keys.
        delta: what became of the rows.
        affected: candidates of the change.
        nearby: slots of all stored pairs that the change may concern.

    Returns:
        Candidates that are not stored; the state knowing its deleted pairs; the records of pairs that no rule finds any more.
    """
    gone, newly_capped, cap_toggled, in_candidate = 1, 2, 4, 8
    smaller, larger = unpack(affected.pairs)
    known = np.flatnonzero(larger < delta.base)  # a pair with a new record can't be stored
    flags = np.zeros(len(delta.alive), dtype=np.uint8)
    flags[delta.gone] |= gone
    flags[affected.newly_capped] |= newly_capped
    flags[affected.cap_toggled] |= cap_toggled
    flags[smaller[known]] |= in_candidate
    pairs = nearby[~np.isin(nearby, state.deleted_pairs, assume_unique=True)]
    left, right = np.asarray(state.left)[pairs], np.asarray(state.right)[pairs]
    one, other = flags[left], flags[right]
    deleted = ((one | other) & gone) > 0
    doubtful = np.flatnonzero((((one & other) & newly_capped) | ((one | other) & cap_toggled)) * ~deleted)
    rules = rules_finding(spec, nested(spec.rules, state.block_keys), left[doubtful], right[doubtful])
    lost = doubtful[rules == 0]
    deleted[lost] = True
    rest = np.flatnonzero(((one | other) & in_candidate) * ~deleted)
    low, high = sort_ends(left[rest], right[rest])
    stored = np.isin(affected.pairs[known], low.astype(np.int64) << 32 | high)
    return (
        np.delete(affected.pairs, known[stored]),
        replace(state, deleted_pairs=np.union1d(state.deleted_pairs, pairs[deleted])),
        np.concatenate([left[lost], right[lost]]).astype(np.int64),
    )


def worth_a_question(scorer: Scorer, patterns: Patterns) -> Mask:
    """Which pairs, by their patterns, are links or at least worth a question."""
    distinct, inverse = np.unique(patterns, return_inverse=True)
    return np.asarray((scorer.weights(distinct) >= weight_of(scorer.spec.review))[inverse])
