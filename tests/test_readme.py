"""What the READMEs promise: every query in them runs on a release, and the platform they add is read."""

from __future__ import annotations

import re
from collections.abc import Callable
from pathlib import Path

import duckdb
import pytest
import yaml
from click.testing import Result

Onenet = Callable[..., Result]

ROOT = Path(__file__).parents[1]
READMES = [path for path in (ROOT / "README.md", ROOT / "README.zh-CN.md") if path.exists()]


def blocks(readme: Path, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", readme.read_text(encoding="utf-8"), flags=re.S)


QUERIES = [pytest.param(sql, id=f"{path.name}-{i}") for path in READMES for i, sql in enumerate(blocks(path, "sql"), 1)]


@pytest.mark.parametrize("sql", QUERIES)
def test_the_query_runs_and_finds_something(sql: str, finished_home: Path) -> None:
    with duckdb.connect(str(finished_home / "one_network.duckdb"), read_only=True) as con:
        assert con.sql(sql).fetchall()


def test_the_platform_of_the_walk_through_is_valid_and_its_rows_arrive(onenet: Onenet, tmp_path: Path) -> None:
    declared, twin = (text for readme in READMES for text in blocks(readme, "yaml") if text.startswith("platform:"))
    assert yaml.safe_load(declared) == yaml.safe_load(twin)  # they differ in their comments
    name = yaml.safe_load(declared)["platform"]
    platforms, inbox = tmp_path / "platforms", tmp_path / "inbox" / name
    platforms.mkdir()
    inbox.mkdir(parents=True)
    (platforms / f"{name}.yaml").write_text(declared, encoding="utf-8")
    rows = "姓名,证件号码,手机,单位名称,更新日期\n欧阳试,11010119900307889X,13900001234,江南试验有限公司,2026-10-01\n"
    (inbox / "公积金缴存_20261101.csv").write_bytes(rows.encode("gb18030"))
    result = onenet("run", "--inbox", inbox.parent, "--home", tmp_path / "home", "--platforms", platforms)
    assert result.exit_code == 0, result.output
    with duckdb.connect(str(tmp_path / "home" / "one_network.duckdb"), read_only=True) as con:
        assert con.sql("select count(*) from link.mention").fetchone() == (1,)


@pytest.mark.parametrize("readme", READMES, ids=lambda path: path.name)
def test_every_file_the_readme_points_to_exists(readme: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", readme.read_text(encoding="utf-8")):
        assert (ROOT / target).exists(), target
