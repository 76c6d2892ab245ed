"""Workbooks stay within what Excel takes."""

from __future__ import annotations

from pathlib import Path

import pyarrow as pa
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from warehouse.extracts import workbook
from warehouse.extracts.plan import entitled, plan_dataset
from warehouse.extracts.safe_text import CELL_LIMIT, fit_cells, guard_csv
from warehouse.extracts.workbook import Sheet, sheet_name, write_workbook
from warehouse.model.data_model import shipped


def test_rows_beyond_a_sheet_go_to_further_sheets(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setattr(workbook, "SHEET_ROWS", 2)
    write_workbook(tmp_path / "b.xlsx", [Sheet("人口", pa.table({"行": list(range(5))}))])
    book = load_workbook(tmp_path / "b.xlsx")
    assert book.sheetnames == ["人口", "人口（2）", "人口（3）"]
    assert [cell.value for sheet in book for row in sheet.iter_rows(min_row=2) for cell in row] == [0, 1, 2, 3, 4]


def test_headings_are_frozen_filtered_and_grouped_and_marks_are_coloured(tmp_path: Path) -> None:
    table = pa.table(
        {"甲": ["=1+1", "b"], "乙": ["990101198503121230", None], "比对": ["不一致", "一致"], "面积": [1.5, None]}
    )
    groups = [("本方", "own", 2), ("一张网", "ours", 2)]
    write_workbook(tmp_path / "b.xlsx", [Sheet("表", table, groups, ["比对"])])
    sheet = load_workbook(tmp_path / "b.xlsx")["表"]
    assert sheet.freeze_panes == "A3"
    assert sheet.auto_filter.ref == "A2:D4"
    assert [str(r) for r in sorted(sheet.merged_cells.ranges, key=str)] == ["A1:B1", "C1:D1"]
    assert (sheet["A3"].value, sheet["A3"].data_type) == ("=1+1", "s")
    assert sheet["A3"].quotePrefix
    assert (sheet["B3"].value, sheet["B3"].number_format) == ("990101198503121230", "@")
    assert sheet["D3"].value == 1.5
    assert len([rule for rules in sheet.conditional_formatting for rule in rules.rules]) == 5


@settings(derandomize=True, max_examples=40, deadline=None)
@given(wanted=st.text(max_size=60), names=st.lists(st.text(max_size=40), max_size=4))
def test_any_title_becomes_a_sheet_name_excel_takes(wanted: str, names: list[str]) -> None:
    taken: set[str] = set()
    for name in (*names, wanted, wanted):
        found = sheet_name(name, "（2）", taken)
        assert 0 < len(found) <= 31
        assert not set(found) & set("[]:*?/\\")
        assert found.casefold() not in taken
        taken.add(found.casefold())


def test_a_text_too_long_for_a_cell_is_cut_and_says_so() -> None:
    fitted = fit_cells(pa.table({"a": ["x" * 40_000, "short", None], "n": [1, 2, 3]}))
    long, short, nothing = fitted["a"].to_pylist()
    assert len(long) == CELL_LIMIT
    assert long.endswith("全文见 CSV 与 Parquet）")
    assert (short, nothing) == ("short", None)


@pytest.mark.parametrize(
    "cell", ["=1", "+1-2", "-1+cmd|' /C calc'!A0", "@SUM(1)", "\t=1", "\r=1", " =1", "＝1", "＠x", "\n=1"]
)
def test_what_a_program_would_take_for_a_formula_gets_an_apostrophe(cell: str) -> None:
    assert guard_csv(pa.table({"a": [cell]}))["a"].to_pylist() == ["'" + cell]


@pytest.mark.parametrize("cell", ["-5", "+86138", "1-2", "a=b", "", "3.14", "-0.5", "东-西", None])
def test_what_is_no_formula_stays(cell: str | None) -> None:
    table = pa.table({"a": pa.array([cell], pa.string())})
    assert guard_csv(table)["a"].to_pylist() == [cell]


def test_our_headings_never_take_the_name_of_an_own_column() -> None:
    granted = frozenset([("person", "name")])
    plan = plan_dataset(
        shipped(), "p", "d", "表", roles=["owner:person", "subject:person", "subject2:ghost"], subject="subject", granted=granted, asserted=frozenset([("subject", "name")]),
        own_columns=["来源文件", "人口编号", "姓名（主记录）", "本方重复"],
    )  # fmt: skip
    headings = [*plan.source, plan.duplicates, *(r.entity for r in plan.roles)]
    headings += [h for r in plan.roles for a in r.attributes for h in (a.value, a.mark) if h]
    assert len(set(headings)) == len(headings)
    assert not set(headings) & {"来源文件", "人口编号", "姓名（主记录）", "本方重复"}
    assert [r.name for r in plan.roles] == ["subject", "owner"]
    assert [bool(a.mark) for r in plan.roles for a in r.attributes] == [True, False]


def test_only_known_attributes_of_the_same_department_and_platform_are_granted() -> None:
    rows = [
        ("d", "p", "person", "name"), ("d", "p", "person", "id_number_masked"), ("d", "q", "person", "phone"),
        ("e", "p", "person", "sex"), ("d", "p", "event", "content_masked"), ("d", "p", "ghost", "name"),
    ]  # fmt: skip
    names = ("department", "platform", "entity_kind", "attribute")
    table = pa.table({n: [r[i] for r in rows] for i, n in enumerate(names)})
    assert entitled(shipped(), table, "d", "p") == {("person", "name")}
