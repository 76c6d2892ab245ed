"""What became of the rows since the last run: which are new, changed or gone, and which records they make now.

Belongs here: comparing rows with the former ones, grouping them. Does not: rows as they are given (`rows`), pairs or clusters
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
from pipelines.matching.inputs.coded import encoded
from pipelines.matching.inputs.rows import Rows
from pipelines.matching.store.state import State, salted

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Now:
    """Rows and records of this run against those of the former one.

    Attributes:
        of_row: record of every row, -1 at an empty place.
        alive: which places hold a record; fresh ones come from `base` on.
        gone: places emptied by this run.
        regrouped: records that were here before and lost or won rows.
        first: first row of every fresh record.
        grouped: per fresh record what makes rows it.
        like: per fresh record the former one its first row was of, if that row says what it said; else -1.
        looked: rows that were looked at, ascending, and their columns.
        changed: see `Advance`.
        withdrawn: see `Advance`.
    """

    of_row: Codes
    alive: Mask
    gone: Ints
    regrouped: Ints | Codes
    first: Ints
    grouped: Hashes
    like: Codes
    looked: tuple[Ints, Encoded | None]
    changed: int
    withdrawn: int

    @property
    def base(self) -> int:
        """Place of the first fresh record."""
        return len(self.alive) - len(self.first)

    def of_former(self, column: npt.NDArray[Any], of_new: npt.NDArray[Any] | None = None) -> npt.NDArray[Any]:
        """A column of the fresh records: what former ones had that said the same, and `of_new` of all others."""
        out = np.zeros(len(self.first), dtype=column.dtype)
        out[self.like >= 0] = column[self.like[self.like >= 0]]
        if of_new is not None:
            out[self.like < 0] = of_new
        return out


def regroup(spec: MatchSpec, former: State, rows: Rows, judged: Ints, threads: int) -> Now:
    """Find out which rows changed, and which records they make now.

    Args:
        spec: what is compared.
        former: the former run, see `State.precedes`.
        rows: of this run.
        judged: places of rows a person has judged, ascending.
        threads: threads to use.
    """
    asked = _worth_a_look(former, rows, judged)
    here = asked[rows.ids[asked] >= 0]
    told, contents = None, np.zeros(0, dtype=np.uint64)
    if len(here):
        told = looked_at(spec, rows, here, threads)
        contents = row_hashes(told, spec.columns)
    record = np.full(len(rows.names), -1, dtype=np.int32)
    record[: len(former.of_row)] = former.of_row

    def as_before(by_record: Hashes) -> Mask:
        said = record[here]
        same = said >= 0
        same[same] = former.contents[said[same]] == by_record[same]
        return same

    names = rows.names[here]
    by_record, before = (salted(spec, contents, names, np.isin(here, known)) for known in (judged, former.judged))
    stays = as_before(by_record)
    changed = len(here) - int(as_before(before).sum())
    leaving = np.setdiff1d(asked, here[stays], assume_unique=True)
    leaving = leaving[record[leaving] >= 0]
    withdrawn = int((rows.ids[leaving] < 0).sum())
    moved = _Moved(leaving, here[~stays], by_record[~stays])
    return _records(former, rows.names, record, moved, looked=(here, told), changed=changed, withdrawn=withdrawn)


def looked_at(spec: MatchSpec, rows: Rows, places: Ints, threads: int) -> Encoded:
    """The compared columns of the rows at some places, which are read in the order they lie in on disk."""
    order = np.argsort(rows.ids[places])
    back = np.empty_like(order)
    back[order] = np.arange(len(order))
    return encoded(rows.view(places[order]), spec.columns, threads).take(back)


def _worth_a_look(former: State, rows: Rows, judged: Ints) -> Ints:
    """Places where something may be other than it was, ascending."""
    asked = np.ones(len(rows.names), dtype=bool)
    np.not_equal(rows.sources[: len(former.row_sources)], former.row_sources, out=asked[: len(former.row_sources)])
    for beside, before in zip(rows.beside, former.beside, strict=True):
        known = min(len(before), len(beside.told))
        moved = np.append(np.ones(len(beside.told), dtype=bool), False)  # the last for who points nowhere
        np.not_equal(beside.told[:known], before[:known], out=moved[:known])
        if moved.any():
            asked |= moved[beside.pointers]
    asked[judged] = True
    asked[former.judged] = True
    return np.flatnonzero(asked)


@dataclass(frozen=True)
class _Moved:
    """Rows that leave their records, and rows that come to some, with what makes rows a record of each."""

    leaving: Ints
    coming: Ints
    by_record: Hashes


def _records(
    former: State,
    names: Ints,
    record: Codes,
    moved: _Moved,
    *,
    looked: tuple[Ints, Encoded | None],
    changed: int,
    withdrawn: int,
) -> Now:
    """Rows as records, looking only at records that lose or win a row.

    A record is the former one where its first row and its content are. Fresh ones come in order of their first rows.

    Args:
        former: the former run.
        names: of the rows.
        record: former record of every row; this array is used up.
        moved: which rows are no longer of these.
        looked: see `Now`, as all that follows.
        changed: see `Now`.
        withdrawn: see `Now`.
    """
    alive = former.alive
    touched = np.append(_holding(np.asarray(former.contents), moved.by_record) & alive, False)
    touched[record[moved.leaving]] = True
    record[moved.leaving] = -1
    staying = np.flatnonzero(touched[record])
    again = np.concatenate([staying, moved.coming])
    by_record = np.concatenate([former.contents[record[staying]], moved.by_record])
    by_name = np.argsort(names[again])
    again, by_record = again[by_name], by_record[by_name]
    group, begin = group_rows([by_record])
    lead = again[begin]
    led = record[lead]
    lives = led >= 0
    lives[lives] = former.lead[led[lives]] == names[lead[lives]]
    base, fresh = len(alive), np.flatnonzero(~lives)
    place = led.copy()
    place[fresh] = np.arange(base, base + len(fresh), dtype=np.int32)
    record[again] = place[group]
    touched[led[lives]] = False
    gone = np.flatnonzero(touched[:-1])
    alive = np.append(alive, np.ones(len(fresh), dtype=bool))
    alive[gone] = False
    return Now(
        record,
        alive,
        gone,
        regrouped=led[lives],
        first=lead[fresh],
        grouped=by_record[begin[fresh]],
        like=led[fresh],
        looked=looked,
        changed=changed,
        withdrawn=withdrawn,
    )


def _holding(contents: Hashes, some: Hashes) -> Mask:
    """Which contents are among some few, looked at a stretch at a time that stays in a processor's cache."""
    sieve = np.zeros(1 << 20, dtype=bool)
    mask = np.int64(len(sieve) - 1)
    sieve[some.view(np.int64) & mask] = True
    out = np.empty(len(contents), dtype=bool)
    for start in range(0, len(contents), STRIDE):
        part = contents[start : start + STRIDE].view(np.int64)
        np.take(sieve, part & mask, mode="clip", out=out[start : start + STRIDE])
    maybe = np.flatnonzero(out)
    out[maybe] = np.isin(contents[maybe], some)
    return out
