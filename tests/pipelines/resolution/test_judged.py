"""What the release shows of judgements."""

from datetime import datetime

import pyarrow as pa
import pytest

from pipelines.resolution.judged import told
from pipelines.resolution.survivorship import Resolved
from warehouse.judgements import ledger_states
from warehouse.model.data_model import shipped
from warehouse.model.judgement import LEDGER
from warehouse.model.link import ENTITY

KEY = b"a key for tests only"


def line(number: int, verdict: str, right: str, why: str = "") -> dict[str, object]:
    side = {"platform": "gongan_hukou", "dataset": "roll", "role": "subject", "repeat": 0}
    return (
        {"judgement_id": f"J{number}", "statement_id": f"J{number}", "entity_kind": "person"}
        | {f"{end}_{name}": value for end in ("left", "right") for name, value in side.items()}
        | {"left_row_key": "a", "right_row_key": right, "verdict": verdict, "judged_by": "steward"}
        | {"judged_at": datetime(2026, 11, 2, 8), "why": why, "release": "0001-aa"}
    )


@pytest.fixture
def known() -> dict[str, Resolved]:
    row = {
        "platform": "gongan_hukou",
        "department": "gongan",
        "dataset": "roll",
        "delivery_id": "d",
        "file_name": "roll.csv",
    }
    row |= {"sheet_name": "", "role": "subject", "repeat": 0, "id_number_state": "missing"}
    rows = [row | {"mention_id": i, "row_number": i + 1, "row_key": key} for i, key in enumerate("abz")]
    entities = [{"mention_id": i, "entity_id": f"P{i}"} for i in range(3)]
    return {
        "person": Resolved(
            shipped().mention("person").conform(pa.Table.from_pylist(rows)),
            ENTITY.conform(pa.Table.from_pylist(entities)),
        )
    }


def test_a_judgement_is_shown_with_the_rows_and_entities_it_is_about(known: dict[str, Resolved]) -> None:
    (shown,) = told(ledger_states(LEDGER.conform(pa.Table.from_pylist([line(1, "same", "b")]))), known, KEY).to_pylist()
    assert (shown["left_entity_id"], shown["right_entity_id"]) == ("P0", "P1")
    assert (shown["left_row_number"], shown["right_file_name"], shown["judgement_state"]) == (1, "roll.csv", "in_force")


def test_a_judgement_about_a_row_that_is_gone_is_shown_without_it(known: dict[str, Resolved]) -> None:
    (shown,) = told(
        ledger_states(LEDGER.conform(pa.Table.from_pylist([line(1, "same", "gone")]))), known, KEY
    ).to_pylist()
    assert shown["left_entity_id"] == "P0"
    assert shown["right_entity_id"] is shown["right_row_number"] is shown["right_file_name"] is None


def test_a_number_in_a_reason_is_masked(known: dict[str, Resolved]) -> None:
    ledger = LEDGER.conform(pa.Table.from_pylist([line(1, "same", "b", "身份证 11010519491231002X 一致")]))
    (shown,) = told(ledger_states(ledger), known, KEY).to_pylist()
    assert "11010519491231002X" not in shown["why"]
    assert "一致" in shown["why"]


def test_a_number_typed_as_a_name_is_masked(known: dict[str, Resolved]) -> None:
    ledger = LEDGER.conform(pa.Table.from_pylist([line(1, "same", "b") | {"judged_by": "13912345678"}]))
    (shown,) = told(ledger_states(ledger), known, KEY).to_pylist()
    assert shown["judged_by"] == "139****5678"
