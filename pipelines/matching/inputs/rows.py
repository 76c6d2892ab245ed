"""Rows as a run is given them: each at a place that lasts, its columns read only when asked for.

Belongs here: what is known of every row without looking at it. Does not: where rows come from (`sources`), or what became of
them (`incremental`).
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
class Beside:
    """What rows depend on beside themselves: what is told at the place each of them points to.

    Attributes:
        pointers: int32 per row, -1 for nowhere.
        told: a hash per place that may be pointed to.
    """

    pointers: Codes
    told: Hashes


@dataclass(frozen=True)
class Rows:
    """The rows of this run, each at a place that lasts (`places`), of which only those asked for are looked at.

    Attributes:
        ids: id of every row; -1 at an empty place.
        names: lasting name of every row, see `hashing.mention_names`; at an empty place that of the row that was there.
        sources: hash of all a row's compared columns are made from: the same hash means the same columns. 0 at an empty place.
        view: the compared columns of the rows at some places; for None of all rows, in order of their ids.
        beside: what the sources do not tell of.
    """

    ids: Ints
    names: Ints
    sources: Hashes
    view: Callable[[Ints | None], pa.Table | CodedTable]
    beside: tuple[Beside, ...] = ()

    @cached_property
    def in_order(self) -> Ints:
        """Places of the rows in order of their names."""
        return in_order(self.ids >= 0, self.names)

    def and_gone(self, names: Ints) -> Rows:
        """These rows and, behind them, empty places of others that are gone."""
        more = len(names)
        return replace(
            self,
            ids=np.append(self.ids, np.full(more, -1)),
            names=np.append(self.names, names),
            sources=np.append(self.sources, np.zeros(more, dtype=np.uint64)),
            beside=tuple(
                replace(b, pointers=np.append(b.pointers, np.full(more, -1, dtype=np.int32))) for b in self.beside
            ),
        )

    def at(self, ids: Ints) -> Ints:
        """Places of the rows of some few ids, ascending; ids that are not here are left out."""
        return np.flatnonzero(np.isin(self.ids, ids)) if len(ids) else np.zeros(0, dtype=np.int64)


def in_order(here: Mask, names: Ints) -> Ints:
    """Places that are not empty, in order of names."""
    places = np.flatnonzero(here)
    return places[np.argsort(names[places], kind="stable")]
