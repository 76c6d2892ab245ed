"""Chinese numerals and numbers a program turned into an exponent, as plain digits.

Belongs here: reading a number that stands alone. Does not: where in a text a number begins.
"""

from __future__ import annotations

import re

DIGITS = {c: i for i, c in enumerate("零一二三四五六七八九")} | {"〇": 0, "○": 0, "两": 2}
"""Digits as they are written in rows and before a unit."""

CAPITALS = str.maketrans("壹贰叁肆伍陆柒捌玖拾佰仟貳參陸", "一二三四五六七八九十百千二三六")
"""Capital numerals (大写), which cheques and deeds are written in."""

NUMERALS = "零〇一二两三四五六七八九十百廿卅"
"""Characters a small numeral is made of, capitals apart."""

_DIGIT = "[一二两三四五六七八九]"
_POSITIONAL = re.compile(
    rf"(?:({_DIGIT})千)?(?:[零〇]?({_DIGIT})百)?(?:[零〇]?(?:({_DIGIT})?(十)|(廿|卅)))?(?:[零〇]?({_DIGIT}))?"
)
_LONGEST_ROW = 9
_NO_FRACTION = re.compile(r"([0-9]+)\.0{1,9}")
_JAVA = re.compile(r"(\d)\.(\d{1,16})E(\d{1,2})")
_SPREADSHEET = re.compile(r"(\d)\.(\d{1,16})E\+(\d{1,2})")
_LONGEST_EXPONENT = 17


def numeral(text: str) -> int | None:
    """Read a Chinese numeral below ten thousand, or a row of at most nine Chinese digits.

    Returns:
        The number; None where the characters are no numeral, as in 十五十六 or 三百五千.

    >>> numeral('十二'), numeral('一百零三'), numeral('廿三'), numeral('五〇二'), numeral('二一'), numeral('叁拾')
    (12, 103, 23, 502, 21, 30)
    >>> numeral('十五十六'), numeral('楼'), numeral('')
    (None, None, None)
    """
    text = text.translate(CAPITALS)
    if not text or len(text) > _LONGEST_ROW:
        return None
    if all(c in DIGITS for c in text):
        return int("".join(str(DIGITS[c]) for c in text))
    read = _POSITIONAL.fullmatch(text)
    if read is None:
        return None
    thousands, hundreds, tens, ten, score, ones = read.groups()
    total = 1000 * DIGITS.get(thousands, 0) + 100 * DIGITS.get(hundreds, 0)
    total += 10 * (DIGITS[tens] if tens else 1) if ten else 0
    total += {"廿": 20, "卅": 30}.get(score, 0)
    return total + DIGITS.get(ones, 0)


def plain_digits(text: str) -> str:
    """The digits of a whole number that a program printed as a float, where all of them are there; else the text.

    Java drops zeros at the end and prints no plus (1.9850312E7); a spreadsheet rounds and prints one (1.39E+10), so there
    the digits must be complete.

    >>> plain_digits('1.9850312E7'), plain_digits('19850312.0'), plain_digits('1.39E+10'), plain_digits('1.3912340111E+10')
    ('19850312', '19850312', '1.39E+10', '13912340111')
    """
    if text[-2:] in (".0", "00") and (whole := _NO_FRACTION.fullmatch(text)):
        return whole[1]
    if "E" not in text:
        return text
    read = _JAVA.fullmatch(text) or _SPREADSHEET.fullmatch(text)
    if read is None:
        return text
    first, rest, exponent = read[1], read[2], int(read[3])
    complete = len(rest) == exponent or ("+" not in text and len(rest) < exponent <= _LONGEST_EXPONENT)
    return (first + rest).ljust(exponent + 1, "0") if complete else text
