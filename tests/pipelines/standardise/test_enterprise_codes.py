from __future__ import annotations

from datetime import date

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from stdnum.cn import uscc
from stdnum.iso7064 import mod_11_10 as iso_mod_11_10

from pipelines.standardise.identifiers import credit_code, organisation_code, registration_number
from pipelines.standardise.identifiers.check import CREDIT_ALPHABET, mod_11_2, mod_11_10, mod_11_organisation, mod_31
from pipelines.standardise.identifiers.enterprise_codes import legible_codes, read, standardise_enterprise_codes

CASES = "enterprise_codes.yaml"

cores = st.text(alphabet="0123456789ABCDEFGHJKLMNPQRTUWXY", min_size=8, max_size=8).filter(
    lambda core: len(set(core)) > 1
)
organisation_codes = cores.map(lambda core: core + mod_11_organisation(core))
credit_codes = st.builds(
    lambda kind, core: (head := f"{kind}469900{core}") + mod_31(head),
    st.sampled_from(["91", "92", "52"]),
    organisation_codes,
)


def test_a_cell_yields_the_codes_it_holds(case):
    assert standardise_enterprise_codes(pa.array([case["cell"]])).to_pylist() == [
        {
            "credit_code": case.get("credit"),
            "registration_number": case.get("registration"),
            "organisation_code": case.get("organisation"),
            "code_state": case["state"],
        }
    ]


@given(credit_codes)
def test_what_we_make_valid_the_oracle_finds_valid(code):
    assert credit_code.is_valid(code)
    assert uscc.is_valid(code)
    assert credit_code.organisation_code(code) == code[8:17]


@given(credit_codes, st.integers(0, 17), st.sampled_from(CREDIT_ALPHABET))
def test_the_oracle_and_we_agree_on_codes_with_one_character_changed(code, place, character):
    changed = code[:place] + character + code[place + 1 :]
    assert credit_code.is_valid(changed) == uscc.is_valid(changed)


@given(organisation_codes, st.integers(0, 7))
def test_a_digit_typed_for_another_never_passes_as_an_organisation_code(code, place):
    if code[place].isdigit():
        changed = code[:place] + ("7" if code[place] != "7" else "4") + code[place + 1 :]
        assert not organisation_code.is_valid(changed)


@given(st.text(alphabet="0123456789", min_size=14, max_size=14))
def test_registration_numbers_follow_iso_7064(head):
    assert mod_11_10(head) == iso_mod_11_10.calc_check_digit(head)
    assert registration_number.is_valid(head + mod_11_10(head))


@given(credit_codes)
def test_every_form_of_a_code_leads_to_the_same_organisation_code(code):
    forms = [code, code[8:17], f"{code[8:16]}-{code[16]}", "469900" + code[8:17]]
    found = standardise_enterprise_codes(pa.array(forms)).column("organisation_code").to_pylist()
    told_apart = not registration_number.is_valid(forms[3])
    assert set(found if told_apart else found[:3]) == {code[8:17]}


@given(st.text(max_size=20))
def test_no_cell_makes_the_reader_fail(cell):
    state = standardise_enterprise_codes(pa.array([cell])).column("code_state").to_pylist()[0]
    assert state in ("valid", "invalid", "missing")


births = st.dates(min_value=date(1900, 1, 1), max_value=date(2020, 12, 31))
identity_numbers = st.builds(
    lambda division, birth, sequence: (head := f"{division}{birth:%Y%m%d}{sequence:03d}") + mod_11_2(head),
    st.sampled_from(["110105", "330291", "469900", "653101"]),
    births,
    st.integers(0, 999),
)
passing_as_a_credit_code = identity_numbers.filter(lambda number: mod_31(number[:17]) == number[17])


@given(
    st.lists(
        st.one_of(credit_codes, credit_codes.map(str.lower), st.text(CREDIT_ALPHABET, min_size=17, max_size=19)),
        min_size=1,
    )
)
def test_the_matrix_and_the_reader_give_the_same_answers(cells):
    rows = standardise_enterprise_codes(pa.array(cells)).to_pylist()
    for cell, row in zip(cells, rows, strict=True):
        codes = read(cell)
        assert (row["credit_code"], row["organisation_code"], row["code_state"]) == (
            codes.credit_code,
            codes.organisation_code,
            codes.state,
        )


@settings(suppress_health_check=[HealthCheck.filter_too_much], max_examples=60)
@given(passing_as_a_credit_code, st.sampled_from(["", "(1-1)", " ", "营业执照:"]))
def test_an_identity_number_that_passes_as_a_credit_code_is_none(number, beside):
    cells = pa.array([number + beside if beside.startswith("(") else beside + number])
    found = standardise_enterprise_codes(cells).to_pylist()[0]
    assert (found["credit_code"], found["organisation_code"], found["registration_number"]) == (None, None, None)
    assert legible_codes(cells).column("code_legible").to_pylist() == [None]


@given(identity_numbers)
def test_nothing_of_an_identity_number_is_shown_as_a_code(number):
    cells = pa.array([number, number[:17] + ("0" if number[17] != "0" else "1")])
    assert standardise_enterprise_codes(cells).column("organisation_code").to_pylist() == [None, None]
    assert legible_codes(cells).column("code_legible").to_pylist() == [None, None]


def test_a_code_given_out_with_another_check_character_can_be_compared():
    cells = pa.array(["91469900MA7X2Q8K28", "91469900ma7x2q8k28 (1-1)", "91469900MA7X2Q9K28", "469900000012345", "无"])
    legible = ["91469900MA7X2Q8K28", "91469900MA7X2Q8K28", "91469900MA7X2Q9K28", "469900000012345", None]
    assert legible_codes(cells).column("code_legible").to_pylist() == legible
