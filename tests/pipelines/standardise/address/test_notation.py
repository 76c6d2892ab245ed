"""Characters, dashes and numerals."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.standardise.address.notation import fold_text, made_dates, name_key, number, numbers, numeral

DIGIT = "零一二三四五六七八九"


def in_chinese(value: int) -> str:
    """1–999 as spoken, written here anew so that the reader is not checked against itself."""
    hundreds, tens, ones = value // 100, value // 10 % 10, value % 10
    text = f"{DIGIT[hundreds]}百" if hundreds else ""
    if tens:
        text += ("" if tens == 1 and not hundreds else DIGIT[tens]) + "十"
    elif hundreds and ones:
        text += "零"
    return text + (DIGIT[ones] if ones else "")


@pytest.mark.parametrize("value", [*range(1, 130), 200, 210, 305, 999])
def test_spoken_numerals_are_read(value: int) -> None:
    assert numeral(in_chinese(value)) == value


def test_a_row_of_chinese_digits_is_read_digit_by_digit() -> None:
    assert (numeral("五〇二"), numeral("一二〇一"), numeral("廿三")) == (502, 1201, 23)


def test_other_characters_are_no_numeral() -> None:
    assert numeral("楼") is None
    assert numeral("") is None


@pytest.mark.parametrize(
    ("written", "canonical"),
    [
        ("３", "3"),
        ("三幢", "3"),
        ("012", "12"),
        ("第5单元", "5"),
        ("b座", "B"),
        ("3.0", "3"),
        ("502室", "502"),
        ("十二号楼", "12"),
    ],
)
def test_a_number_has_one_form(written: str, canonical: str) -> None:
    assert numbers(pa.array([written])).to_pylist() == [canonical]


def test_an_empty_or_missing_cell_stays_missing() -> None:
    assert numbers(pa.array(["", None, " ", "无"])).to_pylist() == [None] * 4
    assert fold_text(pa.array(["", None, "  ", "不详", "-"])).to_pylist() == [None] * 5


def test_notes_at_the_end_go_and_names_in_brackets_stay() -> None:
    folded = fold_text(pa.array(["听雨苑3幢（出租）", "望月路18号（锦鲤花园）3幢", "听雨苑3幢（", "听雨苑(原旧厂)3幢"]))
    assert folded.to_pylist() == ["听雨苑3幢", "望月路18号锦鲤花园3幢", "听雨苑3幢", "听雨苑3幢"]


def test_roads_with_numerals_have_one_key() -> None:
    assert name_key("临江二路") == name_key("临江2路")
    assert name_key("十二里街") == name_key("12里街")
    assert name_key("临江二路") != name_key("临江三路")


@settings(max_examples=25, derandomize=True, deadline=None)
@given(st.text(max_size=30))
def test_folding_twice_is_folding_once(text: str) -> None:
    once = fold_text(pa.array([text]))
    twice = fold_text(once)
    assert fold_text(twice).to_pylist() == twice.to_pylist()


@settings(max_examples=25, derandomize=True, deadline=None)
@given(st.integers(1, 9999))
def test_leading_zeros_and_capitals_do_not_matter(value: int) -> None:
    assert number(f"00{value}") == number(str(value)) == str(value)
    assert number(f"a{value}") == number(f"A{value}")


@pytest.mark.parametrize(
    "cell",
    [
        "2026-01-06",
        "2026/1/6",
        "2026-01-06 00:00:00",
        "1月6日",
        "1月6号",
        "一月六日",
        "01/06/2026",
        "46028",
        "46028.0",
        "6-Jan",
        "Jan-06",
    ],
)
def test_a_number_that_a_spreadsheet_made_a_date_is_none_and_can_be_counted(cell: str) -> None:
    assert numbers(pa.array([cell])).to_pylist() == [None]
    assert made_dates(pa.array([cell, "1-6", None, "1203"])).to_pylist() == [True, False, None, False]


def test_what_is_no_numeral_stays_as_it_is_however_long() -> None:
    assert name_key("十五十六路") == "十五十六路"
    assert numbers(pa.array(["一" * 4400, "1" * 4400, "九" * 6])).to_pylist() == [None, None, "999999"]
