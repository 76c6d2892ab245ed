from __future__ import annotations

import phonenumbers
import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.standardise.foreign_phones import read_foreign_phone, standardise_foreign_phones
from pipelines.standardise.phones import read_phones, standardise_all_phones
from pipelines.standardise.placeholders import is_made_up

others = st.sampled_from(sorted(phonenumbers.SUPPORTED_REGIONS - {"CN"})).map(phonenumbers.example_number)
others = others.filter(lambda number: not is_made_up(str(number.national_number)))
shapes = st.sampled_from([phonenumbers.PhoneNumberFormat.E164, phonenumbers.PhoneNumberFormat.INTERNATIONAL])


@given(others, shapes, st.sampled_from(["+", "00", "＋"]))
def test_a_number_of_another_country_is_kept_as_such_and_never_a_domestic_one(number, shape, prefix):
    cell = phonenumbers.format_number(number, shape).replace("+", prefix)
    assert read_phones(cell) == (None, None)
    plain = phonenumbers.format_number(number, phonenumbers.PhoneNumberFormat.E164)
    assert read_foreign_phone(cell) == read_foreign_phone(plain) == plain


@pytest.mark.parametrize(
    ("cell", "number"),
    [
        ("+852 6123 4567", "+85261234567"),
        ("00886-912-345-678", "+886912345678"),
        ("住香港 +852-6123-4567(手机)", "+85261234567"),
        ("13912340001 / +65 6123 4567", "+6561234567"),
        ("+86 139 1234 0001", None),
        ("008613912340001", None),
        ("0510-80001234", None),
        ("+00000000000", None),
        ("无", None),
    ],
)
def test_a_cell_yields_its_foreign_number(cell, number):
    assert standardise_foreign_phones(pa.array([cell])).to_pylist() == [{"phone_foreign": number}]


def test_rows_without_a_foreign_number_keep_their_place():
    cells = pa.array(["13912340001", "+852 6123 4567", "", "0065 6123 4567"])
    numbers = standardise_foreign_phones(cells).column("phone_foreign").to_pylist()
    assert numbers == [None, "+85261234567", None, "+6561234567"]


def test_a_cell_keeps_its_foreign_number_beside_its_domestic_one():
    cells = pa.array(["+852 6123 4567", "13912340001 / +65 6123 4567"])
    assert standardise_all_phones(cells).to_pylist() == [
        {"phone": None, "phone_2": None, "phone_foreign": "+85261234567"},
        {"phone": "13912340001", "phone_2": None, "phone_foreign": "+6561234567"},
    ]
