from __future__ import annotations

from collections.abc import Callable
from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest

from pipelines.resolution.relations import relate, write_relations
from pipelines.resolution.survivorship import Resolved, golden
from warehouse.model import Home
from warehouse.model.data_model import shipped
from warehouse.model.link import ENTITY

Build = Callable[..., pa.Table]
Relations = dict[str, pa.Table]

ROOM, FARM = "甲社区/桃李园/3/2/502", "乙社区/柳家塘///8"
LIVES = {"housing_relations": ["resides"]}


@pytest.fixture
def city(mentions: Build, entities: Build, authority: Build) -> dict[str, Resolved]:
    """Two homes, two persons, two enterprises, all resolved."""
    trust = authority({("wangge", "address"): 85, ("yiyuan", "address"): 60})
    homes = mentions("housing", [{"dwelling": ROOM}, {"dwelling": FARM}, {"dwelling": FARM, "platform": "wangge"}])
    firms = mentions(
        "enterprise",
        [
            {
                "name": "云州市长乐面馆",
                "legal_rep_name": "易大山",
                "dwelling": ROOM,
                "housing_relations": ["registered"],
                "operating_dwelling": FARM,
            },
            {
                "name": "云州市安康药房",
                "dwelling": FARM,
                "housing_relations": ["operates"],
                "former_name": "云州市平安药房",
            },
        ],
    )
    people = mentions(
        "person",
        [
            LIVES | {"name": "易大山", "dwelling": ROOM, "platform": "yiyuan", "claimed_on": date(2024, 1, 1)},
            LIVES | {"name": "易大山", "dwelling": ROOM, "platform": "wangge", "claimed_on": date(2026, 1, 1)},
            LIVES | {"name": "易大山", "dwelling": FARM, "platform": "shebao", "claimed_on": date(2020, 1, 1)},
            {"name": "易大山", "housing_mention_id": 1, "housing_relations": ["owns", "lets"]},
            {"name": "易大山", "enterprise_mention_id": 0, "enterprise_relations": ["legal_rep"], "role": "legal_rep"},
            {"name": "柳青", "housing_mention_id": 2, "housing_relations": ["rents", "resides"]},
            {"name": "柳青", "employer_key": "云州市平安药房", "enterprise_relations": ["employee"]},
            {"name": "柳青", "employer_key": "无此单位", "enterprise_relations": ["employee"]},
        ],
    )
    kinds = {
        "housing": (homes, entities({"H1": [0], "H2": [1, 2]})),
        "person": (people, entities({"P1": [0, 1, 2, 3, 4], "P2": [5, 6, 7]})),
        "enterprise": (firms, entities({"E1": [0], "E2": [1]})),
    }
    known: dict[str, Resolved] = {}
    for kind, (lines, whole) in kinds.items():
        before = {name: known[name] for name in shipped().golden_reads(kind) if name in known}
        made = golden(kind, lines, whole, trust, threads=1, known=before)
        known[kind] = Resolved(lines, whole, made.golden)
    return known


def lines(table: pa.Table, *columns: str) -> set[tuple[Any, ...]]:
    return {tuple(row[c] for c in columns) for row in table.to_pylist()}


@pytest.fixture
def found(city: dict[str, Resolved], authority: Build) -> Relations:
    trust = authority({("wangge", "address"): 85, ("yiyuan", "address"): 60})
    return relate(city, trust, threads=1)


def test_who_lives_owns_rents_and_lets_is_read_from_own_address_and_from_ties(found: Relations) -> None:
    assert lines(found["person_housing"], "person_id", "housing_id", "relation", "is_current") == {
        ("P1", "H1", "resides", True),
        ("P1", "H2", "resides", False),
        ("P1", "H2", "owns", True),
        ("P1", "H2", "lets", True),
        ("P2", "H2", "rents", True),
        ("P2", "H2", "resides", True),
    }


def test_exactly_one_residence_is_current_and_it_is_the_golden_one(city: dict[str, Resolved], found: Relations) -> None:
    golden_person = city["person"].golden
    assert isinstance(golden_person, pa.Table)
    current = {
        r["person_id"]: r["housing_id"]
        for r in found["person_housing"].to_pylist()
        if r["relation"] == "resides" and r["is_current"]
    }
    assert current == dict(
        zip(golden_person["person_id"].to_pylist(), golden_person["residence_housing_id"].to_pylist(), strict=True)
    )


def test_a_relation_names_its_platforms_most_trusted_first_with_first_and_last_claim(found: Relations) -> None:
    line = next(r for r in found["person_housing"].to_pylist() if (r["housing_id"], r["relation"]) == ("H1", "resides"))
    assert line["platforms"] == ["wangge", "yiyuan"]
    assert (line["claims"], line["first_claimed_on"], line["last_claimed_on"]) == (
        2,
        date(2024, 1, 1),
        date(2026, 1, 1),
    )


def test_an_employer_is_found_by_tie_or_by_a_name_only_one_enterprise_has_or_had(found: Relations) -> None:
    assert lines(found["person_enterprise"], "person_id", "enterprise_id", "relation", "is_current") == {
        ("P1", "E1", "legal_rep", True),
        ("P2", "E2", "employee", True),
    }


def test_seat_and_place_of_business_are_told_apart(found: Relations) -> None:
    assert lines(found["enterprise_housing"], "enterprise_id", "housing_id", "relation", "is_current") == {
        ("E1", "H1", "registered", True),
        ("E1", "H2", "operates", True),
        ("E2", "H2", "operates", True),
    }


def test_a_name_two_enterprises_share_names_neither(
    city: dict[str, Resolved], mentions: Build, entities: Build, authority: Build
) -> None:
    firms = mentions("enterprise", [{"name": "云州市平安药房"}, {"name": "云州市平安药房", "platform": "wangge"}])
    two = Resolved(firms, entities({"E1": [0], "E2": [1]}))
    found = relate({**city, "enterprise": two}, authority(), threads=1)
    assert lines(found["person_enterprise"], "person_id", "relation") == {("P1", "legal_rep")}


def test_writing_to_a_home_gives_what_memory_gives(
    tmp_path: Path, city: dict[str, Resolved], found: Relations, authority: Build
) -> None:
    home = Home(tmp_path)
    for kind, known in city.items():
        shipped().mention(kind).write(known.mentions, home.stage("mention", kind))
        ENTITY.write(known.entities, home.stage("entity", kind))
        shipped().golden(kind).write(known.golden, home.stage("golden", kind))
    trust = authority({("wangge", "address"): 85, ("yiyuan", "address"): 60})
    counts = write_relations(home, trust, threads=2)
    filled = {"person_housing": 6, "person_enterprise": 2, "enterprise_housing": 3}
    assert counts == {relation.table.name: 0 for relation in shipped().relations} | filled
    for contract in (relation.table for relation in shipped().relations):
        assert contract.read(home.stage("relation", contract.name)).equals(found[contract.name])
