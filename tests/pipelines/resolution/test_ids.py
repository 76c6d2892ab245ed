from __future__ import annotations

import itertools

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from pipelines.resolution import ids
from warehouse.model.data_model import shipped

NUMBERS = st.integers(0, ids.CAPACITY - 1)
PREFIXES = shipped().prefixes
KINDS = st.sampled_from(sorted(PREFIXES))
SETTINGS = settings(derandomize=True, max_examples=100, deadline=None)


def one(kind: str, number: int) -> str:
    return ids.encode(PREFIXES[kind], np.array([number]))[0].as_py()


@SETTINGS
@given(KINDS, NUMBERS)
def test_an_id_leads_back_to_its_number(kind: str, number: int) -> None:
    assert ids.decode(PREFIXES[kind], pa.array([one(kind, number)])).tolist() == [number]
    assert ids.is_valid(PREFIXES, one(kind, number))


@SETTINGS
@given(KINDS, NUMBERS, st.integers(0, ids.LENGTH - 1), st.sampled_from(ids.ALPHABET))
def test_one_wrong_character_is_noticed(kind: str, number: int, place: int, wrong: str) -> None:
    good = one(kind, number)
    bad = good[:place] + wrong + good[place + 1 :]
    assert ids.is_valid(PREFIXES, bad) == (bad == good)


@SETTINGS
@given(KINDS, NUMBERS, st.integers(0, ids.LENGTH - 2))
def test_two_exchanged_neighbours_are_noticed(kind: str, number: int, place: int) -> None:
    good = one(kind, number)
    bad = good[:place] + good[place + 1] + good[place] + good[place + 2 :]
    assert ids.is_valid(PREFIXES, bad) == (bad == good)


def test_a_hundred_thousand_numbers_get_a_hundred_thousand_ids_in_no_visible_order() -> None:
    made = ids.encode(PREFIXES["person"], np.arange(100_000)).to_pylist()
    assert len(set(made)) == 100_000
    rising = sum(a < b for a, b in itertools.pairwise(made))
    assert 45_000 < rising < 55_000
    assert len({m[1:4] for m in made}) > 25_000


def test_an_id_may_be_typed_with_blanks_hyphens_and_small_letters() -> None:
    good = one("housing", 12345)
    assert ids.is_valid(PREFIXES, f" {good[:5].lower()}-{good[5:]} ")
    assert not ids.is_valid(PREFIXES, good[:-1])
    assert not ids.is_valid(PREFIXES, "X" + good[1:])
    assert "Q" not in PREFIXES.values()
    assert not ids.is_valid(PREFIXES, "Q" + good[1:])
    assert not ids.is_valid(PREFIXES, "")


def test_decoding_says_what_is_wrong_and_never_quotes_the_text() -> None:
    good = one("person", 7)
    for bad in (good[:-1], "H" + good[1:], good[:-1] + ("0" if good[-1] != "0" else "1"), "P" + "U" * 8):
        with pytest.raises(ids.InvalidIdError) as error:
            ids.decode(PREFIXES["person"], pa.array([bad]))
        assert bad not in str(error.value)


def test_numbers_beyond_the_capacity_are_refused() -> None:
    with pytest.raises(OverflowError):
        ids.encode(PREFIXES["person"], np.array([ids.CAPACITY]))
    with pytest.raises(OverflowError):
        ids.encode(PREFIXES["person"], np.array([-1]))


def test_no_number_gives_no_id() -> None:
    assert len(ids.encode(PREFIXES["person"], np.array([], dtype=np.int64))) == 0
    assert len(ids.decode(PREFIXES["person"], pa.array([], pa.string()))) == 0
