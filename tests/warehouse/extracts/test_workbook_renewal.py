"""A workbook that is renewed holds and shows what one written whole does, whatever changed; sheets that say the same are copied as they are."""

from __future__ import annotations

import zipfile
from dataclasses import replace
from pathlib import Path
from typing import Any

import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from openpyxl import load_workbook

from warehouse.extracts import workbook
from warehouse.extracts.sheet_rows import row_xml
from warehouse.extracts.workbook import Sheet, write_workbook

GROUPS = (("来源", "source", 1), ("本方原文", "own", 2))
TEXTS = st.sampled_from(["甲", "乙 & <丙>", "=1+1", " 空格 ", "一\n二", "", None, "长" * 60])
LINES = st.lists(st.tuples(TEXTS, TEXTS, st.integers(0, 9)), min_size=1, max_size=6)


def sheet(name: str, lines: list[tuple[str | None, str | None, int]], grouped: bool = False) -> Sheet:
    columns = {
        "行": [f"第{i}行" for i in range(len(lines))],
        "值": [line[0] for line in lines],
        "说明": [line[1] for line in lines],
    }
    table = pa.table({n: pa.array(v, pa.string()) for n, v in columns.items()}).append_column(
        "数", pa.array([line[2] for line in lines], pa.int64())
    )
    return Sheet(name, table, GROUPS if grouped else (), ["说明"])


def shown(path: Path) -> list[Any]:
    """All a reader sees: cells with their looks, widths, filters, coloured columns, merged headings."""
    book = load_workbook(path)
    return [
        [
            (s.title, s.dimensions, s.auto_filter.ref, s.freeze_panes, sorted(map(str, s.merged_cells.ranges)), sorted(str(r.sqref) for r in s.conditional_formatting)),
            [[(c.value, c.number_format, c.quotePrefix, c.alignment.wrap_text) for c in line] for line in s.iter_rows()],
            {column: d.width for column, d in s.column_dimensions.items()},
        ]
        for s in book.worksheets
    ]  # fmt: skip


@settings(max_examples=25, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(was=LINES, now=LINES, same=LINES, grouped=st.booleans())
def test_it_holds_and_shows_what_one_written_whole_does(
    tmp_path: Path, was: list[Any], now: list[Any], same: list[Any], grouped: bool
) -> None:
    now = now[: len(was)] + was[len(now) :]
    former = [sheet("人口", was, grouped), sheet("房屋", same), sheet("没有了", same)]
    wanted = [sheet("概览", now), sheet("房屋", same), sheet("人口", now, grouped)]
    write_workbook(tmp_path / "former.xlsx", former)
    write_workbook(tmp_path / "whole.xlsx", wanted)
    known = {s.name: s.table for s in former}
    renewed = [replace(s, former=known.get(s.name)) for s in wanted]
    write_workbook(tmp_path / "renewed.xlsx", renewed, tmp_path / "former.xlsx")
    assert shown(tmp_path / "renewed.xlsx") == shown(tmp_path / "whole.xlsx")
    again = [replace(s, former=s.table) for s in wanted]
    write_workbook(tmp_path / "again.xlsx", again, tmp_path / "renewed.xlsx")  # on one that was renewed itself
    assert shown(tmp_path / "again.xlsx") == shown(tmp_path / "whole.xlsx")
    assert sorted(f.name for f in tmp_path.iterdir()) == ["again.xlsx", "former.xlsx", "renewed.xlsx", "whole.xlsx"]


def test_rows_that_say_the_same_are_not_written_again(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    many = [("甲", "乙", i % 10) for i in range(1000)]
    former, wanted = sheet("人口", many), sheet("人口", [*many[:500], ("丁", "乙", 0), *many[501:]])
    same = sheet("房屋", many)
    write_workbook(tmp_path / "former.xlsx", [former, same])
    written: list[int] = []
    monkeypatch.setattr(workbook, "row_xml", lambda table, *how: written.append(table.num_rows) or row_xml(table, *how))
    sheets = [replace(wanted, former=former.table), replace(same, former=same.table)]
    write_workbook(tmp_path / "new.xlsx", sheets, tmp_path / "former.xlsx")
    assert written == [1]
    with zipfile.ZipFile(tmp_path / "new.xlsx") as new, zipfile.ZipFile(tmp_path / "former.xlsx") as old:
        assert new.testzip() is None
        second = "xl/worksheets/sheet2.xml"
        assert new.getinfo(second).compress_size == old.getinfo(second).compress_size
    assert load_workbook(tmp_path / "new.xlsx")["人口"]["B502"].value == "丁"
