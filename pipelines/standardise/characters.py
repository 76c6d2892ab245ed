"""Folding Chinese characters for comparison: traditional to simplified, characters to pinyin.

Works through one table per run of the characters that really occur: a city's names use a few thousand characters, so each
is looked up once and whole columns are then translated in C. Belongs here: character by character folds. Does not: names.
"""

from __future__ import annotations

import unicodedata
from collections.abc import Sequence
from functools import lru_cache

import opencc
from pypinyin import Style, pinyin

KEPT_TRADITIONAL = frozenset("於乾甯著藉瞭徵麽夥")
"""Characters OpenCC would fold into another surname or word: 於 is no 于, 乾 no 干, 甯 no 宁."""


@lru_cache(maxsize=1)
def _converter() -> opencc.OpenCC:
    return opencc.OpenCC("t2s")


@lru_cache(maxsize=200_000)
def _simplified(character: str) -> str:
    if character < "\u2e80" or character in KEPT_TRADITIONAL:
        return character
    return str(_converter().convert(character))


@lru_cache(maxsize=200_000)
def syllable(character: str) -> str:
    """Pinyin of one character without tone; other scripts in small letters."""
    if character < "\u2e80":
        return character.lower()
    reading = pinyin(character, style=Style.NORMAL, heteronym=False, errors="default")[0][0]
    return str(reading).replace("ü", "v")


_LATIN = range(0x00C0, 0x0370), range(0x1E00, 0x1F00)
_NO_MARK = {"Đ": "D", "đ": "d", "Ø": "O", "ø": "o", "Ł": "L", "ł": "l", "ß": "ss", "Æ": "AE", "æ": "ae", "Œ": "OE"}
_NO_MARK |= {"œ": "oe", "Þ": "TH", "þ": "th", "ı": "i", "Ħ": "H", "ħ": "h", "Ə": "A", "ə": "a", "Ð": "D", "ð": "d"}


def without_marks(texts: Sequence[str]) -> list[str]:
    """Latin letters without accents and strokes; other scripts as they are.

    >>> without_marks(['NGUYỄN VĂN ĐẠT', 'José', '陈', '김'])
    ['NGUYEN VAN DAT', 'Jose', '陈', '김']
    """
    marked = {c for c in set("".join(texts)) if any(ord(c) in block for block in _LATIN)}
    table = {ord(c): _NO_MARK.get(c) or _letters(c) for c in sorted(marked)}
    return [text.translate(table) for text in texts] if table else list(texts)


def _letters(character: str) -> str:
    return "".join(c for c in unicodedata.normalize("NFD", character) if not unicodedata.combining(c))


def _spaced(character: str) -> str:
    return syllable(character) if character < "\u2e80" else f" {syllable(character)} "


def simplified(texts: Sequence[str]) -> list[str]:
    """Traditional characters as simplified ones, except `KEPT_TRADITIONAL`; all else as it is.

    >>> simplified(['陳麗華', '於乾'])
    ['陈丽华', '於乾']
    """
    table = {ord(c): s for c in sorted(set("".join(texts))) if (s := _simplified(c)) != c}
    return [text.translate(table) for text in texts] if table else list(texts)


def traditional_in(texts: Sequence[str]) -> list[str]:
    """The characters of the texts that `simplified` would change, in order."""
    return [c for c in sorted(set("".join(texts))) if _simplified(c) != c]


def syllables(texts: Sequence[str]) -> list[str]:
    """Pinyin without tones, syllables joined by blanks, each character in its commonest reading; ü as v.

    One reading a character whatever stands beside it: homophones must fold alike, right or wrong.

    >>> syllables(['吕小军', 'Tom 王?'])
    ['lv xiao jun', 'tom wang ?']
    """
    table = {ord(c): s for c in sorted(set("".join(texts))) if (s := _spaced(c)) != c}
    return [" ".join(text.translate(table).split()) for text in texts]
