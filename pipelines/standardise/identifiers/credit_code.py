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
from pipelines.standardise.identifiers.check import CREDIT_ALPHABET, InvalidIdentifierError, mod_31

_WELL_FORMED = re.compile(f"[{CREDIT_ALPHABET}]{{2}}\\d{{6}}[{CREDIT_ALPHABET}]{{10}}")
_NOT_USED = str.maketrans("OI", "01")


def compact(number: str) -> str:
    """Half width capitals without blanks and dashes; O and I, which the standard does not use, as 0 and 1."""
    return re.sub(r"[^0-9A-Z]", "", fold_text(number).upper()).translate(_NOT_USED)


def validate(number: str) -> str:
    """The 18-character code. Raises InvalidIdentifierError where form or check character are wrong."""
    text = compact(number)
    if not _WELL_FORMED.fullmatch(text):
        raise InvalidIdentifierError(
            "a credit code has 18 digits and letters without I, O, S, V, Z, its third to eighth digits"
        )
    if mod_31(text[:17]) != text[17]:
        raise InvalidIdentifierError("the check character does not hold")
    return text


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
