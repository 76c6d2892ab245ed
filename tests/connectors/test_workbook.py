"""Workbooks: form layout, merged headings, typed cells, several sheets, and files that are none."""

from __future__ import annotations

import datetime
import io
from pathlib import Path

import openpyxl
import pytest
import xlsxwriter

from connectors.rows import cell_text
from tests.connectors.conftest import build_platform

FORM = {"kind": "workbook", "header_row": 5, "group_row": 4}
COLUMNS = ["编号", "姓名", "电话"]


def form(rows: list[tuple], sheet: str = "名册", headings: tuple = ("编号*", "姓名*", "电话")) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet(sheet)
        page.merge_range(0, 0, 0, len(headings) - 1, "某局名册")
        page.write(1, 0, "填报单位：某局")
        page.write(2, 0, "说明：带*为必填项")
        page.write_row(4, 0, headings)
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        for index, row in enumerate(rows, 5):
            for column, value in enumerate(row):
                if isinstance(value, datetime.date):
                    page.write_datetime(index, column, value, day)
                else:
                    page.write(index, column, value)
    return stream.getvalue()


def test_data_rows_are_counted_from_the_row_below_the_headings(desk, build):
    platform = build(FORM, COLUMNS, sheet="名册")
    desk.land(platform, form([("1", "甲", ""), ("2", "乙", "13")]))
    table = desk.rows(platform)
    assert table["row_number"].to_pylist() == [1, 2]
    assert set(table["sheet_name"].to_pylist()) == {"名册"}
    assert desk.cells(platform)[0] == {"编号": "1", "姓名": "甲", "电话": None}


def test_typed_cells_read_as_on_the_screen(desk, build):
    platform = build(FORM, COLUMNS, sheet="名册")
    rows = [(1.0, True, 13912345678), (131.47, datetime.date(2026, 1, 2), 0.1 + 0.2), ("007", "3.20281E+17", "=甲")]
    desk.land(platform, form([*rows]))
    assert [tuple(r.values()) for r in desk.cells(platform)][:2] == [
        ("1", "TRUE", "13912345678"),
        ("131.47", "2026-01-02", "0.3"),
    ]


@pytest.mark.parametrize(
    ("value", "text"),
    [
        (1.0, "1"),
        (-0.0, "0"),
        (131.47, "131.47"),
        (0.1 + 0.2, "0.3"),
        (3.20281198503127e17, "320281198503127000"),
        (1e300, "1" + "0" * 300),
        (float("nan"), None),
        (12, "12"),
        (False, "FALSE"),
        (datetime.datetime(2026, 1, 2), "2026-01-02"),
        (datetime.datetime(2026, 1, 2, 3, 4, 5), "2026-01-02 03:04:05"),
        (datetime.date(2026, 1, 2), "2026-01-02"),
        (datetime.time(3, 4), "03:04:00"),
        ("", None),
        (" x ", " x "),
        (b"\xe7\x94\xb2", "甲"),
    ],
)
def test_a_cell_as_text(value, text):
    assert cell_text(value) == text


def raw_number(digits: str) -> bytes:
    """A workbook whose sheet stores more digits than a double holds, as some exporters do."""
    import zipfile

    source, target = io.BytesIO(form([("1", "甲", 111222333)])), io.BytesIO()
    with zipfile.ZipFile(source) as old, zipfile.ZipFile(target, "w") as new:
        for name in old.namelist():
            new.writestr(name, old.read(name).replace(b"<v>111222333</v>", f"<v>{digits}</v>".encode()))
    return target.getvalue()


def test_a_long_number_keeps_every_digit_the_file_stores(desk, build):
    platform = build(FORM, COLUMNS, sheet="名册")
    desk.land(platform, raw_number("110101199003078815"))
    assert desk.cells(platform)[0]["电话"] == "110101199003078815"


def test_a_long_number_is_never_written_with_an_exponent(desk, build):
    platform = build(FORM, COLUMNS, sheet="名册")
    desk.land(platform, raw_number("1.10101199003078E+17"))
    assert desk.cells(platform)[0]["电话"] == "110101199003078000"


def test_equal_headings_are_told_apart_by_their_group(desk, build):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet("名册")
        page.merge_range(3, 1, 3, 2, "户籍地")
        page.merge_range(3, 3, 3, 4, "现住地")
        page.write_row(4, 0, ["编号", "街道*", "门牌", "街道*", "门牌"])
        page.write_row(5, 0, ["1", "东街", "1", "西街", "2"])
    columns = ["编号", "户籍地/街道", "户籍地/门牌", "现住地/街道", "现住地/门牌"]
    platform = build(FORM, columns, sheet="名册")
    desk.land(platform, stream.getvalue())
    assert list(desk.cells(platform)[0].values()) == ["1", "东街", "1", "西街", "2"]


def test_a_table_that_starts_in_another_column_is_read(desk, build):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet("名册")
        page.write_row(2, 3, ["编号", "姓名", "电话"])
        page.write_row(3, 3, ["1", "甲", 110101199003078815])
    platform = build({"kind": "workbook", "header_row": 3}, COLUMNS, sheet="名册")
    desk.land(platform, stream.getvalue())
    assert desk.cells(platform) == [{"编号": "1", "姓名": "甲", "电话": "110101199003079000"}]


def two_sheets() -> object:
    def dataset(name: str, columns: list[str]) -> dict:
        return {"name": name, "title": {"zh": name, "en": name}, "sheet": name, "columns": {c: c for c in columns}}

    return build_platform(
        {"kind": "workbook"}, ["x"], datasets=[dataset("人", ["姓名"]), dataset("房", ["地址", "面积"])]
    )


def write_sheets(**sheets: list[list]) -> bytes:
    book = openpyxl.Workbook()
    book.remove(book.active)
    for name, rows in sheets.items():
        page = book.create_sheet(name)
        for row in rows:
            page.append(row)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def test_each_sheet_is_a_dataset_and_counts_its_own_rows(desk):
    platform = two_sheets()
    report = desk.land(platform, write_sheets(人=[["姓名"], ["甲"], ["乙"]], 房=[["地址", "面积"], ["东街1号", 90]]))
    assert report.rows_landed == 3
    assert desk.rows(platform, "房")["row_number"].to_pylist() == [1]
    assert desk.cells(platform, "房") == [{"地址": "东街1号", "面积": "90"}]


def test_an_empty_sheet_among_full_ones_is_no_fault(desk):
    platform = two_sheets()
    report = desk.land(platform, write_sheets(人=[["姓名"], ["甲"]], 房=[["地址", "面积"]]))
    assert (report.rows_landed, report.rejected_deliveries) == (1, ())
    assert desk.rows(platform, "房").num_rows == 0


def test_a_fault_in_one_sheet_refuses_the_whole_file(desk):
    platform = two_sheets()
    report = desk.land(platform, write_sheets(人=[["姓名"], ["甲"]], 房=[["地址"], ["东街1号"]]))
    assert report.rejected_deliveries[0][1] == "column_missing"
    assert desk.rows(platform, "人").num_rows == 0


def test_a_sheet_nobody_declared_is_counted_and_placed(desk):
    platform = two_sheets()
    report = desk.land(platform, write_sheets(人=[["姓名"], ["甲"]], 房=[["地址", "面积"]], 草稿=[["x"]]))
    assert any("第3个" in w for w in report.warnings)
    assert not any("草稿" in w for w in report.warnings)


# A small file written once by another program: sheet 名册, headings in row 1, one invented row.
XLS = Path(__file__).with_name("roll.xls")


def test_xls_is_read_too(desk, build):
    platform = build({"kind": "workbook"}, COLUMNS, sheet="名册")
    desk.land(platform, XLS.read_bytes())
    assert desk.cells(platform) == [{"编号": "1", "姓名": "甲", "电话": "13900000000"}]


def test_an_xls_whose_sectors_lead_in_a_circle_does_not_fill_the_memory(desk, build):
    content = bytearray(XLS.read_bytes())
    table = 512 * (1 + int.from_bytes(content[76:80], "little"))
    content[table : table + 4] = bytes(4)  # sector 0 is followed by sector 0
    report = desk.land(build({"kind": "workbook"}, COLUMNS, sheet="名册"), bytes(content))
    assert report.rejected_deliveries[0][1] == "not_a_workbook"


def test_a_stray_cell_far_out_does_not_fill_the_memory(desk, build):
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True}) as book:
        page = book.add_worksheet("名册")
        page.write_row(0, 0, COLUMNS)
        page.write_row(1, 0, ["1", "甲", "13"])
        page.write(1_000_000, 16_000, "x")
    report = desk.land(build({"kind": "workbook"}, COLUMNS, sheet="名册"), stream.getvalue())
    assert report.rejected_deliveries[0][1] == "sheet_too_large"


def sheet(write, **options: object) -> bytes:
    stream = io.BytesIO()
    with xlsxwriter.Workbook(stream, {"in_memory": True} | options) as book:
        page = book.add_worksheet("名册")
        page.write_row(0, 0, COLUMNS)
        write(book, page)
    return stream.getvalue()


def test_every_row_under_a_merged_cell_has_its_value_and_no_other(desk, build):
    def write(_, page):
        for row, (number, name) in enumerate([("1", "甲"), ("2", "乙"), ("3", "丙")], 1):
            page.write_row(row, 0, [number, name])
        page.merge_range(1, 2, 2, 2, "13")

    platform = build({"kind": "workbook"}, COLUMNS, sheet="名册")
    desk.land(platform, sheet(write))
    assert [r["电话"] for r in desk.cells(platform)] == ["13", "13", None]


def test_a_merged_cell_makes_no_row_of_a_blank_one(desk, build):
    def write(_, page):
        page.write_row(1, 0, ["1", "甲"])
        page.merge_range(1, 2, 3, 2, "13")

    platform = build({"kind": "workbook"}, COLUMNS, sheet="名册")
    assert desk.land(platform, sheet(write)).rows_landed == 1


def test_days_of_a_workbook_that_counts_from_1904_are_the_days_it_shows(desk, build):
    def write(book, page):
        day = book.add_format({"num_format": "yyyy-mm-dd"})
        page.write_row(1, 0, [7, "甲", 29656])
        page.write_row(2, 0, [8, "乙"])
        page.write_datetime(2, 2, datetime.datetime(1985, 3, 12), day)

    columns = {"编号": "n", "姓名": "name", "电话": "x"}
    roles = {"subject": {"kind": "person", "attributes": {"name": "姓名", "birth_date": "电话"}}}
    platform = build({"kind": "workbook"}, columns, sheet="名册", roles=roles)
    desk.land(platform, sheet(write, date_1904=True))
    assert [(r["编号"], r["电话"]) for r in desk.cells(platform)] == [("7", "1985-03-12"), ("8", "1985-03-12")]


ODS = """<?xml version="1.0" encoding="UTF-8"?><office:document-content
 xmlns:office="urn:oasis:names:tc:opendocument:xmlns:office:1.0" xmlns:table="urn:oasis:names:tc:opendocument:xmlns:table:1.0"
 xmlns:text="urn:oasis:names:tc:opendocument:xmlns:text:1.0" office:version="1.2"><office:body><office:spreadsheet>
 <table:table table:name="名册">{rows}</table:table></office:spreadsheet></office:body></office:document-content>"""


def test_an_ods_of_another_office_program_is_read_under_the_same_description(desk, build):
    import zipfile

    rows = [COLUMNS, ["1", "甲", "13"]]
    cell = '<table:table-cell office:value-type="string"><text:p>{}</text:p></table:table-cell>'
    lines = "".join(f"<table:table-row>{''.join(map(cell.format, row))}</table:table-row>" for row in rows)
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("mimetype", "application/vnd.oasis.opendocument.spreadsheet")
        archive.writestr(
            "META-INF/manifest.xml",
            '<manifest:manifest xmlns:manifest="urn:oasis:names:tc:opendocument:xmlns:manifest:1.0"/>',
        )
        archive.writestr("content.xml", ODS.format(rows=lines))
    platform = build({"kind": "workbook"}, COLUMNS, sheet="名册", files="roll_{date}.xlsx")
    desk.land(platform, stream.getvalue(), "roll_20260101.ods")
    desk.land(platform, XLS.read_bytes(), "roll_20260102.et")
    assert desk.cells(platform) == [{"编号": "1", "姓名": "甲", "电话": "13900000000"}]
    assert desk.home.landing.exists()
    assert [code for _, _, code in desk.refused()] == []
