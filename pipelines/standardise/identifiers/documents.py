"""Identity documents besides the citizen's identity card: passports, permits, cards for foreigners, military ids.

Structure: passports of China are E, G, D, S, P, K and letters with 7 or 8 digits (ICAO 9303; other countries' differ); the
mainland travel permit of Hong Kong and Macau residents is H or M, 8 digits of the holder and 2 of the issue; that of Taiwan
residents 8 digits, the old one 10 digits and a letter in brackets; permits to Hong Kong, Macau and Taiwan C, W, T or L and 8
digits; the permanent residence card for foreigners 3 letters of the country and 12 digits, since 2023 9 and 17 characters with
the check of identity numbers; the residence permit for Hong Kong, Macau and Taiwan 81, 82 or 83 and as an identity number;
military ids a word, 字第, digits, 号; the birth certificate a letter and 9 digits.

Belongs here: which document a number is of, and its one spelling. Does not: citizens' numbers (`identity_number`).

>>> read('护照：e1234 5687')
Document(type='passport', number='E12345687')
>>> read('H0481516201').number, read('h04815162').number
('H04815162', 'H04815162')
>>> read('11010519491231002X'), read('无')
(None, None)
"""

from __future__ import annotations

import re
from collections.abc import Callable
from dataclasses import dataclass

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.folding import fold_text
from pipelines.standardise.identifiers import identity_number
from pipelines.standardise.placeholders import is_made_up, said

PASSPORT = "passport"
HONG_KONG_MACAU_PERMIT = "hong_kong_macau_permit"
TAIWAN_PERMIT = "taiwan_permit"
EXIT_PERMIT = "exit_permit"
PERMANENT_RESIDENCE = "permanent_residence"
RESIDENCE_PERMIT = "residence_permit"
MILITARY = "military_id"
BIRTH_CERTIFICATE = "birth_certificate"
OTHER = "other"

TYPES = (
    *(PASSPORT, HONG_KONG_MACAU_PERMIT, TAIWAN_PERMIT, EXIT_PERMIT, PERMANENT_RESIDENCE, RESIDENCE_PERMIT),
    *(MILITARY, BIRTH_CERTIFICATE, OTHER),
)
"""Types of documents. `other` is a document whose type is declared in words that are none of these."""


@dataclass(frozen=True)
class Document:
    """A document's type, one of `TYPES`, and its number in the one spelling of that type."""

    type: str
    number: str


_WORDS = (
    (re.compile("永久居留|永居|外国人.{0,4}居留证|五星卡"), PERMANENT_RESIDENCE),
    (re.compile("(?:港澳|台湾|台).{0,6}居住证"), RESIDENCE_PERMIT),
    (re.compile("(?:大陆|内地)居民.{0,4}往来|往来(?:港澳|台湾)|前往港澳|赴台"), EXIT_PERMIT),
    (re.compile("港澳.{0,6}通行证|回乡证|来往内地"), HONG_KONG_MACAU_PERMIT),
    (re.compile("台湾.{0,6}通行证|台胞证|来往大陆"), TAIWAN_PERMIT),
    (re.compile("护照|旅行证|PASSPORT|海员证"), PASSPORT),
    (re.compile("军官|士兵|军人|文职|警官|士官|军队|义务兵|离休干部荣誉"), MILITARY),
    (re.compile("出生(?:医学)?证明"), BIRTH_CERTIFICATE),
)
"""What a type is called on forms. Permits of residents of the mainland before those of Hong Kong: 往来 and 来往 differ."""

_CITIZEN = re.compile("居民身份证|身份证|户口簿|户口本|IDCARD")
_ANY_WORD = re.compile(
    r"(?:号码|证号|编号|证件号?|NUMBER|NO\.?|#|[:：,，])+|(?:护照|PASSPORT|[\u4e00-\u9fff]{0,12}(?:通行证|居留证|身份证|居住证|证明|回乡证|台胞证|海员证|旅行证|军官证|士兵证|警官证|文职证))"
)
_NO_PART = re.compile(r"[^0-9A-Z]")
_MILITARY_LABEL = re.compile(r"(?:军官|士兵|警官|文职|士官|义务兵)?证(?:件)?(?:号码?)?[:：]?|^[:：]|号码")
_MILITARY_NUMBER = re.compile(r"([\u4e00-\u9fff]{1,3}?)字?第?\s?([0-9]{4,10})")
_TAIWAN_OLD = re.compile(r"([0-9]{8})[0-9]{2}(?:\(?[A-Z]\)?)?")
_LONGEST = 120


def _same(text: str) -> str:
    return text


def _of_holder(text: str) -> str:
    """The number without the count of its issue, which grows with every new card."""
    return text[:9]


Spelling = tuple[re.Pattern[str], str, Callable[[str], str]]
_BY_SHAPE: tuple[Spelling, ...] = (
    (re.compile(r"[A-Z]{3}[0-9]{12}"), PERMANENT_RESIDENCE, _same),
    (re.compile(r"[HM][0-9]{8}(?:[0-9]{2})?"), HONG_KONG_MACAU_PERMIT, _of_holder),
    (re.compile(r"[CWTL][0-9]{8}"), EXIT_PERMIT, _same),
    (re.compile(r"[EGDSPK][A-Z]?[0-9]{7,8}|[A-Z]{1,2}[0-9]{6,8}|[A-Z]{3}[0-9]{5,6}"), PASSPORT, _same),
    (re.compile(r"[A-Z][0-9]{9}"), BIRTH_CERTIFICATE, _same),
)
"""Types that a number shows by its shape alone, tried in this order."""

_BY_TYPE: dict[str, re.Pattern[str]] = {
    PASSPORT: re.compile(r"(?=(?:.*[0-9]){4})[0-9A-Z]{6,12}"),
    HONG_KONG_MACAU_PERMIT: re.compile(r"[HM]?[0-9]{8}(?:[0-9]{2})?"),
    TAIWAN_PERMIT: re.compile(r"[0-9]{8}(?:[0-9]{2}[A-Z]?)?|[A-Z][0-9]{7,9}"),
    EXIT_PERMIT: re.compile(r"[A-Z]{1,2}[0-9]{7,8}"),
    PERMANENT_RESIDENCE: re.compile(r"[A-Z]{3}[0-9]{12}"),
    BIRTH_CERTIFICATE: re.compile(r"[A-Z][0-9]{8,10}"),
    OTHER: re.compile(r"(?=(?:.*[0-9]){4})[0-9A-Z]{6,20}"),
}
"""What a number looks like whose type is declared."""


def type_of(declared: str | None) -> str | None:
    """The type a platform declares in words; None where it declares none, or the citizen's card.

    >>> type_of('港澳居民来往内地通行证'), type_of('往来港澳通行证'), type_of('居民身份证'), type_of('居留许可')
    ('hong_kong_macau_permit', 'exit_permit', None, 'other')
    """
    if not declared:
        return None
    text = fold_text(declared).upper().replace(" ", "")
    named = next((name for words, name in _WORDS if words.search(text)), None)
    if named or not text or text in ("无", "其他", "其它", "不详") or _CITIZEN.search(text):
        return named
    return OTHER if not text.isascii() else None


def read(cell: str, declared: str | None = None) -> Document | None:
    """Read one cell; never raises.

    Args:
        cell: what a platform holds in its column of document numbers.
        declared: what it says of the type, in words.

    Returns:
        The document, or None where the cell holds a citizen's number or no document's. The type declared counts, then the
        one named in the cell, then the one the number shows.
    """
    text = fold_text(cell[:_LONGEST]).upper()
    if not any(c.isdigit() for c in text):
        return None
    like_citizen = _numbered_like_citizen(text)
    if like_citizen is not None:
        return like_citizen if like_citizen.type != OTHER else None
    named = type_of(declared) or next((name for words, name in _WORDS if words.search(text)), None)
    if named == MILITARY or (named is None and "字第" in text):
        return _military(text)
    number = _NO_PART.sub("", _ANY_WORD.sub("", text))
    digits = [c for c in number if c.isdigit()]
    if len(set(digits)) <= 1:  # a row of neighbours is a number like any other: passports count on
        return None
    return _typed(named, number, text)


def _numbered_like_citizen(text: str) -> Document | None:
    """The permits numbered like identity cards; `other` stands for a citizen's number itself."""
    reading = identity_number.read(text)
    if reading.state == identity_number.MISSING:
        return None
    number = reading.number or ""
    if number[:1] == "9":
        return Document(PERMANENT_RESIDENCE, number)
    return Document(RESIDENCE_PERMIT if number[:2] in ("81", "82", "83") else OTHER, number)


def _typed(named: str | None, number: str, text: str) -> Document | None:
    shown = next(((kind, spell) for shape, kind, spell in _BY_SHAPE if shape.fullmatch(number)), None)
    if named is None:
        return Document(shown[0], shown[1](number)) if shown else None
    if named not in _BY_TYPE or not _BY_TYPE[named].fullmatch(number):
        return Document(shown[0], shown[1](number)) if shown else None
    if named == HONG_KONG_MACAU_PERMIT:
        return Document(named, _of_holder(number) if number[0] in "HM" else number[:8])
    if named == TAIWAN_PERMIT and (old := _TAIWAN_OLD.search(text)):
        return Document(named, old[1])
    return Document(named, number)


def _military(text: str) -> Document | None:
    """字第 and 号 are left out: 南字第01234567号 is 南01234567."""
    match = _MILITARY_NUMBER.search(_MILITARY_LABEL.sub("", text))
    if match is None or is_made_up(match[2]):
        return None
    return Document(MILITARY, match[1] + match[2])


def standardise_documents(values: pa.StringArray, declared: pa.StringArray | None = None) -> pa.Table:
    """Standardise documents besides the citizen's identity card.

    Args:
        values: raw cells, never null.
        declared: what each row says of the type, nullable; as long as `values`. A type is part of what a value means, so
            distinct values are distinct pairs.

    Returns:
        One row per value: `document_type`, one of `TYPES`, and `document_number`; both null where the cell holds a
        citizen's number or no document's.
    """
    cells = said(values)
    citizen = pc.match_substring_regex(cells, r"^(?:[1-7][0-9]{16}[0-9Xx]|[1-7][0-9]{14})?$").to_pylist()
    types = declared.to_pylist() if declared is not None else [None] * len(cells)
    documents = [
        None if plain else read(cell, kind) for cell, kind, plain in zip(cells.to_pylist(), types, citizen, strict=True)
    ]
    return pa.table(
        {
            "document_type": pa.array([d and d.type for d in documents], pa.string()),
            "document_number": pa.array([d and d.number for d in documents], pa.string()),
        }
    )
