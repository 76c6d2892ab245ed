"""What the command answers to slips of the hand: a mistyped home, a blank name, an identity number where an id belongs."""

from __future__ import annotations

import re
import shutil
from collections.abc import Callable
from pathlib import Path

import pytest
from click.testing import Result

from pipelines.city import City
from pipelines.resolution import ids
from pipelines.settings import Settings
from pipelines.summary import how_to_decide
from warehouse.model import Home
from warehouse.model.data_model import shipped

Onenet = Callable[..., Result]
ROOT = Path(__file__).parents[1]
ID = "P4ZK1T9XJ"

READERS: tuple[tuple[str, ...], ...] = (
    ("releases",),
    ("diff",),
    ("rollback", "0001-5f2c91ab"),
    ("deliveries",),
    ("confirm", "0123456789abcdef", "--by", "li"),
    ("refuse", "0123456789abcdef", "--by", "li"),
    ("trace", ID),
    ("explain", ID),
    ("rebuild",),
    ("review", "list"),
    ("review", "export", "--out", "review.xlsx"),
    ("review", "judge", ID, "PQ86G5XE2", "--verdict", "same", "--by", "li"),
)
DECIDERS: tuple[tuple[str, ...], ...] = (
    ("confirm", "0123456789abcdef"),
    ("refuse", "0123456789abcdef"),
    ("review", "import", "review.xlsx"),
    ("review", "judge", ID, "PQ86G5XE2", "--verdict", "same"),
    ("review", "withdraw", "J000001"),
)


@pytest.mark.parametrize("command", READERS, ids=" ".join)
def test_a_mistyped_home_is_no_home_and_is_not_made(onenet: Onenet, command: tuple[str, ...], tmp_path: Path) -> None:
    result = onenet(*command, "--home", tmp_path / "typo")
    assert result.exit_code == 2
    assert "no home here" in result.output
    assert not list(tmp_path.iterdir())


def test_a_file_and_an_empty_folder_are_no_homes(onenet: Onenet, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    (tmp_path / "folder").mkdir()
    for place in ("file", "folder"):
        result = onenet("rollback", "x", "--home", tmp_path / place)
        assert result.exit_code == 2
        assert "no home here" in result.output
    assert not list((tmp_path / "folder").iterdir())


@pytest.mark.parametrize("name", ["", " ", "\u3000"])
@pytest.mark.parametrize("command", DECIDERS, ids=" ".join)
def test_nobody_is_no_name(onenet: Onenet, finished_home: Path, command: tuple[str, ...], name: str) -> None:
    result = onenet(*command, "--by", name, "--home", finished_home)
    assert result.exit_code == 2
    assert "a name is wanted" in result.output
    assert not (finished_home / "landing" / "decisions.jsonl").exists()


def test_a_blank_name_in_the_environment_is_no_name_either(
    onenet: Onenet, finished_home: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("ONENET_STEWARD", " ")
    result = onenet("review", "withdraw", "J000001", "--home", finished_home)
    assert result.exit_code == 2
    assert "a name is wanted" in result.output


@pytest.mark.parametrize(
    "command",
    [
        *((*command, "--by", "\udcd5\udcc5") for command in DECIDERS),
        ("review", "judge", f"{ID}\udcd5", ID, "--verdict", "same", "--by", "li"),
        ("review", "withdraw", "J000001", "--by", "li", "--why", "\udcd5\udcc5"),
        ("explain", "hukou:a\udcd5.csv::1:subject"),
    ],
    ids=lambda command: ascii(" ".join(command)),
)
def test_text_a_terminal_sent_in_another_encoding_is_refused(
    onenet: Onenet, finished_home: Path, command: tuple[str, ...]
) -> None:
    result = onenet(*command, "--home", finished_home)
    assert result.exit_code == 2, result.exception
    assert "UTF-8" in result.output


@pytest.mark.parametrize("number", ["990101198503121230", "13800112233", "E12345678"])
@pytest.mark.parametrize(
    "command",
    [
        ("trace", "{}"),
        ("explain", "{}"),
        ("explain", ID, "{}"),
        ("confirm", "{}", "--by", "li"),
        ("rollback", "{}"),
        ("diff", "{}"),
        ("review", "judge", "{}", ID, "--verdict", "same", "--by", "li"),
        ("review", "withdraw", "{}", "--by", "li"),
    ],
    ids=" ".join,
)
def test_a_number_typed_where_an_id_belongs_is_not_repeated(
    onenet: Onenet, finished_home: Path, command: tuple[str, ...], number: str
) -> None:
    result = onenet(*(part.format(number) for part in command), "--home", finished_home)
    assert result.exit_code == 2, result.output
    assert number not in result.output


def test_the_ids_that_help_and_handbook_show_are_valid(onenet: Onenet) -> None:
    shown = onenet("trace", "--help").output + (ROOT / "docs" / "operations.md").read_text(encoding="utf-8")
    examples = re.findall(rf"\b[PHE][{ids.ALPHABET}]{{8}}\b", shown)
    assert len(examples) >= 3
    assert [example for example in examples if not ids.is_valid(shipped().prefixes, example)] == []


@pytest.mark.parametrize("option", ["--platforms", "--folder"])
def test_descriptions_in_a_folder_of_ones_own_are_checked(onenet: Onenet, option: str, tmp_path: Path) -> None:
    shipped = ROOT / "connectors" / "platforms" / "gongan_hukou.yaml"
    shutil.copy(shipped, tmp_path)
    result = onenet("platforms", option, tmp_path)
    assert result.exit_code == 0, result.output
    assert "gongan_hukou" in result.output
    assert "zhujian_zulin" not in result.output


def test_the_commands_that_decide_about_a_delivery_can_be_copied(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.delenv("ONENET_HOME", raising=False)
    monkeypatch.delenv("ONENET_CITY", raising=False)
    monkeypatch.delenv("ONENET_PLATFORMS", raising=False)
    home, own = Home(tmp_path / "a home"), City(tmp_path / "city", tmp_path / "own")
    confirm, refuse = how_to_decide(Settings(tmp_path, home, own), "0123456789abcdef").splitlines()
    assert confirm.endswith(
        f"onenet confirm 0123456789abcdef --by 姓名 --home '{home.root}' --city {tmp_path / 'city'}"
        f" --platforms {tmp_path / 'own'}"
    )
    assert "onenet refuse 0123456789abcdef --by 姓名" in refuse
    monkeypatch.setenv("ONENET_HOME", str(home.root))
    assert "--home" not in how_to_decide(Settings(tmp_path, home), "0123456789abcdef")


def test_a_workbook_that_is_there_is_not_written_over(onenet: Onenet, finished_home: Path, tmp_path: Path) -> None:
    book = tmp_path / "review.xlsx"
    book.write_bytes(b"filled in")
    export = ("review", "export", "--home", finished_home, "--kind", "housing", "--out", book)
    result = onenet(*export)
    assert result.exit_code == 2
    assert "--force" in result.output
    assert book.read_bytes() == b"filled in"
    assert onenet(*export, "--force").exit_code == 0
    assert book.read_bytes() != b"filled in"


@pytest.mark.parametrize("place", ["", "missing/review.xlsx", "file/review.xlsx"])
def test_a_workbook_is_written_into_a_folder_that_is_there(
    onenet: Onenet, finished_home: Path, tmp_path: Path, place: str
) -> None:
    (tmp_path / "file").touch()
    result = onenet("review", "export", "--home", finished_home, "--out", tmp_path / place)
    assert result.exit_code == 2
    assert f"--out {tmp_path / place}" in result.output
    assert [path.name for path in tmp_path.iterdir()] == ["file"]
