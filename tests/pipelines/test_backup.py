"""From a backup a home comes back with the same ids, whatever state it was in when it was made."""

from __future__ import annotations

import json
import stat
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
from click.testing import Result

from pipelines.backup import BackupError, back_up, restore
from warehouse.model import Home
from warehouse.model.layout import LAYOUT, layout_of

Onenet = Callable[..., Result]


@pytest.fixture
def home(tmp_path: Path) -> Home:
    """A home in which a run was killed: something is half written."""
    made = Home(tmp_path / "home")
    for path, content in (
        (made.original("ab" + "0" * 62), b"delivered"),
        (made.judgements / "000001.jsonl", b"{}"),
        (made.model("person"), b"{}"),
        (made.root / "stage/identity/committed/person.parquet", b"ids"),
        (made.landing / "original" / ".x.writing", b"half"),
        (made.stage("golden", "person"), b"made again"),
        (made.token_key, b"k" * 64),
    ):
        path.parent.mkdir(parents=True, exist_ok=True)
        path.write_bytes(content)
    return made


def test_what_can_t_be_made_again_comes_back_byte_for_byte(home: Home, tmp_path: Path) -> None:
    assert back_up(home, tmp_path / "b.tar") == 5
    assert stat.S_IMODE((tmp_path / "b.tar").stat().st_mode) == 0o600
    other = Home(tmp_path / "other")
    assert restore(tmp_path / "b.tar", other) == 5
    for path in (
        home.original("ab" + "0" * 62),
        home.model("person"),
        home.token_key,
        home.judgements / "000001.jsonl",
    ):
        assert (other.root / path.relative_to(home.root)).read_bytes() == path.read_bytes()
    assert not other.stage("golden", "person").exists()
    assert list(other.root.rglob(".*")) == []
    assert layout_of(other) == LAYOUT


def test_nothing_is_written_over(home: Home, tmp_path: Path) -> None:
    back_up(home, tmp_path / "b.tar")
    with pytest.raises(BackupError, match="choose another"):
        back_up(home, tmp_path / "b.tar")
    with pytest.raises(BackupError, match="not empty"):
        restore(tmp_path / "b.tar", home)


@pytest.mark.parametrize("damage", ["cut", "changed", "none"])
def test_a_backup_that_is_not_what_was_written_is_refused(home: Home, tmp_path: Path, damage: str) -> None:
    back_up(home, tmp_path / "b.tar")
    content = (tmp_path / "b.tar").read_bytes()
    harm = {"cut": content[: len(content) // 3], "changed": content.replace(b"delivered", b"DELIVERED"), "none": b"x"}
    (tmp_path / "bad.tar").write_bytes(harm[damage])
    with pytest.raises(BackupError, match=r"damaged|no whole backup"):
        restore(tmp_path / "bad.tar", Home(tmp_path / "other"))


def test_a_home_of_newer_code_is_left_alone(onenet: Onenet, home: Home, tmp_path: Path) -> None:
    home.mark.write_text(json.dumps({"layout": LAYOUT + 1}))
    (tmp_path / "inbox").mkdir()
    result = onenet("run", "--inbox", tmp_path / "inbox", "--home", home.root)
    assert result.exit_code == 2
    assert "newer version" in result.output


@pytest.mark.trial
def test_a_restored_home_gives_the_same_people_the_same_ids(
    onenet: Onenet, city: Path, finished_home: Path, tmp_path: Path
) -> None:
    made = onenet("backup", "--home", finished_home, "--out", tmp_path / "b.tar")
    assert made.exit_code == 0, made.output
    home = tmp_path / "home"
    assert onenet("restore", tmp_path / "b.tar", "--home", home).exit_code == 0
    ran = onenet("run", "--inbox", city / "deliveries", "--home", home)
    assert ran.exit_code == 0, ran.output
    query = "select entity_kind, entity_id, platform, file_name, sheet_name, row_number, role from library.link.mention order by all"
    ids = []
    for folder in (finished_home, home):
        with duckdb.connect() as con:
            con.execute(f"attach '{(folder / 'one_network.duckdb').resolve()}' as library (read_only)")
            ids.append(con.execute(query).fetchall())
    assert ids[0] == ids[1]
