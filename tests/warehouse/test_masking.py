"""Masks hide what they must and tokens are HMAC-SHA-256."""

from __future__ import annotations

import hmac
import stat
from pathlib import Path

import duckdb
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from warehouse import masking
from warehouse.model import Home
from warehouse.model.suspects import find_suspects

ASK = duckdb.connect(config={"threads": 1})
masking.install(ASK, b"a key for tests alone")


@pytest.mark.parametrize(
    ("macro", "value", "shown"),
    [
        ("mask_id($v)", "990101198503121230", "990101************"),
        ("mask_id($v)", "99010119900101001X", "990101************"),
        ("mask_id($v)", "990101850312123", "990101*********"),
        ("mask_id($v)", "990101", "******"),
        ("mask_id($v)", None, None),
        ("mask_phone($v)", "13800112233", "138****2233"),
        ("mask_phone($v)", "86112233", "****2233"),
        ("mask_phone($v)", "110", "***"),
        ("mask_written_phone($v)", "138 0011-2233", "138 ****-2233"),
        ("mask_written_phone($v)", "１３８００１１２２３３", "１３８****２２３３"),
        ("mask_written_id($v)", "990101 850312 123", "990101 ****** ***"),
        ("mask_written_id($v)", "990101********123x", "990101************"),
        ("mask_written_id($v)", "9.90101E+17", "*.*****E+**"),
        ("mask_written_phone($v)", "8611223", "*******"),
        ("mask_written_phone($v)", "13800112233", "138****2233"),
        ("mask_written_id($v)", "99010119850312123x", "990101************"),
        ("mask_text($v)", "9901011985031", "990****5031"),
        ("mask_text($v)", "99010119850312", "990101************"),
        ("mask_text($v)", "990101198503121230123X", "990101************"),
        ("mask_text($v)", "99010119850312123X1", "990101************1"),
        ("mask_text($v)", "花园3-2-502", "花园3-2-502"),
        ("mask_text($v)", "联系138-0011-2233。", "联系138****-2233。"),
        ("mask_text($v)", "证990101198503121230，话13900445566", "证990101************，话139****5566"),
        ("mask_text($v)", "证990101********123X。", "证990101************。"),
        ("mask_text($v)", "证9901011985****1230", "证990101************"),
        ("mask_text($v)", "２０２６年11月1日", "２０２６年11月1日"),
        ("mask_code($v)", "92990101MA00000001", "92990101MA00000001"),
        ("mask_code($v)", "990101000012345", "990101000012345"),
        ("mask_code($v)", "110101198503121230", "110101************"),
        ("mask_code($v)", "110101850312123", "110101*********"),  # of fifteen places
        ("mask_code($v)", "911156198503121234", "911156************"),  # a foreigner's since 2023
        ("mask_code($v)", "13800112233", "138****2233"),
        ("mask_code($v)", "名册_13800112233_13900445566.xlsx", "名册_138****2233_139****5566.xlsx"),
        ("mask_code($v)", "110101001001GB00001F00000945", "110101001001GB00001F00000945"),
        ("mask_no_code($v)", "E12345678", "*********"),
        ("mask_no_code($v)", "MA7X2Q9K3", "MA7X2Q9K3"),
        ("mask_text($v)", "138~0011~2233", "138****~2233"),
        ("mask_text($v)", "138,0011,2233", "138****,2233"),
        ("mask_text($v)", "138\u200b00112233", "138****2233"),
        ("mask_text($v)", "138.0011.2233", "138****.2233"),
        ("mask_text($v)", "138–0011–2233", "138****–2233"),
        ("mask_text($v)", "138－0011－2233", "138****－2233"),
        ("mask_text($v)", "138\u00a00011\u00a02233", "138****\u00a02233"),
        ("mask_text($v)", "(138)0011-2233", "(138****-2233"),
        ("mask_text($v)", "990101.19850312.1230", "990101************"),
        ("mask_text($v)", "110101.19850312.1230", "110101************"),
        ("mask_text($v)", "护照号：E12345678。", "护照号：************。"),
        ("mask_text($v)", "2026.11.01-2026.11.02 12:30", "2026.11.01-2026.11.02 12:30"),
    ],
)
def test_a_mask_shows_no_more_than_this(macro: str, value: str | None, shown: str | None) -> None:
    assert ASK.execute(f"select {macro}", {"v": value}).fetchall() == [(shown,)]


@settings(derandomize=True, max_examples=60, deadline=None)
@given(key=st.binary(min_size=16, max_size=200), value=st.text(min_size=1, max_size=20).filter(lambda s: "\0" not in s))
def test_a_token_is_hmac_sha256_for_any_key_and_value(key: bytes, value: str) -> None:
    masking.install(ASK, key)
    row = ASK.execute("select keyed_token($v)", {"v": value}).fetchall()[0]
    assert row[0] == hmac.new(key, value.encode(), "sha256").hexdigest()[:32]


@settings(derandomize=True, max_examples=60, deadline=None)
@given(
    head=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
    number=st.sampled_from(
        ["13800112233", "990101198503121230", "１３８００１１２２３３", "138-0011-2233", "138 0011 2233"]
    ),
    tail=st.text(st.characters(codec="utf-8", exclude_characters="\0"), max_size=8),
)
def test_no_text_keeps_a_long_number_whatever_stands_around_it(head: str, number: str, tail: str) -> None:
    assert number not in ASK.execute("select mask_text($v)", {"v": head + number + tail}).fetchall()[0][0]


@settings(derandomize=True, max_examples=60, deadline=None)
@given(st.from_regex(r"[1-8][0-9]{5}(19|20)[0-9]{2}(0[1-9]|1[0-2])(0[1-9]|1[0-9])[0-9]{3}[0-9X]", fullmatch=True))
def test_beside_the_birth_date_no_mask_tells_the_rest_of_an_identity_number(number: str) -> None:
    macros = ("mask_id", "mask_written_id", "mask_text", "mask_code")
    shown = ASK.execute("select " + ", ".join(f"{m}($v)" for m in macros), {"v": number}).fetchall()[0]
    assert set(shown) == {number[:6] + "*" * 12}


def test_the_first_run_makes_a_key_only_its_owner_can_read(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.delenv(masking.KEY_VARIABLE, raising=False)
    home = Home(tmp_path / "home")
    key = masking.token_key(home)
    assert len(key) == 64
    assert stat.S_IMODE(home.token_key.stat().st_mode) == 0o600
    assert masking.token_key(home) == key
    assert masking.token_key(Home(tmp_path / "other")) != key
    assert [p.name for p in home.root.iterdir()] == [home.token_key.name]


def test_the_environment_names_the_key_and_a_short_one_is_refused(
    tmp_path: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    home = Home(tmp_path)
    monkeypatch.setenv(masking.KEY_VARIABLE, "sixteen letters!")
    assert masking.token_key(home) == b"sixteen letters!"
    monkeypatch.setenv(masking.KEY_VARIABLE, "too short")
    with pytest.raises(masking.TokenKeyError, match="at least 16") as caught:
        masking.token_key(home)
    assert "too short" not in str(caught.value)
    assert not home.token_key.exists()


def test_the_scan_finds_full_numbers_and_passes_codes_masks_and_tokens() -> None:
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as lib")
        con.execute(
            "create table lib.t(note varchar, number varchar, credit_code varchar, levels map(varchar, varchar))"
        )
        con.execute(
            "insert into lib.t values ('电话13800112233', '110101198503121230', '13800112233', map {'a': '+8613800112233'}), "
            "('138****2233', '110101************', '92110101MA00000001', map {'a': 'same'}), "
            "('a13800112233', 'f01101011985031212300', '92110101MA00000001', map {}), "
            "('证110101********1230', null, null, map {})"
        )
        leaks = masking.find_leaks(find_suspects(con, "lib"), frozenset(["credit_code"]))
    assert [(x.table, x.column, x.what, x.rows) for x in leaks] == [
        ("main.t", "levels", "mobile number", 1),
        ("main.t", "note", "mobile number", 1),
        ("main.t", "note", "identity number's last four digits", 1),
        ("main.t", "number", "identity number", 1),
    ]


def test_the_decimals_of_a_weight_are_no_phone() -> None:
    with duckdb.connect() as con:
        con.execute("attach ':memory:' as lib")
        con.execute("create table lib.main.match (weights map(varchar, double), levels map(varchar, varchar))")
        con.execute("insert into lib.main.match values (map {'name': 7.13912345678}, map {'name': 'same'})")
        assert masking.find_leaks(find_suspects(con, "lib")) == []
        con.execute("insert into lib.main.match values (map {}, map {'name': '13912345678'})")
        assert [leak.column for leak in masking.find_leaks(find_suspects(con, "lib"))] == ["levels"]
