"""Damaged deliveries, each with what happens to it: `python -m benchmarks.damaged` prints the table.

Belongs here: how the files are damaged. The tests land the same cases and hold the outcome in `EXPECTED`.
All people are invented.
"""

from __future__ import annotations

import datetime
import io
import json
import sqlite3
import tempfile
import zipfile
from collections.abc import Callable, Iterator
from dataclasses import dataclass
from pathlib import Path

import openpyxl

from connectors.current import rejected_rows
from connectors.landing import LandingReport, land
from connectors.spec import Platform
from warehouse.model import Home

PEOPLE = [
    ("A1", "钱小满", "110101199003070011", "2026-01-05", "北山路1号，东院"),
    ("A2", "孙大勇", "110101198501010022", "2026-01-06", "北山路2号"),
    ("A3", "李文秀", "110101197712120033", "2026-01-07", "北山路3号"),
    ("A4", "周𠮷祥", "110101196606060044", "2026-01-08", "北山路4号"),
]
HEADINGS = ("编号", "姓名", "身份证号", "更新时间", "地址")
Outcome = tuple[str, int, int, int]
"""Verdict on the delivery ("landed", "held" for a person, or its reason code), rows delivered, landed, rejected."""


def platform(
    name: str, files: str, layout: dict[str, object], semantics: str = "snapshot", sheet: str | None = None
) -> Platform:
    """An invented platform of one dataset."""
    columns: dict[str, object] = {heading: heading for heading in HEADINGS}
    columns["编号"] = {"en": "number", "mandatory": True}
    dataset: dict[str, object] = {
        "name": "名册",
        "title": {"zh": "名册", "en": "Roll"},
        "columns": columns,
        "key": ["编号"],
        "changed_at": "更新时间",
        "roles": {
            "subject": {"kind": "person", "attributes": {"name": "姓名", "id_number": "身份证号", "address": "地址"}}
        },
    }
    if sheet:
        dataset["sheet"] = sheet
    return Platform.model_validate(
        {
            "platform": name,
            "title": {"zh": name, "en": name},
            "department": {"code": "office", "zh": "某局", "en": "Some Office"},
            "cadence": "daily",
            "sharing": "conditional",
            "files": files,
            "format": layout,
            "delivery": {"semantics": semantics},
            "datasets": [dataset],
        }
    )


CSV = platform("csv_roll", "名册_{date}.csv", {"kind": "delimited", "encoding": "gb18030"})
BOOK = platform("book_roll", "名册_{date}.xlsx", {"kind": "workbook", "header_row": 3}, sheet="名册")
LINES = platform("ndjson_roll", "roll_{date}.ndjson", {"kind": "ndjson"}, "delta")
JSON = platform("json_roll", "roll_{date}.json", {"kind": "json", "rows": "data.rows"}, "delta")
XML = platform("xml_roll", "roll_{date}.xml", {"kind": "xml", "row": "person"}, "delta")
DATABASE = platform("sqlite_roll", "roll_{date}.sqlite", {"kind": "sql"}, "delta")


@dataclass(frozen=True)
class Damage:
    """One damaged delivery: the content `write` puts under `name`, and what must come of it."""

    title: str
    platform: Platform
    name: str
    content: Callable[[], bytes]
    expected: Outcome


def csv_bytes(
    people: list[tuple[str, ...]] | None = None, headings: tuple[str, ...] = HEADINGS, encoding: str = "gb18030"
) -> bytes:
    """The roll as CSV."""
    lines = [",".join(headings)] + [
        ",".join(f'"{c}"' if "，" in c else c for c in p) for p in (PEOPLE if people is None else people)
    ]
    return ("\r\n".join(lines) + "\r\n").encode(encoding)


def book_bytes(edit: Callable[[openpyxl.Workbook], None] | None = None) -> bytes:
    """The roll as a workbook in form layout: title, note, headings, data."""
    book = openpyxl.Workbook()
    sheet = book.active
    assert sheet is not None
    sheet.title = "名册"
    for row in [("某局名册",), ("说明：带*为必填项",), tuple(h + "*" for h in HEADINGS), *PEOPLE]:
        sheet.append(row)
    if edit:
        edit(book)
    stream = io.BytesIO()
    book.save(stream)
    return stream.getvalue()


def objects() -> list[dict[str, object]]:
    """The roll as JSON objects."""
    return [dict(zip(HEADINGS, person, strict=True)) for person in PEOPLE]


def ndjson_bytes(edit: Callable[[list[str]], None] | None = None) -> bytes:
    """The roll as NDJSON."""
    lines = [json.dumps(o, ensure_ascii=False) for o in objects()]
    if edit:
        edit(lines)
    return ("\n".join(lines) + "\n").encode()


def json_bytes() -> bytes:
    """The roll as one JSON document."""
    return json.dumps({"code": 0, "data": {"rows": objects()}}, ensure_ascii=False).encode()


def xml_bytes() -> bytes:
    """The roll as XML in GBK."""
    people = [p for p in PEOPLE if "𠮷" not in p[1]]
    rows = "".join(
        f"<person>{''.join(f'<{h}>{v}</{h}>' for h, v in zip(HEADINGS, p, strict=True))}</person>" for p in people
    )
    return f'<?xml version="1.0" encoding="GBK"?><people>{rows}</people>'.encode("gbk")


def sqlite_bytes(table: str = "名册") -> bytes:
    """The roll as a SQLite file."""
    with tempfile.TemporaryDirectory() as folder:
        path = Path(folder) / "roll.sqlite"
        connection = sqlite3.connect(path)
        connection.execute(f"create table {table} ({', '.join(HEADINGS)})")
        connection.executemany(f"insert into {table} values (?, ?, ?, ?, ?)", PEOPLE)
        connection.commit()
        connection.close()
        return path.read_bytes()


def _line_of(data: bytes, number: int, change: Callable[[bytes], bytes]) -> bytes:
    lines = data.split(b"\r\n")
    lines[number] = change(lines[number])
    return b"\r\n".join(lines)


def _mixed_ends() -> bytes:
    lines = csv_bytes().rstrip().split(b"\r\n")
    return lines[0] + b"\r\n" + lines[1] + b"\n" + lines[2] + b"\r" + lines[3] + b"\n" + lines[4]


def _formulas(book: openpyxl.Workbook) -> None:
    sheet = book["名册"]
    sheet["E5"] = '="北山路"&"2号"'
    sheet["E6"] = "=1+1"


def _numbers(book: openpyxl.Workbook) -> None:
    sheet = book["名册"]
    sheet["A5"] = 2.0
    sheet["C5"] = 110101198501010022
    sheet["C6"] = "1.10101E+17"
    sheet["D5"] = datetime.datetime(2026, 1, 6)
    sheet["D6"] = 46029


def _rename_sheet(book: openpyxl.Workbook) -> None:
    book["名册"].title = "Sheet1"


def _two_rows_more(book: openpyxl.Workbook) -> None:
    book["名册"].insert_rows(1, 2)


def _blank_rows(book: openpyxl.Workbook) -> None:
    sheet = book["名册"]
    sheet.insert_rows(5)
    for row in range(9, 40):
        sheet.cell(row, 1).value = ""
        sheet.cell(row, 2).number_format = "0.00"


def _quote_second(line: bytes) -> bytes:
    return line.replace(b",", b',"', 1)


def _with_footers() -> bytes:
    lines = csv_bytes().split(b"\r\n")
    footers = [lines[0], "合计,4,,,".encode("gb18030"), "制表人：某某,,,,".encode("gb18030"), b""]
    return b"\r\n".join(lines[:-1] + footers)


def _formulas_of_text() -> bytes:
    lines = [",".join(HEADINGS)] + [",".join(f'="{c}"' for c in p) for p in PEOPLE]
    return ("\r\n".join(lines) + "\r\n").encode("gb18030")


def _other_case() -> bytes:
    return csv_bytes([(*p, "x", "y") for p in PEOPLE], (*HEADINGS, "wx", "WX"))


def _date_cut() -> bytes:
    people = [(f"B{i:02d}", "钱小满", "", "北山路1号", f"2026-01-{i % 28 + 1:02d}") for i in range(24)]
    return csv_bytes(people, ("编号", "姓名", "身份证号", "地址", "更新时间"))[:-4]


def _zipped(content: bytes, name: str) -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr(name, content)
    return stream.getvalue()


def _merged(book: openpyxl.Workbook) -> None:
    sheet = book["名册"]
    sheet["E5"] = None
    sheet.merge_cells("E4:E5")


def _not_a_book() -> bytes:
    stream = io.BytesIO()
    with zipfile.ZipFile(stream, "w") as archive:
        archive.writestr("readme.txt", "nothing")
    return stream.getvalue()


def _encrypted() -> bytes:
    """As much of an encrypted workbook as matters: an OLE container with a stream of that name."""
    return bytes.fromhex("d0cf11e0a1b11ae1") + bytes(504) + "EncryptedPackage".encode("utf-16-le") + bytes(1024)


def _gone(headings: tuple[str, ...]) -> bytes:
    keep = [HEADINGS.index(h) for h in headings]
    return csv_bytes([tuple(p[i] for i in keep) for p in PEOPLE], headings)


def _cut_line(lines: list[str]) -> None:
    lines[2] = lines[2][:20]


def _odd_lines(lines: list[str]) -> None:
    lines[1] = "[1, 2]"
    lines.insert(2, "")


def _new_key(lines: list[str]) -> None:
    lines[3] = lines[3].replace("}", ', "微信": "无"}')


def _twice(lines: list[str]) -> None:
    lines.append(lines[0])


NAME = "名册_20260110.csv"
BOOK_NAME = "名册_20260110.xlsx"
LONG = "北" * 1_000_000

CASES: tuple[Damage, ...] = (
    Damage("空文件", CSV, NAME, lambda: b"", ("empty_file", 0, 0, 0)),
    Damage("只有表头（全量）", CSV, NAME, lambda: csv_bytes([]), ("no_rows", 0, 0, 0)),
    Damage("编码不符：UTF-8当作GB18030", CSV, NAME, lambda: csv_bytes(encoding="utf-8"), ("wrong_encoding", 0, 0, 0)),
    Damage("编码不符：UTF-16", CSV, NAME, lambda: csv_bytes(encoding="utf-16"), ("wrong_encoding", 0, 0, 0)),
    Damage(
        "一行混入坏字节",
        CSV,
        NAME,
        lambda: _line_of(csv_bytes(), 2, lambda b: b[:4] + b"\xff" + b[4:]),
        ("landed", 4, 3, 1),
    ),
    Damage("半个压缩包（xlsx截断）", BOOK, BOOK_NAME, lambda: book_bytes()[:2500], ("not_a_workbook", 0, 0, 0)),
    Damage("压缩包里不是工作簿", BOOK, BOOK_NAME, _not_a_book, ("not_a_workbook", 0, 0, 0)),
    Damage("网页改名为xlsx", BOOK, BOOK_NAME, lambda: b"<html><table></table></html>", ("not_a_workbook", 0, 0, 0)),
    Damage("加密的工作簿", BOOK, BOOK_NAME, _encrypted, ("encrypted", 0, 0, 0)),
    Damage("工作表改名", BOOK, BOOK_NAME, lambda: book_bytes(_rename_sheet), ("sheet_missing", 0, 0, 0)),
    Damage("表头下移两行", BOOK, BOOK_NAME, lambda: book_bytes(_two_rows_more), ("header_moved", 0, 0, 0)),
    Damage("没有表头", CSV, NAME, lambda: csv_bytes().split(b"\r\n", 1)[1], ("header_missing", 0, 0, 0)),
    Damage(
        "列改名",
        CSV,
        NAME,
        lambda: csv_bytes(headings=("编号", "姓名", "身份证号码", "更新时间", "地址")),
        ("column_missing", 0, 0, 0),
    ),
    Damage("少一列", CSV, NAME, lambda: _gone(("编号", "姓名", "身份证号", "地址")), ("column_missing", 0, 0, 0)),
    Damage(
        "列名出现两次",
        CSV,
        NAME,
        lambda: csv_bytes(headings=("编号", "姓名", "姓名", "更新时间", "地址")),
        ("column_repeated", 0, 0, 0),
    ),
    Damage(
        "多一列",
        CSV,
        NAME,
        lambda: csv_bytes([(*p, "无") for p in PEOPLE], (*HEADINGS, "备注")),
        ("landed", 4, 4, 0),
    ),
    Damage(
        "列的次序变了", CSV, NAME, lambda: _gone(("地址", "姓名", "编号", "身份证号", "更新时间")), ("landed", 4, 4, 0)
    ),
    Damage(
        "一百万字的单元格",
        CSV,
        NAME,
        lambda: _line_of(csv_bytes(), 3, lambda b: b + LONG.encode("gb18030")),
        ("landed", 4, 3, 1),
    ),
    Damage(
        "NUL字符",
        CSV,
        NAME,
        lambda: _line_of(csv_bytes(), 1, lambda b: b.replace(b",", b",\0", 1)),
        ("landed", 4, 3, 1),
    ),
    Damage("某行多一个分隔符", CSV, NAME, lambda: _line_of(csv_bytes(), 2, lambda b: b + b",x"), ("landed", 4, 3, 1)),
    Damage(
        "引号未闭合",
        CSV,
        NAME,
        lambda: _line_of(csv_bytes(), 2, lambda b: b.replace(b",", b',"', 1)),
        ("landed", 4, 3, 1),
    ),
    Damage(
        "两行各一个多余引号，夹住其间各行",
        CSV,
        NAME,
        lambda: _line_of(_line_of(csv_bytes(), 1, _quote_second), 3, _quote_second),
        ("landed", 4, 2, 2),
    ),
    Damage("行尾多一个空字段", CSV, NAME, lambda: _line_of(csv_bytes(), 2, lambda b: b + b","), ("landed", 4, 4, 0)),
    Damage("中间重复表头、末尾合计与制表人", CSV, NAME, _with_footers, ("landed", 7, 4, 3)),
    Damage('单元格写成="…"', CSV, NAME, _formulas_of_text, ("landed", 4, 4, 0)),
    Damage("分隔符是分号", CSV, NAME, lambda: csv_bytes().replace(b",", b";"), ("wrong_separator", 0, 0, 0)),
    Damage("工作簿改名为csv", CSV, NAME, book_bytes, ("other_format", 0, 0, 0)),
    Damage("表头与数据连在一起", CSV, NAME, lambda: csv_bytes().replace(b"\r\n", b",", 1), ("header_glued", 0, 0, 0)),
    Damage("只差大小写的两列", CSV, NAME, _other_case, ("landed", 4, 4, 0)),
    Damage("最后一行写到一半", CSV, NAME, lambda: csv_bytes()[:-15], ("held", 4, 4, 0)),
    Damage("最后一列写到一半", CSV, NAME, _date_cut, ("held", 24, 24, 0)),
    Damage(
        "表头里有换行",
        CSV,
        NAME,
        lambda: csv_bytes(headings=("编号", '"姓\n名"', "身份证号", "更新时间", "地址")),
        ("landed", 4, 4, 0),
    ),
    Damage("引号前有空格", CSV, NAME, lambda: csv_bytes().replace(b',"', b', "'), ("landed", 4, 4, 0)),
    Damage("在压缩包里", CSV, "名册.zip", lambda: _zipped(csv_bytes(), NAME), ("landed", 4, 4, 0)),
    Damage("压缩包不完整", CSV, "名册.zip", lambda: _zipped(csv_bytes(), NAME)[:-30], ("archive_unreadable", 0, 0, 0)),
    Damage("向下合并的单元格", BOOK, BOOK_NAME, lambda: book_bytes(_merged), ("landed", 4, 4, 0)),
    Damage("换行符混用", CSV, NAME, _mixed_ends, ("landed", 4, 4, 0)),
    Damage("主键为空", CSV, NAME, lambda: _line_of(csv_bytes(), 2, lambda b: b[2:]), ("landed", 4, 3, 1)),
    Damage("末尾有空行、空单元格行", CSV, NAME, lambda: csv_bytes() + b"\r\n,,,,\r\n\r\n", ("landed", 4, 4, 0)),
    Damage("文件名不合约定", CSV, "名册（最终版）.csv", csv_bytes, ("file_name_unknown", 0, 0, 0)),
    Damage("文件名中的日期不存在", CSV, "名册_20260231.csv", csv_bytes, ("file_name_unknown", 0, 0, 0)),
    Damage("公式（无缓存结果）", BOOK, BOOK_NAME, lambda: book_bytes(_formulas), ("landed", 4, 4, 0)),
    Damage("数字、科学计数、日期序列号", BOOK, BOOK_NAME, lambda: book_bytes(_numbers), ("landed", 4, 4, 0)),
    Damage("表中空行、表尾空行", BOOK, BOOK_NAME, lambda: book_bytes(_blank_rows), ("landed", 5, 4, 1)),
    Damage("NDJSON有一行被截断", LINES, "roll_20260110.ndjson", lambda: ndjson_bytes(_cut_line), ("landed", 4, 3, 1)),
    Damage(
        "NDJSON一行不是对象、一行为空",
        LINES,
        "roll_20260110.ndjson",
        lambda: ndjson_bytes(_odd_lines),
        ("landed", 4, 3, 1),
    ),
    Damage("NDJSON某行出现新字段", LINES, "roll_20260110.ndjson", lambda: ndjson_bytes(_new_key), ("landed", 4, 4, 0)),
    Damage("主键重复", LINES, "roll_20260110.ndjson", lambda: ndjson_bytes(_twice), ("landed", 5, 5, 0)),
    Damage(
        "NDJSON其实是CSV", LINES, "roll_20260110.ndjson", lambda: csv_bytes(encoding="utf-8"), ("not_json", 0, 0, 0)
    ),
    Damage(
        "JSON字符串里有换行，数字是NaN",
        JSON,
        "roll_20260110.json",
        lambda: json_bytes().replace("钱小满".encode(), "钱\n小满".encode()).replace(b'"2026-01-06"', b"NaN"),
        ("landed", 4, 4, 0),
    ),
    Damage(
        "JSON嵌套二十万层",
        JSON,
        "roll_20260110.json",
        lambda: json_bytes().replace(b"[", b"[" * 200_000, 1),
        ("too_deep", 0, 0, 0),
    ),
    Damage("JSON被截断", JSON, "roll_20260110.json", lambda: json_bytes()[:-40], ("not_json", 0, 0, 0)),
    Damage(
        "JSON结构变了",
        JSON,
        "roll_20260110.json",
        lambda: json_bytes().replace(b"rows", b"list"),
        ("rows_not_found", 0, 0, 0),
    ),
    Damage(
        "XML标GB2312，内含GB18030字符",
        XML,
        "roll_20260110.xml",
        lambda: xml_bytes().replace(b"GBK", b"GB2312", 1).replace("钱小满".encode("gbk"), "钱㛃䶮".encode("gb18030")),
        ("landed", 3, 3, 0),
    ),
    Damage("XML被截断", XML, "roll_20260110.xml", lambda: xml_bytes()[:-30], ("not_xml", 0, 0, 0)),
    Damage(
        "XML带实体炸弹",
        XML,
        "roll_20260110.xml",
        lambda: xml_bytes().replace(b"?>", b'?><!DOCTYPE a [<!ENTITY b "bbbb">]>', 1),
        ("xml_doctype", 0, 0, 0),
    ),
    Damage("不是XML", XML, "roll_20260110.xml", lambda: b"502 Bad Gateway", ("not_xml", 0, 0, 0)),
    Damage("SQLite被截断", DATABASE, "roll_20260110.sqlite", lambda: sqlite_bytes()[:5000], ("not_sqlite", 0, 0, 0)),
    Damage(
        "数据库少一张表", DATABASE, "roll_20260110.sqlite", lambda: sqlite_bytes("别的表"), ("sheet_missing", 0, 0, 0)
    ),
)


def run(case: Damage, folder: Path) -> tuple[LandingReport, Home]:
    """Land one case in a home of its own under `folder`."""
    inbox, home = folder / "inbox", Home(folder / "home")
    path = inbox / case.platform.platform / case.name
    path.parent.mkdir(parents=True)
    path.write_bytes(case.content())
    return land(case.platform, inbox, home), home


def outcome(report: LandingReport) -> Outcome:
    """What came of a run, as `expected` says it."""
    verdict = "held" if report.held else "landed"
    if report.rejected_deliveries:
        verdict = report.rejected_deliveries[0][1]
    return verdict, report.rows_delivered, report.rows_landed, report.rows_rejected


def table() -> Iterator[str]:
    """Lines of a Markdown table."""
    yield "| 损坏 | 格式 | 结果 | 交付 | 落地 | 退回 | 说明 |"
    yield "|---|---|---|--:|--:|--:|---|"
    for case in CASES:
        with tempfile.TemporaryDirectory() as folder:
            report, home = run(case, Path(folder))
            said = [reason for _, _, reason in report.rejected_deliveries]
            said = (
                said
                or [reason for *_, reason in report.held]
                or rejected_rows(home)["reason"].to_pylist()
                or [w.split("：", 1)[1] for w in report.warnings]
            )
        verdict, delivered, landed, rejected = outcome(report)
        result = {"landed": "落地", "held": "待人工确认"}.get(verdict, f"整批退回 `{verdict}`")
        text = "；".join(dict.fromkeys(said)).replace("|", "\\|")
        yield f"| {case.title} | {case.platform.format.kind} | {result} | {delivered} | {landed} | {rejected} | {text} |"


if __name__ == "__main__":
    for line in table():
        print(line)
