"""Whatever makes the mentions of a platform fall, a person looks before people vanish from the library."""

from __future__ import annotations

import json
import shutil
from collections.abc import Callable
from datetime import UTC, datetime, timedelta
from pathlib import Path

import duckdb
import pytest
from click.testing import Result

from connectors.decisions import Decision, record
from connectors.registry import FOLDER
from pipelines.city import City
from pipelines.settings import Settings
from pipelines.stages.falls import falls, grid_falls
from warehouse.model import Home
from warehouse.release.manifest import FileLine, Manifest

BUILT = datetime(2026, 11, 2, 3, 0, 0, 5, tzinfo=UTC)


def library(path: Path, **mentions: int) -> Path:
    """A file with so many mentions of persons per platform."""
    path.parent.mkdir(parents=True, exist_ok=True)
    with duckdb.connect(str(path)) as con:
        con.execute(
            "create schema link; create schema catalogue; create table catalogue.release as select '0001-a' as version"
        )
        con.execute("create table link.mention (platform varchar, entity_kind varchar)")
        for platform, count in mentions.items():
            con.execute("insert into link.mention select $p, 'person' from range($n)", {"p": platform, "n": count})
    return path


@pytest.fixture
def known(tmp_path: Path) -> Settings:
    """A home with a library of three platforms."""
    settings = Settings.of(tmp_path / "inbox", tmp_path / "home", City())
    home = settings.home
    library(home.library, gongan_hukou=100, gone=40, renshe_shebao=30, tiny=19)
    Manifest(
        version="0001-a", fingerprint="a", created_at=BUILT, code_version="", model="", judgements="", duckdb="", storage_version="",
        deliveries=[], tables={}, file=FileLine(name="", bytes=0, sha256=""),
    ).write(home.release("0001-a"))  # fmt: skip
    return settings


def fallen(settings: Settings, candidate: Path) -> list[tuple[str, int, int]]:
    rows = falls(settings, candidate).to_pylist()
    return [(r["platform"], r["mentions_before"], r["mentions_now"]) for r in rows]


def test_a_fall_below_the_declared_share_is_told_whatever_its_cause(known: Settings, tmp_path: Path) -> None:
    candidate = library(tmp_path / "candidate", gongan_hukou=49, renshe_shebao=15)
    assert fallen(known, candidate) == [("gone", 40, 0), ("gongan_hukou", 100, 49)]


def test_nothing_falls_where_all_is_there_or_no_library_is(known: Settings, tmp_path: Path) -> None:
    candidate = library(tmp_path / "candidate", gongan_hukou=50, renshe_shebao=300, gone=40)
    assert fallen(known, candidate) == []
    assert fallen(Settings.of(tmp_path / "inbox", tmp_path / "other", City()), candidate) == []


def with_homes(path: Path, homes: int, placed: int) -> Path:
    """The file, with so many homes, of which so many have a grid."""
    with duckdb.connect(str(path)) as con:
        con.execute("create schema if not exists base; create or replace table base.housing (grid_code varchar)")
        con.execute(
            "insert into base.housing select if(n < $p, 'g', null) from range($n) r (n)", {"p": placed, "n": homes}
        )
    return path


@pytest.mark.parametrize(("placed", "told"), [(98, []), (46, [("housing", 0.99, 0.46)])])
def test_homes_that_lose_their_grids_are_told(known: Settings, tmp_path: Path, placed: int, told: list[tuple]) -> None:
    with_homes(known.home.library, 100, 99)
    candidate = with_homes(library(tmp_path / "candidate", gongan_hukou=100), 100, placed)
    rows = grid_falls(known.home, candidate).to_pylist()
    assert [(r["entity_kind"], r["share_before"], r["share_now"]) for r in rows] == told


def test_a_decision_made_since_the_library_was_built_settles_the_fall_of_its_platform(
    known: Settings, tmp_path: Path
) -> None:
    candidate = library(tmp_path / "candidate")
    for days, platform in ((-1, "gone"), (0, "gongan_hukou")):
        at = (BUILT + timedelta(days=days)).isoformat(timespec="seconds")
        record(known.home, Decision("d" + platform, platform, "confirmed", "li", at))
    assert [platform for platform, *_ in fallen(known, candidate)] == ["gone", "renshe_shebao"]


@pytest.mark.trial
def test_a_platform_that_lost_its_mentions_stops_the_release_until_a_person_confirms(
    onenet: Callable[..., Result], city: Path, finished_home: Path, tmp_path: Path
) -> None:
    home, platforms = tmp_path / "home", tmp_path / "platforms"
    shutil.copytree(finished_home, home, symlinks=True)
    shutil.copytree(FOLDER, platforms)
    (platforms / "gongan_liudong.yaml").unlink()
    call = ("run", "--inbox", city / "deliveries", "--home", home, "--platforms", platforms)
    before = (home / "one_network.duckdb").resolve().stat().st_ino
    stopped = onenet(*call, "--json")
    assert stopped.exit_code == 1, stopped.output
    (fell,) = [t for t in json.loads(stopped.stdout)["attention"] if t["kind"] == "mentions_fell"]
    assert fell["platform"] == "gongan_liudong"
    assert "→0" in fell["reason"]
    assert "onenet confirm" in stopped.stderr
    assert (home / "one_network.duckdb").resolve().stat().st_ino == before
    assert fell["delivery_id"] in onenet("deliveries", "--home", home).output
    assert onenet("confirm", fell["delivery_id"], "--by", "li", "--home", home).exit_code == 0
    released = onenet(*call, "--json")
    assert json.loads(released.stdout)["status"] == "released", released.output
    assert Home(home).library.resolve().stat().st_ino != before
