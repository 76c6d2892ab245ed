"""Codes instead of values."""

import datetime as dt

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.matching.engine import encode as encoding
from pipelines.matching.engine.encode import distinct_sorted, encode, group_rows
from pipelines.matching.inputs.coded import Coded, CodedTable, known_distinct

text = st.lists(st.one_of(st.none(), st.sampled_from(["a", "b", "c", "郑"])), max_size=20)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(text)
def test_codes_give_the_values_back(values):
    plain = pa.array(values, pa.string())
    coded, parts = plain.dictionary_encode(), [plain.slice(0, 3), plain.slice(3, 4), plain.slice(7)]
    columns = (
        plain,
        pa.chunked_array(parts),
        coded,
        pa.chunked_array([coded.slice(0, 3), coded.slice(3)]),
        pa.chunked_array([part.dictionary_encode() for part in parts]),
    )
    for column in columns:
        table = pa.table({"x": column})
        for known in (table, known_distinct(table)):
            encoded = encode(known, ("x",))
            values_of = encoded.dictionaries["x"].values.to_pylist()
            assert [[*values_of, None][c] for c in encoded.codes["x"]] == values
            assert len(set(values_of)) == len(values_of)


@settings(max_examples=60, derandomize=True, deadline=None)
@given(st.lists(st.tuples(st.integers(-1, 3), st.integers(-1, 2)), max_size=25))
def test_equal_rows_share_a_number_counted_by_first_appearance(rows):
    codes = [np.array([r[i] for r in rows], dtype=np.int32) for i in (0, 1)]
    number, first = group_rows(codes)
    seen = {}
    assert number.tolist() == [seen.setdefault(r, len(seen)) for r in rows]
    assert [rows[i] for i in first] == list(seen)
    assert distinct_sorted(number.astype(np.int64)).tolist() == list(range(len(seen)))


@pytest.mark.parametrize("threads", [1, 2])
def test_rows_whose_hashes_begin_alike_are_told_apart(monkeypatch, threads):
    value = np.arange(1000) * 7 % 40  # the lowest bits of a hash are not sorted by
    monkeypatch.setattr(encoding, "mix", lambda codes, threads: codes[0].astype(np.uint64) % np.uint64(40))
    number, first = group_rows([value.astype(np.int32)], threads)
    assert number.tolist() == (np.arange(1000) % 40).tolist()
    assert first.tolist() == list(range(40))


def test_dates_count_days_and_text_that_is_no_number_is_none():
    table = pa.table({"d": [dt.date(1970, 1, 3), None], "t": [" 12.5 ", "12a"]})
    encoded = encode(table, ("d", "t"))
    assert encoded.dictionaries["d"].numbers.tolist()[0] == 2
    assert encoded.dictionaries["t"].numbers.tolist()[0] == 12.5
    assert np.isnan(encoded.dictionaries["t"].numbers[1])


def test_a_combination_of_nulls_is_missing():
    encoded = encode(pa.table({"a": ["x", None, "x"], "b": pa.array([None, None, "y"], pa.string())}), ("a", "b"))
    assert encoded.domain(("a", "b")).codes.tolist()[1] == -1


def test_columns_derive_from_columns_by_distinct_values():
    number = Coded.of(pa.chunked_array([["aa", None, "bb", "aa"]]))
    other = Coded.of(pa.chunked_array([["z", "y", None, None]]))
    upper = number.map(lambda v: pa.array([None if x == "bb" else x.upper() for x in v.to_pylist()]))
    assert upper.arrow.to_pylist() == ["AA", None, None, "AA"]
    assert upper.otherwise(other).arrow.to_pylist() == ["AA", "y", None, "AA"]
    assert number.where(np.array([False, True, True, True])).arrow.to_pylist() == [None, None, "bb", "aa"]


def test_codes_handed_over_say_what_an_arrow_table_says():
    name = Coded.of(pa.chunked_array([["aa", None, "bb", "aa"]]))
    first = name.map(lambda v: pa.array([x.upper()[:1] if x == "aa" else None for x in v.to_pylist()]))
    table = CodedTable(pa.chunked_array([[3, 5, 7, 9]]), {"name": name, "first": first})
    for encoded in (table.encoded(("first", "name")), encode(table.arrow, ("first", "name"))):
        said = {
            c: [[*encoded.dictionaries[c].values.to_pylist(), None][k] for k in encoded.codes[c]] for c in encoded.codes
        }
        assert said == {"first": ["A", None, None, "A"], "name": ["aa", None, "bb", "aa"]}
    with pytest.raises(KeyError, match="age"):
        table.encoded(("age",))


def test_a_few_values_are_told_as_all_of_them_are():
    dictionary = encode(pa.table({"x": [*"abcdefghijkl", "郑"]}), ("x",)).dictionaries["x"]
    few, all_ = np.array([12, -1, 0], dtype=np.int32), np.arange(-1, 13, dtype=np.int32)
    assert dictionary.texts_of(few) == ["郑", "", "a"]
    assert dictionary.texts_of(all_) == ["", *"abcdefghijkl", "郑"]


def test_shared_values_are_found_whichever_column_holds_more():
    encoded = encode(pa.table({"a": ["x", "y", "z"], "b": ["z", None, "z"]}), ("a", "b"))
    assert encoded.shared("a", "b").tolist() == [2]
    assert encoded.shared("b", "a").tolist() == [-1, -1, 0]


def test_a_column_without_gaps_stays_as_it_is_whatever_it_could_be_filled_with():
    whole = Coded.of(pa.chunked_array([["a", "b"]]))
    for spare in (["x", "y"], ["a", None], [None, None]):
        assert whole.otherwise(Coded.of(pa.chunked_array([pa.array(spare, pa.string())]))).arrow.to_pylist() == [
            "a",
            "b",
        ]
