"""The town's own rows as the departments delivered them, and its extracts."""

from __future__ import annotations

import datetime as dt
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pytest

from warehouse.extracts import ExtractReport, OwnRows, prepare_extracts, write_extract
from warehouse.model import Home

VERSION = "0001-00000000"


def own_rows(platform: str, columns: dict[str, list[str | None]]) -> OwnRows:
    """Rows of one dataset as `connectors.current` gives them."""
    count = len(next(iter(columns.values())))
    head = {
        "delivery_id": ["d1"] * count,
        "file_name": [f"{platform}_20261101.csv"] * count,
        "sheet_name": [""] * count,
        "row_number": list(range(1, count + 1)),
        "row_key": [str(i) for i in range(count)],
        "repeat": [0] * count,
        "claimed_on": [dt.date(2026, 11, 1)] * count,
    }
    own = {name: pa.array(values, pa.string()) for name, values in columns.items()}
    return OwnRows(platform, platform, lambda: pa.table({**head, **own}))


OWN = {
    "gongan": own_rows(
        "hukou",
        {
            "身份证号": ["990101198503121230", "99010119900101001x", None, "990101198503121238"],
            "姓名": ["甲一", "乙二", "丙三", "甲　一"],
            "备注": ["=HYPERLINK(\"http://x\")", "-5", "+8613800112233", "\t@SUM(A1)"],
            "=列": ["a", None, "", "一、二"],
        },
    ),
    "zhujian": own_rows(
        "zulin",
        {"承租人": ["甲壹", "=丁四", None], "电话": ["138 0011 2233", "１３９００４４５５６６", None], "地址": ["花园1-101", "花园1-102", "花园1-103"]},
    ),
    "shichang": own_rows("gongshang", {"名称": ["某某商店"], "法人": ["乙二"]}),
}  # fmt: skip


@pytest.fixture(scope="module")
def extract(shared_home: Home) -> Callable[[str], ExtractReport]:
    """Write the extract of a department of the town, once a module."""
    done: dict[str, ExtractReport] = {}
    prepare_extracts(shared_home, threads=1)

    def write(department: str) -> ExtractReport:
        if department not in done:
            done[department] = write_extract(shared_home, VERSION, department, [OWN[department]], threads=1)
        return done[department]

    return write


@pytest.fixture(scope="module")
def folder(extract: Callable[[str], ExtractReport]) -> Path:
    """The extract of the department that sees names, numbers and phones."""
    return extract("gongan").folder
