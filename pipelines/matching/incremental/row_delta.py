"""How the rows of a run differ from those of the last one: which are new, changed or gone, and which records they make.

Belongs here: comparing rows with former rows, grouping them. Does not: rows themselves (`rows`), pairs or clusters
(`incremental`).
"""

from __future__ import annotations

from dataclasses import dataclass
from typing import Any

import numpy as np
import numpy.typing as npt

from pipelines.matching.engine.encode import Codes, Encoded, group_rows
from pipelines.matching.engine.hashing import STRIDE, Hashes, row_hashes
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.incremental.records import grouping_hashes
from pipelines.matching.inputs.coded import encoded
from pipelines.matching.inputs.rows import Rows
from pipelines.matching.store.state import State

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class RowDelta:
    """Rows and records of this run against those of the last one.

    Attributes:
        record_of_row: record of every row, -1 at an empty slot.
        alive: which record slots hold a record; new records come from `base` on.
        gone: record slots that this run empties.
        regrouped: former records that lose or gain rows and stay.
        first: first row of every new record.
        content_hash: of every new record.
        like: per new record the former record of its first row, where that row has not changed; else -1.
        read: slots of the rows that were read, ascending, and their columns.
        changed: see `Advance`.
        withdrawn: see `Advance`.
    """

    record_of_row: Codes
    alive: Mask
    gone: Ints
    regrouped: Ints | Codes
    first: Ints
    content_hash: Hashes
    like: Codes
    read: tuple[Ints, Encoded | None]
    changed: int
    withdrawn: int

    @property
    def base(self) -> int:
        """Slot of the first new record."""
        return len(self.alive) - len(self.first)

    def copied(self, column: npt.NDArray[Any], of_others: npt.NDArray[Any] | None = None) -> npt.NDArray[Any]:
        """A column of the new records: copied from the record each is `like`, and `of_others` for all others."""
        out = np.zeros(len(self.first), dtype=column.dtype)
        out[self.like >= 0] = column[self.like[self.like >= 0]]
        if of_others is not None:
            out[self.like < 0] = of_others
        return out


def regroup(spec: MatchSpec, former: State, rows: Rows, judged: Ints, threads: int) -> RowDelta:
    """Find the rows that changed, and the records they make.

    Args:
        spec: what is compared.
        former: state of the last run; it precedes the rows, see `State.precedes`.
        rows: of this run.
        judged: slots of rows that a person has judged, ascending.
        threads: threads to use.
    """
    suspects = _possibly_changed(former, rows, judged)
    here = suspects[rows.ids[suspects] >= 0]
    columns, content = None, np.zeros(0, dtype=np.uint64)
    if len(here):
        columns = read_rows(spec, rows, here, threads)
        content = row_hashes(columns, spec.columns)
    record = np.full(len(rows.keys), -1, dtype=np.int32)
    record[: len(former.record_of_row)] = former.record_of_row

    def unchanged(hashes: Hashes) -> Mask:
        before = record[here]
        same = before >= 0
        same[same] = former.content_hash[before[same]] == hashes[same]
        return same

    keys = rows.keys[here]
    now, then = (grouping_hashes(spec, content, keys, np.isin(here, slots)) for slots in (judged, former.judged_rows))
    stays = unchanged(now)
    changed = len(here) - int(unchanged(then).sum())
    leaving = np.setdiff1d(suspects, here[stays], assume_unique=True)
    leaving = leaving[record[leaving] >= 0]
    withdrawn = int((rows.ids[leaving] < 0).sum())
    moves = _Moves(leaving, here[~stays], now[~stays])
    return _records(former, rows.keys, record, moves, read=(here, columns), changed=changed, withdrawn=withdrawn)


def read_rows(spec: MatchSpec, rows: Rows, slots: Ints, threads: int) -> Encoded:
    """The compared columns of the rows at some slots. They are read in the order in which they lie on disk."""
    order = np.argsort(rows.ids[slots])
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return encoded(rows.view(slots[order]), spec.columns, threads).take(back)


def _possibly_changed(former: State, rows: Rows, judged: Ints) -> Ints:
    """Slots of rows that may differ from what they were, ascending."""
    out = np.ones(len(rows.keys), dtype=bool)
    size = len(former.source_hash)
    np.not_equal(rows.source_hash[:size], former.source_hash, out=out[:size])
    for dependency, before in zip(rows.dependencies, former.dependencies, strict=True):
        known = min(len(before), len(dependency.content_hash))
        moved = np.append(np.ones(len(dependency.content_hash), dtype=bool), False)  # the last for pointers to nothing
        np.not_equal(dependency.content_hash[:known], before[:known], out=moved[:known])
        if moved.any():
            out |= moved[dependency.pointers]
    out[judged] = True
    out[former.judged_rows] = True
    return np.flatnonzero(out)


@dataclass(frozen=True)
class _Moves:
    """Rows that leave their records; rows that come to records, each with the hash that rows of one record share."""

    leaving: Ints
    coming: Ints
    coming_hash: Hashes


def _records(
    former: State,
    keys: Ints,
    record: Codes,
    moves: _Moves,
    *,
    read: tuple[Ints, Encoded | None],
    changed: int,
    withdrawn: int,
) -> RowDelta:
    """Group rows into records, looking only at records that lose or gain a row.

    A record is a former one where its first row and its content are the same. New records come in order of their first rows.

    Args:
        former: the last run.
        keys: of the rows.
        record: former record of every row; this array is overwritten.
        moves: rows that leave or come.
        read: see `RowDelta`, like the other arguments.
        changed: see `RowDelta`.
        withdrawn: see `RowDelta`.
    """
    alive = former.alive
    affected = np.append(_contains(np.asarray(former.content_hash), moves.coming_hash) & alive, False)
    affected[record[moves.leaving]] = True
    record[moves.leaving] = -1
    staying = np.flatnonzero(affected[record])
    members = np.concatenate([staying, moves.coming])
    hashes = np.concatenate([former.content_hash[record[staying]], moves.coming_hash])
    by_key = np.argsort(keys[members])
    members, hashes = members[by_key], hashes[by_key]
    group, begin = group_rows([hashes])
    first = members[begin]
    former_record = record[first]
    lives = former_record >= 0
    lives[lives] = former.record_key[former_record[lives]] == keys[first[lives]]
    base, new = len(alive), np.flatnonzero(~lives)
    slot = former_record.copy()
    slot[new] = np.arange(base, base + len(new), dtype=np.int32)
    record[members] = slot[group]
    affected[former_record[lives]] = False
    gone = np.flatnonzero(affected[:-1])
    alive = np.append(alive, np.ones(len(new), dtype=bool))
    alive[gone] = False
    return RowDelta(
        record,
        alive,
        gone,
        regrouped=former_record[lives],
        first=first[new],
        content_hash=hashes[begin[new]],
        like=former_record[new],
        read=read,
        changed=changed,
        withdrawn=withdrawn,
    )


def _contains(hashes: Hashes, few: Hashes) -> Mask:
    """Which hashes are among a few, in stretches that stay in a processor's cache."""
    sieve = np.zeros(1 << 20, dtype=bool)
    mask = np.int64(len(sieve) - 1)
    sieve[few.view(np.int64) & mask] = True
    out = np.empty(len(hashes), dtype=bool)
    for start in range(0, len(hashes), STRIDE):
        part = hashes[start : start + STRIDE].view(np.int64)
        np.take(sieve, part & mask, mode="clip", out=out[start : start + STRIDE])
    maybe = np.flatnonzero(out)
    out[maybe] = np.isin(hashes[maybe], few)
    return out
