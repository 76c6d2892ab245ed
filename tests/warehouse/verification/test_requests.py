"""State and clock of requests, from records alone."""

from __future__ import annotations

from datetime import date, datetime
from typing import Any

import pyarrow as pa
import pytest

from warehouse.model.verification import RECORD
from warehouse.verification.clock import due_on
from warehouse.verification.records import effects
from warehouse.verification.requests import fold

AT = datetime(2026, 11, 2, 9)


def record(number: int, event: str, request: int = 1, **more: Any) -> dict[str, Any]:
    line = {
        "record_id": f"V{number:06d}", "request_id": f"V{request:06d}", "event": event, "finding": "f1", "entity_kind": "person",
        "attribute": "phone", "platform": "jiankang", "dataset": "main", "role": "subject", "row_key": "a", "repeat": 0,
        "place": "x.csv · 1", "own_value": "1", "golden_value": "2", "right_value": None, "department": "weijian",
        "due_on": date(2026, 11, 16), "said_by": "li", "said_at": AT, "why": "", "release": "0001",
    }  # fmt: skip
    return {**line, **more}


def asked(number: int, department: str, row: str) -> dict[str, Any]:
    return record(number, "asked", department=department, platform=department, row_key=row, own_value="2")


def replied(number: int, event: str, department: str, row: str, right: str | None = None) -> dict[str, Any]:
    return asked(number, department, row) | {"event": event, "right_value": right}


def test_a_refusal_is_open_until_every_source_confirms() -> None:
    lines = [record(1, "refused"), asked(2, "gongan", "b"), asked(3, "minzheng", "c")]
    assert fold(lines)["V000001"].state == "open"
    lines.append(replied(4, "confirmed", "gongan", "b", "2"))
    assert fold(lines)["V000001"].state == "open"
    lines.append(replied(5, "confirmed", "minzheng", "c", "2"))
    assert fold(lines)["V000001"].state == "confirmed"


def test_one_source_that_concedes_settles_it() -> None:
    lines = [
        record(1, "refused"),
        asked(2, "gongan", "b"),
        asked(3, "minzheng", "c"),
        replied(4, "conceded", "gongan", "b", "3"),
    ]
    found = fold(lines)["V000001"]
    assert (found.state, found.reply_value) == ("conceded", "3")


def test_an_answer_given_anew_takes_the_place_of_the_former() -> None:
    states = [r.state for r in fold([record(1, "refused"), record(2, "accepted", request=2)]).values()]
    assert states == ["superseded", "accepted"]


def test_a_request_is_overdue_the_day_after_its_limit() -> None:
    found = fold([record(1, "refused"), asked(2, "gongan", "b")])["V000001"]
    assert not found.overdue(date(2026, 11, 16))
    assert found.overdue(date(2026, 11, 17))


@pytest.mark.parametrize(
    ("day", "days", "due"),
    [
        (date(2026, 11, 2), 10, date(2026, 11, 16)),
        (date(2026, 9, 30), 1, date(2026, 10, 8)),  # National Day: 1 to 7 October
        (date(2026, 11, 28), 1, date(2026, 11, 30)),
        (date(2040, 1, 6), 1, date(2040, 1, 9)),  # holidays of that year are not published: Monday follows Friday
    ],
)
def test_the_clock_counts_work_days(day: date, days: int, due: date) -> None:
    assert due_on(day, days) == due


def in_force(*lines: dict[str, Any]) -> list[tuple[str, bool, str | None]]:
    table = effects(pa.Table.from_pylist(list(lines), schema=RECORD.arrow))
    return sorted((line["row_key"], line["supersedes"], line["value"]) for line in table.to_pylist())


def test_what_is_in_force_is_what_was_said_last() -> None:
    refused = record(1, "refused", right_value="3")
    assert in_force(record(1, "accepted")) == [("a", True, None)]
    assert in_force(refused, asked(2, "gongan", "b")) == [("a", True, "3")]
    assert in_force(record(1, "refused", right_value=None)) == []
    assert in_force(refused, record(2, "withdrawn")) == []
    assert in_force(refused, replied(2, "conceded", "gongan", "b")) == [("a", True, "3"), ("b", True, None)]
    assert in_force(refused, replied(2, "confirmed", "gongan", "b", "2")) == [("a", True, "3"), ("b", False, "2")]
