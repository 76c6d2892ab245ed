"""Organisation codes (组织机构代码).

Structure (GB 11714-1997): 8 digits or capitals, a dash, 1 check character modulo 11. Since 2015 it lives on as characters
9–17 of the unified social credit code.

>>> validate('d2143569-x'), format('D2143569X')
('D2143569X', 'D2143569-X')
>>> is_valid('D21435690')
False
"""

from __future__ import annotations

import re

from pipelines.standardise.folding import fold_text
from pipelines.standardise.identifiers.check import InvalidIdentifierError, mod_11_organisation

_NO_PART = re.compile(r"[^0-9A-Z]")
_WELL_FORMED = re.compile(r"[0-9A-Z]{8}[0-9X]")


def compact(number: str) -> str:
    """Half width capitals without blanks and dashes."""
    return _NO_PART.sub("", fold_text(number).upper())


def validate(number: str) -> str:
    """The 9-character code. Raises InvalidIdentifierError where form or check character are wrong."""
    text = compact(number)
    if not _WELL_FORMED.fullmatch(text):
        raise InvalidIdentifierError("an organisation code has 8 digits or letters and a check character")
    if mod_11_organisation(text[:8]) != text[8]:
        raise InvalidIdentifierError("the check character does not hold")
    return text


def is_valid(number: str) -> bool:
    """Whether `validate` accepts it."""
    try:
        validate(number)
    except InvalidIdentifierError:
        return False
    return True


def format(number: str) -> str:
    """The code with its dash."""
    text = compact(number)
    return f"{text[:8]}-{text[8:]}"
