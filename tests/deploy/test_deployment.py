"""The files of deploy/: units systemd takes, commands and options that exist, an image that is made from the lock."""

from __future__ import annotations

import re
import shlex
import shutil
import subprocess
import tomllib
from fnmatch import fnmatch
from pathlib import Path
from typing import Any

import pytest
import typer

ROOT = Path(__file__).parents[2]
UNITS = sorted((ROOT / "deploy" / "systemd").glob("*.service"))
TIMERS = sorted((ROOT / "deploy" / "systemd").glob("*.timer"))
PREFIX = "/usr/local/lib/one-network"
MAKEFILE = (ROOT / "Makefile").read_text(encoding="utf-8")
CONTAINER = (ROOT / "deploy" / "Containerfile").read_text(encoding="utf-8")
PAGES = [ROOT / "docs" / "deployment.md", ROOT / "docs" / "deployment.zh-CN.md"]


def started(unit: Path) -> list[str]:
    """The command a unit starts; of a shell, that which it becomes."""
    (line,) = re.findall(r"^ExecStart=(.*)$", unit.read_text(encoding="utf-8"), flags=re.M)
    words = shlex.split(line)
    return shlex.split(words[2].removeprefix("exec ")) if words[:2] == ["/bin/sh", "-c"] else words


def test_systemd_takes_every_unit(tmp_path: Path) -> None:
    verify = shutil.which("systemd-analyze")
    if not verify:
        pytest.skip("there is no systemd-analyze")
    for unit in [*UNITS, *TIMERS]:
        here = unit.read_text(encoding="utf-8").replace(PREFIX, str(ROOT))
        (tmp_path / unit.name).write_text(here, encoding="utf-8")
    paths = [str(tmp_path / unit.name) for unit in [*UNITS, *TIMERS]]
    done = subprocess.run([verify, "verify", "--man=no", *paths], capture_output=True, text=True, check=False)
    assert (done.returncode, done.stdout + done.stderr) == (0, "")


def test_every_timer_starts_a_service() -> None:
    assert {timer.stem for timer in TIMERS} <= {unit.stem for unit in UNITS}


def command_of(words: list[str]) -> tuple[Any, list[str]]:
    """The command of a line, and its arguments."""
    if words[0].endswith("/dagster-daemon"):
        from dagster._daemon.cli import run_command

        assert words[1] == "run"
        return run_command, words[2:]
    if words[0].endswith("/dagster-webserver"):
        from dagster_webserver.cli import dagster_webserver

        return dagster_webserver, words[1:]
    from pipelines.cli import app

    assert words[0].endswith("/onenet")
    commands: dict[str, Any] = getattr(typer.main.get_command(app), "commands")  # noqa: B009
    return commands[words[1]], words[2:]


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_starts_a_command_that_exists_with_options_it_knows(unit: Path) -> None:
    words = started(unit)
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["project"]
    program = Path(words[0]).name
    assert words[0] == f"{PREFIX}/.venv/bin/{program}"
    assert (ROOT / ".venv" / "bin" / program).exists() or program in declared["scripts"]
    command, arguments = command_of(words)
    known = {option for parameter in command.params for option in parameter.opts}
    given = [word for word in arguments if re.match(r"--?[a-z]", word)]
    assert set(given) <= known
    module = arguments[arguments.index("-m") + 1] if "-m" in arguments else "pipelines.definitions"
    assert (ROOT / (module.replace(".", "/") + ".py")).exists()


@pytest.mark.parametrize("unit", UNITS, ids=lambda unit: unit.stem)
def test_a_unit_runs_as_an_account_of_its_own_and_writes_to_its_own_folders(unit: Path) -> None:
    text = unit.read_text(encoding="utf-8")
    for line in ("User=onenet", "NoNewPrivileges=yes", "ProtectSystem=strict", "UMask=0027"):
        assert line in text
    folders = (ROOT / "deploy" / "systemd" / "onenet.tmpfiles.conf").read_text(encoding="utf-8")
    (written,) = re.findall(r"^ReadWritePaths=(.*)$", text, flags=re.M)
    assert all(f"d {path} " in re.sub(" +", " ", folders) for path in written.split())
    assert "EnvironmentFile=/etc/one-network/onenet.env" in text


def test_the_environment_file_holds_variables_the_documents_explain_and_no_secret() -> None:
    lines = (ROOT / "deploy" / "onenet.env").read_text(encoding="utf-8").splitlines()
    set_here = dict(line.lstrip("#").split("=", 1) for line in lines if re.match(r"#?[A-Z_0-9]+=", line))
    explained = "".join(p.read_text(encoding="utf-8") for p in (ROOT / "docs").glob("*.md"))
    explained += (ROOT / "dagster.yaml").read_text(encoding="utf-8")
    assert {name for name in set_here if name not in explained} <= {"GX_ANALYTICS_ENABLED"}
    assert all(not set_here[name] for name in set_here if re.search("SECRET|PASSWORD|TOKEN|RESTRICTED", name))


def instructions() -> list[tuple[str, str]]:
    """Instruction and arguments of the container file, line ends joined."""
    joined = re.sub(r"\\\n", " ", re.sub(r"^#.*\n", "", CONTAINER, flags=re.M))
    return [tuple(line.split(maxsplit=1)) for line in joined.splitlines() if line.strip()]  # type: ignore[misc]


def test_the_image_is_made_of_files_that_exist_and_from_the_lock() -> None:
    known = {"ARG", "FROM", "WORKDIR", "COPY", "RUN", "ENV", "USER", "VOLUME", "EXPOSE", "ENTRYPOINT", "CMD"}
    assert {name for name, _ in instructions()} <= known
    copied = [a.split()[:-1] for name, a in instructions() if name == "COPY" and not a.startswith("--from")]
    sources = [source for group in copied for source in group]
    assert all((ROOT / source).exists() for source in sources)
    allowed = (ROOT / ".dockerignore").read_text(encoding="utf-8").splitlines()
    assert all(f"!{source}" in allowed for source in sources)
    packages = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]["packages"]
    assert {p.rstrip("*") for p in packages["find"]["include"]} <= set(sources)
    assert "--constraint requirements.lock" in CONTAINER
    assert re.search(r"ARG UV=(\S+)", CONTAINER)[1] == re.search(r"UV_VERSION := (\S+)", MAKEFILE)[1]  # type: ignore[index]
    assert "python:3.11" in CONTAINER


def test_whatever_lies_in_the_packages_is_installed_with_them() -> None:
    declared = tomllib.loads((ROOT / "pyproject.toml").read_text(encoding="utf-8"))["tool"]["setuptools"]
    patterns = ["*.py", *declared["package-data"]["*"]]
    folders = [p.rstrip("*") for p in declared["packages"]["find"]["include"]]
    files = [p for f in folders for p in (ROOT / f).rglob("*") if p.is_file() and "__pycache__" not in p.parts]
    assert [p.name for p in files if not any(fnmatch(p.name, pattern) for pattern in patterns)] == []


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_the_page_names_files_units_and_commands_that_exist(page: Path) -> None:
    text = page.read_text(encoding="utf-8")
    for path in re.findall(r"\]\((?!http)([^)#]+)\)", text):
        assert (page.parent / path).exists(), path
    named = re.findall(r"deploy/[\w./-]+\w", text)
    assert named
    assert [path for path in named if not (ROOT / path).exists()] == []
    units = {unit.name for unit in [*UNITS, *TIMERS]} | {unit.stem for unit in UNITS}
    for line in re.findall(r"systemctl (?:enable --now|start|stop) ([\w .-]+)", text):
        assert {word for word in line.split() if word.startswith("onenet")} <= units
    assert len(re.findall(r"^## ", text, flags=re.M)) == len(
        re.findall(r"^## ", PAGES[0].read_text(encoding="utf-8"), flags=re.M)
    )
