"""A name keeps its place from run to run, whoever else comes and goes."""

import numpy as np
import pytest
from hypothesis import given
from hypothesis import strategies as st

from pipelines.matching.inputs.slots import EMPTY_SLOTS, find, stable_slots

NAMES = st.lists(st.integers(0, 60), unique=True).map(lambda some: np.array(some, dtype=np.int64))


@given(former=NAMES, names=NAMES)
def test_every_name_has_a_place_of_its_own_and_keeps_it_unless_all_are_placed_anew(former, names):
    place, at = stable_slots(former, names)
    assert np.array_equal(at[place], names)
    assert len(set(at.tolist())) == len(at)
    if np.array_equal(at[: len(former)], former):
        new = at[len(former) :]
        assert np.array_equal(new, np.sort(np.setdiff1d(names, former)))
    else:
        assert np.array_equal(at, np.sort(names))
        assert len(names) < len(np.union1d(former, names)) * (1 - EMPTY_SLOTS)


def test_who_comes_back_has_the_place_he_had():
    many = np.arange(100)
    _, at = stable_slots(many, many[many != 7])
    place, _ = stable_slots(at, many)
    assert place[7] == 7


def test_a_name_that_comes_twice_is_an_error():
    with pytest.raises(ValueError, match="comes twice"):
        stable_slots(np.arange(3), np.array([5, 4, 5]))


def test_what_is_not_there_is_found_nowhere():
    assert find(np.array([3, 1, 9]), np.array([1, 2, 3])).tolist() == [2, 0, -1]
    assert find(np.array([3]), np.array([], dtype=np.int64)).tolist() == [-1]
