"""The notebook opens on a release and every cell of it runs."""

from __future__ import annotations

import importlib.util
import os
import subprocess
import sys
from pathlib import Path

import duckdb
import pytest

NOTEBOOK = Path(__file__).parents[1] / "docs" / "notebook.py"


@pytest.mark.skipif(importlib.util.find_spec("marimo") is None, reason="the extra `notebook` is not installed")
def test_every_cell_of_the_notebook_runs_on_a_release(finished_home: Path, tmp_path: Path) -> None:
    page = tmp_path / "notebook.html"
    done = subprocess.run(
        [sys.executable, "-m", "marimo", "export", "html", NOTEBOOK, "-o", page, "--no-include-code"],
        env={**os.environ, "ONENET_HOME": str(finished_home)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode == 0, done.stderr
    with duckdb.connect(str(finished_home / "one_network.duckdb"), read_only=True) as con:
        (version,) = con.sql("select version from catalogue.release").fetchone() or ("",)
    assert version in page.read_text(encoding="utf-8")


@pytest.mark.skipif(importlib.util.find_spec("marimo") is None, reason="the extra `notebook` is not installed")
def test_a_notebook_that_fails_would_be_noticed(tmp_path: Path) -> None:
    done = subprocess.run(
        [sys.executable, "-m", "marimo", "export", "html", NOTEBOOK, "-o", tmp_path / "notebook.html"],
        env={**os.environ, "ONENET_HOME": str(tmp_path)},
        capture_output=True,
        text=True,
        check=False,
    )
    assert done.returncode != 0
