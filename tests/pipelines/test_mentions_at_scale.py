"""Mentions made by the workers of an engine, platforms and pieces of platforms each by itself, are those that one machine makes."""

from __future__ import annotations

import multiprocessing
import os
import pickle
import shutil
import signal
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import given
from hypothesis import strategies as st

from connectors.registry import load_platforms
from connectors.sample import write_city
from pipelines.engine.files import write_file
from pipelines.settings import Settings
from pipelines.stages import mention_parts
from pipelines.stages.city_places import places_by_city
from pipelines.stages.current import rows_now
from pipelines.stages.landing import land_platform
from pipelines.stages.mentions import write_mentions
from pipelines.standardise import columns
from pipelines.standardise.address import AddressReference, Gazetteer, standardise_addresses
from pipelines.standardise.at_scale import functions, tasks_of
from pipelines.standardise.at_scale.functions import rows_between
from warehouse.model import Home
from warehouse.model.data_model import shipped

PLATFORMS = load_platforms()
TASKS = {4: 300, 7: 150, 20: 50}
"""Number of tasks, at least → rows of one; the smallest cut platforms between datasets and rows."""


@pytest.fixture(scope="module")
def local(tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home whose mentions were made here, of a small city."""
    folder = tmp_path_factory.mktemp("city")
    write_city(100, 7, folder)
    settings = Settings(folder / "deliveries", Home(folder / "home"))
    for platform in settings.platforms:
        land_platform(settings, platform)
    write_mentions(settings)
    return settings.home


def beside(local: Home, folder: Path, engine: str = "local") -> Settings:
    """A home with the same rows, of which nothing was made."""
    for name in ("landing", "stage/current"):
        shutil.copytree(local.root / name, folder / name)
    home = Home(folder)
    home.done("any").parent.mkdir()
    for mark in local.done("any").parent.glob("current*"):
        shutil.copyfile(mark, home.done("any").parent / mark.name)
    return Settings(folder, home, engine=engine)


def standardise(settings: Settings) -> None:
    """Write the parts of all platforms."""
    mention_parts.write_parts(settings, places_by_city(settings))


def noting(tasks: set[int]) -> Callable[..., None]:
    """Writes files and notes of which tasks they are."""

    def write(folder: Path, stage: str, number: int, table: pa.Table) -> None:
        tasks.add(number)
        write_file(folder, stage, number, table)

    return write


def differing(here: Home, there: Home) -> list[str]:
    """Parts that are not the same row for row, or are in one home alone."""
    names = {
        path.relative_to(h.root)
        for h in (here, there)
        for path in h.mention_part("any", "any").parent.parent.rglob("*.parquet")
    }
    return [str(name) for name in names if not rows_of(here, name).equals(rows_of(there, name))]


def rows_of(home: Home, name: Path) -> pa.Table:
    return shipped().mention(name.stem).read(home.root / name)


@pytest.mark.parametrize(("engine", "tasks"), [("duckdb", 4), ("duckdb", 20), ("sail", 7)])
def test_tasks_of_workers_give_what_one_machine_gives(
    engine: str,
    tasks: int,
    local: Home,
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    request: pytest.FixtureRequest,
) -> None:
    url = request.getfixturevalue("sail") if engine == "sail" else engine
    settings = beside(local, tmp_path / "home", url)
    done: set[int] = set()
    monkeypatch.setattr(functions, "write_file", noting(done))
    monkeypatch.setattr(mention_parts, "TASK_ROWS", TASKS[tasks])
    standardise(settings)
    assert len(done) >= tasks
    assert differing(settings.home, local) == []
    assert not settings.home.engine_tables("mention").exists()  # people's data does not stay


def test_what_is_one_task_needs_no_worker(local: Home, tmp_path: Path) -> None:
    settings = beside(local, tmp_path / "home", "sc://nowhere.example:1")
    standardise(settings)
    assert differing(settings.home, local) == []


def test_what_workers_read_is_remembered_for_later_runs_on_workers_and_on_one_machine(
    local: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = beside(local, tmp_path / "home", "duckdb")
    with monkeypatch.context() as patched:
        patched.setattr(mention_parts, "TASK_ROWS", TASKS[7])
        standardise(settings)
        batches = {path.name for path in settings.home.value_cache.glob("*/")}
        assert len(batches) >= 7
        read: list[int] = []
        patched.setattr(columns, "standardise_addresses", lambda parts, _: read.append(parts.num_rows))
        for engine in ("duckdb", "local"):
            for mark in settings.home.done("any").parent.glob("mention_part*"):
                mark.unlink()
            standardise(Settings(tmp_path, settings.home, engine=engine))
            former, batches = batches, {path.name for path in settings.home.value_cache.glob("*/")}
            assert not former & batches
    assert read == []
    assert len(batches) == 1


def killed_after(tasks: int, home: Path) -> None:
    """Be a run that is killed when it has done so many tasks."""

    def write(folder: Path, stage: str, number: int, table: pa.Table) -> None:
        write_file(folder, stage, number, table)
        if stage == functions.DONE and len(list((folder / stage).glob("*.parquet"))) == tasks:
            os.kill(os.getpid(), signal.SIGKILL)

    functions.write_file = write
    mention_parts.TASK_ROWS = TASKS[7]
    standardise(Settings(home, Home(home), engine="duckdb"))


def test_a_run_killed_among_its_tasks_is_gone_on_with_from_those_it_did(
    local: Home, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    settings = beside(local, tmp_path / "home", "duckdb")
    child = multiprocessing.get_context("forkserver").Process(target=killed_after, args=(3, settings.home.root))
    child.start()
    child.join()
    assert child.exitcode == -signal.SIGKILL
    done = {int(path.stem) for path in settings.home.engine_tables("mention").rglob("done/*.parquet")}
    assert len(done) >= 3
    again: set[int] = set()
    monkeypatch.setattr(functions, "write_file", noting(again))
    monkeypatch.setattr(mention_parts, "TASK_ROWS", TASKS[7])
    standardise(settings)
    assert again
    assert not again & done
    assert differing(settings.home, local) == []


def counted(rows: int) -> dict[tuple[str, str], int]:
    return {(name, dataset.name): rows for name, p in PLATFORMS.items() for dataset in p.datasets}


@given(rows=st.integers(0, 50), most=st.integers(1, 200))
def test_every_row_lies_in_one_piece_and_the_pieces_of_a_platform_in_its_order(rows: int, most: int) -> None:
    tasks = tasks_of(PLATFORMS, counted(rows), most)
    for name, platform in PLATFORMS.items():
        pieces = [piece for task in tasks for piece in task if piece.platform == name]
        there = [(d, piece.start, piece.rows) for piece in pieces for d in sorted(piece.datasets)]
        assert there == sorted(there, key=lambda one: one[:2])
        for dataset in platform.datasets:
            spans = [(start, rows if count is None else count) for d, start, count in there if d == dataset.name]
            assert [start for start, _ in spans] == [sum(c for _, c in spans[:i]) for i in range(len(spans))]
            assert sum(count for _, count in spans) == rows
    assert all(len({piece.platform for piece in task}) == len(task) for task in tasks)


def test_datasets_between_which_a_key_leads_are_not_cut_apart() -> None:
    tasks = tasks_of(PLATFORMS, counted(1000), 100)
    social = [piece for task in tasks for piece in task if piece.platform == "renshe_shebao"]
    assert [(set(piece.datasets), piece.rows) for piece in social] == [({"AB01", "AC01"}, None)]
    subsidies = [piece for task in tasks for piece in task if piece.platform == "minzheng_jiuzhu"]
    assert len(subsidies) == 40


def test_some_rows_of_a_file_are_read_across_its_groups(local: Home) -> None:
    platform = PLATFORMS["gongan_hukou"]
    whole = rows_now(Settings(local.root, local), platform, platform.datasets[0].name)
    path = local.root / "grouped.parquet"
    pq.write_table(whole, path, row_group_size=10)
    for start, count in ((0, 5), (8, 4), (10, 10), (3, 40), (whole.num_rows - 3, 3)):
        assert rows_between(path, start, count).equals(whole.slice(start, count))
    path.unlink()


def test_the_standard_addresses_travel_as_a_file_and_are_the_same_gazetteer(tmp_path: Path) -> None:
    rows = pa.table(
        {"community": ["青石社区"], "estate": ["云杉苑"], "building": ["2"], "room": ["301"], "road": [None]}
    )
    here = AddressReference(rows)
    there = pickle.loads(pickle.dumps(here.store(tmp_path)))
    assert there.gazetteer is there.gazetteer
    assert there.fingerprint == here.fingerprint == here.gazetteer.fingerprint == there.gazetteer.fingerprint
    asked = pa.table({"text": ["云杉苑2幢301室"]})
    assert standardise_addresses(asked, there.gazetteer).equals(
        standardise_addresses(asked, Gazetteer.from_reference(rows))
    )
