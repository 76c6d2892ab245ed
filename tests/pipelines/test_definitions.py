"""What Dagster shows: an asset per platform, stages in order, blocking checks, a schedule and a sensor."""

from __future__ import annotations

import os

import dagster as dg
import pytest

from pipelines.defs.build import build_definitions
from pipelines.defs.jobs import MAIN_JOB, inbox_sensor
from pipelines.defs.resources import Workspace
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
