"""Characters that GBK, Windows and older GB 18030 put into the private use area of Unicode, and where they live now.

Belongs here: the published pairs. A private character that is not among them is nobody's guess and stays.
Source: GB 18030-2022, annex D; GB 18030-2005; the list of the WHATWG Encoding Standard (issue 27).
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

MOVED = "⺁𠂇𠂉𠃌⺄㑳㑇⺈⺋龴㖞㘚㘎⺌⺗㥮㤘龵㧏㧟㩳㧐龶龷㭎㱮㳠⺧𡗗龸⺪䁖䅟⺮䌷⺳⺶⺷𢦏䎱䎬⺻䏝䓖䙡䙌龹䜣䜩䝼䞍⻊䥇䥺䥽䦂䦃䦅䦆䦟䦛䦷䦶龺𤇾䲣䲟䲠䲡䱷䲢䴓䴔䴕䴖䴗䴘䴙䶮龻"
"""Bytes FE50 to FEA0: the 80 code points from U+E815 on."""
UPRIGHT = "︐︒︑︓︔︕︖︗︘︙"
"""Punctuation of vertical lines, bytes A6D9 to A6F3: from U+E78D on."""
SHAPES = "〾⿰⿱⿲⿳⿴⿵⿶⿷⿸⿹⿺⿻"
"""Ideographic description, bytes A989 to A995: from U+E7E7 on."""

PAIRS: dict[int, str] = {
    **{0xE815 + i: c for i, c in enumerate(MOVED)},
    **{0xE78D + i: c for i, c in enumerate(UPRIGHT)},
    **{0xE7E7 + i: c for i, c in enumerate(SHAPES)},
    0xE7C7: "ḿ",
    0xE7C8: "ǹ",
}
"""Private code point → the character it means."""


def at_home(text: str) -> str:
    """The text with every moved character where Unicode has it now.

    >>> at_home("王\\ue863"), at_home("李\\ue000") == "李\\ue000"
    ('王䶮', True)
    """
    return text.translate(PAIRS)


def all_at_home(texts: pa.Array) -> pa.Array:
    """`at_home` of every value of a string array; the array itself where none holds a private character."""
    data = texts.buffers()[2] if len(texts) else None
    # in UTF-8 only U+E000 to U+EFFF begin with this byte
    if data is None or memoryview(data).tobytes().find(b"\xee") < 0:
        return texts
    old = list(map(chr, PAIRS))
    if not pc.any(pc.match_substring_regex(texts, f"[{''.join(old)}]")).as_py():
        return texts
    return pa.array([None if v is None else at_home(v) for v in texts.to_pylist()], pa.string())
