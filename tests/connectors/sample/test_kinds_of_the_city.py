"""Certificates, projects, components, areas, firms with homes: what is true of them, and how deliveries tell of it."""

from __future__ import annotations

import json
from collections import defaultdict
from collections.abc import Callable
from itertools import combinations
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from connectors.registry import load_platforms
from connectors.sample import write_city

Records = list[dict]
Rows = dict[tuple[str, str, str], list[dict]]


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("kinds")
    write_city(4000, 7, out, noise=0.0)
    return out


@pytest.fixture(scope="module")
def rows(clean: Path, read_all: Callable) -> Rows:
    return read_all(clean / "deliveries")


@pytest.fixture(scope="module")
def records(clean: Path) -> Records:
    return pq.read_table(clean / "truth" / "records.parquet").to_pylist()


def _table(clean: Path, name: str) -> list[dict]:
    return pq.read_table(clean / "truth" / f"{name}.parquet").to_pylist()


def _of(rows: Rows, records: Records, platform: str, role: str = "subject") -> list[tuple[int, dict, str]]:
    """True id, row and sheet of every mention of a role of a platform."""
    return [
        (r["true_id"], rows[platform, r["file"], r["sheet"]][r["row"] - 1], r["sheet"])
        for r in records
        if r["platform"] == platform and r["role"] == role
    ]


def _by_id(mentions: list[tuple[int, dict, str]]) -> dict[int, list[dict]]:
    groups: dict[int, list[dict]] = defaultdict(list)
    for true_id, row, _ in mentions:
        groups[true_id].append(row)
    return groups


def test_every_role_that_is_declared_is_filled_by_somebody(records: Records) -> None:
    declared = {
        (name, role, spec.kind)
        for name, platform in load_platforms().items()
        for dataset in platform.datasets
        for role, spec in dataset.roles.items()
    }
    assert {(r["platform"], r["role"], r["kind"]) for r in records} == declared


def test_two_offices_hold_copies_of_some_certificates(rows: Rows, records: Records) -> None:
    copies = _by_id(_of(rows, records, "dianzi_zhengzhao"))
    pairs = [held for held in copies.values() if len(held) == 2]
    assert 0.05 < len(pairs) / len(copies) < 0.2
    assert max(len(held) for held in copies.values()) == 2
    for one, two in pairs:
        for column in ("zzlxmc", "zzbh", "czztdm", "fzrq"):
            assert one[column] == two[column]
        assert one["fzjg"] != two["fzjg"]
        assert one["zzbs"] != two["zzbs"]


def test_a_renewed_certificate_has_another_number_and_is_another_one(clean: Path) -> None:
    certificates = _table(clean, "certificates")
    renewed = [c for c in certificates if c["replaced"]]
    assert renewed
    for former in renewed:
        new = [
            c
            for c in certificates
            if (c["type"], c["holder"]) == (former["type"], former["holder"]) and not c["replaced"]
        ]
        assert [c for c in new if c["issued"] > former["issued"] and c["number"] != former["number"]]


def test_certificates_of_several_trades_of_one_person_share_the_number(clean: Path) -> None:
    trades = defaultdict(list)
    for c in _table(clean, "certificates"):
        if c["type"].startswith("特种作业操作证"):
            trades[c["number"]].append(c)
    several = [held for held in trades.values() if len(held) > 1]
    assert several
    for held in several:
        assert len({c["holder"] for c in held}) == 1
        assert len({c["type"] for c in held}) == len(held)


def test_holders_of_certificates_are_named_in_the_columns_of_the_holder(
    clean: Path, rows: Rows, records: Records
) -> None:
    numbers = {
        "holder": {p["person_id"]: p["id_no"] for p in _table(clean, "persons")},
        "holder_enterprise": {f["firm_id"]: f["uscc"] for f in _table(clean, "firms")},
    }
    for role, of in numbers.items():
        holders = _of(rows, records, "dianzi_zhengzhao", role)
        assert holders
        assert all(row["czztdm"] == of[true_id] for true_id, row, _ in holders)


def test_three_offices_report_some_projects_each_by_its_own_name(rows: Rows, records: Records) -> None:
    mentions = _of(rows, records, "touzi_xiangmu")
    assert {sheet for _, _, sheet in mentions} == {"发改立项", "住建在建", "重点项目"}
    projects = _by_id(mentions)
    several = [reported for reported in projects.values() if len(reported) > 1]
    assert len(several) > 5
    assert all(len({r["项目名称"] for r in reported}) > 1 for reported in several)
    assert max(len(reported) for reported in projects.values()) == 3


def test_two_phases_of_a_plan_are_two_projects(clean: Path, rows: Rows, records: Records) -> None:
    projects = {p["project_id"]: p for p in _table(clean, "projects")}
    second = [p for p in projects.values() if p["phase"] == 2]
    assert second
    for project in second:
        first = projects[project["project_id"] - 1]
        assert first["phase"] == 1
        assert first["builder"] == project["builder"]
        assert first["code"] != project["code"]
    for true_id, row, _ in _of(rows, records, "touzi_xiangmu"):
        phase = projects[true_id]["phase"]
        assert ("二期" in row["项目名称"], "一期" in row["项目名称"]) == (phase == 2, phase == 1)


def test_a_project_registered_anew_keeps_its_former_code_with_some(clean: Path, rows: Rows, records: Records) -> None:
    former = {p["project_id"]: p["old_code"] for p in _table(clean, "projects") if p["old_code"]}
    codes = [(row["项目代码"], former.get(i), sheet) for i, row, sheet in _of(rows, records, "touzi_xiangmu")]
    assert any(code and code == old for code, old, _ in codes)
    assert not any(code and code == old for code, old, sheet in codes if sheet == "发改立项")


def test_public_bodies_are_named_in_full_or_short_with_the_city_and_without(
    clean: Path, rows: Rows, records: Records
) -> None:
    bodies = {b["firm_id"]: b for b in _table(clean, "public_bodies")}
    assert not bodies.keys() & {f["firm_id"] for f in _table(clean, "firms")}
    assert len({b["uscc"] for b in bodies.values()}) == len(bodies)
    builders = [(i, row["名称"]) for i, row, _ in _of(rows, records, "touzi_xiangmu", "builder")]
    owners = [(i, row["权利人"].split("、")[0]) for i, row, _ in _of(rows, records, "budongchan", "owner_enterprise")]
    named = [(bodies[i], name) for i, name in builders + owners if i in bodies]
    assert all(name.removeprefix("云陵市") in {body["name"], body["short"]} for body, name in named)
    short = [(body, name) for body, name in named if body["short"] != body["name"]]
    ways = {(name.removeprefix("云陵市") == body["short"], name.startswith("云陵市")) for body, name in short}
    assert len(ways) == 4


def test_one_platform_knows_the_code_of_a_public_body_and_another_does_not(
    clean: Path, rows: Rows, records: Records
) -> None:
    bodies = {b["firm_id"]: b["uscc"] for b in _table(clean, "public_bodies")}
    builders = [
        (bodies[i], row["统一社会信用代码"] or None, sheet)
        for i, row, sheet in _of(rows, records, "touzi_xiangmu", "builder")
        if i in bodies
    ]
    assert {code == own for own, code, sheet in builders if sheet == "发改立项"} == {True, False}
    assert {code for _, code, sheet in builders if sheet != "发改立项"} == {None}
    assert all(code in {own, None} for own, code, _ in builders)
    owners = [(bodies[i], row) for i, row, _ in _of(rows, records, "budongchan", "owner_enterprise") if i in bodies]
    assert owners
    assert all(row["权利人证件号"].split("、")[0] == code for code, row in owners)


def _metres(one: dict, two: dict) -> float:
    return (((one["lng"] - two["lng"]) * 97_600) ** 2 + ((one["lat"] - two["lat"]) * 111_000) ** 2) ** 0.5


def test_what_two_surveys_count_twice_lies_within_three_metres_under_another_number(
    rows: Rows, records: Records
) -> None:
    groups = _by_id(_of(rows, records, "chengguan_bujian"))
    twice = [counted for counted in groups.values() if len(counted) == 2]
    assert twice
    for one, two in twice:
        assert one["ObjID"] != two["ObjID"]
        assert one["ObjID"][6:10] == two["ObjID"][6:10]
        assert "补充普查" in {one["DataSource"], two["DataSource"]}
        assert one["DataSource"] != two["DataSource"]
        assert _metres(one, two) < 3


def test_posts_stand_side_by_side_in_one_survey(rows: Rows, records: Records) -> None:
    posts = [
        (true_id, row) for true_id, row, _ in _of(rows, records, "chengguan_bujian") if row["ObjID"][6:10] == "0221"
    ]
    near = [
        (a, b)
        for (i, a), (j, b) in combinations(posts, 2)
        if i != j and a["DataSource"] == b["DataSource"] and _metres(a, b) < 3
    ]
    assert len(near) > 3


def test_no_two_components_share_a_number(rows: Rows, tmp_path: Path, read_all: Callable) -> None:
    write_city(4000, 7, tmp_path, noise=2.0)
    for delivery in (rows, read_all(tmp_path / "deliveries")):
        numbers = [r["ObjID"] for (p, _, _), table in delivery.items() if p == "chengguan_bujian" for r in table]
        assert len(set(numbers)) == len(numbers)
        assert {len(n) for n in numbers} == {16}


def test_firms_own_let_and_rent_homes_in_the_columns_of_the_holder(clean: Path, rows: Rows, records: Records) -> None:
    names = {f["firm_id"]: {f["name"]} for f in _table(clean, "firms")}
    names |= {b["firm_id"]: {b["name"], b["short"]} for b in _table(clean, "public_bodies")}
    codes = {f["firm_id"]: f["uscc"] for t in ("firms", "public_bodies") for f in _table(clean, t)}

    def is_named(true_id: int, name: str) -> bool:
        return bool({name, name.removeprefix("云陵市")} & names[true_id])

    part = {"owner_enterprise": 0, "co_owner_enterprise": 1}
    for role, i in part.items():
        for true_id, row, _ in _of(rows, records, "budongchan", role):
            assert is_named(true_id, row["权利人"].split("、")[i])
            assert row["权利人证件号"].split("、")[i] == codes[true_id]
    for role, column in (("landlord_enterprise", "出租人"), ("tenant_enterprise", "承租人")):
        for true_id, row, _ in _of(rows, records, "zhujian_zulin", role):
            assert is_named(true_id, row[f"{column}姓名"])
            assert row[f"{column}身份证号"] == codes[true_id]
    for true_id, row, _ in _of(rows, records, "wangge_caiji", "householder_enterprise"):
        assert is_named(true_id, row["房主姓名\\法人代表"])


def test_a_right_has_one_holder(records: Records) -> None:
    roles = [(r["platform"], r["file"], r["sheet"], r["row"], r["role"].removesuffix("_enterprise")) for r in records]
    assert len(set(roles)) == len(roles)


def test_police_areas_hold_every_estate_once(clean: Path, rows: Rows) -> None:
    ((_, areas),) = [(k, table) for k, table in rows.items() if k[0] == "jingwu_wangge"]
    communities = {g["community"].removesuffix("居委会").removesuffix("村委会") for g in _table(clean, "grids")}
    whole = {a["社区"] for a in areas if not a["小区"]}
    parts = [a for a in areas if a["小区"]]
    assert whole | {a["社区"] for a in parts} == communities
    assert not whole & {a["社区"] for a in parts}
    estates = [name for a in parts for name in a["小区"].split("、")]
    assert len(set(estates)) == len(estates)
    assert parts


def test_grids_of_city_management_are_closed_rings_that_touch_every_estate(clean: Path) -> None:
    (path,) = (clean / "deliveries" / "chengguan_wangge").iterdir()
    features = json.loads(path.read_text("utf-8"))["features"]
    for feature in features:
        (ring,) = feature["geometry"]["coordinates"]
        assert feature["geometry"]["type"] == "Polygon"
        assert ring[0] == ring[-1]
        assert len(ring) == 5
    touched = {name for f in features for name in f["properties"]["Estates"].split("、")} - {""}
    assert touched == {e["name"] for e in _table(clean, "estates")}
