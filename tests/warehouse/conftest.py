"""An invented town of four people, three homes and one firm, as the stage files of a home would hold it."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable, Iterator
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from warehouse.model import Home, Table, catalogue, evidence, landing, link, quality
from warehouse.model.data_model import shipped
from warehouse.release import ReleaseFacts

ID_A, ID_A_TYPO, ID_B = "990101198503121230", "990101198503121238", "99010119900101001X"
PHONE_A, PHONE_B = "13800112233", "13900445566"
DAY = dt.date(2026, 11, 1)
SOURCE = {"delivery_id": "d1", "sheet_name": "", "claimed_on": DAY}
SIZE = {"conflict_count": 0, "last_claimed_on": DAY}
PLACE = {"grid_code": "990101001001001", "community_code": "990101001001", "street_code": "990101001"}


def rows(table: Table, *lines: dict[str, Any]) -> pa.Table:
    """Lines as a table of that contract; columns not given are null."""
    return table.conform(pa.table({c.name: pa.array([x.get(c.name) for x in lines], c.type) for c in table.columns}))


def _mention(kind: str, entity: str, platform: str, number: int, role: str = "subject", **more: Any) -> dict[str, Any]:
    department = {"hukou": "gongan", "zulin": "zhujian", "gongshang": "shichang"}[platform]
    return {
        "entity_kind": kind, "entity_id": entity, "platform": platform, "department": department, "dataset": platform,
        "file_name": f"{platform}_20261101.csv", "row_number": number, "role": role, "match_probability": 0.99,
        **SOURCE, **more,
    }  # fmt: skip


MENTIONS = [
    _mention("person", "P1", "hukou", 1),
    _mention("person", "P1", "hukou", 4),
    _mention("person", "P2", "hukou", 2),
    _mention("person", "P3", "hukou", 3),
    _mention("person", "P1", "zulin", 1, "tenant"),
    _mention("person", "P4", "zulin", 2, "tenant"),
    _mention("housing", "H1", "zulin", 1),
    _mention("housing", "H2", "zulin", 2),
    _mention("housing", "H3", "zulin", 3),
    _mention("enterprise", "E1", "gongshang", 1),
    _mention("person", "P2", "gongshang", 1, "legal_rep"),
]


def _claim(mention: int, attribute: str, value: str | None, raw: str | None, **more: Any) -> dict[str, Any]:
    line = {k: v for k, v in MENTIONS[mention].items() if k not in ("dataset", "match_probability")}
    facts = {
        "is_valid": True, "is_golden": True, "is_source": False, "reason": "authority", "authority": 50,
        "comparison": "equal" if value else "missing",
    }  # fmt: skip
    return {**line, "attribute": attribute, "value": value, "value_raw": raw, **facts, **more}


LOST = {"is_golden": False, "reason": "authority", "comparison": "differs"}
CLAIMS = {
    "person": [
        _claim(0, "name", "甲一", "甲一", is_source=True),
        _claim(0, "id_number", ID_A, ID_A, is_source=True),
        _claim(0, "phone", None, None),
        _claim(1, "name", "甲一", "甲　一"),
        _claim(
            1, "id_number", None, ID_A_TYPO, is_valid=False, is_golden=False, reason="invalid", comparison="invalid"
        ),
        _claim(2, "name", "乙二", "乙二", is_source=True),
        _claim(2, "id_number", ID_B, ID_B.lower(), is_source=True),
        _claim(2, "residence", "丙路1号(电话139-0044-5566)", "丙路1号(电话139-0044-5566)", is_source=True),
        _claim(3, "name", "丙三", "丙三", is_source=True),
        _claim(4, "name", "甲壹", "甲壹", **LOST),
        _claim(4, "id_number", ID_A, ID_A),
        _claim(4, "phone", PHONE_A, "138 0011 2233", is_source=True, reason="only"),
        _claim(5, "name", "=丁四", "=丁四", is_source=True),
        _claim(5, "phone", PHONE_B, "１３９００４４５５６６", is_source=True),
        _claim(10, "phone", PHONE_B, PHONE_B, **LOST),
    ],
    "housing": [_claim(6, "address", "花园1幢101室", "花园1-101", is_source=True)],
    "enterprise": [
        _claim(9, "name", "某某商店", "某某商店", is_source=True),
        _claim(9, "credit_code", "92990101MA00000001", "92990101MA00000001", is_source=True),
        _claim(9, "business_scope", f"零售，联系{PHONE_B}", f"零售，联系{PHONE_B}", is_source=True),
        _claim(9, "legal_rep_id_number", ID_B, ID_B),
    ],
}
PERSONS = [
    {"person_id": "P1", "name": "甲一", "id_number": ID_A, "sex": "男", "birth_date": dt.date(1985, 3, 12), "phone": PHONE_A,
     "residence": "花园1幢101室", "residence_housing_id": "H1", "mention_count": 3, "platforms": "hukou zulin", "platform_count": 2, **PLACE},
    {"person_id": "P2", "name": "乙二", "id_number": ID_B, "residence": f"丙路1号(电话{PHONE_B})", "mention_count": 2, "platforms": "gongshang hukou", "platform_count": 2},
    {"person_id": "P3", "name": "丙三", "mention_count": 1, "platforms": "hukou", "platform_count": 1},
    {"person_id": "P4", "name": "=丁四", "phone": PHONE_B, "mention_count": 1, "platforms": "zulin", "platform_count": 1},
]  # fmt: skip
CERTAIN = [
    {"entity_kind": "person", "entity_id": "P1", "attribute": "name", "certainty": 0.98, "platforms": 1, "rivals": 1}
]
CONFLICTS = [
    {"entity_kind": "person", "entity_id": "P1", "attribute": "id_number", "value": value, "is_golden": golden,
     "departments": ["gongan"], "platforms": ["hukou"], "claims": 1, "last_claimed_on": DAY}
    for value, golden in ((ID_A, True), (ID_A[:6] + "20001231" + ID_A[14:], False))
]  # fmt: skip


def _relation(table: Table, **ids: str) -> pa.Table:
    facts = {"platforms": ["zulin"], "claims": 1, "first_claimed_on": DAY, "last_claimed_on": DAY, "is_current": True}
    return rows(table, {**ids, **facts})


def write_town(home: Home) -> None:
    """Write every stage file of the town."""
    golden = {
        "person": [{**SIZE, **p} for p in PERSONS],
        "housing": [
            {"housing_id": f"H{i}", "address": f"花园1幢10{i}室", "mention_count": 1, "platforms": "zulin", "platform_count": 1, **SIZE, **PLACE}
            for i in (1, 2, 3)
        ],
        "enterprise": [
            {"enterprise_id": "E1", "name": "某某商店", "credit_code": "92990101MA00000001", "phone": PHONE_B,
             "business_scope": f"零售，联系{PHONE_B}", "legal_rep_person_id": "P2", "mention_count": 1, "platforms": "gongshang", "platform_count": 1, **SIZE}
        ],
    }  # fmt: skip
    model = shipped()
    for kind in model.kinds:  # of the other kinds the town has none
        model.golden(kind).write(rows(model.golden(kind), *golden.get(kind, [])), home.stage("golden", kind))
        evidence.ATTRIBUTE.write(rows(evidence.ATTRIBUTE, *CLAIMS.get(kind, [])), home.stage("attribute", kind))
        conflicts = CONFLICTS if kind == "person" else []
        evidence.CONFLICT.write(rows(evidence.CONFLICT, *conflicts), home.stage("conflict", kind))
        certain = CERTAIN if kind == "person" else []
        evidence.CERTAINTY.write(rows(evidence.CERTAINTY, *certain), home.stage("certainty", kind))
        evidence.RELIABILITY.write(evidence.RELIABILITY.empty(), home.stage("reliability", kind))
        evidence.MATCH.write(rows(evidence.MATCH, *(_matches() if kind == "person" else [])), home.stage("match", kind))
    link.MENTION.write(rows(link.MENTION, *MENTIONS), home.stage("link", "mention"))
    related = {
        "person_housing": {"person_id": "P1", "housing_id": "H1", "relation": "resides"},
        "person_enterprise": {"person_id": "P2", "enterprise_id": "E1", "relation": "legal_rep"},
        "enterprise_housing": {"enterprise_id": "E1", "housing_id": "H3", "relation": "registered"},
    }
    for table in (relation.table for relation in model.relations):
        lines = _relation(table, **related[table.name]) if table.name in related else table.empty()
        table.write(lines, home.stage("relation", table.name))
    codes = ["990101", "990101001", "990101001001", "990101001001001"]
    grid = [
        {"grid_code": code, "name": f"第{i}级", "level": level, "parent_code": codes[i - 1] if i else None,
         **{f"{kind}_count": {"person": 1, "housing": 3}.get(kind, 0) for kind in model.placed}}
        for i, (code, level) in enumerate(zip(codes, ("city", "street", "community", "grid"), strict=True))
    ]  # fmt: skip
    model.grid.write(rows(model.grid, *grid), home.stage("base", "grid"))
    _write_quality(home)
    _write_catalogue(home)


def _matches() -> list[dict[str, Any]]:
    left, right = MENTIONS[0], MENTIONS[1]
    sides = {
        f"{side}_{column}": mention[column]
        for side, mention in (("left", left), ("right", right))
        for column in ("entity_id", "platform", "file_name", "sheet_name", "row_number", "role")
    }
    judged = {"outcome": "accepted", "probability": 0.99, "weight": 9.5}
    return [{"entity_kind": "person", **sides, **judged, "levels": {"name": "same"}, "weights": {"name": 9.5}}]


def _write_quality(home: Home) -> None:
    balance = {
        "platform": "hukou", "department": "gongan", "delivery_id": "d1", "file_name": "hukou_20261101.csv",
        "sheet_name": "", "dataset": "hukou", "state": "landed", "rows_delivered": 5, "rows_landed": 4,
        "rows_rejected": 1, "rows_current": 4, "mentions_expected": 4, "mentions_undecided": 0, "mentions_resolved": 4, "balanced": True,
    }  # fmt: skip
    quality.RECONCILIATION.write(rows(quality.RECONCILIATION, balance), home.stage("quality", "reconciliation"))
    rejected = {
        "platform": "hukou", "delivery_id": "d1", "file_name": "hukou_20261101.csv", "sheet_name": "", "row_number": 5,
        "column": None, "reason_code": "field_count", "reason": "本行字段数与表头不符",
    }  # fmt: skip
    landing.REJECTED.write(rows(landing.REJECTED, rejected), home.stage("quality", "rejected"))


def _write_catalogue(home: Home) -> None:
    platforms = [
        {"platform": platform, "title_zh": title, "title_en": platform, "department": department, "department_zh": zh,
         "cadence": "monthly", "semantics": "snapshot", "sharing": "conditional", "format": "delimited", "rows_above": 1,
         "rows_current": 4, "grid_staff": False}
        for platform, title, department, zh in (
            ("hukou", "户籍人口", "gongan", "公安局"),
            ("zulin", "租赁备案", "zhujian", "住建局"),
            ("gongshang", "市场主体", "shichang", "市场监管局"),
        )
    ]  # fmt: skip
    roles = {
        "hukou": ["subject:person"],
        "zulin": ["subject:housing", "tenant:person"],
        "gongshang": ["subject:enterprise", "legal_rep:person"],
    }
    datasets = [
        {"platform": p["platform"], "dataset": p["platform"], "title_zh": p["title_zh"], "key": "", "roles": roles[str(p["platform"])], "subject": "subject"}
        for p in platforms
    ]  # fmt: skip
    catalogue.PLATFORM.write(rows(catalogue.PLATFORM, *platforms), home.stage("catalogue", "platform"))
    catalogue.DATASET.write(rows(catalogue.DATASET, *datasets), home.stage("catalogue", "dataset"))
    field = {"owner": "hukou", "dataset": "hukou", "field": "姓名", "title_zh": "姓名", "title_en": "name", "attributes": ["subject.name"]}  # fmt: skip
    catalogue.FIELD.write(rows(catalogue.FIELD, field), home.stage("catalogue", "field"))
    code = {"code_table": "sex", "source_value": "1", "value": "男"}
    catalogue.CODE.write(rows(catalogue.CODE, code), home.stage("catalogue", "code"))
    granted = [
        ("gongan", "hukou", "person", "name"), ("gongan", "hukou", "person", "id_number"),
        ("gongan", "hukou", "person", "phone"), ("zhujian", "zulin", "person", "name"),
        ("zhujian", "zulin", "housing", "address"), ("zhujian", "zulin", "housing", "resident_count"), ("shichang", "gongshang", "enterprise", "name"),
    ]  # fmt: skip
    names = ("department", "platform", "entity_kind", "attribute")
    entitlements = [dict(zip(names, line, strict=True)) | {"purpose": ""} for line in granted]
    catalogue.ENTITLEMENT.write(rows(catalogue.ENTITLEMENT, *entitlements), home.stage("catalogue", "entitlement"))


@pytest.fixture
def new_town(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> Callable[[str], Home]:
    """A function that writes the town into a fresh home of that name; all homes share a token key."""
    monkeypatch.setenv("ONENET_TOKEN_KEY", "a key for tests alone")

    def make(name: str) -> Home:
        home = Home(tmp_path / name)
        write_town(home)
        return home

    return make


@pytest.fixture
def home(new_town: Callable[[str], Home]) -> Home:
    """A fresh home with the stage files of the town."""
    return new_town("home")


@pytest.fixture
def facts() -> ReleaseFacts:
    """What the town's release is built from."""
    return town_facts()


@pytest.fixture(scope="module")
def shared_facts() -> ReleaseFacts:
    """The same, for fixtures of a whole module."""
    return town_facts()


@pytest.fixture(scope="module")
def shared_home(tmp_path_factory: pytest.TempPathFactory) -> Iterator[Home]:
    """A home with the town that all tests of a module read and none changes."""
    with pytest.MonkeyPatch.context() as patched:
        patched.setenv("ONENET_TOKEN_KEY", "a key for tests alone")
        home = Home(tmp_path_factory.mktemp("shared") / "home")
        write_town(home)
        yield home


def town_facts() -> ReleaseFacts:
    delivery = {
        "delivery_id": "d1", "platform": "hukou", "dataset": "hukou", "file_name": "hukou_20261101.csv",
        "sha256": "0" * 64, "bytes": 100, "scope": "", "sequence": 0, "state": "landed", "rows_delivered": 5,
        "rows_landed": 4, "rows_rejected": 1,
    }  # fmt: skip
    return ReleaseFacts(code_version="1.0", model="m1", deliveries=rows(landing.DELIVERY, delivery))


@pytest.fixture
def personal_numbers() -> tuple[str, ...]:
    """Every full identity and phone number the town's deliveries hold, in every spelling."""
    return (ID_A, ID_A_TYPO, ID_B, PHONE_A, PHONE_B, "138 0011 2233", "139-0044-5566", "１３９００４４５５６６")
