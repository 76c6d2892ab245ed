"""How an address is written down: character widths, dashes, brackets and numerals, folded to one notation.

Belongs here: what is true of every Chinese address before anything is known of its parts. Does not belong here: what a
part means (`grammar`) and which places exist (`gazetteer`).
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.characters import simplified, traditional_in
from pipelines.standardise.folding import none_longer
from pipelines.standardise.numerals import NUMERALS, numeral
from pipelines.standardise.placeholders import NO_ADDRESS, said

_RUN = re.compile(f"[{NUMERALS}千]+")
_LEADING_ZEROS = re.compile(r"^0+(?=[0-9])")
_MOST_DIGITS = 7

LONGEST = 500
"""Characters beyond which a cell is no address and no part of one."""

_ROMAN = {0x2160 + i: str(i + 1) for i in range(12)} | {0x2170 + i: str(i + 1) for i in range(12)}
"""Ⅲ, which would be three letters in half width."""

_FOLDS = (
    (r"[\s\x{200b}\x{200c}\x{200d}\x{2060}\x{feff}\x{00ad}]+", ""),
    (r"[‐‑‒–—―−﹣~_⁃]+", "-"),
    (r"([0-9])一([0-9])", r"\1-\2"),  # 3一502: a dash taken for a numeral
    (r"-{2,}", "-"),
    (r"[\[【〔{〈《「]", "("),
    (r"[\]】〕}〉》」]", ")"),
    (r"\((?:原|旧|曾|附近|旁|近|出租|自住|空|备|注)[^()]*\)", ""),  # a note about the place, not part of it
    (r"(?:\([^()]*\))+$", ""),
    (r"[()'\"“”‘’,;。.!?:*·|\\]+", ""),
)


def fold_text(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Bring addresses to half width, simplified characters, one dash, no blanks, no brackets.

    Args:
        values: Strings, nullable.

    Returns:
        Strings of the same length and nullability; an address with nothing left, or that says nothing, is null.
        Bracketed notes at the end and
        notes that begin as notes do (原…, 出租…) are dropped; other brackets are opened, what they hold stays.
    """
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    encoded = values.cast(pa.string()).dictionary_encode()
    return pc.take(tidy(plain_characters(none_longer(encoded.dictionary, LONGEST))), encoded.indices)


def plain_characters(values: pa.StringArray) -> pa.StringArray:
    """Half width, simplified, roman numerals as digits."""
    return simplified_column(pc.utf8_normalize(without_roman(values), form="NFKC"))


def tidy(values: pa.StringArray) -> pa.StringArray:
    """`fold_text` of plain characters, never null."""
    folded = said(values, NO_ADDRESS)
    for pattern, replacement in _FOLDS:
        folded = pc.replace_substring_regex(folded, pattern=pattern, replacement=replacement)
    return pc.if_else(pc.equal(folded, ""), pa.scalar(None, pa.string()), folded)


def simplified_column(values: pa.StringArray) -> pa.StringArray:
    """Traditional characters as simplified ones; only the values that hold any are touched."""
    traditional = traditional_in(values.to_pylist())
    if not traditional:
        return values
    written = pc.match_substring_regex(values, f"[{''.join(traditional)}]")
    return pc.replace_with_mask(values, written, pa.array(simplified(values.filter(written).to_pylist()), pa.string()))


def without_roman(values: pa.StringArray) -> pa.StringArray:
    """Roman numerals of one character as digits."""
    roman = pc.match_substring_regex(values, r"[\x{2160}-\x{216B}\x{2170}-\x{217B}]")
    if not pc.any(roman).as_py():
        return values
    plain = [text.translate(_ROMAN) for text in values.filter(roman).to_pylist()]
    return pc.replace_with_mask(values, roman, pa.array(plain, pa.string()))


def _digits(run: re.Match[str]) -> str:
    """A numeral as digits; what is none stays as it is."""
    read = numeral(run.group())
    return run.group() if read is None else str(read)


def number(text: str | None) -> str | None:
    """Write a building, unit, room or door number in its one form: Arabic digits, capitals, no leading zeros.

    >>> number("十二"), number("012"), number("b3"), number("12.0"), number("东"), number("")
    ('12', '12', 'B3', '12', '东', None)
    """
    if not text:
        return None
    text = text.upper().removesuffix(".0")
    text = _RUN.sub(_digits, text)
    return _LEADING_ZEROS.sub("", text)


def name_key(text: str) -> str:
    """Fold a road, estate or village name for look-up: numerals as digits, letters as capitals.

    >>> name_key("花园二路") == name_key("花园2路")
    True
    """
    return _RUN.sub(_digits, text).upper()


_MARKS = r"^第|(?:幢|栋|棟|号楼|座|#楼?|楼|单元|门|号室|室|号)$"
_MONTH = "(?i:jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*"
_A_DATE = (
    r"^\s*(?:(?:19|20)[0-9]{2}[-/.年][0-9]{1,2}[-/.月][0-9]{1,2}日?(?:[T\s].*)?|[0-9一二三四五六七八九十]{1,3}月[0-9一二三四五六七八九十]{1,3}[日号]|[0-9]{1,2}/[0-9]{1,2}/(?:19|20)[0-9]{2}|(?:19|20)[0-9]{2}年[0-9]{1,2}月"
    rf"|[0-9]{{1,2}}-{_MONTH}(?:-[0-9]{{2,4}})?|{_MONTH}-[0-9]{{1,4}}"
    r"|(?:3[6-9]|4[0-9]|5[0-4])[0-9]{3}(?:\.0+)?)\s*$"
)
"""A date, also as the serial number of a spreadsheet (36000 to 54999: the years 1998 to 2050)."""


def made_dates(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Which numbers of buildings, units, rooms and doors a spreadsheet made a date of: 1-6 arrives as 2026-01-06.

    Args:
        values: Strings, nullable.

    Returns:
        Booleans of the same length and nullability. What the number was can't be told: it is no number any more.
    """
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    return pc.match_substring_regex(pc.utf8_normalize(values.cast(pa.string()), form="NFKC"), _A_DATE)


def numbers(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Write a column of building, unit, room or door numbers in their one form (`number`), marks taken off.

    Args:
        values: Strings, nullable: `3幢`, `三`, `３`, a workbook's `3.0`.

    Returns:
        Strings of the same length; null where nothing is left, where the number was made a date (`made_dates`), and where
        it has more digits than a number on a door.
    """
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    encoded = values.cast(pa.string()).dictionary_encode()
    kept = pc.if_else(made_dates(encoded.dictionary), "", encoded.dictionary)
    whole = pc.replace_substring_regex(kept, pattern=r"\.0+\s*$", replacement="")
    folded = pc.replace_substring_regex(fold_text(whole), pattern=_MARKS, replacement="")
    folded = pc.if_else(
        pc.match_substring_regex(folded, rf"[0-9]{{{_MOST_DIGITS},}}"), pa.scalar(None, pa.string()), folded
    )
    forms = pa.array([number(text) for text in folded.to_pylist()], pa.string())
    return pc.take(forms, encoded.indices)
