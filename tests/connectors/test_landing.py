"""What makes a delivery, what is kept of it, and what a killed run leaves behind."""

from __future__ import annotations

import datetime
import errno
import hashlib
import os

import pyarrow as pa
import pyarrow.parquet as pq
import pytest
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st
from lxml import etree

from connectors import deliveries, landing, store, xlsx_parts
from connectors.current import manifest, rejected_rows
from connectors.files import parse
from connectors.landing import unknown_folders
from connectors.rows import DeliveryRejected
from warehouse.model.landing import PROVENANCE

CSV = {"kind": "delimited", "encoding": "utf-8-sig"}
COLUMNS = ["编号", "姓名"]


def roll(*rows: str) -> str:
    return "\n".join(["编号,姓名", *rows]) + "\n"


def snapshot_of(root) -> dict[str, bytes]:
    return {str(p.relative_to(root)): p.read_bytes() for p in sorted(root.rglob("*")) if p.is_file()}


def test_rows_are_stored_as_text_behind_their_provenance(desk, build):
    platform = build(CSV, COLUMNS)
    report = desk.land(platform, roll("1,甲"))
    (delivery_id,) = report.deliveries
    schema = pq.read_schema(desk.home.rows("roll", delivery_id, "roll"))
    assert schema.names == [c.name for c in PROVENANCE] + COLUMNS
    assert schema.field("编号").type == pa.string()
    assert len(delivery_id) == 16


def test_original_bytes_are_kept_once_under_their_hash(desk, build):
    platform = build(CSV, COLUMNS)
    content = roll("1,甲").encode()
    desk.put("roll_20260101", content)
    desk.put("roll_20260102", content)
    report = desk.land(platform)
    originals = [p for p in (desk.home.landing / "original").rglob("*") if p.is_file()]
    assert [p.name for p in originals] == [hashlib.sha256(content).hexdigest()]
    assert originals[0].read_bytes() == content
    assert len(report.deliveries) == 2


def test_the_same_file_twice_is_landed_once(desk, build):
    platform = build(CSV, COLUMNS)
    desk.land(platform, roll("1,甲"))
    before = snapshot_of(desk.home.root)
    report = desk.land(platform)
    assert (report.deliveries, report.skipped, report.rows_delivered) == ((), 1, 0)
    assert snapshot_of(desk.home.root) == before


def test_an_unchanged_file_is_not_even_read_again(desk, build, monkeypatch):
    platform = build(CSV, COLUMNS)
    desk.land(platform, roll("1,甲"))
    monkeypatch.setattr(landing, "keep_original", lambda *_: pytest.fail("read again"))
    assert desk.land(platform).skipped == 1


def test_a_file_touched_but_not_changed_is_no_new_delivery(desk, build):
    platform = build(CSV, COLUMNS)
    desk.land(platform, roll("1,甲"))
    os.utime(desk.inbox / "roll" / "roll_20260101", (1, 1))
    assert desk.land(platform).skipped == 1


def test_a_file_that_changed_under_its_name_is_a_new_delivery(desk, build):
    platform = build(CSV, COLUMNS)
    desk.land(platform, roll("1,甲"))
    report = desk.land(platform, roll("1,甲", "2,乙"))
    assert (len(report.deliveries), report.rows_landed) == (1, 2)
    assert manifest(desk.home)["sequence"].to_pylist() == [1, 2]


def test_files_of_one_run_land_in_order_of_date_and_name(desk, build):
    platform = build(CSV, COLUMNS, files="{scope}_{date}")
    for name in ("b_20260102", "a_20260102", "z_20260101"):
        desk.put(name, roll("1,甲").encode())
    desk.land(platform)
    assert manifest(desk.home)["file_name"].to_pylist() == ["z_20260101", "a_20260102", "b_20260102"]


def test_the_manifest_tells_date_scope_and_counts(desk, build):
    platform = build(
        CSV, {"编号": {"en": "n", "mandatory": True}, "姓名": "name"}, files="名册_{scope}_{date}_{part}.csv"
    )
    desk.land(platform, roll("1,甲", ",乙"), "名册_东_街_20260101_02.csv")
    (line,) = manifest(desk.home).to_pylist()
    assert (line["delivered_on"], line["scope"], line["state"]) == (datetime.date(2026, 1, 1), "东_街", "landed")
    assert (line["rows_delivered"], line["rows_landed"], line["rows_rejected"]) == (2, 1, 1)


def test_without_a_date_in_the_name_the_newest_row_dates_a_delta(desk, build):
    platform = build(
        CSV, ["编号", "时间"], files="roll.csv", key=["编号"], changed_at="时间", delivery={"semantics": "delta"}
    )
    desk.land(platform, "编号,时间\n1,2026-01-03\n2,2026年1月5日\n", "roll.csv")
    assert manifest(desk.home)["delivered_on"].to_pylist() == [datetime.date(2026, 1, 5)]


def test_a_killed_run_is_repaired_by_the_next(desk, build, monkeypatch):
    platform = build(CSV, COLUMNS)
    desk.put("roll_20260101", roll("1,甲", "2").encode())

    def killed(*_: object) -> None:
        raise KeyboardInterrupt

    with monkeypatch.context() as patch:
        patch.setattr(deliveries, "write", killed)
        with pytest.raises(KeyboardInterrupt):
            desk.land(platform)
    assert manifest(desk.home).num_rows == 0
    assert desk.rows(platform).num_rows == 0
    report = desk.land(platform)
    assert (report.rows_landed, report.rows_rejected) == (1, 1)
    assert not list(desk.home.root.rglob("*.writing"))


def test_a_failing_disk_is_an_error_and_not_a_verdict_on_the_file(desk, build, monkeypatch):
    platform = build(CSV, COLUMNS)

    def full(*_: object, **__: object) -> None:
        raise OSError(28, "No space left on device")

    monkeypatch.setattr(store.DatasetWriter, "write", full)
    with pytest.raises(OSError, match="No space"):
        desk.land(platform, roll("1,甲"))
    assert manifest(desk.home).num_rows == 0


def no_memory_for_xml():
    error = etree.XMLSyntaxError("Memory allocation failed", etree.ErrorTypes.ERR_NO_MEMORY, 1, 1)
    assert error.code == etree.ErrorTypes.ERR_NO_MEMORY
    return error


@pytest.mark.parametrize(
    "error",
    [MemoryError(), OSError(errno.EIO, "I/O error"), RuntimeError("can't start new thread"), no_memory_for_xml()],
    ids=["memory", "disk", "thread", "memory of the parser"],
)
@pytest.mark.parametrize("wrapped", [True, False], ids=["taken for a bad file by its reader", "unforeseen"])
def test_what_the_machine_lacks_is_no_verdict_on_the_file(desk, build, monkeypatch, error, wrapped):
    """It was: a file met by a machine short of memory was sent back for good, and the next run did not look at it again."""
    platform = build(CSV, COLUMNS)

    def lacking(*_):
        if wrapped:
            raise DeliveryRejected("not_a_workbook", "文件损坏") from error
        raise error

    with monkeypatch.context() as patch:
        patch.setattr(landing, "read", lacking)
        with pytest.raises((type(error), DeliveryRejected)):
            desk.land(platform, roll("1,甲"))
    assert desk.land(platform).rows_landed == 1


def test_a_reader_s_error_about_the_file_is_a_verdict(desk, build, monkeypatch):
    platform = build(CSV, COLUMNS)

    def broken(*_):
        raise DeliveryRejected("not_a_workbook", "文件损坏") from OSError("unexpected end of file")

    monkeypatch.setattr(landing, "read", broken)
    ((_, code, _),) = desk.land(platform, roll("1,甲")).rejected_deliveries
    assert code == "not_a_workbook"


def test_a_fault_nobody_thought_of_refuses_the_file_and_quotes_nothing(desk, build, monkeypatch):
    platform = build(CSV, COLUMNS)

    def fault(*_: object) -> None:
        raise RuntimeError("张三丰 110101199003070011")

    monkeypatch.setattr(landing, "read", fault)
    ((_, code, reason),) = desk.land(platform, roll("1,甲")).rejected_deliveries
    assert code == "unreadable"
    assert "RuntimeError" in reason
    assert "张三丰" not in reason


def test_a_rejected_delivery_is_tried_again_once_its_description_changes(desk, build):
    report = desk.land(build(CSV, COLUMNS), "编号,名字\n1,甲\n")
    assert report.rejected_deliveries[0][1] == "column_missing"
    assert desk.land(build(CSV, COLUMNS)).skipped == 1
    report = desk.land(build(CSV, ["编号", "名字"]))
    assert (report.rows_landed, report.rejected_deliveries) == (1, ())
    assert manifest(desk.home)["state"].to_pylist() == ["landed"]
    assert rejected_rows(desk.home).num_rows == 0


def test_a_snapshot_of_nothing_withdraws_nobody(desk, build):
    platform = build(CSV, {"编号": {"en": "n", "mandatory": True}, "姓名": "name"})
    desk.land(platform, roll("1,甲"))
    assert desk.land(platform, roll(), "roll_20260102").rejected_deliveries[0][1] == "no_rows"
    report = desk.land(platform, roll(",乙", ",丙"), "roll_20260103")
    assert report.rejected_deliveries[0][1] == "no_usable_rows"
    assert (report.rows_delivered, report.rows_landed, report.rows_rejected) == (2, 0, 2)
    assert [r["姓名"] for r in desk.cells(platform)] == ["甲"]


def test_a_platform_may_declare_that_nothing_is_plausible(desk, build):
    platform = build(CSV, COLUMNS, volume={"min_rows": 0})
    desk.land(platform, roll("1,甲"))
    assert desk.land(platform, roll(), "roll_20260102").rejected_deliveries == ()
    assert desk.rows(platform).num_rows == 0


def test_an_implausible_number_of_rows_is_warned_of(desk, build):
    platform = build(CSV, COLUMNS, volume={"min_rows": 1, "max_rows": 1})
    report = desk.land(platform, roll("1,甲", "2,乙"))
    assert any("行数范围" in w for w in report.warnings)


def test_hidden_and_lock_files_are_no_deliveries(desk, build):
    platform = build(CSV, COLUMNS)
    desk.put(".roll_20260101.swp", b"x")
    desk.put("~$roll_20260101", b"x")
    assert desk.land(platform).deliveries == ()


def test_a_platform_without_a_folder_has_nothing_new(desk, build):
    assert desk.land(build(CSV, COLUMNS)).rows_delivered == 0


def test_folders_nobody_declared_are_named(desk):
    desk.put("x", b"", "stray")
    desk.put("x", b"", "roll")
    desk.put("x", b"", ".git")
    assert unknown_folders(desk.inbox, ["roll"]) == ["stray"]


def test_row_keys_ignore_column_order_new_columns_and_running_numbers(desk, build):
    columns = {"序号": {"en": "n", "running_number": True}, "姓名": "name", "地址": "address"}
    platform = build(CSV, columns)
    desk.land(platform, "序号,姓名,地址\n1,甲,东街\n2,乙,西街\n")
    first = desk.rows(platform)["row_key"].to_pylist()
    desk.land(platform, "地址,备注,姓名,序号\n西街,x,乙,1\n", "roll_20260102")
    assert desk.rows(platform)["row_key"].to_pylist() == first[1:]


def test_a_row_whose_key_is_empty_is_known_by_its_content(desk, build):
    platform = build(CSV, COLUMNS, key=["编号"])
    desk.land(platform, roll(",甲", ",乙", "1,丙", "1,丁"))
    keys = desk.rows(platform)["row_key"].to_pylist()
    assert keys[0] != keys[1]
    assert keys[2] == keys[3]


def test_row_keys_are_the_same_for_ever(desk, build):
    # judgements of stewards hang on these: a change of the hash would lose them
    platform = build(CSV, COLUMNS, key=["编号"])
    desk.land(platform, roll("A1,甲", ",乙"))
    assert desk.rows(platform)["row_key"].to_pylist() == ["5e0767e8cd3da1d8", "fde1da85d3d267be"]


@pytest.mark.parametrize(
    ("pattern", "name", "expected"),
    [
        ("a_{date}.csv", "a_20260101.csv", (datetime.date(2026, 1, 1), "")),
        ("a_{scope}_{date}_{part}.csv", "a_东_20260101_3.csv", (datetime.date(2026, 1, 1), "东")),
        ("a.csv", "a.csv", (None, "")),
        ("a.csv", "axcsv", None),
        ("a_{date}.csv", "a_20261301.csv", None),
        ("a_{date}.csv", "a_20260101.csv.bak", None),
        ("表(1)_{date}", "表(1)_20260101", (datetime.date(2026, 1, 1), "")),
    ],
)
def test_file_names_say_what_the_pattern_says(pattern, name, expected):
    found = parse(pattern, name)
    assert (found and (found.delivered_on, found.scope)) == expected


@settings(max_examples=15, derandomize=True, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    content=st.binary(max_size=200)
    | st.lists(st.sampled_from(["1,甲", '"', ",,", "x", "\n", "\0", "2,乙"])).map("\n".join)
)
def test_no_bytes_lose_a_row(tmp_path_factory, build, content):
    from tests.connectors.conftest import Desk

    desk = Desk(tmp_path_factory.mktemp("any"))
    body = content if isinstance(content, bytes) else content.encode()
    report = desk.land(build(CSV, COLUMNS), "编号,姓名\n".encode() + body)
    assert report.rows_delivered == report.rows_landed + report.rows_rejected
    refused = {number for number, *_ in desk.refused() if number is not None}
    landed = {row["row_number"] for row in desk.landed(build(CSV, COLUMNS), report)}
    if not report.rejected_deliveries:
        assert landed | refused == set(range(1, report.rows_delivered + 1))
        assert not landed & refused


def test_a_file_name_in_another_encoding_is_refused_under_a_legible_name(desk, build):
    folder = desk.inbox / "roll"
    folder.mkdir(parents=True)
    (folder / os.fsdecode("名册.csv".encode("gbk"))).write_bytes(b"x")
    ((name, code, _),) = desk.land(build(CSV, COLUMNS)).rejected_deliveries
    assert code == "file_name_unknown"
    assert name.endswith(".csv")
    assert desk.land(build(CSV, COLUMNS)).skipped == 1


def test_a_heading_that_is_no_text_is_placed(desk, build):
    platform = build(CSV, COLUMNS)
    report = desk.land(platform, "编号,姓名,".encode() + b"\xff\n" + "1,甲,x\n".encode())
    assert report.rows_landed == 1
    assert any("第3列" in warning for warning in report.warnings)


@pytest.mark.parametrize("ask", [xlsx_parts.long_numbers, xlsx_parts.sheet_facts])
def test_a_parser_without_memory_does_not_pass_for_a_file_that_is_no_xlsx(monkeypatch, tmp_path, ask):
    """Long identity numbers would silently be the rounded ones."""

    def lacking(*_):
        raise no_memory_for_xml()

    monkeypatch.setattr(xlsx_parts, "_sheet_part", lacking)
    with pytest.raises(etree.XMLSyntaxError):
        ask(tmp_path / "book.xlsx", "Sheet1")


@pytest.mark.parametrize("nothing", ["-", " ", "无", "NULL", "#N/A", "暂无"])
def test_rows_that_say_they_have_no_key_replace_nobody(desk, build, nothing):
    platform = build(CSV, COLUMNS, key=["编号"], delivery={"semantics": "delta"})
    desk.land(platform, roll(f"{nothing},甲"))
    desk.land(platform, roll(f"{nothing},乙"), "roll_20260102")
    assert desk.rows(platform)["姓名"].to_pylist() == ["甲", "乙"]


def test_one_part_of_a_key_may_be_a_dash(desk, build):
    platform = build(CSV, COLUMNS, key=["编号", "姓名"], delivery={"semantics": "delta"})
    desk.land(platform, roll("1,-"))
    desk.land(platform, roll("1,-"), "roll_20260102")
    assert desk.rows(platform).num_rows == 1


def test_a_row_ahead_of_the_clock_dates_no_delta(desk, build):
    platform = build(
        CSV, ["编号", "时间"], files="roll.csv", key=["编号"], changed_at="时间", delivery={"semantics": "delta"}
    )
    desk.land(platform, "编号,时间\n1,2026-01-03\n2,2999-01-05\n", "roll.csv")
    assert manifest(desk.home)["delivered_on"].to_pylist() == [datetime.date(2026, 1, 3)]
