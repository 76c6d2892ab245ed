"""Every route × every role × departments: what is not granted is denied, and nobody is told what is there."""

import pytest

from warehouse.portal.rights import RIGHTS, Right, Role
from warehouse.portal.routes import route_table

ROLE_OF = {
    "police": Role.department, "health": Role.department, "steward": Role.steward,
    "analyst": Role.analyst, "auditor": Role.auditor, "admin": Role.admin,
}  # fmt: skip
ROUTES = {
    ("GET", "/"): Right.self,
    ("GET", "/sign-in"): Right.open,
    ("POST", "/sign-in"): Right.open,
    ("GET", "/oidc/sign-in"): Right.open,
    ("GET", "/oidc/callback"): Right.open,
    ("GET", "/oidc/signed-out"): Right.open,
    ("POST", "/sign-out"): Right.self,
    ("GET", "/password"): Right.self,
    ("POST", "/password"): Right.self,
    ("POST", "/language"): Right.open,
    ("GET", "/department"): Right.own,
    ("GET", "/department/platforms/{platform}"): Right.own,
    ("GET", "/department/work"): Right.own,
    ("POST", "/department/work"): Right.own,
    ("POST", "/department/work/withdraw"): Right.own,
    ("POST", "/department/work/upload"): Right.own,
    ("GET", "/department/verification"): Right.own,
    ("POST", "/department/verification"): Right.own,
    ("GET", "/catalogue"): Right.look,
    ("GET", "/department/access"): Right.own,
    ("POST", "/department/access"): Right.own,
    ("POST", "/department/access/decide"): Right.own,
    ("GET", "/department/extracts"): Right.own,
    ("GET", "/department/extracts/{version}"): Right.own,
    ("POST", "/department/extracts/{version}/purpose"): Right.own,
    ("GET", "/department/extracts/{version}/files/{name}"): Right.own,
    ("GET", "/department/extracts/{version}/receipt"): Right.own,
    ("GET", "/review"): Right.judge,
    ("POST", "/review"): Right.judge,
    ("POST", "/review/undo"): Right.judge,
    ("GET", "/judgements"): Right.judge,
    ("GET", "/search"): Right.look,
    ("POST", "/search"): Right.look,
    ("GET", "/entities/{entity_id}"): Right.look,
    ("GET", "/city"): Right.city,
    ("GET", "/map"): Right.look,
    ("GET", "/map/outlines"): Right.look,
    ("GET", "/ledger"): Right.ledger,
    ("POST", "/ledger/verify"): Right.ledger,
    ("GET", "/accounts"): Right.accounts,
    ("POST", "/accounts"): Right.accounts,
    ("POST", "/accounts/password"): Right.accounts,
    ("POST", "/accounts/state"): Right.accounts,
    ("POST", "/accounts/tokens"): Right.accounts,
    ("POST", "/accounts/tokens/revoke"): Right.accounts,
    ("GET", "/api/v1/openapi.json"): Right.open,
    ("GET", "/api/v1/platforms"): Right.own,
    ("GET", "/api/v1/platforms/{platform}/rejected"): Right.own,
    ("GET", "/api/v1/findings"): Right.own,
    ("POST", "/api/v1/findings/answers"): Right.own,
    ("GET", "/api/v1/verifications"): Right.own,
    ("POST", "/api/v1/verifications/{number}/reply"): Right.own,
    ("GET", "/api/v1/extracts"): Right.own,
    ("GET", "/api/v1/extracts/{version}/files/{name}"): Right.own,
    ("POST", "/api/v1/search"): Right.look,
    ("GET", "/api/v1/entities/{entity_id}"): Right.look,
}
"""A route that is added stands here too: somebody has thought of who may use it."""

EXAMPLES = {
    "{platform}": "gongan_hukou",
    "{version}": "latest",
    "{name}": "manifest.json",
    "{entity_id}": "P0000000A",
    "{number}": "V000001",
}


def example(path):
    for name, value in EXAMPLES.items():
        path = path.replace(name, value)
    return path


def test_the_table_is_all_there_is(app):
    assert {(route.method, route.path): route.right for route in route_table(app)} == ROUTES


def test_a_call_of_the_api_counts_no_cookie(visit):
    police = visit("police")
    for (method, path), right in ROUTES.items():
        if path.startswith("/api/"):
            answer = police.client.request(method, example(path), json={})
            assert answer.status_code == (200 if right is Right.open else 401), path


def test_roles_are_kept_apart():
    assert Right.accounts not in set().union(*(RIGHTS[r] for r in Role if r is not Role.admin))
    assert Right.ledger not in set().union(*(RIGHTS[r] for r in Role if r is not Role.auditor))
    assert RIGHTS[Role.admin] == {Right.self, Right.accounts}
    assert RIGHTS[Role.auditor] == {Right.self, Right.ledger}


@pytest.mark.parametrize("name", [*ROLE_OF, ""])
def test_every_route_asks_for_its_right(visit, app, name):
    wrong, visitor = [], visit(name)
    for (method, path), right in ROUTES.items():
        if path == "/sign-out":
            continue  # it would end the visit; see test_sessions
        if path.startswith("/api/"):
            continue  # by token alone: see below, and test_api
        answer = visitor.get(example(path)) if method == "GET" else visitor.post(example(path))
        if right is Right.open:
            as_it_should = answer.status_code != 403
        elif not name:
            as_it_should = answer.status_code == 303 and answer.headers["location"] == "/sign-in"
        elif right in RIGHTS[ROLE_OF[name]]:
            as_it_should = answer.status_code != 403
        else:
            as_it_should = answer.status_code == 403
        if not as_it_should or answer.status_code >= 500:
            wrong.append((method, path, answer.status_code))
        app.state.pace.__init__()
    assert wrong == []


def test_a_department_sees_its_own_platforms_alone(visit):
    assert visit("police").get("/department/platforms/gongan_hukou").status_code == 200
    assert visit("health").get("/department/platforms/gongan_hukou").status_code == 404
    assert visit("health").get("/department/platforms/no_such").status_code == 404


def test_a_department_gets_its_own_extract_alone(visit, portal_home):
    (version,) = (folder.name for folder in portal_home.extract("gongan", "").iterdir())
    health = visit("health")
    health.post(f"/department/extracts/{version}/purpose", said="check")
    name = next(portal_home.extract("gongan", version).glob("gongan_hukou*.csv")).name
    assert health.get(f"/department/extracts/{version}/files/{name}").status_code == 404
    for path in ("../../gongan/x", "..%2f..%2fgongan%2fmanifest.json", "%2e%2e/manifest.json"):
        assert health.get(f"/department/extracts/{version}/files/{path}").status_code in (404, 405)


def test_an_account_that_is_closed_is_dead_at_once(visit, app):
    analyst = visit("analyst")
    assert analyst.get("/city").status_code == 200
    app.state.accounts.close("analyst", True)
    try:
        assert analyst.get("/city").headers["location"] == "/sign-in"
    finally:
        app.state.accounts.close("analyst", False)
    assert analyst.get("/city").status_code == 303  # opened again it begins anew


def test_pages_show_only_where_a_role_may_go(visit):
    text = visit("auditor").get("/ledger").text
    assert 'href="/ledger"' in text
    assert 'href="/search"' not in text
    assert 'href="/accounts"' not in text
