from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest
from hypothesis import given
from hypothesis import strategies as st
from stdnum.cn import ric

from pipelines.standardise.identifiers import InvalidIdentifierError
from pipelines.standardise.identifiers import identity_number as number
from pipelines.standardise.identifiers.check import mod_11_2
from pipelines.standardise.identifiers.identity_column import birth_dates, sexes, standardise_identity_numbers

CASES = "identity_numbers.yaml"

divisions = st.sampled_from(["110105", "310101"])
births = st.dates(min_value=date(1900, 1, 1), max_value=date(2020, 12, 31))
valid_numbers = st.builds(
    lambda division, birth, sequence: (head := f"{division}{birth:%Y%m%d}{sequence:03d}") + mod_11_2(head),
    divisions,
    births,
    st.integers(0, 999),
)


def one(cell: str) -> dict[str, str | None]:
    return standardise_identity_numbers(pa.array([cell])).to_pylist()[0]


def test_a_cell_yields_its_number_or_what_is_legible_of_it(case):
    assert one(case["cell"]) == {
        "id_number": case["number"],
        "id_number_legible": case["legible"],
        "id_number_state": case["state"],
    }


@given(valid_numbers)
def test_what_we_make_valid_the_oracle_finds_valid(text):
    assert number.is_valid(text)
    assert ric.is_valid(text)
    assert number.birth_date(text) == ric.get_birth_date(text)
    assert number.sex(text) == ("男" if int(text[16]) % 2 else "女")


@given(valid_numbers, st.integers(0, 17), st.sampled_from("0123456789"))
def test_the_oracle_and_we_agree_on_numbers_with_one_digit_changed(text, place, digit):
    changed = text[:place] + digit + text[place + 1 :]
    if "1900" <= changed[6:10] <= "2020" and changed[:6] == text[:6]:
        assert number.is_valid(changed) == ric.is_valid(changed)


@given(valid_numbers, st.integers(0, 16))
def test_a_single_typo_never_passes_the_check_digit(text, place):
    changed = text[:place] + str((int(text[place]) + 3) % 10) + text[place + 1 :]
    assert not number.is_valid(changed)


@given(valid_numbers, st.integers(0, 15))
def test_two_neighbours_swapped_never_pass_the_check_digit(text, place):
    swapped = text[:place] + text[place + 1] + text[place] + text[place + 2 :]
    assert swapped == text or not number.is_valid(swapped)


@given(valid_numbers.filter(lambda text: text[6:8] == "19" and text[14:17] < "996"))
def test_fifteen_digits_are_lifted_to_the_number_they_came_from(text):
    assert number.validate(text[:6] + text[8:17]) == text


@given(st.text(alphabet="0123456789Xx*?.E+ -'、(已", max_size=24))
def test_no_cell_makes_the_reader_fail_and_legible_parts_have_eighteen_places(cell):
    found = number.read(cell)
    assert found.legible is None or len(found.legible) == 18
    assert (found.state == number.VALID) == (found.number is not None)
    assert (found.state == number.MISSING) == (found.legible is None)


@given(st.lists(st.one_of(valid_numbers, st.text(alphabet="0123456789X* ", min_size=15, max_size=20)), min_size=1))
def test_the_matrix_and_the_reader_give_the_same_answers(cells):
    table = standardise_identity_numbers(pa.array(cells)).to_pylist()
    for cell, row in zip(cells, table, strict=True):
        found = number.read(cell)
        assert (row["id_number"], row["id_number_legible"], row["id_number_state"]) == (
            found.number,
            found.legible,
            found.state,
        )


@given(valid_numbers, st.integers(1, 15))
def test_an_exponent_never_claims_a_digit_the_number_has_not(text, digits):
    if text[17] == "X":
        return
    shown = f"{float(text):.{digits}E}"
    legible = number.read(shown).legible
    assert legible is not None or digits < 5
    assert legible is None or all(c in ("*", t) for c, t in zip(legible, text, strict=True))


def test_columns_give_birth_date_and_sex_of_valid_numbers():
    numbers = pa.array(["469900198503120012", None, "469900196311051180"])
    assert birth_dates(numbers).to_pylist() == [date(1985, 3, 12), None, date(1963, 11, 5)]
    assert sexes(numbers).to_pylist() == ["男", None, "女"]


@pytest.mark.parametrize(
    "wrong", ["46990019850312001", "469900198502300012", "469900198503120013", "009900198503120012"]
)
def test_an_error_names_the_rule_and_never_the_number(wrong):
    with pytest.raises(InvalidIdentifierError) as error:
        number.validate(wrong)
    assert wrong not in str(error.value)
    assert not any(part in str(error.value) for part in (wrong[:6], wrong[6:14]))
