"""What all text has in common before anybody reads it: one width, one kind of blank, nothing invisible.

Belongs here: folds that are right for every attribute. Does not: anything that knows what the text is about.
"""

from __future__ import annotations

import re
import unicodedata

import pyarrow as pa
import pyarrow.compute as pc

_INVISIBLE = "\u00ad\u180e\u200b-\u200f\u202a-\u202e\u2060-\u2064\ufeff\u0000-\u0008\u000e-\u001f\u007f"
_INVISIBLE_RE2 = r"[\x{00AD}\x{180E}\x{200B}-\x{200F}\x{202A}-\x{202E}\x{2060}-\x{2064}\x{FEFF}\x{0000}-\x{0008}\x{000E}-\x{001F}\x{007F}]"
_BLANKS_RE2 = r"[\s\x{000B}\x{0085}\x{1680}\x{2028}\x{2029}\x{3000}]+"
_INVISIBLE_PATTERN = re.compile(f"[{_INVISIBLE}]")
_BLANKS_PATTERN = re.compile(r"\s+")


def fold(values: pa.StringArray) -> pa.StringArray:
    """NFKC (full width to half width), no invisible characters, runs of blanks as one blank, none at the ends."""
    folded = pc.utf8_normalize(values, form="NFKC")
    folded = pc.replace_substring_regex(folded, _INVISIBLE_RE2, "")
    return pc.utf8_trim(pc.replace_substring_regex(folded, _BLANKS_RE2, " "), " ")


def fold_text(value: str) -> str:
    """`fold` for one value.

    >>> fold_text(' ３幢\u30002 单元\u200b ')
    '3幢 2 单元'
    """
    value = _INVISIBLE_PATTERN.sub("", unicodedata.normalize("NFKC", value))
    return _BLANKS_PATTERN.sub(" ", value).strip()


def without_blanks(values: pa.StringArray) -> pa.StringArray:
    """Drop all blanks from folded text."""
    return pc.replace_substring(values, " ", "")


def none_if_empty(values: pa.StringArray) -> pa.StringArray:
    """Null instead of the empty string."""
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)
