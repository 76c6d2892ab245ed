"""Months are forecast from the months before them alone, with an error that is measured."""

from __future__ import annotations

from datetime import date, datetime

import numpy as np
import pyarrow as pa
import pytest

from quality.forecast import forecast
from warehouse.model.session import connect
from warehouse.model.sql import statement


def months(*counts: int, name: str = "A", begin: int = 2024 * 12) -> pa.Table:
    days = [date((begin + n) // 12, (begin + n) % 12 + 1, 1) for n in range(len(counts))]
    return pa.table({"event_class": [name] * len(counts), "month": pa.array(days), "events": list(counts)})


def test_the_month_to_come_has_a_forecast_and_no_count() -> None:
    lines, _ = forecast(months(10, 12, 11, 13, 12))
    last = [r for r in lines.to_pylist() if r["event_class"] == "A"][-1]
    assert last["month"] == date(2024, 6, 1)
    assert last["events"] is None
    assert last["forecast"] == pytest.approx(12)
    assert last["low"] < 12 < last["high"]


def test_a_forecast_does_not_know_the_month_it_is_for() -> None:
    one, other = (forecast(months(10, 12, 11, 13, last))[0].to_pylist() for last in (12, 900))
    assert [r["forecast"] for r in one if r["event_class"] == "A"][:5] == [
        r["forecast"] for r in other if r["event_class"] == "A"
    ][:5]


def test_the_error_is_that_of_the_months_held_out() -> None:
    _, trends = forecast(months(10, 10, 10, 20, 10))
    (trend,) = (r for r in trends.to_pylist() if r["event_class"] == "A")
    assert trend["months_held_out"] == 2
    assert trend["error"] == pytest.approx((10 + abs(10 - 40 / 3)) / 30)
    assert trend["naive_error"] == pytest.approx(20 / 30)


def test_from_two_years_on_the_month_of_the_year_is_known() -> None:
    season = [10, 10, 10, 10, 10, 10, 40, 40, 10, 10, 10, 10]
    lines, trends = forecast(months(*season * 3))
    assert trends["seasonal"].to_pylist() == [True, True]
    july = next(r for r in lines.to_pylist() if r["event_class"] == "A" and r["month"] == date(2026, 7, 1))
    assert july["forecast"] > 20


def test_a_trend_is_shown_with_its_interval() -> None:
    rising = [20 + 2 * n for n in range(12)]
    _, trends = forecast(months(*rising))
    (trend,) = (r for r in trends.to_pylist() if r["event_class"] == "*")
    assert trend["change_low"] > 0
    assert trend["change_by_month"] == pytest.approx(2 / np.mean(rising))


def test_no_months_no_forecast() -> None:
    assert [table.num_rows for table in forecast(months())] == [0, 0]


@pytest.mark.parametrize(
    ("first", "last", "whole"),
    [
        ("2026-02-01 08:00", "2026-03-31 20:00", ["2026-02-01", "2026-03-01"]),
        ("2026-02-02 08:00", "2026-04-30 08:00", ["2026-03-01", "2026-04-01"]),
        ("2026-02-10 08:00", "2026-03-10 08:00", []),
    ],
)
def test_months_that_are_not_whole_at_either_end_are_left_out(first: str, last: str, whole: list[str]) -> None:
    moments = pa.array([datetime.fromisoformat(first), datetime.fromisoformat(last)], pa.timestamp("us"))
    report = pa.table(
        {"event_id": ["1", "2"], "event_class": ["A", "A"], "ticket_kind": ["incident"] * 2, "reported_at": moments}
    )
    with connect() as con:
        con.register("report", report)
        rows = con.sql(statement("quality", "event_month")).fetchall()
    assert [str(month) for _, month, _ in rows] == whole
