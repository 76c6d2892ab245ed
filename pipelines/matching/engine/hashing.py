"""Stable numbers for values: the same value gives the same 64 bits in every run, on every machine, in every table.

Belongs here: hashing distinct values, rows of such hashes, the stable key of a mention. Does not: how they are used
(`blocking`, `population`, `incremental`). Codes of a dictionary (`encode`) depend on the table they come from; these do not,
so that a run can look up what an earlier one stored.
"""

from __future__ import annotations

from collections.abc import Sequence
from typing import Any, Protocol

import numpy as np
import numpy.typing as npt
import pyarrow as pa

from pipelines.parallel import each

Hashes = npt.NDArray[np.uint64]

IDENTITY = ("platform", "dataset", "role", "row_key", "repeat")
"""Columns that together identify a mention across runs."""

_START = np.uint64(0x9E3779B97F4A7C15)
_STEP = np.uint64(0xBF58476D1CE4E5B9)
_END = np.uint64(0x94D049BB133111EB)
_ALL = np.uint64(0xFFFFFFFFFFFFFFFF)


STRIDE = 1 << 16
"""Rows hashed at a time: few enough to stay in a processor's cache from column to column."""


def mix(codes: Sequence[npt.NDArray[Any]], threads: int = 1) -> npt.NDArray[np.uint64]:
    """A 64-bit hash of every row of code columns; of one column no two values have the same."""
    out = np.full(len(codes[0]), 0x9E3779B97F4A7C15, dtype=np.uint64)

    def work(start: int) -> None:
        h = out[start : start + STRIDE]
        for whole in codes:
            column = whole[start : start + STRIDE]
            h ^= column.view(np.uint32) if column.dtype == np.int32 else column.astype(np.uint64)
            h *= np.uint64(0xBF58476D1CE4E5B9)
            h ^= h >> np.uint64(32)
        h *= np.uint64(0x94D049BB133111EB)
        h ^= h >> np.uint64(29)

    each(work, range(0, len(out), STRIDE), threads)
    return out


def value_hashes(values: pa.Array | pa.ChunkedArray, seed: int = 0) -> Hashes:
    """64 bits per value, by its text as UTF-8; 0 for null and for nothing else.

    Under another `seed` they are other bits: both together tell a billion values apart, where 64 bits no longer do.
    """
    if isinstance(values, pa.ChunkedArray):
        parts = [value_hashes(chunk, seed) for chunk in values.chunks]
        return np.concatenate([np.zeros(0, dtype=np.uint64), *parts])
    if pa.types.is_dictionary(values.type):
        codes = np.asarray(values.indices.fill_null(-1)).astype(np.int64)
        return np.append(value_hashes(values.dictionary, seed), np.uint64(0))[codes]
    if not pa.types.is_string(values.type) and not pa.types.is_large_string(values.type):
        values = values.cast(pa.string())
    texts = values.cast(pa.large_string())
    offsets = np.frombuffer(texts.buffers()[1], dtype=np.int64)[texts.offset : texts.offset + len(texts) + 1]
    start, length = offsets[:-1], np.diff(offsets)
    words = _words(texts.buffers()[2], int(offsets[0]), int(offsets[-1]))
    out: Hashes = _START ^ np.uint64(seed) ^ (length.astype(np.uint64) * _END)
    rows, k = np.arange(len(length)), 0
    while len(rows := rows[length[rows] > 8 * k]):
        rest = np.minimum(length[rows] - 8 * k, 8).astype(np.uint64)
        word = words[start[rows] - offsets[0] + 8 * k] & (_ALL >> (np.uint64(64) - np.uint64(8) * rest))
        state = (out[rows] ^ word) * _STEP
        out[rows] = state ^ (state >> np.uint64(32))
        k += 1
    out *= _END
    out ^= out >> np.uint64(29)
    out[out == 0] = 1
    if texts.null_count:
        out[np.asarray(texts.is_null())] = 0
    return out


def _words(buffer: pa.Buffer | None, start: int, end: int) -> Hashes:
    """The eight bytes from every offset on as a little-endian integer: a view into one copy of the bytes."""
    padded = np.zeros(end - start + 8, dtype=np.uint8)
    if buffer is not None:
        padded[: end - start] = np.frombuffer(buffer, dtype=np.uint8)[start:end]
    return np.ndarray((len(padded) - 7,), dtype="<u8", buffer=padded, strides=(1,))


class Hashed(Protocol):
    """Records with the hashes of their columns."""

    def hashes(self, column: str) -> Hashes:
        """Per record 64 stable bits of its value; 0 for null."""


def row_hashes(encoded: Hashed, columns: tuple[str, ...]) -> Hashes:
    """64 bits per record over the values of `columns`: equal for records that agree in all of them."""
    return mix([encoded.hashes(c) for c in columns])


def stable_keys(mentions: pa.Table) -> npt.NDArray[np.int64]:
    """The stable key of every mention: a 63-bit hash of its `IDENTITY`, the same in every run."""
    return (mix([value_hashes(mentions.column(c)) for c in IDENTITY]) >> np.uint64(1)).astype(np.int64)
