"""An address that names another city is no home of this one."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from pipelines.standardise.address import Gazetteer, standardise_addresses
from pipelines.standardise.address.own_division import OwnDivision
from tests.pipelines.standardise.address.conftest import reference_table

DIVISIONS = yaml.safe_load((Path(__file__).parent / "divisions.yaml").read_text(encoding="utf-8"))
TAIL = "3幢201室"
ELSEWHERE = [
    *("江苏省海州市月台区", "浙江省杭州市西湖区", "杭州市西湖区", "西湖区", "固始县", "河南省固始县", "浙江杭州西湖区", "杭州西湖"),
    *("河南省固始县云溪街道", "安徽省阜阳市颍上县望月东路7号", "浙江杭州", "杭州市", "杭州"),
]  # fmt: skip
HERE = [
    "",
    "云州市",
    "云州",
    "江南省云州市",
    "云州市云溪街道",
    "云州市望月东路7号",
    "高新区",
    "江南省云州市云溪街道望月东路7号",
]


@pytest.mark.parametrize("golden", DIVISIONS, ids=lambda golden: golden["why"])
def test_the_divisions_an_address_begins_with_say_where_it_leads(golden: dict[str, Any]) -> None:
    ours = OwnDivision.of(["江阴市"], ["320281001030001"], prefecture="无锡市" if golden.get("prefecture") else "")
    found = {text: ours.leads_elsewhere(text, golden.get("continues", False)) for text in golden["texts"]}
    assert found == dict.fromkeys(golden["texts"], golden["elsewhere"])


def test_a_familiar_estate_of_another_city_is_no_home_of_ours() -> None:
    ours = Gazetteer.from_reference(reference_table(), OwnDivision(province="江苏"))
    rows = resolved([f"{place}听雨苑{TAIL}" for place in ELSEWHERE], ours)
    assert [row["community"] for row in rows] == [None] * len(ELSEWHERE)
    assert [row["dwelling"] for row in rows] == [f"/{place}听雨苑/3//201" for place in ELSEWHERE]


def test_a_home_of_ours_stays_one_whatever_divisions_stand_before_it() -> None:
    ours = Gazetteer.from_reference(reference_table(), OwnDivision(province="江苏"))
    rows = resolved([f"{place}听雨苑{TAIL}" for place in HERE], ours)
    assert {row["dwelling"] for row in rows} == {"松风社区居委会/听雨苑/3//201"}


def test_a_city_that_says_nothing_of_itself_turns_nobody_away() -> None:
    unknown = Gazetteer.from_reference(reference_table().drop_columns(["county"]))
    (row,) = resolved([f"固始县听雨苑{TAIL}"], unknown)
    assert row["community"] == "松风社区居委会"


def resolved(texts: list[str], gazetteer: Gazetteer) -> list[dict[str, Any]]:
    return standardise_addresses(pa.table({"text": texts}), gazetteer).to_pylist()
