"""A snapshot that would withdraw half a city waits for a person."""

from __future__ import annotations

import pytest

from connectors.current import manifest
from connectors.decisions import Decision, decisions, record
from connectors.holding import all_delivery_states, delivery_states, whole_set
from warehouse.model import Home

CSV = {"kind": "delimited", "encoding": "utf-8"}


def roll(first: int, last: int) -> str:
    return "编号,姓名\n" + "".join(f"{i},甲{i}\n" for i in range(first, last + 1))


def states(desk, platform) -> dict[str, str]:
    return {line["file_name"]: line["state"] for line in delivery_states(platform, desk.home).to_pylist()}


def decide(desk, file_name: str, verdict: str) -> None:
    ids = {line["file_name"]: line["delivery_id"] for line in manifest(desk.home).to_pylist()}
    record(desk.home, Decision(ids[file_name], "roll", verdict, "li", "2026-01-09T08:00:00"))


@pytest.fixture
def platform(build):
    return build(CSV, ["编号", "姓名"], key=["编号"], files="roll_{scope}_{date}_{part}")


def test_less_than_half_of_the_rows_is_held_and_the_former_snapshot_goes_on(desk, platform):
    desk.land(platform, roll(1, 100), "roll_东_20260101_1")
    report = desk.land(platform, roll(1, 49), "roll_东_20260102_1")
    assert report.rows_landed == 49
    assert [name for _, name, _ in report.held] == ["roll_东_20260102_1"]
    assert desk.rows(platform).num_rows == 100
    (line,) = [i for i in delivery_states(platform, desk.home).to_pylist() if i["state"] == "held"]
    assert line["reason_code"] == "rows_fell"
    assert "49" in line["reason"]
    assert "100" in line["reason"]


def test_half_of_the_rows_stands(desk, platform):
    desk.land(platform, roll(1, 100), "roll_东_20260101_1")
    assert desk.land(platform, roll(1, 50), "roll_东_20260102_1").held == ()
    assert desk.rows(platform).num_rows == 50


def test_the_declared_share_decides(desk, build):
    platform = build(CSV, ["编号", "姓名"], volume={"min_share": 0.9})
    desk.land(platform, roll(1, 100), "roll_20260101")
    assert desk.land(platform, roll(1, 89), "roll_20260102").held
    assert not desk.land(platform, roll(1, 90), "roll_20260103").held


def test_the_next_snapshot_is_compared_with_the_one_that_stands_and_settles_what_was_held(desk, platform):
    for day, last in ((1, 100), (2, 10), (3, 12), (4, 95)):
        desk.land(platform, roll(1, last), f"roll_东_2026010{day}_1")
    assert list(states(desk, platform).values()) == ["landed", "refused", "refused", "landed"]
    assert desk.rows(platform).num_rows == 95


def test_each_scope_is_compared_with_itself(desk, platform):
    desk.land(platform, roll(1, 100), "roll_东_20260101_1")
    desk.land(platform, roll(101, 130), "roll_西_20260102_1")
    desk.land(platform, roll(101, 105), "roll_西_20260103_1")
    assert list(states(desk, platform).values()) == ["landed", "landed", "held"]
    assert desk.rows(platform).num_rows == 130


def test_a_set_is_held_until_its_late_part_completes_it(desk, platform):
    for part, (first, last) in enumerate([(1, 40), (41, 100)], 1):
        desk.put(f"roll_东_20260101_{part}", roll(first, last).encode())
    desk.land(platform)
    assert desk.land(platform, roll(1, 40), "roll_东_20260102_1").held
    assert desk.rows(platform).num_rows == 100
    assert not desk.land(platform, roll(41, 99), "roll_东_20260102_2").held
    assert desk.rows(platform).num_rows == 99


def test_a_person_confirms_a_held_snapshot_and_may_undo_it(desk, platform):
    desk.land(platform, roll(1, 100), "roll_东_20260101_1")
    desk.land(platform, roll(1, 10), "roll_东_20260102_1")
    decide(desk, "roll_东_20260102_1", "confirmed")
    assert desk.rows(platform).num_rows == 10
    decide(desk, "roll_东_20260102_1", "refused")
    assert states(desk, platform)["roll_东_20260102_1"] == "refused"
    assert desk.rows(platform).num_rows == 100
    assert len(desk.home.decisions.read_text(encoding="utf-8").splitlines()) == 2


def test_a_refused_delta_takes_its_rows_back(desk, build):
    platform = build(CSV, ["编号", "姓名"], key=["编号"], delivery={"semantics": "delta"})
    desk.land(platform, roll(1, 3), "roll_20260101")
    desk.land(platform, "编号,姓名\n1,错\n", "roll_20260102")
    decide(desk, "roll_20260102", "refused")
    assert desk.rows(platform)["姓名"].to_pylist() == ["甲1", "甲2", "甲3"]


def test_a_file_out_of_its_declared_bounds_is_held_even_if_it_is_the_first(desk, build):
    platform = build(CSV, ["编号", "姓名"], volume={"min_rows": 1, "max_rows": 50})
    report = desk.land(platform, roll(1, 51), "roll_20260101")
    assert [reason for _, _, reason in report.held] == ["文件有51行，超出约定的1至50行，待人工确认，沿用上一批"]
    assert desk.rows(platform).num_rows == 0


def test_the_first_delivery_of_a_city_is_not_held_for_lack_of_a_former_one(desk, platform):
    assert desk.land(platform, roll(1, 1), "roll_东_20260101_1").held == ()


def test_a_handful_of_rows_may_shrink_as_it_likes(desk, platform):
    desk.land(platform, roll(1, 19), "roll_东_20260101_1")
    assert desk.land(platform, roll(1, 1), "roll_东_20260102_1").held == ()


def test_a_corrected_file_of_the_same_day_is_judged_by_its_last_content(desk, platform):
    desk.land(platform, roll(1, 100), "roll_东_20260101_1")
    desk.land(platform, roll(1, 10), "roll_东_20260102_1")
    assert desk.land(platform, roll(1, 98), "roll_东_20260102_1").held == ()
    assert desk.rows(platform).num_rows == 98


def test_a_file_that_comes_again_with_a_fraction_of_its_rows_is_held_and_the_former_one_goes_on(desk, platform):
    desk.land(platform, roll(1, 100), "roll_东_20260101_1")  # the first there is: nothing else to compare it with
    assert desk.land(platform, roll(1, 30), "roll_东_20260101_1").held
    assert desk.rows(platform).num_rows == 100
    cut = next(line for line in delivery_states(platform, desk.home).to_pylist() if line["state"] == "held")
    assert "同名文件上一次100行" in cut["reason"]
    lines = manifest(desk.home).to_pylist()
    assert whole_set(platform, lines, cut["delivery_id"]) == [
        cut["delivery_id"]
    ]  # the good file is not refused with it
    record(desk.home, Decision(cut["delivery_id"], "roll", "refused", "li", "2026-01-09T08:00:00"))
    assert desk.rows(platform).num_rows == 100
    record(desk.home, Decision(cut["delivery_id"], "roll", "confirmed", "li", "2026-01-09T09:00:00"))
    assert desk.rows(platform).num_rows == 30


def test_a_snapshot_dated_years_ahead_is_held_and_stops_no_later_one(desk, platform):
    desk.land(platform, roll(1, 100), "roll_东_20260101_1")
    report = desk.land(platform, roll(1, 101), "roll_东_20991231_1")
    assert [name for _, name, _ in report.held] == ["roll_东_20991231_1"]
    assert desk.rows(platform).num_rows == 100
    desk.land(platform, roll(1, 102), "roll_东_20260102_1")
    assert desk.rows(platform).num_rows == 102
    assert states(desk, platform)["roll_东_20991231_1"] == "held"


def test_what_was_cut_off_needs_no_decision_once_the_whole_file_or_a_later_day_has_come(desk, platform):
    for rows, day in ((100, 1), (30, 1), (98, 1), (20, 1), (97, 2)):
        desk.land(platform, roll(1, rows), f"roll_东_2026010{day}_1")
    found = [(line["state"], line["rows_landed"]) for line in delivery_states(platform, desk.home).to_pylist()]
    assert found == [("landed", 100), ("refused", 30), ("landed", 98), ("refused", 20), ("landed", 97)]
    assert desk.rows(platform).num_rows == 97


def test_rejected_rows_do_not_count_as_what_is_left(desk, build):
    columns = {"编号": {"en": "n", "mandatory": True}, "姓名": "name"}
    platform = build(CSV, columns)
    desk.land(platform, roll(1, 100), "roll_20260101")
    empty = "".join(f",乙{i}\n" for i in range(60))
    assert desk.land(platform, roll(1, 40) + empty, "roll_20260102").held
    assert desk.rows(platform).num_rows == 100


def test_deliveries_of_one_day_and_scope_are_decided_together(desk, platform):
    for first, name in enumerate(("roll_东_20260101_1", "roll_东_20260101_2", "roll_西_20260101_1")):
        desk.put(name, roll(1 + 3 * first, 3 + 3 * first).encode())
    desk.land(platform)
    lines = manifest(desk.home).to_pylist()
    ids = {line["file_name"]: line["delivery_id"] for line in lines}
    assert set(whole_set(platform, lines, ids["roll_东_20260101_1"])) == {
        ids["roll_东_20260101_1"],
        ids["roll_东_20260101_2"],
    }
    assert whole_set(platform, lines, "no such delivery") == []


def test_a_platform_nobody_declares_any_more_keeps_its_lines(desk, platform):
    desk.land(platform, roll(1, 3), "roll_东_20260101_1")
    assert all_delivery_states({}, desk.home).equals(manifest(desk.home))


def test_a_line_a_crash_broke_off_spoils_no_other(tmp_path):
    home = Home(tmp_path)
    first = Decision("a", "roll", "confirmed", "li", "2026-01-09T08:00:00")
    record(home, first)
    with home.decisions.open("a", encoding="utf-8") as file:
        file.write('{"delivery_id": "b", "pla')
    second = Decision("c", "roll", "refused", "li", "2026-01-09T09:00:00")
    record(home, second)
    assert decisions(home) == {"a": first, "c": second}


def test_a_delta_a_year_ahead_is_held_and_outranks_no_later_one(desk, build):
    platform = build(CSV, ["编号", "姓名"], key=["编号"], delivery={"semantics": "delta"})
    desk.land(platform, roll(1, 3), "roll_20260101")
    report = desk.land(platform, "编号,姓名\n1,错\n", "roll_20620102")
    assert [name for _, name, _ in report.held] == ["roll_20620102"]
    desk.land(platform, "编号,姓名\n1,新\n", "roll_20260103")
    assert set(desk.rows(platform)["姓名"].to_pylist()) == {"新", "甲2", "甲3"}
    decide(desk, "roll_20620102", "confirmed")
    assert set(desk.rows(platform)["姓名"].to_pylist()) == {"错", "甲2", "甲3"}


def test_a_date_some_days_ahead_is_held_by_nobody(desk, platform):
    desk.land(platform, roll(1, 100), "roll_东_20260101_1")
    assert desk.land(platform, roll(1, 101), "roll_东_20260120_1").held == ()


def test_a_first_snapshot_dated_a_year_ahead_of_all_others_is_held(desk, build):
    for number in range(3):
        name = f"p{number}"
        desk.land(build(CSV, ["编号", "姓名"], platform=name), roll(1, 3), "roll_20260101")
    late = build(CSV, ["编号", "姓名"])
    assert desk.land(late, roll(1, 3), "roll_20270101").held
    desk.land(late, roll(1, 4), "roll_20260108")
    assert states(desk, late) == {"roll_20270101": "held", "roll_20260108": "landed"}
    assert desk.rows(late).num_rows == 4


def test_a_set_whose_part_was_cut_off_is_held_whole(desk, platform):
    for part, (first, last) in enumerate([(1, 30), (31, 60)], 1):
        desk.put(f"roll_东_20260101_{part}", roll(first, last).encode())
    desk.land(platform)
    desk.put("roll_东_20260102_1", roll(1, 31).encode())
    desk.put("roll_东_20260102_2", (roll(32, 60)[:-1] + '\n61,"甲').encode())
    assert desk.land(platform).held
    assert desk.rows(platform).num_rows == 60
    assert set(desk.rows(platform)["file_name"].to_pylist()) == {"roll_东_20260101_1", "roll_东_20260101_2"}
    assert not desk.land(platform, roll(32, 61), "roll_东_20260102_2").held
    assert desk.rows(platform).num_rows == 61


def test_a_cut_delta_waits_and_is_settled_by_the_whole_file(desk, build):
    platform = build(CSV, ["编号", "姓名", "电话"], key=["编号"], delivery={"semantics": "delta"})
    desk.land(platform, "编号,姓名,电话\n1,甲,13\n2,乙", "roll_20260101")
    assert states(desk, platform) == {"roll_20260101": "held"}
    desk.land(platform, "编号,姓名,电话\n1,甲,13\n2,乙,14\n", "roll_20260101")
    found = [line["state"] for line in delivery_states(platform, desk.home).to_pylist()]
    assert found == ["refused", "landed"]
    assert desk.rows(platform).num_rows == 2
