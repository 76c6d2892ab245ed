"""A run takes no file that is still being copied."""

from __future__ import annotations

import os
from pathlib import Path

from pipelines.settling import LONGEST_SECONDS, wait_until_settled

NOW = 1_790_000_000.0


class Clock:
    """Time that passes when somebody waits; whoever is copying goes on meanwhile."""

    def __init__(self, path: Path, growing: int) -> None:
        self.now, self.path, self.growing, self.waited = NOW, path, growing, 0

    def __call__(self) -> float:
        return self.now

    def pause(self, seconds: float) -> None:
        self.now += seconds
        self.waited += 1
        if self.waited <= self.growing:
            self.path.write_text("x" * self.waited)
            os.utime(self.path, (self.now, self.now))


def settle(tmp_path: Path, growing: int, age: float = 1) -> tuple[bool, int, int]:
    """Whether it is settled, how many pauses that took, how often it was told."""
    path = tmp_path / "jiaoyu_xueji" / "学籍.csv"
    path.parent.mkdir()
    path.write_text("")
    os.utime(path, (NOW - age, NOW - age))
    clock, told = Clock(path, growing), []
    still = wait_until_settled(tmp_path, lambda: told.append(1), clock=clock, pause=clock.pause)
    return still, clock.waited, len(told)


def test_old_files_and_those_ahead_of_the_clock_cost_no_moment(tmp_path: Path) -> None:
    for name, age in (("a", 31), ("b", -86_400)):
        (tmp_path / name).mkdir()
        assert settle(tmp_path / name, 0, age)[1] == 0


def test_a_new_file_that_keeps_still_costs_a_moment(tmp_path: Path) -> None:
    assert settle(tmp_path, 0) == (True, 1, 0)


def test_a_file_that_grows_is_waited_for(tmp_path: Path) -> None:
    assert settle(tmp_path, 5) == (True, 6, 1)


def test_a_file_that_never_stops_growing_does_not_stop_the_run(tmp_path: Path) -> None:
    still, waited, told = settle(tmp_path, 10_000)
    assert (still, told) == (False, 1)
    assert waited <= LONGEST_SECONDS + 2
