"""Steps that do not need each other go side by side, and a broken one stops only those that need it."""

import threading
from collections.abc import Callable
from pathlib import Path

import dagster as dg
import pytest

from connectors.registry import ConfigurationError
from pipelines.city import City
from pipelines.defs.instance import unrecorded_instance
from pipelines.defs.threads import THREADS_VARIABLE, execute, steps_at_a_time, threads_executor
from pipelines.settings import Settings
from warehouse.model import memory

PATIENCE = 30


def ran(*assets: dg.AssetsDefinition) -> tuple[bool, set[str]]:
    """Whether a job of these assets succeeded, and the steps that did."""
    job = dg.define_asset_job("job", executor_def=threads_executor)
    definitions = dg.Definitions(assets=assets, jobs=[job])
    with unrecorded_instance() as instance:
        result = execute(definitions.resolve_job_def("job"), instance, {})
    return result.success, {e.step_key for e in result.all_events if e.is_step_success and e.step_key}


def asset(name: str, body: Callable[[], object], *before: str) -> dg.AssetsDefinition:
    @dg.asset(name=name, deps=list(before))
    def made() -> None:
        body()

    return made


def test_two_steps_that_do_not_need_each_other_run_at_the_same_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(THREADS_VARIABLE, "2")
    meeting = threading.Barrier(2, timeout=PATIENCE)  # breaks unless both are there
    assert ran(asset("left", meeting.wait), asset("right", meeting.wait)) == (True, {"left", "right"})


def test_a_step_begins_when_all_it_needs_is_done(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(THREADS_VARIABLE, "2")
    order: list[str] = []
    steps = [
        asset(name, lambda name=name: order.append(name), *before)
        for name, before in (("c", ("b", "a")), ("b", ("a",)), ("a", ()))
    ]
    assert ran(*steps)[0]
    assert order == ["a", "b", "c"]


def test_after_a_broken_step_only_those_that_need_it_do_not_run() -> None:
    def broken() -> None:
        raise OSError("no space left on device")

    done: list[str] = []
    steps = [
        asset("broken", broken),
        asset("after", lambda: done.append("after"), "broken"),
        asset("other", lambda: done.append("other")),
    ]
    assert ran(*steps) == (False, {"other"})
    assert done == ["other"]


@pytest.mark.parametrize("written", ["0", "-1", "two", "1.5"])
def test_a_number_of_steps_that_is_none_is_told(written: str, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(THREADS_VARIABLE, written)
    with pytest.raises(ConfigurationError, match=THREADS_VARIABLE):
        steps_at_a_time()


def test_a_small_machine_does_fewer_steps_at_a_time(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(THREADS_VARIABLE, raising=False)
    monkeypatch.setenv("ONENET_MEMORY", "1GB")
    assert steps_at_a_time() == 1


def test_steps_side_by_side_share_the_memory(monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv(THREADS_VARIABLE, "2")
    monkeypatch.setenv("ONENET_MEMORY", "2GB")
    shares: list[str] = []
    assert ran(asset("only", lambda: shares.append(memory.share())))[0]
    assert shares == ["1000MB"]
    assert memory.share() == "2000MB"


def test_memory_that_is_none_stops_a_run_before_it_begins(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("ONENET_MEMORY", "a lot")
    with pytest.raises(ConfigurationError, match=r"ONENET_MEMORY: .*500MB"):
        Settings.of(tmp_path, tmp_path / "home", City())
