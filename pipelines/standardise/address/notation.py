"""How an address is written down: character widths, dashes, brackets and numerals, folded to one notation.

Belongs here: what is true of every Chinese address before anything is known of its parts. Does not belong here: what a
part means (`grammar`) and which places exist (`gazetteer`).
"""

from __future__ import annotations

import re

import pyarrow as pa
import pyarrow.compute as pc

DIGITS = {"零": 0, "〇": 0, "一": 1, "二": 2, "两": 2, "三": 3, "四": 4, "五": 5, "六": 6, "七": 7, "八": 8, "九": 9}
UNITS = {"十": 10, "百": 100, "千": 1000}
TENS = {"廿": 20, "卅": 30}
NUMERALS = "零〇一二两三四五六七八九十百廿卅"
"""Characters a Chinese numeral in an address is made of."""

_RUN = re.compile(f"[{NUMERALS}千]+")
_LEADING_ZEROS = re.compile(r"^0+(?=[0-9])")

_FOLDS = (
    (r"[\s\x{200b}\x{200c}\x{200d}\x{2060}\x{feff}\x{00ad}]+", ""),
    (r"[‐‑‒–—―−﹣~_⁃]+", "-"),
    (r"([0-9])一([0-9])", r"\1-\2"),  # 3一502: a dash taken for a numeral
    (r"-{2,}", "-"),
    (r"[\[【〔{〈《「]", "("),
    (r"[\]】〕}〉》」]", ")"),
    (r"\((?:原|旧|曾|附近|旁|近|出租|自住|空|备|注)[^()]*\)", ""),  # a note about the place, not part of it
    (r"(?:\([^()]*\))+$", ""),
    (r"^(?i:无|不详|未知|不明|暂无|空|null|none|nan|-+)$", ""),
    (r"[()'\"“”‘’,;。.!?:*·|\\]+", ""),
)


def fold_text(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Bring addresses to half width, one dash, no blanks, no brackets.

    Args:
        values: Strings, nullable.

    Returns:
        Strings of the same length and nullability; an address with nothing left is null. Bracketed notes at the end and
        notes that begin as notes do (原…, 出租…) are dropped; other brackets are opened, what they hold stays.
    """
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    encoded = values.cast(pa.string()).dictionary_encode()
    folded = pc.utf8_normalize(encoded.dictionary, form="NFKC")
    for pattern, replacement in _FOLDS:
        folded = pc.replace_substring_regex(folded, pattern=pattern, replacement=replacement)
    folded = pc.if_else(pc.equal(folded, ""), pa.scalar(None, pa.string()), folded)
    return pc.take(folded, encoded.indices)


def numeral(text: str) -> int | None:
    """Read a Chinese numeral below ten thousand, or a row of Chinese digits.

    Returns:
        The number, or None where the characters are no numeral.

    >>> numeral("十二"), numeral("一百零三"), numeral("廿三"), numeral("五〇二"), numeral("楼")
    (12, 103, 23, 502, None)
    """
    if text and all(c in DIGITS for c in text):
        return int("".join(str(DIGITS[c]) for c in text))
    total, pending = 0, 0
    for c in text:
        if c in DIGITS:
            pending = DIGITS[c]
        elif c in UNITS:
            total += (pending or 1) * UNITS[c]
            pending = 0
        elif c in TENS:
            total += TENS[c]
        else:
            return None
    return total + pending if text else None


def number(text: str | None) -> str | None:
    """Write a building, unit, room or door number in its one form: Arabic digits, capitals, no leading zeros.

    >>> number("十二"), number("012"), number("b3"), number("12.0"), number("东"), number("")
    ('12', '12', 'B3', '12', '东', None)
    """
    if not text:
        return None
    text = text.upper().removesuffix(".0")
    text = _RUN.sub(lambda run: str(numeral(run.group())), text)
    return _LEADING_ZEROS.sub("", text)


def name_key(text: str) -> str:
    """Fold a road, estate or village name for look-up: numerals as digits, letters as capitals.

    >>> name_key("花园二路") == name_key("花园2路")
    True
    """
    return _RUN.sub(lambda run: str(numeral(run.group())), text).upper()


_MARKS = r"^第|(?:幢|栋|棟|号楼|座|#楼?|楼|单元|门|号室|室|号)$"


def numbers(values: pa.Array | pa.ChunkedArray) -> pa.Array:
    """Write a column of building, unit, room or door numbers in their one form (`number`), marks taken off.

    Args:
        values: Strings, nullable: `3幢`, `三`, `３`, a workbook's `3.0`.

    Returns:
        Strings of the same length; null where nothing is left.
    """
    if isinstance(values, pa.ChunkedArray):
        values = values.combine_chunks()
    encoded = values.cast(pa.string()).dictionary_encode()
    whole = pc.replace_substring_regex(encoded.dictionary, pattern=r"\.0+\s*$", replacement="")
    folded = pc.replace_substring_regex(fold_text(whole), pattern=_MARKS, replacement="")
    forms = pa.array([number(text) for text in folded.to_pylist()], pa.string())
    return pc.take(forms, encoded.indices)
