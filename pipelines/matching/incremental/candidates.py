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

from pipelines.matching.engine.blocking import complement, told_apart
from pipelines.matching.engine.encode import Codes, begins, distinct_sorted
from pipelines.matching.engine.hashing import STRIDE
from pipelines.matching.engine.spec import Block, MatchSpec
from pipelines.matching.inputs.places import find
from pipelines.parallel import each

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

ROOM = 64
"""Places of a sieve for every key it lets pass: so many that few others pass, so few that it stays in a processor's cache."""


@dataclass(frozen=True)
class Change:
    """Who came and who went.

    Attributes:
        alive: which places hold a record now.
        gone: places of records that are no longer here.
        base: the first place of those that were not here before: they come last.
    """

    alive: Mask
    gone: Ints
    base: int


@dataclass(frozen=True)
class Touched:
    """What a change does to the candidate pairs, of one rule or of all.

    Attributes:
        pairs: candidate pairs that may be new: `left << 32 | right`, sorted.
        doubtful: records that hold a key which has become hot: pairs among them may no longer be found.
        turned: records that were here and hold a key that has become hot or no longer is. Of the `distinct` column that tells
            which pairs are compared: none of their pairs may be found any more.
    """

    pairs: Ints
    doubtful: Ints
    turned: Ints


NOTHING = Touched(*(np.zeros(0, dtype=np.int64) for _ in range(3)))


def touched_pairs(
    spec: MatchSpec, keys: Sequence[Codes], change: Change, *, threads: int = 1
) -> tuple[Touched, tuple[Codes, ...]]:
    """Find the pairs a change brings, rule by rule.

    Args:
        spec: its rules are meant.
        keys: per key column (the columns of a rule one after another) the key of every record. Of fresh records no key is
            marked hot yet; of the others hot keys are complements, as they were.
        change: who came and who went.
        threads: rules looked at at a time.

    Returns:
        The pairs, and the key columns with hot keys marked as they are now: a column where nothing is marked anew is the same
        array.
    """
    rules, per_rule = spec.rules, _columns_of(spec.rules, len(keys))

    def work(i: int, turned: Ints) -> tuple[Touched, list[Codes]]:
        return _touched(rules[i].cap, [keys[c] for c in per_rule[i]], change, turned)

    told = [work(0, NOTHING.turned)] if spec.distinct else []
    turned = told[0][0].turned if told else NOTHING.turned
    own = len(told)
    told += each(lambda i: work(i, turned), range(own, len(rules)), threads)
    marked = tuple(column for _, columns in told for column in columns)
    either = [t.pairs for i, (t, _) in enumerate(told) if i < own or rules[i].contrary]
    apart = [t.pairs for i, (t, _) in enumerate(told) if i >= own and not rules[i].contrary]
    one = distinct_sorted(np.concatenate([NOTHING.pairs, *apart]))
    one = one[~told_apart(spec, nested(rules, marked), one >> 32, one & 0xFFFFFFFF)]
    doubtful = distinct_sorted(np.concatenate([NOTHING.doubtful, *(t.doubtful for t, _ in told)]))
    return Touched(distinct_sorted(np.concatenate([one, *either])), doubtful, turned), marked


def nested(blocks: Sequence[Block], keys: Sequence[Codes]) -> list[list[Codes]]:
    """Key columns block by block, as `Blocking.keys` has them."""
    return [[keys[c] for c in columns] for columns in _columns_of(blocks, len(keys))]


def _columns_of(blocks: Sequence[Block], total: int) -> list[range]:
    ends = np.cumsum([block.combinations for block in blocks]).tolist()
    if ends[-1] != total:
        raise ValueError(f"{total} key columns do not belong to these blocks, which have {ends[-1]}")
    return [range(end - block.combinations, end) for block, end in zip(blocks, ends, strict=True)]


def _touched(cap: int, columns: list[Codes], change: Change, turned: Ints) -> tuple[Touched, list[Codes]]:
    """What a change does to the pairs of one rule, and its columns with hot keys marked."""
    left_by = legible(np.concatenate([np.asarray(column)[change.gone] for column in columns]))
    brought = legible(np.concatenate([part for c in columns for part in (c[change.base :], c[turned])]))
    keys = distinct_sorted(np.concatenate([left_by, brought]).astype(np.int64))
    keys = keys[keys >= 0]
    if not len(keys):
        return NOTHING, columns
    place, record = _holders(columns, keys, change.alive)
    fresh = record >= change.base
    size = np.bincount(place, minlength=len(keys))
    lost = np.bincount(np.searchsorted(keys, left_by[left_by >= 0]), minlength=len(keys))
    won = np.bincount(place[fresh], minlength=len(keys))
    was, now = size - won + lost > cap, size > cap
    doubtful = distinct_sorted(record[(now & ~was)[place]])
    otherwise = record[(now != was)[place] & ~fresh]
    anew = np.flatnonzero((now != was)[place] | (fresh & now[place]))
    marked = _marked(columns, record[anew], keys[place[anew]].astype(np.int32), now[place[anew]])
    driving = np.zeros(len(change.alive), dtype=bool)
    driving[turned] = True
    kept = np.flatnonzero(~now[place])
    place, record = place[kept], record[kept]
    drives = fresh[kept] | driving[record] | was[place]
    return Touched(_across(place, record, drives), doubtful, distinct_sorted(otherwise)), marked


def _marked(columns: list[Codes], record: Ints, key: Codes, hot: Mask) -> list[Codes]:
    """The columns where some records hold some keys, these marked as they are now: hot or not."""
    out = list(columns)
    for c, column in enumerate(columns):
        mine = np.flatnonzero(legible(column[record]) == key)
        if len(mine):
            out[c] = np.array(column)
            out[c][record[mine]] = np.where(hot[mine], complement(key[mine]), key[mine])
    return out


def legible(keys: Codes) -> Codes:
    """Keys whether or not they are marked hot; -1 for null."""
    return np.where(keys < -1, complement(keys), keys)


def _holders(columns: list[Codes], keys: Ints, alive: Mask) -> tuple[Ints, Ints]:
    """Every record here that holds one of `keys`, once for each column it does so in: place of the key, ascending, and record."""
    hot_or_not = np.concatenate([keys.astype(np.int32), complement(keys.astype(np.int32))])
    bits = int(np.clip((ROOM * len(hot_or_not)).bit_length(), 10, 20))
    sieves = [(shift, _sieve(hot_or_not, shift, bits)) for shift in (0, 31 - bits)]
    found = []
    for column in columns:
        record = _passing(np.asarray(column), sieves)
        record = record[alive[record]]
        found.append(legible(column[record]).astype(np.int64) << 32 | record)
    packed = np.sort(np.concatenate(found))
    key = packed >> 32
    begin = np.flatnonzero(begins(key))
    place = np.repeat(find(key[begin], keys), np.diff(np.append(begin, len(key))))
    holds = place >= 0
    return place[holds], packed[holds] & 0xFFFFFFFF


def _sieve(keys: Codes, shift: int, bits: int) -> Mask:
    """Lets pass the keys, by so many of their bits from `shift` on."""
    sieve = np.zeros(1 << bits, dtype=bool)
    sieve[(keys >> shift) & ((1 << bits) - 1)] = True
    return sieve


def _passing(column: Codes, sieves: list[tuple[int, Mask]]) -> Ints:
    """Records whose key passes every sieve, a stretch of them at a time that stays in a processor's cache."""
    (_, first), *others = sieves
    bits = np.int32(len(first) - 1)
    found = [np.zeros(0, dtype=np.int64)]
    for start in range(0, len(column), STRIDE):
        keys = column[start : start + STRIDE]
        record = np.flatnonzero(np.take(first, keys & bits, mode="clip"))
        for shift, sieve in others:
            record = record[sieve[(keys[record] >> shift) & bits]]
        found.append(record + start)
    return np.concatenate(found)


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
