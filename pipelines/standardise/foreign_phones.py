"""Telephone numbers of other countries: recognised by their prefix, so that none turns into a domestic number.

Belongs here: numbers with + or 00 and another country's code. Their plans are the phonenumbers library's. Does not:
numbers of the mainland (`phones`).
"""

from __future__ import annotations

import re

import phonenumbers
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.folding import fold_text
from pipelines.standardise.placeholders import is_made_up, said

_PREFIXED = re.compile(
    r"(?<![0-9A-Za-z])(?!(?<=[\u4e00-\u9fff])\+1[3-9][0-9]{9}(?![0-9]))"  # 孟晓岚+13912340001: the + joins
    r"[(]?\s?(?:\+|00)\s?(?!86|0)([1-9][0-9]{0,3}[)\s.\-/]{0,3}(?:[\s.\-/()]{0,2}[0-9]){4,16})"
)
_MAY_BE_FOREIGN = r"[+＋﹢]|00"
_LONGEST = 300


def without_foreign(text: str) -> str:
    """Folded text with a stroke in place of every number that has another country's prefix, valid or not."""
    return _PREFIXED.sub("/", text) if "+" in text or "00" in text else text


def read_foreign_phone(cell: str) -> str | None:
    """The first number of another country in a cell, as + and digits (ITU-T E.164); None where there is none that can be.

    >>> read_foreign_phone('+852 9123 4567'), read_foreign_phone('0044 (0)20 7946 0958')
    ('+85291234567', '+442079460958')
    >>> read_foreign_phone('+86 139 1234 0001'), read_foreign_phone('13912340001')
    (None, None)
    """
    for match in _PREFIXED.finditer(fold_text(cell[:_LONGEST])):
        try:
            number = phonenumbers.parse(f"+{match[1]}")
        except phonenumbers.NumberParseException:
            continue
        if phonenumbers.is_possible_number(number) and not is_made_up(str(number.national_number)):
            return str(phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164))
    return None


def standardise_foreign_phones(values: pa.StringArray) -> pa.Table:
    """Standardise numbers of other countries.

    Args:
        values: distinct raw cells, never null.

    Returns:
        One row per value: `phone_foreign`, as `+85291234567`; null where a cell holds none.
    """
    values = said(values)
    numbers: list[str | None] = [None] * len(values)
    candidates = pc.indices_nonzero(pc.match_substring_regex(values, _MAY_BE_FOREIGN)).to_pylist()
    for place, cell in zip(candidates, values.take(pa.array(candidates, pa.int64())).to_pylist(), strict=True):
        numbers[place] = read_foreign_phone(cell)
    return pa.table({"phone_foreign": pa.array(numbers, pa.string())})
