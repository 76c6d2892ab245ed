"""Check characters of the Chinese identifiers, and the error they share.

Belongs here: the three check systems. Does not: what the other characters mean.
"""

from __future__ import annotations

CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
"""The 31 characters of GB 32100-2015: digits and capitals without I, O, S, V, Z."""


class InvalidIdentifierError(ValueError):
    """A number breaks its standard. The message names the rule, never the number."""


def mod_11_2(digits: str) -> str:
    """Check character of ISO 7064 MOD 11-2 (identity numbers, GB 11643-1999): 0–9 or X.

    >>> mod_11_2('11010519491231002')
    'X'
    """
    total = 0
    for digit in digits:
        total = (total + int(digit)) * 2
    value = (12 - total % 11) % 11
    return "X" if value == 10 else str(value)


def mod_11_10(digits: str) -> str:
    """Check digit of ISO 7064 MOD 11,10 (registration numbers, GS 15-2006).

    >>> mod_11_10('11010800000001')
    '6'
    """
    product = 10
    for digit in digits:
        total = (product + int(digit)) % 10 or 10
        product = total * 2 % 11
    return str((11 - product) % 10)


_CREDIT_VALUES = {c: i for i, c in enumerate(CREDIT_ALPHABET)}
_CREDIT_WEIGHTS = tuple(pow(3, i, 31) for i in range(17))


def mod_31(characters: str) -> str:
    """Check character of a unified social credit code (GB 32100-2015): weights 3^i modulo 31.

    >>> mod_31('91350100M000100Y4')
    '3'
    """
    total = sum(_CREDIT_VALUES[c] * w for c, w in zip(characters, _CREDIT_WEIGHTS, strict=True))
    return CREDIT_ALPHABET[(31 - total % 31) % 31]


_ORGANISATION_WEIGHTS = (3, 7, 9, 10, 5, 8, 4, 2)


def mod_11_organisation(characters: str) -> str:
    """Check character of an organisation code (GB 11714-1997): weights modulo 11, letters count 10–35.

    >>> mod_11_organisation('D2143569')
    'X'
    """
    total = sum(int(c, 36) * w for c, w in zip(characters, _ORGANISATION_WEIGHTS, strict=True))
    value = 11 - total % 11
    return {10: "X", 11: "0"}.get(value, str(value))
