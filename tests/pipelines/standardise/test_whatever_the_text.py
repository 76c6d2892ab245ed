"""Every standardiser answers whatever the text: with nothing, if need be, and in time that grows with its length."""

from __future__ import annotations

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.standardise.address import Gazetteer, standardise_addresses
from pipelines.standardise.address.notation import numbers
from pipelines.standardise.codes import plain_codes, plain_labels
from pipelines.standardise.dates import standardise_birth_dates, standardise_dates
from pipelines.standardise.distinct import Standardiser, over_distinct
from pipelines.standardise.enterprise import EnterpriseNames
from pipelines.standardise.grids import GRID_REFERENCE, GridTree
from pipelines.standardise.identifiers.documents import standardise_documents
from pipelines.standardise.identifiers.enterprise_codes import legible_codes, standardise_enterprise_codes
from pipelines.standardise.identifiers.identity_column import birth_dates, sexes, standardise_identity_numbers
from pipelines.standardise.names import standardise_names
from pipelines.standardise.phones import standardise_all_phones
from pipelines.standardise.quantities import standardise_quantities

GAZETTEER = Gazetteer.from_reference(
    pa.table(
        {
            "street": ["云溪街道"],
            "community": ["松风社区居委会"],
            "road": ["望月路"],
            "road_number": ["18"],
            "estate": ["锦鲤花园"],
            "building": ["3"],
            "unit": ["2"],
            "room": ["502"],
        }
    )
)
TREE = GridTree.from_reference(
    [
        pa.table(
            {
                name: [value]
                for name, value in zip(
                    GRID_REFERENCE,
                    (
                        "云州市",
                        "330291001",
                        "云溪街道",
                        "330291001001",
                        "松风社区",
                        "330291001001001",
                        "松风社区第1网格",
                    ),
                    strict=True,
                )
            }
        )
    ]
)


def addresses(values: pa.StringArray) -> pa.Table:
    return standardise_addresses(pa.table({"text": values}), GAZETTEER)


def address_parts(values: pa.StringArray) -> pa.Table:
    parts = ("street", "community", "road", "road_number", "estate", "building", "unit", "room", "grid_code")
    return standardise_addresses(pa.table(dict.fromkeys(parts, values)), GAZETTEER)


STANDARDISERS: dict[str, Standardiser] = {
    "identity numbers": standardise_identity_numbers,
    "documents": standardise_documents,
    "names": standardise_names,
    "birth dates": standardise_birth_dates,
    "dates": standardise_dates,
    "phones": standardise_all_phones,
    "enterprise names": EnterpriseNames.of_places(["云州市", "云溪街道"]),
    "enterprise codes": standardise_enterprise_codes,
    "legible codes": legible_codes,
    "grids": TREE,
    "quantities": standardise_quantities,
    "addresses": addresses,
    "parts of addresses": address_parts,
    "numbers on doors": lambda values: pa.table({"number": numbers(values)}),
    "labels": lambda values: pa.table({"label": plain_labels(values)}),
    "codes": lambda values: pa.table({"code": plain_codes(values)}),
}

anything = st.characters(codec="utf-8")
telling = st.sampled_from(
    list(
        "0123456789零〇一二三四五六七八九十百千廿卅两壹贰叁拾年月日号幢单元室层楼组村路街第之子女有限公司()（）[]【】-—~·.,、;/|\\:+*?#=&\"' \t\n\x00XxEeTZ公司厂店市镇区省社网格字军护照"
    )
)
cells = st.one_of(
    st.text(anything, max_size=60), st.text(telling, max_size=40), st.text(st.one_of(telling, anything), max_size=60)
)
pieces = st.one_of(
    telling,
    anything,
    st.sampled_from(
        [
            "有限公司",
            "电子",
            "云州市",
            "第",
            "1-",
            "(1)",
            "12",
            "一",
            "锦鲤花园",
            "502室",
            "&amp;",
            "之子",
            "13912340001",
            "+852",
            "2026-01-06",
            "民国",
        ]
    ),
)
long_cells = st.builds(lambda piece, count: (piece * count)[:10_000], pieces, st.integers(1_000, 10_000))


@pytest.mark.parametrize("name", STANDARDISERS)
@settings(max_examples=12)
@given(texts=st.lists(cells, min_size=1, max_size=60, unique=True))
def test_any_text_has_an_answer_in_its_row(name, texts):
    assert STANDARDISERS[name](pa.array(texts, pa.string())).num_rows == len(texts)


@pytest.mark.parametrize("name", STANDARDISERS)
@settings(max_examples=4)
@given(texts=st.lists(long_cells, min_size=1, max_size=8))
def test_long_text_has_an_answer_too(name, texts):
    assert STANDARDISERS[name](pa.array(texts, pa.string())).num_rows == len(texts)


@pytest.mark.parametrize("name", STANDARDISERS)
def test_thirty_thousand_characters_are_answered(name):
    texts = [(piece * 33_000)[:33_000] for piece in ("电子", "云州市", "1", "一", "(", "A b", "3幢", "①", "\n")]
    assert STANDARDISERS[name](pa.array(texts, pa.string())).num_rows == len(texts)


@pytest.mark.parametrize("name", STANDARDISERS)
@settings(max_examples=4)
@given(texts=st.lists(cells, min_size=2, max_size=6, unique=True))
def test_what_a_value_means_depends_on_no_other_value(name, texts):
    together = STANDARDISERS[name](pa.array(texts, pa.string())).to_pylist()
    alone = [STANDARDISERS[name](pa.array([text], pa.string())).to_pylist()[0] for text in texts]
    assert together == alone


@given(st.lists(cells, min_size=1, max_size=12))
def test_birth_date_and_sex_can_be_taken_from_every_number_that_is_read(texts):
    found = standardise_identity_numbers(pa.array(texts, pa.string())).column("id_number").combine_chunks()
    assert len(birth_dates(found)) == len(sexes(found)) == len(texts)


def picky(values: pa.StringArray) -> pa.Table:
    for text in values.to_pylist():
        if text.startswith("坏"):
            raise KeyError(text)
    return pa.table({"length": pa.array([len(text) for text in values.to_pylist()], pa.int64())})


@given(st.lists(st.one_of(st.none(), st.sampled_from(["坏1", "坏2"]), st.text("好ab", max_size=3)), max_size=20))
def test_a_fault_in_one_value_is_an_empty_value_and_costs_no_other(texts):
    raw = pa.chunked_array([texts[:7], texts[7:]], pa.string())
    lengths = [None if t is None or t.startswith("坏") else len(t) for t in texts]
    assert over_distinct(raw, picky).column("length").to_pylist() == lengths


def test_a_fault_is_reported_without_the_value(caplog):
    over_distinct(pa.array(["坏1", "好", "坏1", "坏2"]), picky)
    assert "KeyError" in caplog.text
    assert "2 values" in caplog.text
    assert "坏1" not in caplog.text


def test_what_a_disk_causes_is_no_fault_of_a_value():
    def full(values: pa.StringArray) -> pa.Table:
        raise OSError("disk full")

    with pytest.raises(OSError, match="disk full"):
        over_distinct(pa.array(["好"]), full)
