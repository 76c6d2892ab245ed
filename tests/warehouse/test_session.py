"""DuckDB keeps its temporary files where the run keeps its own."""

from __future__ import annotations

import re
import tempfile
from pathlib import Path

import pytest

from warehouse.model.session import connect

ROOT = Path(__file__).parent.parent.parent


def test_what_is_spilled_lies_in_the_folder_of_temporary_files_and_goes_with_the_session(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setattr(tempfile, "tempdir", str(tmp_path))
    monkeypatch.chdir(tmp_path)
    with connect(memory_limit="60MB", threads=1) as one, connect() as other:
        one.execute("create table t as select range as a, repeat('x', 500) || range as b from range(200000)")
        spilled = [path for path in tmp_path.rglob("*") if path.is_file()]
        assert spilled
        assert all(path.parent.name.startswith("duckdb-") for path in spilled)
        places = {con.sql("select current_setting('temp_directory')").fetchall()[0][0] for con in (one, other)}
        assert len(places) == 2
    assert [path for path in tmp_path.rglob("*") if path.is_file()] == []


def test_every_session_in_memory_is_opened_by_this_function() -> None:
    folders = ("connectors", "pipelines", "quality", "warehouse")
    opened = re.compile(r"duckdb\.connect\((?!str\()")
    found = [
        path.name
        for folder in folders
        for path in (ROOT / folder).rglob("*.py")
        if opened.search(path.read_text(encoding="utf-8").replace("duckdb.connect('{", ""))
        and path.name not in ("session.py", "memory.py")  # this one asks DuckDB how large the machine is
    ]
    assert found == []
