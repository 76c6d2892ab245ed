"""Candidate pairs: integer joins, one per blocking rule, no pair twice.

Belongs here: turning a spec's blocks into integer keys, capping keys, the joins. Does not: comparing the pairs.

A rule is a self-join on one integer: the key's values hashed to 31 bits, the same in every run. A collision costs a needless
comparison and nothing else. The join is a sort of 64-bit integers, key and record packed into one: a processor sorts these
faster than it fills a hash table.

A key over its cap blocks nothing. It stays in its column with the *cap mark*: its complement, a negative number.
"""

from __future__ import annotations

from collections.abc import Sequence
from dataclasses import dataclass
from itertools import product

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.engine.encode import Codes, Encoded, begins, distinct_sorted
from pipelines.matching.engine.hashing import STRIDE, Hashes, mix, value_hashes
from pipelines.matching.engine.spec import AnyOf, Block, Key, MatchSpec, Part, SpecError
from pipelines.matching.inputs.slots import find
from pipelines.parallel import each

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]
Leaf = npt.NDArray[np.uint32]


@dataclass(frozen=True)
class BlockReport:
    """Figures of one rule.

    Attributes:
        rule: name of the block.
        pairs: pairs it finds, whether or not other rules find them too.
        keys: distinct key values of at least two records.
        capped_keys: key values of more records than the cap.
        capped_records: records with such a value.
        capped_pairs: pairs of these, which only other rules can find.
    """

    rule: str
    pairs: int
    keys: int
    capped_keys: int
    capped_records: int
    capped_pairs: int


def read_keys(spec: MatchSpec, encoded: Encoded, threads: int = 1) -> None:
    """Hash the values of all key columns. This needs no records, so it may run while rows are still being grouped."""
    each(lambda part: _bits(encoded, part), dict.fromkeys(leaf for b in spec.rules for leaf in b.leaves), threads)


def _bits(encoded: Encoded, part: str | Key) -> Hashes:
    """64 stable bits per value of one key column, see `hashing`: 0 for none."""
    dictionary = encoded.dictionaries[part if isinstance(part, str) else part.column]
    if isinstance(part, str):
        return dictionary.hashes
    return dictionary.derived(f"key:{part.name}", lambda v: value_hashes(_keys_of(part, v)).view(np.int64)).view(
        np.uint64
    )


def _keys_of(part: Key, values: pa.Array) -> pa.Array:
    """The keys of the distinct values of a column.

    Raises:
        SpecError: the function of the key does not give a key for each of them.
    """
    keys = part.function(values)
    if isinstance(keys, pa.ChunkedArray):
        keys = keys.combine_chunks()
    if not isinstance(keys, pa.Array) or len(keys) != len(values):
        got = f"{len(keys)} keys" if isinstance(keys, pa.Array) else type(keys).__name__
        raise SpecError(
            f"Key {part.name!r}: its function gave {got} for {len(values)} values; return an Arrow array with one key per value, null "
            "for none"
        )
    return keys


def _leaf(encoded: Encoded, part: str | Key) -> Leaf:
    """32 stable bits per record of one key column, 0 for null: the same value gives the same bits in every column."""
    bits, codes = _bits(encoded, part), encoded.codes[part if isinstance(part, str) else part.column]
    short = np.maximum((bits >> np.uint64(32)).astype(np.uint32), (bits != 0).astype(np.uint32))
    return np.append(short, np.uint32(0))[codes]


def key_hashes(spec: MatchSpec, encoded: Encoded) -> list[list[Hashes]]:
    """The keys of every rule as 64-bit hashes, 0 where a record has none: wide enough where 31 bits would bring strangers together.

    Rules and alternatives come as in `Blocking.keys`.
    """

    def hashes(leaf: str | Key) -> Hashes:
        codes = encoded.codes[leaf if isinstance(leaf, str) else leaf.column]
        return np.append(_bits(encoded, leaf), np.uint64(0))[codes]

    def hashed(columns: list[Hashes]) -> Hashes:
        missing = np.any([column == 0 for column in columns], axis=0)
        return np.where(missing, np.uint64(0), np.maximum(mix(columns), np.uint64(1)))

    def leaves(part: Part) -> tuple[str | Key, ...]:
        return part.parts if isinstance(part, AnyOf) else (part,)

    return [
        [hashed(list(map(hashes, chosen))) for chosen in product(*map(leaves, block.parts))] for block in spec.rules
    ]


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


def toggle_cap_mark(keys: Codes) -> Codes:
    """Keys with the cap mark, or marked keys without it."""
    return np.int32(-2) - keys


@dataclass(frozen=True)
class ConflictSample:
    """A sample of conflicting pairs: they share a key of some rule, but their `distinct` values differ.

    Attributes:
        pairs: `left << 32 | right`, sorted, none twice.
        share: share of all conflicting pairs (0–1).
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
            in any two of them are candidates. `pairs` sets the cap mark of keys over the cap. `MatchSpec.rules` says what the
            first rule means for the others where there is a `distinct` column; a record whose value of that column is capped
            counts as having none.
        reports: figures per rule, after `pairs`.
        conflicts: conflicting pairs to learn from, after `pairs` with a `training_sample`.
    """

    def __init__(
        self, spec: MatchSpec, encoded: Encoded, threads: int = 1, side: npt.NDArray[np.int8] | None = None
    ) -> None:
        self.spec, self.side, self._threads, self._size = spec, side, threads, encoded.size
        wanted = list(dict.fromkeys(p for b in spec.rules for p in b.parts))
        columns = each(lambda part: _alternatives(encoded, part), wanted, threads)
        parts: dict[Part, list[Leaf]] = dict(zip(wanted, columns, strict=True))
        self.keys = each(lambda block: _block_keys(block, parts), spec.rules, threads)
        self.reports: list[BlockReport] = []
        self.conflicts = ConflictSample(np.zeros(0, dtype=np.int64), 1.0)

    def pairs(self, training_sample: int = 0) -> Ints:
        """All candidate pairs of records (left < right), as `left << 32 | right`, sorted, none twice.

        Args:
            training_sample: about so many random records give their conflicting pairs to `conflicts`.
        """
        rules = range(len(self.keys))
        first, identified, sampled = [], None, None
        if self.spec.distinct:
            first, rules = [self._join(0, None, None)], rules[1:]
            identified = self.keys[0][0] >= 0
            holders = int(identified.sum())
            share = min(1.0, training_sample / holders) if holders else 1.0
            if training_sample:
                sampled = identified & _random_records(self._size, share)
        joins = first + each(lambda i: self._join(i, identified, sampled), rules, self._threads)
        self.reports = [report for _, _, report in joins]
        candidates = _merged([pairs for pairs, _, _ in joins], self._threads)
        if sampled is not None:
            conflicts = _merged([pairs for _, pairs, _ in joins], self._threads)
            self.conflicts = ConflictSample(conflicts[find(conflicts, candidates) < 0], share)
        return candidates

    def agree(self, left: Codes | Ints, right: Codes | Ints) -> Mask:
        """Whether the two records of each pair share a key of any rule, candidates or not."""
        hits = each(lambda alternatives: _agree(alternatives, left, right), self.keys, self._threads)
        return np.asarray(np.any(hits, axis=0))

    def _join(self, i: int, identified: Mask | None, sampled: Mask | None) -> tuple[Ints, Ints, BlockReport]:
        """Pairs of rule `i`, conflicting pairs of sampled records, and its report. Keys over the cap get the cap mark."""
        block, alternatives = self.spec.rules[i], self.keys[i]
        packed = np.concatenate([_packed(keys, identified) for keys in alternatives])
        packed.sort()
        key = packed >> 32
        start = np.flatnonzero(begins(key))
        size = np.diff(np.append(start, len(key)))
        capped = size > block.cap
        if capped.any():
            keep = np.repeat(~capped, size)
            _mark_capped(alternatives, key[start[capped]], packed[~keep] & (IDENTIFIED - 1))
            packed, key = packed[keep], key[keep]
        has_value, record = (packed & IDENTIFIED) != 0, (packed & (IDENTIFIED - 1)).astype(np.int32)
        conflicts = np.zeros(0, dtype=np.int64)
        if identified is None:
            pairs = self._emit(record, key, None)
        elif block.allow_conflict:  # the first rule finds pairs of the same value
            pairs = self._emit(record, key, ~has_value)
            pairs = np.concatenate([pairs, self._conflicting(self._emit(record, key, has_value))])
        else:
            pairs = self._emit(record, key, ~has_value)
            if sampled is not None:
                conflicts = self._conflicting(self._emit(record, key, sampled[record]))
        figures = (int((size > 1).sum()), int(capped.sum()), int(size[capped].sum()))
        report = BlockReport(block.name, len(pairs), *figures, int((size[capped] * (size[capped] - 1) // 2).sum()))
        return pairs, conflicts, report

    def _conflicting(self, pairs: Ints) -> Ints:
        """The pairs whose `distinct` values differ."""
        value = self.keys[0][0]
        return pairs[value[pairs >> 32] != value[pairs & 0xFFFFFFFF]]

    def _emit(self, record: Codes, key: Ints, starts: Mask | None) -> Ints:
        """Pairs inside runs of equal keys: every entry of `starts` with all entries behind it.

        Distance by distance: first the pairs of neighbours, then those two apart, until no run is that long.
        """
        shares = key[1:] == key[:-1]
        at = np.flatnonzero(shares if starts is None else shares & starts[:-1])
        out, distance = [np.zeros(0, dtype=np.int64)], 1
        while len(at):
            a, b = record[at], record[at + distance]
            if self.side is not None:
                across = self.side[a] != self.side[b]
                a, b = a[across], b[across]
            low, high = np.minimum(a, b), np.maximum(a, b)
            pairs = low.astype(np.int64) << 32 | high
            out.append(pairs if (two := low != high).all() else pairs[two])  # one record may hold a key twice
            distance += 1
            at = at[at + distance < len(key)]
            at = at[key[at] == key[at + distance]]
        return np.concatenate(out)


def _random_records(size: int, share: float) -> Mask:
    """A share of so many records, always the same ones."""
    return mix([np.arange(size, dtype=np.int32)]) < np.uint64(min(int(share * 2.0**64), (1 << 64) - 1))


def _merged(parts: list[Ints], threads: int) -> Ints:
    """The distinct numbers of several sorted arrays, in order; threads merge ranges of about the same size."""
    some = np.sort(np.concatenate([part[:: max(1, len(part) // 256)] for part in parts]))
    bounds = some[len(some) * np.arange(1, threads) // threads] if len(some) else some

    def work(i: int) -> Ints:
        inside = [
            part[_between(part, bounds[i - 1] if i else None, bounds[i] if i < len(bounds) else None)] for part in parts
        ]
        return distinct_sorted(np.concatenate(inside), in_place=True)

    return np.concatenate(each(work, range(len(bounds) + 1), threads))


def _between(numbers: Ints, low: np.int64 | None, high: np.int64 | None) -> slice | Mask:
    """Which numbers are at least `low` and below `high`."""
    if low is None:
        return slice(None) if high is None else numbers < high
    return numbers >= low if high is None else (numbers >= low) & (numbers < high)


def rules_finding(spec: MatchSpec, keys: Sequence[Sequence[Codes]], left: Codes | Ints, right: Codes | Ints) -> Ints:
    """Which rules find each pair of records: bit i for rule i. `keys` as in `Blocking.keys`."""
    bits = np.zeros(len(left), dtype=np.int64)
    both = both_identified(spec, keys, left, right)
    for i, (rule, alternatives) in enumerate(zip(spec.rules, keys, strict=True)):
        hit = _agree(alternatives, left, right)
        bits |= (hit if rule.allow_conflict or (i == 0 and spec.distinct) else hit & ~both).astype(np.int64) << i
    return bits


def both_identified(spec: MatchSpec, keys: Sequence[Sequence[Codes]], left: Codes | Ints, right: Codes | Ints) -> Mask:
    """Whether both records of each pair have a value of the `distinct` column, which then alone decides on comparing them."""
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


IDENTIFIED = np.int64(1 << 31)
"""Flag in a packed record number: it has a `distinct` value. Such records come behind the others of their key."""


def _packed(keys: Codes, identified: Mask | None) -> Ints:
    """Key, record and flag `IDENTIFIED` in one integer, for every record that has a key."""
    record = np.flatnonzero(keys >= 0)
    packed = keys[record].astype(np.int64) << 32 | record
    return packed if identified is None else packed | identified[record] * IDENTIFIED


def _mark_capped(alternatives: list[Codes], capped: Ints, records: Ints) -> None:
    """Set the cap mark of capped keys (ascending) in the key columns of the records that have them, in place."""
    for keys in alternatives:
        values = keys[records]
        index = np.minimum(np.searchsorted(capped, values), len(capped) - 1)
        hit = capped[index] == values
        keys[records[hit]] = toggle_cap_mark(values[hit])


def _agree(alternatives: Sequence[Codes], left: Codes | Ints, right: Codes | Ints) -> Mask:
    """Whether the two records of each pair share a key."""
    lefts, rights = [keys[left] for keys in alternatives], [keys[right] for keys in alternatives]
    hit = np.zeros(len(left), dtype=bool)
    for a in lefts:
        for b in rights:
            hit |= (a >= 0) & (a == b)
    return hit
