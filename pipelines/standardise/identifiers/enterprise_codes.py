"""Columns of enterprise codes: one cell may hold a credit code, a registration number, an organisation code, or the tax form.

Belongs here: telling them apart by their check characters, and from the identity number that is typed where there is no
licence. Does not: the structure of each (one module a number).
"""

from __future__ import annotations

import re
from collections.abc import Iterator
from dataclasses import dataclass

import pyarrow as pa

from pipelines.standardise.folding import fold_text
from pipelines.standardise.identifiers import credit_code, identity_number, organisation_code, registration_number
from pipelines.standardise.identifiers.credit_column import plain_credit_codes
from pipelines.standardise.placeholders import said

VALID, INVALID, MISSING = "valid", "invalid", "missing"

_LONGEST = 300
"""Characters of a cell that are looked at: two or three codes and the words around them are shorter."""

_COPY = re.compile(
    r"[\s(\[{<【〔_-]*(?:[正副]本?)?[\s(:：_-]*(?:[0-9]{1,3}\s?[-/—]\s?[0-9]{1,3})[\s)\]}>】〕]*(?:[正副]本?\)?)?$"
    r"|[\s(\[{<【〔_-]*[正副]本?[\s)\]}>】〕]*$|(?<=[0-9A-Z])\s?[-_/]\s?[0-9]{1,2}$"
)
"""The number of a licence's copy behind its own: (1-1), (1/1), (副本)1-1, -1."""

_BETWEEN = re.compile(r"[、,;，；/|\\\n()\[\]:：]+|\s{2,}")
_BETWEEN_OR_BLANK = re.compile(r"[^0-9A-Z]+")
_PLAIN = re.compile(r"[0-9A-Z-]*")
_WELL_FORMED = re.compile(r"[0-9A-Z]{2}[0-9]{6}[0-9A-Z]{10}|[0-9]{15}|[0-9A-Z]{8}[0-9X]")
_LONG_CODES = (15, 18)
_CORES = {15: slice(6, 14), 18: slice(8, 16)}
"""Where the digits stand that tell one enterprise from another: behind the division."""


@dataclass(frozen=True)
class Codes:
    """What a cell yields; any may be absent.

    `legible` is a code whose form is right and whose check is not: it names nobody, but two cells that hold the same one
    mean the same enterprise.
    """

    credit_code: str | None = None
    registration_number: str | None = None
    organisation_code: str | None = None
    state: str = MISSING
    legible: str | None = None


def read(cell: str) -> Codes:
    """Read one cell; never raises.

    Tax numbers of before 2015 are 6 digits division and the organisation code. Fifteen digits that pass as registration
    number and as tax number are taken for the registration number; those that read as an identity number of before 1999,
    division and birth date, are nobody's code: of all registration numbers that costs one in thirty, which is still compared. Of a credit code whose own check fails the organisation
    code inside it is kept where that holds: it has a check of its own, which catches every digit typed for another. Codes
    of zeros hold under every check and are none. Of several codes in a cell the first of each kind counts.

    >>> code = read('91350100M000100Y43(1-1)')
    >>> code.credit_code, code.organisation_code, code.state
    ('91350100M000100Y43', 'M000100Y4', 'valid')
    >>> read('110108D2143569X').organisation_code, read('110108000000016').registration_number
    ('D2143569X', '110108000000016')
    >>> read('91350100M000100Y43/110108000000016').registration_number
    '110108000000016'
    """
    if not any(c.isdigit() for c in cell):
        return Codes()
    text = cell[:_LONGEST].upper()
    if not _PLAIN.fullmatch(text):
        text = "\n".join(map(fold_text, text.splitlines())).upper()
    whole = _read(text)
    if whole.state == VALID:
        return whole
    readings = [whole]
    for pieces in _cuts(text):
        readings += [_read(piece) for piece in pieces if any(c.isdigit() for c in piece)]
        if any(r.state == VALID for r in readings):
            return _first_of_each(readings)
    legible = next((r.legible for r in readings if r.legible), None)
    return Codes(state=next((r.state for r in readings if r.state != MISSING), MISSING), legible=legible)


def _cuts(text: str) -> Iterator[list[str]]:
    """Ways to cut a cell, the careful ones first: without the mark of a copy, at separators, at blanks and dashes."""
    yield [_COPY.sub("", text)]
    yield [_COPY.sub("", piece) for piece in _BETWEEN.split(text)]
    yield [piece for piece in _BETWEEN_OR_BLANK.split(text) if len(piece) in _LONG_CODES]


def _first_of_each(readings: list[Codes]) -> Codes:
    valid = [r for r in readings if r.state == VALID]
    return Codes(
        next((r.credit_code for r in valid if r.credit_code), None),
        next((r.registration_number for r in valid if r.registration_number), None),
        next((r.organisation_code for r in valid if r.organisation_code), None),
        VALID,
    )


def _read(text: str) -> Codes:
    """One code with whatever blanks, dashes and labels are around it."""
    plain = organisation_code.compact(text)
    code = credit_code.compact(plain)
    if len(code) == _LONG_CODES[1] and credit_code.is_valid(code):
        return Codes(code, None, code[8:17], VALID)
    if not any(c.isdigit() for c in plain):
        return Codes()
    core = plain[_CORES.get(len(plain), slice(8))]
    if len(set(core)) == 1:
        return Codes(state=INVALID)
    if len(plain) == _LONG_CODES[0] and registration_number.is_valid(plain):
        # It may be of a citizen all the same: then it is compared, and never shown.
        readable = identity_number.plausible_head(identity_number.lift(plain)[:14])
        return Codes(state=INVALID, legible=plain) if readable else Codes(None, plain, None, VALID)
    return Codes(state=INVALID) if _of_a_citizen(plain) else _by_organisation(code, plain)


def _by_organisation(code: str, plain: str) -> Codes:
    """The organisation code, alone or inside a tax number or an ill-checked credit code."""
    inside = plain[6:] if len(plain) == 15 else plain[8:17] if len(plain) == 18 else plain
    if organisation_code.is_valid(inside):
        return Codes(None, None, inside, VALID, _legible(code, plain))
    return Codes(state=INVALID, legible=_legible(code, plain))


def _of_a_citizen(plain: str) -> bool:
    """Whether it is an identity number, or one with a slip: those belong to no enterprise and are never shown."""
    return credit_code.like_identity_number(plain) or (len(plain) in _LONG_CODES and identity_number.is_valid(plain))


def _legible(code: str, plain: str) -> str | None:
    """The characters of a well-formed code."""
    text = code if len(code) == 18 else plain
    return text if _WELL_FORMED.fullmatch(text) else None


def _column(values: pa.StringArray) -> list[Codes]:
    cells = said(values).to_pylist()
    sure = plain_credit_codes(values).tolist()
    return [
        Codes(cell, None, cell[8:17], VALID) if plain else read(cell) for cell, plain in zip(cells, sure, strict=True)
    ]


def standardise_enterprise_codes(values: pa.StringArray) -> pa.Table:
    """Standardise enterprise codes.

    Args:
        values: distinct raw cells, never null.

    Returns:
        One row per value: `credit_code`, `registration_number`, `organisation_code` (each null where the cell yields none
        whose check holds), `code_state` (valid, invalid, missing; never null).
    """
    return _table(_column(values))


def standardise_codes(values: pa.StringArray) -> pa.Table:
    """`standardise_enterprise_codes` and, beside it, `legible_codes`; every value is read once."""
    codes = _column(values)
    return _table(codes).append_column("code_legible", _legible_column(codes))


def _table(codes: list[Codes]) -> pa.Table:
    return pa.table(
        {
            "credit_code": pa.array([c.credit_code for c in codes], pa.string()),
            "registration_number": pa.array([c.registration_number for c in codes], pa.string()),
            "organisation_code": pa.array([c.organisation_code for c in codes], pa.string()),
            "code_state": pa.array([c.state for c in codes], pa.string()),
        }
    )


def legible_codes(values: pa.StringArray) -> pa.Table:
    """Standardise what can be compared of codes whose check fails.

    Some codes were given out with another check character than GB 32100 asks for; two platforms that hold the same
    characters mean the same enterprise.

    Args:
        values: distinct raw cells, never null.

    Returns:
        One row per value: `code_legible`, the characters of a well-formed code; where it is valid the credit code, else
        the registration number, else the organisation code. Null where there is none, where it is made up, and where it
        is an identity number.
    """
    return pa.table({"code_legible": _legible_column(_column(values))})


def _legible_column(codes: list[Codes]) -> pa.Array:
    legible = [c.credit_code or c.registration_number or c.legible or c.organisation_code for c in codes]
    return pa.array(legible, pa.string())
