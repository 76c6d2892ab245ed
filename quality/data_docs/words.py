"""What suites, platforms and Great Expectations' own words are called: Chinese first, English beside it."""

from __future__ import annotations

import re
from collections.abc import Mapping

from quality.suites.source import contracts
from warehouse.model.data_model import DataModel

Title = tuple[str, str]
"""Chinese and English."""

WORDS = {
    "Actions": "筛选 Filter",
    "Validation Filter:": "显示哪些检查 Show",
    "Show All": "全部 all",
    "Failed Only": "未通过 not passed",
    "Table-Level Expectations": "检查 Checks",
    "Status": "结果 outcome",
    "Expectation": "检查内容 check",
    "Observed Value": "不符行 / 受检行 at fault / checked",
}
"""Great Expectations' words that are left on its pages; `test_data_docs` reads whole pages for others."""
_TEXT = re.compile(r">(\s*)([^<>]*[^<>\s])(\s*)<")


def in_chinese(page: str) -> str:
    """The page with every text between two tags that is one of `WORDS` replaced; a check's own words never are."""
    return _TEXT.sub(lambda found: f">{found[1]}{WORDS.get(found[2], found[2])}{found[3]}<", page)


def suite_title(model: DataModel, suite: str, platforms: Mapping[str, Title]) -> Title:
    """The title of a suite: of the platform whose deliveries it checks, or of the table. Unknown ones keep their name."""
    if suite == "release":
        return "发布版", "Release"
    if platform := platforms.get(suite.removeprefix("landing.")):
        return f"{platform[0]} · 交付", f"{platform[1]}, deliveries"
    if table := contracts(model).get(suite):
        return re.sub("（.*?）", "", table.zh), table.en
    return suite, suite
