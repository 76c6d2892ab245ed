"""A care tag reaches the departments that are entitled to it, and stands in no table of the open library."""

from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import duckdb
import pyarrow.parquet as pq

from tests.warehouse.conftest import DAY, rows
from tests.warehouse.extracts.conftest import OWN, VERSION
from tests.warehouse.extracts.test_extract import text_of
from warehouse.extracts import ExtractManifest, prepare_extracts, write_extract
from warehouse.model import Home
from warehouse.model.care import CARE_TAG, PREFIX
from warehouse.model.catalogue import ENTITLEMENT
from warehouse.model.data_model import shipped
from warehouse.model.release import release_tables, restricted_tables
from warehouse.release import ReleaseFacts, build_release
from warehouse.release.manifest import release_file

TAG = "甲等关爱"
"""A word that nothing else in the town says."""


def line(person: str, tag: str = TAG, **more: Any) -> dict[str, Any]:
    row = {"platform": "zulin", "department": "zhujian", "delivery_id": "d1", "file_name": "f", "sheet_name": ""}
    said = {"basis": "delivered", "sharing": "conditional", "is_current": True, "claimed_on": DAY, "row_number": 1}
    return {"person_id": person, "tag": tag, **said, **row, **more}


def tagged(home: Home, *lines: dict[str, Any], grants: tuple[tuple[str, str, str], ...]) -> None:
    """Write the tags of the town and, beside its other grants, who may read them back; prepare the extracts."""
    CARE_TAG.write(rows(CARE_TAG, *lines), home.stage("care", CARE_TAG.name))
    path = home.stage("catalogue", "entitlement")
    granted = [
        {"department": d, "platform": p, "entity_kind": "person", "attribute": PREFIX + t, "purpose": ""}
        for d, p, t in grants
    ]
    ENTITLEMENT.write(rows(ENTITLEMENT, *ENTITLEMENT.read(path).to_pylist(), *granted), path)
    prepare_extracts(home, threads=1)


def extract(home: Home, department: str) -> Path:
    return write_extract(home, VERSION, department, [OWN[department]], threads=1).folder


def listed(folder: Path, platform: str) -> list[dict[str, Any]]:
    found: list[dict[str, Any]] = pq.read_table(folder / f"{platform}_关爱标签.parquet").to_pylist()
    return found


def test_who_is_entitled_finds_the_tag_beside_its_own_row_with_its_source(home: Home) -> None:
    since = date(2026, 3, 1)
    tagged(home, line("P1", since=since), line("P3", tag="别的"), grants=(("gongan", "hukou", TAG),))
    folder = extract(home, "gongan")
    found = [(r["实体编号"], r["关爱标签"], r["来由"], r["来源部门"], r["起始日期"]) for r in listed(folder, "hukou")]
    assert found == [("P1", TAG, "平台提供", "住建局", "2026-03-01")] * 2, "two of its rows name that person"
    (granted,) = [e for e in ExtractManifest.read(folder).entitlements if e.entity_kind == "person"]
    assert PREFIX + TAG in granted.attributes


def test_who_is_not_entitled_finds_it_in_no_file(home: Home) -> None:
    tagged(home, line("P1"), line("P4"), grants=(("gongan", "hukou", TAG),))
    for department in ("zhujian", "shichang"):
        folder = extract(home, department)
        assert not list(folder.glob("*_关爱标签.*"))
        assert [f.name for f in folder.iterdir() if TAG in text_of(f)] == []


def test_an_entitlement_to_one_tag_is_none_to_another(home: Home) -> None:
    tagged(home, line("P1"), line("P1", tag="别的"), grants=(("gongan", "hukou", "别的"),))
    folder = extract(home, "gongan")
    assert {r["关爱标签"] for r in listed(folder, "hukou")} == {"别的"}
    assert [f.name for f in folder.iterdir() if TAG in text_of(f)] == []


def test_a_tag_that_is_not_shared_reaches_its_own_source_alone(home: Home) -> None:
    lines = (line("P1", sharing="none"), line("P1", sharing="none", basis="derived", platform="", department=""))
    tagged(home, *lines, grants=(("gongan", "hukou", TAG), ("zhujian", "zulin", TAG)))
    assert listed(extract(home, "gongan"), "hukou") == []
    assert [r["来由"] for r in listed(extract(home, "zhujian"), "zulin")] == ["平台提供"]


def test_an_extract_is_written_anew_where_a_tag_changed(home: Home) -> None:
    grants = (("gongan", "hukou", TAG),)
    tagged(home, line("P1"), grants=grants)
    extract(home, "gongan")
    CARE_TAG.write(rows(CARE_TAG, line("P1", until=DAY)), home.stage("care", CARE_TAG.name))
    prepare_extracts(home, threads=1)
    folder = write_extract(home, "0002-00000000", "gongan", [OWN["gongan"]], threads=1).folder
    assert {r["结束日期"] for r in listed(folder, "hukou")} == {DAY.isoformat()}


def test_no_table_of_the_open_library_tells_whose_tag_it_is(home: Home, facts: ReleaseFacts) -> None:
    tagged(home, line("P1"), grants=())
    build_release(home, VERSION, facts)
    with duckdb.connect(str(release_file(home, VERSION)), read_only=True) as con:
        tables = con.sql("select table_schema, table_name from information_schema.tables").fetchall()
        holding = [t for t in tables if TAG in repr(con.sql(f'from "{t[0]}"."{t[1]}"').fetchall())]
    assert holding == []
    assert ("base", "care_tag") not in tables


def test_the_restricted_library_alone_has_a_table_of_them() -> None:
    def names(tables: Callable[..., Any]) -> set[str]:
        return {served.table.full_name for served in tables(shipped())}

    assert names(restricted_tables) - names(release_tables) == {"base.care_tag"}
