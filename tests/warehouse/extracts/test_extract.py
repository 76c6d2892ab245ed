"""A department gets its own rows back, reconciled, and nothing it is not entitled to."""

from __future__ import annotations

import csv
import hashlib
import io
import json
import shutil
import zipfile
from collections.abc import Callable
from pathlib import Path

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from python_calamine import CalamineWorkbook

from tests.warehouse.conftest import DAY
from tests.warehouse.extracts.conftest import OWN
from warehouse.extracts import ExtractManifest, ExtractReport, OwnRows, prepare_extracts, write_extract
from warehouse.model import Home
from warehouse.model.catalogue import ENTITLEMENT
from warehouse.model.data_model import shipped
from warehouse.model.evidence import ATTRIBUTE
from warehouse.model.link import MENTION
from warehouse.model.quality import RECONCILIATION

VERSION = "0001-00000000"
Extract = Callable[[str], ExtractReport]


def table(folder: Path, name: str) -> pa.Table:
    return pq.read_table(folder / f"{name}.parquet")


def csv_rows(path: Path) -> list[list[str]]:
    assert path.read_bytes().startswith(b"\xef\xbb\xbf")
    return list(csv.reader(io.StringIO(path.read_bytes().decode("utf-8-sig"))))


def text_of(path: Path) -> str:
    """Everything a file says, unpacked, for searching."""
    if path.suffix == ".xlsx":
        with zipfile.ZipFile(path) as archive:
            return "\n".join(archive.read(name).decode() for name in archive.namelist())
    if path.suffix == ".parquet":
        return repr(pq.read_table(path).to_pydict()) + repr(pq.read_schema(path).metadata)
    return path.read_text("utf-8")


def test_every_own_row_is_there_as_it_was_delivered_with_the_row_the_department_sees(folder: Path) -> None:
    rows = table(folder, "hukou_hukou")
    assert rows["来源行号"].to_pylist() == [2, 3, 4, 5]  # below the headings
    assert set(rows["来源文件"].to_pylist()) == {"hukou_20261101.csv"}
    assert rows["备注"].to_pylist() == ['=HYPERLINK("http://x")', "-5", "+8613800112233", "\t@SUM(A1)"]
    assert rows["姓名"].to_pylist() == ["甲一", "乙二", "丙三", "甲　一"]


def test_each_row_carries_the_entity_and_the_golden_values_beside_its_own(folder: Path) -> None:
    rows = table(folder, "hukou_hukou")
    assert rows["人口编号"].to_pylist() == ["P1", "P2", "P3", "P1"]
    assert rows["姓名（主记录）"].to_pylist() == ["甲一", "乙二", "丙三", "甲一"]
    assert rows["公民身份号码（主记录）"].to_pylist()[0] == "990101198503121230"


def test_marks_tell_agreeing_invalid_missing_and_unknown_apart(folder: Path) -> None:
    rows = table(folder, "hukou_hukou")
    assert rows["公民身份号码（比对）"].to_pylist() == ["一致", "一致", "无", "本方无效"]
    assert rows["电话（比对）"].to_pylist() == ["本方缺失", "无", "无", "本方缺失"]
    assert rows["姓名（比对）"].to_pylist() == ["一致"] * 4


def test_a_value_that_lost_is_marked_and_explained(extract: Extract) -> None:
    folder = extract("zhujian").folder
    rows = table(folder, "zulin_zulin")
    assert rows["承租人·姓名（比对）"].to_pylist() == ["不一致", "一致", None]
    finding, *missing = table(folder, "zulin_工作清单").to_pylist()
    assert {line["处理"] for line in missing} == {"缺失可补"}
    assert (finding["处理"], finding["确信度"]) == ("更正", 0.98)
    assert (finding["本方原文"], finding["主记录值"]) == ("甲壹", "甲一")
    assert (finding["主记录值的主张部门"], finding["主张日期"]) == ("公安局", str(DAY))
    assert (finding["角色"], finding["属性"], finding["主记录采信原因"]) == ("承租人", "姓名", "来源最权威")


def test_a_row_without_a_role_has_no_entity_and_no_mark(extract: Extract) -> None:
    rows = table(extract("zhujian").folder, "zulin_zulin")
    assert rows["承租人·人口编号"].to_pylist() == ["P1", "P4", None]
    assert rows["房屋编号"].to_pylist() == ["H1", "H2", "H3"]


def test_what_the_dataset_says_nothing_about_is_shown_without_a_mark(extract: Extract) -> None:
    headings = table(extract("zhujian").folder, "zulin_zulin").column_names
    assert "实住人数（主记录）" in headings
    assert "实住人数（比对）" not in headings


def test_rows_about_the_same_entity_name_each_other(folder: Path, extract: Extract) -> None:
    assert table(folder, "hukou_hukou")["本方重复"].to_pylist() == ["第5行", None, None, "第2行"]
    assert table(extract("zhujian").folder, "zulin_zulin")["本方重复"].to_pylist() == [None, None, None]


def test_rejected_rows_come_back_with_their_reason(folder: Path, extract: Extract) -> None:
    rejected = table(folder, "hukou_退回行").to_pylist()
    assert [(r["来源行号"], r["原因"]) for r in rejected] == [(6, "本行字段数与表头不符")]
    assert table(extract("zhujian").folder, "zulin_退回行").num_rows == 0


def test_a_delivery_that_waits_or_stands_under_an_odd_scope_is_told_to_its_department(
    new_town: Callable[[str], Home],
) -> None:
    home = new_town("odd")
    line = {"platform": "hukou", "department": "gongan", "sheet_name": "", "dataset": "hukou", "balanced": True}
    line |= dict.fromkeys(("rows_delivered", "rows_landed", "rows_rejected", "rows_current"), 4)
    line |= dict.fromkeys(("mentions_expected", "mentions_undecided", "mentions_resolved"), 0)
    lines = [
        {**line, "delivery_id": f"d{i}", "file_name": f"hukou_{i}.csv", "state": state, "reason_code": code, "reason": code}
        for i, (state, code) in enumerate([("landed", None), ("held", "rows_fell"), ("landed", "scope_unknown"), ("refused", "overtaken")])
    ]  # fmt: skip
    RECONCILIATION.write(RECONCILIATION.conform(pa.Table.from_pylist(lines)), home.stage("quality", "reconciliation"))
    prepare_extracts(home, threads=1)
    own = OwnRows("hukou", "hukou", lambda: pa.table(OWN_ROW))
    report = write_extract(home, VERSION, "gongan", [own], threads=1)
    sent_back = table(report.folder, "hukou_退回行").to_pylist()
    assert [(r["来源文件"], r["来源行号"], r["原因代码"]) for r in sent_back if r["来源行号"] is None] == [
        ("hukou_1.csv", None, "rows_fell"),
        ("hukou_2.csv", None, "scope_unknown"),
    ]


def test_no_attribute_is_seen_without_an_entitlement(extract: Extract) -> None:
    """The housing department may see names and addresses: no number of another department is in any of its files."""
    report = extract("zhujian")
    headings = table(report.folder, "zulin_zulin").column_names
    assert not [h for h in headings if "身份" in h or "电话（" in h]
    for path in report.folder.iterdir():
        text = text_of(path)
        for number in ("990101198503121230", "99010119900101001X", "990101198503121238", "13800112233", "13900445566"):
            assert number not in text, f"{path.name} holds a number the department may not see"
    assert "138 0011 2233" in text_of(report.folder / "zulin_zulin.csv"), "its own column is its own"


def test_without_any_entitlement_there_are_only_own_rows_and_ids(shared_home: Home, tmp_path: Path) -> None:
    from_stage = shared_home.stage("catalogue", "entitlement")
    kept = from_stage.read_bytes()
    try:
        ENTITLEMENT.write(ENTITLEMENT.empty(), from_stage)
        own = OwnRows("gongshang", "gongshang", _gongshang)
        folder = write_extract(shared_home, "0009-none", "shichang", [own]).folder
    finally:
        from_stage.write_bytes(kept)
    rows = table(folder, "gongshang_gongshang")
    assert rows.column_names == [
        "来源文件",
        "来源工作表",
        "来源行号",
        "名称",
        "企业编号",
        "法定代表人·人口编号",
        "本方重复",
    ]
    assert table(folder, "gongshang_工作清单").num_rows == 0


def _gongshang() -> pa.Table:
    return pa.table(
        {"delivery_id": ["d1"], "file_name": ["gongshang_20261101.csv"], "sheet_name": [""], "row_number": [1],
         "row_key": ["k"], "repeat": [0], "claimed_on": pa.nulls(1, pa.date32()), "名称": ["某某商店"]}
    )  # fmt: skip


def test_an_entitlement_of_one_platform_or_department_is_none_of_another(extract: Extract) -> None:
    headings = table(extract("shichang").folder, "gongshang_gongshang").column_names
    assert "名称（主记录）" in headings
    assert not [h for h in headings if h.startswith("法定代表人·") and "（" in h]


def test_rows_of_another_department_are_refused(shared_home: Home) -> None:
    with pytest.raises(PermissionError, match="hukou belong to other departments"):
        write_extract(shared_home, VERSION, "zhujian", [OwnRows("hukou", "hukou", _gongshang)])
    assert not list((shared_home.root / "extracts" / "zhujian").glob(".*"))


def test_csv_keeps_rows_and_defuses_formulas_but_not_numbers(folder: Path) -> None:
    heading, *rows = csv_rows(folder / "hukou_hukou.csv")
    assert "'=列" in heading
    notes = [row[heading.index("备注")] for row in rows]
    assert notes == ['\'=HYPERLINK("http://x")', "-5", "+8613800112233", "'\t@SUM(A1)"]
    assert [row[heading.index("身份证号")] for row in rows] == [
        "990101198503121230", "99010119900101001x", "", "990101198503121238"
    ]  # fmt: skip


def test_the_workbook_holds_text_as_text_and_no_formula(folder: Path) -> None:
    path = folder / "hukou_户籍人口.xlsx"
    with zipfile.ZipFile(path) as archive:
        sheets = [archive.read(n).decode() for n in archive.namelist() if n.startswith("xl/worksheets/sheet")]
    assert not any("<f>" in sheet or "<f " in sheet for sheet in sheets)
    book = CalamineWorkbook.from_path(str(path))
    assert book.sheet_names == ["概览", "缺失可补", "无效", "重复", "仅本方有", "退回行", "户籍人口", "说明"]
    groups, heading, *rows = book.get_sheet_by_name("户籍人口").to_python()
    assert groups[0] == "来源"
    assert rows[0][heading.index("身份证号")] == "990101198503121230"
    assert [row[heading.index("备注")] for row in rows] == [
        '=HYPERLINK("http://x")',
        "-5",
        "+8613800112233",
        "\t@SUM(A1)",
    ]
    assert rows[0][heading.index("来源行号")] == 2


def test_the_manifest_names_every_file_with_its_hash_and_counts(folder: Path) -> None:
    manifest = ExtractManifest.read(folder)
    on_disk = {p.name for p in folder.iterdir()} - {"manifest.json"}
    assert {f.name for f in manifest.files} == on_disk
    for file in manifest.files:
        content = (folder / file.name).read_bytes()
        assert (file.bytes, file.sha256) == (len(content), hashlib.sha256(content).hexdigest())
    (counts,) = manifest.datasets
    assert counts.rows == 4
    assert counts.duplicates == 2
    assert counts.marks == {
        "一致": 6, "不一致": 0, "本方不完整": 0, "口径不同": 0, "已终止": 0, "已采纳": 0, "本方缺失": 2, "本方无效": 1, "无": 3,
    }  # fmt: skip
    assert manifest.release == VERSION


def test_manifest_and_report_hold_no_personal_data(extract: Extract, personal_numbers: tuple[str, ...]) -> None:
    report = extract("gongan")
    said = (report.folder / "manifest.json").read_text() + repr(report)
    assert not [x for x in (*personal_numbers, "甲一", "乙二", "丙三", "丁四") if x in said]
    json.loads((report.folder / "manifest.json").read_text())


def test_the_same_release_gives_the_same_files_but_for_workbook_dates(shared_home: Home, extract: Extract) -> None:
    from_first = {f.name: f.sha256 for f in ExtractManifest.read(extract("shichang").folder).files}
    own = OwnRows("gongshang", "gongshang", lambda: _gongshang().append_column("法人", pa.array(["乙二"])))
    again = write_extract(shared_home, VERSION, "shichang", [own], threads=3)
    for name, digest in {f.name: f.sha256 for f in ExtractManifest.read(again.folder).files}.items():
        assert name.endswith(".xlsx") or from_first[name] == digest, name


def test_the_workbook_of_a_large_platform_holds_what_there_is_to_do(shared_home: Home) -> None:
    own = OwnRows("gongshang", "gongshang", _gongshang)
    report = write_extract(shared_home, "0008-large", "shichang", [own], workbook_rows=0)
    book = CalamineWorkbook.from_path(str(report.folder / "gongshang_市场主体.xlsx"))
    assert book.sheet_names == ["概览", "仅本方有", "说明"]
    assert (report.folder / "gongshang_gongshang.csv").exists()
    assert report.notes == ("市场主体：现行 1 行，超过 0 行，工作簿只含工作清单，全部数据请用 CSV 或 Parquet",)


def test_a_failed_extract_leaves_the_former_one(shared_home: Home, extract: Extract) -> None:
    before = sorted(p.name for p in extract("gongan").folder.iterdir())

    def broken() -> pa.Table:
        raise OSError("disk")

    with pytest.raises(OSError, match="disk"):
        write_extract(shared_home, VERSION, "gongan", [OwnRows("hukou", "hukou", broken)])
    assert sorted(p.name for p in extract("gongan").folder.iterdir()) == before
    assert [p.name for p in extract("gongan").folder.parent.iterdir()] == [VERSION]


def test_an_empty_dataset_is_an_empty_extract(shared_home: Home) -> None:
    own = OwnRows("gongshang", "gongshang", lambda: _gongshang().slice(1))
    report = write_extract(shared_home, "0007-empty", "shichang", [own])
    assert report.rows == 0
    assert table(report.folder, "gongshang_gongshang").num_rows == 0
    assert len(csv_rows(report.folder / "gongshang_gongshang.csv")) == 1
    assert CalamineWorkbook.from_path(str(report.folder / "gongshang_市场主体.xlsx")).sheet_names[-2] == "市场主体"


OWN_ROW = {
    "delivery_id": ["d1"], "file_name": ["hukou_20261101.csv"], "sheet_name": [""], "row_number": [1], "row_key": ["0"],
    "repeat": [0], "claimed_on": pa.nulls(1, pa.date32()), "姓名": ["戊五"],
}  # fmt: skip


def test_a_department_of_whose_rows_nothing_is_known_gets_them_back_all_the_same(
    new_town: Callable[[str], Home],
) -> None:
    home = new_town("nothing known")
    for kind in shipped().kinds:
        ATTRIBUTE.write(ATTRIBUTE.empty(), home.stage("attribute", kind))
    MENTION.write(MENTION.empty(), home.stage("link", "mention"))
    assert set(prepare_extracts(home, threads=1).values()) == {0}
    own = OwnRows("hukou", "hukou", lambda: pa.table(OWN_ROW))
    report = write_extract(home, VERSION, "gongan", [own], threads=1)
    assert (report.rows, report.findings) == (1, 0)


def test_a_finding_names_the_row_as_the_department_knows_it(folder: Path) -> None:
    lines = table(folder, "hukou_工作清单").to_pylist()
    assert {(x["处理"], x["属性"], x["本方名称"], x["来源行号"]) for x in lines} == {
        ("缺失可补", "电话", "甲一", 2),
        ("缺失可补", "电话", "甲　一", 5),
        ("无效", "公民身份号码", "甲　一", 5),
    }
    missing = [line for line in lines if line["处理"] == "缺失可补"]
    assert missing[0]["主记录值"] == "13800112233"
    assert all(line["主记录值的主张部门"] for line in missing), "a value to fill in says whose it is"


def test_what_the_former_extract_did_not_list_is_new(shared_home: Home, extract: Extract) -> None:
    assert table(extract("zhujian").folder, "zulin_工作清单")["本次新增"].to_pylist() == [None] * 3
    own = [OWN["zhujian"]]
    again = write_extract(shared_home, "0009-next", "zhujian", own)
    assert table(again.folder, "zulin_工作清单")["本次新增"].to_pylist() == [None] * 3
    listed = again.folder / "zulin_工作清单.parquet"
    pq.write_table(pq.read_table(listed).slice(1), listed)
    last = write_extract(shared_home, "0010-last", "zhujian", own)
    assert table(last.folder, "zulin_工作清单")["本次新增"].to_pylist() == ["是", None, None]
    for folder in (again.folder, last.folder):
        shutil.rmtree(folder)
