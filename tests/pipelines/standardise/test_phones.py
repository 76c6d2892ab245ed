from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipelines.standardise.phones import read_phones, standardise_phones

CASES = "phones.yaml"

mobiles = st.from_regex(r"1[3-9][0-9]{9}", fullmatch=True)


def test_a_cell_yields_its_numbers_mobile_first(case):
    found = standardise_phones(pa.array([case["cell"]])).to_pylist()
    assert found == [{"phone": case.get("phone"), "phone_2": case.get("second")}]


@given(st.lists(st.one_of(mobiles, st.text(alphabet="0123456789-/ +()转", max_size=26)), min_size=1))
def test_the_quick_way_and_the_reader_give_the_same_answers(cells):
    table = standardise_phones(pa.array(cells)).to_pylist()
    assert [(row["phone"], row["phone_2"]) for row in table] == [read_phones(cell) for cell in cells]


@given(mobiles, st.sampled_from(["+86", "86-", "0086 ", " ", "手机:"]))
def test_what_is_typed_before_a_number_does_not_change_it(number, before):
    assert read_phones(before + number) == read_phones(number)


@given(st.text(alphabet="0123456789-/ +()转", max_size=26))
def test_a_standard_number_is_read_as_itself(cell):
    for number in read_phones(cell):
        assert number is None or read_phones(number)[0] == number
