"""Manifest lines of many deliveries, gathered so that the next process need not open each of their files."""

from __future__ import annotations

import pytest

from connectors import manifest as module
from connectors.manifest import gather, manifest

CSV = {"kind": "delimited", "encoding": "utf-8"}


@pytest.fixture
def many(desk, build):
    platform = build(CSV, ["编号"], files="roll_{date}_{part}")
    for part in range(module.FEW + 5):
        desk.put(f"roll_20260101_{part}", f"编号\n{part}\n".encode())
    desk.land(platform)
    return platform


def forgetful(monkeypatch):
    """As in another process."""
    monkeypatch.setattr(module, "_known", {})


def test_gathered_lines_are_those_of_the_files_and_no_file_is_opened_for_them(desk, many, monkeypatch):
    forgetful(monkeypatch)
    lines = manifest(desk.home)
    assert lines.num_rows == module.FEW + 5
    gather(desk.home)
    forgetful(monkeypatch)
    monkeypatch.setattr(module, "_whole", lambda path: pytest.fail(f"{path.name} was opened"))
    assert manifest(desk.home).equals(lines)
    assert manifest(desk.home, "roll").equals(lines)


def test_a_delivery_that_was_gathered_and_landed_anew_is_read_from_its_file(desk, many, monkeypatch):
    gather(desk.home)
    line = manifest(desk.home).slice(0, 1).to_pylist()[0]
    module.DELIVERY.write(
        module.DELIVERY.conform(module.pa.Table.from_pylist([line | {"state": "rejected"}], module.DELIVERY.arrow)),
        desk.home.delivery("roll", line["delivery_id"]),
    )
    forgetful(monkeypatch)
    states = {i["delivery_id"]: i["state"] for i in manifest(desk.home).to_pylist()}
    assert states.pop(line["delivery_id"]) == "rejected"
    assert set(states.values()) == {"landed"}


def test_what_was_gathered_and_cannot_be_read_is_gathered_again(desk, many, monkeypatch):
    lines = manifest(desk.home)
    desk.home.gathered_deliveries.parent.mkdir(parents=True, exist_ok=True)
    desk.home.gathered_deliveries.write_bytes(b"torn")
    forgetful(monkeypatch)
    assert manifest(desk.home).equals(lines)
