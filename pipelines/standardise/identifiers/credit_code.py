"""Unified social credit codes (统一社会信用代码).

Structure (GB 32100-2015): 1 character registering department (9 market regulation, 5 civil affairs, 1 institutions…),
1 character category, 6 digits division, 9 characters organisation code, 1 check character modulo 31. The letters I, O, S, V
and Z are not used, so O and I can only be 0 and 1.

>>> validate('91350100m000100y43')
'91350100M000100Y43'
>>> validate('9135O100M000100Y43')
'91350100M000100Y43'
>>> is_valid('91350100M000100Y44')
False
"""

from __future__ import annotations

import re

from pipelines.standardise.folding import fold_text
from pipelines.standardise.identifiers import identity_number
from pipelines.standardise.identifiers import organisation_code as inside_code
from pipelines.standardise.identifiers.check import CREDIT_ALPHABET, InvalidIdentifierError, mod_31
from pipelines.standardise.placeholders import is_made_up

_NO_PART = re.compile(r"[^0-9A-Z]")
_WELL_FORMED = re.compile(f"[{CREDIT_ALPHABET}]{{2}}\\d{{6}}[{CREDIT_ALPHABET}]{{10}}")
_IDENTITY_NUMBER = re.compile(r"[0-9]{17}[0-9X]")
_KINDS = frozenset(
    "11 12 13 19 21 29 31 32 33 34 35 39 41 49 51 52 53 54 59 61 62 69 71 72 79 81 89 91 92 93 A1 A2 A3 A9 N1 N2 N3 N9 Y1".split()
)
"""Registering departments and their categories (GB 32100-2015, and what was added to it since)."""

_NOT_USED = str.maketrans("OI", "01")


def compact(number: str) -> str:
    """Half width capitals without blanks and dashes; O and I, which the standard does not use, as 0 and 1."""
    return _NO_PART.sub("", fold_text(number).upper()).translate(_NOT_USED)


def validate(number: str) -> str:
    """The 18-character code. Raises InvalidIdentifierError where form or check character are wrong."""
    text = compact(number)
    if not _WELL_FORMED.fullmatch(text):
        raise InvalidIdentifierError(
            "a credit code has 18 digits and letters without I, O, S, V, Z, its third to eighth digits"
        )
    if mod_31(text[:17]) != text[17]:
        raise InvalidIdentifierError("the check character does not hold")
    if len(set(text[8:16])) == 1:
        raise InvalidIdentifierError("the organisation code inside is one digit again and again")
    if is_made_up(text):
        raise InvalidIdentifierError("the characters are a row or a repetition")
    if like_identity_number(text):
        raise InvalidIdentifierError("the characters are an identity number's")
    return text


def like_identity_number(text: str) -> bool:
    """Whether 18 compact characters are an identity number rather than a credit code.

    One identity number in 31 passes the check of credit codes. It has a birth date where a credit code has the organisation
    code; a credit code has a known department and category, a division behind them, and an organisation code whose own
    check holds. What has all of both is taken for the credit code.
    """
    if not _IDENTITY_NUMBER.fullmatch(text) or not identity_number.plausible_head(text[:14]):
        return False
    division = text[2:4] in identity_number.PROVINCES or text[2:8] == "100000"
    return not (text[:2] in _KINDS and division and inside_code.is_valid(text[8:17]))


def is_valid(number: str) -> bool:
    """Whether `validate` accepts it."""
    try:
        validate(number)
    except InvalidIdentifierError:
        return False
    return True


def organisation_code(number: str) -> str:
    """The organisation code inside a valid credit code: characters 9–17."""
    return validate(number)[8:17]


def format(number: str) -> str:
    """The code in groups of department and category, division, organisation code, check character."""
    text = compact(number)
    return f"{text[:2]} {text[2:8]} {text[8:17]} {text[17:]}"
