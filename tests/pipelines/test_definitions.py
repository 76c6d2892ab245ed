"""What Dagster shows: an asset per platform, stages in order, blocking checks, a schedule and a sensor."""

from __future__ import annotations

import os
import socket
from pathlib import Path

import dagster as dg
import pytest

from pipelines.defs.build import build_definitions
from pipelines.defs.instance import BY_COMMAND, foreground_instance
from pipelines.defs.jobs import MAIN_JOB, inbox_sensor
from pipelines.defs.reports import asked_for_the_library
from pipelines.defs.resources import Workspace
from pipelines.defs.threads import execute, threads_executor
from pipelines.settings import Settings
from pipelines.settling import YOUNG_SECONDS
from warehouse.model import Home


@pytest.fixture(scope="module")
def settings(tmp_path_factory: pytest.TempPathFactory) -> Settings:
    folder = tmp_path_factory.mktemp("city")
    (folder / "inbox" / "jiaoyu_xueji").mkdir(parents=True)
    return Settings(folder / "inbox", Home(folder / "home"))


@pytest.fixture(scope="module")
def definitions(settings: Settings) -> dg.Definitions:
    workspace = Workspace(home_path=str(settings.home.root), inbox_path=str(settings.inbox))
    return build_definitions(settings, workspace)


def test_every_platform_has_its_landing_asset_and_every_asset_says_what_it_is(
    definitions: dg.Definitions, settings: Settings
) -> None:
    specs = {spec.key.to_user_string(): spec for spec in definitions.resolve_all_asset_specs()}
    assert {f"landing/{platform}" for platform in settings.platforms} <= set(specs)
    for key, spec in specs.items():
        assert spec.description, key
        assert spec.group_name != "default", key
        assert spec.owners, key
        assert spec.kinds, key


def test_the_library_stands_behind_the_blocking_checks_of_its_candidate(definitions: dg.Definitions) -> None:
    graph = definitions.resolve_asset_graph()
    candidate, library = dg.AssetKey(["release", "candidate"]), dg.AssetKey(["release", "base_library"])
    assert graph.get(library).parent_keys == {candidate}
    checks = [graph.get(key) for key in graph.get_check_keys_for_assets({candidate})]
    assert any(check.blocking for check in checks)


def test_the_main_job_runs_every_asset_every_night(definitions: dg.Definitions) -> None:
    job = definitions.resolve_job_def(MAIN_JOB)
    assert job.asset_layer.executable_asset_keys >= {spec.key for spec in definitions.resolve_all_asset_specs()}
    (nightly,) = definitions.schedules or ()
    assert nightly.name == "nightly"


def test_the_sensor_asks_for_one_run_when_a_file_has_settled(settings: Settings) -> None:
    sensor = inbox_sensor(settings)
    dropped = settings.inbox / "jiaoyu_xueji" / "学籍信息_20261101.csv"

    def look(cursor: str | None) -> tuple[object, str | None]:
        context = dg.build_sensor_context(cursor=cursor)
        return sensor(context), context.cursor

    assert isinstance(look(None)[0], dg.SkipReason)  # nothing there
    dropped.write_text("学籍号\n", encoding="utf-8")
    assert isinstance(look(None)[0], dg.SkipReason)  # perhaps still being copied
    old = dropped.stat().st_mtime - 2 * YOUNG_SECONDS
    os.utime(dropped, (old, old))
    asked, cursor = look(None)
    assert isinstance(asked, dg.RunRequest)
    assert isinstance(look(cursor)[0], dg.SkipReason)  # the same files again


def test_whatever_is_launched_takes_the_path_of_the_main_job(definitions: dg.Definitions) -> None:
    """What "Materialize all" launches is a job that Dagster makes; its steps are threads of one process, as those of ours."""
    everything = definitions.resolve_implicit_global_asset_job_def()
    main = definitions.resolve_job_def(MAIN_JOB)
    assert everything.executor_def is main.executor_def
    assert everything.resource_defs.keys() == main.resource_defs.keys()
    assert everything.asset_layer.executable_asset_keys == main.asset_layer.executable_asset_keys
    assert not any(node.definition.pools for node in everything.nodes)  # a free slot is looked for every thirty seconds


@pytest.mark.parametrize(
    ("selection", "is_reported"),
    [
        (None, True),
        (frozenset([dg.AssetKey(["release", "base_library"])]), True),
        (frozenset([dg.AssetKey(["landing", "jiaoyu_xueji"])]), False),
    ],
)
def test_a_run_that_was_not_asked_for_the_library_tells_nobody(selection: frozenset | None, is_reported: bool) -> None:
    run = dg.DagsterRun(job_name="__ASSET_JOB", asset_selection=selection)
    assert asked_for_the_library(run) is is_reported


def test_a_run_of_the_command_stands_in_dagster_where_dagster_home_is_set(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path))

    @dg.op
    def land() -> None:
        """Nothing."""

    @dg.job(executor_def=threads_executor)
    def base_library() -> None:
        land()

    told: list[str] = []
    with foreground_instance(told.append) as instance:
        gone = {BY_COMMAND: f"{socket.gethostname()}:0"}
        killed = instance.create_run_for_job(base_library, status=dg.DagsterRunStatus.STARTED, tags=gone)
    with foreground_instance(told.append) as instance:
        assert execute(base_library, instance, {}).success
    with dg.DagsterInstance.get() as instance:
        runs = {run.run_id: run.status for run in instance.get_runs()}
        assert runs.pop(killed.run_id) is dg.DagsterRunStatus.FAILURE
        ((run_id, status),) = runs.items()
        assert status is dg.DagsterRunStatus.SUCCESS
        assert any(event.is_dagster_event for event in instance.all_logs(run_id))
    assert told == []


def test_a_dagster_home_that_does_not_answer_stops_no_run(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("DAGSTER_HOME", str(tmp_path / "nowhere"))
    told: list[str] = []
    with foreground_instance(told.append) as instance:
        assert instance.is_ephemeral
    assert "not recorded" in told[0]
