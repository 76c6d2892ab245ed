"""Signing in at the identity provider: who gets in, as whom; what is refused; what is told of it."""

from __future__ import annotations

import logging
import time
from collections.abc import Callable, Iterator
from urllib.parse import parse_qs, urlsplit

import pytest
import requests
from fastapi.testclient import TestClient
from joserfc.jwk import RSAKey

from warehouse import ledger
from warehouse.model import Home
from warehouse.portal import Role, portal, read_oidc_settings
from warehouse.portal import oidc as protocol

from .conftest import NoQuestions
from .provider import CLIENT, SECRET, SmallProvider, small_provider

REDIRECT = "http://localhost/oidc/callback"
LI = {"sub": "248289761001", "preferred_username": "li", "name": "李建国"}


@pytest.fixture(scope="module")
def provider() -> Iterator[SmallProvider]:
    with small_provider() as provider:
        yield provider


@pytest.fixture
def home(tmp_path) -> Home:
    (tmp_path / "landing").mkdir()
    return Home(tmp_path)


@pytest.fixture
def open_portal(provider, home, tmp_path, monkeypatch, quick_passwords) -> Callable[..., TestClient]:
    """The portal with these settings beside the necessary ones, and somebody at its door."""
    monkeypatch.setenv("OIDC_SECRET_OF_TESTS", SECRET)
    provider.__init__(provider.issuer)
    provider.user = dict(LI)

    def open_portal(settings: str = "") -> TestClient:
        file = tmp_path / "oidc.yaml"
        file.write_text(
            f"issuer: {provider.issuer}\nclient_id: {CLIENT}\nclient_secret: {{env: OIDC_SECRET_OF_TESTS}}\n"
            f"redirect_uri: {REDIRECT}\n{settings}",
            "utf-8",
        )
        app = portal(home, NoQuestions(), oidc=read_oidc_settings(file))
        return TestClient(app, base_url="http://localhost", follow_redirects=False)

    return open_portal


def there(browser: TestClient) -> str:
    """To the provider and so far back that the browser has the address of the callback."""
    begun = browser.get("/oidc/sign-in")
    assert begun.status_code == 303, begun.text
    back = requests.get(begun.headers["location"], allow_redirects=False, timeout=5)
    return back.headers["location"].removeprefix("http://localhost")


def sign_in(browser: TestClient):
    return browser.get(there(browser))


def account(browser: TestClient):
    session = browser.app.state.accounts.session(browser.cookies.get("onenet_session") or "")
    return session.account if session else None


def refused(home: Home) -> str:
    """Why the ledger says that nobody was let in, in the newest line."""
    line = next(ledger.ledger_lines(home, 1))
    assert (line["act"], line["by"]) == ("sign_in_refused", "")
    return line["about"]["why"]


def test_who_has_an_account_for_it_signs_in_and_stays_the_one_he_is(open_portal, provider, home):
    browser = open_portal()
    browser.app.state.accounts.add_federated("li", Role.steward, "")
    answer = sign_in(browser)
    assert answer.status_code == 200
    assert 'http-equiv="refresh"' in answer.text
    assert (account(browser).name, account(browser).role) == ("li", Role.steward)
    line = next(ledger.ledger_lines(home, 1))
    assert (line["act"], line["by"], line["about"]) == ("sign_in", "li", {"role": "steward", "by_way_of": "oidc"})
    provider.user["preferred_username"] = "li2"  # renamed there: the same person
    assert sign_in(open_portal()).status_code == 200
    provider.user = {"sub": "another", "preferred_username": "li"}  # the name given to somebody else there
    other = open_portal()
    assert sign_in(other).status_code == 403
    assert (account(other), refused(home)) == (None, "subject")


def test_local_accounts_go_on_and_are_no_one_elses(open_portal, home):
    browser = open_portal()
    browser.app.state.accounts.add("li", Role.admin, "", "first long passphrase 7")
    assert sign_in(browser).status_code == 403
    assert (account(browser), refused(home)) == (None, "account")
    signed = browser.post("/sign-in", data={"name": "li", "password": "first long passphrase 7"})
    assert (signed.status_code, account(browser).name) == (303, "li")


def test_an_account_of_the_provider_has_no_password(open_portal):
    browser = open_portal()
    accounts = browser.app.state.accounts
    accounts.add_federated("li", Role.steward, "")
    assert browser.post("/sign-in", data={"name": "li", "password": ""}).status_code == 401
    with pytest.raises(ValueError, match="统一身份认证"):
        accounts.set_password("li", "another long passphrase 8", must_change=True)


def test_nobody_gets_an_account_by_signing_in_unless_that_is_declared(open_portal, home):
    browser = open_portal()
    assert sign_in(browser).status_code == 403
    assert (browser.app.state.accounts.all(), refused(home)) == ([], "account")


MAPPED = """
create: true
role: {claim: realm.groups, values: {net-steward: steward, net-officer: department, net-admin: admin}}
department: {claim: org, values: {11330291MB0000001A: gongan}}
"""


def test_where_it_is_declared_an_account_is_made_and_follows_its_claims(open_portal, provider, home):
    provider.user |= {"realm": {"groups": ["users", "net-officer"]}, "org": "11330291MB0000001A"}
    browser = open_portal(MAPPED)
    assert sign_in(browser).status_code == 200
    assert (account(browser).role, account(browser).department) == (Role.department, "gongan")
    made = next(line for line in ledger.ledger_lines(home, 2) if line["act"] == "grant")
    assert made["about"] == {"user": "li", "change": "made", "role": "department", "department": "gongan"}
    provider.user["realm"] = {"groups": ["net-steward"]}
    later = open_portal(MAPPED)
    assert sign_in(later).status_code == 200
    assert (account(later).role, account(later).department) == (Role.steward, "")
    assert account(browser) is None  # the session with the former rights has ended
    browser.app.state.accounts.close("li", True)
    assert sign_in(open_portal(MAPPED)).status_code == 403
    assert refused(home) == "closed"


@pytest.mark.parametrize(
    ("groups", "org", "why"),
    [
        ([], None, "role"),
        (["net-admin", "net-steward"], None, "role"),
        (["net-officer"], None, "department"),
        (["net-officer"], "nobody knows it", "department"),
    ],
)
def test_claims_that_do_not_say_one_role_and_department_let_nobody_in(open_portal, provider, home, groups, org, why):
    provider.user |= {"realm": {"groups": groups}, "org": org}
    browser = open_portal(MAPPED)
    assert sign_in(browser).status_code == 403
    assert (refused(home), browser.app.state.accounts.all()) == (why, [])


def test_what_the_token_lacks_is_asked_for_of_the_same_user(open_portal, provider, home):
    provider.user = {"sub": LI["sub"]}
    provider.info = dict(LI)
    browser = open_portal()
    browser.app.state.accounts.add_federated("li", Role.steward, "")
    assert sign_in(browser).status_code == 200
    provider.info["sub"] = "somebody else"
    assert (sign_in(open_portal()).status_code, refused(home)) == (403, "token")


NOW = int(time.time())


@pytest.mark.parametrize(
    "claims",
    [
        {"nonce": "another"},
        {"nonce": None},
        {"aud": "another-client"},
        {"aud": [CLIENT, "another-client"], "azp": "another-client"},
        {"aud": None},
        {"iss": "http://localhost:1"},
        {"exp": NOW - 3600},
        {"exp": None},
        {"iat": NOW + 7200, "exp": NOW + 7500},
        {"nbf": NOW + 7200},
        {"sub": None},
        {"at_hash": "bm90IHRoZSBoYXNo"},
    ],
)
def test_a_token_that_is_not_for_this_sign_in_is_refused(open_portal, provider, home, claims):
    browser = open_portal()
    browser.app.state.accounts.add_federated("li", Role.steward, "")
    provider.claims = claims
    assert sign_in(browser).status_code == 403
    assert (account(browser), refused(home)) == (None, "token")


@pytest.mark.parametrize("algorithm", ["none", "HS256", "another key"])
def test_a_token_the_provider_did_not_sign_is_refused(open_portal, provider, home, algorithm):
    browser = open_portal()
    browser.app.state.accounts.add_federated("li", Role.steward, "")
    if algorithm == "another key":
        provider.signer = RSAKey.generate_key(2048, {"kid": "first"})
    else:
        provider.algorithm = algorithm
    assert sign_in(browser).status_code == 403
    assert (account(browser), refused(home)) == (None, "token")


def test_keys_that_were_changed_are_asked_for_again_now_and_then(open_portal, provider, monkeypatch):
    browser = open_portal()
    browser.app.state.accounts.add_federated("li", Role.steward, "")
    assert sign_in(browser).status_code == 200
    provider.rotate("second")
    assert sign_in(browser).status_code == 403  # not more often than once a minute
    monkeypatch.setattr(protocol, "AGAIN_S", 0.0)
    assert sign_in(browser).status_code == 200


def test_a_state_serves_once_and_in_its_own_browser(open_portal, home):
    browser = open_portal()
    browser.app.state.accounts.add_federated("li", Role.steward, "")
    back = there(browser)
    assert browser.get(back).status_code == 200
    browser.get("/oidc/sign-in")  # has the cookie again
    assert (browser.get(back).status_code, refused(home)) == (403, "flow")
    stolen = there(browser)
    victim = TestClient(browser.app, base_url="http://localhost", follow_redirects=False)
    victim.get("/oidc/sign-in")
    assert (victim.get(stolen).status_code, refused(home), account(victim)) == (403, "flow", None)
    assert browser.get(stolen).status_code == 403  # and is used up by it
    assert browser.get("/oidc/callback?code=x&state=made-up").status_code == 403
    assert browser.get("/oidc/callback").status_code == 403


def test_an_answer_of_another_provider_or_without_a_code_is_refused(open_portal, home):
    browser = open_portal()
    browser.app.state.accounts.add_federated("li", Role.steward, "")
    parts = urlsplit(there(browser))
    asked = {name: values[0] for name, values in parse_qs(parts.query).items()}
    assert browser.get(parts.path, params={**asked, "iss": "https://evil.example"}).status_code == 403
    assert refused(home) == "token"
    state = parse_qs(urlsplit(browser.get("/oidc/sign-in").headers["location"]).query)["state"][0]
    denied = browser.get(parts.path, params={"error": "access_denied", "state": state})
    assert (denied.status_code, refused(home)) == (403, "refused")
    state = parse_qs(urlsplit(browser.get("/oidc/sign-in").headers["location"]).query)["state"][0]
    made_up = {"code": "made-up", "state": state, "iss": asked["iss"]}
    assert (browser.get(parts.path, params=made_up).status_code, refused(home)) == (403, "refused")


def test_a_provider_that_can_not_be_reached_is_told_and_hinders_no_local_account(open_portal, provider, home):
    provider.metadata = {"issuer": "http://localhost:1"}
    browser = open_portal()
    answer = browser.get("/oidc/sign-in")
    assert (answer.status_code, refused(home)) == (503, "misconfigured")
    assert "本地账户不受影响" in answer.text
    provider.metadata = {"token_endpoint": "http://id.example/token"}
    assert browser.get("/oidc/sign-in").status_code == 503


def test_signing_out_leads_to_the_end_of_the_session_there_without_a_token_in_the_address(open_portal, provider):
    browser = open_portal()
    browser.app.state.accounts.add_federated("li", Role.steward, "")
    sign_in(browser)
    session = browser.app.state.accounts.session(browser.cookies["onenet_session"])
    out = browser.post("/sign-out", data={"csrf": session.csrf})
    assert out.headers["location"] == "/oidc/signed-out"
    page = browser.get("/oidc/signed-out").text
    assert f'href="{provider.issuer}/logout?client_id={CLIENT}&amp;post_logout_redirect_uri=' in page
    assert "id_token" not in page
    assert account(browser) is None


def test_nothing_of_a_person_or_a_token_is_logged_or_kept(open_portal, provider, home, caplog):
    caplog.set_level(logging.DEBUG)
    browser = open_portal()
    browser.app.state.accounts.add_federated("li", Role.steward, "")
    back = there(browser)
    code = parse_qs(urlsplit(back).query)["code"][0]
    browser.get(back)
    said = home.acts.read_text("utf-8") + "".join(r.getMessage() for r in caplog.records if not r.name.startswith(("httpx", "urllib3", "faker")))  # fmt: skip
    kept = b"".join(path.read_bytes() for path in home.portal.glob("accounts.sqlite*"))
    for personal in (LI["sub"], LI["name"], code, SECRET):
        assert personal not in said
        assert personal.encode() not in kept


def test_where_no_provider_is_declared_its_pages_are_not_there(home, quick_passwords):
    browser = TestClient(portal(home, NoQuestions()), follow_redirects=False)
    assert [browser.get(f"/oidc/{path}").status_code for path in ("sign-in", "callback", "signed-out")] == [404] * 3
    assert "oidc" not in browser.get("/sign-in").text


GOOD = {"issuer": "https://id.example", "client_id": "portal", "redirect_uri": "https://portal.example/oidc/callback"}


@pytest.mark.parametrize(
    ("change", "said"),
    [
        ({"issuer": "http://id.example"}, "issuer"),
        ({"issuer": None}, "issuer"),
        ({"redirect_uri": "https://portal.example/elsewhere"}, "/oidc/callback"),
        ({"scopes": ["profile"]}, "openid"),
        ({"scope": "openid"}, "scope"),
        ({"create": True}, "role"),
        ({"role": {"claim": "groups", "values": {"a": "king"}}}, "steward"),
        ({"role": {"claim": "groups", "values": {"a": "department"}}}, "department"),
        ({"department": {"claim": "org", "values": {"a": "Gong An"}}}, "Gong An"),
        ({"client_secret": "in the open"}, "client_secret"),
        ({"client_secret": {"env": "NOT_SET_ANYWHERE"}}, "NOT_SET_ANYWHERE"),
        ({"client_secret": {"file": "/nowhere/secret"}}, "/nowhere/secret"),
    ],
)
def test_a_file_that_is_wrong_fails_at_load_and_says_where(tmp_path, change, said):
    import yaml

    from warehouse.portal import OidcSettingsError

    file = tmp_path / "oidc.yaml"
    file.write_text(yaml.safe_dump({k: v for k, v in (GOOD | change).items() if v is not None}), "utf-8")
    with pytest.raises(OidcSettingsError, match=r"oidc\.yaml") as refused:
        read_oidc_settings(file)
    assert said in str(refused.value)
    assert "in the open" not in str(refused.value)


def test_the_command_leaves_where_the_file_is_wrong_or_https_is_not_said(onenet, home, tmp_path):
    file = tmp_path / "oidc.yaml"
    file.write_text("issuer: [", "utf-8")
    assert onenet("portal", "--home", home.root, "--oidc", file).exit_code == 2
    file.write_text("\n".join(f"{k}: {v}" for k, v in GOOD.items()), "utf-8")
    said = onenet("portal", "--home", home.root, "--oidc", file)
    assert (said.exit_code, "--https" in said.output) == (2, True)
    made = onenet("portal", "user", "add", "li", "--role", "steward", "--oidc", "--home", home.root)
    assert (made.exit_code, "password" in made.output) == (0, False)
