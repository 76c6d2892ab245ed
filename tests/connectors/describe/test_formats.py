"""A file of any format is described so that its description loads and reads the file."""

from __future__ import annotations

import json
import sqlite3
from pathlib import Path

import pytest
import xlsxwriter

from connectors.reading import read
from connectors.rows import DeliveryRejected
from tests.connectors.describe.conftest import as_text, attributes


def read_back(platform, path: Path) -> int:
    return sum(batch.rows.num_rows for batch in read(path, platform))


@pytest.mark.parametrize("encoding", ["utf-8", "utf-8-sig", "gbk", "gb18030", "utf-16", "utf-16-le"])
@pytest.mark.parametrize("separator", [",", "\t", "|", ";", "\x01", "^"])
def test_delimited_text_in_any_encoding_and_with_any_separator(described, people, tmp_path, encoding, separator):
    platform, _ = described(as_text(people, separator).encode(encoding))
    assert platform.format.separator == separator
    assert read_back(platform, tmp_path / "医保参保_20261101.csv") == len(people)
    assert attributes(platform)["id_number"] == {"column": "证件号码"}


def test_traditional_text_in_big5_is_no_gb18030(described, people, tmp_path):
    rows = [
        {"姓名": "陳志強", "身分證字號": "x", "聯絡電話": r["手机号码"], "地址": "中山路三段十二號"} for r in people
    ]
    platform, _ = described(as_text(rows).encode("big5"))
    assert platform.format.encoding == "big5"


def test_a_title_above_the_headings_is_no_heading(described, people):
    platform, _ = described(as_text(people, title="医保参保人员名册\r\n填报单位：某某局\r\n").encode())
    assert platform.format.header_row == 3


def test_json_lines_json_xml_geojson_and_sqlite(described, people, tmp_path):
    lines = "\n".join(json.dumps(row, ensure_ascii=False) for row in people).encode()
    document = json.dumps({"code": 0, "data": {"rows": people, "tags": [{"a": 1}]}}).encode()
    features = [
        {"type": "Feature", "properties": {"ObjID": f"33010001{n:08}"}, "geometry": {"type": "Point", "coordinates": [120.1, 30.2]}}
        for n in range(5)
    ]  # fmt: skip
    geo = json.dumps({"type": "FeatureCollection", "features": features}).encode()
    coded = [
        dict(zip(["AAC001", "AAC003", "AAC002", "AAC004", "AAE005"], row.values(), strict=False)) for row in people
    ]
    cells = ("".join(f"<{k}>{v}</{k}>" for k, v in row.items()) for row in coded)
    xml = f"<r><head><n>1</n></head><list>{''.join(f'<p>{row}</p>' for row in cells)}</list></r>".encode()
    base = tmp_path / "base.sqlite"
    with sqlite3.connect(base) as connection:
        connection.execute(f"create table AC01 ({', '.join(coded[0])})")
        connection.executemany("insert into AC01 values (?, ?, ?, ?, ?)", [(*row.values(),) for row in coded])
    connection.close()
    for content, kind, count in (
        (lines, "ndjson", 40), (document, "json", 40), (geo, "geojson", 5), (xml, "xml", 40), (base, "sql", 40),
    ):  # fmt: skip
        platform, _ = described(content, "one_20261101.dat")
        assert platform.format.kind == kind
        assert read_back(platform, content if isinstance(content, Path) else tmp_path / "one_20261101.dat") == count
        assert platform.datasets[0].roles["subject"].kind == ("component" if kind == "geojson" else "person")


def workbook(path: Path, people, *, merged_down: bool) -> Path:
    book = xlsxwriter.Workbook(path)
    sheet = book.add_worksheet("参保")
    sheet.merge_range(0, 0, 0, 4, "参保人员登记表")
    sheet.write(1, 0, "填报单位：某某局")
    if merged_down:
        sheet.merge_range(2, 0, 3, 0, "个人编号")
    else:
        sheet.write(3, 0, "个人编号")
    sheet.merge_range(2, 1, 2, 2, "参保人")
    sheet.merge_range(2, 3, 2, 4, "监护人")
    for column, heading in enumerate(["姓名", "证件号码", "姓名", "电话"], 1):
        sheet.write(3, column, heading)
    for number, row in enumerate(people, 4):
        values = (row["个人编号"], row["姓名"], row["证件号码"], people[number % 40]["姓名"], row["手机号码"])
        sheet.write_row(number, 0, values)
    book.add_worksheet("填表说明").write(0, 0, "请如实填写")
    book.close()
    return path


@pytest.mark.parametrize("merged_down", [True, False])
def test_a_workbook_with_a_form_above_two_tiers_of_headings(described, people, tmp_path, merged_down):
    path = workbook(tmp_path / "参保_20261101.xlsx", people, merged_down=merged_down)
    platform, text = described(path)
    assert (platform.format.header_row, platform.format.group_row) == (4, 3)
    assert read_back(platform, path) == len(people)
    assert {"参保人/姓名", "监护人/姓名", "证件号码", "电话"} <= set(platform.datasets[0].columns)
    assert "填表说明" in text
    assert "个人编号" in text


@pytest.mark.parametrize(
    "rows",
    [
        "王晓明,男,汉族\n李建国,女,汉族\n张海波,男,汉族\n",
        "王晓明,13912345678,澄江路1号\n李建国,13912345679,澄江路2号\n",
        "1,2,3\n4,5,6\n",
    ],
)
def test_rows_without_headings_are_refused_and_not_quoted(described, rows):
    with pytest.raises(DeliveryRejected) as error:
        described(rows.encode())
    assert error.value.code == "header_missing"
    assert "王晓明" not in str(error.value)


@pytest.mark.parametrize("content", [b"", b"\n\n", b"PK\x03\x04broken", b"SQLite format 3\x00broken"])
def test_a_file_that_is_nothing_says_so(described, content):
    with pytest.raises(DeliveryRejected):
        described(content)
