"""Points in time as platforms write them, in the city's own time.

Belongs here: reading a moment with its precision. Does not: days (`dates`), or what a moment means.
"""

from __future__ import annotations

import re
from datetime import UTC, datetime
from zoneinfo import ZoneInfo

import pyarrow as pa

from pipelines.standardise.dates import standardise_dates
from pipelines.standardise.folding import fold

CITY_ZONE = ZoneInfo("Asia/Shanghai")
_MOMENT = re.compile(
    r"(\d{4})[-/.年]?(\d{1,2})[-/.月]?(\d{1,2})日?[T ]?\s*(\d{1,2})[:时](\d{1,2})分?(?:[:]?(\d{1,2})秒?)?(?:\.\d+)?\s*(Z|[+-]\d{2}:?\d{2})?$"
)
_COMPACT = re.compile(r"(\d{4})(\d{2})(\d{2})(\d{2})(\d{2})(\d{2})?$")
_EPOCH = re.compile(r"(\d{10}|\d{13})(?:\.0)?(@city)?$")


def standardise_instants(values: pa.StringArray) -> pa.Table:
    """Moments per distinct text; seconds or milliseconds since 1970 in UTC, with `@city` behind them in the city's own clock.

    Returns:
        `instant`: microseconds without zone, the city's own time; null where the text is no moment. `precision`: `second`,
        `minute` or `day`; midnight stands for a day alone.
    """
    days = standardise_dates(values).column("date").to_pylist()
    read = [_moment(text) or _day(day) for text, day in zip(fold(values).to_pylist(), days, strict=True)]
    return pa.table(
        {
            "instant": pa.array([moment for moment, _ in read], pa.timestamp("us")),
            "precision": pa.array([precision for _, precision in read], pa.string()),
        }
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
