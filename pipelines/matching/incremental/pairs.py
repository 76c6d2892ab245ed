"""Pairs that were worth asking about before, and those a change makes so.

Belongs here: which of the kept pairs lie near a change, which of them are none any more, adding new ones. Does not: which
candidates a change brings (`candidates`), or comparing them (`compared`).
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.blocking import found_by
from pipelines.matching.engine.compare import Patterns
from pipelines.matching.engine.hashing import STRIDE
from pipelines.matching.engine.links import and_others, ordered, places_in, unpacked
from pipelines.matching.engine.score import Scorer, weight_of
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.incremental.candidates import Touched, nested
from pipelines.matching.incremental.changes import Now
from pipelines.matching.store.kept import grown
from pipelines.matching.store.state import State

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


def pairs_of(state: State, records: Mask) -> Ints:
    """Places of the pairs some records are in, those that are none any more among them; looked at a stretch at a time that stays
    in a processor's cache."""
    found = [np.zeros(0, dtype=np.int64)]
    for start in range(0, len(state.left), STRIDE):
        part = slice(start, start + STRIDE)
        either = np.take(records, state.left[part], mode="clip")
        either |= np.take(records, state.right[part], mode="clip")
        found.append(np.flatnonzero(either) + start)
    return np.concatenate(found)


def surviving(spec: MatchSpec, state: State, now: Now, touched: Touched, nearby: Ints) -> tuple[Ints, State, Ints]:
    """Candidates that are no pairs yet, the state knowing which of its pairs are none any more, and the ends of those among them
    that no rule finds now; `nearby`: places of the pairs this can be said of."""
    gone, doubtful, turned, asked = 1, 2, 4, 8
    smaller, larger = unpacked(touched.pairs)
    known = np.flatnonzero(larger < now.base)  # pairs of a fresh record, from `base` on, are new
    said = np.zeros(len(now.alive), dtype=np.uint8)
    said[now.gone] |= gone
    said[touched.doubtful] |= doubtful
    said[touched.turned] |= turned
    said[smaller[known]] |= asked
    pairs = nearby[~np.isin(nearby, state.void, assume_unique=True)]
    left, right = np.asarray(state.left)[pairs], np.asarray(state.right)[pairs]
    one, other = said[left], said[right]
    void = ((one | other) & gone) > 0
    again = np.flatnonzero((((one & other) & doubtful) | ((one | other) & turned)) * ~void)
    lost = again[found_by(spec, nested(spec.rules, state.keys), left[again], right[again]) == 0]
    void[lost] = True
    rest = np.flatnonzero(((one | other) & asked) * ~void)
    low, high = ordered(left[rest], right[rest])
    stored = np.isin(touched.pairs[known], low.astype(np.int64) << 32 | high)
    return (
        np.delete(touched.pairs, known[stored]),
        replace(state, void=np.union1d(state.void, pairs[void])),
        np.concatenate([left[lost], right[lost]]).astype(np.int64),
    )


def with_pairs(state: State, candidates: Ints, found: Patterns, scorer: Scorer) -> tuple[Ints, State]:
    """The candidates that are at least worth asking about, and the state with these pairs behind the others."""
    distinct, inverse = np.unique(found, return_inverse=True)
    worthy = (scorer.weights(distinct) >= weight_of(scorer.spec.review))[inverse]
    new, shown = candidates[worthy], found[worthy]
    left, right = (end.astype(np.int32) for end in unpacked(new))
    told = and_others(state.patterns, np.concatenate([shown, state.same_patterns]))
    patterns = grown(state.patterns, told[len(state.patterns) :])
    return new, replace(
        state,
        left=grown(state.left, left),
        right=grown(state.right, right),
        pattern=grown(state.pattern, places_in(patterns, shown).astype(np.int32)),
        patterns=patterns,
    )
