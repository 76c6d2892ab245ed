"""Faults of the machine and damaged files end a command in one line with exit code 2; a bug still shows its traceback."""

from __future__ import annotations

import errno
import os
import re
import shutil
import subprocess
import sys
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from click.testing import Result

from pipelines.commands.faults import told_of
from pipelines.nothing_new import nothing_new, record_success, run_fingerprint
from pipelines.settings import Settings
from warehouse.model import Home

Onenet = Callable[..., Result]
NUMBER = "990101198503121230"


@pytest.fixture
def home(finished_home: Path, tmp_path: Path) -> Home:
    """A home of its own after a run, to be damaged."""
    copy = Home(tmp_path / "home")
    shutil.copytree(finished_home, copy.root, symlinks=True)
    return copy


def damage(path: Path, content: bytes = b"no such format") -> Path:
    path.unlink()
    path.write_bytes(content)
    return path


def a_line(result: Result) -> str:
    """What was told; fails on a traceback, another exit code, or many lines."""
    assert result.exit_code == 2, result.output
    assert isinstance(result.exception, SystemExit)
    assert len(result.output.strip().splitlines()) == 1
    return result.output


def some_person(home: Home) -> str:
    return str(pq.read_table(home.stage("entity", "person"), columns=["entity_id"])["entity_id"][0])


@pytest.mark.parametrize("kept", [0, 100, 1_000_000])
def test_a_damaged_library_is_named_and_what_makes_it_again(onenet: Onenet, home: Home, kept: int) -> None:
    damage(home.library, home.library.read_bytes()[:kept])
    for command in ("trace", "explain"):
        told = a_line(onenet(command, some_person(home), "--home", home.root))
        assert str(home.library) in told
        assert "onenet rebuild" in told


def test_a_damaged_line_of_the_landing_manifest_is_to_be_restored(onenet: Onenet, home: Home) -> None:
    path = damage(next(home.landing.glob("delivery/gongan_hukou/*.parquet")))
    for command in (("deliveries",), ("confirm", path.stem, "--by", "li")):
        told = a_line(onenet(*command, "--home", home.root))
        assert str(path) in told
        assert "备份" in told


def test_a_model_that_cannot_be_read_says_what_makes_it_again(onenet: Onenet, home: Home, tmp_path: Path) -> None:
    damage(home.model("person"), b'{"format": 0}')
    told = a_line(onenet("review", "export", "--home", home.root, "--out", tmp_path / "review.xlsx"))
    assert "ModelError" in told
    assert "onenet run" in told


def test_a_home_of_another_version_says_that_a_run_makes_it_anew(onenet: Onenet, home: Home, tmp_path: Path) -> None:
    """After an upgrade what the last run left may lack a column, or be a model of another form."""
    version = next((home.root / "releases").iterdir()).name
    manifest = home.release(version) / "manifest.json"
    damage(manifest, re.sub(rb'"code_version": "[^"]*"', b'"code_version": "0"', manifest.read_bytes()))
    review = ("review", "export", "--home", home.root, "--out", tmp_path / "review.xlsx")
    mentions = home.stage("mention", "person")
    table = pq.read_table(mentions)
    pq.write_table(table.drop_columns(["row_key"]), mentions)
    told = a_line(onenet(*review))
    assert "另一版本" in told
    assert "onenet run" in told
    pq.write_table(table, mentions)
    damage(home.model("person"), b'{"format": 0}')
    assert "另一版本" in a_line(onenet(*review))


def test_a_damaged_or_missing_stage_file_is_named(onenet: Onenet, home: Home, tmp_path: Path) -> None:
    path, book = home.stage("mention", "person"), tmp_path / "review.xlsx"
    damage(path)
    assert str(path) in a_line(onenet("review", "export", "--home", home.root, "--out", book))
    path.unlink()
    told = a_line(onenet("review", "export", "--home", home.root, "--out", book))
    assert str(path) in told
    assert "onenet run" in told
    assert not list(tmp_path.glob("*.xlsx"))


def test_without_the_stages_of_a_run_nothing_is_asked_or_judged(onenet: Onenet, home: Home, tmp_path: Path) -> None:
    person = some_person(home)
    shutil.rmtree(home.root / "stage")
    for command in (
        ("export", "--out", tmp_path / "review.xlsx"),
        ("import", tmp_path / "review.xlsx", "--by", "li"),
        ("judge", person, person, "--verdict", "same", "--by", "li"),
    ):
        assert "onenet run" in a_line(onenet("review", *command, "--home", home.root))


def test_a_damaged_ledger_says_so_itself(onenet: Onenet, home: Home) -> None:
    home.judgements.mkdir(exist_ok=True)
    (home.judgements / "000001.jsonl").write_text('{"half', encoding="utf-8")
    assert "000001.jsonl" in a_line(onenet("review", "list", "--home", home.root))


def test_a_damaged_mark_of_the_last_run_is_none(city: Path, home: Home) -> None:
    settings = Settings(city / "deliveries", home)
    record_success(home, "given")
    assert nothing_new(settings, "given")
    home.done("run").write_text('{"finger', encoding="utf-8")
    assert not nothing_new(settings, "given")


def test_new_models_can_be_asked_for_though_the_note_of_it_is_damaged(city: Path, home: Home) -> None:
    from pipelines.stages.models import ask_for_new_models, asked

    home.retrain.write_bytes(b"\xff")
    assert run_fingerprint(Settings(city / "deliveries", home))
    ask_for_new_models(home)
    assert asked(home) == 1


def test_a_city_is_not_written_where_a_file_lies(onenet: Onenet, tmp_path: Path) -> None:
    (tmp_path / "file").touch()
    assert "应为文件夹" in a_line(onenet("sample", "--persons", 100, "--out", tmp_path / "file"))


def test_a_seed_below_zero_is_refused(onenet: Onenet, tmp_path: Path) -> None:
    result = onenet("sample", "--persons", 100, "--seed", -5, "--out", tmp_path / "city")
    assert result.exit_code == 2
    assert not (tmp_path / "city").exists()


@pytest.mark.skipif(os.geteuid() == 0, reason="root may do anything")
def test_a_home_that_may_not_be_written_to_is_named(onenet: Onenet, home: Home) -> None:
    home.lock.touch()
    home.lock.chmod(0o400)
    told = a_line(onenet("rollback", "0099-00000000", "--home", home.root))
    assert str(home.lock) in told
    assert "没有写入权限" in told


@pytest.mark.parametrize(
    ("error", "words"),
    [
        (PermissionError(errno.EACCES, "", "{}/file"), "没有写入权限"),
        (PermissionError(errno.EACCES, "", "/root/{}/file"), "没有进入其所在文件夹的权限"),
        (FileNotFoundError(errno.ENOENT, "", "{}/file"), "请核对路径"),
        (FileNotFoundError(errno.ENOENT, "", "{}/folder/file"), "所在文件夹不存在"),
        (IsADirectoryError(errno.EISDIR, "", "{}/.a.writing", None, "{}"), "应为文件"),
        (NotADirectoryError(errno.ENOTDIR, "", "{}/file"), "应为文件夹"),
        (FileExistsError(errno.EEXIST, "", "{}/file"), "已有同名文件"),
        (OSError(errno.EROFS, "", "{}/file"), "文件系统只读"),
        (OSError(errno.ENOSPC, "", "{}/file"), "磁盘已满"),
        (OSError(errno.ELOOP, "", "{}/file"), os.strerror(errno.ELOOP)),
    ],
    ids=lambda value: type(value).__name__ if isinstance(value, OSError) else None,
)
def test_an_error_of_the_system_names_the_path_and_what_is_wrong(error: OSError, words: str, tmp_path: Path) -> None:
    error.filename = error.filename.format(tmp_path)
    if error.filename2:
        error.filename2 = error.filename2.format(tmp_path)
    told = told_of(error)
    assert told is not None
    assert words in told
    assert told.startswith(error.filename2 or error.filename)


@pytest.mark.parametrize("kind", [duckdb.IOException, duckdb.InvalidInputException, pa.ArrowInvalid, OSError])
def test_of_a_damaged_file_no_cell_is_told(kind: type[Exception], tmp_path: Path) -> None:
    told = told_of(kind(f"could not convert '{NUMBER}' in \"{tmp_path}/stage/a.parquet\" near '{NUMBER}'"), tmp_path)
    assert told is not None
    assert str(tmp_path / "stage" / "a.parquet") in told
    assert NUMBER not in told


@pytest.mark.parametrize(
    "error", [KeyError("x"), ValueError("x"), duckdb.BinderException("x"), BrokenPipeError(32, "x")]
)
def test_a_bug_and_a_reader_that_went_away_are_no_faults(error: Exception) -> None:
    assert told_of(error) is None


def test_a_bug_in_a_command_keeps_its_traceback(onenet: Onenet, home: Home, monkeypatch: pytest.MonkeyPatch) -> None:
    def broken(_: Home) -> None:
        raise KeyError("a bug")

    monkeypatch.setattr("warehouse.release.releases", broken)
    assert isinstance(onenet("releases", "--home", home.root).exception, KeyError)


def test_help_loads_neither_duckdb_nor_arrow() -> None:
    code = (
        "import sys\nfrom pipelines.cli import app\n"
        "try:\n    app(['--help'])\nexcept SystemExit:\n    pass\n"
        "sys.exit(bool({'duckdb', 'pyarrow'} & set(sys.modules)))"
    )
    assert subprocess.run([sys.executable, "-c", code], capture_output=True, check=False).returncode == 0
