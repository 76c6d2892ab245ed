"""Whether two addresses name one place, from their text alone."""

from __future__ import annotations

import pyarrow as pa
import pytest

from pipelines.standardise.address import address_similarity, same_place

PLACE = "青枫路12号锦鲤花园3幢"


def score(left: str, right: str) -> float:
    return address_similarity(pa.array([left]), pa.array([right])).to_pylist()[0]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (PLACE, PLACE),
        ("江苏省南京市云溪街道青枫路12号锦鲤花园3幢", "青枫路12号锦鲤花园3号楼"),
        ("云溪街道锦鲤大厦八楼", "青枫路12号锦鲤大厦8层"),
    ],
)
def test_the_same_place_written_differently(left: str, right: str) -> None:
    assert same_place(pa.array([left]), pa.array([right])).to_pylist() == [True]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (PLACE, "青枫路12号锦鲤花园5幢"),
        (PLACE, "青枫路12号听雨苑3幢"),
        (PLACE, "望月路7号松风医院"),
    ],
)
def test_another_building_or_site_is_another_place(left: str, right: str) -> None:
    assert same_place(pa.array([left]), pa.array([right])).to_pylist() == [False]


def test_a_differing_building_counts_against_more_than_a_missing_one() -> None:
    assert score(PLACE, PLACE) > score(PLACE, "青枫路12号锦鲤花园") > score(PLACE, "青枫路12号锦鲤花园5幢")


def test_a_missing_side_gives_no_answer() -> None:
    scores = address_similarity(pa.array([PLACE, None]), pa.array([None, PLACE], pa.string()))
    assert scores.to_pylist() == [None, None]
