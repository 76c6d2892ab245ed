"""What lies in a platform's folder: sub-folders, links, pipes, archives, names, the same bytes twice."""

from __future__ import annotations

import gzip
import io
import os
import tarfile
import zipfile

import py7zr
import pytest

from connectors import archives, store
from connectors.current import manifest
from connectors.decisions import Decision, record
from connectors.inbox import listing, shown
from connectors.rows import DeliveryRejected

CSV = {"kind": "delimited", "encoding": "utf-8"}
COLUMNS = ["编号", "姓名"]
ROLL = "编号,姓名\n1,甲\n".encode()
OTHER = "编号,姓名\n2,乙\n".encode()


@pytest.fixture
def platform(build):
    return build(CSV, COLUMNS, files="roll_{scope}_{date}.csv", key=["编号"])


def verdicts(report) -> dict[str, str]:
    return {name: code for name, code, _ in report.rejected_deliveries}


def test_files_of_sub_folders_are_read_and_named_with_their_folder(desk, platform):
    desk.put("2026/11/roll_东_20261101.csv", ROLL)
    desk.put("roll_西_20261101.csv", OTHER)
    assert desk.land(platform).rows_landed == 2
    assert sorted(manifest(desk.home)["file_name"].to_pylist()) == [
        "2026/11/roll_东_20261101.csv",
        "roll_西_20261101.csv",
    ]
    assert desk.land(platform).skipped == 2


def test_links_are_refused_by_name_and_the_rest_goes_on(desk, platform, tmp_path):
    other = tmp_path / "roll_西_20261101.csv"
    other.write_bytes(OTHER)
    folder = desk.put("roll_东_20261101.csv", ROLL).parent
    (folder / "roll_西_20261101.csv").symlink_to(other)
    (folder / "broken").symlink_to(tmp_path / "nowhere")
    (folder / "众").symlink_to(tmp_path, target_is_directory=True)
    report = desk.land(platform)
    assert verdicts(report) == {"roll_西_20261101.csv": "is_link", "broken": "is_link", "众": "is_link"}
    assert report.rows_landed == 1
    assert desk.land(platform).rejected_deliveries == ()
    assert manifest(desk.home).num_rows == 4


def test_what_could_not_be_read_is_forgotten_once_it_is_gone_or_can_be(desk, platform, tmp_path):
    folder = desk.put("roll_东_20261101.csv", ROLL).parent
    link = folder / "roll_西_20261101.csv"
    link.symlink_to(tmp_path / "nowhere")
    desk.land(platform)
    link.unlink()
    link.write_bytes(OTHER)
    assert desk.land(platform).rows_landed == 1
    assert manifest(desk.home)["state"].to_pylist() == ["landed", "landed"]


def test_a_pipe_is_not_waited_for(desk, platform):
    folder = desk.put("roll_东_20261101.csv", ROLL).parent
    os.mkfifo(folder / "roll_西_20261101.csv")
    report = desk.land(platform)
    assert verdicts(report) == {"roll_西_20261101.csv": "not_a_file"}
    assert report.rows_landed == 1


def test_a_file_without_read_permission_stops_nobody(desk, platform, monkeypatch):
    desk.put("roll_东_20261101.csv", ROLL)
    desk.put("roll_西_20261101.csv", OTHER)
    really = os.open

    def guarded(path, *rest, **more):
        if str(path).endswith("roll_西_20261101.csv"):
            raise PermissionError(13, "Permission denied")
        return really(path, *rest, **more)

    with monkeypatch.context() as patch:
        patch.setattr(store.os, "open", guarded)
        report = desk.land(platform)
    assert verdicts(report) == {"roll_西_20261101.csv": "not_readable"}
    assert report.rows_landed == 1
    assert desk.land(platform).rows_landed == 1


def test_a_file_that_changes_while_it_is_copied_waits_for_the_next_run(desk, platform, monkeypatch):
    path = desk.put("roll_东_20261101.csv", ROLL)
    really = store._block

    def growing(source):
        block = really(source)
        if block == ROLL:
            with path.open("ab") as more:
                more.write("3,丙\n".encode())
        return block

    with monkeypatch.context() as patch:
        patch.setattr(store, "_block", growing)
        report = desk.land(platform)
    assert report.deliveries == ()
    assert "仍在写入" in report.warnings[0]
    assert desk.land(platform).rows_landed == 2


def seven_zip(files: dict[str, bytes], **how: object) -> bytes:
    out = io.BytesIO()
    with py7zr.SevenZipFile(out, "w", **how) as archive:
        for name, content in files.items():
            archive._writestr(content, name)  # writestr itself writes no name that leads out, as other programs do
    return out.getvalue()


def packed(kind: str, files: dict[str, bytes]) -> bytes:
    if kind == "7z":
        return seven_zip(files)
    out = io.BytesIO()
    if kind == "zip":
        with zipfile.ZipFile(out, "w", zipfile.ZIP_DEFLATED) as archive:
            for name, content in files.items():
                archive.writestr(name, content)
    else:
        with tarfile.open(fileobj=out, mode="w:gz") as archive:
            for name, content in files.items():
                member = tarfile.TarInfo(name)
                member.size = len(content)
                archive.addfile(member, io.BytesIO(content))
    return out.getvalue()


@pytest.mark.parametrize(("kind", "name"), [("zip", "十一月.zip"), ("tar", "十一月.tar.gz"), ("tar", "十一月.TGZ")])
def test_the_files_of_an_archive_are_deliveries_of_their_own(desk, platform, kind, name):
    files = {"a/roll_东_20261101.csv": ROLL, "../roll_西_20261101.csv": OTHER, "__MACOSX/x": b"", "说明.txt": b"x"}
    desk.put(name, packed(kind, files))
    report = desk.land(platform)
    assert report.rows_landed == 2
    assert verdicts(report) == {f"{name}/说明.txt": "file_name_unknown"}
    assert desk.land(platform).skipped == 3


def test_a_file_packed_with_gzip_is_read(desk, platform):
    desk.put("roll_东_20261101.csv.gz", gzip.compress(ROLL))
    assert desk.land(platform).rows_landed == 1


def test_an_archive_from_windows_has_its_names_in_gbk(desk, platform):
    content = packed("zip", {"roll_XX_20261101.csv": ROLL}).replace(b"XX", "东".encode("gbk"))
    desk.put("a.zip", content)
    assert desk.land(platform).rows_landed == 1
    assert manifest(desk.home)["scope"].to_pylist() == ["东"]


@pytest.mark.parametrize(
    ("name", "content", "code"),
    [
        ("a.zip", packed("zip", {"roll_东_20261101.csv": ROLL})[:60], "archive_unreadable"),
        ("a.tar.gz", b"\x1f\x8b\x08\x00", "archive_unreadable"),
        ("a.rar", b"Rar!\x1a\x07\x00", "archive_foreign"),
        ("a.zip", packed("zip", {"roll_东_20261101.csv": bytes(70 << 20)}), "packed_too_densely"),
    ],
    ids=["cut zip", "cut tar", "rar", "bomb"],
)
def test_an_archive_that_can_t_be_unpacked_says_why(desk, platform, name, content, code):
    desk.put("roll_东_20261101.csv", ROLL)
    desk.put(name, content)
    report = desk.land(platform)
    assert verdicts(report) == {name: code}
    assert report.rows_landed == 1


def test_a_7z_archive_is_unpacked_like_any_other(desk, platform):
    names = {"a/roll_东_20261101.csv": ROLL, "roll_西_20261101.csv": OTHER, "__MACOSX/x": b"", "说明.txt": b"x"}
    desk.put("十一月.7z", packed("7z", names))
    report = desk.land(platform)
    assert report.rows_landed == 2
    assert verdicts(report) == {"十一月.7z/说明.txt": "file_name_unknown"}
    assert desk.land(platform).skipped == 3


GOOD_7Z = seven_zip({"roll_东_20261101.csv": ROLL})


@pytest.mark.parametrize(
    ("content", "code"),
    [
        (GOOD_7Z[:40], "archive_unreadable"),
        (b"7z\xbc\xaf\x27\x1c", "archive_unreadable"),
        (GOOD_7Z[:32] + b"\0" + GOOD_7Z[33:], "archive_unreadable"),
        (b"PK" + GOOD_7Z, "archive_unreadable"),
        (seven_zip({}), "archive_unreadable"),
        (seven_zip({"../roll_东_20261101.csv": ROLL}), "archive_unreadable"),
        (seven_zip({"/etc/roll_东_20261101.csv": ROLL}), "archive_unreadable"),
        (seven_zip({"roll_东_20261101.csv": ROLL}, password="secret"), "encrypted"),
        (seven_zip({"roll_东_20261101.csv": ROLL}, password="secret", header_encryption=True), "encrypted"),
        (seven_zip({"roll_东_20261101.csv": bytes(70 << 20)}), "packed_too_densely"),
    ],
    ids=["cut", "head alone", "changed", "no 7z", "empty", "leads up", "absolute", "password", "hidden names", "bomb"],
)
def test_a_7z_archive_that_can_t_be_unpacked_says_why(tmp_path, content, code, monkeypatch):
    monkeypatch.setattr(archives.alone, "run", lambda work, *arguments: work(*arguments))
    (tmp_path / "a.7z").write_bytes(content)
    (tmp_path / "out").mkdir()
    with pytest.raises(DeliveryRejected) as verdict:
        archives.unpack(tmp_path / "a.7z", "a.7z", tmp_path / "out")
    assert verdict.value.code == code
    assert sorted(p.name for p in tmp_path.iterdir()) == ["a.7z", "out"]


def test_the_same_bytes_under_another_scope_count_once_until_the_first_is_taken_out(desk, platform):
    desk.put("roll_东_20261101.csv", ROLL)
    desk.land(platform)
    desk.put("roll_东街道_20261101.csv", ROLL)
    report = desk.land(platform)
    assert verdicts(report) == {"roll_东街道_20261101.csv": "same_bytes"}
    assert "roll_东_20261101.csv" in report.rejected_deliveries[0][2]
    assert desk.rows(platform).num_rows == 1
    assert desk.land(platform).rejected_deliveries == ()
    first = manifest(desk.home).to_pylist()[0]["delivery_id"]
    record(desk.home, Decision(first, "roll", "refused", "li", "2026-11-02T08:00:00"))
    assert desk.land(platform).rows_landed == 1
    assert set(desk.rows(platform)["file_name"].to_pylist()) == {"roll_东街道_20261101.csv"}


def test_a_file_moved_into_a_sub_folder_is_the_same_delivery(desk, platform):
    path = desk.put("roll_东_20261101.csv", ROLL)
    desk.land(platform)
    (path.parent / "done").mkdir()
    path.rename(path.parent / "done" / path.name)
    report = desk.land(platform)
    assert (report.rejected_deliveries, report.skipped, desk.rows(platform).num_rows) == ((), 1, 1)


def test_the_next_day_may_bring_the_same_bytes(desk, platform):
    desk.put("roll_东_20261101.csv", ROLL)
    desk.put("roll_东_20261102.csv", ROLL)
    assert desk.land(platform).rejected_deliveries == ()


def test_a_name_that_fits_no_pattern_is_answered_with_the_nearest(desk, build):
    platform = build(CSV, COLUMNS, files=["名册_{date}.csv", "变更_{date}_{part}.txt"])
    desk.put("变更20261101_1.txt", ROLL)
    ((_, code, reason),) = desk.land(platform).rejected_deliveries
    assert code == "file_name_unknown"
    assert "变更_{date}_{part}.txt" in reason


def test_numbers_of_persons_in_a_name_are_starred(desk, build):
    desk.put("名册_110101199003070011_13900000000.csv", ROLL)
    ((name, _, _),) = desk.land(build(CSV, COLUMNS)).rejected_deliveries
    assert name == "名册_******************_***********.csv"
    assert manifest(desk.home)["file_name"].to_pylist() == [name]
    assert shown("网格_330291001001_20261101.csv") == "网格_330291001001_20261101.csv"


def test_the_listing_sees_folders_companions_and_permissions(desk):
    path = desk.put("a/x.sqlite", b"1")
    desk.put("a/x.sqlite-wal", b"22")
    before = listing(desk.inbox / "roll")
    assert [(name, size) for name, size, _, _ in before] == [("a/x.sqlite", 1), ("a/x.sqlite-wal", 2)]
    path.chmod(0o600 if path.stat().st_mode & 0o044 else 0o644)
    assert listing(desk.inbox / "roll") != before
