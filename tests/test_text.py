"""The project's text speaks of the project alone: no machine, no registry, no secret, no data of people."""

from __future__ import annotations

import re
import subprocess
from pathlib import Path

import pytest

ROOT = Path(__file__).parent.parent
BINARY = {".png", ".ico", ".woff", ".woff2", ".duckdb", ".parquet", ".xlsx", ".xls", ".sqlite", ".zip", ".gz", ".npz"}
# Written in pieces, so that this file does not hold what it looks for.
MACHINE = re.compile(
    r"(?<![\w.<>{}$)])/(?:"
    + "|".join(["work", "root", "home", "Users", "mnt", "tmp", "opt"])
    + r")/\w|[A-Z]:\\\\?Users"
)
REGISTRY = re.compile(r"https?://[^\s\"')]*(?:py" + r"pi|index-url|simple/|artifactory|nexus|mirror)", re.IGNORECASE)
SECRET = re.compile(r"-----BEGIN [A-Z ]*PRIVATE KEY|(?:ghp|glpat|sk)[-_][A-Za-z0-9]{20}")


def tracked() -> list[Path]:
    """Files under version control; without git (an unpacked archive) every file outside hidden folders."""
    try:
        listed = subprocess.run(["git", "ls-files", "-z"], cwd=ROOT, capture_output=True, check=True).stdout.decode()
        paths = [ROOT / name for name in listed.split("\0") if name]
    except (OSError, subprocess.CalledProcessError):
        paths = [p for p in ROOT.rglob("*") if not any(x.startswith(".") for x in p.relative_to(ROOT).parts)]
    return [p for p in paths if p.is_file() and p.suffix.lower() not in BINARY]


def lines(pattern: re.Pattern[str]) -> list[str]:
    """Where a pattern occurs, as `file:line`; what stands there is not repeated."""
    found = []
    for path in tracked():
        for number, line in enumerate(path.read_bytes().decode("utf-8", errors="replace").splitlines(), 1):
            if pattern.search(line):
                found.append(f"{path.relative_to(ROOT)}:{number}")
    return found


def test_there_are_tracked_files():
    assert ROOT / "pyproject.toml" in tracked()


def test_no_path_of_a_machine():
    assert lines(MACHINE) == []


def test_no_package_registry():
    assert lines(REGISTRY) == []


def test_no_secret():
    assert lines(SECRET) == []


def test_the_lock_file_names_no_source_and_hashes_everything():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    assert "://" not in lock
    assert not re.search(r"^\s*--(?:index-url|extra-index-url|find-links)", lock, re.MULTILINE)
    packages = re.findall(r"^[A-Za-z0-9][\w.\[\]-]*==", lock, re.MULTILINE)
    entries = [entry for entry in re.split(r"\n(?=[A-Za-z0-9])", lock) if "==" in entry.split("\n", 1)[0]]
    assert len(packages) > 50
    assert [entry.split("==")[0] for entry in entries if "--hash=sha256:" not in entry] == []


def test_every_dependency_is_locked():
    lock = (ROOT / "requirements.lock").read_text(encoding="utf-8")
    project = (ROOT / "pyproject.toml").read_text(encoding="utf-8")
    wanted = re.findall(r'^\s+"([A-Za-z0-9][\w-]*)(?:\[|[<>=]|",)', project.split("[project.scripts]")[0], re.MULTILINE)
    locked = {name.lower() for name in re.findall(r"^([A-Za-z0-9][\w.-]*)==", lock, re.MULTILINE)}
    assert len(wanted) > 20
    assert [name for name in wanted if name.lower() not in locked] == []


def test_every_decision_is_in_the_index():
    folder = ROOT / "docs" / "decisions"
    index = (folder / "README.md").read_text(encoding="utf-8")
    decisions = {path.name for path in folder.glob("*.md")} - {"README.md"}
    assert {name for name in decisions if f"({name})" not in index} == set()
    assert {name for name in re.findall(r"\(([\w.-]+\.md)\)", index) if name not in decisions} == set()


@pytest.mark.parametrize(
    ("pattern", "text"),
    [
        (MACHINE, "see /ro" + "ot/notes"),
        (MACHINE, "path='/wo" + "rk/shared/x'"),
        (REGISTRY, "https://py" + "pi.example/simple/duckdb"),
        (SECRET, "gh" + "p_" + "a" * 24),
    ],
)
def test_what_is_looked_for_would_be_found(pattern, text):
    assert pattern.search(text)


@pytest.mark.parametrize("text", ["<home>/releases/x", "landing/rows/p", "{home}/tmp/x", "/portal/home/", "a/work/b"])
def test_paths_of_the_project_itself_are_fine(text):
    assert not MACHINE.search(text)
