"""The mentions of a kind as a run looks at them: integers of all of them, match columns of those asked for.

Belongs here: the index of mentions together with the clusters of the kinds they point to. Does not: the columns of a kind
(`kind_inputs`), or what follows from a change (`incremental`).

A mention changes with its own row, and with what other kinds say of it: a person with the home and the firm of its row, a home
with the owners its row names.
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.engine.encode import distinct_sorted
from pipelines.matching.inputs.coded import CodedTable, known_distinct
from pipelines.matching.inputs.kind_inputs import Codes, Ints, KindInputs
from pipelines.matching.inputs.mention_index import pointer
from pipelines.matching.inputs.rows import Dependency, Rows
from pipelines.matching.store.state import StoredClusters
from warehouse.model import Home
from warehouse.model.arrow_file import mapped

Asked = Ints | None
"""Slots of mentions; None for all of them, which then come in order of `mention_id`."""


@dataclass(frozen=True)
class Resolved:
    """The mentions of a kind that was matched before, by slot: `mention_id` (-1 for none), their stable keys, and those of
    their clusters."""

    ids: Ints
    keys: Ints
    clusters: Ints

    @classmethod
    def of(cls, home: Home, kind: str) -> Resolved:
        """The clusters of a kind that was linked before.

        Raises:
            ValueError: they are of other mentions than there are now.
        """
        state, index = StoredClusters.load(home.matched(kind)), mapped(home.mention_index(kind))
        ids, keys = index["mention_id"].to_numpy(), index["key"].to_numpy()
        if state is None or not state.is_of(keys, ids):
            raise ValueError(f"matched/{kind} and mention/{kind} hold other mentions; run the stage link/{kind} again")
        return cls(ids, keys, state.row_clusters())

    def some(self, slots: Ints) -> pa.Table:
        """`mention_id` and `cluster_id` of the mentions at some slots, in order of keys, whatever order these come in."""
        slots = slots[np.argsort(self.keys[slots])]
        return pa.table({"mention_id": self.ids[slots], "cluster_id": self.clusters[slots]})

    def every(self) -> pa.Table:
        """The same of all mentions."""
        return self.some(np.flatnonzero(self.ids >= 0))


def rows_of(home: Home, kind: str, reads: KindInputs, threads: int = 1) -> Rows:
    """The mentions of one kind as `incremental.advance` wants them.

    Args:
        home: whose kinds that this one points to have been linked.
        kind: its name.
        reads: what matching reads of it.
        threads: threads to use where all mentions are asked for.
    """
    index = mapped(home.mention_index(kind))
    ids, keys, source_hash = (index[c].to_numpy() for c in ("mention_id", "key", "source_hash"))
    resolved = {other: Resolved.of(home, other) for other in reads.points_to}
    dependencies = tuple(
        Dependency(index[pointer(other)].to_numpy(), there.clusters.view(np.uint64))
        for other, there in resolved.items()
    )

    def view(asked: Asked) -> pa.Table | CodedTable:
        return reads.view(MentionSight(home, kind, index, resolved, asked, threads if asked is None else 1))

    return Rows(ids, keys, source_hash, view, dependencies)


@dataclass(frozen=True)
class MentionSight:
    """Some mentions of a kind, see `kind_inputs.Sight`."""

    home: Home
    kind: str
    index: pa.Table
    resolved: Mapping[str, Resolved]
    asked: Asked
    threads: int = field(default=1)

    @cached_property
    def _ids(self) -> Ints:
        """`mention_id` at every slot."""
        return np.asarray(self.index["mention_id"].to_numpy())

    def columns(self) -> pa.Table:
        """The stored columns of the mentions asked for, and their `mention_id`.

        Of these only: where there are fewer mentions than a column has values, it comes without its dictionary, so that a
        view does not look at all the values that are not theirs.
        """
        table = mapped(self.home.match_columns(self.kind))
        if self.asked is None:
            return known_distinct(table.append_column("mention_id", pa.array(np.arange(table.num_rows))))
        ids = self._ids[self.asked]
        taken = table.take(pa.array(ids))
        columns = [
            c.cast(c.type.value_type) if pa.types.is_dictionary(c.type) and len(c.chunk(0).dictionary) > len(ids) else c
            for c in taken.columns
        ]
        return known_distinct(pa.table([*columns, ids], names=[*taken.column_names, "mention_id"]))

    def table(self, name: str) -> pa.Table:
        """A further table of the kind."""
        return mapped(self.home.match_columns(name))

    def asked_ids(self) -> Ints | None:
        """`mention_id` of the mentions asked for; None for all."""
        return None if self.asked is None else self._ids[self.asked]

    def flag(self, name: str) -> npt.NDArray[np.bool_]:
        """A flag of the mentions asked for, in the order of `columns`."""
        marks = self.index[name].to_numpy()
        if self.asked is not None:
            return np.asarray(marks[self.asked])
        out = np.zeros(np.count_nonzero(self._ids >= 0), dtype=bool)
        out[self._ids[marks]] = True
        return out

    def pointed(self, kind: str) -> pa.Table:
        """Mentions of another kind with their clusters: all, or those that the mentions asked for point to."""
        if self.asked is None:
            return self.resolved[kind].every()
        pointers: Codes = self.index[pointer(kind)].to_numpy()[self.asked]
        return self.resolved[kind].some(distinct_sorted(pointers[pointers >= 0].astype(np.int64)))

    def columns_of(self, kind: str) -> pa.Table:
        """The stored columns of all mentions of another kind."""
        return mapped(self.home.match_columns(kind))
