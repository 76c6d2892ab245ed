"""Delimited text: encodings, quotes, line ends, and lines that went wrong."""

from __future__ import annotations

import csv
import io

import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from connectors import delimited
from connectors.landing import LINE_END_LOST
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


ROLL = ["编号", "姓名", "电话", "住址", "备注"]
HEAD = ",".join(ROLL) + "\n"


def test_two_stray_quotes_in_one_column_swallow_no_rows_between_them(desk, build):
    platform = build(CSV, ROLL)
    desk.land(platform, HEAD + '1,甲,"13,东街,x\n2,乙,14,西街,y\n3,丙,15,南街,z\n4,丁,16",北街,w\n5,戊,17,中街,v\n')
    assert [r["姓名"] for r in desk.cells(platform)] == ["乙", "丙", "丁", "戊"]
    assert desk.refused() == [(1, None, "quote_unclosed")]


def test_stray_quotes_of_two_rows_that_follow_each_other_are_seen(desk, build):
    platform = build(CSV, ROLL)
    report = desk.land(platform, HEAD + '1,甲,"13,东街,x\n2,乙,14",西街,y\n3,丙,15,南街,z\n')
    assert (report.rows_delivered, report.rows_landed) == (3, 2)


def test_a_cell_of_several_lines_with_separators_stays_one_cell(desk, build):
    platform = build(CSV, ROLL)
    note = "电话记录, 第一次\n无人接听, 改日\n再打"
    desk.land(platform, HEAD + f'1,甲,13,东街,"{note}"\n2,乙,14,西街,y\n')
    assert [r["备注"] for r in desk.cells(platform)] == [note, "y"]


def test_blanks_beside_quotes_are_no_part_of_the_cell(desk, build):
    platform = build(CSV, ROLL)
    desk.land(platform, HEAD + '"1", "甲", "13" , "东街, 5号",x\n 2,"乙",14, 西街,y\n')
    assert [list(r.values()) for r in desk.cells(platform)] == [
        ["1", "甲", "13", "东街, 5号", "x"],
        [" 2", "乙", "14", " 西街", "y"],
    ]


@pytest.mark.parametrize("cell", ['="007"', '"=""007"""'])
def test_a_formula_of_text_is_the_text(desk, build, cell):
    platform = build(CSV, ["编号", "姓名"])
    desk.land(platform, f'编号,="姓名"\n{cell},="甲, 乙"\n=A1,="x"&"y"\n')
    assert desk.cells(platform) == [{"编号": "007", "姓名": "甲, 乙"}, {"编号": "=A1", "姓名": '="x"&"y"'}]


def test_empty_fields_at_the_end_may_be_too_many_or_left_out_but_filled_ones_may_not(desk, build):
    platform = build(CSV, ROLL)
    desk.land(platform, HEAD + "1,甲,13,东街,x,,\n2,乙,14\n3,丙,15,南街,z,多\n4,丁\n5,戊,17,中街,v\n")
    assert desk.rows(platform)["row_number"].to_pylist() == [1, 2, 5]
    assert [code for _, _, code in desk.refused()] == ["wrong_field_count", "wrong_field_count"]


def test_a_row_cut_in_two_by_a_line_break_is_not_two_rows(desk, build):
    platform = build(CSV, ROLL)
    desk.land(platform, HEAD + "1,甲,13,东街,x\n2,乙,西\n街,14,y\n3,丙,15,南街,z\n")
    assert desk.rows(platform)["row_number"].to_pylist() == [1, 4]


def test_a_heading_may_hold_a_line_break(desk, build):
    platform = build(CSV, ROLL)
    desk.land(platform, '编号,"姓\n名",电话,"住\r\n址",备注\n1,甲,13,东街,x\n')
    assert [list(r.values()) for r in desk.cells(platform)] == [["1", "甲", "13", "东街", "x"]]
    assert desk.rows(platform)["row_number"].to_pylist() == [1]


@pytest.mark.parametrize(
    ("content", "code", "word"),
    [
        (HEAD.replace(",", ";") + "1;甲;13;东街;x\n", "wrong_separator", "分号"),
        (HEAD.replace(",", "\t") + "1\t甲\t13\t东街\tx\n", "wrong_separator", "制表符"),
        ((HEAD.replace(",", "|") + "1|甲|13|东街|x\n").encode("gbk"), "wrong_encoding", "竖线"),
        (b"PK\x03\x04" + bytes(50), "other_format", "工作簿"),
        (b"%PDF-1.7\n", "other_format", "PDF"),
        (b"<html><table></table></html>", "other_format", "网页"),
        ('{"编号": 1}\n', "other_format", "JSON"),
        (HEAD.replace("电话", "手机") + "1,甲,13,东街,x\n", "column_missing", "电话"),
    ],
)
def test_the_true_cause_is_named(desk, build, content, code, word):
    ((_, found, reason),) = desk.land(build(CSV, ROLL), content).rejected_deliveries
    assert (found, word in reason) == (code, True)


def test_encoding_is_blamed_only_where_a_guess_finds_more_headings(desk, build):
    platform = build({"kind": "delimited", "encoding": "gb18030"}, ["id", "name", "phone"])
    ((_, code, _),) = desk.land(platform, "id,name\n1,甲\n".encode("gb18030")).rejected_deliveries
    assert code == "column_missing"


@pytest.mark.parametrize("declared", ["gbk", "gb2312", "cp936", "gb18030"])
def test_the_gb_family_is_read_as_gb_18030_and_byte_80_as_the_euro(desk, build, declared):
    platform = build({"kind": "delimited", "encoding": declared}, ["编号", "姓名"])
    desk.land(platform, "编号,姓名\n1,王䶮\n2,李㛃\n3,".encode("gb18030") + b"\x80 5\n")
    assert [r["姓名"] for r in desk.cells(platform)] == ["王䶮", "李㛃", "€ 5"]


def test_a_character_of_the_private_use_area_is_read_as_the_one_it_became(desk, build):
    platform = build(CSV, ["编号", "姓名"])
    desk.land(platform, "编号,姓名\n1,王\ue863\n2,李\ue81e\n3,李\ue000\n")
    assert [r["姓名"] for r in desk.cells(platform)] == ["王䶮", "李龴", "李\ue000"]


def test_headings_glued_to_the_first_row_are_not_taken_for_columns(desk, build):
    for number, first in enumerate(["x张三,13900000000,女", "备注1,张三,13,东街,x"]):
        body = "".join(f"{i},甲,13,东街,x\n" for i in range(3))
        report = desk.land(build(CSV, ROLL), f"{HEAD.strip()},{first}\n{body}", f"roll_2026010{number + 1}")
        assert report.rejected_deliveries
        assert not any("张三" in reason or "139" in reason for _, _, reason in report.rejected_deliveries)


def test_an_undeclared_heading_is_counted_and_placed_and_never_stored(desk, build):
    platform = build(CSV, ["编号", "姓名"])
    report = desk.land(platform, "编号,张三丰,姓名,row_number,ROW_NUMBER,bianhao\n1,a,甲,b,c,d\n")
    assert report.warnings == ("roll_20260101：数据集“roll”有4个未声明的列（第2、4、5、6列），已落地但未使用",)
    assert desk.rows(platform).column_names[-4:] == ["未声明列2", "未声明列4", "未声明列5", "未声明列6"]


def test_columns_that_differ_only_in_case_lose_nothing(desk, build):
    platform = build(CSV, ["id", "IDCARD"])
    desk.land(platform, "id,idCard,IDCARD\n1,a,b\n2,,c\n")
    assert [r["IDCARD"] for r in desk.cells(platform)] == ["b", "c"]
    desk.land(platform, "ID,IdCard\n3,x\n", "roll_20260102")
    assert desk.cells(platform) == [{"id": "3", "IDCARD": "x"}]


def test_a_file_whose_last_row_is_cut_is_held_until_it_comes_whole(desk, build):
    platform = build(CSV, ROLL, files="roll_{date}")
    first, whole = (HEAD + "".join(f"{i},{name},13,东街,x\n" for i in range(5)) for name in "甲乙")
    desk.land(platform, first)
    report = desk.land(platform, whole[:-8], "roll_20260102")
    assert [reason for _, _, reason in report.held] == [delimited.CUT_OFF[1]]
    assert set(desk.rows(platform)["file_name"].to_pylist()) == {"roll_20260101"}
    assert not desk.land(platform, whole, "roll_20260102").held
    assert set(desk.rows(platform)["file_name"].to_pylist()) == {"roll_20260102"}


def test_a_file_cut_inside_its_last_column_is_held_where_its_length_or_the_former_file_tells(desk, build):
    """The number of fields is right everywhere, and but a few rows are gone."""
    platform = build(CSV, ["编号", "日期"], files="roll_{date}")
    days = "编号,日期\n" + "".join(f"{i},2026-01-{i:02d}\n" for i in range(1, 31))
    assert desk.land(platform, days[:-3]).held  # 2026-01- is no date of ten characters
    assert not desk.land(platform, days[:-1], "roll_20260102").held
    names = build(CSV, ["编号", "姓名"], platform="other", files="roll_{date}")
    roll = "编号,姓名\n" + "".join(f"{i},甲{'乙' * (i % 3)}\n" for i in range(1, 31))
    desk.land(names, roll)
    report = desk.land(names, roll[:-2], "roll_20260103")
    assert [reason for _, _, reason in report.held] == [LINE_END_LOST[1]]
    assert not desk.land(names, roll, "roll_20260103").held


def test_what_programs_write_around_the_rows_is_no_row(desk, build):
    """`sep=,` in the first line for a spreadsheet, the end-of-file mark of DOS behind the last."""
    platform = build(CSV, ["编号", "姓名"], files="roll_{date}")
    for day, text in enumerate(
        ("sep=,\n编号,姓名\n1,甲\n", "编号,姓名\r\n1,甲\r\n\x1a", '"sep=,"\r\n编号,姓名\r\n1,甲\r\n'), 1
    ):
        report = desk.land(platform, text, f"roll_2026010{day}")
        assert (report.rows_landed, report.rows_rejected, report.held) == (1, 0, ())


def test_who_never_ends_the_last_line_is_not_asked_why(desk, build):
    platform = build(CSV, ["编号", "姓名"], files="roll_{date}")
    for day in (1, 2, 3):
        assert not desk.land(platform, f"编号,姓名\n{day},甲", f"roll_2026010{day}").held


def test_a_last_row_without_a_line_end_is_no_cut_where_it_is_whole(desk, build):
    assert not desk.land(build(CSV, ROLL), HEAD + "1,甲,13,东街,x").held
