"""What the cookbook promises: every query runs, its Chinese form gives the same answer, results and charts are there."""

from __future__ import annotations

import re
from pathlib import Path

import duckdb
import pytest

DOCS = Path(__file__).parents[1] / "docs"
TEXT = (DOCS / "cookbook.md").read_text(encoding="utf-8")
SECTIONS = re.findall(r"^## \d+\. .*?(?=^## )", TEXT, flags=re.S | re.M)
TITLES = [section.split("\n")[0].removeprefix("## ") for section in SECTIONS]


def blocks(text: str, language: str) -> list[str]:
    return re.findall(rf"```{language}\n(.*?)```", text, flags=re.S)


def test_there_are_twenty_questions_and_more() -> None:
    assert len(SECTIONS) >= 20
    assert [int(title.split(".")[0]) for title in TITLES] == list(range(1, len(SECTIONS) + 1))


@pytest.mark.parametrize("section", SECTIONS, ids=TITLES)
def test_the_chinese_twin_gives_the_same_answer(section: str, finished_home: Path) -> None:
    english, chinese = blocks(section, "sql")
    with duckdb.connect(str(finished_home / "one_network.duckdb"), read_only=True) as con:
        answer, twin = con.sql(english), con.sql(chinese)
        assert answer.fetchall() == twin.fetchall()
        assert all(re.search(r"[一-鿿]", column) for column in twin.columns)


@pytest.mark.parametrize("section", SECTIONS, ids=TITLES)
def test_the_answer_of_the_sample_city_stands_below_the_query(section: str, finished_home: Path) -> None:
    (english, _) = blocks(section, "sql")
    with duckdb.connect(str(finished_home / "one_network.duckdb"), read_only=True) as con:
        columns = con.sql(english).columns
    (result,) = re.findall(r"<!-- result[^>]*-->\n(.*?)<!-- end -->", section, flags=re.S)
    assert result.startswith(f"| {' | '.join(columns)} |")
    assert "None in the sample city" not in result
    for picture in re.findall(r"\]\((cookbook/.*?)\)", result):
        assert (DOCS / picture).read_text(encoding="utf-8").startswith("<svg")


def test_two_releases_are_joined_as_one_query(finished_home: Path) -> None:
    (statements,) = blocks(TEXT, "sql two-releases")
    file = finished_home / "one_network.duckdb"
    statements = re.sub(r"'home/releases/[^']*'", f"'{file}'", statements, count=1)
    copy = next((finished_home / "releases").iterdir()) / "parquet"
    assert copy.is_dir()
    with duckdb.connect() as con:
        # One file can't be attached twice in a process: its copy is the release it was compared with.
        other = finished_home.parent / "another_release.duckdb"
        other.write_bytes(file.read_bytes())
        statements = re.sub(r"'home/releases/[^']*'", f"'{other}'", statements, count=1)
        for statement in duckdb.extract_statements(statements):
            rows = con.execute(statement).fetchall()
            assert rows == []  # nothing moved between a release and itself


def test_the_parquet_files_are_read_as_the_cookbook_says(finished_home: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    (code,) = blocks(TEXT, "python")
    names: dict[str, object] = {}
    exec(code.replace("home/", f"{finished_home}/"), names)
    assert len(names["grids"]) > 0  # type: ignore[arg-type]
