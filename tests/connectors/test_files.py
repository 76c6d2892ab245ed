"""What a file name says: dates as people write them, several patterns, any workbook."""

from __future__ import annotations

import datetime

import pytest

from connectors.files import nearest, parse

DAY, MONTH = datetime.date(2026, 11, 8), datetime.date(2026, 11, 1)


@pytest.mark.parametrize(
    ("text", "day"),
    [
        ("20261108", DAY),
        ("2026-11-08", DAY),
        ("2026-11-8", DAY),
        ("2026.11.08", DAY),
        ("2026年11月8日", DAY),
        ("202611", MONTH),
        ("2026-11", MONTH),
        ("2026年11月", MONTH),
        ("20261308", None),
        ("2026-02-30", None),
        ("202613", None),
    ],
)
def test_a_date_is_read_however_it_is_written(text, day):
    said = parse("名册_{date}.csv", f"名册_{text}.csv")
    assert (said and said.delivered_on) == day


def test_a_date_beside_a_part_is_not_mixed_up_with_it():
    said = parse("a_{scope}_{date}_{part}.xlsx", "a_东街_2026-11-08_02.xlsx")
    assert said
    assert (said.delivered_on, said.scope) == (DAY, "东街")


def test_the_first_pattern_that_fits_counts():
    assert parse(("a_{date}.csv", "{scope}_{date}.csv"), "b_20261108.csv").scope == "b"


@pytest.mark.parametrize("extension", ["xls", "et", "ods", "XLSX", "xlsm"])
def test_a_workbook_may_have_the_extension_of_any_office_program(extension):
    assert parse("a_{date}.xlsx", f"a_20261108.{extension}")
    assert not parse("a_{date}.csv", f"a_20261108.{extension}")


def test_the_nearest_pattern_is_the_one_a_person_meant():
    patterns = ("户籍人口_{date}.csv", "户籍变更_{date}_{part}.csv")
    assert nearest(patterns, "户籍变更20261108_1.csv") == patterns[1]
    assert nearest(patterns, "户籍人口2026.11.8.csv") == patterns[0]
