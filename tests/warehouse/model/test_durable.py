"""A file is whole or not there, also after a loss of power: its bytes are on disk before its name is."""

from __future__ import annotations

import os
from collections.abc import Callable
from pathlib import Path

import pytest

from warehouse.model import durable


@pytest.fixture
def events(monkeypatch: pytest.MonkeyPatch) -> list[str]:
    """What is forced to disk, by name, and the renames between, in order."""
    done: list[str] = []
    forced, renamed = os.fsync, Path.replace

    def fsync(descriptor: int) -> None:
        done.append(Path(f"/proc/self/fd/{descriptor}").readlink().name)
        forced(descriptor)

    def replace(path: Path, target: Path) -> Path:
        done.append("rename")
        return renamed(path, target)

    monkeypatch.setattr(os, "fsync", fsync)
    monkeypatch.setattr(Path, "replace", replace)
    return done


@pytest.mark.parametrize(
    "write",
    [
        lambda path: durable.write_whole(path, b"new"),
        lambda path: (durable.aside(path).write_bytes(b"new"), durable.put_in_place(durable.aside(path), path)),
    ],
    ids=["write_whole", "put_in_place"],
)
def test_the_bytes_are_on_disk_before_the_name_and_the_name_before_the_return(
    tmp_path: Path, events: list[str], write: Callable[[Path], object]
) -> None:
    path = tmp_path / "kept"
    path.write_bytes(b"old")
    write(path)
    assert events == [durable.aside(path).name, "rename", tmp_path.name]
    assert path.read_bytes() == b"new"


def test_a_line_is_on_disk_on_return(tmp_path: Path, events: list[str]) -> None:
    durable.append_line(tmp_path / "ledger", "甲")
    assert events == ["ledger", tmp_path.name]


@pytest.mark.parametrize("step", ["fsync", "replace"])
def test_a_disk_that_fails_leaves_the_former_file_and_nothing_beside_it(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, step: str
) -> None:
    path = tmp_path / "kept"
    path.write_bytes(b"old")

    def fail(*_: object) -> None:
        raise OSError(28, "no space left")

    monkeypatch.setattr(os if step == "fsync" else Path, step, fail)
    with pytest.raises(OSError, match="no space"):
        durable.write_whole(path, b"new")
    assert [(p.name, p.read_bytes()) for p in tmp_path.iterdir()] == [("kept", b"old")]
