"""What the sample city delivers: all platforms, their layouts, and truth that fits the rows."""

from __future__ import annotations

import hashlib
from collections.abc import Callable
from datetime import date
from pathlib import Path

import duckdb
import pyarrow.parquet as pq
import pytest

from connectors.registry import load_platforms
from connectors.sample import write_city

NAME = {
    ("gongan_hukou", "subject"): "姓名",
    ("gongan_liudong", "subject"): "姓名",
    ("weijian_jiankang", "subject"): "name",
    ("minzheng_jiuzhu", "subject"): "姓名",
    ("renshe_shebao", "subject"): "AAC003",
    ("jiaoyu_xueji", "subject"): "姓名",
    ("jiaoyu_xueji", "guardian"): "监护人姓名",
    ("zhujian_zulin", "landlord"): "出租人姓名",
    ("zhujian_zulin", "tenant"): "承租人姓名",
    ("shichang_dengji", "legal_rep"): "LEREP",
    ("shuiwu_nashuiren", "legal_rep"): "FDDBRXM",
    ("xiaofang_changsuo", "manager"): "负责人",
    ("dangjian_zuzhi", "secretary"): "书记姓名",
}


@pytest.fixture(scope="module")
def clean(tmp_path_factory: pytest.TempPathFactory) -> Path:
    out = tmp_path_factory.mktemp("clean")
    write_city(600, 11, out, noise=0.0)
    return out


@pytest.fixture(scope="module")
def rows(clean: Path, read_all: Callable) -> dict:
    return read_all(clean / "deliveries")


@pytest.fixture(scope="module")
def records(clean: Path) -> list[dict]:
    return pq.read_table(clean / "truth" / "records.parquet").to_pylist()


def _truth(clean: Path, table: str, key: str) -> dict[int, dict]:
    return {row[key]: row for row in pq.read_table(clean / "truth" / f"{table}.parquet").to_pylist()}


def _digest(folder: Path) -> dict[str, str]:
    return {
        str(p.relative_to(folder)): hashlib.sha256(p.read_bytes()).hexdigest()
        for p in sorted(folder.rglob("*"))
        if p.is_file()
    }


def test_every_platform_that_is_described_delivers(clean: Path) -> None:
    assert {p.name for p in (clean / "deliveries").iterdir()} == set(load_platforms())


def test_every_table_has_exactly_the_columns_its_platform_declares(rows: dict) -> None:
    declared = load_platforms()
    for (platform, _, sheet), table in rows.items():
        datasets = declared[platform].datasets
        dataset = datasets[0] if len(datasets) == 1 else next(d for d in datasets if d.sheet == sheet)
        assert set(table[0]) == set(dataset.columns), (platform, sheet)


def test_workbooks_are_filled_in_forms(clean: Path) -> None:
    openpyxl = pytest.importorskip("openpyxl")
    path = next((clean / "deliveries" / "wangge_caiji").glob("*.xlsx"))
    page = openpyxl.load_workbook(path)["房屋"]
    assert {str(r) for r in page.merged_cells.ranges} == {"A1:K1", "D4:G4"}
    assert page["A1"].value == "住房信息登记表"
    assert page["A2"].value.endswith("导出日期：20261101")
    assert page["D4"].value == "住房地址"
    assert page["D5"].value == "地址*"


def test_text_files_have_the_line_ends_and_marks_of_their_platform(clean: Path) -> None:
    first = {
        p.parent.name: p.read_bytes()[:200] for p in (clean / "deliveries").glob("*/*") if p.suffix in (".csv", ".txt")
    }
    assert b"\r\n" in first["gongan_hukou"]
    assert b"\r\n" not in first["jiaoyu_xueji"]
    assert first["jiaoyu_xueji"].startswith(b"\xef\xbb\xbf")
    assert not first["shichang_dengji"].startswith(b"\xef\xbb\xbf")


def test_truth_names_rows_that_are_there(rows: dict, records: list[dict]) -> None:
    for r in records:
        assert 1 <= r["row"] <= len(rows[r["platform"], r["file"], r["sheet"]])
    last = {(r["platform"], r["file"], r["sheet"]): 0 for r in records}
    for r in records:
        place = (r["platform"], r["file"], r["sheet"])
        last[place] = max(last[place], r["row"])
    assert all(last[place] == len(rows[place]) for place in last)


def test_without_noise_every_row_says_the_true_name(clean: Path, rows: dict, records: list[dict]) -> None:
    persons = _truth(clean, "persons", "person_id")
    seen = set()
    for r in records:
        column = NAME.get((r["platform"], r["role"]))
        if column and r["kind"] == "person":
            row = rows[r["platform"], r["file"], r["sheet"]][r["row"] - 1]
            name = persons[r["true_id"]]["name"]
            if not any(ord(c) > 0x9FA5 or 0x3400 <= ord(c) < 0x4E00 for c in name):  # a rare character GBK has not got
                assert row[column] == name, r
            seen.add((r["platform"], r["role"]))
    assert seen == set(NAME)


def test_without_noise_owners_stand_in_their_order(clean: Path, rows: dict, records: list[dict]) -> None:
    persons = _truth(clean, "persons", "person_id")
    part = {"owner": 0, "co_owner": 1}
    for r in records:
        if r["platform"] == "budongchan" and r["role"] in part:
            row = rows[r["platform"], r["file"], r["sheet"]][r["row"] - 1]
            assert str(row["权利人证件号"]).split("、")[part[r["role"]]] == persons[r["true_id"]]["id_no"]


def test_without_noise_homes_and_firms_are_the_true_ones(clean: Path, rows: dict, records: list[dict]) -> None:
    houses, firms = _truth(clean, "houses", "house_id"), _truth(clean, "firms", "firm_id")
    checked = {"housing": 0, "enterprise": 0}
    for r in records:
        row = rows[r["platform"], r["file"], r["sheet"]][r["row"] - 1]
        if r["platform"] == "budongchan" and r["kind"] == "housing":
            assert row["不动产单元号"] == houses[r["true_id"]]["unit_no"]
        elif r["platform"] == "wangge_caiji" and r["kind"] == "housing":
            assert row["室"] == (houses[r["true_id"]]["room"] or houses[r["true_id"]]["door"])
        elif r["platform"] == "shichang_dengji" and r["kind"] == "enterprise":
            assert row["UNISCID"] == firms[r["true_id"]]["uscc"]
        elif r["platform"] == "renshe_shebao" and r["kind"] == "enterprise":
            assert row["AAB004"] == firms[r["true_id"]]["name"]
        else:
            continue
        checked[r["kind"]] += 1
    assert min(checked.values()) > 30


def test_no_number_of_a_platform_follows_the_true_rows(rows: dict, records: list[dict]) -> None:
    # running numbers that rose with the row numbers of the truth would let a matcher cheat
    numbers = {
        ("gongan_hukou", "户号"): "person",
        ("weijian_jiankang", "archiveNo"): "person",
        ("renshe_shebao", "AAC001"): "person",
        ("renshe_shebao", "AAB001"): "enterprise",
        ("minzheng_dizhi", "地址编码"): "housing",
        ("wangge_caiji", "住房编号"): "housing",
        ("zhujian_zulin", "备案编号"): "housing",
        ("xiaofang_changsuo", "序号"): "enterprise",
    }
    for (platform, column), kind in numbers.items():
        pairs = []
        for r in records:
            if r["platform"] == platform and r["kind"] == kind:
                row = rows[platform, r["file"], r["sheet"]][r["row"] - 1]
                if column in row:
                    tail = "".join(c for c in str(row[column]) if c.isdigit())[-6:]
                    pairs.append((int(tail), r["true_id"]))
        (correlation,) = duckdb.execute(
            "select corr(p[1], p[2]) from (select unnest($1) p)", [[list(p) for p in pairs]]
        ).fetchone() or (0,)
        assert len(pairs) > 15
        assert abs(correlation) < 0.45, (platform, column)


def test_the_same_seed_writes_the_same_bytes(tmp_path: Path) -> None:
    for name in ("one", "two"):
        write_city(300, 4, tmp_path / name, days=[2])
    assert _digest(tmp_path / "one") == _digest(tmp_path / "two")


def test_another_seed_writes_another_city(tmp_path: Path) -> None:
    for seed in (1, 2):
        write_city(200, seed, tmp_path / str(seed))
    one, two = (_truth(tmp_path / str(seed), "persons", "person_id") for seed in (1, 2))
    assert sum(one[i]["id_no"] == two[i]["id_no"] for i in one if i in two) == 0


def test_files_are_dated_by_the_day_of_the_delivery(tmp_path: Path) -> None:
    write_city(200, 1, tmp_path, as_of=date(2027, 3, 9))
    assert all("20270309" in p.name for p in (tmp_path / "deliveries").glob("*/*"))


@pytest.mark.parametrize(
    ("persons", "noise", "days", "named"),
    [(99, 1.0, [], "persons"), (200, -0.1, [], "noise"), (200, 1.0, [3, 3], "days"), (200, 1.0, [31], "days")],
)
def test_a_city_that_cannot_be_is_refused(
    tmp_path: Path, persons: int, noise: float, days: list[int], named: str
) -> None:
    with pytest.raises(ValueError, match=named):
        write_city(persons, 1, tmp_path, noise, days=days)
