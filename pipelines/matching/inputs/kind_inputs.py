"""What matching reads of the mentions of one kind, and what of other kinds they depend on.

Belongs here: the interface a kind's module may implement, and the plain case. Does not: any kind (`pipelines.kinds`), or
where what is read lies (`mention_index`, `sources`).
"""

from __future__ import annotations

from collections.abc import Mapping
from dataclasses import dataclass, field
from typing import Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.engine.hashing import Hashes
from pipelines.matching.inputs.coded import CodedTable
from pipelines.matching.inputs.mention_columns import MentionColumns

Codes = npt.NDArray[np.int32]
Ints = npt.NDArray[np.int64]


class Slots(Protocol):
    """Where the mentions of a kind lie in its index."""

    def of(self, ids: Codes) -> Codes:
        """Slots of some mentions; -1 for none (-1)."""

    def key_of(self, slots: Codes) -> Hashes:
        """Stable keys at some slots; 0 for none (-1)."""

    @property
    def by_mention(self) -> Ints:
        """Stable key of every mention, in order of `mention_id`."""


@dataclass(frozen=True)
class Dependencies:
    """What the mentions of a kind depend on beside their own rows, a value a mention, in order of `mention_id`.

    Attributes:
        pointers: kind → slot in its index of the mention each one points to, -1 for none.
        flags: name → a mark that `view` needs of every mention.
        hashes: further hashes of all they are made from.
        tables: name → a further table that `view` reads, kept beside the match columns.
    """

    pointers: Mapping[str, Codes] = field(default_factory=dict)
    flags: Mapping[str, npt.NDArray[np.bool_]] = field(default_factory=dict)
    hashes: tuple[Hashes, ...] = ()
    tables: Mapping[str, pa.Table] = field(default_factory=dict)


class Sight(Protocol):
    """Some mentions of a kind as its `view` sees them."""

    @property
    def threads(self) -> int:
        """Threads to use."""

    def columns(self) -> pa.Table:
        """The stored match columns of the mentions asked for, and their `mention_id`."""

    def table(self, name: str) -> pa.Table:
        """A further table, see `Dependencies.tables`; of mentions not asked for its rows are left out by `of_mentions`."""

    def asked_ids(self) -> Ints | None:
        """`mention_id` of the mentions asked for; None for all."""

    def flag(self, name: str) -> npt.NDArray[np.bool_]:
        """A flag of the mentions asked for, in the order of `columns`."""

    def pointed(self, kind: str) -> pa.Table:
        """`mention_id` and `cluster_id` of the mentions of a kind matched before that those asked for point to."""

    def columns_of(self, kind: str) -> pa.Table:
        """The stored match columns of all mentions of another kind, in order of `mention_id`."""


class KindInputs(Protocol):
    """What a kind's module may say."""

    @property
    def columns(self) -> tuple[str, ...]:
        """Columns of the mention table that the compared columns are made from."""

    @property
    def points_to(self) -> tuple[str, ...]:
        """Kinds whose clusters the compared columns are made from."""

    @property
    def reads(self) -> tuple[str, ...]:
        """Further kinds whose mentions `depend` looks at."""

    @property
    def flags(self) -> tuple[str, ...]:
        """Marks of mentions, see `Dependencies.flags`."""

    def depend(
        self, kind: str, mentions: Mapping[str, MentionColumns], slots: Mapping[str, Slots], threads: int
    ) -> Dependencies:
        """What the mentions of `kind` depend on; `mentions` are those of all kinds, of which it reads the columns it needs."""

    def view(self, sight: Sight) -> pa.Table | CodedTable:
        """The columns the specification compares, of the mentions asked for."""


@dataclass(frozen=True)
class PlainInputs:
    """A kind whose specification compares columns of its mention table as they are."""

    columns: tuple[str, ...]
    points_to: tuple[str, ...] = ()
    flags: tuple[str, ...] = ()
    reads: tuple[str, ...] = ()

    def depend(
        self, kind: str, mentions: Mapping[str, MentionColumns], slots: Mapping[str, Slots], threads: int
    ) -> Dependencies:
        """Nothing beside its own row."""
        return Dependencies()

    def view(self, sight: Sight) -> pa.Table | CodedTable:
        """The stored columns."""
        return sight.columns()
