"""A run may die at any moment: the next one makes good what it left. Real processes, really killed."""

from __future__ import annotations

import json
import os
import random
import shutil
import time
from pathlib import Path

import pytest

from benchmarks.kill import Limit, Moment, contents, done, finish, kill_at, start
from pipelines.nothing_new import forget_run
from pipelines.recovery import recover, scratch
from pipelines.resolution.identity import committed
from warehouse.model import Home
from warehouse.release import published, releases


@pytest.mark.trial
def test_a_home_short_of_disk_and_memory_and_killed_again_and_again_ends_as_one_that_never_was(
    city: Path, finished_home: Path, tmp_path: Path
) -> None:
    draws = random.Random(7)
    home, log = tmp_path / "home", tmp_path / "log"
    assert finish(city / "deliveries", home, log, Limit(file=200_000)) == 1
    assert "the disk is full" in log.read_text(encoding="utf-8")
    short = finish(city / "deliveries", home, log, Limit(memory=60_000_000))
    assert short != 0  # it may be the C library that gives up
    assert not Home(home).library.exists()
    lived = []
    for steps_done in (34, 62):
        moment = Moment(steps_done + draws.randrange(8), draws.random() * 0.4)
        kill_at(moment, city / "deliveries", home, log)
        lived.append(len(done(log)))
    assert finish(city / "deliveries", home, log) == 0, log.read_text(encoding="utf-8")
    assert lived[0] < lived[-1]
    ours, theirs = contents(home), contents(finished_home)
    assert [table for table in theirs if ours[table] != theirs[table]] == []
    assert recover(Home(home)) == 0


def test_two_runs_on_one_home_go_one_after_the_other_and_the_second_says_so(
    city: Path, finished_home: Path, tmp_path: Path
) -> None:
    home, logs = tmp_path / "home", [tmp_path / "first", tmp_path / "second"]
    shutil.copytree(finished_home, home, symlinks=True)
    forget_run(Home(home))  # so that both have to look for themselves
    shutil.rmtree(home / "stage" / "done")  # the first one has everything to do
    first = start(city / "deliveries", home, logs[0])
    deadline = time.monotonic() + 120
    while not done(logs[0]) and time.monotonic() < deadline:
        time.sleep(0.01)
    second = start(city / "deliveries", home, logs[1])
    while "another run holds this home" not in logs[1].read_text(encoding="utf-8") and time.monotonic() < deadline:
        assert first.is_alive() or second.is_alive()
        time.sleep(0.01)
    assert not done(logs[1])
    for process in (first, second):
        process.join()
    assert [first.exitcode, second.exitcode] == [0, 0]
    assert logs[1].read_text(encoding="utf-8").count("another run holds this home") == 1


def test_ids_of_a_release_are_remembered_even_if_the_run_died_right_after_publishing(
    finished_home: Path, tmp_path: Path
) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(finished_home, home.root, symlinks=True)
    version = published(home)
    assert version
    (home.root / "stage" / "identity" / "published.json").unlink()
    manifest = home.release(version) / "manifest.json"
    told = json.loads(manifest.read_text(encoding="utf-8"))
    manifest.write_text(json.dumps(told | {"published_at": None}), encoding="utf-8")
    assert (committed(home), releases(home)) == (None, [])
    recover(home)
    assert committed(home) == version
    assert [m.version for m in releases(home)] == [version]


def test_after_a_rollback_the_register_stays_ahead_of_the_library(finished_home: Path, tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    shutil.copytree(finished_home, home.root, symlinks=True)
    memory = home.root / "stage" / "identity"
    version = committed(home)
    assert version
    (memory / version).rename(memory / "0009-newer000")
    (memory / "published.json").write_text('{"release": "0009-newer000"}', encoding="utf-8")
    recover(home)
    assert committed(home) == "0009-newer000"


def test_what_was_being_written_goes_and_what_was_written_stays(tmp_path: Path) -> None:
    home = Home(tmp_path)
    keep = [home.stage("mention", "person"), home.original("ab" * 32), home.extract("gongan", "0001-x") / "a.csv"]
    half = [
        home.stage("mention", "person").with_name(".person.parquet.writing"),
        home.landing / "original" / ".0123.writing",
        home.extract("gongan", ".0002-x.writing") / "a.csv",
        home.release(".0002-x.building") / "one_network.duckdb",
        home.root / ".one_network.duckdb.publishing",
    ]
    for path in (*keep, *half):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(b"x")
    assert recover(home) == len(half)
    assert all(path.exists() for path in keep)
    assert not any(path.exists() for path in half)


def test_temporary_files_of_a_run_lie_in_its_home_and_go_with_it(tmp_path: Path) -> None:
    import tempfile

    home = Home(tmp_path)
    home.scratch.mkdir()
    (home.scratch / "left by a killed run").write_bytes(b"x")
    with scratch(home) as folder:
        assert list(folder.iterdir()) == []
        with tempfile.NamedTemporaryFile() as file:
            assert Path(file.name).parent == folder
    assert not home.scratch.exists()
    assert tempfile.gettempdir() != str(home.scratch)


def _fill(ballast: Path, leave: int) -> None:
    """Take all room but `leave` bytes."""
    with ballast.open("wb", buffering=0) as file:
        try:
            while True:
                file.write(bytes(50_000))
        except OSError:
            file.truncate(file.tell() - leave)


@pytest.mark.skipif(os.geteuid() != 0, reason="only root may mount a small file system")
def test_a_full_disk_stops_the_run_with_one_clear_line_and_the_former_release_stays(
    city: Path, finished_home: Path, tmp_path: Path
) -> None:
    import subprocess

    home, log = tmp_path / "home", tmp_path / "log"
    home.mkdir()
    used = sum(path.stat().st_size for path in finished_home.rglob("*") if path.is_file())
    mounted = subprocess.run(
        ["mount", "-t", "tmpfs", "-o", f"size={used * 2}", "tmpfs", str(home)], capture_output=True, check=False
    )
    if mounted.returncode:
        pytest.skip("this machine mounts no tmpfs")
    try:
        shutil.copytree(finished_home, home, symlinks=True, dirs_exist_ok=True)
        library = (home / "one_network.duckdb").read_bytes()
        shutil.rmtree(home / "stage" / "done")  # everything is to be done again
        _fill(home / "ballast", leave=200_000)
        assert finish(city / "deliveries", home, log) == 1, log.read_text(encoding="utf-8")[-3000:]
        said = log.read_text(encoding="utf-8")
        assert "磁盘已满" in said, said
        assert "the former release stays" in said
        assert (home / "one_network.duckdb").read_bytes() == library
        (home / "ballast").unlink()
    finally:
        subprocess.run(["umount", str(home)], check=True)
