"""The same incident on six platforms: who tells of it, where and when, and the tickets that tell of none."""

from __future__ import annotations

from collections import defaultdict
from collections.abc import Callable
from datetime import datetime, timedelta
from itertools import pairwise
from pathlib import Path

import numpy as np
import pyarrow.parquet as pq
import pytest

from connectors.gcj02 import gcj02
from connectors.sample import write_city

PLACE = {
    "rexian_12345": ("事发地址", "诉求内容"),
    "wangge_shijian": ("address", "desc"),
    "chengshi_zhuomuniao": ("addr", "content"),
    "zongzhi_etong": ("occurLocation", "issueContent"),
    "zonghe_zhifa": ("案发地点", "案情描述"),
    "gongan_xunfang": ("dz", "ms"),
}


@pytest.fixture(scope="module")
def city(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("events")
    write_city(4000, 8, out, noise=0.0)
    return out


@pytest.fixture(scope="module")
def rows(city: Path, read_all: Callable) -> dict[str, list[dict]]:
    return {platform: table for (platform, _, _), table in read_all(city / "deliveries").items() if platform in PLACE}


@pytest.fixture(scope="module")
def records(city: Path) -> list[dict]:
    return [r for r in pq.read_table(city / "truth" / "records.parquet").to_pylist() if r["platform"] in PLACE]


@pytest.fixture(scope="module")
def events(city: Path) -> dict[int, dict]:
    return {e["event_id"]: e for e in pq.read_table(city / "truth" / "events.parquet").to_pylist()}


def _tickets(rows: dict, records: list[dict]) -> dict[int, list[tuple[str, dict]]]:
    tickets = defaultdict(list)
    for r in records:
        if r["kind"] == "event":
            tickets[r["true_id"]].append((r["platform"], rows[r["platform"]][r["row"] - 1]))
    return tickets


def test_every_ticket_is_a_mention_of_an_event(rows: dict, records: list[dict]) -> None:
    for platform, table in rows.items():
        mentions = [r["row"] for r in records if r["platform"] == platform and r["kind"] == "event"]
        assert sorted(mentions) == list(range(1, len(table) + 1))


def test_a_ticket_of_no_incident_stands_alone(rows: dict, records: list[dict], events: dict) -> None:
    alone = [told for event, told in _tickets(rows, records).items() if event not in events]
    assert len(alone) > 20
    assert all(len(told) == 1 for told in alone)


def test_an_incident_is_told_on_several_platforms_in_other_words_at_places_written_differently(
    rows: dict, records: list[dict], events: dict
) -> None:
    told = {e: tickets for e, tickets in _tickets(rows, records).items() if e in events}
    across = [tickets for tickets in told.values() if len({platform for platform, _ in tickets}) > 1]
    assert len(across) > len(told) / 4
    other_place = [len({row[PLACE[p][0]] for p, row in tickets}) > 1 for tickets in across]
    other_words = [len({row[PLACE[p][1]] for p, row in tickets}) > 1 for tickets in across]
    assert np.mean(other_place) > 0.6
    assert np.mean(other_words) > 0.95


def test_the_hotline_hears_of_some_incidents_several_times(rows: dict, records: list[dict]) -> None:
    hotline = [r["true_id"] for r in records if r["platform"] == "rexian_12345" and r["kind"] == "event"]
    assert 0.15 < 1 - len(set(hotline)) / len(hotline) < 0.5


def test_who_leaves_neither_name_nor_number_is_nobody(rows: dict, records: list[dict]) -> None:
    callers = {r["row"] for r in records if r["role"] == "caller"}
    unknown = [i for i, row in enumerate(rows["rexian_12345"], 1) if not row["来电人"] and not row["来电号码"]]
    assert unknown
    assert callers == set(range(1, len(rows["rexian_12345"]) + 1)) - set(unknown)


def test_the_same_trouble_comes_back_weeks_later_as_another_event(events: dict) -> None:
    spots = defaultdict(list)
    for e in events.values():
        spots[e["cat"], e["house"], e["lon"], e["lat"]].append(e["time"])
    again = [sorted(times) for times in spots.values() if len(times) > 1]
    assert again
    assert all(b - a > timedelta(days=13) for times in again for a, b in pairwise(times))


def _moment(text: str) -> datetime:
    return datetime.fromisoformat(text)


def test_stages_come_in_their_order(rows: dict) -> None:
    stages = {
        "zongzhi_etong": ["occurDate", "acceptDate", "assignDate", "handleDate", "verifyDate", "closeDate"],
        "zonghe_zhifa": ["发现时间", "立案时间", "派案时间", "处置时间", "核查时间", "结案时间"],
        "rexian_12345": ["受理时间", "派单时间", "办结时间", "回访时间"],
    }
    for platform, columns in stages.items():
        for row in rows[platform]:
            moments = [_moment(row[c]) for c in columns if row[c]]
            assert moments == sorted(moments), (platform, row)
    for row in rows["wangge_shijian"]:
        moments = [_moment(step["time"]) for step in row["flow"]]
        assert moments == sorted(moments)
        assert [step["node"] for step in row["flow"]] == row["steps"]
        assert (row["steps"][-1] == "结案") == (row["status"] == "FINISHED")


def test_what_is_dealt_with_on_the_spot_skips_the_dispatch_and_the_check(rows: dict) -> None:
    alone = [row for row in rows["wangge_shijian"] if row["selfHandle"]]
    assert alone
    for row in alone:
        assert not {"派遣", "核查"} & set(row["steps"])
        assert row["handler"] == row["reporter"]
        assert row["verifier"] is None


def test_what_is_sent_back_is_dealt_with_and_checked_again(rows: dict) -> None:
    back = [row for row in rows["wangge_shijian"] if row["returnCount"]]
    assert back
    assert all(row["steps"].count("处置") == row["steps"].count("核查") == 2 for row in back)


def test_positions_lie_near_the_incident_in_the_coordinates_of_the_platform(
    rows: dict, records: list[dict], events: dict
) -> None:
    for platform, lng, lat in (("wangge_shijian", "lng", "lat"), ("gongan_xunfang", "jd", "wd")):
        for event, tickets in _tickets(rows, records).items():
            for p, row in tickets:
                if p == platform and event in events:
                    e = events[event]
                    at = (np.array([e["lon"]]), np.array([e["lat"]]))
                    lon, la = gcj02(*at) if platform == "gongan_xunfang" else at
                    assert abs(row[lng] - lon[0]) < 0.001
                    assert abs(row[lat] - la[0]) < 0.001


def test_gcj02_shifts_by_some_hundred_metres_as_published() -> None:
    # the point that open-source converters test with, in Beijing
    lon, lat = gcj02(np.array([116.404]), np.array([39.915]))
    assert lon[0] == pytest.approx(116.41024449916938, abs=1e-9)
    assert lat[0] == pytest.approx(39.91640428150164, abs=1e-9)


def test_a_component_that_is_named_is_one_of_the_city(rows: dict, city: Path, read_all: Callable) -> None:
    delivery = read_all(city / "deliveries")
    numbers = {r["ObjID"] for (p, _, _), table in delivery.items() if p == "chengguan_bujian" for r in table}
    given = [row["objCode"] for row in rows["wangge_shijian"] if row["objCode"]]
    assert given
    assert set(given) <= numbers
