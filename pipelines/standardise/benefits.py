"""Amounts in yuan and last days, as lists of benefits write them.

Belongs here: reading one cell. Does not: who gets what (`pipelines.stages.benefits`).
"""

from __future__ import annotations

from calendar import monthrange
from datetime import date

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.standardise.dates import DAY, MONTH, standardise_dates
from pipelines.standardise.folding import fold, none_longer
from pipelines.standardise.quantities import standardise_amounts

_LONGEST = 60
_PERIOD = r"(?:/|每)?(?:人|户)?(?:/|每)?(?:月|季度?|年|次)$"
_WITHOUT_UNIT = r"(\d)$"


def yuan(values: pa.StringArray, unit: str) -> pa.Table:
    """Amounts in yuan: `yuan` (float64), null where the cell is no amount.

    Args:
        values: cells; a period after the amount (`505元/月`) is dropped.
        unit: 元 or 万元, of a number that stands alone.
    """
    text = pc.replace_substring_regex(fold(none_longer(values, _LONGEST)), r"[,\s]", "")
    text = pc.replace_substring_regex(text, _PERIOD, "")
    amounts = standardise_amounts(pc.replace_substring_regex(text, _WITHOUT_UNIT, rf"\1{unit}"))["number"]
    return pa.table({"yuan": pc.round(pc.multiply(amounts, 10_000.0), 2)})


def last_days(values: pa.StringArray) -> pa.Table:
    """Last days: `date` (date32), of a month or a year alone its last day; null where the cell is no date."""
    read = standardise_dates(values)
    days = [
        _last(day, precision) for day, precision in zip(*(column.to_pylist() for column in read.columns), strict=True)
    ]
    return pa.table({"date": pa.array(days, pa.date32())})


def _last(day: date | None, precision: str | None) -> date | None:
    """The last day of what is known of a date."""
    if day is None or precision == DAY:
        return day
    month = day.month if precision == MONTH else 12
    return day.replace(month=month, day=monthrange(day.year, month)[1])
