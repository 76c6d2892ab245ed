"""Registration numbers of enterprises (工商注册号), in use before the unified social credit code.

Structure (GS 15-2006): 6 digits of the registering authority, 8 digits sequence, 1 check digit by ISO 7064 MOD 11,10.

>>> validate('110108 000000016')
'110108000000016'
>>> is_valid('110108000000015')
False
"""

from __future__ import annotations

import re

from pipelines.standardise.folding import fold_text
from pipelines.standardise.identifiers.check import InvalidIdentifierError, mod_11_10

_NO_PART = re.compile(r"[^0-9A-Z]")
_WELL_FORMED = re.compile(r"\d{15}")


def compact(number: str) -> str:
    """Half width digits without blanks and dashes."""
    return _NO_PART.sub("", fold_text(number).upper())


def validate(number: str) -> str:
    """The 15-digit number. Raises InvalidIdentifierError where form or check digit are wrong."""
    text = compact(number)
    if not _WELL_FORMED.fullmatch(text):
        raise InvalidIdentifierError("a registration number has 15 digits")
    if mod_11_10(text[:14]) != text[14]:
        raise InvalidIdentifierError("the check digit does not hold")
    return text


def is_valid(number: str) -> bool:
    """Whether `validate` accepts it."""
    try:
        validate(number)
    except InvalidIdentifierError:
        return False
    return True


def format(number: str) -> str:
    """The number in groups of authority, sequence and check digit."""
    text = compact(number)
    return f"{text[:6]} {text[6:14]} {text[14:]}"
