"""Names, files and paths that people chose are printed as they are, whatever rich would take them for."""

from __future__ import annotations

import shutil
from collections.abc import Callable
from datetime import UTC, datetime
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import Result

from connectors.decisions import Decision, record
from pipelines.commands.options import console
from pipelines.report import report_unchanged
from pipelines.settings import Settings
from pipelines.summary import print_nothing_new
from warehouse import judgements
from warehouse.judgements import MentionIdentity, Statement
from warehouse.model import Home
from warehouse.model.landing import DELIVERY

Onenet = Callable[..., Result]
ODD = "x[/]y"


@pytest.fixture
def landed(finished_home: Path, tmp_path: Path) -> Home:
    """What a run landed, in a home of its own."""
    home = Home(tmp_path / "home")
    shutil.copytree(finished_home / "landing", home.landing)
    return home


def test_a_judge_whose_name_looks_like_markup_spoils_no_listing(onenet: Onenet, tmp_path: Path) -> None:
    home = Home(tmp_path)
    home.library.touch()
    pair = (MentionIdentity("hukou", "roll", "subject", "a", 0), MentionIdentity("hukou", "roll", "subject", "b", 0))
    judgements.record(home, [Statement("person", (pair,), "same", ODD, datetime.now(UTC))])
    listed = onenet("review", "list", "--home", home.root)
    assert listed.exit_code == 0, listed.output
    assert ODD in listed.output


def test_who_refused_a_delivery_is_listed_as_typed(onenet: Onenet, landed: Home) -> None:
    line = pq.read_table(next(landed.landing.glob("delivery/gongan_hukou/*.parquet"))).to_pylist()[0]
    record(landed, Decision(line["delivery_id"], "gongan_hukou", "refused", ODD, "2026-11-05T00:00:00"))
    listed = onenet("deliveries", "--all", "--home", landed.root)
    assert listed.exit_code == 0, listed.output
    assert ODD in listed.output


@pytest.mark.parametrize("part", ["[old]", ":house:"])
def test_no_part_of_a_file_name_is_dropped_from_the_deliveries(onenet: Onenet, landed: Home, part: str) -> None:
    path = next(landed.landing.glob("delivery/gongan_hukou/*.parquet"))
    rows = [line | {"file_name": f"{part}a.csv"} for line in pq.read_table(path).to_pylist()]
    DELIVERY.write(pa.Table.from_pylist(rows, schema=DELIVERY.arrow), path)
    assert f"{part}a.csv" in onenet("deliveries", "--all", "--home", landed.root).output


def test_the_path_of_a_home_is_printed_whole(
    finished_home: Path, city: Path, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    home = Home(tmp_path / "home[x]")
    shutil.copytree(finished_home, home.root, symlinks=True)
    settings = Settings(city / "deliveries", home)
    print_nothing_new(settings, report_unchanged(settings, 0.0), console())
    assert str(home.library) in capsys.readouterr().out


def test_an_explanation_names_files_and_outcomes_without_marks_of_its_own(onenet: Onenet, finished_home: Path) -> None:
    person = pq.read_table(finished_home / "stage" / "entity" / "person.parquet")["entity_id"]
    counts = {row["values"]: row["counts"] for row in person.value_counts().to_pylist()}
    entity = next(name for name, count in counts.items() if count > 1)
    told = onenet("explain", entity, "--home", finished_home)
    assert told.exit_code == 0, told.output
    assert "accepted" in told.output
    assert "[green]" not in told.output
