"""Small invented mention tables under contract."""

from __future__ import annotations

from collections.abc import Callable, Collection, Mapping, Sequence
from datetime import date
from typing import Any

import pyarrow as pa
import pytest

from pipelines.resolution.authority import AUTHORITY
from warehouse.model.base import GRID_TREE
from warehouse.model.data_model import shipped
from warehouse.model.link import CLUSTER, ENTITY

Rows = Sequence[Mapping[str, Any]]
Build = Callable[..., pa.Table]

DEPARTMENTS = {"jingcha": "gongan", "yiyuan": "weijian", "shebao": "renshe", "wangge": "zhengfa", "dengji": "shichang"}


def _complete(kind: str, number: int, row: Mapping[str, Any]) -> dict[str, Any]:
    platform = row.get("platform", "jingcha")
    head = {
        "mention_id": number,
        "platform": platform,
        "department": DEPARTMENTS.get(platform, platform),
        "dataset": "main",
        "delivery_id": f"{platform}-1",
        "file_name": f"{platform}.csv",
        "sheet_name": "",
        "row_number": number + 1,
        "role": "subject",
        "row_key": f"key{number}",
        "repeat": 0,
        "claimed_on": date(2026, 1, 1),
    }
    derived: dict[str, Any] = {}
    if kind == "person":
        derived["id_number_state"] = "valid" if row.get("id_number") else "missing"
        if row.get("name"):
            derived |= {
                "name_raw": row["name"],
                "name_key": row["name"],
                "name_form": "full",
                "surname": row["name"][0],
            }
        if row.get("birth_date"):
            derived["birth_date_precision"] = "day"
    if kind == "enterprise":
        derived["code_state"] = "valid" if row.get("credit_code") else "missing"
        if row.get("name"):
            derived |= {"name_raw": row["name"], "name_key": row["name"], "name_form": "registered"}
    if row.get("dwelling"):
        community, estate, building, unit, room = row["dwelling"].split("/")
        derived |= {
            "address_raw": row["dwelling"],
            "community": community or None,
            "estate": estate or None,
            "building": building or None,
            "unit": unit or None,
            "room": room or None,
            "dwelling_level": "room",
        }
    return head | derived | dict(row)


@pytest.fixture
def mentions() -> Build:
    """`mentions(kind, rows)`: rows name only what matters; head columns and derived ones are filled in."""

    def build(kind: str, rows: Rows) -> pa.Table:
        complete = [_complete(kind, number, row) for number, row in enumerate(rows)]
        contract = shipped().mention(kind)
        columns = {c.name: pa.array([row.get(c.name) for row in complete], c.type) for c in contract.columns}
        return contract.conform(pa.table(columns))

    return build


@pytest.fixture
def clusters() -> Build:
    """`clusters([[0, 2], [1]])`: one cluster per list of mention ids."""

    def build(groups: Sequence[Sequence[int]]) -> pa.Table:
        lines = sorted((mention, min(group), None) for group in groups for mention in group)
        columns = list(zip(*lines, strict=True)) or [(), (), ()]
        return CLUSTER.conform(
            pa.table([pa.array(c, t) for c, t in zip(columns, CLUSTER.arrow.types, strict=True)], CLUSTER.names)
        )

    return build


@pytest.fixture
def entities() -> Build:
    """`entities({"P1": [0, 2]})`: mention ids by entity id."""

    def build(groups: Mapping[str, Sequence[int]]) -> pa.Table:
        lines = sorted((mention, entity, None) for entity, group in groups.items() for mention in group)
        columns = list(zip(*lines, strict=True)) or [(), (), ()]
        return ENTITY.conform(
            pa.table([pa.array(c, t) for c, t in zip(columns, ENTITY.arrow.types, strict=True)], ENTITY.names)
        )

    return build


@pytest.fixture
def authority() -> Build:
    """`authority({("jingcha", "name"): 95})`: for role subject of dataset main; `borrowed`: (platform, attribute) that is
    somebody else's."""

    def build(
        given: Mapping[tuple[str, str], int] | None = None,
        role: str = "subject",
        borrowed: Collection[tuple[str, str]] = (),
    ) -> pa.Table:
        trust = {**dict.fromkeys(borrowed, 50), **(given or {})}
        lines = [
            (platform, "main", role, attribute, value, (platform, attribute) in borrowed)
            for (platform, attribute), value in trust.items()
        ]
        columns = list(zip(*lines, strict=True)) or [()] * len(AUTHORITY)
        return pa.Table.from_arrays(
            [pa.array(c, f.type) for c, f in zip(columns, AUTHORITY, strict=True)], schema=AUTHORITY
        )

    return build


@pytest.fixture
def grid() -> pa.Table:
    """A city of one street, two communities, three grids."""
    nodes = [
        ("990101", "云州市", "city", None),
        ("990101001", "河东街道", "street", "990101"),
        ("990101001001", "甲社区", "community", "990101001"),
        ("990101001002", "乙社区", "community", "990101001"),
        ("990101001001001", "甲一网格", "grid", "990101001001"),
        ("990101001001002", "甲二网格", "grid", "990101001001"),
        ("990101001002001", "乙一网格", "grid", "990101001002"),
    ]
    return GRID_TREE.conform(
        pa.table(
            {
                "grid_code": [n[0] for n in nodes],
                "name": [n[1] for n in nodes],
                "level": [n[2] for n in nodes],
                "parent_code": [n[3] for n in nodes],
            }
        )
    )
