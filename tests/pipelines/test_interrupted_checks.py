"""Runs whose machine lacked memory while checks ran: each ends, keeps nothing it did not find, and the next one goes on.

Checks leave their results in files that later steps read; what a former run left there must not stand in for them.
"""

from __future__ import annotations

import shutil
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from click.testing import Result

from quality.suites import landing_run, run
from quality.suites.interrupted import ChecksInterruptedError
from warehouse.model import Home
from warehouse.model.data_model import shipped
from warehouse.model.release import release_tables
from warehouse.release import published

Onenet = Callable[..., Result]


@pytest.fixture
def inbox(city: Path, tmp_path: Path) -> Path:
    """The register of a day later, with a person less."""
    (former,) = (city / "deliveries" / "gongan_hukou").iterdir()
    path = tmp_path / "inbox" / "gongan_hukou" / former.name.replace("20261101", "20261102")
    path.parent.mkdir(parents=True)
    path.write_bytes(b"".join(former.read_bytes().splitlines(keepends=True)[:-1]))
    return tmp_path / "inbox"


def lacking(name: str, real: Callable[..., object]) -> Callable[..., object]:
    """`real`, but for one suite, which runs out of memory."""

    def run(*arguments: object) -> object:
        if name in (
            argument if isinstance(argument, str) else getattr(argument, "suite", "") for argument in arguments
        ):
            raise ChecksInterruptedError(f"{name} could not be checked: Out of Memory")
        return real(*arguments)

    return run


def contents(home: Path) -> dict[str, list[tuple[object, ...]]]:
    with duckdb.connect(str(home / "one_network.duckdb"), read_only=True) as con:
        names = [served.table.full_name for served in release_tables(shipped())]
        return {name: con.execute(f"from {name} order by all").fetchall() for name in names}


@pytest.mark.trial
def test_checks_short_of_memory_stop_a_run_and_are_run_again_by_the_next(
    onenet: Onenet, inbox: Path, finished_home: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home, undisturbed = tmp_path / "home", tmp_path / "undisturbed"
    for folder in (home, undisturbed):
        shutil.copytree(finished_home, folder, symlinks=True)
    before = published(Home(home))
    for module, function, suite in (
        (landing_run, "failing_rows", "landing.gongan_hukou"),
        (run, "_run", "golden.person"),
        (run, "_run", "release"),
    ):
        for mark in (home / "stage" / "done").glob("check.*.json"):
            mark.unlink()  # all are to be run
        with monkeypatch.context() as patch:
            patch.setattr(module, function, lacking(suite, getattr(module, function)))
            result = onenet("run", "--inbox", inbox, "--home", home)
        assert result.exit_code == 1, suite
        assert "内存不足" in result.output, suite
        assert published(Home(home)) == before, suite
    for folder in (home, undisturbed):
        result = onenet("run", "--inbox", inbox, "--home", folder)
        assert result.exit_code == 0, result.output
    assert contents(home) == contents(undisturbed)
