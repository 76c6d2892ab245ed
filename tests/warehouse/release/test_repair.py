"""A library that was deleted, cut off or written over is put back."""

from __future__ import annotations

import dataclasses
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest

from warehouse.model import Home
from warehouse.release import ReleaseFacts, build_release, library_is_whole, next_version, publish, put_back
from warehouse.release.manifest import LIBRARY


def release(home: Home, facts: ReleaseFacts) -> str:
    version = next_version(home, facts)
    build_release(home, version, facts, threads=1)
    publish(home, version)
    return version


def delete(path: Path) -> None:
    path.unlink()


def replace_by(content: bytes) -> Callable[[Path], None]:
    def replace(path: Path) -> None:
        path.unlink()
        path.write_bytes(content)

    return replace


def cut(path: Path) -> None:
    """Under both its names."""
    path.chmod(0o644)
    path.write_bytes(path.read_bytes()[: path.stat().st_size // 2])


def says(home: Home) -> str:
    with duckdb.connect() as con:
        con.execute(f"attach '{home.library.resolve()}' as library (read_only)")
        return str(con.execute("select version from library.catalogue.release").fetchall()[0][0])


@pytest.mark.parametrize("damage", [delete, replace_by(b""), replace_by(b"not a database")])
def test_the_newest_release_takes_the_place_of_a_library_that_is_none(
    home: Home, facts: ReleaseFacts, damage: Callable[[Path], None]
) -> None:
    release(home, facts)
    newest = release(home, dataclasses.replace(facts, model="m2"))
    assert put_back(home) is None
    damage(home.library)
    assert not library_is_whole(home)
    repair = put_back(home)
    assert repair
    assert (repair.version, repair.is_newest) == (newest, True)
    assert says(home) == newest
    assert library_is_whole(home)


def test_where_its_release_is_damaged_too_an_older_one_serves_until_a_new_one_is_made(
    home: Home, facts: ReleaseFacts
) -> None:
    older = release(home, facts)
    newest = release(home, dataclasses.replace(facts, model="m2"))
    cut(home.library)
    repair = put_back(home)
    assert repair
    assert (repair.version, repair.damaged, repair.is_newest) == (older, (newest,), False)
    assert says(home) == older


def test_where_no_release_is_good_there_is_no_library(home: Home, facts: ReleaseFacts) -> None:
    only = release(home, facts)
    cut(home.release(only) / LIBRARY)
    repair = put_back(home)
    assert repair
    assert (repair.version, repair.damaged) == (None, (only,))
    assert not home.library.exists()
    assert put_back(home) is None


def test_a_home_that_never_had_a_library_lacks_none(home: Home) -> None:
    assert put_back(home) is None
