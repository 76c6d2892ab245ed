"""What people's data lie in is closed to everybody but the account of the run; what is masked is open to its group."""

from __future__ import annotations

import grp
import os
import stat
from pathlib import Path

import pytest

from connectors.registry import ConfigurationError
from pipelines.permissions import private_folders, private_to_owner, shared_folders
from warehouse.model import Home


def mode(path: Path) -> int:
    return stat.S_IMODE(path.lstat().st_mode)


def test_a_home_others_could_read_is_closed_and_what_is_written_in_it_stays_so(tmp_path: Path) -> None:
    home = Home(tmp_path / "home")
    former = os.umask(0o022)
    try:
        (home.root / "stage" / "golden").mkdir(parents=True)
        home.landing.mkdir()
        with private_to_owner(home):
            (home.stage("golden", "person")).write_text("x")
        assert os.umask(0o022) == 0o022  # what is not of the home is as the account likes it
    finally:
        os.umask(former)
    assert {mode(folder) for folder in shared_folders(home)} == {0o750}
    assert {mode(folder) for folder in private_folders(home)} == {0o700}
    assert mode(home.stage("golden", "person")) == 0o640


def test_after_a_run_nothing_with_full_numbers_is_open_to_others(finished_home: Path) -> None:
    home = Home(finished_home)
    assert mode(home.root) == 0o750
    closed = {home.root / name for name in ("landing", "stage", "models", "judgements", "extracts")}
    assert {mode(folder) for folder in closed} == {0o700}
    assert mode(home.token_key) == 0o600 if home.token_key.exists() else True


def test_what_is_masked_belongs_to_the_group_the_settings_name(tmp_path: Path) -> None:
    home, group = Home(tmp_path / "home"), grp.getgrgid(os.getegid()).gr_name
    with private_to_owner(home, group):
        pass
    assert {folder.stat().st_gid for folder in shared_folders(home)} == {os.getegid()}
    with pytest.raises(ConfigurationError, match="no group of this machine"), private_to_owner(home, "no_such_group"):
        pass
