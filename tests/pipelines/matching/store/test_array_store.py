"""Arrays kept in files: only what is new is written, and what a killed run added does not count."""

import json

import numpy as np
import pytest

from pipelines.matching.store import array_store


def numbers(*values):
    return np.array(values, dtype=np.int32)


@pytest.fixture
def folder(tmp_path):
    keep({"a": numbers(1, 2), "b": numbers(), "c": numbers(7), "d": numbers(5, 6)}, tmp_path)
    return tmp_path


def keep(arrays, folder):
    array_store.save(arrays, folder, "now", append_only=("a", "b", "c"))


def read(folder):
    return {name: array.tolist() for name, array in array_store.load(folder, "now").items()}


def test_arrays_come_back_as_they_went(folder):
    assert read(folder) == {"a": [1, 2], "b": [], "c": [7], "d": [5, 6]}


def test_another_stamp_finds_nothing_and_no_stamp_asks_for_none(folder):
    assert array_store.load(folder, "then") is None
    assert array_store.load(folder)["c"].tolist() == [7]
    assert array_store.load(folder / "elsewhere") is None


def test_an_array_that_grew_is_added_to_and_one_that_stayed_is_not_written(folder):
    arrays = array_store.load(folder, "now")
    before = {p.name: p.stat().st_mtime_ns for p in folder.iterdir()}
    keep(
        {
            **arrays,
            "a": array_store.append(arrays["a"], numbers(3, 4)),
            "b": array_store.append(arrays["b"], numbers(5)),
        },
        folder,
    )
    assert read(folder) == {"a": [1, 2, 3, 4], "b": [5], "c": [7], "d": [5, 6]}
    assert (folder / "c.000001").stat().st_mtime_ns == before["c.000001"]
    assert not (folder / "a.000002").exists()
    assert not (folder / "b.000001").exists()


def test_what_was_added_counts_only_once_it_is_saved(folder):
    array_store.append(array_store.load(folder, "now")["a"], numbers(8, 8, 8))
    assert read(folder)["a"] == [1, 2]
    keep(
        {**array_store.load(folder, "now"), "a": array_store.append(array_store.load(folder, "now")["a"], numbers(3))},
        folder,
    )
    assert read(folder)["a"] == [1, 2, 3]


def test_part_of_an_array_is_an_array_of_its_own(folder):
    arrays = array_store.load(folder, "now")
    keep({**arrays, "a": arrays["a"][1:]}, folder)
    assert read(folder)["a"] == [2]


@pytest.fixture
def append(tmp_path):
    """A folder whose array `a` was added to since the disk last had it whole."""
    keep({"a": numbers(*range(100)), "c": numbers(), "d": numbers(1)}, tmp_path)
    arrays = array_store.load(tmp_path)
    keep({**arrays, "a": array_store.append(arrays["a"], numbers(7, 8))}, tmp_path)
    return tmp_path


@pytest.mark.parametrize("left", [100 * 4, 101 * 4, 101 * 4 + 1])
def test_what_a_loss_of_power_took_from_a_growing_array_is_put_back(append, left):
    (file,) = append.glob("a.*")
    file.write_bytes(file.read_bytes()[:left])  # the first hundred had been waited for
    assert read(append)["a"] == [*range(100), 7, 8]


def test_what_stands_on_disk_as_zeros_is_put_back(append):
    (file,) = append.glob("a.*")
    file.write_bytes(file.read_bytes()[: 100 * 4] + bytes(8))
    assert read(append)["a"] == [*range(100), 7, 8]


def test_an_array_that_grew_much_is_whole_without_the_pack(append):
    arrays = array_store.load(append)
    keep({**arrays, "a": array_store.append(arrays["a"], numbers(*range(9)))}, append)
    assert json.loads((append / array_store.CURRENT).read_text())["arrays"]["a"]["synced"] == 111


def test_an_array_added_to_again_and_again_is_put_back_whole(append):
    arrays = array_store.load(append)
    keep({**arrays, "a": array_store.append(arrays["a"], numbers(9))}, append)
    (file,) = append.glob("a.*")
    file.write_bytes(file.read_bytes()[: 100 * 4])
    assert read(append)["a"] == [*range(100), 7, 8, 9]


def test_what_another_version_wrote_is_not_read(folder):
    told = json.loads((folder / array_store.CURRENT).read_text())
    (folder / array_store.CURRENT).write_text(json.dumps({**told, "arrays": {"a": ["a.000001", "<i4", 2]}}))
    assert array_store.load(folder) is None


def test_what_is_read_can_not_be_changed_by_mistake(folder):
    with pytest.raises(ValueError, match="read-only"):
        array_store.load(folder, "now")["a"][0] = 9
