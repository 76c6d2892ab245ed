"""Telephone numbers: one or two in a cell, mobile or land line, with whatever was typed around them.

Belongs here: reading numbers and telling the made-up ones. Does not: how much a shared number proves, and numbers of
other countries (`foreign_phones`).
"""

from __future__ import annotations

import re

import numpy as np
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.folding import fold_text, without_list_marks
from pipelines.standardise.foreign_phones import standardise_foreign_phones, without_foreign
from pipelines.standardise.numerals import plain_digits
from pipelines.standardise.placeholders import said

_COUNTRY = r"(?:\+?(?:00)?86[-\s.)]{0,2})?"
_GAP = r"[-\s.()]{0,2}"
_MOBILE = rf"{_COUNTRY}[(]?0?(1{_GAP}[3-9](?:{_GAP}[0-9]){{9}})"
_ABROAD = r"\)?[-\s]+[0-9]{4}[-\s]?[0-9]{4}(?![0-9])"
"""Eight digits behind the code of Hong Kong, Macau or Taiwan: no area code of the mainland is written so."""
_AREA = rf"\(?(0(?:10|2[0-9]|[3-9][0-9]{{2}})\)?[-\s]*|(?![48]00|(?:85[23]|886){_ABROAD})(?:10|2[0-9]|[3-9][0-9]{{2}})\)?[-\s]+)"
_LAND = rf"(?:\+?(?:00)?86[-\s]?)?{_AREA}([2-9][0-9]{{2,3}}[-\s]?[0-9]{{4}})(?:(?:转|-|\s?ext\.?\s?|#)([0-9]{{1,5}}))?"
_SERVICE = r"([48]00)[-\s]?([0-9]{3,4})[-\s]?([0-9]{3,4})"
_MOBILE_PATTERN = re.compile(rf"(?<![0-9]){_MOBILE}(?![0-9])")
_LAND_PATTERN = re.compile(rf"(?<![0-9]){_LAND}(?![0-9])")
_SERVICE_PATTERN = re.compile(rf"(?<![0-9]){_SERVICE}(?![0-9])")
_DASHES = str.maketrans("‐‑‒–—―−－ー_﹣·•", "-" * 13)
_THOUSANDS = re.compile(r"[0-9]{1,3}(?:,[0-9]{3}){3}")
_GLUED = re.compile(r"(?<![0-9])(1[3-9][0-9]{9})(?=1[3-9][0-9]{9}(?![0-9]))")
"""Two mobile numbers without anything between them."""

_LONGEST = 300
"""Characters of a cell that are looked at: two numbers and the words around them are shorter."""

_NO_DIGIT = re.compile(r"[^0-9]")
_SUSPECT_TAIL = f"({'|'.join(d * 8 for d in '0123456789')}|12345678|23456789|87654321|13800138000)$"
MADE_UP = frozenset(["13800138000", "13800000000", "13900000000", "13812345678", "13912345678", "18888888888"])
"""Numbers typed to satisfy a form."""


def is_made_up(digits: str) -> bool:
    """Whether a number was typed to satisfy a form: eight equal digits at the end, or a run of ascending ones."""
    tail = digits[-8:]
    return digits in MADE_UP or len(set(tail)) == 1 or tail in ("12345678", "23456789", "87654321")


def _mobile(match: re.Match[str]) -> str:
    return _NO_DIGIT.sub("", match[1])


def _land(match: re.Match[str]) -> str:
    area, local = (_NO_DIGIT.sub("", part) for part in match.group(1, 2))
    return f"0{area.lstrip('0')}-{local}" + (f"-{match[3]}" if match[3] else "")


def read_phones(cell: str) -> tuple[str | None, str | None]:
    """First and second number of a cell: mobile numbers first, then land lines with area code, then 400 numbers.

    Numbers of other countries are none of these; see `foreign_phones`.

    >>> read_phones('+86 139-1234-0001'), read_phones('0510-80001234转8/13912340001')
    (('13912340001', None), ('13912340001', '0510-80001234-8'))
    >>> read_phones('13800000000'), read_phones('+852 9123 4567')
    ((None, None), (None, None))
    """
    text = cell[:_LONGEST]
    text = fold_text(without_list_marks(text)).translate(_DASHES)
    text = _GLUED.sub(r"\1/", text.replace(",", "") if _THOUSANDS.fullmatch(text) else text)
    text = without_foreign(plain_digits(text.upper())).lower()
    numbers: list[str] = []
    for pattern, spell in (
        (_MOBILE_PATTERN, _mobile),
        (_LAND_PATTERN, _land),
        (_SERVICE_PATTERN, lambda m: m[1] + m[2] + m[3]),
    ):
        for hit in pattern.finditer(text):
            number = spell(hit)
            if number not in numbers and not is_made_up(_NO_DIGIT.sub("", number)):
                numbers.append(number)
        text = pattern.sub("/", text)
    return (numbers[0] if numbers else None), (numbers[1] if len(numbers) > 1 else None)


def standardise_phones(values: pa.StringArray) -> pa.Table:
    """Standardise phone cells.

    Args:
        values: distinct raw cells, never null.

    Returns:
        One row per value: `phone` and `phone_2`; mobile numbers as 11 digits, land lines as `0510-80001234` with an
        extension behind a second dash. Null where a cell yields none.
    """
    values = said(values)
    plain = pc.match_substring_regex(values, r"^1[3-9]\d{9}$").to_numpy(zero_copy_only=False)
    suspect = pc.match_substring_regex(values, _SUSPECT_TAIL).to_numpy(zero_copy_only=False)
    quick = plain & ~suspect
    first: np.ndarray = np.full(len(values), None, object)
    first[quick] = np.asarray(values.filter(pa.array(quick)).to_pylist(), object)
    second: np.ndarray = np.full(len(values), None, object)
    rest = np.flatnonzero(~quick)
    for place, cell in zip(rest, values.take(pa.array(rest)).to_pylist(), strict=True):
        first[place], second[place] = read_phones(cell)
    return pa.table({"phone": pa.array(first, pa.string()), "phone_2": pa.array(second, pa.string())})


def standardise_all_phones(values: pa.StringArray) -> pa.Table:
    """`standardise_phones` and, beside it, `phone_foreign`: the first number of another country, as `+85291234567`."""
    foreign = standardise_foreign_phones(values)
    return standardise_phones(values).append_column("phone_foreign", foreign.column("phone_foreign"))
