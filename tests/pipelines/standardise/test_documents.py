from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipelines.standardise.identifiers.check import mod_11_2
from pipelines.standardise.identifiers.documents import TYPES, read, standardise_documents

CASES = "documents.yaml"

passports = st.from_regex(r"[EG][0-9]{8}", fullmatch=True).filter(lambda number: len(set(number[1:])) > 3)
shapes = st.sampled_from(["{0}", " {0} ", "护照{0}", "护照号:{0}", "{0}(护照)", "PASSPORT {0}"])


def test_a_cell_yields_its_document(case):
    found = standardise_documents(pa.array([case["cell"]]), pa.array([case.get("declared")], pa.string())).to_pylist()
    assert found == [{"document_type": case.get("type"), "document_number": case.get("number")}]


@given(passports, shapes, st.booleans())
def test_a_passport_has_one_spelling(number, shape, small):
    document = read(shape.format(number.lower() if small else number))
    assert document is not None
    assert (document.type, document.number) == ("passport", number)


@given(st.sampled_from(["330291", "110105"]), st.dates(), st.integers(0, 999))
def test_a_citizens_number_is_no_other_document(division, birth, sequence):
    if birth.year < 1900 or birth.year > 2020:
        return
    head = f"{division}{birth:%Y%m%d}{sequence:03d}"
    assert read(head + mod_11_2(head)) is None


@given(
    st.text(max_size=40),
    st.one_of(st.none(), st.sampled_from(["护照", "军官证", "台胞证", "其他", "?"]), st.text(max_size=8)),
)
def test_no_cell_makes_the_reader_fail_and_both_columns_are_null_together(cell, declared):
    row = standardise_documents(pa.array([cell]), pa.array([declared], pa.string())).to_pylist()[0]
    assert (row["document_type"] is None) == (row["document_number"] is None)
    assert row["document_type"] is None or row["document_type"] in TYPES
