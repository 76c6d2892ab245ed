"""Events as other tools read them: what they hold, and what they say twice."""

from __future__ import annotations

import json
from collections import Counter
from collections.abc import Callable
from pathlib import Path
from xml.etree import ElementTree

import duckdb
import pyarrow.csv
import pyarrow.parquet as pq
import pytest
from click.testing import Result

REQUIRED = ("service_request_id", "status", "service_name", "service_code", "requested_datetime", "updated_datetime")


@pytest.fixture(scope="module")
def folder(onenet: Callable[..., Result], finished_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    place = tmp_path_factory.mktemp("exchange")
    for form in ("open311", "event-log"):
        result = onenet("export", form, "--home", finished_home, "--out", place)
        assert result.exit_code == 0, result.output
    return place


@pytest.fixture(scope="module")
def requests(folder: Path) -> list[dict]:
    return json.loads((folder / "requests.json").read_text(encoding="utf-8"))


def test_every_report_of_an_incident_is_one_request(requests: list[dict], finished_home: Path) -> None:
    with duckdb.connect(str(finished_home / "one_network.duckdb"), read_only=True) as con:
        (count,) = con.sql("select count(*) from base.event_report where ticket_kind = 'incident'").fetchone()
    assert len(requests) == count == len({r["service_request_id"] for r in requests})
    assert all(request[name] for request in requests for name in REQUIRED)


def test_a_duplicate_names_the_first_report_of_its_event(requests: list[dict]) -> None:
    by_id = {r["service_request_id"]: r for r in requests}
    again = [r for r in requests if r.get("duplicate_of")]
    assert again
    assert all(by_id[r["duplicate_of"]]["event_id"] == r["event_id"] for r in again)
    assert all(by_id[r["duplicate_of"]].get("duplicate_of") is None for r in again)
    firsts = Counter(r["event_id"] for r in requests if not r.get("duplicate_of"))
    assert set(firsts.values()) == {1}


def test_xml_says_the_same_as_json(folder: Path, requests: list[dict]) -> None:
    root = ElementTree.parse(folder / "requests.xml").getroot()
    assert root.tag == "service_requests"
    assert [e.findtext("service_request_id") for e in root] == [r["service_request_id"] for r in requests]
    services = ElementTree.parse(folder / "services.xml").getroot()
    assert {e.findtext("service_code") for e in services} == {r["service_code"] for r in requests}


def test_moments_have_the_zone_of_the_city(requests: list[dict]) -> None:
    assert all(r["requested_datetime"].endswith("+08:00") for r in requests)


def test_the_event_log_has_a_line_per_stage_in_both_forms(folder: Path, finished_home: Path) -> None:
    log = pq.read_table(folder / "event_log.parquet")
    with duckdb.connect(str(finished_home / "one_network.duckdb"), read_only=True) as con:
        (count,) = con.sql("select count(*) from base.event_stage").fetchone()
    assert log.num_rows == count == pyarrow.csv.read_csv(folder / "event_log.csv").num_rows
    assert log.column_names[:4] == ["case:concept:name", "concept:name", "time:timestamp", "org:resource"]
    assert log["org:resource"].null_count == 0


def test_a_zone_that_is_none_is_refused(onenet: Callable[..., Result], finished_home: Path, tmp_path: Path) -> None:
    result = onenet("export", "open311", "--home", finished_home, "--out", tmp_path, "--zone", "Peking")
    assert result.exit_code == 2
    assert "+08:00" in result.output
