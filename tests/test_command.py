"""What the command answers when something is wrong."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest
from click.testing import Result

from pipelines.stages import checks
from warehouse.model.quality import EXPECTATION

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


def test_a_failing_blocking_check_stops_the_release_and_the_former_one_stays(
    onenet: Onenet, city: Path, finished_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, inbox = tmp_path / "home", tmp_path / "inbox"
    shutil.copytree(finished_home, home)
    shutil.copytree(city / "deliveries", inbox)
    newer = next((inbox / "jiaoyu_xueji").iterdir())
    newer.rename(newer.with_name(newer.name.replace("2026", "2027")))
    library = (home / "one_network.duckdb").read_bytes()

    def one_fails(names: object, source: object) -> pa.Table:
        rows = [{**row, "outcome": "failed", "unexpected": 1} for row in real(names, source).slice(0, 1).to_pylist()]
        return EXPECTATION.conform(pa.Table.from_pylist(rows, schema=EXPECTATION.arrow))

    real = checks.run_suites
    monkeypatch.setattr(checks, "run_suites", one_fails)
    result = onenet("run", "--inbox", inbox, "--home", home)
    assert result.exit_code == 1, result.output
    assert "stopped by" in result.output
    assert (home / "one_network.duckdb").read_bytes() == library
