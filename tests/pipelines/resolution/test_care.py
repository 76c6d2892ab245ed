"""Care tags: what platforms say holds on its days, what is derived follows birth dates and who lives together."""

from __future__ import annotations

from datetime import date
from typing import Any

import pyarrow as pa

from connectors.care_rules import CareTag, Derived
from pipelines.resolution.care import DELIVERED, care_tags
from warehouse.model.catalogue import WITHHELD
from warehouse.model.data_model import shipped
from warehouse.model.evidence import ATTRIBUTE
from warehouse.model.table import Table

TODAY = date(2026, 11, 1)
PERSON = shipped().golden("person")
GRID = "990101001001001"
OLD = CareTag(tag="高龄", en="old", sharing="conditional", ground="法", derived=Derived(age_from=80))
ALONE = CareTag(
    tag="独居", en="alone", sharing="conditional", ground="法", derived=Derived(age_from=60, persons_at_most=1)
)


def rows(table: Table, *lines: dict[str, Any]) -> pa.Table:
    return table.conform(pa.table({c.name: pa.array([x.get(c.name) for x in lines], c.type) for c in table.columns}))


def person(name: str, born: date | None, *, precision: str = "day", home: str | None = None, **more: Any) -> dict:
    size = {"mention_count": 1, "platforms": "a", "platform_count": 1, "conflict_count": 0, "grid_code": GRID}
    known = {"birth_date": born, "birth_date_precision": precision, "residence_housing_id": home}
    return {"person_id": name, **size, **known, **more}


def said(name: str, **more: Any) -> dict[str, Any]:
    row = {"platform": "minzheng", "department": "minzheng", "delivery_id": "d", "file_name": "f", "sheet_name": ""}
    return {
        "person_id": name,
        "tag": "低保",
        "basis": "delivered",
        "sharing": "conditional",
        **row,
        "row_number": 1,
        **more,
    }


def made(
    *persons: dict[str, Any], delivered: tuple[dict[str, Any], ...] = (), claims: pa.Table | None = None, **more: Any
) -> tuple[list[dict[str, Any]], list[dict[str, Any]]]:
    withheld = more.pop("withheld", WITHHELD.empty())
    lines = pa.Table.from_pylist(list(delivered), schema=DELIVERED)
    tables = care_tags(
        lines, (OLD, ALONE), rows(PERSON, *persons), PERSON, claims or ATTRIBUTE.empty(), withheld,
        today=TODAY, small_cell=more.pop("small_cell", 2),
    )  # fmt: skip
    tags, counts = (table.to_pylist() for table in tables)
    return tags, counts


def test_an_age_is_reached_on_the_birthday_and_not_a_day_before() -> None:
    tags, _ = made(person("P1", date(1946, 11, 1)), person("P2", date(1946, 11, 2)))
    assert [(t["person_id"], t["tag"], t["basis"], t["since"]) for t in tags] == [("P1", "高龄", "derived", TODAY)]


def test_of_a_birth_date_known_to_the_year_or_month_its_last_day_counts() -> None:
    tags, _ = made(
        person("P1", date(1946, 1, 1), precision="year"),
        person("P2", date(1945, 1, 1), precision="year"),
        person("P3", date(1946, 11, 1), precision="month"),
        person("P4", date(1946, 10, 1), precision="month"),
    )
    assert [(t["person_id"], t["since"]) for t in tags] == [("P2", date(2025, 12, 31)), ("P4", date(2026, 10, 31))]


def test_who_lives_alone_is_told_by_the_home_and_the_age() -> None:
    sixty = date(1960, 1, 1)
    tags, _ = made(
        person("P1", sixty, home="H1"),
        person("P2", sixty, home="H2"),
        person("P3", date(1990, 1, 1), home="H2"),
        person("P4", date(1990, 1, 1), home="H3"),
        person("P5", sixty),
        person("P6", sixty, home="H1", deregistered="死亡"),
    )
    assert [(t["person_id"], t["tag"], t["since"]) for t in tags] == [("P1", "独居", None)]


def test_what_a_platform_says_holds_from_its_first_day_to_its_last_one() -> None:
    tags, _ = made(
        delivered=(
            said("P1"),
            said("P2", until=date(2026, 10, 31)),
            said("P3", since=date(2026, 11, 2)),
            said("P4", since=TODAY, until=TODAY),
        )
    )
    assert {t["person_id"]: t["is_current"] for t in tags} == {"P1": True, "P2": False, "P3": False, "P4": True}


def test_what_follows_from_a_value_nobody_shares_is_not_shared() -> None:
    source = {"platform": "a", "role": "subject", "entity_kind": "person", "attribute": "birth_date"}
    facts = {
        "entity_id": "P1", "value": "1940-01-01", "is_valid": True, "is_golden": True, "comparison": "equal", "is_source": True,
        "reason": "only", "authority": 50, "department": "a", "delivery_id": "d", "file_name": "f", "sheet_name": "", "row_number": 1,
    }  # fmt: skip
    withheld = rows(WITHHELD, source)
    shared = {**source, **facts, "platform": "b"}
    old = person("P1", date(1940, 1, 1))
    secret, counts = made(old, claims=rows(ATTRIBUTE, {**source, **facts}), withheld=withheld)
    assert [t["sharing"] for t in secret] == ["none"]
    assert counts == []
    known, _ = made(old, claims=rows(ATTRIBUTE, {**source, **facts}, shared), withheld=withheld)
    assert [t["sharing"] for t in known] == ["conditional"]


def test_a_small_count_is_not_told_and_a_person_told_of_twice_counts_once() -> None:
    persons = [person(f"P{n}", date(1940, 1, 1)) for n in range(3)] + [person("P9", date(1990, 1, 1))]
    _, counts = made(*persons, delivered=(said("P9"), said("P9", row_number=2)))
    assert [(c["grid_code"], c["tag"], c["persons"], c["is_suppressed"]) for c in counts] == [
        (GRID, "低保", None, True),
        (GRID, "高龄", 3, False),
    ]
