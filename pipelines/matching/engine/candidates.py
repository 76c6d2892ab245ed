"""Candidate pairs with their patterns, and the random pairs that stand for all others.

Belongs here: comparing candidates a chunk at a time, counting patterns, drawing a sample. Does not: finding candidates (`blocking`)
or the pattern of one pair (`compare`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.engine.blocking import Blocking
from pipelines.matching.engine.compare import Comparer, Patterns
from pipelines.matching.engine.encode import Codes, distinct_sorted, numbered
from pipelines.matching.engine.links import Grouping
from pipelines.matching.engine.records import Records
from pipelines.parallel import each

Floats = npt.NDArray[np.float64]
Ints = npt.NDArray[np.int64]

CHUNK = 1 << 18
"""Patterns counted at a time."""

RANDOM_PAIRS = 100_000
"""Random pairs that stand for all pairs no block finds."""

PAIRS_PER_RECORD = 40
"""Most random pairs per record: a small table has no more to tell."""


@dataclass(frozen=True)
class Candidates:
    """Candidate pairs of records, in order. `pattern` is an index into `patterns`, the distinct ones; `counts` says how many pairs
    show each of these."""

    left: Codes
    right: Codes
    pattern: Codes
    patterns: Patterns
    counts: Floats


def compare_pairs(
    pairs: Ints, others: tuple[Ints, ...], comparer: Comparer, threads: int
) -> tuple[Candidates, list[Patterns]]:
    """All candidate pairs with their patterns, and the patterns of other pairs."""
    size = len(pairs)
    left, right = _ends(np.concatenate([pairs, *others]))
    every = comparer.patterns(left, right, threads)
    every, *rest = np.split(every, np.cumsum([size, *(len(o) for o in others)])[:-1])

    def work(start: int) -> tuple[Patterns, Codes]:
        coded = pa.array(every[start : start + CHUNK]).dictionary_encode()  # a few thousand values: no sorting needed
        return np.asarray(coded.dictionary), np.asarray(coded.indices)

    chunks = each(work, range(0, size, CHUNK), threads)
    patterns = distinct_sorted(np.concatenate([np.zeros(0, dtype=np.int64), *(d for d, _ in chunks)]))
    pattern, counts = np.empty(size, dtype=np.int32), np.zeros(len(patterns))
    for start, (distinct, code) in zip(range(0, size, CHUNK), chunks, strict=True):
        index = np.searchsorted(patterns, distinct).astype(np.int32)
        pattern[start : start + CHUNK] = index[code]
        counts[index] += np.bincount(code, minlength=len(distinct))
    return Candidates(left[:size], right[:size], pattern, patterns, counts), rest


def _ends(pairs: Ints) -> tuple[Codes, Codes]:
    return (pairs >> 32).astype(np.int32), (pairs & 0xFFFFFFFF).astype(np.int32)


def random_pairs(records: Records, blocking: Blocking, seed: int) -> Ints:
    """Random pairs that no rule finds, packed as in `Blocking.pairs`."""
    a, b = draw_pairs(len(records.first), seed, records.side)
    keep = ~blocking.agree(a, b)
    a, b = a[keep], b[keep]
    return np.minimum(a, b).astype(np.int64) << 32 | np.maximum(a, b)


def draw_pairs(records: int, seed: int, side: npt.NDArray[np.int8] | None = None) -> tuple[Ints, Ints]:
    """Random pairs of different records; of different sides where there are two."""
    right_size = records if side is None else int(side.sum())
    possible = records * (records - 1) / 2 if side is None else right_size * (records - right_size)
    if records < 2 or not possible:
        return np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64)
    rng = np.random.default_rng(seed)
    size = int(min(RANDOM_PAIRS, PAIRS_PER_RECORD * records, 4 * possible))
    left = np.arange(records) if side is None else np.flatnonzero(side == 0)
    right = np.arange(records) if side is None else np.flatnonzero(side == 1)
    a, b = (_in_turn(side, size, rng) for side in (left, right))
    keep = a != b
    return a[keep], b[keep]


def _in_turn(records: Ints, size: int, rng: np.random.Generator) -> Ints:
    """So many of the records in random order, each as often as any other: a sample that leans on none of them."""
    rounds = -(-size // max(len(records), 1))
    return np.concatenate([rng.permutation(records) for _ in range(rounds)])[:size]


def with_copies(
    patterns: Patterns, counted: Floats, sampled: Floats, grouping: Grouping
) -> tuple[Patterns, Floats, Floats]:
    """What `count_patterns` gives, with the pairs of equal rows among what was counted: each row with the first of its record.

    Records that differ teach more; where none of those match, copies are all there is to learn from.
    """
    distinct, code = numbered(np.concatenate([patterns, grouping.self_pattern]))
    size, old, own = len(distinct), code[: len(patterns)], code[len(patterns) :]
    sums = [(old, counted), (own, grouping.further.astype(np.float64)), (old, sampled)]
    every = [np.bincount(at, weights=column, minlength=size).astype(np.float64) for at, column in sums]
    return distinct, every[0] + every[1], every[2]


def count_patterns(
    candidates: Candidates, conflicts: Patterns, sample: Patterns, *, share: float, possible_pairs: float
) -> tuple[Patterns, Floats, Floats]:
    """The patterns of all pairs: the distinct ones, how often each was counted, how many of the other pairs it stands for.

    All candidates are counted, of conflicting pairs a share, of all other pairs a random sample.
    """
    rest = possible_pairs - float(candidates.counts.sum()) - len(conflicts) / share
    everything: Patterns = np.concatenate([candidates.patterns, conflicts, sample])
    distinct, code = numbered(everything)
    weight = np.concatenate([candidates.counts, np.full(len(conflicts), 1 / share), np.zeros(len(sample))])
    counted: Floats = np.bincount(code, weights=weight, minlength=len(distinct)).astype(np.float64)
    drawn = np.bincount(code[len(everything) - len(sample) :], minlength=len(distinct)).astype(np.float64)
    return distinct, counted, drawn * (max(rest, 0.0) / max(len(sample), 1))
