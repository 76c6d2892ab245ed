"""Dates in all the ways platforms write them, with how much of each is known.

Belongs here: reading one written date. Does not: which of two dates is right.
"""

from __future__ import annotations

import re
from datetime import UTC, date, datetime, timedelta, timezone

import pyarrow as pa

from pipelines.standardise.folding import fold_text

DAY, MONTH, YEAR = "day", "month", "year"
FIRST_YEAR, LAST_YEAR = 1850, 2100
"""Years between which a date is believed. No clock is read: the same input must give the same output next year."""

CHINA = timezone(timedelta(hours=8))
"""Moments with a zone of their own fall on the Chinese calendar day."""

_EXCEL_EPOCH = date(1899, 12, 30)
_YMD = re.compile(r"(\d{4})\s?[-/.年]\s?(\d{1,2})\s?[-/.月]\s?(\d{1,2})\s?[日号]?(?:[T ].*)?")
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(?:[T ]\d{4,6}|\d{6}|[T ][\d:.]+)?")
_YM = re.compile(r"(\d{4})\s?[-/.年]\s?(\d{1,2})月?")
_YM_COMPACT = re.compile(r"((?:19|20)\d{2})(\d{2})")
_Y = re.compile(r"(\d{4})年?")
_DMY = re.compile(r"(\d{1,2})[-/.](\d{1,2})[-/.](\d{4})")
_SERIAL = re.compile(r"\d{5}(?:\.\d+)?")
_EPOCH = re.compile(r"-?\d{9,10}|-?\d{12,13}")
_ZONED = re.compile(r"\d{4}-\d{2}-\d{2}[T ]\d{2}:\d{2}.*(?:Z|[+-]\d{2}:?\d{2})")
_CHINESE = re.compile(
    r"([〇零○一二三四五六七八九]{4})年(?:([一二三四五六七八九十]{1,2})月(?:([一二三四五六七八九十]{1,3})[日号])?)?"
)
_DIGITS = {c: str(i) for i, c in enumerate("零一二三四五六七八九")} | {"〇": "0", "○": "0"}

Read = tuple[date | None, str | None]
_NOTHING: Read = (None, None)


def _to_number(numeral: str) -> int:
    tens, _, ones = numeral.rpartition("十")
    if "十" not in numeral:
        return int(_DIGITS[numeral])
    return int(_DIGITS.get(tens, "1")) * 10 + (int(_DIGITS[ones]) if ones else 0)


def _dated(year: int, month: int, day: int) -> Read:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return _NOTHING
    if month == 0 and day == 0:
        return date(year, 1, 1), YEAR
    try:
        return date(year, month, day or 1), DAY if day else MONTH
    except ValueError:
        return _NOTHING


def _moment(seconds: float) -> Read:
    found = datetime(1970, 1, 1, tzinfo=UTC) + timedelta(seconds=seconds)
    return _dated(*found.astimezone(CHINA).timetuple()[:3])


def read_date(cell: str) -> Read:
    """The date a cell names and its precision (day, month, year); (None, None) where it names none that exists.

    >>> read_date('1985年3月12日'), read_date('1985.03'), read_date('31118')
    ((datetime.date(1985, 3, 12), 'day'), (datetime.date(1985, 3, 1), 'month'), (datetime.date(1985, 3, 12), 'day'))
    >>> read_date('1985-02-30')
    (None, None)
    """
    text = fold_text(cell).strip("'`")
    for pattern, read in _READERS:
        if found := pattern.fullmatch(text):
            return read(found)
    return _NOTHING


def _zoned(found: re.Match[str]) -> Read:
    try:
        moment = datetime.fromisoformat(found.group())
    except ValueError:
        return _NOTHING
    return _dated(*moment.astimezone(CHINA).timetuple()[:3])


def _numeric(found: re.Match[str]) -> Read:
    parts = [int(group) for group in found.groups() if group is not None]
    return _dated(*(parts + [0, 0])[:3])


def _serial(found: re.Match[str]) -> Read:
    return _dated(*(_EXCEL_EPOCH + timedelta(days=int(float(found.group())))).timetuple()[:3])


def _epoch(found: re.Match[str]) -> Read:
    text = found.group()
    return _moment(int(text) / (1000 if len(text.lstrip("-")) > 10 else 1))


def _foreign(found: re.Match[str]) -> Read:
    """Day and month in either order; where both orders exist and differ only the year is known."""
    first, second, year = (int(group) for group in found.groups())
    if first == second or first > 12:
        return _dated(year, second, first)
    return _dated(year, first, second) if second > 12 else _dated(year, 0, 0)


def _in_characters(found: re.Match[str]) -> Read:
    year, month, day = found.groups()
    return _dated(
        int("".join(_DIGITS[c] for c in year)), _to_number(month) if month else 0, _to_number(day) if day else 0
    )


_READERS = (
    (_ZONED, _zoned),
    (_YMD, _numeric),
    (_COMPACT, _numeric),
    (_YM, _numeric),
    (_YM_COMPACT, _numeric),
    (_Y, _numeric),
    (_SERIAL, _serial),
    (_EPOCH, _epoch),
    (_DMY, _foreign),
    (_CHINESE, _in_characters),
)
"""Ways to write a date, tried in this order."""


def _column(values: pa.StringArray, first_of_january_is_year: bool) -> pa.Table:
    dates: list[date | None] = []
    precisions: list[str | None] = []
    for cell in values.to_pylist():
        found, precision = read_date(cell)
        if first_of_january_is_year and precision == DAY and found and (found.month, found.day) == (1, 1):
            precision = YEAR
        dates.append(found)
        precisions.append(precision)
    return pa.table({"date": pa.array(dates, pa.date32()), "precision": pa.array(precisions, pa.string())})


def standardise_dates(values: pa.StringArray) -> pa.Table:
    """Standardise dates: `date` (date32, first day of what is known) and `precision` (day, month, year); both nullable."""
    return _column(values, first_of_january_is_year=False)


def standardise_birth_dates(values: pa.StringArray) -> pa.Table:
    """As `standardise_dates`; 1 January is what registers write for an unknown day, so it tells the year only."""
    return _column(values, first_of_january_is_year=True)
