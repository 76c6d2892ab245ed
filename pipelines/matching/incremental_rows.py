"""What became of the rows since the last run: which are new, changed or gone, and which records they make now.

Belongs here: rows as they are given, comparing them with the former ones, grouping them. Does not: pairs or clusters
(`incremental`).
"""

from __future__ import annotations

from collections.abc import Callable
from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.coded import CodedTable, encoded
from pipelines.matching.encode import Codes, Encoded, group_rows
from pipelines.matching.hashing import Hashes, row_hashes
from pipelines.matching.incremental_state import State, salted
from pipelines.matching.spec import MatchSpec

Ints = npt.NDArray[np.int64]
Mask = npt.NDArray[np.bool_]


@dataclass(frozen=True)
class Rows:
    """The rows of this run in order of their lasting names, of which only those asked for are looked at.

    Attributes:
        ids: id of every row.
        names: lasting name of every row, see `hashing.mention_names`: ascending, none twice.
        sources: hash of all a row's compared columns are made from: the same hash means the same columns.
        view: the compared columns of the rows at some places; for None of all rows, as they lie.
    """

    ids: Ints
    names: Ints
    sources: Hashes
    view: Callable[[Ints | None], pa.Table | CodedTable]


@dataclass(frozen=True)
class Now:
    """Rows and records of this run against those of the former one.

    Attributes:
        names: of all rows.
        contents: hash of the compared columns of every row.
        of_row: record of every row.
        alive: which places hold a record; fresh ones come from `base` on.
        gone: places emptied by this run.
        first: first row of every fresh record.
        grouped: per fresh record what makes rows it.
        like: per fresh record the former one its first row was of, if that row says what it said; else -1.
        looked: rows that were looked at, ascending, and their columns.
        changed: see `Advance`.
        withdrawn: see `Advance`.
    """

    names: Ints
    contents: Hashes
    of_row: Codes
    alive: Mask
    gone: Ints
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


def find(names: Ints, among: Ints) -> Ints:
    """Place of every name among ascending ones, -1 where it is not there."""
    if not len(among):
        return np.full(len(names), -1, dtype=np.int64)
    spot = np.minimum(np.searchsorted(among, names), len(among) - 1)
    return np.where(among[spot] == names, spot, -1)


def _places(names: Ints, former: Ints) -> Ints:
    """`find` where both ascend and hold no name twice: merging two runs takes less than looking each one up."""
    together = np.concatenate([former, names])
    order = np.argsort(together, kind="stable")
    ordered = together[order]
    twin = np.flatnonzero(ordered[1:] == ordered[:-1])
    spot = np.full(len(names), -1, dtype=np.int64)
    spot[order[twin + 1] - len(former)] = order[twin]
    return spot


def regroup(spec: MatchSpec, former: State, rows: Rows, judged: Ints, threads: int) -> Now:
    """Find out which rows changed, and which records they make now."""
    spot = _places(rows.names, np.asarray(former.row_names))
    contents = np.append(former.row_contents, np.uint64(0))[spot]
    same = np.append(former.row_sources, np.uint64(0))[spot] == rows.sources
    same &= spot >= 0
    looked = np.flatnonzero(~same)
    told, changed = None, 0
    if len(looked):
        told = encoded(rows.view(looked), spec.columns, threads)
        found = row_hashes(told, spec.columns)
        same[looked] = (contents[looked] == found) & (spot[looked] >= 0)
        changed = len(looked) - int(same[looked].sum())
        contents[looked] = found
    by_record = salted(spec, contents, rows.names, among(rows.ids, judged))
    withdrawn = len(former.row_names) - int((spot >= 0).sum())
    of_row, alive, gone, first, like = _records(former, rows.names, by_record, spot)
    return Now(
        rows.names,
        contents,
        of_row,
        alive,
        gone,
        first,
        by_record[first],
        like=np.where(same[first], like, np.int32(-1)),
        looked=(looked, told),
        changed=changed,
        withdrawn=withdrawn,
    )


def among(ids: Ints, some: Ints) -> Mask:
    """Which ids are among some few."""
    return np.isin(ids, some) if len(some) else np.zeros(len(ids), dtype=bool)


def _records(former: State, names: Ints, by_record: Hashes, spot: Ints) -> tuple[Codes, Mask, Ints, Ints, Codes]:
    """Rows as records, looking only at records that lose or win a row.

    A record is the former one where its first row and its content are. Fresh ones come in order of their first rows.

    Args:
        former: the former run.
        names: of the rows.
        by_record: per row what makes rows one record.
        spot: former place of every row, -1 for none.

    Returns:
        `of_row`, `alive`, `gone`, `first` of `Now`; and the former record of each first row, -1 for none.
    """
    record = np.append(former.of_row, np.int32(-1))[spot]
    stays = np.append(former.contents, np.uint64(0))[record] == by_record
    stays &= record >= 0
    left_by = np.ones(len(former.of_row), dtype=bool)
    left_by[spot[stays]] = False
    moving = np.flatnonzero(~stays)
    alive = former.alive
    touched = np.append(_holding(former.contents, by_record[moving]) & alive, False)
    touched[former.of_row[left_by]] = True
    again = np.flatnonzero(touched[record] | ~stays)
    group, begin = group_rows([by_record[again]])
    lead = again[begin]
    led = record[lead]
    lives = stays[lead]
    lives[lives] = former.lead[led[lives]] == names[lead[lives]]
    base, fresh = len(alive), np.flatnonzero(~lives)
    place = led.copy()
    place[fresh] = np.arange(base, base + len(fresh), dtype=np.int32)
    of_row = record
    of_row[again] = place[group]
    ended = touched[:-1]
    ended[led[lives]] = False
    gone = np.flatnonzero(ended)
    alive = np.append(alive, np.ones(len(fresh), dtype=bool))
    alive[gone] = False
    return of_row, alive, gone, lead[fresh], led[fresh]


def _holding(contents: Hashes, some: Hashes) -> Mask:
    """Which contents are among some few."""
    sieve = np.zeros(1 << 22, dtype=bool)
    mask = np.uint64(len(sieve) - 1)
    sieve[some & mask] = True
    out = sieve[contents & mask]
    maybe = np.flatnonzero(out)
    out[maybe] = np.isin(contents[maybe], some)
    return out
