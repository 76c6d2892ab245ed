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

from pipelines.matching.blocking import complement, told_apart
from pipelines.matching.encode import Codes, distinct_sorted
from pipelines.matching.spec import Block, MatchSpec
from pipelines.parallel import each

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

SIEVE = 1 << 20
"""Places of the sieve that lets pass records whose key may be touched: small enough for a processor's cache."""


@dataclass(frozen=True)
class Touched:
    """What a change does to the candidate pairs.

    Attributes:
        pairs: candidate pairs that may be new: `left << 32 | right`, sorted.
        doubtful: records that hold a key which has become hot: pairs among them may no longer be found.
        turned: records whose value of the `distinct` column tells which pairs are compared, and did not before, or the other
            way round: none of their pairs may be found any more.
    """

    pairs: Ints
    doubtful: Ints
    turned: Ints


@dataclass(frozen=True)
class _Rule:
    """What a change does to the pairs of one rule; `turned` holds a key that has become hot or no longer is."""

    pairs: Ints
    doubtful: Ints
    turned: Ints


def touched_pairs(
    spec: MatchSpec, keys: Sequence[Codes], gone: Sequence[Codes], fresh: Ints, *, threads: int = 1
) -> Touched:
    """Find the pairs a change brings, rule by rule, and mark hot keys in place.

    Args:
        spec: its rules are meant.
        keys: per key column (the columns of a rule one after another) the key of every record that is here now. Of fresh
            records no key is marked hot yet; of the others hot keys are complements, as they were.
        gone: per key column the keys of records that are no longer here.
        fresh: records that were not here before.
        threads: rules looked at at a time.
    """
    rules, per_rule = spec.rules, _columns_of(spec.rules, len(keys))
    is_fresh = np.zeros(len(keys[0]), dtype=bool)
    is_fresh[fresh] = True

    def work(i: int, turned: Ints) -> _Rule:
        columns = per_rule[i]
        return _touched(rules[i].cap, [keys[c] for c in columns], [gone[c] for c in columns], is_fresh, turned)

    nobody = np.zeros(0, dtype=np.int64)
    first = [work(0, nobody)] if spec.distinct else []
    turned = first[0].turned if first else nobody
    others = each(lambda i: work(i, turned), range(len(first), len(rules)), threads)
    apart = [o.pairs for rule, o in zip(rules[len(first) :], others, strict=True) if not rule.contrary]
    either = [o.pairs for rule, o in zip(rules[len(first) :], others, strict=True) if rule.contrary]
    told = distinct_sorted(np.concatenate([nobody, *apart]))
    told = told[~told_apart(spec, nested(rules, keys), told >> 32, told & 0xFFFFFFFF)]
    return Touched(
        distinct_sorted(np.concatenate([told, *either, *(r.pairs for r in first)])),
        distinct_sorted(np.concatenate([r.doubtful for r in (*first, *others)])),
        turned,
    )


def nested(blocks: Sequence[Block], keys: Sequence[Codes]) -> list[list[Codes]]:
    """Key columns block by block, as `Blocking.keys` has them."""
    return [[keys[c] for c in columns] for columns in _columns_of(blocks, len(keys))]


def _columns_of(blocks: Sequence[Block], total: int) -> list[range]:
    ends = np.cumsum([block.combinations for block in blocks]).tolist()
    if ends[-1] != total:
        raise ValueError(f"{total} key columns do not belong to these blocks, which have {ends[-1]}")
    return [range(end - block.combinations, end) for block, end in zip(blocks, ends, strict=True)]


def _touched(cap: int, columns: list[Codes], gone: list[Codes], is_fresh: Mask, turned: Ints) -> _Rule:
    nothing = np.zeros(0, dtype=np.int64)
    driving = is_fresh.copy()
    driving[turned] = True
    left_by = _legible(np.concatenate([*gone, np.zeros(0, dtype=np.int32)]))
    brought = _legible(np.concatenate([column[driving] for column in columns]))
    keys = distinct_sorted(np.concatenate([left_by, brought]).astype(np.int64))
    keys = keys[keys >= 0]
    if not len(keys):
        return _Rule(nothing, nothing, nothing)
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
    otherwise = record[(now != was)[place]]
    alive = ~now[place]
    place, record = place[alive], record[alive]
    drives = driving[record] | was[place]
    return _Rule(_across(place, record, drives), doubtful, distinct_sorted(otherwise[~is_fresh[otherwise]]))


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
        record = np.flatnonzero(np.take(sieve, column & np.int32(SIEVE - 1), mode="clip"))
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
