"""A file that would fill the memory, and a reader that dies: one file is sent back, the others go on."""

from __future__ import annotations

import os
import signal
import time

import pytest

from connectors import alone
from connectors.rows import DeliveryRejected

CSV = {"kind": "delimited", "encoding": "utf-8"}
COLUMNS = ["编号", "姓名"]


def take(size: int) -> int:
    return len(bytearray(size))


def die(with_signal: int) -> None:
    os.kill(os.getpid(), with_signal)
    time.sleep(5)


def refuse() -> None:
    raise DeliveryRejected("not_json", "文件损坏")


def full() -> None:
    raise OSError(28, "No space left on device")


def test_what_fits_the_bound_is_returned():
    assert alone.run(take, 1 << 20, limit=256 << 20) == 1 << 20


def test_what_does_not_fit_is_a_verdict_that_names_the_bound():
    with pytest.raises(DeliveryRejected, match="256MB") as caught:
        alone.run(take, 1 << 30, limit=256 << 20)
    assert caught.value.code == "too_much_memory"


@pytest.mark.parametrize(("number", "code"), [(signal.SIGABRT, "too_much_memory"), (signal.SIGKILL, "reader_killed")])
def test_a_reader_that_dies_takes_nobody_with_it(number, code):
    with pytest.raises(DeliveryRejected) as caught:
        alone.run(die, int(number))
    assert caught.value.code == code


def test_a_verdict_and_a_full_disk_come_through():
    with pytest.raises(DeliveryRejected) as caught:
        alone.run(refuse)
    assert (caught.value.code, caught.value.reason) == ("not_json", "文件损坏")
    with pytest.raises(OSError, match="No space"):
        alone.run(full)


def test_a_file_read_alone_lands_as_any_other(desk, build, monkeypatch):
    monkeypatch.setattr(alone, "LARGE", 0)
    platform = build(CSV, COLUMNS)
    report = desk.land(platform, "编号,姓名\n1,甲\n2\n")
    assert (report.rows_delivered, report.rows_landed, report.rows_rejected) == (2, 1, 1)
    assert desk.cells(platform) == [{"编号": "1", "姓名": "甲"}]


def test_a_file_too_large_for_the_bound_is_sent_back_and_leaves_nothing_behind(desk, build, monkeypatch):
    monkeypatch.setattr(alone, "LARGE", 0)
    monkeypatch.setattr(alone, "bound", lambda: 1 << 20)
    platform = build({"kind": "json", "rows": "rows"}, ["id"], files="roll_{date}")
    content = '{"rows": [{"id": "' + "x" * 40_000_000 + '"}]}'
    ((_, code, _),) = desk.land(platform, content).rejected_deliveries
    assert code == "too_much_memory"
    assert not list(desk.home.root.rglob("*.writing"))


def test_a_killed_reader_is_tried_again(desk, build, monkeypatch):
    platform = build(CSV, COLUMNS)

    def killed(*_):
        raise DeliveryRejected("reader_killed", "读取进程被终止")

    with monkeypatch.context() as patch:
        patch.setattr(alone, "LARGE", 0)
        patch.setattr(alone, "run", killed)
        assert desk.land(platform, "编号,姓名\n1,甲\n").rejected_deliveries[0][1] == "reader_killed"
    assert desk.land(platform).rows_landed == 1
