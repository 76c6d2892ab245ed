"""The clock of a request: so many work days, by the notices of the State Council, 调休 included.

Decree 809 (art. 26) makes the provider check and answer; the days are a setting of the city. Belongs here: counting days.
"""

from __future__ import annotations

from datetime import date, timedelta

import chinese_calendar

VERIFICATION_DAYS = 10
"""Work days a source has, unless the city sets others."""


def due_on(day: date, work_days: int) -> date:
    """The last day of a limit of so many work days that begins the day after `day`."""
    while work_days > 0:
        day += timedelta(days=1)
        work_days -= _is_work_day(day)
    return day


def _is_work_day(day: date) -> bool:
    """Monday to Friday in a year whose holidays are not published yet."""
    try:
        return bool(chinese_calendar.is_workday(day))
    except NotImplementedError:
        return day.isoweekday() < 6
