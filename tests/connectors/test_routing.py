"""The routing table of a city: read with its dates, and every mistake named with its line."""

from __future__ import annotations

from pathlib import Path

import pytest

from connectors.event_rules import load_event_rules
from connectors.registry import ConfigurationError
from connectors.routing import load_routing

HEAD = "event_class,area_code,department,valid_from,valid_to\n"


def test_the_shipped_table_answers_for_every_class_that_has_a_competent_platform() -> None:
    assert set(load_routing()["event_class"].to_pylist()) == set(load_event_rules().competent)


def test_a_line_holds_from_day_to_day(tmp_path: Path) -> None:
    file = tmp_path / "routing.csv"
    file.write_text(
        HEAD + "路灯不亮,330291001,照明处,2026-01-01,2026-06-30\n路灯不亮,,照明处,2026-07-01,\n", encoding="utf-8"
    )
    assert [(str(r["valid_from"]), r["valid_to"] and str(r["valid_to"])) for r in load_routing(file).to_pylist()] == [
        ("2026-01-01", "2026-06-30"),
        ("2026-07-01", None),
    ]


@pytest.mark.parametrize(
    ("text", "place"),
    [
        ("event_class,department\n路灯不亮,照明处\n", "valid_from"),
        (HEAD + "路灯不亮,城东,照明处,2026-01-01,\n", "line 2: area_code"),
        (HEAD + "路灯不亮,,照明处,2026-01-01,\n路灯不亮,,,2026-01-01,\n", "line 3: department"),
        (HEAD + "路灯不亮,,照明处,2026-06-01,2026-01-01\n", "valid_to lies before valid_from"),
        (HEAD + "路灯不亮,,照明处,2026-06-01,\n" * 2, "given twice"),
    ],
)
def test_a_wrong_line_is_named(tmp_path: Path, text: str, place: str) -> None:
    file = tmp_path / "routing.csv"
    file.write_text(text, encoding="utf-8")
    with pytest.raises(ConfigurationError, match=place):
        load_routing(file)
