"""What a platform does not share (不予共享) reaches no other department: not in an extract, a finding or a mark."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow.parquet as pq
import pytest

from tests.warehouse.conftest import CLAIMS, PHONE_A, rows
from tests.warehouse.extracts.conftest import OWN, VERSION
from tests.warehouse.extracts.test_extract import text_of
from warehouse.extracts import prepare_extracts, write_extract
from warehouse.model import Home
from warehouse.model.catalogue import ENTITLEMENT, WITHHELD
from warehouse.model.evidence import ATTRIBUTE

Line = dict[str, Any]


def withhold(home: Home, *lines: tuple[str, str, str, str]) -> None:
    """Declare (platform, role, kind, attribute) as not shared, and prepare the extracts."""
    listed = [dict(zip(WITHHELD.names, line, strict=True)) for line in lines]
    WITHHELD.write(rows(WITHHELD, *listed), home.stage("catalogue", "withheld"))
    prepare_extracts(home, threads=1)


def extract(home: Home, department: str) -> Path:
    return write_extract(home, VERSION, department, [OWN[department]], threads=1).folder


def lost(folder: Path, platform: str) -> list[dict[str, Any]]:
    """What the work list says of own values; what could be filled in is left out."""
    return [line for line in rows_of(folder, f"{platform}_工作清单") if line["处理"] != "缺失可补"]


def rows_of(folder: Path, name: str) -> list[Line]:
    return pq.read_table(folder / f"{name}.parquet").to_pylist()


def claims(home: Home, *changed: Line) -> None:
    """The claims about persons, and further ones."""
    ATTRIBUTE.write(rows(ATTRIBUTE, *CLAIMS["person"], *changed), home.stage("attribute", "person"))


TENANT = CLAIMS["person"][9]
OWN_COLUMNS = ("身份证号", "姓名", "备注", "=列")
PHONE = ("zulin", "tenant", "person", "phone")


def test_a_golden_value_that_only_a_withheld_claim_asserts_is_in_no_file_of_another_department(home: Home) -> None:
    withhold(home, PHONE)
    folder = extract(home, "gongan")
    assert rows_of(folder, "hukou_hukou")[0]["电话（主记录）"] is None
    told = [{k: v for k, v in line.items() if k not in OWN_COLUMNS} for line in rows_of(folder, "hukou_hukou")]
    assert PHONE_A not in repr(told), "a note of its own holds the number; nothing else does"
    assert PHONE_A not in text_of(folder / "hukou_工作清单.csv")


def test_a_mark_beside_a_withheld_value_says_that_nobody_has_it(home: Home) -> None:
    prepare_extracts(home, threads=1)
    before = rows_of(extract(home, "gongan"), "hukou_hukou")[0]
    withhold(home, PHONE)
    after = rows_of(extract(home, "gongan"), "hukou_hukou")[0]
    assert (before["电话（比对）"], after["电话（比对）"]) == ("本方缺失", "无")


def test_the_department_that_withholds_a_value_sees_it_itself(home: Home) -> None:
    withhold(home, ("hukou", "subject", "person", "id_number"))
    first = rows_of(extract(home, "gongan"), "hukou_hukou")[0]
    assert first["公民身份号码（主记录）"] == "990101198503121230"
    assert first["公民身份号码（比对）"] == "一致"


def test_a_value_that_is_shared_by_anybody_is_no_secret(home: Home) -> None:
    """The register of people withholds the number, the register of leases tells it."""
    withhold(home, ("zulin", "tenant", "person", "id_number"))
    assert rows_of(extract(home, "gongan"), "hukou_hukou")[0]["公民身份号码（主记录）"] == "990101198503121230"


def test_an_own_value_is_no_worse_for_a_secret_one(home: Home) -> None:
    """The lease office wrote another name than the police; without the police nobody contradicts it."""
    withhold(home, ("hukou", "subject", "person", "name"))
    folder = extract(home, "zhujian")
    first = rows_of(folder, "zulin_zulin")[0]
    assert (first["承租人·姓名（主记录）"], first["承租人·姓名（比对）"]) == ("甲壹", "一致")
    assert lost(folder, "zulin") == []
    for path in folder.iterdir():
        assert "甲一" not in text_of(path), path.name


def test_a_finding_names_no_department_that_withholds_its_claim(
    home: Home, make_shared: Callable[[Home], None]
) -> None:
    make_shared(home)
    withhold(home, ("hukou", "subject", "person", "name"))
    (finding,) = lost(extract(home, "zhujian"), "zulin")
    assert (finding["主记录值"], finding["主记录值的主张部门"]) == ("甲一", "市场监管局")


@pytest.fixture
def make_shared() -> Callable[[Home], None]:
    """A function after which another department says openly what the police withhold."""

    def write(home: Home) -> None:
        line = {
            **CLAIMS["person"][0],
            "platform": "gongshang",
            "department": "shichang",
            "role": "legal_rep",
            "is_source": False,
        }
        claims(home, line)

    return write


def test_that_a_withheld_death_ended_a_residence_is_not_told(home: Home) -> None:
    dead = {**CLAIMS["person"][0], "attribute": "deregistered", "value": "死亡注销", "value_raw": "死亡注销"}
    lived = {**TENANT, "attribute": "residence", "value": "花园1幢102室", "value_raw": "花园1-102", "reason": "ended"}
    claims(home, dead, lived)
    stage = home.stage("catalogue", "entitlement")
    granted = ENTITLEMENT.read(stage).to_pylist()
    granted.append(
        {"department": "zhujian", "platform": "zulin", "entity_kind": "person", "attribute": "residence", "purpose": ""}
    )
    ENTITLEMENT.write(rows(ENTITLEMENT, *granted), stage)
    withhold(home, ("hukou", "subject", "person", "deregistered"))
    folder = extract(home, "zhujian")
    first = rows_of(folder, "zulin_zulin")[0]
    heading = next(h for h in first if h.startswith("承租人·") and h.endswith("（主记录）") and "居住" in h)
    assert first[heading] == "花园1幢102室"
    assert not [f for f in lost(folder, "zulin") if "居住" in f["属性"]]
