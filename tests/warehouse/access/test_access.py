"""Requests for access: sharing class decides who answers and until when; a grant has an end and is dead at once when taken back."""

from __future__ import annotations

from datetime import UTC, date, datetime
from pathlib import Path
from typing import Any

import pytest

from warehouse import access, ledger
from warehouse.extracts.manifest import entitled_lines
from warehouse.model import Home

AT = datetime(2026, 11, 2, 9, tzinfo=UTC)


@pytest.fixture
def home(tmp_path: Path) -> Home:
    return Home(tmp_path)


def ask(home: Home, sharing: str, attribute: str = "phone") -> str:
    return access.ask(
        home, "weijian", "weijian_jiankang", "person", [attribute], "随访", provider="gongan", sharing=sharing, by="li", at=AT
    )  # fmt: skip


def one(home: Home, request: str) -> tuple[Any, ...]:
    found = access.requests_of(home)[request]
    return found.state, found.due_on, found.expires_on


def test_the_sharing_class_sets_the_clock(home: Home) -> None:
    assert one(home, ask(home, "unconditional")) == ("granted", date(2026, 11, 3), date(2027, 11, 2))
    assert one(home, ask(home, "conditional")) == ("asked", date(2026, 11, 16), None)
    assert one(home, ask(home, "none")) == ("refused", date(2026, 11, 3), None)


def test_the_source_decides_and_nobody_else(home: Home) -> None:
    request = ask(home, "conditional")
    assert access.decide(home, "minzheng", request, days=30, by="x", at=AT)
    assert access.decide(home, "gongan", request, days=0, by="wang", at=AT)  # a refusal without a reason
    assert access.decide(home, "gongan", request, days=30, by="wang", at=AT) is None
    assert one(home, request)[::2] == ("granted", date(2026, 12, 2))
    assert access.decide(home, "gongan", request, days=30, by="wang", at=AT)  # decided already
    assert ledger.verify(home).whole


def test_a_grant_holds_to_its_last_day_or_until_it_is_taken_back(home: Home) -> None:
    request = ask(home, "conditional")
    access.decide(home, "gongan", request, days=30, by="wang", at=AT)
    last, after = date(2026, 12, 2), date(2026, 12, 3)
    assert access.entitlements(home, last).to_pylist() == [
        {"department": "weijian", "platform": "weijian_jiankang", "entity_kind": "person", "attribute": "phone",
         "purpose": "随访", "expires_on": last}
    ]  # fmt: skip
    assert access.entitlements(home, after).num_rows == 0
    assert access.fingerprint(home, last) != access.fingerprint(home, after) == ""
    assert access.dead(home, "weijian", last) == frozenset()
    assert access.dead(home, "weijian", after) == {("person", "phone")}
    assert access.revoke(home, "weijian", request, by="li", at=AT)
    assert access.revoke(home, "gongan", request, by="wang", at=AT) is None
    assert access.dead(home, "weijian", last) == {("person", "phone")}
    assert access.dead(home, "minzheng", last) == frozenset()


def test_the_manifest_prints_purpose_and_end(home: Home) -> None:
    access.decide(home, "gongan", ask(home, "conditional"), days=30, by="wang", at=AT)
    declared = {
        "platform": "weijian_jiankang",
        "entity_kind": "person",
        "attribute": "name",
        "purpose": "",
        "expires_on": None,
    }
    lines = [declared, *access.entitlements(home, date(2026, 11, 3)).to_pylist()]
    found = list(entitled_lines(lines, "weijian_jiankang", frozenset([("person", "name"), ("person", "phone")])))
    assert [(e.attributes, e.purpose, e.expires_on) for e in found] == [
        (("name",), "", None), (("phone",), "随访", date(2026, 12, 2)),
    ]  # fmt: skip
