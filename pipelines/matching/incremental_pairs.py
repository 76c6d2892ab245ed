"""Candidate pairs that a change brings and takes away: only keys that a changed record holds, or held, are looked at.

Belongs here: which keys are touched, which of them cross the cap, which pairs follow. Does not: comparing them
(`incremental`), or what a key is (`blocking`).

A key over its cap blocks nothing, and whether it is over depends on all records. So a key that comes to cross the cap is
looked at whole: pairs only it found are taken away, or all its pairs are found.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.matching.blocking import complement
from pipelines.matching.encode import Codes, distinct_sorted
from pipelines.matching.spec import Block
from pipelines.parallel import each

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

SIEVE = 1 << 22
"""Places of the sieve that lets pass records whose key may be touched: small enough for a processor's cache."""


@dataclass(frozen=True)
class Touched:
    """What a change does to the pairs of one block.

    Attributes:
        pairs: candidate pairs of which at least one end is new, or whose key is no longer hot: `left << 32 | right`.
        doubtful: records that hold a key which has become hot: pairs among them may no longer be found.
    """

    pairs: Ints
    doubtful: Ints


def touched_pairs(
    blocks: Sequence[Block], keys: Sequence[Codes], gone: Sequence[Codes], fresh: Ints, *, threads: int = 1
) -> list[Touched]:
    """Find, block by block, the pairs a change brings, and mark hot keys in place.

    Args:
        blocks: of the specification.
        keys: per key column (the columns of a block one after another) the key of every record that is here now. Of fresh
            records no key is marked hot yet; of the others hot keys are complements, as they were.
        gone: per key column the keys of records that are no longer here.
        fresh: records that were not here before.
        threads: blocks looked at at a time.
    """
    per_block = _columns_of(blocks, len(keys))
    is_fresh = np.zeros(len(keys[0]), dtype=bool)
    is_fresh[fresh] = True

    def work(i: int) -> Touched:
        columns = per_block[i]
        return _touched(blocks[i].cap, [keys[c] for c in columns], [gone[c] for c in columns], fresh, is_fresh)

    return each(work, range(len(blocks)), threads)


def nested(blocks: Sequence[Block], keys: Sequence[Codes]) -> list[list[Codes]]:
    """Key columns block by block, as `Blocking.keys` has them."""
    return [[keys[c] for c in columns] for columns in _columns_of(blocks, len(keys))]


def _columns_of(blocks: Sequence[Block], total: int) -> list[range]:
    ends = np.cumsum([block.combinations for block in blocks]).tolist()
    if ends[-1] != total:
        raise ValueError(f"{total} key columns do not belong to these blocks, which have {ends[-1]}")
    return [range(end - block.combinations, end) for block, end in zip(blocks, ends, strict=True)]


def _touched(cap: int, columns: list[Codes], gone: list[Codes], fresh: Ints, is_fresh: Mask) -> Touched:
    nothing = np.zeros(0, dtype=np.int64)
    left_by = _legible(np.concatenate([*gone, np.zeros(0, dtype=np.int32)]))
    brought = np.concatenate([column[fresh] for column in columns])
    keys = distinct_sorted(np.concatenate([left_by, brought]).astype(np.int64))
    keys = keys[keys >= 0]
    if not len(keys):
        return Touched(nothing, nothing)
    place, record, column_of = _holders(columns, keys)
    size = np.bincount(place, minlength=len(keys))
    lost = np.bincount(np.searchsorted(keys, left_by[left_by >= 0]), minlength=len(keys))
    won = np.bincount(place[is_fresh[record]], minlength=len(keys))
    was, now = size - won + lost > cap, size > cap
    for c, column in enumerate(columns):
        mine = column_of == c
        key = keys[place[mine]].astype(np.int32)
        column[record[mine]] = np.where(now[place[mine]], complement(key), key)
    doubtful = distinct_sorted(record[(now & ~was)[place]])
    alive = ~now[place]
    place, record = place[alive], record[alive]
    drives = is_fresh[record] | was[place]
    return Touched(_across(place, record, drives), doubtful)


def _legible(keys: Codes) -> Codes:
    """Keys whether or not they are marked hot; -1 for null."""
    return np.where(keys < -1, complement(keys), keys)


def _holders(columns: list[Codes], keys: Ints) -> tuple[Ints, Ints, Ints]:
    """Every record that holds one of `keys`: place of the key, record, column."""
    sieve = np.zeros(SIEVE, dtype=bool)
    sieve[keys & (SIEVE - 1)] = True
    sieve[complement(keys.astype(np.int32)) & (SIEVE - 1)] = True
    found = []
    for c, column in enumerate(columns):
        record = np.flatnonzero(sieve[column & np.int32(SIEVE - 1)])
        key = _legible(column[record]).astype(np.int64)
        place = np.minimum(np.searchsorted(keys, key), len(keys) - 1)
        holds = keys[place] == key
        found.append((place[holds], record[holds], np.full(int(holds.sum()), c, dtype=np.int64)))
    place, record, column_of = (np.concatenate([f[i] for f in found]) for i in range(3))
    order = np.argsort(place, kind="stable")
    return place[order], record[order], column_of[order]


def _across(place: Ints, record: Ints, drives: Mask) -> Ints:
    """Pairs of each driving entry with all entries of its key; `place` ascends."""
    driver = np.flatnonzero(drives)
    start, end = np.searchsorted(place, place[driver]), np.searchsorted(place, place[driver], side="right")
    many = end - start
    one = np.repeat(record[driver], many)
    step = np.arange(int(many.sum())) - np.repeat(np.cumsum(many) - many, many)
    other = record[np.repeat(start, many) + step]
    low, high = np.minimum(one, other), np.maximum(one, other)
    return distinct_sorted((low << 32 | high)[low != high])
