"""What a run leaves for the next: every row and record with its keys, pairs and cluster, as plain arrays.

Belongs here: the arrays, how they are kept, putting them in order. Does not: how they follow from a full run (`first`), going
on from them (`advance`), or how an array lies in a file (`kept`).

A record is all rows that agree in every compared column; it is named after the first of them. Places of rows and of records
last from run to run: who is new comes after the others, and who is gone leaves his place empty until a good part of them are.
So a run looks at and writes what came and not what stayed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any, Self

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.compare import Patterns
from pipelines.matching.engine.encode import Codes, Encoded
from pipelines.matching.engine.hashing import Hashes, mix
from pipelines.matching.engine.links import Ends, Grouping, Links, ordered, places_in
from pipelines.matching.engine.outcome import Outcome, Tally
from pipelines.matching.engine.score import Scorer
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.inputs.places import EMPTY_PLACES, find
from pipelines.matching.inputs.rows import Rows
from pipelines.matching.store import kept

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

GROWING = ("row_names", "lead", "contents", "own", "left", "right", "pattern", "patterns", "keys", "held")
"""Fields of a state to which a run adds what came; it makes the others anew."""

SEVERAL = ("keys", "held", "beside")
"""Fields of a state that are so many arrays, or none."""

NOBODY: Ends = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))


@dataclass(frozen=True)
class Clustered:
    """Which cluster every row is in. Rows and records are at places that last.

    Attributes:
        row_names: lasting name of the row at every place (`hashing.mention_names`), of those gone too.
        of_row: int32, record of every row; -1 at an empty place.
        lone: places of rows that are each a cluster of their own, although others say the very same.
        lead: name of the first row of every record, by name.
        label: int32, the record of smallest name in the cluster; -1 at an empty place.
    """

    row_names: Ints
    of_row: Codes
    lone: Ints
    lead: Ints
    label: Codes

    @classmethod
    def load(cls, folder: Path, stamp: str | None = None) -> Self | None:
        """What the last run left; none where there was none, or where another `stamp` held then, if one is asked for."""
        mine = {field.name for field in fields(cls)}
        arrays = kept.load(folder, stamp, lambda name: name in mine)
        return cls(**arrays) if arrays is not None and arrays.keys() == mine else None

    def is_of(self, names: Ints, ids: Ints) -> bool:
        """Whether this was found of just these rows: `names` and `ids` (-1 for none) of all places."""
        return np.array_equal(self.row_names, names) and np.array_equal(np.asarray(self.of_row) >= 0, ids >= 0)

    def row_clusters(self) -> Ints:
        """Name of the cluster of the row at every place: the smallest name in it; 0 where there is no row."""
        cluster = np.asarray(self.lead)[self.label]
        found = np.append(cluster, 0)[self.of_row]
        found[self.lone] = self.row_names[self.lone]
        return found


@dataclass(frozen=True)
class State(Clustered):
    """One kind after a run.

    Attributes:
        row_sources: hash of all a row was made from; 0 at an empty place.
        judged: places of rows a person has judged.
        contents: hash of what makes rows one record.
        own: pattern of every record with itself.
        component: int32, the record of smallest name in the connected component, constraints aside; -1 at an empty place.
        left: int32, one record of every pair some block finds that is at least worth asking about.
        right: int32, the other record of these.
        pattern: int32, place of their patterns in `patterns`.
        patterns: distinct patterns, those of all pairs among them.
        shown: how many links show each of them, see `Tally`.
        sums: of that, `cut` and `open`.
        void: places of pairs that are none any more: a record of theirs is gone, or no block finds them now.
        same: pairs of records a person has called the same.
        same_patterns: their patterns.
        apart: pairs of records a person has called different.
        keys: int32, a column per key column of the blocks; hot keys as their complement.
        held: uint64, a column per column under a constraint (`distinct`, then `one_to_one`); 0 for null.
        beside: uint64, what was told of that which rows depend on beside themselves, see `rows.Beside`.
    """

    row_sources: Hashes
    judged: Ints
    contents: Hashes
    own: Patterns
    component: Codes
    left: Codes
    right: Codes
    pattern: Codes
    patterns: Patterns
    shown: Ints
    sums: Ints
    void: Ints
    same: Ends
    same_patterns: Patterns
    apart: Ends
    keys: tuple[Codes, ...]
    held: tuple[Hashes, ...]
    beside: tuple[Hashes, ...]

    @property
    def tally(self) -> Tally:
        """What is counted of the pairs."""
        cut, open_ = self.sums.tolist()
        return Tally(np.asarray(self.shown), cut, open_)

    @property
    def alive(self) -> Mask:
        """Which places hold a record."""
        return np.asarray(self.label) >= 0

    def save(self, folder: Path, stamp: str) -> None:
        """Keep the arrays in a folder of their own.

        Args:
            folder: of this kind.
            stamp: what must still be true for going on from them, see `load`.
        """
        arrays: dict[str, npt.NDArray[Any]] = {}
        for field in fields(self):
            value = getattr(self, field.name)
            several = isinstance(value, tuple)
            arrays |= (
                {f"{field.name}-{i:02d}": part for i, part in enumerate(value)} if several else {field.name: value}
            )
        kept.save(arrays, folder, stamp, growing={name for name in arrays if name.partition("-")[0] in GROWING})

    @classmethod
    def load(cls, folder: Path, stamp: str | None = None) -> Self | None:
        """As that of `Clustered`; none too where another version of this code left other arrays."""
        arrays = kept.load(folder, stamp)
        if arrays is None:
            return None
        values: dict[str, Any] = dict.fromkeys(SEVERAL, ())
        for name, array in sorted(arrays.items()):
            whole, _, part = name.partition("-")
            values[whole] = (*values.get(whole, ()), array) if part else array
        return cls(**values) if values.keys() == {field.name for field in fields(cls)} else None

    def precedes(self, rows: Rows) -> bool:
        """Whether the rows that were here have kept their places, so that a run can go on from here."""
        before = len(self.row_names)
        return before <= len(rows.names) and np.array_equal(rows.names[:before], self.row_names)

    def at_places_of(self, rows: Rows) -> State:
        """The same with rows at the places they have now; those that are gone come after all others."""
        by_name = np.argsort(rows.names)
        spot = find(np.asarray(self.row_names), rows.names[by_name])
        place = np.where(spot >= 0, np.append(by_name, -1)[spot], -1)
        gone = np.flatnonzero((spot < 0) & (np.asarray(self.of_row) >= 0))
        place[gone] = len(rows.names) + np.arange(len(gone))
        placed = np.flatnonzero(place >= 0)
        of_row = np.full(len(rows.names) + len(gone), -1, dtype=np.int32)
        sources = np.zeros(len(of_row), dtype=np.uint64)
        of_row[place[placed]], sources[place[placed]] = self.of_row[placed], self.row_sources[placed]
        names = np.concatenate([rows.names, self.row_names[gone]])
        return replace(
            self,
            row_names=names,
            row_sources=sources,
            of_row=of_row,
            lone=np.sort(place[self.lone]),
            judged=np.sort(place[self.judged]),
        )

    def of_first(self, places: int) -> State:
        """The same without row places behind the first ones, which are all empty."""
        return replace(
            self,
            row_names=self.row_names[:places],
            row_sources=self.row_sources[:places],
            of_row=self.of_row[:places],
        )

    @property
    def record_clusters(self) -> int:
        """How many clusters of records there are, those of one record among them."""
        return int((self.label == np.arange(len(self.label), dtype=np.int32)).sum())

    @property
    def is_roomy(self) -> bool:
        """Whether so many places are empty that closing up pays."""
        empty = max(1 - self.alive.sum() / max(len(self.lead), 1), len(self.void) / max(len(self.left), 1))
        return bool(empty > EMPTY_PLACES)

    @property
    def rows(self) -> Ints:
        """Places of the rows."""
        return np.flatnonzero(np.asarray(self.of_row) >= 0)

    def links(self, spec: MatchSpec, scorer: Scorer, rows: Ints) -> Links:
        """All pairs at least worth asking about, judgements included.

        Args:
            spec: as in the run.
            scorer: as in the run.
            rows: places of all rows, in the order they are to have.
        """
        left, right, pattern = (np.asarray(a) for a in (self.left, self.right, self.pattern))
        if len(self.void):
            pattern = pattern.copy()
            pattern[self.void] = -1
        own = np.asarray(self.own)
        grouping = Grouping.of(np.asarray(self.of_row)[rows], np.asarray(self.lead), lambda some: own[some])
        return self._links(spec, scorer, grouping, left, right, pattern)

    def links_at(self, spec: MatchSpec, scorer: Scorer, pairs: Ints) -> Links:
        """The same of the pairs at some places, those that are none any more left out, and without rows; these must be all
        that a judged record is in."""
        pairs = pairs[~np.isin(pairs, self.void, assume_unique=True)]
        nobody = np.zeros(0, dtype=np.int32)
        grouping = Grouping(nobody, np.asarray(self.lead), self.own[:0], nobody, nobody.astype(np.int64))
        left, right, pattern = (np.asarray(a)[pairs] for a in (self.left, self.right, self.pattern))
        return self._links(spec, scorer, grouping, left, right, pattern)

    def _links(
        self, spec: MatchSpec, scorer: Scorer, grouping: Grouping, left: Codes, right: Codes, pattern: Codes
    ) -> Links:
        links = Links(spec, scorer, grouping, left, right, patterns=self.patterns, pattern=pattern)
        links.settle(self.same, self.same_patterns)
        links.answered = self.apart
        return links

    def outcome(self, links: Links) -> Outcome:
        """What follows from the links and the clusters they led to."""
        return Outcome(links, np.asarray(self.label))

    def closed_up(self) -> State:
        """The same with records in order of their names, none of their places empty, pairs in order, patterns that pairs show.

        Two runs that found the same are then the same, array by array.
        """
        alive = np.flatnonzero(self.alive)
        order = alive[np.argsort(np.asarray(self.lead)[alive])]
        number = np.full(len(self.lead), -1, dtype=np.int32)
        number[order] = np.arange(len(order), dtype=np.int32)

        def ends(left: Any, right: Any) -> tuple[Any, Any]:
            low, high = ordered(number[left], number[right])
            return low, high

        pairs = np.delete(np.arange(len(self.left)), self.void)
        left, right = ends(self.left[pairs], self.right[pairs])
        in_order = np.argsort(left.astype(np.int64) << 32 | right)
        pattern = np.asarray(self.pattern)[pairs[in_order]]
        used = np.unique(np.concatenate([pattern, places_in(np.asarray(self.patterns), self.same_patterns)]))
        used = used[np.argsort(self.patterns[used])]
        place = np.zeros(len(self.patterns), dtype=np.int32)
        place[used] = np.arange(len(used), dtype=np.int32)
        return replace(
            self,
            of_row=np.append(number, np.int32(-1))[self.of_row],
            left=left[in_order],
            right=right[in_order],
            pattern=place[pattern],
            patterns=np.asarray(self.patterns)[used],
            shown=self.shown[used],
            void=np.zeros(0, dtype=np.int64),
            component=number[np.asarray(self.component)[order]],
            label=number[np.asarray(self.label)[order]],
            same=tuple(end.astype(np.int64) for end in ends(*self.same)),
            apart=tuple(end.astype(np.int64) for end in ends(*self.apart)),
            keys=tuple(np.asarray(column)[order] for column in self.keys),
            held=tuple(np.asarray(column)[order] for column in self.held),
            lead=np.asarray(self.lead)[order],
            contents=np.asarray(self.contents)[order],
            own=np.asarray(self.own)[order],
        )


def further_rows(records: Ints | Codes, of_row: Codes, names: Ints) -> Ints:
    """Places of all rows but the first, by name, of some records.

    Args:
        records: any, in any order.
        of_row: record of the row at every place, -1 for none.
        names: of the rows.
    """
    theirs = np.zeros(max(int(of_row.max(initial=-1)), int(records.max(initial=-1))) + 2, dtype=bool)
    theirs[records] = True  # the last is that of no record
    rows = np.flatnonzero(theirs[of_row])
    rows = rows[np.lexsort((names[rows], of_row[rows]))]
    return np.sort(rows[1:][of_row[rows[1:]] == of_row[rows[:-1]]])


def salted(spec: MatchSpec, contents: Hashes, names: Ints, judged: Mask) -> Hashes:
    """Contents by which rows become records: judged rows, and rows of one source each, stay on their own.

    Args:
        spec: says whether there are rows of one source each.
        contents: hash of the compared columns of some rows.
        names: of these rows.
        judged: which of them a person has judged.
    """
    alone = np.ones(len(names), dtype=bool) if spec.one_to_one else judged
    if not alone.any():
        return contents
    out = contents.copy()
    out[alone] = mix([contents[alone], names[alone].astype(np.uint64)])
    return out


def held_values(spec: MatchSpec, encoded: Encoded) -> tuple[Hashes, ...]:
    """Hashes of the columns under a constraint."""
    return tuple(encoded.hashes(c) for c in (*spec.distinct, *spec.one_to_one))
