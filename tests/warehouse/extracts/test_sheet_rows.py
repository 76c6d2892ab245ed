"""Rows of a sheet are written as the library that lays workbooks out would write them."""

from __future__ import annotations

import re
from pathlib import Path
from zipfile import ZipFile

import numpy as np
import pyarrow as pa
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from rustpy_xlsxwriter import Format, write_worksheets

from warehouse.extracts import sheet_rows
from warehouse.extracts.sheet_rows import letters, row_xml

ALPHABET = st.sampled_from("甲a x&<>\"'\t\n\r\x00\x01\x1f\x7f\x85\u3000\ufeff\ufffe\uffff（")
TEXTS = st.one_of(
    st.none(), st.text(ALPHABET, max_size=6), st.sampled_from(["_x000D_", "_x0041_x", "_xZZZZ_", "户籍_1.csv"])
)
NUMBERS = st.one_of(st.none(), st.sampled_from([0.1, 2.0, 1e20, 1e-7, 123456789012.25, float("inf"), float("nan")]))


def by_the_library(table: pa.Table, path: Path) -> str:
    text = Format().set_num_format("@")
    write_worksheets([("表", table)], str(path), column_formats={"表": {"甲": text, "乙": text}})
    with ZipFile(path) as file:
        xml = file.read("xl/worksheets/sheet1.xml").decode()
    return alike(xml[xml.index("</row>") + len("</row>") : xml.index("</sheetData>")])


def alike(xml: str) -> str:
    """With every number written in one way."""
    return re.sub(r"<v>(.*?)</v>", lambda found: f"<v>{float(found[1])}</v>", xml)


@settings(max_examples=60, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    lines=st.lists(st.tuples(TEXTS, TEXTS, NUMBERS, st.integers(-5, 5)), min_size=1, max_size=9),
    skipped=st.integers(0, 3),
)
def test_rows_are_those_the_library_writes(
    tmp_path: Path,
    monkeypatch: pytest.MonkeyPatch,
    lines: list[tuple[str | None, str | None, float | None, int]],
    skipped: int,
) -> None:
    monkeypatch.setattr(sheet_rows, "BATCH_ROWS", 4)
    columns = [*zip(*lines, strict=True)]
    types = (pa.string(), pa.string(), pa.float64(), pa.int64())
    table = pa.table([pa.array(c, t) for c, t in zip(columns, types, strict=True)], names=["甲", "乙", "丙", "丁"])
    written = b"".join(
        row_xml(table.slice(skipped), ["1", "1", "", ""], np.arange(skipped + 2, len(lines) + 2))
    ).decode()
    whole = by_the_library(table, tmp_path / "b.xlsx")
    start = whole.find(f'<row r="{skipped + 2}"')
    assert alike(written) == (whole[start:] if start >= 0 else "")


def test_what_reads_like_an_escape_is_told_apart_where_two_share_a_mark() -> None:
    xml = b"".join(row_xml(pa.table({"甲": ["_x0041_x0042_"]}), ["3"], np.array([1]))).decode()
    assert "<t>_x005F_x0041_x005F_x0042_</t>" in xml


def test_columns_have_the_letters_a_spreadsheet_gives_them() -> None:
    assert [letters(place) for place in (0, 25, 26, 51, 52, 701, 702)] == ["A", "Z", "AA", "AZ", "BA", "ZZ", "AAA"]
