"""Names, slips and what the reference is taken to say."""

from __future__ import annotations

import pyarrow as pa

from pipelines.standardise.address import Gazetteer, standardise_addresses
from pipelines.standardise.address.gazetteer import NameIndex, community_forms, is_slip, same_sound


def test_a_homophone_is_a_slip() -> None:
    assert is_slip("听宇苑", "听雨苑")
    assert same_sound("长宁", "常宁")


def test_a_lost_or_swapped_character_is_a_slip() -> None:
    assert is_slip("听苑", "听雨苑")
    assert is_slip("雨听苑", "听雨苑")


def test_a_distinguishing_character_makes_another_name() -> None:
    assert not is_slip("望月西路", "望月东路")
    assert not is_slip("新听雨苑", "听雨苑")
    assert not is_slip("临江三路", "临江二路")


def test_two_changes_are_no_slip() -> None:
    assert not is_slip("观雪苑", "听雨苑")


def test_homophones_come_before_other_slips() -> None:
    names = NameIndex.of([("听雨苑", 0), ("听风苑", 1)])
    assert names.near("听宇苑") == ["听雨苑"]
    assert names.near("听云苑") == ["听雨苑", "听风苑"]


def test_a_community_answers_to_its_usual_forms() -> None:
    assert {"松风社区", "松风居委会", "松风社区居委会"} <= community_forms("松风社区居委会")
    assert {"下田村", "下田村委会", "下田村民委员会"} <= community_forms("下田村村委会")
    assert "松风村" not in community_forms("松风社区居委会")


def test_a_house_without_building_and_room_is_its_door(gazetteer: Gazetteer) -> None:
    villages = {p["estate"]: p["village"] for p in gazetteer.places.to_pylist()}
    assert villages["石塘里"]
    assert not villages["听雨苑"]


def test_estates_of_one_name_in_two_communities_are_two_places(gazetteer: Gazetteer) -> None:
    assert len(gazetteer.names.targets["锦鲤花园"]) == 2


def test_the_reference_resolves_to_itself(reference: pa.Table, gazetteer: Gazetteer) -> None:
    found = standardise_addresses(reference, gazetteer)
    assert found["dwelling"].null_count == 0
    assert len(found["dwelling"].unique()) == reference.num_rows
    for column in ("street", "community", "estate", "building", "unit", "grid_code"):
        assert found[column].to_pylist() == reference[column].to_pylist()


def test_an_empty_reference_still_parses() -> None:
    parts = pa.table({"text": ["云州市云溪街道听雨苑3幢2单元502室", "听雨苑3-2-502", "鹿鸣镇下田村石塘里34号"]})
    rows = standardise_addresses(parts, Gazetteer.empty()).to_pylist()
    assert [(r["estate"], r["building"], r["unit"], r["room"]) for r in rows[:2]] == [("听雨苑", "3", "2", "502")] * 2
    assert rows[0]["street"] == "云溪街道"
    assert rows[2]["dwelling"] == "下田村/石塘里///34"


def test_a_reference_with_few_columns_is_enough() -> None:
    few = pa.table({"estate": ["听雨苑"], "building": ["3"], "room": ["502"]})
    rows = standardise_addresses(pa.table({"text": ["听雨苑三幢502"]}), Gazetteer.from_reference(few)).to_pylist()
    assert rows[0]["dwelling"] == "/听雨苑/3//502"


def test_the_order_of_the_reference_does_not_matter(reference: pa.Table, gazetteer: Gazetteer) -> None:
    turned = Gazetteer.from_reference(reference.take(list(range(reference.num_rows))[::-1]))
    assert turned.places.equals(gazetteer.places)
    assert turned.names == gazetteer.names
    assert turned.numbered == gazetteer.numbered
