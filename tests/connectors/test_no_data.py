"""Rows about the table are no rows of it: they are refused with a reason of their own, and nobody is called 合计."""

from __future__ import annotations

from pathlib import Path

import pytest
import yaml

COLUMNS = ["姓名", "证件", "电话", "住址", "备注"]
CASES = yaml.safe_load(Path(__file__).with_name("no_data.yaml").read_text(encoding="utf-8"))


@pytest.mark.parametrize("case", CASES, ids=lambda case: case["row"])
def test_a_row_is_data_or_about_the_data(desk, build, case):
    cells = case["row"].split("|")[: len(COLUMNS)]
    platform = build({"kind": "delimited", "encoding": "utf-8"}, COLUMNS)
    lines = ["|".join(COLUMNS), "李四|x|1|西街|", "|".join(cells)]
    report = desk.land(platform, "\n".join(line.replace("|", ",") for line in lines) + "\n")
    assert (report.rows_delivered, report.rows_landed) == (2, 2 if case["code"] is None else 1)
    assert [code for _, _, code in desk.refused()] == ([case["code"]] if case["code"] else [])


def test_a_total_in_a_table_of_one_column_is_known_too(desk, build):
    platform = build({"kind": "delimited", "encoding": "utf-8"}, ["姓名"])
    desk.land(platform, "姓名\n张三\n合计：1\n姓名\n")
    assert [code for _, _, code in desk.refused()] == ["footer_row", "heading_repeated"]
