"""What the page on matching promises: its code runs from the first line to the last, the Chinese twin has the same code."""

from __future__ import annotations

import re
import sys
from pathlib import Path
from types import ModuleType

import pytest

import pipelines.matching as matching

DOCS = Path(__file__).parents[1] / "docs"
PAGES = [DOCS / "matching.md", DOCS / "matching.zh-CN.md"]


def code(page: Path) -> list[str]:
    return re.findall(r"```python\n(.*?)```", page.read_text(encoding="utf-8"), flags=re.S)


def test_the_code_runs_and_its_results_can_be_trusted(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch, capsys: pytest.CaptureFixture[str]
) -> None:
    monkeypatch.chdir(tmp_path)
    page = ModuleType("page")
    monkeypatch.setitem(sys.modules, "page", page)
    names = vars(page)
    for number, block in enumerate(code(PAGES[0]), 1):
        exec(compile(block, f"matching.md, block {number}", "exec", dont_inherit=True), names)
    alone, taught = (matching.evaluate(names[n], truth=names["truth"]) for n in ("result", "taught"))
    assert alone.precision > 0.95
    assert alone.recall > 0.8
    assert taught.f1 >= alone.f1
    assert names["said"].problems == ()
    assert "probability" in capsys.readouterr().out
    assert {p.name for p in tmp_path.iterdir()} == {"waterfall.svg", "cluster.svg", "customers.html"}


def test_the_twin_has_the_same_code() -> None:
    assert code(PAGES[0]) == code(PAGES[1])


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_name_in_the_tables_of_the_page_can_be_imported(page: Path) -> None:
    known = set(matching.__all__) | set(vars(matching.charts)) | set(dir(matching.MatchResult))
    used = set(re.findall(r"`([A-Z][A-Za-z]+)\(", page.read_text(encoding="utf-8")))
    assert used - known <= {"SettingsCreator"}
    assert used & set(matching.__all__) >= {"Same", "Jaccard", "DateWithin", "And"}


@pytest.mark.parametrize("page", PAGES, ids=lambda page: page.name)
def test_every_file_the_page_points_to_exists(page: Path) -> None:
    for target in re.findall(r"\]\(([^)#]+)\)", page.read_text(encoding="utf-8")):
        assert (page.parent / target).exists(), target
