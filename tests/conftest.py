"""One small city and one run over it, shared by every test that needs a finished home."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result
from typer.testing import CliRunner

os.environ.setdefault("ONENET_TOKEN_KEY", "a key for tests only")


@pytest.fixture(scope="session")
def onenet() -> Callable[..., Result]:
    """Calls the `onenet` command in this process: `onenet("run", "--inbox", folder, …)`."""
    from pipelines.cli import app

    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="session")
def city(onenet: Callable[..., Result], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city of 500 invented people: `deliveries/` and `truth/`."""
    folder = tmp_path_factory.mktemp("city")
    result = onenet("sample", "--persons", 500, "--seed", 11, "--out", folder)
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="session")
def finished_home(onenet: Callable[..., Result], city: Path, tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A home after one run over the city. Tests read it and leave it as it is."""
    home = tmp_path_factory.mktemp("home")
    result = onenet("run", "--inbox", city / "deliveries", "--home", home)
    assert result.exit_code == 0, result.output
    return home
