"""The ways in which a clerk, a form or a spreadsheet spoils a cell.

Belongs here: one function per mishap on one value, and `spoil`, which lets it befall a share of a column. Does not: how often
each happens on which platform (the tables of rates in `reports`). A mishap gets a number in [0, 1) that decides where and how,
so the same record goes wrong in the same way in every delivery.
"""

from __future__ import annotations

from collections.abc import Callable
from datetime import date, timedelta
from functools import cache

import numpy as np

from connectors.sample import vocabulary as words
from connectors.sample.draws import Draws, Texts, chosen
from connectors.sample.where import here

Mishap = Callable[[str, float], str]


def spoil(column: Texts, draws: Draws, name: str, rate: float, mishap: Mishap) -> Texts:
    """The column with `mishap` done to a share `rate` of its filled cells.

    Args:
        column: text or None per row.
        draws: of the records.
        name: the stream that decides who is hit and how.
        rate: share of rows, noise level included.
        mishap: what happens to one value, given a number in [0, 1).
    """
    u = draws.mishap(name, rate)
    hit = np.flatnonzero(u >= 0)
    if not len(hit):
        return column
    spoilt = column.copy()
    for i in hit:
        if column[i]:
            spoilt[i] = mishap(column[i], u[i])
    return spoilt


def blank(column: Texts, draws: Draws, name: str, rate: float) -> Texts:
    """The column with a share `rate` of its cells left empty (None)."""
    return chosen(~draws.befalls(name, rate), column)


def part(u: float, n: int) -> tuple[int, float]:
    """Split one number in [0, 1) into a choice among `n` and a fresh number in [0, 1)."""
    whole = min(int(u * n), n - 1)
    return whole, u * n - whole


# identity numbers


def lower_x(value: str, u: float) -> str:
    """The check character typed small."""
    return value.replace("X", "x")


def space_after_division(value: str, u: float) -> str:
    """A space after the division code, as printed on older cards."""
    return f"{value[:6]} {value[6:]}"


def fifteen_digits(value: str, u: float) -> str:
    """The number as it was before 1999; people born later never had one."""
    return value[:6] + value[8:17] if value[6:8] == "19" and len(value) == 18 else value


def wrong_digit(value: str, u: float) -> str:
    """One digit wrong."""
    digits = [i for i, c in enumerate(value) if c.isdigit()]
    at, u = part(u, len(digits))
    step, _ = part(u, 9)
    i = digits[at]
    return value[:i] + str((int(value[i]) + 1 + step) % 10) + value[i + 1 :]


def neighbours_swapped(value: str, u: float) -> str:
    """Two neighbouring digits the wrong way round."""
    places = [i for i in range(6, len(value) - 1) if value[i] != value[i + 1]]
    if not places:
        return value
    i = places[part(u, len(places))[0]]
    return value[:i] + value[i + 1] + value[i] + value[i + 2 :]


def scientific(value: str, u: float) -> str:
    """What a spreadsheet shows of a number too long for it."""
    return f"{int(value):.5E}" if value.isdigit() else value


def rounded(value: str, u: float) -> str:
    """What a spreadsheet keeps of a number too long for it: fifteen digits."""
    return value[:15] + "0" * (len(value) - 15) if value.isdigit() else value


def masked(value: str, u: float) -> str:
    """The birth date hidden."""
    return f"{value[:6]}********{value[14:]}" if len(value) == 18 else value


# names


@cache
def _slips() -> dict[str, str]:
    """Character → characters that sound the same (tones apart) or look alike, among those the sample knows."""
    from pypinyin import Style, pinyin

    pools = [
        "".join(words.SURNAMES),
        words.GIVEN_OLDER_MALE,
        words.GIVEN_OLDER_FEMALE,
        words.GIVEN_MIDDLE_MALE,
        words.GIVEN_MIDDLE_FEMALE,
        words.GIVEN_YOUNGER_MALE,
        words.GIVEN_YOUNGER_FEMALE,
        words.GIVEN_ANY,
        words.PLACE_CHARS,
        words.BRAND_CHARS,
        words.COMMON_CHARS,
    ]
    characters = list(dict.fromkeys("".join(pools)))
    sounds = [reading[0] for reading in pinyin(characters, style=Style.NORMAL)]
    by_sound: dict[str, str] = {}
    for character, sound in zip(characters, sounds, strict=True):
        by_sound[sound] = by_sound.get(sound, "") + character
    slips = {c: by_sound[s].replace(c, "") for c, s in zip(characters, sounds, strict=True)}
    for group in words.LOOKALIKES:
        for character in group:
            slips[character] = slips.get(character, "") + group.replace(character, "")
    return {character: others for character, others in slips.items() if others}


def character_slip(value: str, u: float, start: int = 0) -> str:
    """One character from `start` on taken for one that sounds or looks alike; unchanged if none does."""
    slips = _slips()
    places = [i for i in range(start, len(value)) if value[i] in slips]
    if not places:
        return value
    at, u = part(u, len(places))
    i = places[at]
    others = slips[value[i]]
    return value[:i] + others[part(u, len(others))[0]] + value[i + 1 :]


def name_slip(value: str, u: float) -> str:
    """A slip in the given name; the surname is hardly ever mistaken."""
    start = 0 if u < 0.02 else 1
    return character_slip(value, u, start)


def stray_space(value: str, u: float) -> str:
    """A space before, after or (full-width) within the name."""
    way, _ = part(u, 3)
    return [f" {value}", f"{value} ", f"{value[:1]}\u3000{value[1:]}"][way]


def given_reversed(value: str, u: float) -> str:
    """The two given characters the wrong way round."""
    return value[0] + value[2] + value[1] if len(value) == 3 else value


def character_lost(value: str, u: float) -> str:
    """The last character, as a system without it shows it."""
    return value[:-1] + "?〓*"[part(u, 3)[0]]


def traditional(value: str, u: float) -> str:
    """Typed in traditional characters, where the sample knows them."""
    return "".join(words.TRADITIONAL.get(c, c) for c in value)


def other_dot(value: str, u: float) -> str:
    """Another of the dots people put into minority names, or none."""
    return value.replace("·", ["•", "．", ".", "・", ""][part(u, 5)[0]])


# birth dates


def first_of_january(value: date) -> date:
    """The day put down when only the year is known."""
    return date(value.year, 1, 1)


def other_day(value: date, u: float) -> date:
    """Off by a day, ten days, a month or a year."""
    way, _ = part(u, 7)
    step = [1, -1, 10, -10, 30, -30, 365][way]
    return value + timedelta(days=step)


# phones


def other_format(value: str, u: float) -> str:
    """The same mobile number with a country code, spaces, dashes, or a land line beside it."""
    if len(value) != 11:
        return value
    way, _ = part(u, 5)
    return [
        f"+86{value}",
        f"86-{value}",
        f"{value[:3]} {value[3:7]} {value[7:]}",
        f"{value[:3]}-{value[3:7]}-{value[7:]}",
        f"{value}/{here().area_code}-86{value[-6:]}",
    ][way]


# addresses and firm names

_FULL_WIDTH = str.maketrans("0123456789", "０１２３４５６７８９")


def full_width(value: str, u: float) -> str:
    """Digits typed in full width."""
    return value.translate(_FULL_WIDTH)


def cut_short(value: str, u: float) -> str:
    """The end left off, up to half of it."""
    keep = max(2, len(value) - 1 - part(u, max(1, min(8, len(value) // 2)))[0])
    return value[:keep]


def character_missing(value: str, u: float) -> str:
    """One character left out, a digit as well as any."""
    i = part(u, max(1, len(value) - 1))[0]
    return value[:i] + value[i + 1 :] if len(value) > 3 else value


def slip_or_gap(value: str, u: float) -> str:
    """A slip of the pen or a character left out, half and half."""
    return character_slip(value, u * 2) if u < 0.5 else character_missing(value, u * 2 - 1)
