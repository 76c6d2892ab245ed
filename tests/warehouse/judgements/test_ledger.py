"""The ledger: lines are added, never changed, and the last one on a pair holds."""

import stat
from datetime import UTC, datetime, timedelta, timezone

import pytest

from warehouse.judgements import (
    LedgerError,
    MentionIdentity,
    Statement,
    fingerprint,
    ledger_states,
    read,
    record,
)
from warehouse.ledger import recordings
from warehouse.model import Home

NOON = datetime(2026, 11, 2, 12, tzinfo=UTC)


def mention(name: str) -> MentionIdentity:
    return MentionIdentity("gongan_hukou", "roll", "subject", name, 0)


def said(verdict: str, *names: str, by: str = "steward", why: str = "") -> Statement:
    pairs = tuple((mention(a), mention(b)) for a, b in names)
    return Statement("person", pairs, verdict, by, NOON, why, "0001-aa")


@pytest.fixture
def home(tmp_path):
    return Home(tmp_path)


def test_what_was_recorded_is_read_back_in_order(home):
    first = record(home, [said("same", "ba", why="同一人，电话一致"), said("different", "ac", "ad")])
    second = record(home, [said("unsure", "ef")])
    lines = read(home).to_pylist()
    assert first + second == [line["judgement_id"] for line in lines] == ["J000001", "J000002", "J000003", "J000004"]
    assert [line["statement_id"] for line in lines] == ["J000001", "J000002", "J000002", "J000004"]
    assert (lines[0]["left_row_key"], lines[0]["right_row_key"]) == ("a", "b")
    assert lines[0]["why"] == "同一人，电话一致"
    assert lines[0]["judged_at"] == NOON.replace(tzinfo=None)


def test_a_time_with_a_zone_is_kept_in_utc(home):
    china = Statement(
        "person", ((mention("a"), mention("b")),), "same", "s", NOON.astimezone(timezone(timedelta(hours=8)))
    )
    record(home, [china])
    assert read(home)["judged_at"][0].as_py() == NOON.replace(tzinfo=None)


def test_no_file_is_ever_written_twice_and_only_the_owner_reads_it(home):
    record(home, [said("same", "ab")])
    (before,) = home.judgements.iterdir()
    bytes_before, changed = before.read_bytes(), before.stat().st_mtime_ns
    record(home, [said("withdrawn", "ab")])
    assert before.read_bytes() == bytes_before
    assert before.stat().st_mtime_ns == changed
    assert stat.S_IMODE(before.stat().st_mode) == 0o400
    assert sorted(p.name for p in home.judgements.iterdir()) == ["000001.jsonl", "000002.jsonl"]


def test_the_fingerprint_changes_with_every_recording(home):
    seen = [fingerprint(home)]
    for verdict in ("same", "different", "same"):
        record(home, [said(verdict, "ab")])
        seen.append(fingerprint(home))
    assert seen[0] == ""
    assert len(set(seen)) == 4


def test_a_recording_that_fails_leaves_nothing(home, monkeypatch):
    record(home, [said("same", "ab")])

    def full(_: int) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(recordings.os, "fsync", full)
    with pytest.raises(OSError, match="space"):
        record(home, [said("different", "ab")])
    monkeypatch.undo()
    assert read(home).num_rows == 1
    assert record(home, [said("unsure", "ab")]) == ["J000002"]


def test_two_recorders_at_once_do_not_overwrite_each_other(home, monkeypatch):
    record(home, [said("same", "ab")])
    monkeypatch.setattr(
        recordings.Recordings, "_files", lambda _: []
    )  # the second one looked before the first one wrote
    with pytest.raises(LedgerError, match="another process"):
        record(home, [said("different", "ab")])
    monkeypatch.undo()
    assert read(home)["verdict"].to_pylist() == ["same"]


def test_a_damaged_file_is_named(home):
    record(home, [said("same", "ab")])
    (home.judgements / "000002.jsonl").write_text('{"judgement_id": 3')
    with pytest.raises(LedgerError, match=r"000002\.jsonl"):
        read(home)


@pytest.mark.parametrize(
    ("statement", "says"),
    [
        (said("perhaps", "ab"), "same, different, unsure, withdrawn"),
        (said("same", "ab", by=" "), "name of who"),
        (said("same", "aa"), "two mentions"),
    ],
)
def test_a_statement_that_says_nothing_is_refused_and_nothing_is_added(home, statement, says):
    with pytest.raises(ValueError, match=says):
        record(home, [said("same", "cd"), statement])
    assert read(home).num_rows == 0


@pytest.mark.parametrize(("later", "state"), [("different", "in_force"), ("unsure", "open"), ("withdrawn", "open")])
def test_a_later_judgement_undoes_an_earlier_one(home, later, state):
    record(home, [said("same", "ab")])
    record(home, [said(later, "ba", by="another")])
    assert ledger_states(read(home))["judgement_state"].to_pylist() == ["superseded", state]


def test_a_ledger_that_can_not_be_read_is_no_empty_ledger(home):
    home.judgements.parent.mkdir(parents=True, exist_ok=True)
    home.judgements.write_text("a file where the folder should be")  # as good as a folder nobody may look into
    for read_it in (read, fingerprint):
        with pytest.raises(LedgerError, match="读不到"):
            read_it(home)


def test_a_ledger_that_lacks_a_file_says_which(home):
    for names in ("ab", "cd"):
        record(home, [said("same", names)])
    (home.judgements / "000001.jsonl").unlink()
    for use in (read, fingerprint, lambda h: record(h, [said("same", "ef")])):
        with pytest.raises(LedgerError, match=r"000001\.jsonl.*备份"):
            use(home)
