"""Candidate pairs: integer joins in DuckDB, one per blocking rule, no pair twice.

Belongs here: turning a spec's blocks into integer keys, capping hot keys, the joins. Does not: comparing the pairs.
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass
from importlib.resources import files

import duckdb
import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.encode import Codes, Encoded, group_rows
from pipelines.matching.spec import AnyOf, Block, Key, MatchSpec, Part

_SQL = files("pipelines.matching").joinpath("sql/candidate_pairs.sql").read_text(encoding="utf-8")


@dataclass(frozen=True)
class BlockReport:
    """What one rule did: pairs it alone added, and the hot keys it left to the others.

    Attributes:
        rule: name of the block.
        pairs: pairs no earlier rule had found.
        keys: distinct key values held by at least two records.
        capped_keys: key values over the cap; `capped_records` hold them and `capped_pairs` they would have made.
    """

    rule: str
    pairs: int
    keys: int
    capped_keys: int
    capped_records: int
    capped_pairs: int


def _leaf(encoded: Encoded, part: str | Key) -> tuple[Codes, pa.Array]:
    """Codes of one key column, and the values they stand for (needed where alternatives share a dictionary)."""
    if isinstance(part, str):
        return encoded.codes[part], encoded.dictionaries[part].values
    values = encoded.dictionaries[part.column].values
    keys = part.function(values).dictionary_encode()
    place = np.append(np.asarray(pc.fill_null(keys.indices, -1)).astype(np.int32), np.int32(-1))
    return place[encoded.codes[part.column]], keys.dictionary


def _alternatives(encoded: Encoded, part: Part) -> list[Codes]:
    """The key columns of a part: one, or one per alternative with codes that mean the same in all of them."""
    if not isinstance(part, AnyOf):
        return [_leaf(encoded, part)[0]]
    leaves = [_leaf(encoded, p) for p in part.parts]
    whole = pa.concat_arrays([values.cast(pa.large_string()) for _, values in leaves]).dictionary_encode().indices
    place = np.asarray(whole).astype(np.int32)
    out, start = [], 0
    for codes, values in leaves:
        own = np.append(place[start : start + len(values)], np.int32(-1))
        start += len(values)
        out.append(own[codes])
    return out


def block_keys(encoded: Encoded, block: Block) -> list[Codes]:
    """Integer keys of a block: records with an equal non-negative key in any of the columns are candidates.

    One column, or one per combination of alternatives; codes mean the same in all of them.
    """
    combos: list[list[Codes]] = [[]]
    for part in block.parts:
        combos = [combo + [codes] for combo in combos for codes in _alternatives(encoded, part)]
    n = encoded.size
    stacked = [np.concatenate([combo[i] for combo in combos]) for i in range(len(block.parts))]
    null = np.any([column < 0 for column in stacked], axis=0)
    keys = stacked[0] if len(stacked) == 1 else group_rows(stacked)[0]
    keys = np.where(null, np.int32(-1), keys).astype(np.int32)
    return [keys[i * n : (i + 1) * n] for i in range(len(combos))]


def _cap(keys: list[Codes], cap: int) -> tuple[list[Codes], tuple[int, int, int, int]]:
    """Null the keys held by more than `cap` records; return keys and counts for the report."""
    whole = np.concatenate(keys)
    sizes = np.bincount(whole[whole >= 0]) if (whole >= 0).any() else np.zeros(0, dtype=np.int64)
    hot = sizes > cap
    figures = (
        int((sizes > 1).sum()),
        int(hot.sum()),
        int(sizes[hot].sum()),
        int((sizes[hot] * (sizes[hot] - 1) // 2).sum()),
    )
    if not hot.any():
        return keys, figures
    cold = np.append(~hot, False)
    return [np.where(cold[k], k, np.int32(-1)).astype(np.int32) for k in keys], figures


class Blocking:
    """The candidate pairs of one table of distinct records.

    Args:
        spec: whose blocks to use.
        encoded: distinct records.
        threads: DuckDB threads.
        side: 0 or 1 per record where only pairs across sides count (two-table mode).
        settings: further DuckDB settings, e.g. `memory_limit` and `temp_directory`.
    """

    def __init__(
        self,
        spec: MatchSpec,
        encoded: Encoded,
        threads: int | None = None,
        side: npt.NDArray[np.int8] | None = None,
        settings: dict[str, str] | None = None,
    ) -> None:
        self.spec = spec
        self.side = side
        self.reports: list[BlockReport] = []
        self._figures: list[tuple[int, int, int, int]] = []
        self.keys: list[list[Codes]] = []
        for block in spec.blocks:
            keys, figures = _cap(block_keys(encoded, block), block.cap)
            self.keys.append(keys)
            self._figures.append(figures)
        self._threads, self._settings = threads, settings or {}

    def pairs(self) -> Iterator[tuple[Codes, Codes]]:
        """Yield per rule the pairs (left < right) no earlier rule has found. Their order is not defined."""
        con = duckdb.connect()
        try:
            con.execute("set preserve_insertion_order = false")
            if self._threads:
                con.execute(f"set threads = {int(self._threads)}")
            for name, value in sorted(self._settings.items()):
                con.execute(f"set {name} = '{value}'")
            for i, block in enumerate(self.spec.blocks):
                left, right = self._join(con, i)
                new = ~self._found_before(i, left, right)
                self.reports.append(BlockReport(block.name, int(new.sum()), *self._figures[i]))
                yield left[new], right[new]
        finally:
            con.close()

    def _join(self, con: duckdb.DuckDBPyConnection, i: int) -> tuple[Codes, Codes]:
        """Pairs of records with an equal key of rule `i`."""
        alternatives = self.keys[i]
        record = np.concatenate([np.flatnonzero(keys >= 0).astype(np.int32) for keys in alternatives])
        key = np.concatenate([keys[keys >= 0] for keys in alternatives])
        shared = np.bincount(key)[key] > 1 if len(key) else np.zeros(0, dtype=bool)
        record, key = record[shared], key[shared]
        keys = pa.table({"record": record, "key": key})
        if self.side is None:
            con.register("key_left", keys)
            con.register("key_right", keys)
            further = "key_left.record < key_right.record"
        else:
            con.register("key_left", keys.filter(pa.array(self.side[record] == 0)))
            con.register("key_right", keys.filter(pa.array(self.side[record] == 1)))
            further = "true"
        found = con.sql(
            _SQL.format(distinct="distinct" if len(alternatives) > 1 else "", further=further)
        ).to_arrow_table()
        return _numbers(found, "l"), _numbers(found, "r")

    def _found_before(self, i: int, left: Codes, right: Codes) -> npt.NDArray[np.bool_]:
        """Whether a rule before `i` finds each pair."""
        seen = np.zeros(len(left), dtype=bool)
        for alternatives in self.keys[:i]:
            seen |= _agree(alternatives, left, right)
        return seen

    def found_by(self, left: Codes, right: Codes) -> npt.NDArray[np.int64]:
        """A bit per rule that finds each pair: bit i for block i."""
        bits = np.zeros(len(left), dtype=np.int64)
        for i, alternatives in enumerate(self.keys):
            bits |= _agree(alternatives, left, right).astype(np.int64) << i
        return bits


def _agree(alternatives: list[Codes], left: Codes, right: Codes) -> npt.NDArray[np.bool_]:
    """Whether the two records of each pair share a key."""
    lefts, rights = [keys[left] for keys in alternatives], [keys[right] for keys in alternatives]
    hit = np.zeros(len(left), dtype=bool)
    for a in lefts:
        for b in rights:
            hit |= (a >= 0) & (a == b)
    return hit


def _numbers(table: pa.Table, column: str) -> Codes:
    chunks = [np.asarray(c) for c in table.column(column).chunks]
    return np.concatenate(chunks) if chunks else np.zeros(0, dtype=np.int32)
