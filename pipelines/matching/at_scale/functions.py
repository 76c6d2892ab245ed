"""What runs where the rows are: a table in, a table out. Every answer is the engine's own code; here it is only asked.

Belongs here: functions of single records and of pairs. Does not: which rows they are given (`sql/`), or clusters (`components`).

A hash is 64 bits without a sign; tables hold signed ones, of which the order is the same.
"""

from __future__ import annotations

import functools
from dataclasses import dataclass
from pathlib import Path

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.matching.engine.blocking import Blocking, key_hashes
from pipelines.matching.engine.compare import Comparer
from pipelines.matching.engine.encode import Encoded, encode
from pipelines.matching.engine.hashing import Hashes, mix, row_hashes, value_hashes
from pipelines.matching.engine.population import Population
from pipelines.matching.engine.spec import MatchSpec
from pipelines.matching.engine.term_frequency import Holdings, bins_of, frequency_columns

Ints = npt.NDArray[np.int64]

SIGN = np.uint64(1 << 63)
SECOND = 0x5851F42D4C957F2D
"""Seed of the second hash of a row: both tell more than a billion rows apart."""


def signed(hashes: Hashes) -> Ints:
    """Hashes as integers with a sign, in the same order."""
    return (hashes ^ SIGN).view(np.int64)


def unsigned(numbers: Ints) -> Hashes:
    """The hashes that `signed` has given."""
    return numbers.view(np.uint64) ^ SIGN


def signed_or_null(hashes: Hashes) -> pa.Array:
    """The same; null for the hash 0, which is that of null."""
    return pa.array(signed(hashes), mask=hashes == 0)


@dataclass(frozen=True)
class RowContent:
    """Hashes of all that is compared of a row, and `alone`: its position where it must be a record of its own, else -1.

    Attributes:
        spec: what is compared.
        judged: ids of rows a person has judged, in order.
    """

    spec: MatchSpec
    judged: Ints

    schema = pa.schema(
        [(c, pa.int64()) for c in ("mention_id", "position", "content_hash", "content_hash_2", "alone")]
    )  # fmt: skip

    def __call__(self, rows: pa.Table) -> pa.Table:
        """See `Function`."""
        ids, position = (rows.column(c).to_numpy() for c in ("mention_id", "position"))
        encoded = encode(rows, self.spec.columns)
        second = mix([value_hashes(rows.column(c), SECOND) for c in self.spec.columns])
        separate = np.ones(len(ids), dtype=bool) if self.spec.one_to_one else np.isin(ids, self.judged)
        return pa.table(
            {
                "mention_id": ids,
                "position": position,
                "content_hash": signed(row_hashes(encoded, self.spec.columns)),
                "content_hash_2": signed(second),
                "alone": np.where(separate, position, -1),
            }
        )


@dataclass(frozen=True)
class BlockKeys:
    """A line per record, rule and alternative that has a key.

    `value` is the key of the first rule where the specification has a `distinct` column, `chance` a random number of the record.

    Attributes:
        spec: its rules.
        wide: whether keys have 64 bits; else the 31 of the engine in memory, so that both look at the same pairs.
    """

    spec: MatchSpec
    wide: bool

    schema = pa.schema(
        [("rule", pa.int32()), ("alternative", pa.int32())]
        + [(c, pa.int64()) for c in ("key", "record", "value", "chance")]
    )

    def __call__(self, rows: pa.Table) -> pa.Table:
        """See `Function`."""
        record = rows.column("record").to_numpy()
        keys = self._keys(encode(rows, self.spec.columns))
        value = keys[0][0] if self.spec.distinct else pa.nulls(len(record), pa.int64())
        chance = pa.array(signed(mix([record])))
        parts = [self.schema.empty_table()]
        for rule, alternatives in enumerate(keys):
            for number, key in enumerate(alternatives):
                part = pa.table(
                    [
                        pa.repeat(pa.scalar(rule, pa.int32()), len(key)),
                        pa.repeat(pa.scalar(number, pa.int32()), len(key)),
                        *(key, rows.column("record"), value, chance),
                    ],
                    schema=self.schema,
                )
                parts.append(part.filter(key.is_valid()))
        return pa.concat_tables(parts)

    def _keys(self, encoded: Encoded) -> list[list[pa.Array]]:
        """Per rule and alternative the key of every record, null for none."""
        if self.wide:
            return [[signed_or_null(key) for key in some] for some in key_hashes(self.spec, encoded)]
        narrow = Blocking(self.spec, encoded).keys
        return [[pa.array(key.astype(np.int64), mask=key < 0) for key in some] for some in narrow]


@dataclass(frozen=True)
class ColumnValues:
    """A line per record and value whose frequency counts: by the number of its column, with the identity of the record."""

    spec: MatchSpec

    schema = pa.schema([("place", pa.int32()), *((c, pa.int64()) for c in ("value", "identity", "copies"))])

    def __call__(self, rows: pa.Table) -> pa.Table:
        """See `Function`."""
        copies = rows.column("copies")
        distinct = self.spec.distinct
        identity = (
            signed_or_null(value_hashes(rows.column(distinct[0]))) if distinct else pa.nulls(len(rows), pa.int64())
        )
        parts = [self.schema.empty_table()]
        for place, column in enumerate(frequency_columns(self.spec)):
            value = signed_or_null(value_hashes(rows.column(column)))
            number = pa.repeat(pa.scalar(place, pa.int32()), len(value))
            parts.append(pa.table([number, value, identity, copies], schema=self.schema).filter(value.is_valid()))
        return pa.concat_tables(parts)


@dataclass(frozen=True)
class FrequencyBins:
    """The frequency bin of values. `holdings`: figures of every column."""

    holdings: tuple[Holdings, ...]

    schema = pa.schema([("place", pa.int32()), ("value", pa.int64()), ("bin", pa.int64())])

    def __call__(self, rows: pa.Table) -> pa.Table:
        """See `Function`."""
        place = rows.column("place").to_numpy()
        mentions, holders = (rows.column(c).to_numpy().astype(np.float64) for c in ("mentions", "holders"))
        shares = np.ones(len(place))
        for number, figures in enumerate(self.holdings):
            here = place == number
            shares[here] = figures.shares(mentions[here], holders[here])
        return pa.table({"place": rows.column("place"), "value": rows.column("value"), "bin": bins_of(shares)})


@functools.lru_cache(maxsize=4)
def _population(path: str) -> Population:
    """Once per worker."""
    return Population.load(Path(path))


@dataclass(frozen=True)
class RecordFacts:
    """What is known of a record by itself: `self_pattern`, and hashes of the columns under a constraint, null for none.

    Attributes:
        spec: what is compared.
        population: file that says how common values are.
    """

    spec: MatchSpec
    population: str

    @property
    def constrained(self) -> tuple[str, ...]:
        """The columns under a constraint."""
        return (*self.spec.distinct, *self.spec.one_to_one)

    @property
    def schema(self) -> pa.Schema:
        """One column `constraint_<n>` for each of them."""
        names = ["record", "copies", "position", "content_hash", "self_pattern"]
        names += [f"constraint_{n}" for n in range(len(self.constrained))]
        return pa.schema([(name, pa.int64()) for name in names])

    def __call__(self, rows: pa.Table) -> pa.Table:
        """See `Function`."""
        comparer = _comparer(self.spec, self.population, encode(rows, self.spec.columns))
        every = np.arange(rows.num_rows, dtype=np.int32)
        constraints = [signed_or_null(comparer.encoded.hashes(c)) for c in self.constrained]
        known = [rows.column(c) for c in ("record", "copies", "position", "content_hash")]
        return pa.table([*known, comparer.self_patterns(every), *constraints], schema=self.schema)


@dataclass(frozen=True)
class PairPatterns:
    """Patterns of pairs: every row has the columns of both sides, `l_<column>` and `r_<column>`. Attributes as of `RecordFacts`."""

    spec: MatchSpec
    population: str

    schema = pa.schema(
        [("a", pa.int64()), ("b", pa.int64()), ("origin", pa.int32()), ("pattern", pa.int64())]
    )  # fmt: skip

    def __call__(self, rows: pa.Table) -> pa.Table:
        """See `Function`."""
        size = rows.num_rows
        sides = {
            c: pa.chunked_array([*rows.column(f"l_{c}").chunks, *rows.column(f"r_{c}").chunks])
            for c in self.spec.columns
        }
        comparer = _comparer(self.spec, self.population, encode(pa.table(sides), self.spec.columns))
        left = np.arange(size, dtype=np.int32)
        patterns = comparer.patterns(left, left + np.int32(size))
        return pa.table([*(rows.column(c) for c in ("a", "b", "origin")), patterns], schema=self.schema)


def _comparer(spec: MatchSpec, population: str, encoded: Encoded) -> Comparer:
    """A comparer of some records, for which any value may be that of another record too."""
    return Comparer(spec, encoded, np.full(encoded.size, 2), population=_population(population))
