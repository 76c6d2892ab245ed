"""Publishing is one swap: readers keep what they have, a bad candidate changes nothing."""

from __future__ import annotations

import dataclasses
import os
import subprocess
import sys
from pathlib import Path

import pytest

from warehouse.model import Home
from warehouse.model.data_model import shipped
from warehouse.release import (
    ReleaseFacts,
    build_release,
    fingerprint,
    next_version,
    prove,
    publish,
    published,
    releases,
    up_to_date,
    verify_release,
)
from warehouse.release.manifest import ReleaseError

READER = """
import sys, duckdb
con = duckdb.connect(sys.argv[1], read_only=True)
print(con.execute("select version from catalogue.release").fetchone()[0], flush=True)
sys.stdin.readline()
print(con.execute("select count(*) from base.person").fetchone()[0], flush=True)
print(con.execute("select count(distinct name) from base.person").fetchone()[0], flush=True)
"""


def read(library: Path) -> str:
    query = "import sys, duckdb; print(duckdb.connect(sys.argv[1], read_only=True).execute('select version from catalogue.release').fetchone()[0])"
    return subprocess.run(
        [sys.executable, "-c", query, str(library)], capture_output=True, text=True, check=True
    ).stdout.strip()


def release(home: Home, facts: ReleaseFacts) -> str:
    version = next_version(home, facts)
    build_release(home, version, facts, threads=1)
    publish(home, version)
    return version


def test_a_reader_with_the_former_library_open_goes_on_reading_it(home: Home, facts: ReleaseFacts) -> None:
    first = release(home, facts)
    with subprocess.Popen(
        [sys.executable, "-c", READER, str(home.library)], stdin=subprocess.PIPE, stdout=subprocess.PIPE, text=True
    ) as reader:
        assert reader.stdin
        assert reader.stdout
        assert reader.stdout.readline().strip() == first
        second = release(home, dataclasses.replace(facts, model="m2"))
        assert read(home.library) == second
        reader.stdin.write("go on\n")
        reader.stdin.flush()
        assert reader.stdout.readline().strip() == "4"
        assert reader.stdout.readline().strip() == "4"
    assert reader.returncode == 0


def test_a_bad_candidate_leaves_the_former_library(home: Home, facts: ReleaseFacts) -> None:
    first = release(home, facts)
    changed = dataclasses.replace(facts, model="m2")
    golden = shipped().golden("housing").read(home.stage("golden", "housing"))
    shipped().golden("housing").write(golden.slice(1), home.stage("golden", "housing"))
    version = next_version(home, changed)
    build_release(home, version, changed)
    with pytest.raises(ReleaseError, match=f"release {version} is not published: .*base.housing"):
        publish(home, version)
    assert read(home.library) == first
    assert published(home) == first
    assert [m.version for m in releases(home)] == [first]


def test_a_swap_that_is_interrupted_leaves_the_former_library(
    home: Home, facts: ReleaseFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    first = release(home, facts)
    changed = dataclasses.replace(facts, model="m2")
    version = next_version(home, changed)
    build_release(home, version, changed)
    with monkeypatch.context() as patched:
        patched.setattr(Path, "replace", _interrupted)
        with pytest.raises(KeyboardInterrupt):
            publish(home, version)
    assert read(home.library) == first
    publish(home, version)
    assert read(home.library) == version


def _interrupted(self: Path, target: Path) -> Path:
    raise KeyboardInterrupt


def test_where_files_cant_be_linked_the_library_is_a_copy(
    home: Home, facts: ReleaseFacts, monkeypatch: pytest.MonkeyPatch
) -> None:
    def refuse(*_: object) -> None:
        raise OSError

    monkeypatch.setattr(os, "link", refuse)
    version = release(home, facts)
    assert home.library.stat().st_nlink == 1
    assert published(home) == version
    assert read(home.library) == version


def test_versions_count_up_and_carry_the_fingerprint(home: Home, facts: ReleaseFacts) -> None:
    assert published(home) is None
    assert up_to_date(home, facts) is None
    first = release(home, facts)
    assert first == f"0001-{fingerprint(facts)}"
    assert up_to_date(home, facts) == first
    changed = dataclasses.replace(facts, code_version="1.1")
    assert up_to_date(home, changed) is None
    second = release(home, changed)
    assert second.startswith("0002-")
    assert [m.version for m in releases(home)] == [first, second]
    assert releases(home)[1].published_at is not None
    assert read(home.release(first) / "one_network.duckdb") == first


@pytest.mark.parametrize("part", ["code_version", "model", "judgements"])
def test_the_fingerprint_changes_with_what_the_release_is_made_from(facts: ReleaseFacts, part: str) -> None:
    assert fingerprint(facts) != fingerprint(dataclasses.replace(facts, **{part: "another"}))
    assert fingerprint(facts) != fingerprint(dataclasses.replace(facts, deliveries=facts.deliveries.slice(1)))


def test_the_library_can_only_be_read(home: Home, facts: ReleaseFacts) -> None:
    release(home, facts)
    assert home.library.stat().st_mode & 0o222 == 0


def test_a_proof_is_about_one_file_alone(home: Home, facts: ReleaseFacts, monkeypatch: pytest.MonkeyPatch) -> None:
    looked = []

    def look(folder: Path, *args: object, **options: object) -> list[str]:
        looked.append(folder.name)
        return verify_release(folder, *args, **options)  # type: ignore[arg-type]

    monkeypatch.setattr("warehouse.release.proof.verify_release", look)
    version = next_version(home, facts)
    file = build_release(home, version, facts, threads=1)
    assert prove(home, version) == []
    publish(home, version)
    assert looked == [version]
    later = next_version(home, facts)
    file = build_release(home, later, facts, threads=1)
    assert prove(home, later) == []
    file.chmod(0o644)
    with file.open("ab") as held:
        held.write(b"more")
    with pytest.raises(ReleaseError, match="not the file the manifest describes"):
        publish(home, later)
    assert published(home) == version
