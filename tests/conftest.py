"""One small city and one run over it, shared by every test that needs a finished home."""

from __future__ import annotations

import importlib.util
import os
import sys
import threading
from collections.abc import Callable, Iterator
from contextlib import contextmanager
from pathlib import Path
from types import ModuleType
from typing import TYPE_CHECKING, Any

import pytest
from click.testing import Result
from typer.testing import CliRunner

if TYPE_CHECKING:
    from pipelines.steps import Plan, Step

ROOT = Path(__file__).parents[1]
os.environ.setdefault("ONENET_TOKEN_KEY", "a key for tests only")


@pytest.fixture(scope="session")
def onenet() -> Callable[..., Result]:
    """Calls the `onenet` command in this process: `onenet("run", "--inbox", folder, …)`."""
    from pipelines.cli import app

    return lambda *arguments: CliRunner().invoke(app, [str(argument) for argument in arguments])


@pytest.fixture(scope="session")
def docs_writer() -> Callable[[str], ModuleType]:
    """Loads a program that writes a page of the docs: `docs_writer("flow")`."""

    def load(name: str) -> ModuleType:
        spec = importlib.util.spec_from_file_location(f"{name}_writer", ROOT / "docs" / f"{name}.py")
        assert spec
        assert spec.loader
        module = importlib.util.module_from_spec(spec)
        sys.modules[spec.name] = module  # its dataclasses look themselves up
        spec.loader.exec_module(module)
        return module

    return load


@pytest.fixture(scope="session")
def city(onenet: Callable[..., Result], tmp_path_factory: pytest.TempPathFactory) -> Path:
    """A city of 500 invented people: `deliveries/` and `truth/`."""
    folder = tmp_path_factory.mktemp("city")
    result = onenet("sample", "--persons", 500, "--seed", 11, "--out", folder)
    assert result.exit_code == 0, result.output
    return folder


@pytest.fixture(scope="session")
def step_reads() -> dict[str, set[str]]:
    """Step → handles of the stage tables it asked for in the run of `finished_home`."""
    return {}


@pytest.fixture(scope="session")
def finished_home(
    onenet: Callable[..., Result],
    city: Path,
    step_reads: dict[str, set[str]],
    tmp_path_factory: pytest.TempPathFactory,
) -> Path:
    """A home after one run over the city. Tests read it and leave it as it is."""
    home = tmp_path_factory.mktemp("home")
    with _recorded(step_reads):
        result = onenet("run", "--inbox", city / "deliveries", "--home", home)
    assert result.exit_code == 0, result.output
    return home


@contextmanager
def _recorded(reads: dict[str, set[str]]) -> Iterator[None]:
    """While it lasts, what every step asks for is written down. A step runs in a thread of its own."""
    from pipelines.defs.resources import Workspace
    from warehouse.model import Home

    running, ask, run = threading.local(), Home.stage, Workspace.run_step

    def stage(home: Home, stage: str, name: str) -> Path:
        if step := getattr(running, "step", None):
            reads.setdefault(step, set()).add(f"{stage}/{name}")
        return ask(home, stage, name)

    def run_step(workspace: Workspace, plan: Plan, step: Step) -> dict[str, Any]:
        running.step = step.name
        try:
            return run(workspace, plan, step)
        finally:
            running.step = None

    with pytest.MonkeyPatch.context() as patch:
        patch.setattr(Home, "stage", stage)
        patch.setattr(Workspace, "run_step", run_step)
        yield


@pytest.fixture(scope="session")
def sail() -> Iterator[str]:
    """The URL of a Sail server: Spark's protocol without Java, in this process."""
    os.environ.setdefault("RUST_LOG", "error")
    os.environ.setdefault("SAIL_PARALLELISM", "2")
    server = pytest.importorskip("pysail.spark", reason="pysail is not installed").SparkConnectServer("127.0.0.1", 0)
    server.start(background=True)
    yield "sc://{}:{}".format(*server.listening_address)
    server.stop()


@pytest.fixture(params=["duckdb", "sail"])
def engine_url(request: pytest.FixtureRequest) -> str:
    """Every engine that relational work may run on, by URL."""
    return "duckdb" if request.param == "duckdb" else str(request.getfixturevalue("sail"))
