"""What the command answers when something is wrong."""

from __future__ import annotations

import json
import os
import resource
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from click.testing import Result

from benchmarks.kill import Moment, kill_at
from connectors.decisions import Decision, record
from pipelines.nothing_new import nothing_new, record_success, run_fingerprint
from pipelines.settings import Settings
from pipelines.stages import checks
from pipelines.stages.models import ask_for_new_models
from quality.suites.run import Findings
from warehouse.model import Home
from warehouse.model.quality import EXPECTATION, FAILING_ROW

Onenet = Callable[..., Result]


def test_help_names_every_command_and_answers_in_both_languages(onenet: Onenet) -> None:
    result = onenet("--help")
    assert result.exit_code == 0
    for word in ("run", "sample", "platforms", "一张网", "DuckDB"):
        assert word in result.output


def test_a_missing_inbox_is_broken_configuration(onenet: Onenet, tmp_path: Path) -> None:
    result = onenet("run", "--inbox", tmp_path / "nowhere", "--home", tmp_path / "home")
    assert result.exit_code == 2
    assert "--inbox" in result.output


@pytest.mark.parametrize(
    ("name", "value"),
    [
        ("ONENET_MODEL_DAYS", "soon"),
        ("ONENET_KEEP_RELEASES", "0"),
        ("ONENET_KEEP_MONTHS", "-1"),
        ("ONENET_RESTRICTED_KEY", "short"),
    ],
)
def test_a_wrong_setting_is_broken_configuration_before_anything_is_done(
    onenet: Onenet, city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, name: str, value: str
) -> None:
    monkeypatch.setenv(name, value)
    result = onenet("run", "--inbox", city / "deliveries", "--home", tmp_path / "home")
    assert result.exit_code == 2
    assert name in result.output
    assert not (tmp_path / "home" / "landing").exists()


@pytest.mark.parametrize("place", ["option", "environment"])
def test_an_engine_that_is_none_is_broken_configuration_before_anything_is_done(
    onenet: Onenet, city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch, place: str
) -> None:
    chosen = ["--engine", "oracle"] if place == "option" else []
    monkeypatch.setenv("ONENET_ENGINE", "local" if chosen else "oracle")
    result = onenet("run", "--inbox", city / "deliveries", "--home", tmp_path / "home", *chosen)
    assert result.exit_code == 2
    assert "oracle" in result.output
    assert "duckdb" in result.output  # the remedy
    assert not (tmp_path / "home" / "landing").exists()


def test_a_wrong_platform_file_is_broken_configuration_and_says_what_to_do(
    onenet: Onenet, city: Path, tmp_path: Path
) -> None:
    folder = tmp_path / "platforms"
    folder.mkdir()
    (folder / "gongjijin.yaml").write_text("platform: gongjijin\ncadense: monthly\n", encoding="utf-8")
    result = onenet("run", "--inbox", city / "deliveries", "--home", tmp_path / "home", "--platforms", folder)
    assert result.exit_code == 2
    assert "gongjijin.yaml" in result.output
    assert "cadense" in result.output
    assert "cadence" in result.output  # the remedy
    assert not (tmp_path / "home" / "one_network.duckdb").exists()


def test_a_step_that_fails_after_publishing_does_not_make_the_release_unsaid_and_is_done_by_the_next_run(
    onenet: Onenet, city: Path, finished_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = tmp_path / "home [1]"  # what file patterns and markup stumble over
    shutil.copytree(finished_home, home, symlinks=True)
    ask_for_new_models(Home(home))

    def no_extracts(*_: object) -> None:
        raise OSError(28, "No space left on device")

    with monkeypatch.context() as patched:
        patched.setattr("pipelines.plan.write_departments", no_extracts)
        result = onenet("run", "--inbox", city / "deliveries", "--home", home)
    assert result.exit_code == 1
    assert "已发布，其后步骤出错" in result.output
    assert "the new release stands" in result.output
    assert "未发布" not in result.output
    version = (home / "parquet").resolve().parent.name
    assert version.startswith("0002-")
    again = onenet("run", "--inbox", city / "deliveries", "--home", home)
    assert again.exit_code == 0, again.output
    assert version in again.output
    assert all((folder / version).is_dir() for folder in (home / "extracts").iterdir())


def test_a_failing_blocking_check_stops_the_release_and_the_former_one_stays(
    onenet: Onenet, city: Path, finished_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, inbox = tmp_path / "home", tmp_path / "inbox"
    shutil.copytree(finished_home, home)
    shutil.copytree(city / "deliveries", inbox)
    newer = next((inbox / "jiaoyu_xueji").iterdir())
    newer.rename(newer.with_name(newer.name.replace("202611", "202612")))
    library = (home / "one_network.duckdb").read_bytes()

    place = {"suite": "release", "platform": "xiaofang", "file_name": "排查.xlsx", "row_number": 12}

    def one_fails(*arguments: Any) -> Findings:
        found = real(*arguments)
        (first,) = found.results.slice(0, 1).to_pylist()
        failed = pa.Table.from_pylist([{**first, "outcome": "failed", "unexpected": 1}], schema=EXPECTATION.arrow)
        row = {**place, "expectation": first["expectation"], "column": "base.enterprise.name"}
        return Findings(failed, pa.Table.from_pylist([row], schema=FAILING_ROW.arrow))

    real = checks.examine
    with monkeypatch.context() as patched:
        patched.setattr(
            checks,
            "examine",
            lambda names, source, *further: (
                one_fails(names, source, *further) if isinstance(source, Path) else real(names, source, *further)
            ),
        )
        result = onenet("run", "--inbox", inbox, "--home", home, "--json")
    assert result.exit_code == 1, result.output
    assert "stopped by" in result.stderr
    assert "base.enterprise.name  xiaofang/排查.xlsx  第12行" in result.stderr
    told = json.loads(result.stdout)
    assert (told["status"], told["exit_code"]) == ("stopped", 1)
    assert told["stopped_by"][0]["places"] == ["base.enterprise.name  xiaofang/排查.xlsx  第12行"]
    assert (home / "one_network.duckdb").read_bytes() == library


def test_a_run_with_nothing_new_says_so_and_makes_no_release_in_a_few_seconds_of_work(
    onenet: Onenet, city: Path, finished_home: Path, tmp_path: Path
) -> None:
    home, inbox = tmp_path / "home", tmp_path / "inbox"
    shutil.copytree(city / "deliveries", inbox)
    shutil.copytree(finished_home, home, symlinks=True)
    assert onenet("run", "--inbox", inbox, "--home", home).exit_code == 0  # the times of copied files are new
    before = sorted(path.name for path in (home / "releases").iterdir())
    command = [sys.executable, "-c", "from pipelines.cli import app; app()"]
    spent = resource.getrusage(resource.RUSAGE_CHILDREN)
    told = subprocess.run(
        [*command, "run", "--inbox", inbox, "--home", home], capture_output=True, text=True, check=True
    )
    now = resource.getrusage(resource.RUSAGE_CHILDREN)
    assert "nothing new" in told.stdout
    assert "done" not in told.stdout
    assert sorted(path.name for path in (home / "releases").iterdir()) == before
    assert now.ru_utime + now.ru_stime - spent.ru_utime - spent.ru_stime < 5


def test_whatever_a_run_was_not_given_the_last_time_is_news_to_it(
    city: Path, finished_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, inbox = Home(tmp_path / "home"), tmp_path / "inbox"
    shutil.copytree(city / "deliveries", inbox)
    shutil.copytree(finished_home, home.root, symlinks=True)

    def known() -> bool:
        now = Settings(inbox, home)
        return nothing_new(now, run_fingerprint(now))

    record_success(home, run_fingerprint(Settings(inbox, home)))
    assert known()
    (delivery,) = (inbox / "jiaoyu_xueji").iterdir()
    os.utime(delivery)
    assert not known()
    record_success(home, run_fingerprint(Settings(inbox, home)))
    shutil.copy(delivery, delivery.with_name(delivery.name.replace("202611", "202612")))
    assert not known()
    record_success(home, run_fingerprint(Settings(inbox, home)))
    record(home, Decision("x", "jiaoyu_xueji", "refused", "li", "2026-11-05T00:00:00"))
    assert not known()
    record_success(home, run_fingerprint(Settings(inbox, home)))
    ask_for_new_models(home)
    assert not known()
    record_success(home, run_fingerprint(Settings(inbox, home)))
    monkeypatch.setenv("ONENET_RESTRICTED_KEY", "sixteen characters and more")
    assert not known()
    monkeypatch.delenv("ONENET_RESTRICTED_KEY")
    assert known()
    home.parquet.unlink()
    assert not known()


def test_a_run_that_did_not_end_well_is_not_taken_for_done(city: Path, finished_home: Path, tmp_path: Path) -> None:
    home, inbox = Home(tmp_path / "home"), city / "deliveries"
    shutil.copytree(finished_home, home.root, symlinks=True)
    record_success(home, run_fingerprint(Settings(inbox, home)))
    elsewhere = tmp_path / "inbox"
    elsewhere.mkdir()
    kill_at(Moment(1, 0), elsewhere, home.root, tmp_path / "log")
    assert not nothing_new(Settings(inbox, home), run_fingerprint(Settings(inbox, home)))


def test_a_step_without_memory_says_what_to_do(
    onenet: Onenet, city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    def needs_too_much(*_: object) -> None:
        raise MemoryError

    monkeypatch.setattr("pipelines.defs.landing.land_platform", needs_too_much)
    result = onenet("run", "--inbox", city / "deliveries", "--home", tmp_path / "home")
    assert result.exit_code == 1, result.output
    assert "内存不足" in result.output
