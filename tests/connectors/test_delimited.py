"""Delimited text: encodings, quotes, line ends, and lines that went wrong."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import delimited
from connectors.rows import BATCH_ROWS
from connectors.spec import Delimited

COLUMNS = ["编号", "姓名", "备注"]
CSV = {"kind": "delimited", "encoding": "utf-8-sig"}


def rows_of(text: str, *, encoding: str = "utf-8", **layout: object) -> list[list[str]]:
    out = io.StringIO()
    csv.writer(out, **layout).writerows([COLUMNS, *[line.split("/") for line in text.split()]])
    return out.getvalue().encode(encoding)


@pytest.mark.parametrize("encoding", ["gb18030", "gbk", "utf-8", "utf-8-sig", "utf-16", "big5"])
def test_any_encoding_python_knows_is_read(desk, build, encoding):
    platform = build({"kind": "delimited", "encoding": encoding}, {c: c for c in ("id", "name")})
    desk.land(platform, "id,name\r\n1,王小明\r\n".encode(encoding))
    assert desk.cells(platform) == [{"id": "1", "name": "王小明"}]


def test_a_rare_character_of_four_bytes_survives(desk, build):
    platform = build({"kind": "delimited", "encoding": "gb18030"}, ["姓名"])
    desk.land(platform, "姓名\r\n周𠮷祥\r\n赵㛃\r\n".encode("gb18030"))
    assert [r["姓名"] for r in desk.cells(platform)] == ["周𠮷祥", "赵㛃"]


def test_a_separator_inside_a_gbk_character_is_no_separator(desk, build):
    # 倈 is 0x82 0x7C in GBK: its second byte is the bar that separates the fields
    platform = build({"kind": "delimited", "encoding": "gbk", "separator": "|", "quote": None}, COLUMNS)
    desk.land(platform, "编号|姓名|备注\r\n1|倈氏|a\r\n".encode("gbk"))
    assert desk.cells(platform) == [{"编号": "1", "姓名": "倈氏", "备注": "a"}]


def test_a_bom_and_a_star_are_no_part_of_a_heading(desk, build):
    platform = build(CSV, COLUMNS)
    desk.land(platform, "\ufeff编号*, 姓名＊ ,备注\n1,a,b\n".encode())
    assert desk.cells(platform) == [{"编号": "1", "姓名": "a", "备注": "b"}]


def test_cells_are_landed_as_written_and_empty_is_null(desk, build):
    platform = build(CSV, COLUMNS)
    desk.land(platform, "编号,姓名,备注\n007, 张 三,\n3.20281E+17,NULL,　\n")
    assert desk.cells(platform) == [
        {"编号": "007", "姓名": " 张 三", "备注": None},
        {"编号": "3.20281E+17", "姓名": "NULL", "备注": "　"},
    ]


def test_a_quoted_line_break_belongs_to_its_cell(desk, build):
    platform = build(CSV, COLUMNS)
    desk.land(platform, '编号,姓名,备注\r\n1,a,"第一行\r\n第二行, 还有""引号"""\r\n2,b,c\r\n')
    assert [r["备注"] for r in desk.cells(platform)] == ['第一行\r\n第二行, 还有"引号"', "c"]
    assert desk.rows(platform)["row_number"].to_pylist() == [1, 2]


def test_without_a_declared_quote_a_quote_is_a_character(desk, build):
    platform = build({"kind": "delimited", "encoding": "gbk", "separator": "\t", "quote": None}, COLUMNS)
    desk.land(platform, '编号\t姓名\t备注\r\n1\t"甲\t乙"\r\n'.encode("gbk"))
    assert desk.cells(platform) == [{"编号": "1", "姓名": '"甲', "备注": '乙"'}]


def test_lf_crlf_and_cr_may_be_mixed(desk, build):
    platform = build(CSV, COLUMNS)
    desk.land(
        platform, b"\xe7\xbc\x96\xe5\x8f\xb7,\xe5\xa7\x93\xe5\x90\x8d,\xe5\xa4\x87\xe6\xb3\xa8\n1,a,b\r\n2,c,d\r3,e,f"
    )
    assert [r["编号"] for r in desk.cells(platform)] == ["1", "2", "3"]


def test_a_quote_that_never_closes_costs_one_row(desk, build):
    platform = build(CSV, COLUMNS)
    lines = ["编号,姓名,备注"] + [f"{i},a,b" for i in range(1, 600)]
    lines[300] = '300,"a,b'
    report = desk.land(platform, "\n".join(lines))
    assert (report.rows_delivered, report.rows_landed, report.rows_rejected) == (599, 598, 1)
    assert desk.refused() == [(300, None, "quote_unclosed")]


def test_an_open_quote_before_a_quoted_cell_costs_one_row(desk, build):
    platform = build(CSV, COLUMNS)
    desk.land(platform, '编号,姓名,备注\n1,"a,b\n2,c,"d"\n3,e,f\n')
    assert [r["编号"] for r in desk.cells(platform)] == ["2", "3"]
    assert desk.refused() == [(1, None, "quote_unclosed")]


def test_a_damaged_line_costs_one_row_and_keeps_the_numbers_of_the_others(desk, build):
    platform = build({"kind": "delimited", "encoding": "gb18030"}, COLUMNS)
    good = "编号,姓名,备注\r\n1,甲,a\r\n2,乙,b\r\n3,丙,c,多\r\n4,丁,d\r\n5,戊,e\r\n".encode("gb18030")
    desk.land(platform, good.replace("乙".encode("gb18030"), b"\xff\xff"))
    assert desk.rows(platform)["row_number"].to_pylist() == [1, 4, 5]
    assert desk.refused() == [(2, "姓名", "undecodable"), (3, None, "wrong_field_count")]


def test_a_file_that_turns_into_another_encoding_is_refused_whole(desk, build):
    platform = build(CSV, ["id", "name"])
    report = desk.land(platform, b"id,name\n" + b"".join(b"%d,\xcd\xf5\xce\xb0\n" % i for i in range(50)))
    assert report.rejected_deliveries[0][1] == "wrong_encoding"
    assert desk.refused() == [(None, None, "wrong_encoding")]


def test_the_other_encoding_is_named(desk, build):
    report = desk.land(build(CSV, COLUMNS), "编号,姓名,备注\n1,a,b\n".encode("gbk"))
    assert "gb18030" in report.rejected_deliveries[0][2]


def test_a_blank_line_counts_nowhere_and_a_row_of_empty_cells_is_refused_unless_it_trails(desk, build):
    platform = build(CSV, COLUMNS)
    report = desk.land(platform, "编号,姓名,备注\n1,a,b\n\n,,\n2,c,d\n,,\n,,\n")
    assert desk.rows(platform)["row_number"].to_pylist() == [1, 3]
    assert desk.refused() == [(2, None, "blank_row")]
    assert (report.rows_delivered, report.rows_landed, report.rows_rejected) == (3, 2, 1)


def test_a_column_without_a_heading_is_kept_only_where_it_holds_something(desk, build):
    platform = build(CSV, COLUMNS)
    desk.land(platform, "编号,姓名,备注,,\n1,a,b,,\n2,c,d,,x\n")
    names = desk.rows(platform).column_names
    assert "未命名列5" in names
    assert "未命名列4" not in names


def test_reasons_never_quote_a_cell(desk, build):
    from connectors.current import rejected_rows

    platform = build(
        {"kind": "delimited", "encoding": "gb18030"}, {"编号": {"en": "n", "mandatory": True}, "姓名": "name"}
    )
    desk.land(platform, "编号,姓名\n,张三丰\n1,张三丰,多\n2,张三丰\n".encode("gb18030"))
    reasons = rejected_rows(desk.home)["reason"].to_pylist()
    assert len(reasons) == 2
    assert not any("张三丰" in reason for reason in reasons)


def test_rows_come_in_batches(tmp_path, build):
    path = tmp_path / "big.csv"
    count = 2 * BATCH_ROWS + 5
    path.write_text("编号,姓名,备注\n" + "".join(f"{i},a,b\n" for i in range(1, count + 1)), encoding="utf-8")
    platform = build(CSV, COLUMNS)
    batches = list(delimited.read(path, Delimited(kind="delimited"), platform.datasets[0]))
    assert [b.rows.num_rows for b in batches] == [BATCH_ROWS, BATCH_ROWS, 5]
    assert batches[-1].rows.column(0).to_pylist()[-1] == count


CELL = st.text(st.characters(exclude_categories=("Cs",), exclude_characters="\x00"), max_size=12)


@settings(max_examples=40, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(rows=st.lists(st.tuples(CELL, CELL), min_size=1, max_size=8))
def test_whatever_csv_writes_is_read_back(tmp_path, build, rows):
    path = tmp_path / "any.csv"
    with path.open("w", encoding="gb18030", newline="") as stream:
        csv.writer(stream, quoting=csv.QUOTE_ALL).writerows([("甲", "乙"), *rows])
    platform = build({"kind": "delimited", "encoding": "gb18030"}, ["甲", "乙"])
    layout = Delimited(kind="delimited", encoding="gb18030")
    batches = list(delimited.read(path, layout, platform.datasets[0]))
    read = [tuple(c or "" for c in row.values())[1:] for b in batches for row in b.rows.to_pylist()]
    assert read == [row for row in rows if any(row)]


def test_a_data_row_in_place_of_the_headings_is_not_quoted(desk, build):
    platform = build(CSV, ["编号", "姓名", "地址", "电话", "备注"])
    ((_, code, reason),) = desk.land(platform, "1,张三丰,东街,13900000000,备注\n").rejected_deliveries
    assert code == "column_missing"
    assert "张三丰" not in reason
