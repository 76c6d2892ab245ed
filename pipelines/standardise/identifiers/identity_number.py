"""Citizen identity numbers (公民身份号码), and the permits numbered like them.

Structure (GB 11643-1999): 6 digits division of first registration (GB/T 2260), 8 digits birth date, 3 digits sequence (odd
for men, even for women), 1 check character by ISO 7064 MOD 11-2, `X` for ten. Numbers of before 1999 have 15 digits: two
of the year and no check digit; their sequences 996–999 were set aside for people who were a hundred years old, so there the
century is not sure. Residence permits of people from Hong Kong, Macau and Taiwan carry 810000, 820000, 830000
in place of the division; the permanent residence card for foreigners of 2023 has 9, two digits of the issuing province and
three of the country (GB/T 2659) there.

Belongs here: one number at a time. Columns of them are in `identity_column`.

>>> validate('11010519491231002x')
'11010519491231002X'
>>> validate('110105 491231002')
'11010519491231002X'
>>> is_valid('110105194912310021')
False
>>> format('11010519491231002X')
'110105 19491231 002X'
"""

from __future__ import annotations

import re
from dataclasses import dataclass
from datetime import date
from itertools import takewhile

from pipelines.standardise.folding import fold_text, without_list_marks
from pipelines.standardise.identifiers.check import InvalidIdentifierError, mod_11_2
from pipelines.standardise.placeholders import is_made_up

VALID, INVALID, DAMAGED, MISSING = "valid", "invalid", "damaged", "missing"

PROVINCES = frozenset(
    "11 12 13 14 15 21 22 23 31 32 33 34 35 36 37 41 42 43 44 45 46 50 51 52 53 54 61 62 63 64 65 71 81 82 83".split()
)
"""First two digits of division codes in use (GB/T 2260), 83 as in residence permits for Taiwan."""

FIRST_YEAR, LAST_YEAR = 1850, 2100
"""Birth years between which a date is believed. No clock is read: the same input must give the same output next year."""

_WELL_FORMED = re.compile(r"[0-9]{17}[0-9X]|[0-9]{15}")
_INSIDE = re.compile(r"(?<![0-9A-Z])(?:[0-9]{17}[0-9X]|[0-9]{15})(?![0-9A-Z])")
_IN_PARTS = re.compile(r"(?<![0-9])([0-9]{6})[-./\s_]([0-9]{8})[-./\s_]([0-9]{3}[0-9X])(?![0-9X])")
_TWO = re.compile(r"([0-9]{17}[0-9X])[0-9]{17}[0-9X]")
_DECORATION = str.maketrans("", "", " -'`’‘\"“”＇_\t·")
_LETTER_X = str.maketrans("x×хХχ✕✖", "XXXXXXX")
_ZERO_FRACTION = re.compile(r"\.0+$")
_NOTE = re.compile(r"[\(\[【<].*$")
_LABEL = re.compile(r"^(?:公民身份号码|居民身份证|身份证件?号?码?|证件号码?|身份证|ID|NO)[::.号]*", re.IGNORECASE)
_HIDDEN = re.compile(r"[^0-9X]")
_NO_DIGIT = re.compile(r"[^0-9]")
_SEPARATOR = re.compile(r"[、,;/|]")
_EXCEL_DIGITS = 15
_FLOAT_SLACK = 32
_ENOUGH_DIGITS = 12
_ENOUGH_BEHIND = 8
_CENTENARIANS = frozenset(["996", "997", "998", "999"])
_LONGEST = 300
"""Characters of a cell that are looked at: a number and the notes around it are shorter."""


@dataclass(frozen=True)
class Reading:
    """What a cell yields: the number if it holds, else the characters that can be relied on (18, `*` where not)."""

    number: str | None
    legible: str | None
    state: str


_NOTHING = Reading(None, None, MISSING)


def compact(number: str) -> str:
    """Half width, no blanks, dashes, quotes, labels or notes; x as X."""
    text = _NOTE.sub("", fold_text(number[:_LONGEST]))
    text = _LABEL.sub("", text.translate(_LETTER_X).translate(_DECORATION))
    return _ZERO_FRACTION.sub("", text.upper())


def _plausible_division(code: str) -> bool:
    return code[:2] in PROVINCES or (code[0] == "9" and code[1:3] in PROVINCES)


def _date(digits: str) -> date | None:
    try:
        found = date(int(digits[:4]), int(digits[4:6]), int(digits[6:8]))
    except ValueError:
        return None
    return found if FIRST_YEAR <= found.year <= LAST_YEAR else None


def plausible_head(head: str) -> bool:
    """Division and birth date of an 18-digit number could be."""
    return _plausible_division(head[:6]) and _date(head[6:14]) is not None


def _of_a_centenarian(number: str) -> bool:
    """Whether a compact 15-digit number may be of somebody born before 1900."""
    return number[12:] in _CENTENARIANS


def lift(number: str) -> str:
    """The 18-digit form of a compact 15-digit number: the century 19 put in, the check digit added.

    >>> lift('110105491231002')
    '11010519491231002X'
    """
    head = f"{number[:6]}19{number[6:]}"
    return head + mod_11_2(head)


def validate(number: str) -> str:
    """The compact 18-digit number; 15 digits are lifted.

    Raises:
        InvalidIdentifierError: length, characters, division, birth date or check digit are wrong.
    """
    text = compact(number)
    if not _WELL_FORMED.fullmatch(text):
        raise InvalidIdentifierError("an identity number has 15 digits, or 17 and a check character")
    if is_made_up(text):
        raise InvalidIdentifierError(
            "the digits are one digit or a short block again and again, or a row of neighbours"
        )
    if len(text) == 15:
        if _of_a_centenarian(text):
            raise InvalidIdentifierError("the sequence 996–999 of 15 digits leaves the century open")
        text = lift(text)
    if not _plausible_division(text):
        raise InvalidIdentifierError("the division code starts with no province")
    if _date(text[6:14]) is None:
        raise InvalidIdentifierError("the birth date does not exist")
    if mod_11_2(text[:17]) != text[17]:
        raise InvalidIdentifierError("the check digit does not hold")
    return text


def is_valid(number: str) -> bool:
    """Whether `validate` accepts it."""
    try:
        validate(number)
    except InvalidIdentifierError:
        return False
    return True


def format(number: str) -> str:
    """The number in groups of division, birth date, sequence and check digit."""
    text = compact(number)
    return f"{text[:6]} {text[6:14]} {text[14:]}" if len(text) == 18 else f"{text[:6]} {text[6:12]} {text[12:]}"


def birth_date(number: str) -> date:
    """Birth date inside a valid number. Raises InvalidIdentifierError where it is none.

    >>> birth_date('11010519491231002X')
    datetime.date(1949, 12, 31)
    """
    found = _date(validate(number)[6:14])
    assert found is not None
    return found


def sex(number: str) -> str:
    """男 or 女, from the sequence inside a valid number. Raises InvalidIdentifierError where it is none."""
    return "男" if int(validate(number)[16]) % 2 else "女"


def _scientific(found: re.Match[str]) -> Reading:
    """A number turned into an exponent: the digits that rounding can't have touched.

    Six digits of an 18-digit number are sure: the seventh begins the century, 1 or 2, and rounds down.
    """
    digits = found[1] + (found[2] or "")
    if found[3] == "17":
        sure = digits if len(digits) == 6 else _untouched(digits, 18)
        return Reading(None, sure.ljust(18, "*"), DAMAGED) if len(sure) > 1 else _NOTHING
    sure = _untouched(digits, 15)
    return Reading(None, _from_old(sure), DAMAGED) if len(sure) > 1 else _NOTHING


def _untouched(digits: str, length: int) -> str:
    """The leading digits that all numbers of `length` digits share which are shown as `digits`.

    Showing rounds to the last digit shown; before that a float has rounded to the nearest multiple of 64.
    """
    unit = 10 ** max(length - len(digits), 0)
    shown = int(digits[:length]) * unit
    slack = max(unit // 2, _FLOAT_SLACK if length == 18 else 0)
    low, high = (f"{number:0{length}d}" for number in (shown - slack, shown + slack))
    return "".join(a for a, _ in takewhile(lambda pair: pair[0] == pair[1], zip(low, high, strict=True)))


def _from_old(digits: str) -> str:
    """The leading digits of a 15-digit number, in the places they have among 18."""
    return (f"{digits[:6]}19{digits[6:]}" if len(digits) > 6 else digits).ljust(18, "*")


def _wrong_length(found: re.Match[str]) -> Reading:
    """One digit lost (17) or one too many (19): the birth date shows on which side, the other side is legible."""
    text = found.group()
    shift = len(text) - 18
    head_holds = plausible_head(text[:14])
    tail_holds = _date(text[6 + shift : 14 + shift]) is not None and text[6 + shift : 8 + shift] in ("19", "20")
    if head_holds and not tail_holds:
        return Reading(None, text[:14] + "****", DAMAGED)
    if tail_holds and not head_holds:
        return Reading(None, "******" + text[6 + shift :], DAMAGED)
    if _plausible_division(text):
        return Reading(None, f"{text[:6]}********{text[-4:]}", DAMAGED)
    return _NOTHING


def _masked(found: re.Match[str]) -> Reading:
    """A number hidden in the middle by whoever exported it."""
    head, tail = found.groups()
    length = len(found.group())
    if length == 18:
        legible = head + "*" * (18 - len(head) - len(tail)) + tail
    elif length == 15 and "X" not in tail:
        legible = _from_old(head).rstrip("*").ljust(17 - len(tail), "*") + tail + "*"
    else:  # the length tells nothing: the head is where it is, of the tail the usual four
        head, tail = head[:14], tail[-4:]
        legible = head + "*" * (18 - len(head) - len(tail)) + tail
    sure = sum(c != "*" for c in legible)
    return Reading(None, legible, DAMAGED) if sure >= 4 and len(legible) == 18 else _NOTHING


def read(cell: str) -> Reading:
    """Read one cell, however damaged; never raises.

    >>> read('3.20281E+17').legible
    '320281************'
    >>> read('320281********1234').legible, read('110105194912310021').state
    ('320281********1234', 'invalid')
    >>> read('110105194912310000')  # fifteen digits are what a spreadsheet keeps of a number
    Reading(number=None, legible='110105194912310***', state='damaged')
    """
    reading = _read(cell)
    if reading.number or not reading.legible:
        return reading
    characters = reading.legible.replace("*", "")
    behind_division = reading.legible[6:].replace("*", "")
    made_up = is_made_up(characters) or (len(behind_division) >= _ENOUGH_BEHIND and is_made_up(behind_division))
    return _NOTHING if made_up else reading


def _read(cell: str) -> Reading:
    cell = without_list_marks(cell[:_LONGEST])
    text = compact(cell)
    for pattern, interpret in _READERS:
        if found := pattern.fullmatch(text):
            return interpret(found)
    pieces = [piece for piece in _SEPARATOR.split(text) if _WELL_FORMED.fullmatch(piece)]
    if not pieces:
        plain = fold_text(cell).translate(_LETTER_X).upper()
        pieces = _INSIDE.findall(plain) or ["".join(parts) for parts in _IN_PARTS.findall(plain)]
    return _well_formed(pieces[0]) if pieces else _NOTHING


def _well_formed(text: str) -> Reading:
    if is_made_up(text):
        return _NOTHING
    if len(text) == 15:
        return _fifteen_digits(text)
    holds = mod_11_2(text[:17]) == text[17]
    if holds and plausible_head(text):
        return Reading(text, text, VALID)
    if not holds and text.endswith("000"):
        return Reading(None, text[:_EXCEL_DIGITS] + "***", DAMAGED)
    return Reading(None, text, INVALID)


def _fifteen_digits(text: str) -> Reading:
    lifted = lift(text)
    centenarian = _of_a_centenarian(text)
    if plausible_head(lifted) and not centenarian:
        return Reading(lifted, lifted, VALID)
    legible = f"{text[:6]}**{text[6:]}*" if centenarian else lifted[:17] + "*"
    return Reading(None, legible, DAMAGED) if _plausible_division(lifted) else _NOTHING


def _partly_illegible(found: re.Match[str]) -> Reading:
    """Eighteen characters, some of them no digits: a typed O or l may be 0 or 1, and is not relied on."""
    text = found.group()
    if len(_NO_DIGIT.sub("", text)) < _ENOUGH_DIGITS:
        return _NOTHING
    return Reading(None, _NO_DIGIT.sub("*", text[:17]) + _HIDDEN.sub("*", text[17]), DAMAGED)


_READERS = (
    (_WELL_FORMED, lambda found: _well_formed(found.group())),
    (_TWO, lambda found: _well_formed(found[1])),
    (re.compile(r"([0-9])(?:\.([0-9]*))?E\+?(14|17)"), _scientific),
    (re.compile(r"[0-9]{17}|[0-9]{18}[0-9X]|[0-9]{16}X"), _wrong_length),
    (re.compile(r"([0-9]*)[*?#●•○□■~_.X]{3,}([0-9]*X?)"), _masked),
    (re.compile(r".{18}"), _partly_illegible),
)
"""Shapes of a compact cell, tried in this order."""
