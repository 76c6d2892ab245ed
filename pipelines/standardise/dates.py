"""Dates in all the ways platforms write them, with how much of each is known.

Belongs here: reading one written date. Does not: which of two dates is right.
"""

from __future__ import annotations

import re
from collections.abc import Callable
from datetime import UTC, date, datetime, timedelta
from zoneinfo import ZoneInfo

import pyarrow as pa

from pipelines.standardise.characters import simplified
from pipelines.standardise.folding import fold_text
from pipelines.standardise.numerals import numeral, plain_digits
from pipelines.standardise.placeholders import said

DAY, MONTH, YEAR = "day", "month", "year"
FIRST_YEAR, LAST_YEAR = 1850, 2100
"""Years between which a date is believed. No clock is read: the same input must give the same output next year."""

CHINA = ZoneInfo("Asia/Shanghai")
"""Moments with a zone of their own fall on the Chinese calendar day, one hour earlier in the summers of 1986 to 1991."""

DEFAULTS = frozenset([date(1899, 12, 30), date(1899, 12, 31), date(1900, 1, 1)])
"""What spreadsheets and databases show for an empty cell: day 0 and its neighbours, also as 1900-01-00 or 1900."""

_LONGEST = 100
"""Characters of a cell that are looked at; no date takes as many."""

_EXCEL_EPOCH = date(1899, 12, 30)
_UNIX_EPOCH = datetime(1970, 1, 1, tzinfo=UTC)
_FIRST_SECOND, _LAST_SECOND = -3_818_000_000, 4_134_000_000
_DIGITS_OF_DATE = 8
_SECONDS_A_DAY, _CHINA_AHEAD = 86_400, 28_800
_LAST_YEAR_OF_RR = 29
"""Two-digit years up to here are of this century. Oracle's RR says 49, but no date of a city lies so far ahead."""

_DASHES = str.maketrans("‐‑‒–—―−﹣－ー·•‧・⁄∕", "-" * 10 + "...." + "//")
_QUOTES = " \"'`’‘“”=。.,，;；?？*#"
_NOTE = re.compile(r"[\(\[【<][^()]*[\)\]】>]?$")
_ENCLOSED = re.compile(r"(?:[\(\[【<]|\{(?:d|ts) ?')([^()\[\]{}【】<>]*?)(?:[\)\]】>]|'\})")
_LABEL = re.compile(r"^(?:出生日期|出生年月日?|出生|生日|生于|公元)[:：]?\s?|(?:出?生)$")
_TWICE = re.compile(r"([-/.])[-/.]+")
_LUNAR = re.compile(r"农历|阴历|旧历|农曆|[闰腊正冬]月|初[一二三四五六七八九十\d]")
_SEPARATOR = r"(?:\s?[-/.年,、\\_]\s?|\s)"
_TIME = r"(?:[T ].*|-[0-9]{2}\.[0-9]{2}\.[0-9]{2}.*)?"
_YMD = re.compile(rf"([0-9]{{4}}){_SEPARATOR}([0-9]{{1,2}})(?:\s?[-/.月,、\\_]\s?|\s)([0-9]{{1,2}})\s?[日号]?{_TIME}")
_COMPACT = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[T ][0-9]{4,6}|[0-9]{6}|[0-9]{9}|[T ][0-9:.]+)?")
_COMPACT_HOUR = re.compile(r"([0-9]{4})([0-9]{2})([0-9]{2})(?:[01][0-9]|2[0-4])(?:[0-5][0-9])?")
_AS_LIST = re.compile(
    r"(?:\[|\(|(?:datetime\.)?date(?:time)?\()([0-9]{4}), ?([0-9]{1,2}), ?([0-9]{1,2})(?:, ?[0-9]{1,9})*[\])]",
    re.IGNORECASE,
)
"""What Java and Python print of a date whose parts they hold."""
_YM = re.compile(r"([0-9]{4})\s?[-/.年]\s?([0-9]{1,2})月?")
_YM_COMPACT = re.compile(r"((?:19|20)[0-9]{2})([0-9]{2})")
_Y = re.compile(r"([0-9]{4})年?")
_DMY = re.compile(r"([0-9]{1,2})[-/.]([0-9]{1,2})[-/.]([0-9]{4})(?: .*)?")
_SERIAL = re.compile(r"[0-9]{5}(?:\.[0-9]+)?")
_EPOCH = re.compile(r"-?[0-9]{9,10}|-?[0-9]{12,13}")
_NET = re.compile(r"\\?/Date\((-?[0-9]{1,14})(?:[+-][0-9]{4})?\)\\?/?")
_ZONED = re.compile(r"[0-9]{4}-[0-9]{2}-[0-9]{2}[T ][0-9]{2}:[0-9]{2}.*(?:Z|[+-][0-9]{2}:?[0-9]{2})")
_ZONED_BASIC = re.compile(r"[0-9]{8}T[0-9]{4,6}(?:\.[0-9]+)?(?:Z|[+-][0-9]{2}:?[0-9]{2})")
_DATE_WITH_ZONE = re.compile(r"([0-9]{4})-([0-9]{2})-([0-9]{2})(?:Z|[+-][0-9]{2}:[0-9]{2})")
_EPOCH_AS_WRITTEN = re.compile(r"1970[-/年]0?1[-/月]0?1日?[T ]0?8:00(?::00(?:\.0+)?)?")
_MONTHS = {m: i + 1 for i, m in enumerate("jan feb mar apr may jun jul aug sep oct nov dec".split())}
_MONTH_WORD = r"(?P<month>jan|feb|mar|apr|may|jun|jul|aug|sep|oct|nov|dec)[a-z]*\.?"
_ORACLE = re.compile(
    rf"(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?[-/. ]\s?(?:{_MONTH_WORD}|(?P<numeral>[0-9]{{1,2}}|[一二三四五六七八九十]{{1,2}})\s?月)"
    rf"\s?[-/., ]+(?P<year>[0-9]{{4}}|[0-9]{{2}})(?:[ T:].*)?",
    re.IGNORECASE,
)
_YEAR_FIRST = re.compile(
    rf"(?P<year>[0-9]{{4}})[-/. ]{_MONTH_WORD}[-/. ](?P<day>[0-9]{{1,2}})(?:[ T].*)?", re.IGNORECASE
)
_DAY_FIRST = re.compile(rf"(?P<day>[0-9]{{1,2}}){_MONTH_WORD}(?P<year>[0-9]{{4}}|[0-9]{{2}})", re.IGNORECASE)
_MONTH_FIRST = re.compile(
    rf"{_MONTH_WORD}[- ]?(?P<day>[0-9]{{1,2}})(?:st|nd|rd|th)?,?[- ](?P<year>[0-9]{{4}})(?:,? .*)?", re.IGNORECASE
)
_PRINTED = re.compile(
    rf"[a-z]{{3,9}},? (?:{_MONTH_WORD} (?P<day>[0-9]{{1,2}})|(?P<day_first>[0-9]{{1,2}}) (?P<month_second>[a-z]{{3}}))"
    r"(?: (?P<year>[0-9]{4}))?(?: (?P<time>[0-9]{2}:[0-9]{2}:[0-9]{2}))?(?: (?P<zone>[a-z]{1,4}(?:[+-][0-9:]{4,5})?|[+-][0-9]{4}))?"
    r"(?: \(.*\)?)?(?: (?P<year_last>[0-9]{4}))?",
    re.IGNORECASE,
)
_OFFSET = re.compile(r"([+-])([0-9]{2}):?([0-9]{2})$")
_NUMERAL = "〇零○一二三四五六七八九十百廿卅元壹贰叁肆伍陆柒捌玖拾"
_CHINESE = re.compile(
    rf"([〇零○一二三四五六七八九壹贰叁肆伍陆柒捌玖]{{4}})年?"
    rf"(?:([{_NUMERAL}]{{1,3}})月(?:([{_NUMERAL}]{{1,3}})[日号]?)?)?"
)
_MIXED = re.compile(rf"([0-9]{{4}})年([0-9{_NUMERAL}]{{1,3}})月(?:([0-9{_NUMERAL}]{{1,3}})[日号]?)?")
_MINGUO = re.compile(
    rf"(?:中华)?民国\s?([0-9]{{1,3}}|[{_NUMERAL}]{{1,4}})\s?[年./-]\s?"
    rf"(?:([0-9]{{1,2}}|[{_NUMERAL}]{{1,3}})\s?[月./-]\s?(?:([0-9]{{1,2}}|[{_NUMERAL}]{{1,3}})\s?[日号]?)?)?"
)
_BEFORE_MINGUO = 1911

Read = tuple[date | None, str | None]
_NOTHING: Read = (None, None)


def _dated(year: int, month: int, day: int) -> Read:
    if not FIRST_YEAR <= year <= LAST_YEAR:
        return _NOTHING
    try:
        read = date(year, month or 1, day or 1)
    except ValueError:
        return _NOTHING
    if read in DEFAULTS or (month == 0 and day):
        return _NOTHING
    return read, DAY if day else MONTH if month else YEAR


def _moment(seconds: float) -> Read:
    """The Chinese day of a moment; none for the moment 0, which is what programs write for an empty time."""
    if not seconds or not _FIRST_SECOND < seconds < _LAST_SECOND:
        return _NOTHING
    moment = _UNIX_EPOCH + timedelta(seconds=seconds)
    return _dated(*moment.astimezone(CHINA).timetuple()[:3])


def read_date(cell: str) -> Read:
    """The date a cell names and its precision (day, month, year); (None, None) where it names none that exists.

    >>> read_date('1985年3月12日'), read_date('1985.03'), read_date('31118')
    ((datetime.date(1985, 3, 12), 'day'), (datetime.date(1985, 3, 1), 'month'), (datetime.date(1985, 3, 12), 'day'))
    >>> read_date('1985-02-30'), read_date('1900-01-00')
    ((None, None), (None, None))
    """
    if len(cell) > _LONGEST:
        return _NOTHING
    text = fold_text(cell)
    text = (text if text.isascii() else text.translate(_DASHES)).strip(_QUOTES)
    for pattern, read in _READERS:
        if match := pattern.fullmatch(text):
            return read(match)
    return _uncommon(text)


def _uncommon(text: str) -> Read:
    """What is left when a note or label is dropped, a float written out, traditional characters are folded."""
    if _LUNAR.search(text) and not text.startswith("元月"):
        return _NOTHING
    enclosed = _ENCLOSED.fullmatch(text)
    written = _LABEL.sub("", enclosed[1] if enclosed else _NOTE.sub("", text)).replace("\\/", "/")
    without_note = _TWICE.sub(r"\1", written.strip(_QUOTES + "/-"))
    plain = simplified([plain_digits(without_note.upper())])[0]
    if plain == text:
        return _NOTHING
    read = next((read(match) for pattern, read in _READERS if (match := pattern.fullmatch(plain))), _NOTHING)
    lost_digits = plain.isdigit() and plain != without_note and read[1] != DAY  # 1.99207E7 may be any day of July
    return _NOTHING if lost_digits else read


def _zoned(match: re.Match[str]) -> Read:
    try:
        moment = datetime.fromisoformat(match.group())
    except ValueError:
        return _NOTHING
    return _moment((moment - _UNIX_EPOCH).total_seconds())


def _nothing(_: re.Match[str]) -> Read:
    return _NOTHING


def _numeric(match: re.Match[str]) -> Read:
    parts = [int(group) for group in match.groups() if group is not None]
    return _dated(*(parts + [0, 0])[:3])


def _serial(match: re.Match[str]) -> Read:
    return _dated(*(_EXCEL_EPOCH + timedelta(days=int(float(match.group())))).timetuple()[:3])


def _epoch(match: re.Match[str]) -> Read:
    text = match.group()
    as_date = _COMPACT_HOUR.fullmatch(text)
    read = _numeric(as_date) if as_date else _NOTHING
    if read[1] == DAY:
        return read
    seconds = int(text)
    if len(text) == _DIGITS_OF_DATE + 1 and _numeric_day(text) and (seconds + _CHINA_AHEAD) % _SECONDS_A_DAY:
        return _NOTHING  # a date with a digit too many is as likely as a moment that is no midnight
    return _moment(seconds / (1000 if len(text.lstrip("-")) > 10 else 1))


def _numeric_day(text: str) -> bool:
    """Whether text begins with the eight digits of a date."""
    begins = _COMPACT.fullmatch(text[:_DIGITS_OF_DATE])
    return begins is not None and _numeric(begins)[1] == DAY


def _net(match: re.Match[str]) -> Read:
    return _moment(int(match[1]) / 1000)


def _foreign(match: re.Match[str]) -> Read:
    """Day and month in either order; where both orders exist and differ only the year is known."""
    first, second, year = (int(group) for group in match.groups())
    if first == second or first > 12:
        return _dated(year, second, first) if second and first else _NOTHING
    return _dated(year, first, second) if second > 12 else _dated(year, 0, 0)


def _with_month_word(match: re.Match[str]) -> Read:
    parts = match.groupdict()
    word, numbered = parts.get("month"), parts.get("numeral")
    month = _MONTHS[word.lower()] if word else _number(numbered or "")
    year = int(parts["year"])
    if len(parts["year"]) == 2:
        year += 2000 if year <= _LAST_YEAR_OF_RR else 1900
    return _dated(year, month, int(parts["day"])) if month and int(parts["day"]) else _NOTHING


def _printed(match: re.Match[str]) -> Read:
    """Java's Date.toString, JavaScript's, RFC 2822: the day as written, unless the zone is another than China's."""
    month = _MONTHS.get((match["month"] or match["month_second"] or "").lower()[:3], 0)
    day, year = int(match["day"] or match["day_first"]), int(match["year"] or match["year_last"] or 0)
    read = _dated(year, month, day) if month and day else _NOTHING
    zone = (match["zone"] or "").upper()
    offset = _OFFSET.search(zone)
    if read[0] is None or not match["time"] or not (offset or zone in ("UTC", "GMT", "Z", "UT")):
        return _NOTHING if match["time"] == "08:00:00" and read[0] == _UNIX_EPOCH.date() else read
    ahead = timedelta(hours=int(offset[2]), minutes=int(offset[3])) if offset else timedelta()
    try:
        written = datetime.fromisoformat(f"{read[0]}T{match['time']}+00:00")
    except ValueError:
        return _NOTHING
    return _moment((written - _UNIX_EPOCH - (-ahead if offset and offset[1] == "-" else ahead)).total_seconds())


def _number(written: str | None) -> int:
    """Digits or a Chinese numeral, 元 the first; 0 where it is none."""
    if not written:
        return 0
    if written.isascii():
        return int(written)
    return numeral(written.replace("元", "一")) or 0


def _in_characters(match: re.Match[str]) -> Read:
    year, month, day = match.groups()
    if (month and not _number(month)) or (day and not _number(day)):
        return _NOTHING
    return _dated(_number(year), _number(month), _number(day))


def _minguo(match: re.Match[str]) -> Read:
    year, month, day = (_number(group) for group in match.groups())
    return _dated(_BEFORE_MINGUO + year, month, day) if year else _NOTHING


_READERS: tuple[tuple[re.Pattern[str], Callable[[re.Match[str]], Read]], ...] = (
    (_ZONED, _zoned),
    (_ZONED_BASIC, _zoned),
    (_EPOCH_AS_WRITTEN, _nothing),
    (_YMD, _numeric),
    (_COMPACT, _numeric),
    (_YM, _numeric),
    (_YM_COMPACT, _numeric),
    (_Y, _numeric),
    (_SERIAL, _serial),
    (_EPOCH, _epoch),
    (_DMY, _foreign),
    (_CHINESE, _in_characters),
    (_DATE_WITH_ZONE, _numeric),
    (_NET, _net),
    (_ORACLE, _with_month_word),
    (_YEAR_FIRST, _with_month_word),
    (_DAY_FIRST, _with_month_word),
    (_AS_LIST, _numeric),
    (_MONTH_FIRST, _with_month_word),
    (_PRINTED, _printed),
    (_MIXED, _in_characters),
    (_MINGUO, _minguo),
)
"""Ways to write a date, tried in this order."""


def _column(values: pa.StringArray, first_of_january_is_year: bool) -> pa.Table:
    dates: list[date | None] = []
    precisions: list[str | None] = []
    for cell in said(values).to_pylist():
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
