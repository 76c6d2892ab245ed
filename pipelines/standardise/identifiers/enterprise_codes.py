"""Columns of enterprise codes: one cell may hold a credit code, a registration number, an organisation code, or the tax form.

Belongs here: telling them apart by their check characters. Does not: the structure of each (one module a number).
"""

from __future__ import annotations

from dataclasses import dataclass

import pyarrow as pa

from pipelines.standardise.identifiers import credit_code, organisation_code, registration_number

VALID, INVALID, MISSING = "valid", "invalid", "missing"


@dataclass(frozen=True)
class Codes:
    """What a cell yields; any may be absent."""

    credit_code: str | None = None
    registration_number: str | None = None
    organisation_code: str | None = None
    state: str = MISSING


def read(cell: str) -> Codes:
    """Read one cell; never raises.

    Tax numbers of before 2015 are 6 digits division and the organisation code. Fifteen digits that pass as registration
    number and as tax number are taken for the registration number. Of a credit code whose own check fails the organisation
    code inside it is kept where that holds: it has a check of its own, which catches every digit typed for another.

    >>> read('91350100M000100Y43')
    Codes(credit_code='91350100M000100Y43', registration_number=None, organisation_code='M000100Y4', state='valid')
    >>> read('110108D2143569X').organisation_code, read('110108000000016').registration_number
    ('D2143569X', '110108000000016')
    """
    text = credit_code.compact(cell)
    if not any(c.isdigit() for c in text):
        return Codes()
    if credit_code.is_valid(text):
        return Codes(text, None, text[8:17], VALID)
    text = organisation_code.compact(cell)
    if registration_number.is_valid(text):
        return Codes(None, text, None, VALID)
    if organisation_code.is_valid(text):
        return Codes(None, None, text, VALID)
    inside = text[6:] if len(text) == 15 else text[8:17] if len(text) == 18 else ""
    if organisation_code.is_valid(inside) and inside.strip("0"):
        return Codes(None, None, inside, VALID)
    return Codes(state=INVALID)


def standardise_enterprise_codes(values: pa.StringArray) -> pa.Table:
    """Standardise enterprise codes.

    Args:
        values: distinct raw cells, never null.

    Returns:
        One row per value: `credit_code`, `registration_number`, `organisation_code` (each null where the cell yields none
        whose check holds), `code_state` (valid, invalid, missing; never null).
    """
    found = [read(cell) for cell in values.to_pylist()]
    return pa.table(
        {
            "credit_code": pa.array([f.credit_code for f in found], pa.string()),
            "registration_number": pa.array([f.registration_number for f in found], pa.string()),
            "organisation_code": pa.array([f.organisation_code for f in found], pa.string()),
            "code_state": pa.array([f.state for f in found], pa.string()),
        }
    )
