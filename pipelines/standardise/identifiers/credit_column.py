"""Columns of credit codes: the well-formed majority by matrix.

Belongs here: speed. Does not: rules; they are in `credit_code`, and a property test holds both to the same answers.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.identifiers.check import CREDIT_ALPHABET

_SURE = rf"^[{CREDIT_ALPHABET}]{{2}}[0-9]{{6}}[{CREDIT_ALPHABET}]*[A-HJ-NP-RT-UW-Y][{CREDIT_ALPHABET}]+$"
"""A code with a letter between division and check character: no identity number, and no row of digits."""

_LENGTH = 18
_WEIGHTS = np.array([pow(3, i, 31) for i in range(_LENGTH - 1)], np.int64)
_VALUES = np.zeros(128, np.int64)
_VALUES[[ord(c) for c in CREDIT_ALPHABET]] = range(len(CREDIT_ALPHABET))
_CORE = slice(8, 16)


def plain_credit_codes(values: pa.StringArray) -> np.ndarray:
    """Which values are valid credit codes as they stand, beyond doubt.

    Args:
        values: raw cells, never null.

    Returns:
        One boolean per value. False says nothing: the value is for the reader of single cells.
    """
    formed = pc.and_(pc.equal(pc.binary_length(values), _LENGTH), pc.match_substring_regex(values, _SURE))
    sure: np.ndarray = np.array(formed.to_numpy(zero_copy_only=False), bool)
    if not sure.any():
        return sure
    text = "".join(values.filter(pa.array(sure)).to_pylist())
    characters = np.frombuffer(text.encode("ascii"), np.uint8).reshape(-1, _LENGTH)
    total = _VALUES[characters[:, :-1]] @ _WEIGHTS
    check = (31 - total % 31) % 31
    core = characters[:, _CORE]
    one_digit = (core == core[:, :1]).all(axis=1)
    sure[sure] = (check == _VALUES[characters[:, -1]]) & ~one_digit
    return sure
