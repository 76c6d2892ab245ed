"""Numbers with a check character, made for whole columns: identity numbers, credit codes, organisation and registration numbers.

Belongs here: putting such numbers together. Does not: reading or checking them (`pipelines.standardise`), which is why the
arithmetic stands here a second time: a sample made by the code under test would prove nothing.
"""

from __future__ import annotations

import numpy as np
import numpy.typing as npt

from connectors.sample.draws import Ints, Texts, texts

_ID_WEIGHTS = np.array([7, 9, 10, 5, 8, 4, 2, 1, 6, 3, 7, 9, 10, 5, 8, 4, 2])
_CREDIT_WEIGHTS = np.array([pow(3, i, 31) for i in range(17)])
_ORGANISATION_WEIGHTS = np.array([3, 7, 9, 10, 5, 8, 4, 2])
_CREDIT_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"
_ALPHABET = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"


def _values(bodies: Texts, alphabet: str) -> Ints:
    """The code points of equally long strings as a table of values in `alphabet`, one row per string."""
    table = np.zeros(128, dtype=np.int64)
    for value, character in enumerate(alphabet):
        table[ord(character)] = value
    width = len(bodies[0])
    points: npt.NDArray[np.uint32] = np.array(bodies, dtype=f"U{width}").view(np.uint32).reshape(-1, width)
    return table[points]


def _append(bodies: Texts, checks: Ints, alphabet: str) -> Texts:
    return texts([body + alphabet[check] for body, check in zip(bodies, checks, strict=True)])


def identity_numbers(divisions: Texts, births: npt.NDArray[np.datetime64], order: Ints) -> Texts:
    """18-character citizen identity numbers (GB 11643): division 6, birth date 8, sequence 3 (odd: male), check character.

    Args:
        divisions: six-digit division codes.
        births: birth dates, day resolution.
        order: sequence numbers 0–999.
    """
    if not len(divisions):
        return texts([])
    days = np.datetime_as_string(births, unit="D")
    bodies = texts(
        [f"{d}{b[:4]}{b[5:7]}{b[8:10]}{s:03d}" for d, b, s in zip(divisions, days, order.tolist(), strict=True)]
    )
    return _append(bodies, _values(bodies, "0123456789") @ _ID_WEIGHTS % 11, "10X98765432")


def organisation_codes(bodies: Texts) -> Texts:
    """Nine-character organisation codes (GB 11714) from their first eight characters."""
    checks = (11 - _values(bodies, _ALPHABET) @ _ORGANISATION_WEIGHTS % 11) % 11
    return _append(bodies, checks, "0123456789X")


def credit_codes(departments: Texts, division: str, organisations: Texts) -> Texts:
    """18-character unified social credit codes (GB 32100): department 2, division 6, organisation code 9, check character."""
    bodies = texts([f"{d}{division}{o}" for d, o in zip(departments, organisations, strict=True)])
    checks = (31 - _values(bodies, _CREDIT_ALPHABET) @ _CREDIT_WEIGHTS % 31) % 31
    return _append(bodies, checks, _CREDIT_ALPHABET)


def registration_numbers(bodies: Texts) -> Texts:
    """15-digit registration numbers (GS 15, check digit by GB/T 17710 mod 11,10) from their first fourteen digits."""
    digits = _values(bodies, "0123456789")
    state = np.full(len(bodies), 10, dtype=np.int64)
    for column in range(14):
        total = (state + digits[:, column]) % 10
        state = np.where(total == 0, 10, total) * 2 % 11
    return _append(bodies, (11 - state) % 10, "0123456789")
