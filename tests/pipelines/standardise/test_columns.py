"""What all columns share: distinct values once, folding, codes, quantities."""

from __future__ import annotations

import pyarrow as pa
from hypothesis import given
from hypothesis import strategies as st

from pipelines.standardise.codes import apply_codes, plain_codes, plain_labels
from pipelines.standardise.distinct import over_distinct
from pipelines.standardise.folding import fold, fold_text
from pipelines.standardise.quantities import standardise_amounts, standardise_quantities


def test_every_distinct_value_is_standardised_once_across_chunks():
    seen: list[str] = []

    def upper(values: pa.StringArray) -> pa.Table:
        seen.extend(values.to_pylist())
        return pa.table({"upper": pa.array([v.upper() for v in values.to_pylist()])})

    raw = pa.chunked_array([["a", None, "b"], [], ["b", "a", "c"]], pa.string())
    assert over_distinct(raw, upper).column("upper").to_pylist() == ["A", None, "B", "B", "A", "C"]
    assert seen == ["a", "b", "c"]


def test_a_column_without_values_or_rows_is_null_or_empty():
    def same(values: pa.StringArray) -> pa.Table:
        return pa.table({"same": values})

    assert over_distinct(pa.nulls(3, pa.string()), same).column("same").to_pylist() == [None] * 3
    assert over_distinct(pa.chunked_array([], pa.string()), same).num_rows == 0


@given(st.text(max_size=20))
def test_columns_and_single_values_fold_alike_and_only_once(text):
    folded = fold(pa.array([text])).to_pylist()[0]
    assert folded == fold_text(text)
    assert fold_text(folded) == folded


def test_codes_become_labels_whatever_their_width_and_labels_stay():
    table = {"1": "男", "2": "女", "女性": "女"}
    cells = pa.chunked_array([["1", " ２ ", None, "女", "9", "女性"]])
    assert apply_codes(cells, table).to_pylist() == ["男", "女", None, "女", None, "女"]


def test_plain_labels_are_folded_text():
    assert plain_labels(pa.array([" 初 中", "", None, "　"])).to_pylist() == ["初 中", None, None, None]


def test_plain_codes_are_capitals_without_blanks():
    assert plain_codes(pa.array([" fw００1 x", None, " "])).to_pylist() == ["FW001X", None, None]


def test_quantities_are_read_with_their_unit_and_never_negative():
    cells = ["131.47", "131平方米", "1,200 元", "５人", "3.5", "-3", "无", ""]
    found = standardise_quantities(pa.array(cells)).to_pylist()
    assert [row["number"] for row in found] == [131.47, 131.0, 1200.0, 5.0, 3.5, None, None, None]
    assert [row["count"] for row in found] == [None, 131, 1200, 5, None, None, None, None]


def test_amounts_are_in_ten_thousand_yuan_whatever_unit_they_are_written_in():
    cells = ["500", "5,000,000元", "１００万元人民币", "1.2亿", "人民币50万元整", "50万美元", "-3", "面议", None]
    found = standardise_amounts(pa.array(cells)).to_pylist()
    assert [row["number"] for row in found] == [500.0, 500.0, 100.0, 12000.0, 50.0, None, None, None, None]
