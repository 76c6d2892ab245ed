"""Mentions are standardised platform by platform, and numbered through."""

from __future__ import annotations

import shutil
from pathlib import Path

import pyarrow as pa
import pytest

from pipelines.settings import Settings
from pipelines.stages.landing import land_platform
from pipelines.stages.mentions import write_mentions
from pipelines.standardise import parts
from pipelines.standardise.mentions import build_mentions
from pipelines.standardise.parts import shifted
from warehouse.model import Home
from warehouse.model.data_model import shipped

HOTLINE = "rexian_12345"


@pytest.fixture(scope="module")
def home(finished_home: Path, tmp_path_factory: pytest.TempPathFactory) -> Home:
    """A home of which only what stands before matching is there."""
    folder = tmp_path_factory.mktemp("parts") / "home"
    shutil.copytree(
        finished_home, folder, ignore=shutil.ignore_patterns("releases", "extracts", "parquet", "data_docs", "*.duckdb")
    )
    return Home(folder)


def test_what_one_platform_delivers_is_standardised_alone_and_nothing_else_changes(
    home: Home, city: Path, tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    inbox = tmp_path / "inbox"
    (former,) = (city / "deliveries" / HOTLINE).glob("*20*.csv")
    (inbox / HOTLINE).mkdir(parents=True)
    lines = former.read_text(encoding="gb18030").splitlines(keepends=True)
    later = former.name.replace(former.stem[-8:], "20270101")
    (inbox / HOTLINE / later).write_text(lines[0] + lines[1].replace(lines[1][:6], "新工单XXX", 1), encoding="gb18030")
    settings = Settings(inbox, home)
    before = {kind: home.stage("mention", kind).read_bytes() for kind in home.data_model.order}
    asked: list[set[str]] = []

    def noted(model: object, kind: str, platforms: dict[str, object], *rest: object, **more: object) -> pa.Table:
        asked.append(set(platforms))
        return build_mentions(model, kind, platforms, *rest, **more)  # type: ignore[arg-type]

    monkeypatch.setattr(parts, "build_mentions", noted)
    write_mentions(settings)
    assert not asked
    land_platform(settings, HOTLINE)
    write_mentions(settings)
    assert asked
    assert set.union(*asked) == {HOTLINE}
    events = home.data_model.mention("event").read(home.stage("mention", "event"))
    assert events["mention_id"].to_pylist() == list(range(events.num_rows))
    assert {k for k in before if home.stage("mention", k).read_bytes() != before[k]} <= {"event", "person"}
    assert home.stage("mention", "event").read_bytes() != before["event"]


def test_the_parts_of_a_city_are_its_mentions_row_by_row_wherever_they_begin(home: Home) -> None:
    model = home.data_model
    for kind in model.order:
        table, start = model.mention(kind).read(home.stage("mention", kind)), 0
        for name in sorted(Settings(home.root, home).platforms):
            part = model.mention(kind).read(home.mention_part(name, kind))
            assert part["mention_id"].to_pylist() == list(range(part.num_rows))
            same = table.slice(start, part.num_rows)
            assert same["row_key"].to_pylist() == part["row_key"].to_pylist()
            start += part.num_rows
        assert start == table.num_rows


def test_a_mention_that_points_to_nobody_goes_on_pointing_to_nobody() -> None:
    ids = pa.table({"mention_id": [0, 1], "housing_mention_id": pa.array([None, 3], pa.int64())})
    moved = shifted(shipped(), "person", ids, {"person": 10, "housing": 5})
    assert moved.to_pydict() == {"mention_id": [10, 11], "housing_mention_id": [None, 8]}
