"""What all text has in common before anybody reads it: one width, one kind of blank, nothing invisible.

Belongs here: folds that are right for every attribute. Does not: anything that knows what the text is about.
"""

from __future__ import annotations

import html
import re
import unicodedata
from urllib.parse import unquote

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
    if value.isascii() and value.isprintable():
        return " ".join(value.split())
    value = _INVISIBLE_PATTERN.sub("", unicodedata.normalize("NFKC", value))
    return _BLANKS_PATTERN.sub(" ", value).strip()


_LIST_MARKS = re.compile("[\u2460-\u24ff\u2776-\u2793\u3220-\u3243\u3280-\u32b0]")


def without_list_marks(text: str) -> str:
    """A stroke in place of ①②③: half width they would be digits of the number behind them."""
    return text if text.isascii() else _LIST_MARKS.sub(" / ", text)


_ESCAPED_TWICE = 2
_ENTITY = re.compile(r"&(?:#[0-9]{1,7}|#[xX][0-9a-fA-F]{1,6}|[A-Za-z][A-Za-z0-9]{1,20});|&(?:nbsp|middot)(?![A-Za-z])")


_TAG = r"</?[A-Za-z][A-Za-z0-9]{0,9}(?:\s[^<>]{0,200})?/?>"
_ENCODED = re.compile(r"(?:%[0-9A-Fa-f]{2})+|(?:\\u[0-9A-Fa-f]{4})+")
_MAY_BE_ENCODED = r"%[89A-Fa-f][0-9A-Fa-f]%|\\u[0-9A-Fa-f]{4}"


def _entity(match: re.Match[str]) -> str:
    plain = html.unescape(match.group())
    return html.unescape(match.group().lower()) if plain == match.group() else plain


def _decoded(match: re.Match[str]) -> str:
    text = match.group()
    if text[0] == "%":
        return unquote(text, errors="replace")
    units = bytes.fromhex(text.replace("\\u", "").replace("\\U", ""))
    return units.decode("utf-16-be", "replace")


def without_markup(values: pa.StringArray) -> pa.StringArray:
    """`unescaped`, without HTML tags, and with what a URL (%E7%8E%8B) or JSON (\\u738b) encodes decoded."""
    values = unescaped(values)
    if pc.any(pc.match_substring(values, "<")).as_py():
        values = pc.replace_substring_regex(values, _TAG, " ")
    encoded = pc.match_substring_regex(values, _MAY_BE_ENCODED)
    if not pc.any(encoded).as_py():
        return values
    plain = [_ENCODED.sub(_decoded, text) for text in values.filter(encoded).to_pylist()]
    return pc.replace_with_mask(values, encoded, pa.array(plain, pa.string()))


def unescaped(values: pa.StringArray) -> pa.StringArray:
    """HTML entities as the characters they stand for, also where a web form escaped them twice (&amp;middot;)."""
    for _ in range(_ESCAPED_TWICE):
        escaped = pc.match_substring(values, "&")
        if not pc.any(escaped).as_py():
            break
        plain = [_ENTITY.sub(_entity, text) for text in values.filter(escaped).to_pylist()]
        values = pc.replace_with_mask(values, escaped, pa.array(plain, pa.string()))
    return values


def none_longer(values: pa.StringArray, most: int) -> pa.StringArray:
    """'' for each value of more than `most` characters: what is no value of an attribute must not take long to read."""
    return pc.if_else(pc.less_equal(pc.utf8_length(values), most), values, "")


def without_blanks(values: pa.StringArray) -> pa.StringArray:
    """Drop all blanks from folded text."""
    return pc.replace_substring(values, " ", "")


def none_if_empty(values: pa.StringArray) -> pa.StringArray:
    """Null instead of the empty string."""
    return pc.if_else(pc.equal(values, ""), pa.scalar(None, pa.string()), values)
