"""Entity ids: opaque, short, typeable, with a check character.

An id is a letter for the kind, seven characters of Crockford's base 32 (no I, L, O, U) and a check character, e.g.
`P4ZK1T9XJ`. It stands for a running number scrambled by a fixed bijection on 35 bits, so that ids look unordered and tell
nothing: not a person's data, not how old the id is, not who came next.

The check character makes the weighted sum of all characters zero in the field of 32 elements. All weights differ and none
is zero, so every wrong character and every exchange of two neighbours (indeed of any two characters) is noticed.

Belongs here: number to id and back, for whole columns. Does not: which entity gets which number (`identity`).
"""

from __future__ import annotations

from collections.abc import Mapping

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

ALPHABET = "0123456789ABCDEFGHJKMNPQRSTVWXYZ"
"""Crockford's base 32: what is left when the letters that are mistaken for digits, and U, go."""

CAPACITY = 1 << 35
"""Ids of one kind there are: 34 thousand million."""

LENGTH = 9

_MASK = np.uint64(CAPACITY - 1)
_FACTORS = (np.uint64(0x2545F4915), np.uint64(0x5851F42D5))
_INVERSES = tuple(np.uint64(pow(int(f), -1, CAPACITY)) for f in _FACTORS)
_SHIFT = np.uint64(18)
_START = np.uint64(0x1F2E3D4C5)
"""Where counting starts, so that the first number does not become a row of zeros."""


class InvalidIdError(ValueError):
    """A text that is no id: wrong letter, length or check character. The message never quotes it."""


def _powers() -> tuple[list[int], list[int]]:
    """Powers and logarithms of x in GF(32) modulo x⁵ + x² + 1."""
    powers, logarithms, value = [], [0] * 32, 1
    for exponent in range(31):
        powers.append(value)
        logarithms[value] = exponent
        value <<= 1
        value ^= 0b100101 if value & 32 else 0
    return powers, logarithms


_POWERS, _LOGARITHMS = _powers()
_TIMES = np.array(
    [[_POWERS[(w + _LOGARITHMS[v]) % 31] if v else 0 for v in range(32)] for w in range(LENGTH)], dtype=np.uint8
)
"""`_TIMES[w, v]`: xʷ · v. The check character has weight x⁰, its left neighbour x¹, and so on."""


def _scramble(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """A bijection on 0 … 2³⁵−1: odd multiplications with a folding of the high bits between."""
    mixed = (numbers + _START) * _FACTORS[0] & _MASK
    mixed ^= mixed >> _SHIFT
    mixed = mixed * _FACTORS[1] & _MASK
    return mixed ^ (mixed >> _SHIFT)


def _unscramble(numbers: npt.NDArray[np.uint64]) -> npt.NDArray[np.uint64]:
    """The inverse of `_scramble`; a folding by more than half the width undoes itself."""
    mixed = numbers ^ (numbers >> _SHIFT)
    mixed = mixed * _INVERSES[1] & _MASK
    mixed ^= mixed >> _SHIFT
    return ((mixed * _INVERSES[0] & _MASK) - _START) & _MASK


def _check(digits: npt.NDArray[np.uint8]) -> npt.NDArray[np.uint8]:
    """The weighted sum of all columns but the last of an (n, 9) array; the last is right where it equals the sum."""
    total = np.zeros(len(digits), dtype=np.uint8)
    for place in range(LENGTH - 1):
        total ^= _TIMES[LENGTH - 1 - place][digits[:, place]]
    return total


def encode(prefix: str, numbers: npt.NDArray[np.int64]) -> pa.Array:
    """Ids for running numbers.

    Args:
        prefix: letter of the kind, see `DataModel.prefixes`.
        numbers: 0 ≤ number < `CAPACITY`.

    Returns:
        A string array of the same length, no nulls.

    Raises:
        OverflowError: a number is out of range.
    """
    if len(numbers) and (numbers.min() < 0 or numbers.max() >= CAPACITY):
        raise OverflowError(f"ids that begin with {prefix} are used up: numbers run from 0 to {CAPACITY - 1}")
    mixed = _scramble(numbers.astype(np.uint64))
    digits = np.empty((len(numbers), LENGTH), dtype=np.uint8)
    digits[:, 0] = ALPHABET.index(prefix)
    for place in range(7):
        digits[:, 7 - place] = (mixed >> np.uint64(5 * place)) & np.uint64(31)
    digits[:, 8] = _check(digits)
    letters = np.frombuffer(ALPHABET.encode(), dtype=np.uint8)[digits]
    offsets = pa.py_buffer(np.arange(len(numbers) + 1, dtype=np.int32) * LENGTH)
    return pa.Array.from_buffers(pa.string(), len(numbers), [None, offsets, pa.py_buffer(letters.tobytes())])


def decode(prefix: str, ids: pa.Array | pa.ChunkedArray) -> npt.NDArray[np.int64]:
    """The running numbers of ids; the inverse of `encode`.

    Raises:
        InvalidIdError: one of them is no id of this kind.
    """
    if isinstance(ids, pa.ChunkedArray):
        ids = ids.combine_chunks()
    if ids.null_count or pc.any(pc.not_equal(pc.binary_length(ids), LENGTH)).as_py():
        raise InvalidIdError(f"an id that begins with {prefix} has {LENGTH} characters of {ALPHABET}")
    letters = np.frombuffer("".join(ids.to_pylist()).encode(), dtype=np.uint8).reshape(-1, LENGTH)
    values = np.full(256, 255, dtype=np.uint8)
    values[np.frombuffer(ALPHABET.encode(), dtype=np.uint8)] = np.arange(32, dtype=np.uint8)
    digits = values[letters]
    if (digits == 255).any() or (digits[:, 0] != ALPHABET.index(prefix)).any():
        raise InvalidIdError(f"an id of this kind starts with {prefix} and has characters of {ALPHABET} only")
    if (_check(digits) != digits[:, 8]).any():
        raise InvalidIdError("the check character does not fit: a character is wrong or two are exchanged")
    mixed = np.zeros(len(digits), dtype=np.uint64)
    for place in range(1, 8):
        mixed = (mixed << np.uint64(5)) | digits[:, place].astype(np.uint64)
    return _unscramble(mixed).astype(np.int64)


def compact(text: str) -> str:
    """A typed id as it is written everywhere: capitals, no blanks, no hyphens."""
    return text.replace(" ", "").replace("-", "").upper()


def kind_of(prefixes: Mapping[str, str], entity_id: str) -> str | None:
    """The kind an id, as it is written, is of; None where no kind begins so."""
    return next((kind for kind, letter in prefixes.items() if entity_id.startswith(letter)), None)


def is_valid(prefixes: Mapping[str, str], text: str) -> bool:
    """Whether a typed text is an id of any kind: letters in either case, blanks and hyphens ignored."""
    plain = compact(text)
    if len(plain) != LENGTH or not plain.isascii():
        return False
    kind = kind_of(prefixes, plain)
    if kind is None:
        return False
    try:
        decode(prefixes[kind], pa.array([plain]))
    except InvalidIdError:
        return False
    return True
