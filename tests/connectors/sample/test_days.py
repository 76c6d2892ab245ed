"""Later deliveries: the city lives on, records keep their mistakes, platforms deliver as they do."""

from __future__ import annotations

from collections.abc import Callable
from pathlib import Path

import pyarrow.parquet as pq
import pytest

from connectors.sample import write_city


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("days")
    write_city(1200, 6, out, days=[4, 20])
    return out


@pytest.fixture(scope="module")
def deliveries(city: Path, read_all: Callable) -> list[dict]:
    folders = [city, city / "days" / "20261105", city / "days" / "20261121"]
    return [read_all(folder / "deliveries") for folder in folders]


def _rows(delivery: dict, platform: str) -> list[dict]:
    return [row for (p, _, _), rows in delivery.items() if p == platform for row in rows]


def test_a_snapshot_is_mostly_what_it_was(deliveries: list[dict]) -> None:
    first, later = ({tuple(r.values()) for r in _rows(d, "gongan_hukou")} for d in deliveries[:2])
    assert 0.95 < len(first & later) / len(first) < 1


def test_a_delta_brings_only_new_and_changed_rows(deliveries: list[dict]) -> None:
    first = {r["archiveNo"]: r for r in _rows(deliveries[0], "weijian_jiankang")}
    later = _rows(deliveries[1], "weijian_jiankang")
    assert 0 < len(later) < len(first) / 10
    for row in later:
        former = first.get(row["archiveNo"])
        assert former is None or {k: v for k, v in former.items() if k != "updatedAt"} != {
            k: v for k, v in row.items() if k != "updatedAt"
        }
        assert row["updatedAt"].startswith("2026-11-05")


OPEN = {
    "wangge_shijian": ("eventId", "status", "PROCESSING", "FINISHED"),
    "rexian_12345": ("工单编号", "状态", "办理中", "已办结"),
    "zongzhi_etong": ("serialNumber", "status", "办理中", "已办结"),
}


def test_an_open_incident_comes_again_when_it_is_settled_or_gets_further(deliveries: list[dict]) -> None:
    again = new = 0
    for platform, (key, column, is_open, is_settled) in OPEN.items():
        first, later = ({r[key]: r[column] for r in _rows(d, platform)} for d in deliveries[:2])
        both = [(first[i], later[i]) for i in later if i in first]
        assert (is_settled, is_open) not in both
        again += both.count((is_open, is_settled))
        new += sum(i not in first for i in later)
    assert again
    assert new


def test_people_move_are_born_and_change_phones(city: Path) -> None:
    first, last = (
        {r["person_id"]: r for r in pq.read_table(folder / "truth" / "persons.parquet").to_pylist()}
        for folder in (city, city / "days" / "20261121")
    )
    assert set(first) < set(last)
    for attribute in ("house", "phone", "name"):
        assert 0 < sum(first[i][attribute] != last[i][attribute] for i in first) < len(first) / 5
    assert all(first[i]["id_no"] == last[i]["id_no"] for i in first)


def test_the_truth_of_a_later_day_is_made_of_rows_that_hold(city: Path, deliveries: list[dict]) -> None:
    rows: dict = {}
    for delivery in deliveries:
        rows.update(delivery)
    records = pq.read_table(city / "days" / "20261121" / "truth" / "records.parquet").to_pylist()
    for r in records:
        assert r["row"] <= len(rows[r["platform"], r["file"], r["sheet"]])
    assert {r["file"] for r in records if r["platform"] == "gongan_hukou"} == {"户籍人口_20261121.csv"}
    held = [
        rows["renshe_shebao", r["file"], "AC01"][r["row"] - 1]["AAC001"]
        for r in records
        if r["platform"] == "renshe_shebao" and r["sheet"] == "AC01"
    ]
    assert len(held) == len(set(held))
    assert {r["file"] for r in records if r["platform"] == "renshe_shebao"} == {
        f"renshe_shebao_2026{day}.sqlite" for day in ("1101", "1105", "1121")
    }


def test_a_day_is_the_same_whichever_days_were_written_before(tmp_path: Path) -> None:
    write_city(300, 2, tmp_path / "straight", days=[9])
    write_city(300, 2, tmp_path / "by the way", days=[3, 9])
    for name in ("persons", "firms", "events"):
        straight, way = (
            pq.read_table(tmp_path / how / "days" / "20261110" / "truth" / f"{name}.parquet")
            for how in ("straight", "by the way")
        )
        assert straight.equals(way)


def test_a_sold_home_keeps_its_former_registration_beside_the_new_one(deliveries: list[dict]) -> None:
    first = {r["不动产单元号"]: r for r in _rows(deliveries[0], "budongchan") if r["不动产单元号"]}
    sold = [
        r for r in _rows(deliveries[2], "budongchan") if r["登记时间"] > "2026-11-01" and r["不动产单元号"] in first
    ]
    assert sold
    assert all(r["权利人证件号"] != first[r["不动产单元号"]]["权利人证件号"] for r in sold)
