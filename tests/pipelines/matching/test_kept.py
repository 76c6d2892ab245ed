"""Arrays kept in files: only what is new is written, and what a killed run added does not count."""

import numpy as np
import pytest

from pipelines.matching import kept


def numbers(*values):
    return np.array(values, dtype=np.int32)


@pytest.fixture
def folder(tmp_path):
    kept.save({"a": numbers(1, 2), "b": numbers(), "c": numbers(7)}, tmp_path, "now")
    return tmp_path


def read(folder):
    return {name: array.tolist() for name, array in kept.load(folder, "now").items()}


def test_arrays_come_back_as_they_went(folder):
    assert read(folder) == {"a": [1, 2], "b": [], "c": [7]}


def test_another_stamp_finds_nothing_and_no_stamp_asks_for_none(folder):
    assert kept.load(folder, "then") is None
    assert kept.load(folder)["c"].tolist() == [7]
    assert kept.load(folder / "elsewhere") is None


def test_an_array_that_grew_is_added_to_and_one_that_stayed_is_not_written(folder):
    arrays = kept.load(folder, "now")
    before = {p.name: p.stat().st_mtime_ns for p in folder.iterdir()}
    kept.save(
        {**arrays, "a": kept.grown(arrays["a"], numbers(3, 4)), "b": kept.grown(arrays["b"], numbers(5))}, folder, "now"
    )
    assert read(folder) == {"a": [1, 2, 3, 4], "b": [5], "c": [7]}
    assert (folder / "c.000001").stat().st_mtime_ns == before["c.000001"]
    assert not (folder / "a.000002").exists()
    assert not (folder / "b.000001").exists()


def test_what_was_added_counts_only_once_it_is_saved(folder):
    kept.grown(kept.load(folder, "now")["a"], numbers(8, 8, 8))
    assert read(folder)["a"] == [1, 2]
    kept.save({**kept.load(folder, "now"), "a": kept.grown(kept.load(folder, "now")["a"], numbers(3))}, folder, "now")
    assert read(folder)["a"] == [1, 2, 3]


def test_part_of_an_array_is_an_array_of_its_own(folder):
    arrays = kept.load(folder, "now")
    kept.save({**arrays, "a": arrays["a"][1:]}, folder, "now")
    assert read(folder)["a"] == [2]


def test_what_is_read_can_not_be_changed_by_mistake(folder):
    with pytest.raises(ValueError, match="read-only"):
        kept.load(folder, "now")["a"][0] = 9
