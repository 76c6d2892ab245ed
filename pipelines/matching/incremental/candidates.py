"""Candidate pairs that a change adds and removes: only keys that a new or a gone record has are looked at.

Belongs here: which keys a change affects, which of them cross the cap, which pairs follow. Does not: comparing pairs
(`record_comparer`), or what a key is (`blocking`).

A key over its cap blocks nothing, and all records decide whether it is over. So a key that crosses the cap is looked at whole:
the pairs that only this key finds are removed, or all its pairs are added.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.blocking import both_identified, toggle_cap_mark
from pipelines.matching.engine.encode import Codes, begins, distinct_sorted
from pipelines.matching.engine.hashing import STRIDE
from pipelines.matching.engine.spec import Block, MatchSpec
from pipelines.matching.inputs.slots import find
from pipelines.parallel import each

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

SIEVE_SIZE = 64
"""Bits of a sieve per key it lets pass: enough to stop most other keys, few enough to stay in a processor's cache."""


@dataclass(frozen=True)
class RecordDelta:
    """Records that came and records that went.

    Attributes:
        alive: which slots hold a record now.
        gone: slots of records that are gone.
        base: slot of the first new record; new ones come last.
    """

    alive: Mask
    gone: Ints
    base: int


@dataclass(frozen=True)
class AffectedPairs:
    """What a change does to the candidate pairs, of one rule or of all.

    Attributes:
        pairs: candidate pairs that may be new: `left << 32 | right`, sorted.
        newly_capped: records that have a key which has crossed the cap upwards: no rule may find pairs among them any more.
        cap_toggled: former records that have a key which has crossed the cap either way. In the result of `affected_pairs` only keys
            of the `distinct` column count here: such a key decides on all pairs of the record.
    """

    pairs: Ints
    newly_capped: Ints
    cap_toggled: Ints


NOTHING = AffectedPairs(*(np.zeros(0, dtype=np.int64) for _ in range(3)))


def affected_pairs(
    spec: MatchSpec, keys: Sequence[Codes], delta: RecordDelta, *, threads: int = 1
) -> tuple[AffectedPairs, tuple[Codes, ...]]:
    """Find the pairs that a change adds, rule by rule.

    Args:
        spec: its rules apply.
        keys: key of every record, one array per key column, the columns of a rule one after another. New records carry no cap
            mark yet; the others carry the former ones.
        delta: records that came and went.
        threads: rules worked on at a time.

    Returns:
        The pairs, and the key columns with present cap marks. A column whose marks do not change is the same array.
    """
    rules, per_rule = spec.rules, _columns_of(spec.rules, len(keys))

    def work(i: int, cap_toggled: Ints) -> tuple[AffectedPairs, list[Codes]]:
        return _affected(rules[i].cap, [keys[c] for c in per_rule[i]], delta, cap_toggled)

    results = [work(0, NOTHING.cap_toggled)] if spec.distinct else []
    cap_toggled = results[0][0].cap_toggled if results else NOTHING.cap_toggled
    identity_rules = len(results)
    results += each(lambda i: work(i, cap_toggled), range(identity_rules, len(rules)), threads)
    marked = tuple(column for _, columns in results for column in columns)
    any_value = [i < identity_rules or rule.allow_conflict for i, rule in enumerate(rules)]
    unrestricted = [a.pairs for (a, _), free in zip(results, any_value, strict=True) if free]
    restricted = [a.pairs for (a, _), free in zip(results, any_value, strict=True) if not free]
    pairs = distinct_sorted(np.concatenate([NOTHING.pairs, *restricted]))
    pairs = pairs[~both_identified(spec, nested(rules, marked), pairs >> 32, pairs & 0xFFFFFFFF)]
    newly_capped = distinct_sorted(np.concatenate([NOTHING.newly_capped, *(a.newly_capped for a, _ in results)]))
    return AffectedPairs(distinct_sorted(np.concatenate([pairs, *unrestricted])), newly_capped, cap_toggled), marked


def nested(blocks: Sequence[Block], keys: Sequence[Codes]) -> list[list[Codes]]:
    """Key columns block by block, as in `Blocking.keys`."""
    return [[keys[c] for c in columns] for columns in _columns_of(blocks, len(keys))]


def _columns_of(blocks: Sequence[Block], total: int) -> list[range]:
    ends = np.cumsum([block.combinations for block in blocks]).tolist()
    if ends[-1] != total:
        raise ValueError(f"{total} key columns do not belong to these blocks, which have {ends[-1]}")
    return [range(end - block.combinations, end) for block, end in zip(blocks, ends, strict=True)]


def _affected(
    cap: int, columns: list[Codes], delta: RecordDelta, cap_toggled: Ints
) -> tuple[AffectedPairs, list[Codes]]:
    """What a change does to the pairs of one rule, and the rule's columns with present cap marks."""
    removed = without_cap_mark(np.concatenate([np.asarray(column)[delta.gone] for column in columns]))
    added = without_cap_mark(np.concatenate([part for c in columns for part in (c[delta.base :], c[cap_toggled])]))
    keys = distinct_sorted(np.concatenate([removed, added]).astype(np.int64))
    keys = keys[keys >= 0]
    if not len(keys):
        return NOTHING, columns
    key, record = _holders(columns, keys, delta.alive)
    new = record >= delta.base
    size = np.bincount(key, minlength=len(keys))
    losses = np.bincount(np.searchsorted(keys, removed[removed >= 0]), minlength=len(keys))
    gains = np.bincount(key[new], minlength=len(keys))
    was_capped, is_capped = size - gains + losses > cap, size > cap
    newly_capped = distinct_sorted(record[(is_capped & ~was_capped)[key]])
    toggled = record[(is_capped != was_capped)[key] & ~new]
    to_mark = np.flatnonzero((is_capped != was_capped)[key] | (new & is_capped[key]))
    marked = _marked(columns, record[to_mark], keys[key[to_mark]].astype(np.int32), is_capped[key[to_mark]])
    in_toggled = np.zeros(len(delta.alive), dtype=bool)
    in_toggled[cap_toggled] = True
    uncapped = np.flatnonzero(~is_capped[key])
    key, record = key[uncapped], record[uncapped]
    starts = new[uncapped] | in_toggled[record] | was_capped[key]
    return AffectedPairs(_pairs_within(key, record, starts), newly_capped, distinct_sorted(toggled)), marked


def _marked(columns: list[Codes], record: Ints, key: Codes, capped: Mask) -> list[Codes]:
    """The columns where some records have some keys, with or without the cap mark as `capped` says."""
    out = list(columns)
    for c, column in enumerate(columns):
        hit = np.flatnonzero(without_cap_mark(column[record]) == key)
        if len(hit):
            out[c] = np.array(column)
            out[c][record[hit]] = np.where(capped[hit], toggle_cap_mark(key[hit]), key[hit])
    return out


def without_cap_mark(keys: Codes) -> Codes:
    """Keys without the cap mark; -1 for null."""
    return np.where(keys < -1, toggle_cap_mark(keys), keys)


def _holders(columns: list[Codes], keys: Ints, alive: Mask) -> tuple[Ints, Ints]:
    """All records alive that have one of `keys`, once per column: index of the key, ascending, and record."""
    marked_or_not = np.concatenate([keys.astype(np.int32), toggle_cap_mark(keys.astype(np.int32))])
    bits = int(np.clip((SIEVE_SIZE * len(marked_or_not)).bit_length(), 10, 20))
    sieves = [(shift, _sieve(marked_or_not, shift, bits)) for shift in (0, 31 - bits)]
    parts = []
    for column in columns:
        record = _passing(np.asarray(column), sieves)
        record = record[alive[record]]
        parts.append(without_cap_mark(column[record]).astype(np.int64) << 32 | record)
    packed = np.sort(np.concatenate(parts))
    key = packed >> 32
    begin = np.flatnonzero(begins(key))
    index = np.repeat(find(key[begin], keys), np.diff(np.append(begin, len(key))))
    known = index >= 0
    return index[known], packed[known] & 0xFFFFFFFF


def _sieve(keys: Codes, shift: int, bits: int) -> Mask:
    """A sieve that lets pass the keys, by so many of their bits from `shift` on."""
    sieve = np.zeros(1 << bits, dtype=bool)
    sieve[(keys >> shift) & ((1 << bits) - 1)] = True
    return sieve


def _passing(column: Codes, sieves: list[tuple[int, Mask]]) -> Ints:
    """Records whose key passes every sieve, in stretches that stay in a processor's cache."""
    (_, first), *others = sieves
    bits = np.int32(len(first) - 1)
    parts = [np.zeros(0, dtype=np.int64)]
    for start in range(0, len(column), STRIDE):
        keys = column[start : start + STRIDE]
        record = np.flatnonzero(np.take(first, keys & bits, mode="clip"))
        for shift, sieve in others:
            record = record[sieve[(keys[record] >> shift) & bits]]
        parts.append(record + start)
    return np.concatenate(parts)


def _pairs_within(key: Ints, record: Ints, starts: Mask) -> Ints:
    """Pairs of each entry of `starts` with all entries of its key; `key` ascends."""
    start_entry = np.flatnonzero(starts)
    begin = np.searchsorted(key, key[start_entry])
    count = np.searchsorted(key, key[start_entry], side="right") - begin
    one = np.repeat(record[start_entry], count)
    step = np.arange(int(count.sum())) - np.repeat(np.cumsum(count) - count, count)
    other = record[np.repeat(begin, count) + step]
    low, high = np.minimum(one, other), np.maximum(one, other)
    return distinct_sorted((low << 32 | high)[low != high])
