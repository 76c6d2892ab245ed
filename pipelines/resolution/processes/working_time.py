"""Working time: when a limit of so many hours or days runs out.

Urgent hours (紧急工作时) and hours run on the clock; urgent days (紧急工作日) and natural days (自然日) are 24 hours each; working hours
(工作时) run only in the working slots of work days; work days (工作日) count from the next work day on and end with the last slot.

Work days follow the notices of the State Council, 调休 included, as the library chinesecalendar keeps them; each November
brings the next year. Of a year it does not hold only weekends are known, and every limit that runs into it is in doubt.

Belongs here: this arithmetic. Does not: which limit a case has (`deadlines`).
"""

from __future__ import annotations

from dataclasses import dataclass, field
from datetime import date, datetime, time, timedelta
from functools import lru_cache

import chinese_calendar

CLOCK_HOURS = frozenset({"小时", "紧急工作时"})
NATURAL_DAYS = frozenset({"自然日", "紧急工作日"})
WORK_HOURS, WORK_DAYS = "工作时", "工作日"
UNITS = CLOCK_HOURS | NATURAL_DAYS | {WORK_HOURS, WORK_DAYS}

SLOTS = ((time(8, 30), time(12, 0)), (time(13, 30), time(18, 0)))
"""Working slots of a work day where a city says nothing else."""
LONGEST = 400
"""Days beyond which no limit is looked for: no case has years of working time."""


@lru_cache(maxsize=8192)
def work_day(day: date) -> tuple[bool, bool]:
    """Whether a day is a work day, and whether the calendar of its year is known."""
    try:
        return bool(chinese_calendar.is_workday(day)), True
    except NotImplementedError:
        return day.weekday() < 5, False


@dataclass(frozen=True)
class WorkingTime:
    """The working slots of a city, ascending within the day."""

    slots: tuple[tuple[time, time], ...] = SLOTS
    _due: dict[tuple[datetime, float, str], tuple[datetime | None, bool]] = field(
        default_factory=dict, repr=False, compare=False
    )

    def due(self, start: datetime, value: float, unit: str) -> tuple[datetime | None, bool]:
        """When a limit runs out, and whether every day it ran over is in the calendar; no moment for an unknown unit."""
        key = start, value, unit
        if key not in self._due:
            self._due[key] = self._run(start, value, unit)
        return self._due[key]

    def _run(self, start: datetime, value: float, unit: str) -> tuple[datetime | None, bool]:
        if value < 0 or unit not in UNITS or value > 24 * LONGEST:
            return None, True
        if unit in CLOCK_HOURS:
            return start + timedelta(hours=value), True
        if unit in NATURAL_DAYS:
            return start + timedelta(days=value), True
        return self._work_days(start, value) if unit == WORK_DAYS else self._work_hours(start, value)

    def _work_days(self, start: datetime, value: float) -> tuple[datetime | None, bool]:
        day, left, known = start.date(), int(-(-value // 1)), True
        for _ in range(LONGEST):
            if not left:
                return datetime.combine(day, self.slots[-1][1]), known
            day += timedelta(days=1)
            works, listed = work_day(day)
            left -= works
            known &= listed
        return None, known

    def _work_hours(self, start: datetime, value: float) -> tuple[datetime | None, bool]:
        day, left, known = start.date(), timedelta(hours=value), True
        for _ in range(LONGEST):
            works, listed = work_day(day)
            known &= listed
            for opens, closes in self.slots if works else ():
                begin, end = max(start, datetime.combine(day, opens)), datetime.combine(day, closes)
                if begin < end and left <= end - begin:
                    return begin + left, known
                left -= max(end - begin, timedelta(0))
            day += timedelta(days=1)
        return None, known
