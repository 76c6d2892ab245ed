"""Golden cases: what a domain expert would write down, read from `cases.yaml`."""

from __future__ import annotations

from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml

from pipelines.standardise.address import Gazetteer, standardise_addresses

GOLDEN: dict[str, Any] = yaml.safe_load((Path(__file__).parent / "cases.yaml").read_text(encoding="utf-8"))
COLUMN = {"level": "dwelling_level"}


@pytest.mark.parametrize("golden", GOLDEN["dwellings"], ids=lambda golden: golden["why"])
def test_an_address_leads_to_its_dwelling(golden: dict[str, Any], gazetteer: Gazetteer) -> None:
    rows = standardise_addresses(pa.table({"text": pa.array(golden["texts"], pa.string())}), gazetteer).to_pylist()
    expected = {COLUMN.get(key, key): value for key, value in golden.items() if key not in ("why", "texts")}
    found = {text: {key: row[key] for key in expected} for text, row in zip(golden["texts"], rows, strict=True)}
    assert found == dict.fromkeys(golden["texts"], expected)


def test_there_are_enough_golden_cases() -> None:
    assert sum(len(golden["texts"]) for golden in GOLDEN["dwellings"]) + len(GOLDEN["segments"]) >= 120
