"""A step is done again only where something changed, and a step that broke is done again."""

from __future__ import annotations

import time
from concurrent.futures import ThreadPoolExecutor
from functools import partial
from pathlib import Path

import pytest

from pipelines.defs.resources import Fingerprints
from pipelines.markers import Counts, code_fingerprint, digest, run_changed, run_if_changed
from pipelines.settings import Settings
from pipelines.steps import Plan, Written
from pipelines.steps import Step as PlannedStep
from warehouse.model import Home


class Step:
    """A step that counts how often it ran."""

    def __init__(self) -> None:
        self.runs = 0

    def __call__(self) -> Counts:
        self.runs += 1
        return {"rows": self.runs}


def test_a_step_runs_again_only_when_its_fingerprint_changes(tmp_path: Path) -> None:
    home, step = Home(tmp_path), Step()
    assert run_if_changed(home, "link/person", "a", step) == {"rows": 1}
    assert run_if_changed(home, "link/person", "a", step) == {"rows": 1, "unchanged": True}
    assert run_if_changed(home, "link/person", "b", step) == {"rows": 2}


def test_a_step_that_broke_is_not_taken_for_done(tmp_path: Path) -> None:
    home, step = Home(tmp_path), Step()
    run_if_changed(home, "golden/person", "a", step)

    def broken() -> Counts:
        raise OSError("no space left on device")

    with pytest.raises(OSError, match="no space"):
        run_if_changed(home, "golden/person", "b", broken)
    run_if_changed(home, "golden/person", "a", step)
    assert step.runs == 2


def test_a_digest_depends_on_parts_and_on_where_one_ends() -> None:
    assert digest(["ab", "c"]) != digest(["a", "bc"])
    assert digest(["a", 1]) == digest(["a", "1"])


def test_the_code_has_one_fingerprint() -> None:
    assert code_fingerprint() == code_fingerprint()
    assert len(code_fingerprint()) == 16


def test_of_steps_done_together_those_are_done_again_that_changed(tmp_path: Path) -> None:
    home, ran = Home(tmp_path), []
    for fingerprints in ({"check/a": "1", "check/b": "1"}, {"check/a": "1", "check/b": "2"}, {"check/b": "2"}):
        run_changed(home, fingerprints, ran.append)
    assert ran == [["check/a", "check/b"], ["check/b"]]


def test_of_steps_that_broke_together_all_are_done_again(tmp_path: Path) -> None:
    home, ran = Home(tmp_path), []

    def broken(_: list[str]) -> None:
        raise OSError("no space left on device")

    run_changed(home, {"check/a": "1", "check/b": "1"}, ran.append)
    with pytest.raises(OSError, match="no space"):
        run_changed(home, {"check/a": "2", "check/b": "2"}, broken)
    run_changed(home, {"check/a": "1", "check/b": "1"}, ran.append)
    assert ran == [["check/a", "check/b"]] * 2


@pytest.mark.parametrize("damaged", ["", '{"finger', "[]", "{}"])
def test_a_step_with_a_damaged_mark_is_done_again(tmp_path: Path, damaged: str) -> None:
    home, step = Home(tmp_path), Step()
    run_if_changed(home, "golden/person", "a", step)
    home.done("golden/person").write_text(damaged, encoding="utf-8")
    assert run_if_changed(home, "golden/person", "a", step) == {"rows": 2}


def wrote(handle: str, runs: list[str], home: Home, content: str) -> PlannedStep:
    """A step that writes one table."""

    def run(_: Settings, __: str) -> Counts:
        runs.append(handle)
        path = home.stage(*handle.split("/"))
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_text(content)
        return {}

    return PlannedStep(handle, "", ("landing/a",), (Written(handle, "", ""),), run)


def test_a_step_whose_inputs_were_written_the_same_again_is_not_done_again(tmp_path: Path) -> None:
    home = Home(tmp_path)
    settings, runs = Settings(tmp_path, home), list[str]()

    def run(landed: str, content: str) -> None:
        first = wrote("mention/person", runs, home, content)
        then = PlannedStep("golden/person", "", ("mention/person",), (), lambda *_: runs.append("golden/person") or {})
        plan = Plan((first, then), ("landing/a",))
        for step in plan.steps:
            fingerprint = Fingerprints(plan, home, "", {"landing/a": landed}, ()).of(step)
            written = partial(lambda s: {w.handle: w.digest(settings) for w in s.writes}, step)
            run_if_changed(home, step.name, fingerprint, partial(step.run, settings, ""), written)

    run("1", "same")
    run("2", "same")  # something came that says what was known
    assert runs == ["mention/person", "golden/person", "mention/person"]
    run("3", "other")
    assert runs[3:] == ["mention/person", "golden/person"]


def test_threads_that_need_the_same_step_wait_for_it(tmp_path: Path) -> None:
    home, runs = Home(tmp_path), list[int]()

    def slow() -> Counts:
        time.sleep(0.05)
        runs.append(1)
        return {}

    with ThreadPoolExecutor(4) as pool:
        list(pool.map(lambda _: run_if_changed(home, "version", "a", slow), range(4)))
    assert len(runs) == 1
