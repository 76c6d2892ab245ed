"""How many events to expect next month, and how far such forecasts have been off.

The model is as plain as the data are short: the level of the last months and, from two years on, the month of the year. A trend is
measured and shown, but no forecast follows it: over a year of months it only adds to the error. Every past month is forecast from
the months before it alone, and the error of these forecasts stands beside the next one, together with the error of saying "as last
month". Belongs here: the model and its error. Does not: counting (`sql/event_month.sql`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import pyarrow as pa
from scipy import stats

from quality.shrinkage import LEVEL, Floats
from warehouse.model.quality import EVENT_FORECAST, EVENT_TREND

ALL = "*"
LAST = 3
"""Months whose mean is the level."""
LEAST = 3
"""Months before one that is forecast."""
YEAR = 12


@dataclass(frozen=True)
class Trend:
    """Change by month as a share of the level, with its interval."""

    change: float
    low: float
    high: float


def forecast(months: pa.Table) -> tuple[pa.Table, pa.Table]:
    """Forecast every month of every class, and of all together, from those before it.

    Args:
        months: `event_class`, `month` (its first day), `events`; every class has a line for every month.

    Returns:
        `quality.event_forecast` and `quality.event_trend`.
    """
    series: dict[str, dict[date, int]] = {}
    for row in months.to_pylist():
        series.setdefault(row["event_class"], {})[row["month"]] = row["events"]
    if series:
        days = sorted(next(iter(series.values())))
        series[ALL] = {day: sum(s[day] for s in series.values()) for day in days}
    lines, trends = [], []
    for name, counts in sorted(series.items()):
        of_class, trend = _of_class(name, counts)
        lines += of_class
        trends += trend
    return (
        EVENT_FORECAST.conform(pa.Table.from_pylist(lines, EVENT_FORECAST.arrow)),
        EVENT_TREND.conform(pa.Table.from_pylist(trends, EVENT_TREND.arrow)),
    )


def _of_class(name: str, counts: dict[date, int]) -> tuple[list[dict[str, object]], list[dict[str, object]]]:
    days = sorted(counts)
    y = np.array([counts[day] for day in days], dtype=float)
    days.append(_next(days[-1]))
    at = [n for n in range(len(days)) if n >= LEAST]
    made = {n: _expect(y[:n], days[: n + 1]) for n in at}
    past = [n for n in at if n < len(y)]
    errors = np.array([y[n] - made[n] for n in past])
    dispersion = _dispersion(np.array([made[n] for n in past]), errors)
    lines: list[dict[str, object]] = []
    for n, day in enumerate(days):
        mean = made.get(n)
        low, high = (None, None) if mean is None else _interval(mean, dispersion)
        events = int(y[n]) if n < len(y) else None
        lines.append({"event_class": name, "month": day, "events": events, "forecast": mean, "low": low, "high": high})
    trend = _trend(y)
    total = sum(y[n] for n in past)
    return lines, [
        {
            "event_class": name,
            "months": len(y),
            "events": int(y.sum()),
            "change_by_month": trend.change,
            "change_low": trend.low,
            "change_high": trend.high,
            "seasonal": len(y) >= 2 * YEAR,
            "months_held_out": len(past),
            "error": float(np.abs(errors).sum() / total) if total else None,
            "naive_error": float(sum(abs(y[n] - y[n - 1]) for n in past) / total) if total else None,
        }
    ]


def _next(day: date) -> date:
    return date(day.year + day.month // 12, day.month % 12 + 1, 1)


def _expect(y: Floats, days: list[date]) -> float:
    """The month `days[-1]` from the months before it."""
    season = _season(y, days)
    return float((y / season[:-1])[-LAST:].mean() * season[-1])


def _season(y: Floats, days: list[date]) -> Floats:
    """The factor of each month's place in the year, drawn to 1 by one year's worth; 1 before there are two years."""
    if len(y) < 2 * YEAR:
        return np.ones(len(days))
    months = np.array([day.month for day in days])
    around = np.convolve(y, np.ones(YEAR) / YEAR, mode="same")
    whole = slice(YEAR // 2, len(y) - YEAR // 2)
    ratio, place = y[whole] / np.maximum(around[whole], 1e-9), months[:-1][whole]
    factor = {m: (1 + ratio[place == m].sum()) / (1 + (place == m).sum()) for m in range(1, YEAR + 1)}
    return np.array([factor[m] for m in months])


def _trend(y: Floats) -> Trend:
    """The median slope (Theil–Sen) over the last year, as a share of the level."""
    y = y[-YEAR:]
    if len(y) < LEAST + 1 or not y.mean():
        return Trend(0.0, 0.0, 0.0)
    slope, _, low, high = (float(v) / float(y.mean()) for v in stats.theilslopes(y, alpha=LEVEL))
    return Trend(slope, low, high)


def _dispersion(means: Floats, errors: Floats) -> float:
    """How much wider than Poisson past errors are; at least 1."""
    return max(1.0, float((errors**2 / np.maximum(means, 1.0)).mean())) if len(errors) else 1.0


def _interval(mean: float, dispersion: float) -> tuple[float, float]:
    """Where the count lies with `LEVEL`: a negative binomial around the mean, as wide as past errors were."""
    tails = np.array([(1 - LEVEL) / 2, (1 + LEVEL) / 2])
    if mean <= 0:
        return 0.0, float(stats.poisson.ppf(tails[1], 1.0))
    if dispersion <= 1.001:
        low, high = stats.poisson.ppf(tails, mean)
    else:
        low, high = stats.nbinom.ppf(tails, mean / (dispersion - 1), 1 / dispersion)
    return float(low), float(high)
