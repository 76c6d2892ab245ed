"""What a run leaves for the next: every row and record with its keys, pairs and cluster, as plain arrays.

Belongs here: the arrays, how they follow from a full run, how they lie on disk, putting them in order. Does not: going on from
them (`incremental`), or how an array lies in a file (`kept`).

A record is all rows that agree in every compared column; it is named after the first of them. Its place in the arrays lasts
from run to run: new records come after the others, and who is gone leaves his place empty until a good part of them are.
So a run writes what came and not what stayed.
"""

from __future__ import annotations

from dataclasses import dataclass, fields, replace
from pathlib import Path
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.matching import kept
from pipelines.matching.blocking import found_by
from pipelines.matching.clustering import components, smallest
from pipelines.matching.compare import Patterns
from pipelines.matching.encode import Codes, Encoded
from pipelines.matching.hashing import Hashes, mix, row_hashes
from pipelines.matching.links import Ends, Grouping, Links
from pipelines.matching.outcome import Outcome
from pipelines.matching.result import MatchResult
from pipelines.matching.score import Scorer, weight_of
from pipelines.matching.spec import MatchSpec

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]

NOBODY: Ends = (np.zeros(0, dtype=np.int64), np.zeros(0, dtype=np.int64))

EMPTY_PLACES = 0.15
"""Share of places that may be empty before the others close up: less, and closing up costs more than scanning past them."""


@dataclass(frozen=True)
class State:
    """One kind after a run. Rows are in order of their lasting names (`hashing.mention_names`), records at their places.

    Attributes:
        row_names: lasting name of every row, ascending.
        row_sources: hash of all a row was made from.
        row_contents: hash of all columns compared.
        of_row: int32, record of every row.
        row_cluster: name of the cluster of every row: the smallest name in it.
        lead: name of the first row of every record.
        contents: hash of what makes rows one record.
        own: pattern of every record with itself.
        component: int32, the record of smallest name in the connected component, constraints aside; -1 at an empty place.
        label: int32, the record of smallest name in the cluster; -1 at an empty place.
        left: int32, one record of every pair some block finds that is at least worth asking about.
        right: int32, the other record of these.
        pattern: int32, place of their patterns in `patterns`.
        patterns: distinct patterns, ascending, those of all pairs among them.
        same: pairs of records a person has called the same.
        same_patterns: their patterns.
        apart: pairs of records a person has called different.
        keys: int32, a column per key column of the blocks; hot keys as their complement.
        held: uint64, a column per column under a constraint (`distinct`, then `one_to_one`); 0 for null.
    """

    row_names: Ints
    row_sources: Hashes
    row_contents: Hashes
    of_row: Codes
    row_cluster: Ints
    lead: Ints
    contents: Hashes
    own: Patterns
    component: Codes
    label: Codes
    left: Codes
    right: Codes
    pattern: Codes
    patterns: Patterns
    same: Ends
    same_patterns: Patterns
    apart: Ends
    keys: tuple[Codes, ...]
    held: tuple[Hashes, ...]

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
        kept.save(arrays, folder, stamp)

    @classmethod
    def load(cls, folder: Path, stamp: str | None = None) -> State | None:
        """What the last run left; none where there was none, or another `stamp` held then, if one is asked for."""
        arrays = kept.load(folder, stamp)
        if arrays is None:
            return None
        values: dict[str, Any] = {}
        for name, array in sorted(arrays.items()):
            whole, _, part = name.partition("-")
            values[whole] = (*values.get(whole, ()), array) if part else array
        return cls(**{"held": (), **values})

    def links(self, spec: MatchSpec, scorer: Scorer) -> Links:
        """All pairs at least worth asking about, judgements included."""
        left, right, pattern = (np.asarray(a) for a in (self.left, self.right, self.pattern))
        grouping = Grouping.of(np.asarray(self.of_row), np.asarray(self.lead), lambda some: np.asarray(self.own)[some])
        links = Links(spec, scorer, grouping, left, right, patterns=self.patterns, pattern=pattern)
        links.settle(self.same, self.same_patterns)
        links.answered = self.apart
        return links

    def outcome(self, links: Links) -> Outcome:
        """What follows from the links and the clusters they led to."""
        return Outcome(links, np.asarray(self.label))

    def closed_up(self) -> State:
        """The same with records in order of their names, no place empty, pairs in order, and no pattern no pair shows.

        Two runs that found the same are then the same, array by array.
        """
        alive = np.flatnonzero(self.alive)
        order = alive[np.argsort(np.asarray(self.lead)[alive])]
        number = np.full(len(self.lead), -1, dtype=np.int32)
        number[order] = np.arange(len(order), dtype=np.int32)

        def ends(left: Any, right: Any) -> tuple[Any, Any]:
            one, other = number[left], number[right]
            return np.minimum(one, other), np.maximum(one, other)

        left, right = ends(self.left, self.right)
        in_order = np.argsort(left.astype(np.int64) << 32 | right)
        pattern = np.asarray(self.pattern)[in_order]
        shown = np.bincount(pattern, minlength=len(self.patterns)) > 0
        return replace(
            self,
            of_row=number[self.of_row],
            left=left[in_order],
            right=right[in_order],
            pattern=(np.cumsum(shown) - 1).astype(np.int32)[pattern],
            patterns=np.asarray(self.patterns)[shown],
            component=number[np.asarray(self.component)[order]],
            label=number[np.asarray(self.label)[order]],
            same=tuple(end.astype(np.int64) for end in ends(*self.same)),
            apart=tuple(end.astype(np.int64) for end in ends(*self.apart)),
            keys=tuple(np.asarray(column)[order] for column in self.keys),
            held=tuple(np.asarray(column)[order] for column in self.held),
            **{name: np.asarray(getattr(self, name))[order] for name in ("lead", "contents", "own")},
        )


def state_of(result: MatchResult, names: Ints, sources: Hashes, judged: Ints) -> State:
    """The state after a full run whose rows came in order of their names.

    Args:
        result: of `link(…, order=…)`.
        names: of every row, ascending.
        sources: see `State`.
        judged: ids of rows a person has judged.
    """
    working, spec = result.working, result.spec
    if working is None:
        raise ValueError("state_of wants the result of a full run")
    links = working.outcome.links
    grouping = links.grouping
    contents, lead = row_hashes(working.encoded, spec.columns)[grouping.of_row], names[grouping.first]
    everybody = np.arange(len(grouping.first), dtype=np.int32)
    left, right, pattern = links.left, links.right, links.pattern
    apart, same = working.judged
    if len(same[0]):
        said = np.isin(left.astype(np.int64) << 32 | right, same[0] << 32 | same[1])
        blocked = found_by(spec, working.blocking.keys, left, right) > 0
        worthy = links.weights[pattern] >= weight_of(spec.review)
        keep = ~said | (blocked & worthy)
        left, right, pattern = left[keep], right[keep], pattern[keep]
    accepted = links.accepted
    joined = (np.concatenate([links.left[accepted], same[0]]), np.concatenate([links.right[accepted], same[1]]))
    return State(
        row_names=names,
        row_sources=sources,
        row_contents=contents,
        of_row=grouping.of_row,
        row_cluster=cluster_names(working.outcome, lead, names),
        lead=lead,
        contents=salted(spec, contents, names, np.isin(working.ids, judged))[grouping.first],
        own=working.comparer.own_patterns(everybody),
        component=smallest(components(len(everybody), *joined)).astype(np.int32),
        label=working.outcome.labels.astype(np.int32),
        left=left,
        right=right,
        pattern=pattern,
        patterns=links.patterns,
        same=same,
        same_patterns=working.comparer.patterns(same[0].astype(np.int32), same[1].astype(np.int32)),
        apart=apart,
        keys=tuple(column for block in working.blocking.keys for column in block),
        held=held_values(spec, working.encoded),
    )


def cluster_names(outcome: Outcome, lead: Ints, names: Ints) -> Ints:
    """Per row the name of its cluster: that of the first row in it.

    Args:
        outcome: of the run.
        lead: name of the first row of every record.
        names: of the rows.
    """
    out = np.asarray(lead)[outcome.labels[outcome.links.grouping.of_row]]
    lone = outcome.lone_rows()
    out[lone] = names[lone]
    return out


def salted(spec: MatchSpec, contents: Hashes, names: Ints, judged: Mask) -> Hashes:
    """Contents by which rows become records: judged rows, and rows of one source each, stay on their own."""
    alone = np.ones(len(names), dtype=bool) if spec.one_to_one else judged
    if not alone.any():
        return contents
    out = contents.copy()
    out[alone] = mix([contents[alone], names[alone].astype(np.uint64)])
    return out


def held_values(spec: MatchSpec, encoded: Encoded) -> tuple[Hashes, ...]:
    """Hashes of the columns under a constraint."""
    return tuple(encoded.hashes(c) for c in (*spec.distinct, *spec.one_to_one))
