"""Whether two addresses name one place, from their text alone."""

from __future__ import annotations

import pyarrow as pa
import pytest

from benchmarks.address_text import address_similarity, same_place

ESTATE = "青枫路12号锦鲤花园"
PLACE = f"{ESTATE}3幢"
"""Everything here is invented."""


def score(left: str, right: str) -> float:
    return address_similarity(pa.array([left]), pa.array([right])).to_pylist()[0]


@pytest.mark.parametrize(
    ("left", "right"),
    [
        (PLACE, PLACE),
        ("江苏省南京市云溪街道青枫路12号锦鲤花园3幢", "青枫路12号锦鲤花园3号楼"),
        ("云溪街道锦鲤大厦八楼", "青枫路12号锦鲤大厦8层"),
        (PLACE + "2单元502室", "望月路与青枫路交叉口东北150米锦鲤花园3栋"),
        ("云溪街道青枫路12号锦鲤商行到了打电话", "青枫路12号锦鲤商行"),
        ("江苏省南京市望月新区", "望月新区"),
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


def test_the_gate_of_an_estate_is_not_the_estate() -> None:
    assert score(ESTATE, ESTATE) > 0.5 > score(ESTATE, f"{ESTATE}(西南门)")


def test_a_shop_at_the_door_is_not_the_door() -> None:
    door, shop = "青枫路12号听雨苑", "青枫路12号听雨苑松风眼镜"
    assert score(door, door) > score(door, shop)


def test_a_rare_word_tells_more_than_a_common_one() -> None:
    streets = [f"青枫路{n}号" for n in range(1, 60)]
    pairs = [("青枫路听雨苑", "听雨苑"), ("青枫路听雨苑", "青枫路"), *zip(streets, streets, strict=True)]
    left, right = (pa.array(side) for side in zip(*pairs, strict=True))
    named, street, *_ = address_similarity(left, right).to_pylist()
    assert named > street


def test_of_the_candidates_of_one_question_only_the_best_can_be_the_place() -> None:
    left = pa.array([PLACE, PLACE, "望月路7号松风医院", None])
    right = pa.array(["锦鲤花园3幢", PLACE, "望月路7号松风医院", PLACE])
    question = pa.array(["a", "a", "b", "b"])
    assert same_place(left, right).to_pylist() == [True, True, True, None]
    assert same_place(left, right, question=question).to_pylist() == [False, True, True, None]


def test_equal_candidates_stay_equal() -> None:
    both = pa.array([PLACE, PLACE])
    assert same_place(both, both, question=pa.array(["a", "a"])).to_pylist() == [True, True]


def test_a_differing_building_counts_against_more_than_a_missing_one() -> None:
    assert score(PLACE, PLACE) > score(PLACE, "青枫路12号锦鲤花园") > score(PLACE, "青枫路12号锦鲤花园5幢")


def test_a_missing_side_gives_no_answer() -> None:
    scores = address_similarity(pa.array([PLACE, None]), pa.array([None, PLACE], pa.string()))
    assert scores.to_pylist() == [None, None]
