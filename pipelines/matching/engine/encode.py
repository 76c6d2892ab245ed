"""Every attribute becomes integer codes once; then records are integers, and every distinct value is looked at once.

Belongs here: dictionary encoding, codes of several columns taken together, collapsing identical records, what is derived
from a column's distinct values. Does not: comparing values (`levels`) or joining records (`blocking`).
"""

from __future__ import annotations

from collections.abc import Callable, Sequence
from dataclasses import dataclass, field
from threading import Lock
from typing import Any, TypeVar

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.engine.hashing import mix, value_hashes
from pipelines.parallel import both, each

Codes = npt.NDArray[np.int32]
Made = TypeVar("Made")

_LARGE = 1 << 31


@dataclass
class Dictionary:
    """The distinct values of one column, in order of first appearance, with a cache of what is derived from them."""

    values: pa.Array
    _texts: npt.NDArray[np.object_] | None = None
    _numbers: npt.NDArray[np.float64] | None = None
    _hashes: npt.NDArray[np.uint64] | None = None
    _derived: dict[str, Any] = field(default_factory=dict)
    _lock: Lock = field(default_factory=Lock)

    def __len__(self) -> int:
        return len(self.values)

    @property
    def texts(self) -> npt.NDArray[np.object_]:
        """The values as Python strings, converted once."""
        with self._lock:
            if self._texts is None:
                self._texts = np.array(self.values.cast(pa.large_string()).to_pylist() or [""], dtype=object)
        return self._texts

    def texts_of(self, codes: Codes) -> list[str]:
        """The value of each code as a Python string, '' for null (-1). For a few codes, only their values are converted."""
        if 4 * len(codes) > len(self):
            texts: list[str] = np.append(self.texts, "")[codes].tolist()
            return texts
        chosen = self.values.take(pa.array(codes, mask=codes < 0))
        few: list[str] = chosen.cast(pa.large_string()).fill_null("").to_pylist()
        return few

    @property
    def numbers(self) -> npt.NDArray[np.float64]:
        """The values as numbers; dates count days; what is no number is NaN."""
        with self._lock:
            if self._numbers is None:
                self._numbers = _as_numbers(self.values)
        return self._numbers

    @property
    def hashes(self) -> npt.NDArray[np.uint64]:
        """64 stable bits per value, see `hashing`."""
        with self._lock:
            if self._hashes is None:
                self._hashes = value_hashes(self.values)
        return self._hashes

    def derived(self, name: str, function: Callable[[pa.Array], npt.NDArray[np.int64]]) -> npt.NDArray[np.int64]:
        """`function` of the distinct values, computed once under `name`; one integer a value, -1 for none."""
        codes: npt.NDArray[np.int64] = self.made(name, function)
        return codes

    def made(self, name: str, function: Callable[[pa.Array], Made]) -> Made:
        """Anything made of the distinct values, once under `name`: a matrix with a line per value."""
        with self._lock:
            if name not in self._derived:
                self._derived[name] = function(self.values)
            made: Made = self._derived[name]
        return made


def _as_numbers(values: pa.Array) -> npt.NDArray[np.float64]:
    if pa.types.is_date(values.type) or pa.types.is_timestamp(values.type):
        values = values.cast(pa.date32(), safe=False).cast(pa.int32())
    if pa.types.is_string(values.type) or pa.types.is_large_string(values.type):
        return _text_as_numbers(pc.utf8_trim_whitespace(values))
    return np.asarray(pc.fill_null(values.cast(pa.float64()), float("nan")))


def _text_as_numbers(texts: pa.Array) -> npt.NDArray[np.float64]:
    """Numbers written as text, and days written `yyyy-mm-dd`, `yyyy/mm/dd` or `yyyy.mm.dd`, with or without a time behind."""
    plain = pc.match_substring_regex(texts, r"^[+-]?\d+(\.\d+)?$")
    out = np.asarray(pc.fill_null(pc.if_else(plain, texts, None).cast(pa.float64()), float("nan"))).copy()
    day = pc.struct_field(pc.extract_regex(texts, r"^(?P<day>\d{4}[-/.]\d{1,2}[-/.]\d{1,2})(?:[ T].*)?$"), "day")
    day = pc.strptime(pc.replace_substring_regex(day, "[/.]", "-"), format="%Y-%m-%d", unit="s", error_is_null=True)
    days = np.asarray(pc.fill_null(day.cast(pa.date32(), safe=False).cast(pa.int32()).cast(pa.float64()), float("nan")))
    return np.where(np.isnan(out), days, out)


DISTINCT = {b"dictionary": b"distinct"}
"""Metadata of a field whose dictionaries have no value twice and no null."""


def is_distinct(field: pa.Field) -> bool:
    """Whether a field has the metadata `DISTINCT`."""
    return DISTINCT.items() <= (field.metadata or {}).items()


def codes_of(column: pa.ChunkedArray, distinct: bool = False) -> tuple[Codes, pa.Array]:
    """Per row the index of its value among the distinct values, -1 for null; and the distinct values.

    Args:
        column: any column. A dictionary may have null, or a value twice.
        distinct: the dictionary has neither.
    """
    if pa.types.is_string(column.type) and column.nbytes >= _LARGE:
        column = column.cast(pa.large_string())
    if pa.types.is_dictionary(column.type):
        return _codes_of_dictionary(column, distinct)
    encoded = _whole(column).dictionary_encode()
    return filled(encoded.indices), encoded.dictionary


def _codes_of_dictionary(column: pa.ChunkedArray, distinct: bool) -> tuple[Codes, pa.Array]:
    """Codes under one dictionary of all chunks.

    Chunks of one row group of a file share a dictionary: each different dictionary is looked at once.
    """
    dictionaries, of_chunk = _dictionaries(column)
    codes: Codes = np.concatenate([np.zeros(0, dtype=np.int32), *(filled(chunk.indices) for chunk in column.chunks)])
    if len(dictionaries) == 1 and distinct and not dictionaries[0].null_count:
        return codes, dictionaries[0]
    again = pa.concat_arrays([d.cast(column.type.value_type) for d in dictionaries]).dictionary_encode()
    code_of = np.append(filled(again.indices), np.int32(-1))
    begin = np.cumsum([0, *(len(d) for d in dictionaries)], dtype=np.int32)
    if len(dictionaries) > 1:
        shift = np.repeat(begin[of_chunk], [len(chunk) for chunk in column.chunks])
        codes = np.where(codes < 0, codes, codes + shift)
    return code_of[codes], again.dictionary


def _dictionaries(column: pa.ChunkedArray) -> tuple[list[pa.Array], list[int]]:
    """The different dictionaries of a column, at least one, and the index of the one of each chunk."""
    different: list[pa.Array] = []
    of_chunk = []
    for chunk in column.chunks:
        if not different or not chunk.dictionary.equals(different[-1]):
            different.append(chunk.dictionary)
        of_chunk.append(len(different) - 1)
    return different or [pa.array([], column.type.value_type)], of_chunk


def _whole(column: pa.ChunkedArray) -> pa.Array:
    """A column as one array."""
    one = column.combine_chunks()
    if isinstance(one, pa.ChunkedArray):
        one = pa.concat_arrays(one.chunks) if one.num_chunks else pa.array([], column.type)
    return one


def filled(indices: pa.Array) -> Codes:
    """Indices into a dictionary, -1 for null."""
    return np.asarray(pc.fill_null(indices, -1)).astype(np.int32, copy=False)


def distinct_sorted(values: npt.NDArray[np.int64], in_place: bool = False) -> npt.NDArray[np.int64]:
    """The distinct values in order, by sorting: for integers faster than a hash table. `in_place` overwrites `values`."""
    values = values if in_place else values.copy()
    values.sort()
    return values[begins(values)]


def numbered(values: npt.NDArray[Any]) -> tuple[npt.NDArray[Any], npt.NDArray[np.int64]]:
    """The distinct values in order and the index of each value among them, as `np.unique` with its inverse.

    Non-negative integers of few bits are sorted with their index packed in, which is several times faster.
    """
    bits = int(len(values) - 1).bit_length() if len(values) else 0
    if (
        not len(values)
        or values.dtype.kind not in "iu"
        or int(values.min()) < 0
        or int(values.max()) >= 1 << (62 - bits)
    ):
        distinct, inverse = np.unique(values, return_inverse=True)
        return distinct, inverse.astype(np.int64)
    packed = values.astype(np.int64) << bits | np.arange(len(values), dtype=np.int64)
    packed.sort()
    value, index = packed >> bits, packed & ((1 << bits) - 1)
    new = begins(value)
    inverse = np.empty(len(values), dtype=np.int64)
    inverse[index] = np.cumsum(new) - 1
    return value[new].astype(values.dtype), inverse


def group_rows(codes: Sequence[npt.NDArray[Any]], threads: int = 1) -> tuple[Codes, npt.NDArray[np.int64]]:
    """Rows that agree in every code column (or, once in 10^6 large cities, only in their hash) get the same number.

    All by sorting: a processor sorts a million integers as fast as it scatters them over memory.

    Returns:
        The number of each row, counted in order of first appearance, and the first row of each number.
    """
    size = len(codes[0])
    if not size:
        return np.zeros(0, dtype=np.int32), np.zeros(0, dtype=np.int64)
    row, new = _rows_by_hash(mix(codes, threads), threads)
    begin = np.flatnonzero(new)
    first = row[begin]
    leads = np.zeros(size, dtype=bool)
    leads[first] = True
    number = (np.cumsum(leads, dtype=np.int32) - 1)[first]
    row <<= 32
    row |= np.repeat(number, np.diff(begin, append=size))
    row.sort()
    return row.astype(np.int32), np.flatnonzero(leads)


def _rows_by_hash(hashes: npt.NDArray[np.uint64], threads: int) -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
    """All rows, rows of the same hash together and in order; and where another hash begins."""
    bits = int(len(hashes) - 1).bit_length()

    def packed() -> tuple[npt.NDArray[np.int64], npt.NDArray[np.bool_]]:
        rest = (hashes >> np.uint64(bits + 1) << np.uint64(bits)).view(np.int64)
        rest |= np.arange(len(hashes), dtype=np.int64)
        rest.sort()
        row = rest & ((1 << bits) - 1)
        rest >>= bits
        return row, begins(rest)

    (row, run), hash_count = both(packed, lambda: int(np.count_nonzero(begins(np.sort(hashes)))), threads)
    if np.count_nonzero(run) == hash_count:
        return row, run
    ordered = hashes[row]  # rows that agree only in the bits sorted by are not yet in order
    start = np.append(np.flatnonzero(run), len(run))
    for i in np.unique(np.searchsorted(start, np.flatnonzero(begins(ordered) & ~run), side="right") - 1).tolist():
        part = slice(start[i], start[i + 1])
        row[part] = row[part][np.lexsort((row[part], ordered[part]))]
    return row, begins(hashes[row])


def begins(ordered: npt.NDArray[Any]) -> npt.NDArray[np.bool_]:
    """Where a number differs from the one before."""
    out = np.ones(len(ordered), dtype=bool)
    np.not_equal(ordered[1:], ordered[:-1], out=out[1:])
    return out


@dataclass
class Domain:
    """The distinct combinations of a comparison's columns: what its levels look at.

    Attributes:
        codes: per record its combination; -1 where all columns are null.
        columns: per column its code in every combination.
    """

    codes: Codes
    columns: dict[str, Codes]

    def __len__(self) -> int:
        return len(next(iter(self.columns.values())))


@dataclass
class Encoded:
    """A table as integers: `codes[column]` is int32 per record (-1 for null), `dictionaries[column]` its values."""

    codes: dict[str, Codes]
    dictionaries: dict[str, Dictionary]
    size: int

    def take(self, rows: npt.NDArray[np.int64], threads: int = 1) -> Encoded:
        """The same dictionaries over a selection of records."""
        taken = each(lambda column: column[rows], self.codes.values(), threads)
        return Encoded(dict(zip(self.codes, taken, strict=True)), self.dictionaries, len(rows))

    def domain(self, columns: tuple[str, ...]) -> Domain:
        """The distinct combinations of `columns`, see `Domain`."""
        codes = [self.codes[c] for c in columns]
        if len(codes) == 1:
            everything = np.arange(len(self.dictionaries[columns[0]]), dtype=np.int32)
            return Domain(codes[0], {columns[0]: everything})
        number, first = group_rows(codes)
        empty = np.all(np.stack([c[first] < 0 for c in codes]), axis=0)
        number = np.where(empty[number], np.int32(-1), number).astype(np.int32, copy=False)
        return Domain(number, {name: c[first] for name, c in zip(columns, codes, strict=True)})

    def hashes(self, column: str) -> npt.NDArray[np.uint64]:
        """Per record 64 stable bits of its value, see `hashing`; 0 for null."""
        return np.append(self.dictionaries[column].hashes, np.uint64(0))[self.codes[column]]

    def shared(self, one: str, other: str) -> npt.NDArray[np.int64]:
        """For every value of `other` its code in the dictionary of `one`, -1 where it is not there."""
        target = self.dictionaries[one].values

        def codes_in_one(values: pa.Array) -> npt.NDArray[np.int64]:
            values = values.cast(target.type)
            if len(values) >= len(target):
                index = pc.index_in(values, value_set=target)
                return np.asarray(pc.fill_null(index, -1)).astype(np.int64)
            index = pc.index_in(target, value_set=values)  # looking up in the smaller side is quicker
            out = np.full(len(values), -1, dtype=np.int64)
            out[np.asarray(index.drop_null())] = np.flatnonzero(np.asarray(pc.is_valid(index)))
            return out

        return self.dictionaries[other].derived(f"in:{one}", codes_in_one)


def encode(table: pa.Table, columns: tuple[str, ...], threads: int = 1) -> Encoded:
    """Dictionary-encode `columns` of `table`, some at a time.

    Raises:
        KeyError: a column is not in the table; the message names it and those there are.
    """
    if missing := [c for c in columns if c not in table.column_names]:
        raise KeyError(f"columns {missing} are not in the table; it has {table.column_names}")

    def coded(name: str) -> tuple[Codes, pa.Array]:
        return codes_of(table.column(name), is_distinct(table.schema.field(name)))

    pairs = each(coded, columns, threads)
    codes = {name: c for name, (c, _) in zip(columns, pairs, strict=True)}
    dictionaries = {name: Dictionary(values) for name, (_, values) in zip(columns, pairs, strict=True)}
    return Encoded(codes, dictionaries, table.num_rows)
