"""Points in time as platforms write them, in the city's own time.

Belongs here: reading a moment with its precision. Does not: days (`dates`), or what a moment means.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.dates import standardise_dates
from pipelines.standardise.folding import fold

CITY_ZONE = ZoneInfo("Asia/Shanghai")
_MOMENT = re.compile(
    r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?[T ]?\s*(\d{1,2})[:时](\d{1,2})分?(?:[:]?(\d{1,2})秒?)?(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?$"
)
_COMMON = r"^[12]\d{3}-\d{2}-\d{2} \d{2}:\d{2}:\d{2}$"
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?$")
_EPOCH = re.compile(r"(\d{10}|\d{13})(?:\.0)?(@city)?$")


def standardise_instants(values: pa.StringArray) -> pa.Table:
    """Moments per distinct text; seconds or milliseconds since 1970 in UTC, with `@city` behind them in the city's own clock.

    Returns:
        `instant`: microseconds without zone, the city's own time; null where the text is no moment. `precision`: `second`,
        `minute` or `day`; midnight stands for a day alone.
    """
    plain = _plain(values)
    rest = values.filter(pc.is_null(plain))
    read = [_moment(text) for text in fold(rest).to_pylist()]
    unread = rest.filter(pa.array([found is None for found in read], pa.bool_()))
    days = iter(standardise_dates(unread).column("date").to_pylist())
    found = [moment or _day(next(days)) for moment in read]
    others = pa.array([moment for moment, _ in found], pa.timestamp("us"))
    precisions = pa.array([precision for _, precision in found], pa.string())
    is_plain = pc.is_valid(plain)
    return pa.table(
        {
            "instant": pc.replace_with_mask(plain, pc.invert(is_plain), others),
            "precision": pc.replace_with_mask(
                pc.if_else(is_plain, "second", pa.scalar(None, pa.string())), pc.invert(is_plain), precisions
            ),
        }
    )


def _plain(values: pa.StringArray) -> pa.TimestampArray:
    """The moments written the commonest way, read all at once; null where a text is written otherwise or names no moment."""
    common = pc.if_else(pc.match_substring_regex(values, _COMMON), values, pa.scalar(None, pa.string()))
    read = pc.strptime(common, "%Y-%m-%d %H:%M:%S", "us", error_is_null=True)
    # 30 February is carried over into March without a word: what does not read back as it was written is none
    return pc.if_else(
        pc.equal(read.cast(pa.timestamp("s")).cast(pa.string()), common), read, pa.scalar(None, read.type)
    )


def _day(day: object) -> tuple[datetime | None, str | None]:
    return (datetime.fromisoformat(f"{day}T00:00:00"), "day") if day else (None, None)


def _moment(text: str) -> tuple[datetime, str] | None:
    """A text that says hours and minutes, or seconds since 1970."""
    try:
        if epoch := _EPOCH.match(text):
            seconds = int(epoch[1]) / (1000 if len(epoch[1]) == 13 else 1)
            zone_of = UTC if epoch[2] else CITY_ZONE  # some devices count their own clock as if it were UTC
            return datetime.fromtimestamp(seconds, UTC).astimezone(zone_of).replace(tzinfo=None), "second"
        if written := _MOMENT.match(text):
            *parts, zone = written.groups()
        elif written := _COMPACT.match(text):
            parts, zone = list(written.groups()), None
        else:
            return None
        moment = datetime(*(int(part or 0) for part in parts))  # type: ignore[arg-type]
        if zone:
            moment = datetime.fromisoformat(f"{moment.isoformat()}{zone.replace('Z', '+00:00')}").astimezone(CITY_ZONE)
        return moment.replace(tzinfo=None), "second" if parts[-1] is not None else "minute"
    except (ValueError, OverflowError):
        return None
