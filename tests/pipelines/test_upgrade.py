"""A home made by older code is taken over: the same ids, closed to others, with a mark. Before that commands answer in a line."""

from __future__ import annotations

import json
import shutil
import stat
from collections.abc import Callable
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest
from click.testing import Result

from warehouse.model import Home
from warehouse.model.layout import LAYOUT, layout_of

Onenet = Callable[..., Result]

LATER = ("home.json", "ledger", "status", "judgements", "portal", "city", "remote_inbox", "stage/done/run.json")
"""What homes of the twenty-fifth of November 2026 did not have."""


@pytest.fixture
def old(finished_home: Path, tmp_path: Path) -> Home:
    """A home as that code left it: without what came later, readable by everybody, its last steps done by other code."""
    home = Home(tmp_path / "home")
    shutil.copytree(finished_home, home.root, symlinks=True)
    for name in LATER:
        path = home.root / name
        shutil.rmtree(path) if path.is_dir() else path.unlink(missing_ok=True)
    for path in home.release("").glob("*/manifest.json"):
        said = json.loads(path.read_text())
        said.pop("ledger", None)
        path.chmod(0o644)
        path.write_text(json.dumps(said))
    for path in [home.root, *home.root.rglob("*")]:
        if path.is_dir() and not path.is_symlink():
            path.chmod(0o755)
    mark = home.done("scorecard")
    mark.write_text(json.dumps(json.loads(mark.read_text()) | {"fingerprint": "of other code"}))
    scores = home.stage("quality", "scorecard")
    table = pq.read_table(scores)
    pq.write_table(table.drop_columns(table.column_names[-1]), scores)  # a column that came later
    return home


def ids(home: Path) -> list[tuple[object, ...]]:
    with duckdb.connect(str(home / "one_network.duckdb"), read_only=True) as library:
        query = "select entity_kind, entity_id, platform, file_name, sheet_name, row_number, role from link.mention order by all"
        return library.execute(query).fetchall()


def test_the_next_run_takes_an_old_home_over_with_its_ids(
    onenet: Onenet, city: Path, finished_home: Path, old: Home
) -> None:
    for command in (("releases",), ("deliveries",), ("review", "list"), ("ledger", "verify"), ("diff",)):
        said = onenet(*command, "--home", old.root)
        assert said.exit_code in (0, 2), said.output
        assert "Traceback" not in said.output
    ran = onenet("run", "--inbox", city / "deliveries", "--home", old.root)
    assert ran.exit_code == 0, ran.output
    assert ids(old.root) == ids(finished_home)
    assert layout_of(old) == LAYOUT
    assert old.mark.exists()
    assert stat.S_IMODE(old.root.stat().st_mode) == 0o750
    assert stat.S_IMODE(old.landing.stat().st_mode) == 0o700
    assert json.loads((old.status / "run.json").read_text())["exit_code"] == 0
