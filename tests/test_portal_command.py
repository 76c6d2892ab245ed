"""`onenet portal user …` and `onenet ledger verify`: what is said, and the exit codes."""

import json
import re

import pytest
import typer

from pipelines.backup import back_up, restore
from warehouse import ledger
from warehouse.model import Home


@pytest.fixture
def home(tmp_path):
    (tmp_path / "landing").mkdir()
    return Home(tmp_path)


def test_an_account_is_made_with_a_first_password_that_is_said_once(onenet, home):
    made = onenet(
        "portal", "user", "add", "chen", "--role", "department", "--department", "gongan", "--home", home.root
    )
    assert made.exit_code == 0, made.output
    assert re.search(r"password: \S{16}", made.output)
    again = onenet("portal", "user", "add", "chen", "--role", "admin", "--home", home.root)
    assert again.exit_code == 2
    listed = onenet("portal", "user", "list", "--home", home.root)
    assert "chen" in listed.output
    assert "gongan" in listed.output
    assert onenet("portal", "user", "reset", "chen", "--home", home.root).exit_code == 0
    assert "停用" in onenet("portal", "user", "close", "chen", "--home", home.root).output
    assert "停用" in onenet("portal", "user", "list", "--home", home.root).output
    told = [line["about"]["change"] for line in ledger.ledger_lines(home, 9)]
    assert told == ["closed", "password", "made"]


def test_a_role_that_is_none_is_told(onenet, home):
    said = onenet("portal", "user", "add", "chen", "--role", "king", "--home", home.root)
    assert said.exit_code == 2
    assert "steward" in said.output


def test_a_portal_without_accounts_or_home_is_not_served(onenet, home, tmp_path):
    assert "user add" in onenet("portal", "--home", home.root).output
    assert onenet("portal", "--home", tmp_path / "nowhere").exit_code == 2
    assert not (tmp_path / "nowhere").exists()


def test_the_ledger_is_verified_against_what_others_hold(onenet, home, tmp_path):
    for _ in range(3):
        ledger.append(home, "sign_in", "chen")
    receipt = tmp_path / "receipt.json"
    receipt.write_text(json.dumps({"ledger": ledger.head(home).printed}))
    whole = onenet("ledger", "verify", "--home", home.root, "--against", receipt)
    assert (whole.exit_code, "完整" in whole.output) == (0, True)
    home.acts.write_bytes(b"".join(home.acts.read_bytes().splitlines(keepends=True)[:2]))
    cut = onenet("ledger", "verify", "--home", home.root, "--against", receipt)
    assert cut.exit_code == 1
    assert "末尾被截去" in cut.output
    assert "receipt.json" in cut.output


def test_a_witness_that_says_nothing_is_told(onenet, home, tmp_path):
    (tmp_path / "manifest.json").write_text("{}")
    for path in (tmp_path / "manifest.json", tmp_path / "missing.json"):
        assert onenet("ledger", "verify", "--home", home.root, "--against", path).exit_code == 2


def test_a_backup_holds_the_ledger_as_it_was_at_a_moment(home, tmp_path):
    for _ in range(3):
        ledger.append(home, "sign_in", "chen")
    back_up(home, tmp_path / "home.tar")
    ledger.append(home, "sign_out", "chen")
    other = Home(tmp_path / "restored")
    restore(tmp_path / "home.tar", other)
    assert ledger.head(other).lines == 3
    assert ledger.verify(other).whole
    assert not list(home.root.glob(".backup*"))


def test_a_release_stands_in_the_ledger_and_prints_its_head(finished_home, onenet):
    home = Home(finished_home)
    (manifest,) = home.release("").glob("*/manifest.json")
    said = json.loads(manifest.read_text())
    first = list(ledger.ledger_lines(home, 100))[-1]
    assert (first["act"], first["about"]["version"]) == ("release", said["version"])
    assert {**said["ledger"], "key": "", "signature": ""} == {
        "count": 1,
        "head": first["hash"],
        "key": "",
        "signature": "",
    }
    assert onenet("ledger", "verify", "--home", finished_home).exit_code == 0


def test_a_command_that_ends_with_a_code_is_no_fault_of_the_home():
    from pipelines.commands.faults import ENDINGS

    assert issubclass(typer.Exit, ENDINGS)
    assert issubclass(typer.Abort, ENDINGS)
