"""The trade part of an enterprise name, and the kind of premises it ends in.

Belongs here: taking trade words off the end of a name, also where one is typed as it sounds. Does not: the words.
"""

from __future__ import annotations

import re
from collections.abc import Callable, Iterable
from functools import lru_cache

from pipelines.standardise.characters import syllable
from pipelines.standardise.enterprise.words import TRADES, VENUES

_VENUE_AT_END = re.compile(f"({'|'.join(sorted(VENUES, key=len, reverse=True))})$")
_KEPT_WHOLE = ("中心", "超市", "市场", "医院", "学校", "小学", "中学")
_SHORTEST_BY_SOUND = 3


def _grouped(words: Iterable[str], end: Callable[[str], str]) -> dict[str, tuple[str, ...]]:
    """Words by their end, longest first."""
    groups: dict[str, list[str]] = {}
    for word in sorted(words, key=lambda w: (-len(w), w)):
        groups.setdefault(end(word), []).append(word)
    return {key: tuple(group) for key, group in groups.items()}


def _sound(text: str) -> str:
    return " ".join(map(syllable, text))


@lru_cache(maxsize=1)
def _by_end() -> dict[str, tuple[str, ...]]:
    return _grouped(TRADES, lambda word: word[-2:])


@lru_cache(maxsize=1)
def _by_sound() -> dict[str, tuple[str, ...]]:
    long_enough = [word for word in TRADES if len(word) >= _SHORTEST_BY_SOUND]
    return _grouped(long_enough, lambda word: _sound(word[-2:]))


def trade_at_end(text: str) -> tuple[int, str]:
    """Length and standard spelling of the longest trade word at the end of `text`; (0, '') where there is none.

    A word with one character typed as another that sounds the same counts where it is longer: 欢保设备 is 环保设备.

    >>> trade_at_end('恒禾欢保设备')
    (4, '环保设备')
    """
    end = text[-2:]
    exact = next((word for word in _by_end().get(end, ()) if text.endswith(word)), "")
    for word in _by_sound().get(_sound(end), ()):
        if len(word) <= len(exact):
            break
        written = text[-len(word) :]
        one_off = len(written) == len(word) and sum(a != b for a, b in zip(word, written, strict=True)) == 1
        if one_off and _sound(written) == _sound(word):
            return len(word), word
    return len(exact), exact


def trades_in(text: str) -> int:
    """Of how many trade words and kinds of premises `text` consists; 0 where anything else is in it."""
    count = 0
    while text:
        n, _ = trade_at_end(text)
        if not n:
            found = _VENUE_AT_END.search(text)
            n = len(found.group()) if found else 0
        if not n:
            return 0
        text, count = text[:-n], count + 1
    return count


def take_trade(text: str) -> tuple[str, str | None, str | None]:
    """Brand, trade and kind of premises of what stands between region and legal form.

    >>> take_trade('恒禾五金店'), take_trade('永丰针织厂'), take_trade('老孟')
    (('恒禾', '五金店', '店'), ('永丰', '针织', '厂'), ('老孟', None, None))
    """
    found = _VENUE_AT_END.search(text)
    venue = found.group() if found else None
    n, word = trade_at_end(text)
    rest, taken = text, ""
    if not n and venue and len(text) - len(venue) >= 2:  # the premises follow the trade: 针织厂
        rest = text[: -len(venue)]
        n, word = trade_at_end(rest)
    while n and (len(rest) - n >= 2 or (len(rest) - n == 1 and not taken)):
        rest, taken = rest[:-n], word + taken
        n, word = trade_at_end(rest)
    return rest, taken or None, _short(venue)


def _short(venue: str | None) -> str | None:
    """The premises by their last character, which is what different words for one thing share: 药店 店, 修理部 部."""
    if venue is None:
        return None
    return next((kept for kept in _KEPT_WHOLE if venue.endswith(kept)), venue[-1])
