"""Candidate pairs: integer joins, one per blocking rule, no pair twice.

Belongs here: turning a spec's blocks into integer keys, capping hot keys, the joins. Does not: comparing the pairs.

A rule is a self-join on one integer: the key's values hashed to 31 bits, the same in every run, so that a collision costs a
needless comparison and nothing else. The join is a sort: keys packed with their records into 64-bit integers, which a processor sorts faster than
it can fill a hash table.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.encode import Codes, Encoded, begins, distinct_sorted
from pipelines.matching.engine.hashing import STRIDE, Hashes, mix, value_hashes
from pipelines.matching.engine.spec import AnyOf, Block, Key, MatchSpec, Part
from pipelines.matching.inputs.places import find
from pipelines.parallel import each

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Leaf = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class BlockReport:
    """What one rule did.

    Attributes:
        rule: name of the block.
        pairs: pairs it found, other rules notwithstanding.
        keys: distinct key values held by at least two records.
        capped_keys: key values held by more records than the cap: `capped_records` hold them, `capped_pairs` were left to
            the other rules.
    """

    rule: str
    pairs: int
    keys: int
    capped_keys: int
    capped_records: int
    capped_pairs: int


def read_keys(spec: MatchSpec, encoded: Encoded, threads: int = 1) -> None:
    """Hash the values blocking joins by. It looks at no record, so that it may be done while these are still being made."""
    each(lambda part: _bits(encoded, part), dict.fromkeys(leaf for b in spec.rules for leaf in b.leaves), threads)


def _bits(encoded: Encoded, part: str | Key) -> Hashes:
    """64 stable bits per value of one key column, see `hashing`: 0 for none."""
    dictionary = encoded.dictionaries[part if isinstance(part, str) else part.column]
    if isinstance(part, str):
        return dictionary.hashes
    function = part.function
    return dictionary.derived(f"key:{part.name}", lambda v: value_hashes(function(v)).view(np.int64)).view(np.uint64)


def _leaf(encoded: Encoded, part: str | Key) -> Leaf:
    """32 stable bits per record of one key column, 0 for null: the same value gives the same bits in every column."""
    bits, codes = _bits(encoded, part), encoded.codes[part if isinstance(part, str) else part.column]
    short = np.maximum((bits >> np.uint64(32)).astype(np.uint32), (bits != 0).astype(np.uint32))
    return np.append(short, np.uint32(0))[codes]


def _alternatives(encoded: Encoded, part: Part) -> list[Leaf]:
    """The key columns of a part: one, or one per alternative."""
    return [_leaf(encoded, p) for p in (part.parts if isinstance(part, AnyOf) else (part,))]


def _hashed(columns: list[Leaf]) -> Codes:
    """31 bits of the columns' bits; -1 where any of them is null."""
    out = np.empty(len(columns[0]), dtype=np.int32)
    for start in range(0, len(out), STRIDE):
        some = [column[start : start + STRIDE] for column in columns]
        key = np.minimum(mix(some) >> np.uint64(33), np.uint64((1 << 31) - 2)).astype(np.int32)
        for column in some:
            key[column == 0] = -1
        out[start : start + STRIDE] = key
    return out


def complement(keys: Codes) -> Codes:
    """A hot key as it is kept, and back: negative, so that it blocks nothing, and still legible."""
    return np.int32(-2) - keys


@dataclass(frozen=True)
class Contrary:
    """Some pairs that rules bring together though their `distinct` values differ: they stand for all such pairs.

    Attributes:
        pairs: `left << 32 | right`, sorted, none twice.
        share: how many of all such pairs these are (0–1).
    """

    pairs: Ints
    share: float


class Blocking:
    """The candidate pairs of one table of distinct records.

    Args:
        spec: whose rules to use.
        encoded: distinct records.
        threads: rules joined at a time.
        side: 0 or 1 per record where only pairs across sides count (two-table mode).

    Attributes:
        keys: per rule its integer keys, one array per combination of alternatives: records that share a non-negative key
            in any two of them are candidates. `pairs` turns keys over the cap into their `complement`. What the first rule
            of a spec with a `distinct` column means for the others see `MatchSpec.rules`; who holds a capped value of
            that column counts as lacking it.
        reports: per rule what it found, once `pairs` has been called.
        contrary: pairs to learn from, once `pairs` has been called with `teachers`.
    """

    def __init__(
        self, spec: MatchSpec, encoded: Encoded, threads: int = 1, side: npt.NDArray[np.int8] | None = None
    ) -> None:
        self.spec, self.side, self._threads, self._size = spec, side, threads, encoded.size
        wanted = list(dict.fromkeys(p for b in spec.rules for p in b.parts))
        found = each(lambda part: _alternatives(encoded, part), wanted, threads)
        parts: dict[Part, list[Leaf]] = dict(zip(wanted, found, strict=True))
        self.keys = each(lambda block: _block_keys(block, parts), spec.rules, threads)
        self.reports: list[BlockReport] = []
        self.contrary = Contrary(np.zeros(0, dtype=np.int64), 1.0)

    def pairs(self, teachers: int = 0) -> Ints:
        """All candidate pairs of records (left < right), as `left << 32 | right`, sorted, none twice.

        Args:
            teachers: about so many records, by chance, tell of pairs no candidates because their `distinct` values differ.
        """
        rules = range(len(self.keys))
        first, given, teaches = [], None, None
        if self.spec.distinct:
            first, rules = [self._join(0, None, None)], rules[1:]
            given = self.keys[0][0] >= 0
            holders = int(given.sum())
            share = min(1.0, teachers / holders) if holders else 1.0
            if teachers:
                teaches = given & _by_chance(self._size, share)
        found = first + each(lambda i: self._join(i, given, teaches), rules, self._threads)
        self.reports = [report for _, _, report in found]
        candidates = _merged([pairs for pairs, _, _ in found], self._threads)
        if teaches is not None:
            contrary = _merged([pairs for _, pairs, _ in found], self._threads)
            self.contrary = Contrary(contrary[find(contrary, candidates) < 0], share)
        return candidates

    def agree(self, left: Codes | Ints, right: Codes | Ints) -> Mask:
        """Whether the two records of each pair share a key of any rule, candidates or not."""
        hits = each(lambda alternatives: _agree(alternatives, left, right), self.keys, self._threads)
        return np.asarray(np.any(hits, axis=0))

    def _join(self, i: int, given: Mask | None, teaches: Mask | None) -> tuple[Ints, Ints, BlockReport]:
        """Pairs of rule `i`, contrary ones of the records that teach, and its report. Keys over the cap are taken out for
        good."""
        block, alternatives = self.spec.rules[i], self.keys[i]
        packed = np.concatenate([_packed(keys, given) for keys in alternatives])
        packed.sort()
        key = packed >> 32
        start = np.flatnonzero(begins(key))
        size = np.diff(np.append(start, len(key)))
        hot = size > block.cap
        if hot.any():
            keep = np.repeat(~hot, size)
            _forget(alternatives, key[start[hot]], packed[~keep] & (HOLDS - 1))
            packed, key = packed[keep], key[keep]
        holds, record = (packed & HOLDS) != 0, (packed & (HOLDS - 1)).astype(np.int32)
        contrary = np.zeros(0, dtype=np.int64)
        if given is None:
            pairs = self._emit(record, key, None)
        elif block.contrary:  # pairs of one value are the first rule's
            pairs = self._emit(record, key, ~holds)
            pairs = np.concatenate([pairs, self._unlike(self._emit(record, key, holds))])
        else:
            pairs = self._emit(record, key, ~holds)
            if teaches is not None:
                contrary = self._unlike(self._emit(record, key, teaches[record]))
        figures = (int((size > 1).sum()), int(hot.sum()), int(size[hot].sum()))
        report = BlockReport(block.name, len(pairs), *figures, int((size[hot] * (size[hot] - 1) // 2).sum()))
        return pairs, contrary, report

    def _unlike(self, pairs: Ints) -> Ints:
        """Those of the pairs whose `distinct` values differ."""
        value = self.keys[0][0]
        return pairs[value[pairs >> 32] != value[pairs & 0xFFFFFFFF]]

    def _emit(self, record: Codes, key: Ints, drives: Mask | None) -> Ints:
        """Pairs inside runs of equal keys, of entries that drive with those after them: first those one place apart, then two,
        until no run is that long."""
        shares = key[1:] == key[:-1]
        at = np.flatnonzero(shares if drives is None else shares & drives[:-1])
        out, distance = [np.zeros(0, dtype=np.int64)], 1
        while len(at):
            a, b = record[at], record[at + distance]
            if self.side is not None:
                across = self.side[a] != self.side[b]
                a, b = a[across], b[across]
            low, high = np.minimum(a, b), np.maximum(a, b)
            pairs = low.astype(np.int64) << 32 | high
            out.append(pairs if (apart := low != high).all() else pairs[apart])  # one record may hold a key twice
            distance += 1
            at = at[at + distance < len(key)]
            at = at[key[at] == key[at + distance]]
        return np.concatenate(out)


def _by_chance(size: int, share: float) -> Mask:
    """About so many of that many records, always the same."""
    return mix([np.arange(size, dtype=np.int32)]) < np.uint64(min(int(share * 2.0**64), (1 << 64) - 1))


def _merged(found: list[Ints], threads: int) -> Ints:
    """The distinct numbers of several arrays in order, by ranges of about the same number of them."""
    some = np.sort(np.concatenate([part[:: max(1, len(part) // 256)] for part in found]))
    bounds = some[len(some) * np.arange(1, threads) // threads] if len(some) else some

    def work(i: int) -> Ints:
        inside = [
            part[_between(part, bounds[i - 1] if i else None, bounds[i] if i < len(bounds) else None)] for part in found
        ]
        return distinct_sorted(np.concatenate(inside), in_place=True)

    return np.concatenate(each(work, range(len(bounds) + 1), threads))


def _between(numbers: Ints, low: np.int64 | None, high: np.int64 | None) -> slice | Mask:
    """Which numbers are at least `low` and below `high`."""
    if low is None:
        return slice(None) if high is None else numbers < high
    return numbers >= low if high is None else (numbers >= low) & (numbers < high)


def found_by(spec: MatchSpec, keys: Sequence[Sequence[Codes]], left: Codes | Ints, right: Codes | Ints) -> Ints:
    """A bit per rule that finds each pair of records, of keys as `Blocking.keys` holds them: bit i for rule i."""
    bits = np.zeros(len(left), dtype=np.int64)
    both = told_apart(spec, keys, left, right)
    for i, (rule, alternatives) in enumerate(zip(spec.rules, keys, strict=True)):
        hit = _agree(alternatives, left, right)
        bits |= (hit if rule.contrary or (i == 0 and spec.distinct) else hit & ~both).astype(np.int64) << i
    return bits


def told_apart(spec: MatchSpec, keys: Sequence[Sequence[Codes]], left: Codes | Ints, right: Codes | Ints) -> Mask:
    """Whether both records of each pair hold a value of the `distinct` column that tells whether they are compared."""
    if not spec.distinct:
        return np.zeros(len(left), dtype=bool)
    value = keys[0][0]
    return (value[left] >= 0) & (value[right] >= 0)


def _block_keys(block: Block, parts: dict[Part, list[Leaf]]) -> list[Codes]:
    """Integer keys of a block, one array per choice of one alternative per part."""
    return [_hashed(columns) for columns in _combinations([parts[p] for p in block.parts])]


def _combinations(parts: list[list[Leaf]]) -> list[list[Leaf]]:
    """Every choice of one alternative per part."""
    combos: list[list[Leaf]] = [[]]
    for alternatives in parts:
        combos = [[*combo, bits] for combo in combos for bits in alternatives]
    return combos


HOLDS = np.int64(1 << 31)
"""Beside a record's number: it holds a `distinct` value. Such records come after the others of their key."""


def _packed(keys: Codes, given: Mask | None) -> Ints:
    """Key and record of every record that holds a key, in one integer, and whether it holds a `distinct` value."""
    record = np.flatnonzero(keys >= 0)
    packed = keys[record].astype(np.int64) << 32 | record
    return packed if given is None else packed | given[record] * HOLDS


def _forget(alternatives: list[Codes], hot: Ints, records: Ints) -> None:
    """Take hot keys, ascending, out of the key columns of the records that hold them, in place: each becomes its complement."""
    for keys in alternatives:
        held = keys[records]
        spot = np.minimum(np.searchsorted(hot, held), len(hot) - 1)
        mine = hot[spot] == held
        keys[records[mine]] = complement(held[mine])


def _agree(alternatives: Sequence[Codes], left: Codes | Ints, right: Codes | Ints) -> Mask:
    """Whether the two records of each pair share a key."""
    lefts, rights = [keys[left] for keys in alternatives], [keys[right] for keys in alternatives]
    hit = np.zeros(len(left), dtype=bool)
    for a in lefts:
        for b in rights:
            hit |= (a >= 0) & (a == b)
    return hit
