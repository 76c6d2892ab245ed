from __future__ import annotations

from datetime import date, timedelta

import pyarrow as pa
import pytest
from hypothesis import assume, given
from hypothesis import strategies as st

from pipelines.standardise.dates import DEFAULTS, read_date, standardise_birth_dates, standardise_dates

CASES = "dates.yaml"


def test_a_cell_names_a_date_as_far_as_it_is_known(case):
    cells = pa.array([case["cell"]])
    assert standardise_dates(cells).to_pylist() == [{"date": case.get("date"), "precision": case.get("precision")}]
    as_birth = case.get("birth", case.get("precision"))
    assert standardise_birth_dates(cells).to_pylist() == [{"date": case.get("date"), "precision": as_birth}]


@pytest.mark.parametrize(
    "shape",
    [
        "{0:%Y%m%d}",
        "{0:%Y-%m-%d}",
        "{0.year}/{0.month}/{0.day}",
        "{0.year}年{0.month}月{0.day}日",
        "{0:%Y-%m-%dT%H:%M:%S}+08:00",
    ],
)
@given(day=st.dates(min_value=date(1850, 1, 1), max_value=date(2100, 12, 31)))
def test_every_day_is_read_in_every_way_it_is_written(shape, day):
    assume(day not in DEFAULTS)
    cell = shape.format(day) if "%H" not in shape else f"{day:%Y-%m-%d}T08:00:00+08:00"
    assert read_date(cell) == (day, "day")


@given(st.dates(min_value=date(1930, 1, 1), max_value=date(2099, 12, 31)))
def test_a_serial_number_of_a_spreadsheet_is_its_day(day):
    assert read_date(str((day - date(1899, 12, 30)).days)) == (day, "day")


@given(st.dates(min_value=date(2002, 1, 1), max_value=date(2099, 12, 31)), st.integers(0, 86_399_999))
def test_milliseconds_fall_on_the_chinese_day(day, within):
    midnight_in_china = (day - date(1970, 1, 1)) // timedelta(milliseconds=1) - 8 * 3_600_000
    assert read_date(str(midnight_in_china + within)) == (day, "day")


@given(st.text(alphabet="0123456789-/.年月日T:Z+ 一二十", max_size=20))
def test_no_cell_makes_the_reader_fail(cell):
    found, precision = read_date(cell)
    assert (found is None) == (precision is None)
