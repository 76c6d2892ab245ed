"""Comparison levels for numbers, dates and points.

Belongs here: distances in numbers, shares, days, months, years, kilometres. Does not: text (`levels_text`) or slips in digits
(`levels.Typo`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt
import pyarrow as pa
import pyarrow.compute as pc

from pipelines.matching.engine.levels import ByCode, Mask, ValuePairs

DAYS = {"days": 1.0, "months": 365.25 / 12, "years": 365.25}
"""Mean length of a unit in days (Julian year)."""

EPOCH = 1_000_000
"""Added to days since 1970, so that days long before are no negative numbers."""

FORMATS = ("%Y-%m-%d", "%Y/%m/%d", "%Y.%m.%d", "%Y%m%d")
"""How dates in text may be written: none of these can be taken for another."""

EARTH_KM = 6371.0088
"""Mean radius of the earth in kilometres (IUGG)."""


@dataclass(frozen=True)
class WithinPercent(ByCode):
    """Numbers at most `percent` of the larger one apart."""

    percent: float
    column: str | None = None

    @property
    def name(self) -> str:
        """`within_5_percent`."""
        return f"within_{self.percent:g}_percent"

    def holds(self, pairs: ValuePairs) -> Mask:  # noqa: D102
        left, right = pairs.numbers(self.column)
        return np.abs(left - right) <= self.percent / 100 * np.maximum(np.abs(left), np.abs(right))


@dataclass(frozen=True)
class DateWithin(ByCode):
    """Dates at most so far apart: columns of dates, or text in one of `FORMATS` or in `format`.

    Attributes:
        amount: how many units.
        unit: `days`, `months` or `years`, of mean length.
        format: how the text is written, as in `strptime`: `%d/%m/%Y`.
        column: needed only in comparisons over several columns.
    """

    amount: float
    unit: str = "days"
    format: str | None = None
    column: str | None = None

    @property
    def name(self) -> str:
        """`within_2_months`."""
        return f"within_{self.amount:g}_{self.unit}"

    def holds(self, pairs: ValuePairs) -> Mask:  # noqa: D102
        left, right = pairs.derived(f"days:{self.format}", self._days, self.column)
        return (left >= 0) & (right >= 0) & (np.abs(left - right) <= self.amount * DAYS[self.unit])

    def _days(self, values: pa.Array) -> npt.NDArray[np.int64]:
        return days_of(values, (self.format,) if self.format else FORMATS)


@dataclass(frozen=True)
class NoDate(ByCode):
    """Text on either side that is no date: no evidence. Put it first where dates may be garbled."""

    column: str | None = None
    format: str | None = None
    name: str = "no_date"

    @property
    def uninformative(self) -> bool:
        """True."""
        return True

    def holds(self, pairs: ValuePairs) -> Mask:  # noqa: D102
        days = DateWithin(0, format=self.format, column=self.column)
        left, right = pairs.derived(f"days:{self.format}", days._days, self.column)
        return (left < 0) | (right < 0)


def days_of(values: pa.Array, formats: tuple[str, ...]) -> npt.NDArray[np.int64]:
    """Days since 1970 plus `EPOCH`; -1 for what is no date."""
    if pa.types.is_date(values.type) or pa.types.is_timestamp(values.type):
        days = values.cast(pa.date32(), safe=False)
    else:
        text = pc.replace_substring_regex(pc.utf8_trim_whitespace(values.cast(pa.string())), r"[ T]\d{1,2}:.*$", "")
        days = pa.nulls(len(text), pa.date32())
        for one in formats:
            # C's strptime takes 2020111 for %Y%m%d, so the length must fit too.
            fits = pc.equal(pc.utf8_length(text), 8) if one == "%Y%m%d" else pa.scalar(True)
            read = pc.strptime(pc.if_else(fits, text, None), format=one, unit="s", error_is_null=True)
            days = pc.coalesce(days, read.cast(pa.date32(), safe=False))
    return np.asarray(pc.fill_null(pc.add(days.cast(pa.int32()).cast(pa.int64()), EPOCH), -1))


@dataclass(frozen=True)
class WithinKilometres(ByCode):
    """Two points on the globe at most so many kilometres apart (great circle); columns hold degrees."""

    kilometres: float
    lat: str = "lat"
    lng: str = "lng"

    @property
    def name(self) -> str:
        """`within_5_km`."""
        return f"within_{self.kilometres:g}_km"

    def holds(self, pairs: ValuePairs) -> Mask:  # noqa: D102
        lat, lng = (np.radians(np.stack(pairs.numbers(c))) for c in (self.lat, self.lng))
        half = np.sin((lat[0] - lat[1]) / 2) ** 2 + np.cos(lat[0]) * np.cos(lat[1]) * np.sin((lng[0] - lng[1]) / 2) ** 2
        return 2 * EARTH_KM * np.arcsin(np.sqrt(np.clip(half, 0, 1))) <= self.kilometres
