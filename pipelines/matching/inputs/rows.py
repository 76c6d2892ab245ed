"""The rows of a run: each at a stable slot, with hashes that tell whether it changed; its columns are read on demand.

Belongs here: what is known of every row without reading it. Does not: where rows come from (`sources`), or how they differ from
those of the last run (`incremental`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass, replace
from functools import cached_property

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.engine.encode import Codes
from pipelines.matching.engine.hashing import Hashes
from pipelines.matching.inputs.coded import CodedTable

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Dependency:
    """Things outside their own source that rows depend on: each row points to one of them.

    Attributes:
        pointers: int32 per row, slot of the thing, -1 for none.
        content_hash: hash of every thing that may be pointed to.
    """

    pointers: Codes
    content_hash: Hashes


@dataclass(frozen=True)
class Rows:
    """The rows of this run, each at a stable slot (`slots`). Columns are read only of the rows asked for.

    Attributes:
        ids: id of every row; -1 at an empty slot.
        keys: stable key of every row, see `hashing.stable_keys`; at an empty slot the key of its former row.
        source_hash: hash of all a row's compared columns are derived from: the same hash means the same columns. 0 at an empty
            slot.
        view: reads the compared columns of the rows at some slots; for None of all rows, in order of their ids.
        dependencies: what the columns are derived from beyond the source.
    """

    ids: Ints
    keys: Ints
    source_hash: Hashes
    view: Callable[[Ints | None], pa.Table | CodedTable]
    dependencies: tuple[Dependency, ...] = ()

    @cached_property
    def in_order(self) -> Ints:
        """Slots of the rows in order of their keys."""
        return in_order(self.ids >= 0, self.keys)

    def with_gone(self, keys: Ints) -> Rows:
        """These rows and, behind them, empty slots of rows that are gone."""
        more = len(keys)
        return replace(
            self,
            ids=np.append(self.ids, np.full(more, -1)),
            keys=np.append(self.keys, keys),
            source_hash=np.append(self.source_hash, np.zeros(more, dtype=np.uint64)),
            dependencies=tuple(
                replace(d, pointers=np.append(d.pointers, np.full(more, -1, dtype=np.int32))) for d in self.dependencies
            ),
        )

    def at(self, ids: Ints) -> Ints:
        """Slots of the rows of a few ids, ascending; unknown ids are left out."""
        return np.flatnonzero(np.isin(self.ids, ids)) if len(ids) else np.zeros(0, dtype=np.int64)


def in_order(present: Mask, keys: Ints) -> Ints:
    """Slots that are not empty, in order of keys."""
    slots = np.flatnonzero(present)
    return slots[np.argsort(keys[slots], kind="stable")]
