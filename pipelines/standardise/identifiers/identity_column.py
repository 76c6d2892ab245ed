"""Columns of identity numbers: the well-formed majority by matrix, the damaged rest one by one.

Belongs here: speed. Does not: rules; they are in `identity_number`, and a property test holds both to the same answers.
"""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.folding import fold
from pipelines.standardise.identifiers.identity_number import FIRST_YEAR, LAST_YEAR, PROVINCES, VALID, read
from pipelines.standardise.placeholders import said

_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2, 1], np.int32)
_MONTH_DAYS = np.array([0, 31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31], np.int32)
_PROVINCE = np.zeros(100, bool)
_PROVINCE[[int(code) for code in PROVINCES]] = True


def _matrix(numbers: pa.StringArray) -> np.ndarray:
    """The characters of 18-character ASCII strings as an n × 18 matrix of digits, X as 10."""
    text = "".join(numbers.to_pylist())
    digits = np.frombuffer(text.encode("ascii"), np.uint8).reshape(-1, 18).astype(np.int32) - 48
    digits[digits > 9] = 10
    return digits


def _holds(numbers: pa.StringArray) -> np.ndarray:
    """Whether division, birth date and check digit of 18-character numbers hold."""
    d = _matrix(numbers)
    year = d[:, 6:10] @ np.array([1000, 100, 10, 1], np.int32)
    month = d[:, 10] * 10 + d[:, 11]
    day = d[:, 12] * 10 + d[:, 13]
    leap = (year % 4 == 0) & ((year % 100 != 0) | (year % 400 == 0))
    real_month = (month >= 1) & (month <= 12)
    last_day = _MONTH_DAYS[np.where(real_month, month, 0)] + (leap & (month == 2))
    province = _PROVINCE[d[:, 0] * 10 + d[:, 1]] | ((d[:, 0] == 9) & _PROVINCE[d[:, 1] * 10 + d[:, 2]])
    dated = real_month & (day >= 1) & (day <= last_day) & (year >= FIRST_YEAR) & (year <= LAST_YEAR)
    return np.asarray(province & dated & ((d @ _WEIGHTS) % 11 == 1))


def standardise_identity_numbers(values: pa.StringArray) -> pa.Table:
    """Standardise identity numbers.

    Args:
        values: distinct raw cells, never null.

    Returns:
        One row per value: `id_number` (18 characters whose check digit holds, else null), `id_number_legible` (18
        characters, `*` where lost; equals the number where it is valid; null where missing), `id_number_state` (valid,
        invalid, damaged, missing; never null).
    """
    values = said(values)
    plain = pc.utf8_upper(pc.replace_substring(fold(values), " ", ""))
    formed = np.flatnonzero(pc.match_substring_regex(plain, r"^\d{17}[\dX]$").to_numpy(zero_copy_only=False))
    number: np.ndarray = np.full(len(values), None, object)
    legible: np.ndarray = np.full(len(values), None, object)
    state: np.ndarray = np.full(len(values), None, object)
    done = np.zeros(len(values), bool)
    if len(formed):
        candidates = plain.take(pa.array(formed))
        holds = _holds(candidates)
        sure = formed[holds]
        kept = np.asarray(candidates.filter(pa.array(holds)).to_pylist(), object)
        number[sure], legible[sure], state[sure], done[sure] = kept, kept, VALID, True
    rest = np.flatnonzero(~done)
    for place, cell in zip(rest, values.take(pa.array(rest)).to_pylist(), strict=True):
        found = read(cell)
        number[place], legible[place], state[place] = found.number, found.legible, found.state
    return pa.table(
        {
            "id_number": pa.array(number, pa.string()),
            "id_number_legible": pa.array(legible, pa.string()),
            "id_number_state": pa.array(state, pa.string()),
        }
    )


def birth_dates(numbers: pa.Array) -> pa.Array:
    """Birth dates (date32) inside valid 18-character numbers; null where the number is."""
    return pc.cast(pc.strptime(pc.utf8_slice_codeunits(numbers, 6, 14), format="%Y%m%d", unit="s"), pa.date32())


def sexes(numbers: pa.Array) -> pa.Array:
    """男 or 女 inside valid 18-character numbers; null where the number is."""
    odd = pc.is_in(pc.utf8_slice_codeunits(numbers, 16, 17), value_set=pa.array(list("13579")))
    return pc.if_else(pc.is_valid(numbers), pc.if_else(odd, "男", "女"), pa.scalar(None, pa.string()))
