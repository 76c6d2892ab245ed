"""The API: by token alone, the same rights as the pages, a page at a time, nothing undescribed."""

from __future__ import annotations

import json
from datetime import timedelta

import pytest
import schemathesis
from fastapi.testclient import TestClient
from hypothesis import HealthCheck, Phase, given, settings
from schemathesis import GenerationMode

from warehouse import ledger
from warehouse.portal import accounts as store

from .test_rights import ROUTES, example


@pytest.fixture(scope="module")
def tokens(app):
    """A token of two departments, one that has ended, one that was revoked."""
    made = {}
    with pytest.MonkeyPatch.context() as patch:
        patch.setattr("warehouse.portal.tokens.now", lambda away=timedelta(): store.now(away - timedelta(days=10)))
        made["expired"] = app.state.tokens.add("expired", "gongan", "check", 5)
    for name, department in (("police", "gongan"), ("health", "weijian"), ("revoked", "gongan")):
        made[name] = app.state.tokens.add(name, department, "核对并更正本部门数据", 30)
    app.state.tokens.revoke("revoked")
    return made


@pytest.fixture
def call(app, tokens):
    """Calls with a token: `call("police", "GET", path)`."""
    app.state.pace.__init__()
    with TestClient(app, follow_redirects=False) as client:

        def call(name, method, path, **more):
            key = tokens.get(name)
            headers = {"Authorization": f"Bearer {key}"} if key else {}
            return client.request(method, path, headers={**headers, **more.pop("headers", {})}, **more)

        yield call


@pytest.mark.parametrize("name", ["", "expired", "revoked", "police"])
def test_every_call_asks_for_a_token_that_is_alive(call, name):
    for (method, path), right in ROUTES.items():
        if path.startswith("/api/") and right != "open":
            answer = call(name, method, example(path), **({"json": {}} if method == "POST" else {}))
            assert (answer.status_code == 401) == (name != "police"), path
            if name != "police":
                assert answer.headers["www-authenticate"] == "Bearer"
                assert answer.headers["content-type"] == "application/problem+json"


def test_a_token_opens_no_page(call):
    for path in ("/department", "/search", "/accounts"):
        assert call("police", "GET", path).headers["location"] == "/sign-in"


def test_a_department_calls_for_its_own_alone(call, portal_home):
    assert {p["platform"] for p in call("health", "GET", "/api/v1/platforms").json()["items"]} == {"weijian_jiankang"}
    assert call("health", "GET", "/api/v1/platforms/gongan_hukou/rejected").status_code == 404
    assert {f["platform"] for f in call("health", "GET", "/api/v1/findings").json()["items"]} == {"weijian_jiankang"}
    (version,) = (folder.name for folder in portal_home.extract("gongan", "").iterdir())
    name = next(portal_home.extract("gongan", version).glob("gongan_hukou*.csv")).name
    assert call("health", "GET", f"/api/v1/extracts/{version}/files/{name}").status_code == 404
    before = ledger.head(portal_home).lines
    answer = call("police", "GET", f"/api/v1/extracts/{version}/files/{name}", headers={"Range": "bytes=0-9"})
    assert (answer.status_code, len(answer.content)) == (206, 10)
    (line,) = ledger.ledger_lines(portal_home, 1)
    assert (line["number"], line["by"], line["about"]["purpose"]) == (
        before + 1,
        "token:police",
        "核对并更正本部门数据",
    )


def test_a_list_comes_a_page_at_a_time(call):
    whole = call("health", "GET", "/api/v1/findings", params={"limit": 500}).json()
    assert whole["next"] is None
    pages, after = [], 0
    while after is not None:
        page = call("health", "GET", "/api/v1/findings", params={"limit": 40, "after": after}).json()
        pages += page["items"]
        after = page["next"]
    assert pages == whole["items"]
    assert len(pages) > 40


def test_what_has_not_changed_is_not_sent_again(call):
    first = call("police", "GET", "/api/v1/platforms")
    again = call("police", "GET", "/api/v1/platforms", headers={"If-None-Match": first.headers["etag"]})
    assert (again.status_code, again.content) == (304, b"")
    assert (
        call("health", "GET", "/api/v1/platforms", headers={"If-None-Match": first.headers["etag"]}).status_code == 200
    )
    assert call("police", "HEAD", "/api/v1/platforms").headers["etag"] == first.headers["etag"]


def test_a_program_answers_and_the_source_replies(call):
    finding = next(
        f
        for f in call("health", "GET", "/api/v1/findings", params={"limit": 500}).json()["items"]
        if f["attribute"] == "phone" and f["action"] in ("更正", "待核实") and "公安局" in (f["departments"] or "")
    )
    said = {"answers": [{"finding": finding["finding"], "accepts": False, "why": "已电话核实"}]}
    (number,) = call("health", "POST", "/api/v1/findings/answers", json=said).json()["requests"]
    asked = call("police", "GET", "/api/v1/verifications", params={"asked": True}).json()["items"]
    assert (asked[0]["number"], asked[0]["state"], asked[0]["why"]) == (number, "open", "已电话核实")
    assert asked[0]["rows"]
    path = f"/api/v1/verifications/{number}/reply"
    assert call("health", "POST", path, json={"confirms": True}).status_code == 409
    assert call("police", "POST", path, json={"confirms": False, "why": "录入有误"}).json() == {"number": number}
    (mine,) = (v for v in call("health", "GET", "/api/v1/verifications").json()["items"] if v["number"] == number)
    assert (mine["state"], mine["reply"]) == ("conceded", "录入有误")


def test_search_and_an_entity_show_what_the_pages_show(call, visit):
    name = next(f["name"] for f in call("health", "GET", "/api/v1/findings").json()["items"] if f["name"])
    hits = call("health", "POST", "/api/v1/search", json={"typed": name}).json()["items"]
    assert hits
    one = call("health", "GET", f"/api/v1/entities/{hits[0]['entity_id']}").json()
    page = visit("health").get(f"/entities/{hits[0]['entity_id']}").text
    assert all(value["value"] in page for value in one["values"])


def test_the_administrator_makes_and_revokes_tokens(visit, call, app, tokens):
    admin = visit("admin")
    page = admin.post("/accounts/tokens", name="hr", department="renshe", purpose="核对", days="3").text
    tokens["hr"] = page.split('class="code break">')[1].split("<")[0]
    assert call("hr", "GET", "/api/v1/platforms").json()["items"][0]["platform"] == "renshe_shebao"
    assert tokens["hr"].encode() not in (app.state.home.portal / "accounts.sqlite").read_bytes()
    assert admin.post("/accounts/tokens", name="hr", department="renshe", purpose="x", days="3").status_code == 400
    admin.post("/accounts/tokens/revoke", name="hr")
    assert call("hr", "GET", "/api/v1/platforms").status_code == 401


def test_nothing_is_answered_that_is_not_described(app, tokens):
    """Schemathesis: right and wrong calls of every operation; server errors, undescribed answers and shapes fail."""
    schema = schemathesis.openapi.from_asgi("/api/v1/openapi.json", app)
    few = settings(
        max_examples=6, deadline=None, database=None, derandomize=True, phases=[Phase.generate],
        suppress_health_check=list(HealthCheck),
    )  # fmt: skip
    wrong = []
    for operation in (found.ok() for found in schema.get_all_operations()):
        for mode in (GenerationMode.POSITIVE, GenerationMode.NEGATIVE):

            @few
            @given(case=operation.as_strategy(generation_mode=mode))
            def check(case):
                app.state.pace.__init__()
                case.call_and_validate(headers={"Authorization": f"Bearer {tokens['police']}"})

            try:
                check()
            except Exception as error:
                wrong.append(f"{operation.label} {mode}: {error}")
    assert not wrong, "\n".join(wrong)
    described = json.loads(TestClient(app).get("/api/v1/openapi.json").content)["paths"]
    assert {(m.upper(), p) for p, ops in described.items() for m in ops} == {
        route for route in ROUTES if route[1].startswith("/api/") and "openapi" not in route[1]
    }
