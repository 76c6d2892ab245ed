"""The invented city of the golden cases."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from pipelines.standardise.address import Gazetteer
from pipelines.standardise.address.gazetteer import REFERENCE_COLUMNS

GOLDEN: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))


def reference_rows(block: dict[str, Any]) -> list[dict[str, str | None]]:
    shared = {
        "county": "云州市",
        "street": block["street"],
        "community": block["community"],
        "grid_code": block["grid"],
        "road": block["road"],
        "road_number": block.get("number"),
        "estate": block["estate"],
        "aliases": block.get("aliases"),
    }
    if "doors" in block:
        return [{**shared, "road_number": str(door)} for door in block["doors"]]
    return [
        {**shared, "building": building, "unit": unit, "room": f"{floor}{position:02d}"}
        for building in block["buildings"]
        for unit in block["units"] or [None]
        for floor in range(1, block["floors"] + 1)
        for position in range(1, block["positions"] + 1)
    ]


def reference_table() -> pa.Table:
    rows = [row for block in GOLDEN["reference"] for row in reference_rows(block)]
    return pa.table({name: pa.array([row.get(name) for row in rows], pa.string()) for name in REFERENCE_COLUMNS})


@pytest.fixture(scope="session")
def reference() -> pa.Table:
    return reference_table()


@pytest.fixture(scope="session")
def gazetteer(reference: pa.Table) -> Gazetteer:
    return Gazetteer.from_reference(reference)
