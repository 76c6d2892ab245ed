"""What a run leaves for the next one: rows, records, their blocking keys, pairs and clusters, as plain arrays.

Belongs here: the arrays, saving and loading them, bringing them into order. Does not: how they follow from a full run
(`incremental.initial`) or from a former state (`incremental.advance`), or how an array lies in a file (`array_store`).

A record is all rows that agree in every compared column. Its key is that of its first row. Rows, records and pairs keep their
slots (their indices in these arrays) from run to run: new ones come behind the others, and a slot stays empty when its row or
record is gone, until too many slots are empty. So a run reads and writes what changed, not what stayed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.clustering import Ends
from pipelines.matching.engine.compare import Patterns
from pipelines.matching.engine.decisions import Clustering, PairCounts
from pipelines.matching.engine.encode import Codes
from pipelines.matching.engine.hashing import Hashes
from pipelines.matching.engine.links import Grouping, Links, indices_in, sort_ends, union_patterns
from pipelines.matching.engine.score import Scorer
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.inputs.rows import Rows
from pipelines.matching.inputs.slots import EMPTY_SLOTS, find
from pipelines.matching.store import array_store
from pipelines.matching.store.array_store import append

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

APPEND_ONLY = (
    "row_key",
    "record_key",
    "content_hash",
    "self_pattern",
    "left",
    "right",
    "pattern",
    "patterns",
    "block_keys",
    "constraint_values",
)
"""Fields of a state that a run appends to. It writes the others anew."""

COLUMN_LISTS = ("block_keys", "constraint_values", "dependencies")
"""Fields of a state that hold several arrays, or none."""


@dataclass(frozen=True)
class StoredClusters:
    """The cluster of every row.

    Attributes:
        row_key: int64 per row slot, stable key of the row (`hashing.stable_keys`), kept for rows that are gone.
        record_of_row: int32 per row slot, its record; -1 at an empty slot.
        singletons: slots of rows that are a cluster of their own although other rows have the same content.
        record_key: int64 per record, the smallest row key in it.
        label: int32 per record, the record of smallest key in its cluster; -1 at an empty slot.
    """

    row_key: Ints
    record_of_row: Codes
    singletons: Ints
    record_key: Ints
    label: Codes

    @classmethod
    def load(cls, folder: Path, stamp: str | None = None) -> Self | None:
        """Read what the last run left.

        Args:
            folder: of this kind.
            stamp: the stamp it must have been saved under; None accepts any.

        Returns:
            None where nothing was saved, or under another stamp.
        """
        names = {field.name for field in fields(cls)}
        arrays = array_store.load(folder, stamp, lambda name: name in names)
        return cls(**arrays) if arrays is not None and arrays.keys() == names else None

    def is_of(self, keys: Ints, ids: Ints) -> bool:
        """Whether these are the clusters of just these rows: `keys` and `ids` (-1 for none) of all slots."""
        return np.array_equal(self.row_key, keys) and np.array_equal(np.asarray(self.record_of_row) >= 0, ids >= 0)

    def row_clusters(self) -> Ints:
        """Key of the cluster of every row: the smallest row key in it; 0 at an empty slot."""
        cluster = np.asarray(self.record_key)[self.label]
        out = np.append(cluster, 0)[self.record_of_row]
        out[self.singletons] = self.row_key[self.singletons]
        return out


@dataclass(frozen=True)
class State(StoredClusters):
    """One kind after a run.

    Attributes:
        source_hash: uint64 per row slot, hash of all a row is derived from; 0 at an empty slot.
        judged_rows: slots of rows that a person has judged.
        content_hash: uint64 per record, hash of what its rows agree in.
        self_pattern: int64 per record, the pattern of the record with itself.
        component: int32 per record, the record of smallest key in its connected component, constraints aside; -1 at an empty
            slot.
        left: int32 per pair, one record. The pairs are those that some block finds and that are at least worth a question.
        right: int32 per pair, the other record.
        pattern: int32 per pair, index of its pattern in `patterns`.
        patterns: int64, distinct patterns; those of all pairs are among them.
        pattern_counts: int64 per pattern, how many links show it, see `PairCounts`.
        cut_and_open: the other two figures of `PairCounts`.
        deleted_pairs: slots of pairs that no longer count: one of the records is gone, or no block finds the pair now.
        must_link: pairs of records that a person has called the same.
        must_link_patterns: their patterns.
        must_not_link: pairs of records that a person has called different.
        block_keys: int32 per record, one column per key column of the blocks; a capped key carries the cap mark.
        constraint_values: uint64 per record, one column per column under a constraint (`distinct`, then `one_to_one`); 0 for
            null.
        dependencies: uint64, content hashes of what rows depend on, see `rows.Dependency`.
    """

    source_hash: Hashes
    judged_rows: Ints
    content_hash: Hashes
    self_pattern: Patterns
    component: Codes
    left: Codes
    right: Codes
    pattern: Codes
    patterns: Patterns
    pattern_counts: Ints
    cut_and_open: Ints
    deleted_pairs: Ints
    must_link: Ends
    must_link_patterns: Patterns
    must_not_link: Ends
    block_keys: tuple[Codes, ...]
    constraint_values: tuple[Hashes, ...]
    dependencies: tuple[Hashes, ...]

    @property
    def pair_counts(self) -> PairCounts:
        """The figures of all pairs."""
        cut, open_ = self.cut_and_open.tolist()
        return PairCounts(np.asarray(self.pattern_counts), cut, open_)

    @property
    def alive(self) -> Mask:
        """Which record slots hold a record."""
        return np.asarray(self.label) >= 0

    @property
    def row_slots(self) -> Ints:
        """Slots that hold a row."""
        return np.flatnonzero(np.asarray(self.record_of_row) >= 0)

    @property
    def record_clusters(self) -> int:
        """How many clusters of records there are, those of one record included."""
        return int((self.label == np.arange(len(self.label), dtype=np.int32)).sum())

    @property
    def is_sparse(self) -> bool:
        """Whether so many slots are empty that `compact` pays."""
        records = 1 - self.alive.sum() / max(len(self.record_key), 1)
        return bool(max(records, len(self.deleted_pairs) / max(len(self.left), 1)) > EMPTY_SLOTS)

    def save(self, folder: Path, stamp: str) -> None:
        """Write the arrays to a folder of their own.

        Args:
            folder: of this kind.
            stamp: what must still hold when a run goes on from them, see `load`.
        """
        arrays: dict[str, npt.NDArray[Any]] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            if isinstance(value, tuple):
                arrays |= {f"{field.name}-{i:02d}": part for i, part in enumerate(value)}
            else:
                arrays[field.name] = value
        append_only = {name for name in arrays if name.partition("-")[0] in APPEND_ONLY}
        array_store.save(arrays, folder, stamp, append_only)

    @classmethod
    def load(cls, folder: Path, stamp: str | None = None) -> Self | None:
        """As `StoredClusters.load`; None too where another version of this code left other arrays."""
        arrays = array_store.load(folder, stamp)
        if arrays is None:
            return None
        values: dict[str, Any] = dict.fromkeys(COLUMN_LISTS, ())
        for name, array in sorted(arrays.items()):
            whole, _, part = name.partition("-")
            values[whole] = (*values.get(whole, ()), array) if part else array
        return cls(**values) if values.keys() == {field.name for field in fields(cls)} else None

    def precedes(self, rows: Rows) -> bool:
        """Whether all former rows still have their slots, so that a run can go on from here."""
        size = len(self.row_key)
        return size <= len(rows.keys) and np.array_equal(rows.keys[:size], self.row_key)

    def realign(self, rows: Rows) -> State:
        """The same state with rows at the slots they have now; rows that are gone come behind all others."""
        by_key = np.argsort(rows.keys)
        index = find(np.asarray(self.row_key), rows.keys[by_key])
        slot = np.where(index >= 0, np.append(by_key, -1)[index], -1)
        gone = np.flatnonzero((index < 0) & (np.asarray(self.record_of_row) >= 0))
        slot[gone] = len(rows.keys) + np.arange(len(gone))
        moved = np.flatnonzero(slot >= 0)
        record_of_row = np.full(len(rows.keys) + len(gone), -1, dtype=np.int32)
        source_hash = np.zeros(len(record_of_row), dtype=np.uint64)
        record_of_row[slot[moved]], source_hash[slot[moved]] = self.record_of_row[moved], self.source_hash[moved]
        return replace(
            self,
            row_key=np.concatenate([rows.keys, self.row_key[gone]]),
            source_hash=source_hash,
            record_of_row=record_of_row,
            singletons=np.sort(slot[self.singletons]),
            judged_rows=np.sort(slot[self.judged_rows]),
        )

    def truncate(self, size: int) -> State:
        """The same state without row slots from `size` on, which are all empty."""
        return replace(
            self,
            row_key=self.row_key[:size],
            source_hash=self.source_hash[:size],
            record_of_row=self.record_of_row[:size],
        )

    def append_rows(self, rows: Rows, record_of_row: Codes) -> State:
        """Append the keys of new rows to the store; the state with all rows of this run, at their slots."""
        return replace(
            self,
            row_key=append(self.row_key, rows.keys[len(self.row_key) :]),
            source_hash=rows.source_hash,
            record_of_row=record_of_row,
            dependencies=tuple(d.content_hash for d in rows.dependencies),
        )

    def append_records(
        self, key: Ints, content_hash: Hashes, block_keys: list[Codes], constraint_values: list[Hashes]
    ) -> State:
        """Append new records to the store; the state with them. Their own patterns and clusters are still missing."""
        return replace(
            self,
            record_key=append(self.record_key, key),
            content_hash=append(self.content_hash, content_hash),
            block_keys=tuple(append(*columns) for columns in zip(self.block_keys, block_keys, strict=True)),
            constraint_values=tuple(
                append(*columns) for columns in zip(self.constraint_values, constraint_values, strict=True)
            ),
        )

    def append_self_patterns(self, patterns: Patterns) -> State:
        """Append the patterns of new records with themselves to the store; the state with them."""
        return replace(self, self_pattern=append(self.self_pattern, patterns))

    def append_pairs(self, left: Codes, right: Codes, pattern: Patterns) -> State:
        """Append pairs, given both records and the packed pattern of each, to the store; the state with them."""
        union = union_patterns(self.patterns, np.concatenate([pattern, self.must_link_patterns]))
        patterns = append(self.patterns, union[len(self.patterns) :])
        return replace(
            self,
            left=append(self.left, left),
            right=append(self.right, right),
            pattern=append(self.pattern, indices_in(patterns, pattern).astype(np.int32)),
            patterns=patterns,
        )

    def links(self, spec: MatchSpec, scorer: Scorer, rows: Ints) -> Links:
        """All pairs at least worth a question, judgements included.

        Args:
            spec: as in the run.
            scorer: as in the run.
            rows: slots of all rows, in the order they shall have.
        """
        left, right, pattern = (np.asarray(a) for a in (self.left, self.right, self.pattern))
        if len(self.deleted_pairs):
            pattern = pattern.copy()
            pattern[self.deleted_pairs] = -1
        self_pattern = np.asarray(self.self_pattern)
        grouping = Grouping.of(
            np.asarray(self.record_of_row)[rows], np.asarray(self.record_key), lambda some: self_pattern[some]
        )
        return self._links(spec, scorer, grouping, left, right, pattern)

    def links_at(self, spec: MatchSpec, scorer: Scorer, pairs: Ints) -> Links:
        """The pairs at some slots, without deleted ones and without rows.

        All pairs of a judged record must be among them.
        """
        pairs = pairs[~np.isin(pairs, self.deleted_pairs, assume_unique=True)]
        nothing = np.zeros(0, dtype=np.int32)
        grouping = Grouping(
            nothing, np.asarray(self.record_key), self.self_pattern[:0], nothing, nothing.astype(np.int64)
        )
        left, right, pattern = (np.asarray(a)[pairs] for a in (self.left, self.right, self.pattern))
        return self._links(spec, scorer, grouping, left, right, pattern)

    def _links(
        self, spec: MatchSpec, scorer: Scorer, grouping: Grouping, left: Codes, right: Codes, pattern: Codes
    ) -> Links:
        links = Links.of(spec, scorer, grouping, left, right, patterns=self.patterns, pattern=pattern)
        return links.add_must_link(self.must_link, self.must_link_patterns).add_must_not_link(self.must_not_link)

    def clustering(self, links: Links) -> Clustering:
        """The links with the clusters they led to."""
        return Clustering(links, np.asarray(self.label))

    def compact(self) -> State:
        """The same state with records and pairs in order of keys, no empty record or pair slot, and no unused pattern.

        Two runs with the same result then have the same arrays.
        """
        alive = np.flatnonzero(self.alive)
        order = alive[np.argsort(np.asarray(self.record_key)[alive])]
        number = np.full(len(self.record_key), -1, dtype=np.int32)
        number[order] = np.arange(len(order), dtype=np.int32)

        def ends(left: Any, right: Any) -> tuple[Any, Any]:
            low, high = sort_ends(number[left], number[right])
            return low, high

        pairs = np.delete(np.arange(len(self.left)), self.deleted_pairs)
        left, right = ends(self.left[pairs], self.right[pairs])
        in_order = np.argsort(left.astype(np.int64) << 32 | right)
        pattern = np.asarray(self.pattern)[pairs[in_order]]
        used = np.unique(np.concatenate([pattern, indices_in(np.asarray(self.patterns), self.must_link_patterns)]))
        used = used[np.argsort(self.patterns[used])]
        index = np.zeros(len(self.patterns), dtype=np.int32)
        index[used] = np.arange(len(used), dtype=np.int32)
        return replace(
            self,
            record_of_row=np.append(number, np.int32(-1))[self.record_of_row],
            left=left[in_order],
            right=right[in_order],
            pattern=index[pattern],
            patterns=np.asarray(self.patterns)[used],
            pattern_counts=self.pattern_counts[used],
            deleted_pairs=np.zeros(0, dtype=np.int64),
            component=number[np.asarray(self.component)[order]],
            label=number[np.asarray(self.label)[order]],
            must_link=tuple(end.astype(np.int64) for end in ends(*self.must_link)),
            must_not_link=tuple(end.astype(np.int64) for end in ends(*self.must_not_link)),
            block_keys=tuple(np.asarray(column)[order] for column in self.block_keys),
            constraint_values=tuple(np.asarray(column)[order] for column in self.constraint_values),
            record_key=np.asarray(self.record_key)[order],
            content_hash=np.asarray(self.content_hash)[order],
            self_pattern=np.asarray(self.self_pattern)[order],
        )
