"""Golden cases of what reports say, read from `reports.yaml`."""

from __future__ import annotations

from datetime import date
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
import yaml
from hypothesis import given, settings
from hypothesis import strategies as st

from connectors.registry import load_code_tables
from pipelines.standardise.address import Gazetteer
from pipelines.standardise.events.classes import SEVERAL, taxonomy
from pipelines.standardise.events.particulars import onset, particulars
from pipelines.standardise.events.report import CELLS, SCHEMA, standardise_reports

GOLDEN: dict[str, Any] = yaml.safe_load(Path(__file__).with_name("reports.yaml").read_text(encoding="utf-8"))
GAZETTEER = Gazetteer.from_reference(
    pa.table(
        {
            "street": ["云溪街道", "云溪街道"],
            "community": ["松风社区居委会", "松风社区居委会"],
            "road": ["望月路", "听涛路"],
            "road_number": ["18", "7"],
            "estate": ["锦鲤花园", "松风里"],
            "building": ["3", None],
            "room": ["502", "12"],
        }
    )
)


def named(golden: dict[str, Any]) -> str:
    return str(golden.get("text") or golden.get("since")) + (f" ({golden['why']})" if "why" in golden else "")


def read(**cells: str | None) -> dict[str, Any]:
    table = pa.table({cell: pa.array([cells.get(cell)], pa.string()) for cell in CELLS})
    return dict(standardise_reports(table, GAZETTEER).to_pylist()[0])


@pytest.mark.parametrize("golden", GOLDEN["classes"], ids=named)
def test_a_class_follows_from_crosswalk_and_text(golden: dict[str, Any]) -> None:
    row = read(content=golden["text"], **{k: golden[k] for k in ("listed", "listed_too", "category") if k in golden})
    assert (row["event_class"], row["class_source"]) == (golden["class"], golden["source"])
    assert (row["class_probability"] is None) == (golden["class"] is None)


@pytest.mark.parametrize("golden", GOLDEN["kinds"], ids=named)
def test_a_ticket_tells_of_an_incident_or_of_none(golden: dict[str, Any]) -> None:
    assert read(content=golden["text"], outcome=golden.get("outcome"))["ticket_kind"] == golden["kind"]


@pytest.mark.parametrize("golden", GOLDEN["places"], ids=named)
def test_a_place_is_found_in_what_people_say(golden: dict[str, Any]) -> None:
    row = read(content=golden["text"], address=golden.get("cell"))
    assert row["place"] == golden["place"]
    assert "spot" not in golden or row["spot"] == golden["spot"]


@pytest.mark.parametrize("golden", GOLDEN["particulars"], ids=named)
def test_particulars_are_read_whatever_the_words_around_them(golden: dict[str, Any]) -> None:
    expected = {k: v for k, v in golden.items() if k not in ("text", "why")}
    assert {k: getattr(particulars(golden["text"]), k) for k in expected} == expected


@pytest.mark.parametrize("golden", GOLDEN["onsets"], ids=named)
def test_since_when_is_a_day(golden: dict[str, Any]) -> None:
    day = date.fromisoformat(golden["day"]) if golden["day"] else None
    assert onset(golden["since"], date.fromisoformat(golden["reported"])) == day


@settings(max_examples=100, derandomize=True, deadline=None)
@given(st.lists(st.text(max_size=60), min_size=len(CELLS), max_size=len(CELLS)))
def test_whatever_the_cells_hold_there_is_one_answer(cells: list[str]) -> None:
    table = pa.table({cell: pa.array([text], pa.string()) for cell, text in zip(CELLS, cells, strict=True)})
    answer = standardise_reports(table, GAZETTEER)
    assert answer.schema == SCHEMA
    assert answer.num_rows == 1


def test_every_crosswalk_leads_to_classes_of_the_taxonomy() -> None:
    names = set(taxonomy().names)
    tables = {name: table for name, table in load_code_tables().items() if name.startswith("event_class_")}
    assert tables
    for name, table in tables.items():
        strange = {part for label in table.values() for part in label.split(SEVERAL)} - names
        assert not strange, f"{name}: {strange}"
