"""What a department gets: why a row was sent back, its extract with a purpose, a receipt that is a witness."""

import json

import pytest

from warehouse import ledger
from warehouse.portal.extracts import extract, extracts


@pytest.fixture
def police(visit):
    return visit("police")


@pytest.fixture
def version(portal_home):
    return extract(portal_home, "gongan", "latest").version


def acts(home, act):
    return [line for line in ledger.ledger_lines(home, 50) if line["act"] == act]


def test_the_first_page_leads_to_the_rows_to_mend(police):
    page = police.get("/department").text
    assert "退回 2 行" in page
    assert 'href="/department/platforms/gongan_hukou#rejected"' in page
    text = police.get("/department/platforms/gongan_hukou").text
    assert "该行有2个字段，应为12个" in text
    assert "缺少姓名" in text
    assert "<strong>13</strong>" in text  # the twelfth row under the heading is the thirteenth line of the file


def test_nothing_is_handed_out_before_its_purpose_is_said(police, version, app):
    with app.state.accounts.transaction() as con:
        con.execute("delete from purpose")
    answer = police.get(f"/department/extracts/{version}/files/manifest.json")
    assert answer.headers["location"] == f"/department/extracts/{version}"
    assert police.get(f"/department/extracts/{version}/receipt").status_code == 303
    assert police.post(f"/department/extracts/{version}/purpose", said="other", other=" ").status_code == 400
    assert police.get(f"/department/extracts/{version}/files/manifest.json").status_code == 303


def test_a_download_is_told_with_its_purpose_and_is_the_file_its_manifest_lists(police, version, portal_home):
    police.post(f"/department/extracts/{version}/purpose", said="other", other="核对户籍")
    found = extract(portal_home, "gongan", version)
    for file in found.files:
        answer = police.get(f"/department/extracts/{version}/files/{file.name}")
        assert answer.content == (found.folder / file.name).read_bytes()
        assert answer.headers["etag"] == f'"{found.tag}"'
    told = acts(portal_home, "download")[0]
    assert (told["by"], told["about"]["purpose"], told["about"]["department"]) == ("police", "核对户籍", "gongan")


def test_head_and_what_is_not_sent_are_no_downloads(police, version, portal_home):
    police.post(f"/department/extracts/{version}/purpose", said="check")
    before = ledger.head(portal_home).lines
    path = f"/department/extracts/{version}/files/manifest.json"
    tag = police.client.head(path).headers["etag"]
    assert police.get(path, **{"if-none-match": tag}).status_code == 304
    assert ledger.head(portal_home).lines == before


def test_a_file_that_no_manifest_lists_is_not_there(police, version, portal_home):
    police.post(f"/department/extracts/{version}/purpose", said="check")
    (portal_home.extract("gongan", version) / "secret.txt").write_text("x")
    assert police.get(f"/department/extracts/{version}/files/secret.txt").status_code == 404
    assert police.get("/department/extracts/9999-x").status_code == 404


def test_a_receipt_is_a_witness_of_the_ledger(police, version, portal_home, tmp_path):
    police.post(f"/department/extracts/{version}/purpose", said="check")
    answer = police.get(f"/department/extracts/{version}/receipt")
    told = json.loads(answer.content)
    assert told["manifest_sha256"] == extract(portal_home, "gongan", version).tag
    (tmp_path / "receipt.json").write_bytes(answer.content)
    witness = ledger.witness_of(tmp_path / "receipt.json")
    assert witness.seen == ledger.head(portal_home)
    assert ledger.verify(portal_home, [witness]).whole


def test_a_folder_without_a_good_manifest_is_passed_over(portal_home, version):
    bad = portal_home.extract("gongan", "0000-bad")
    bad.mkdir()
    (bad / "manifest.json").write_text("{")
    try:
        assert [e.version for e in extracts(portal_home, "gongan")] == [version]
    finally:
        (bad / "manifest.json").unlink()
        bad.rmdir()


def test_a_manifest_that_says_more_is_read_all_the_same(portal_home, tmp_path):
    folder = portal_home.extract("gongan", "0001-more")
    folder.mkdir()
    file = {
        "name": "a.csv",
        "bytes": 1,
        "sha256": "0",
        "platform": "p",
        "dataset": "d",
        "content": "new",
        "rows": 1,
        "more": 1,
    }
    (folder / "manifest.json").write_text(
        json.dumps({"release": "r", "department": "gongan", "files": [file], "ledger": {}})
    )
    try:
        assert extract(portal_home, "gongan", "0001-more").files[0].name == "a.csv"
    finally:
        (folder / "manifest.json").unlink()
        folder.rmdir()
