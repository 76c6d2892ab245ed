"""In which encoding a text file is written.

Belongs here: telling encodings apart by what they make of the bytes. Does not: what the text says.

Nearly every run of bytes is some text in GB 18030 and in Big5. What tells is how common the characters are that come out:
both standards have a first level of frequent ones (GB 2312 rows 16–55, Big5 A4–C6), and text is written with these.
"""

from __future__ import annotations

import codecs

LOOKED_AT = 1 << 20
"""Bytes looked at."""
BOMS = ((codecs.BOM_UTF8, "utf-8-sig"), (codecs.BOM_UTF32_LE, "utf-32"), (codecs.BOM_UTF32_BE, "utf-32"),
        (codecs.BOM_UTF16_LE, "utf-16"), (codecs.BOM_UTF16_BE, "utf-16"))  # fmt: skip
LEVELS = {"gb18030": ("gb2312", 0xB0, 0xD7), "big5": ("big5", 0xA4, 0xC6)}
"""Encoding → the charset whose first level is frequent, its first and last lead byte."""
DAMAGED = 0.02
"""Share of characters beyond ASCII that may be damaged in a file of an encoding."""


def encoding_of(head: bytes) -> str:
    """The name of the encoding of text that begins with these bytes, as Python knows it; UTF-8 where it is all ASCII."""
    for mark, name in BOMS:
        if head.startswith(mark):
            return name
    if wide := _sixteen_bits(head):
        return wide
    if _damage(head, "utf-8") <= DAMAGED:
        return "utf-8-sig"
    return max(LEVELS, key=lambda name: _frequent(head, name))


def _sixteen_bits(head: bytes) -> str | None:
    """UTF-16 without a mark: separators and digits leave a zero in every other place."""
    half = max(len(head) // 2, 1)
    even, odd = head[0::2].count(0) / half, head[1::2].count(0) / half
    if max(even, odd) < 0.1:
        return None
    return "utf-16-le" if odd > even else "utf-16-be"


def _text(head: bytes, encoding: str) -> str:
    return codecs.getincrementaldecoder(encoding)("replace").decode(head)


def _damage(head: bytes, encoding: str) -> float:
    beyond = [c for c in _text(head, encoding) if c > "\x7f"]
    return beyond.count("\ufffd") / len(beyond) if beyond else 0.0


def _frequent(head: bytes, encoding: str) -> float:
    """Share of the characters beyond ASCII that are frequent in text of the encoding."""
    charset, first, last = LEVELS[encoding]
    beyond = [c for c in _text(head, encoding) if c > "\x7f"]
    counts = {c: beyond.count(c) for c in set(beyond)}
    good = 0
    for character, count in counts.items():
        written = character.encode(charset, "ignore")
        good += count if len(written) == 2 and first <= written[0] <= last else 0
    return good / max(len(beyond), 1)
