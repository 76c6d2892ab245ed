"""Signing in: first passwords, locks, forged requests, what is told of a failure, what lies on disk."""

import sqlite3
import stat

import pytest

from warehouse import ledger
from warehouse.model import Home
from warehouse.portal import AccountError, Accounts, Role, portal
from warehouse.portal.accounts import LOCK_AFTER
from warehouse.portal.pace import Pace

from .conftest import PASSWORD, NoQuestions


@pytest.fixture
def accounts(tmp_path):
    return Accounts(Home(tmp_path))


def test_the_file_is_for_its_owner_alone_and_holds_neither_passwords_nor_sessions(accounts, tmp_path):
    accounts.add("chen", Role.analyst, "", PASSWORD)
    key, _ = accounts.sign_in("chen", PASSWORD)
    files = list((tmp_path / "portal").iterdir())
    assert all(stat.S_IMODE(path.stat().st_mode) == 0o600 for path in files)
    everything = b"".join(path.read_bytes() for path in files)
    assert PASSWORD.encode() not in everything
    assert key.encode() not in everything
    assert b"$argon2id$" in everything


@pytest.mark.parametrize(
    ("name", "role", "department", "password"),
    [
        ("Chen", Role.analyst, "", PASSWORD),
        ("c", Role.analyst, "", PASSWORD),
        ("chen", Role.analyst, "gongan", PASSWORD),
        ("chen", Role.department, "", PASSWORD),
        ("chen", Role.department, "../gongan", PASSWORD),
        ("chen", Role.analyst, "", "short"),
        ("chen", Role.analyst, "", "aaaaaaaaaaaa"),
        ("chen", Role.analyst, "", "my name is chen"),
    ],
)
def test_what_makes_no_account(accounts, name, role, department, password):
    with pytest.raises(AccountError):
        accounts.add(name, role, department, password)
    assert accounts.all() == []


def test_a_name_is_given_once(accounts):
    accounts.add("chen", Role.analyst, "", PASSWORD)
    with pytest.raises(AccountError):
        accounts.add("chen", Role.admin, "", PASSWORD)


def test_wrong_passwords_lock_an_account_even_for_the_right_one(accounts):
    accounts.add("chen", Role.analyst, "", PASSWORD)
    for _ in range(LOCK_AFTER):
        assert accounts.sign_in("chen", "wrong " + PASSWORD) is None
    assert accounts.all()[0].locked
    assert accounts.sign_in("chen", PASSWORD) is None
    accounts.set_password("chen", "another " + PASSWORD, must_change=True)
    assert accounts.sign_in("chen", "another " + PASSWORD)


def test_a_right_password_forgets_the_wrong_ones(accounts):
    accounts.add("chen", Role.analyst, "", PASSWORD)
    for _ in range(3):
        for _ in range(LOCK_AFTER - 1):
            accounts.sign_in("chen", "wrong")
        assert accounts.sign_in("chen", PASSWORD)


def test_a_session_ends_when_it_was_idle_or_is_old(accounts, tmp_path):
    accounts.add("chen", Role.analyst, "", PASSWORD)
    for column in ("seen_at", "begun_at"):
        key, _ = accounts.sign_in("chen", PASSWORD)
        assert accounts.session(key)
        with sqlite3.connect(tmp_path / "portal" / "accounts.sqlite") as con:
            con.execute(f"update session set {column} = '2020-01-01T00:00:00'")
        assert accounts.session(key) is None


def test_a_new_password_ends_the_other_sessions(accounts):
    accounts.add("chen", Role.analyst, "", PASSWORD)
    here, _ = accounts.sign_in("chen", PASSWORD)
    there, _ = accounts.sign_in("chen", PASSWORD)
    accounts.set_password("chen", "another " + PASSWORD, must_change=False, keep=accounts.session(here).hash)
    assert accounts.session(here)
    assert accounts.session(there) is None


def test_a_first_password_must_be_changed_before_anything_else(tmp_path):
    from fastapi.testclient import TestClient

    home = Home(tmp_path)
    app = portal(home, NoQuestions())
    app.state.accounts.add("chen", Role.auditor, "", "first " + PASSWORD)
    with TestClient(app, follow_redirects=False) as client:
        client.post("/sign-in", data={"name": "chen", "password": "first " + PASSWORD})
        csrf = app.state.accounts.session(client.cookies["onenet_session"]).csrf
        assert client.get("/ledger").headers["location"] == "/password"
        same = {
            "csrf": csrf,
            "former": "first " + PASSWORD,
            "password": "first " + PASSWORD,
            "again": "first " + PASSWORD,
        }
        assert client.post("/password", data=same).status_code == 400
        other = {**same, "password": PASSWORD, "again": PASSWORD}
        assert client.post("/password", data={**other, "former": "wrong"}).status_code == 400
        assert client.post("/password", data={**other, "again": "slip"}).status_code == 400
        assert client.post("/password", data=other).status_code == 303
        assert client.get("/ledger").status_code == 200
    assert [line["act"] for line in ledger.ledger_lines(home, 9)] == ["password", "sign_in"]


def test_a_failure_tells_the_same_whatever_it_was_and_writes_no_typed_name(visit, portal_home):
    nobody = visit("")
    unknown = nobody.client.post("/sign-in", data={"name": "my secret password", "password": "x"})
    known = nobody.client.post("/sign-in", data={"name": "analyst", "password": "x"})
    assert (unknown.status_code, unknown.text) == (known.status_code, known.text)
    assert unknown.status_code == 401
    assert "my secret password" not in portal_home.acts.read_text()


def test_what_no_page_of_the_portal_sent_changes_nothing(visit):
    auditor = visit("auditor")
    assert auditor.client.post("/ledger/verify").status_code == 400
    assert auditor.client.post("/ledger/verify", data={"csrf": "x"}).status_code == 400
    good = {"csrf": auditor.csrf}
    for headers in (
        {"sec-fetch-site": "cross-site"},
        {"sec-fetch-site": "same-site"},
        {"origin": "http://elsewhere"},
        {"origin": "null"},
    ):
        assert auditor.client.post("/ledger/verify", data=good, headers=headers).status_code == 400
    assert auditor.client.post("/sign-in", headers={"origin": "http://elsewhere"}).status_code == 400
    assert auditor.client.post("/ledger/verify", data=good, headers={"origin": "http://testserver"}).status_code == 200


def test_the_token_of_one_session_is_none_of_another(visit):
    assert visit("auditor").client.post("/ledger/verify", data={"csrf": visit("auditor").csrf}).status_code == 400


def test_signing_out_ends_the_session_and_not_only_the_cookie(visit):
    analyst = visit("analyst")
    cookie = analyst.client.cookies["onenet_session"]
    assert analyst.post("/sign-out").status_code == 303
    analyst.client.cookies.set("onenet_session", cookie)
    assert analyst.get("/city").headers["location"] == "/sign-in"


def test_the_cookie_is_out_of_reach_of_scripts_and_other_sites(visit):
    answer = visit("").client.post("/sign-in", data={"name": "analyst", "password": PASSWORD})
    cookie = answer.headers["set-cookie"].lower()
    assert "httponly" in cookie
    assert "samesite=strict" in cookie


def test_every_answer_carries_the_policy_and_no_page_holds_script_or_style(visit):
    for name, path in (("", "/sign-in"), ("police", "/department"), ("analyst", "/city"), ("admin", "/accounts"), ("police", "/no-such"), ("police", "/city")):  # fmt: skip
        answer = visit(name).get(path)
        assert "script-src 'self'; style-src 'self'" in answer.headers["content-security-policy"]
        assert "unsafe" not in answer.headers["content-security-policy"]
        assert answer.headers["cache-control"] == "no-store"
        assert " style=" not in answer.text
        assert "<style" not in answer.text
        assert " onclick" not in answer.text
        assert answer.text.count("<script") == answer.text.count('<script src="/static/')
        assert "http://" not in answer.text.replace("http://www.w3.org", "")
        assert "https://" not in answer.text


def test_a_language_leads_back_inside_alone(visit):
    nobody = visit("")
    assert nobody.post("/language", to="en", back="/sign-in").headers["location"] == "/sign-in"
    assert "Sign in" in nobody.get("/sign-in").text
    for outside in ("//elsewhere", "https://elsewhere", "/\\elsewhere"):
        assert nobody.post("/language", to="zh", back=outside).headers["location"] == "/"
    assert "登录" in nobody.get("/sign-in").text


def test_sign_ins_are_paced(visit):
    nobody = visit("")
    answers = {nobody.post("/sign-in", name="nobody", password="x").status_code for _ in range(21)}
    assert answers == {401, 429}


def test_a_pace_counts_by_key():
    pace = Pace()
    assert [pace.allows("a", 2) for _ in range(3)] == [True, True, False]
    assert pace.allows("b", 2)


def test_there_is_no_page_that_loads_from_outside(visit):
    for path in ("/docs", "/redoc", "/openapi.json"):
        assert visit("admin").get(path).status_code == 404
