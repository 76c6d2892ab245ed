"""The catalogue, and requests for access on their pages: asked, decided, dead within the same second when taken back."""

from __future__ import annotations

import json

from warehouse import access
from warehouse.portal.extracts import extract
from warehouse.portal.sight import sight_of


def test_the_catalogue_lists_every_dataset_in_the_core_fields(visit, app):
    with app.state.shelf.release() as release:
        count = release.rows("select count(*) as n from catalogue.dataset")[0]["n"]
    text = visit("analyst").get("/catalogue").text
    assert text.count('<li class="card">') == count
    for word in ("提供方", "更新周期", "共享类型", "信息项", "共享方式"):
        assert word in text


def test_a_grant_is_asked_for_decided_and_dead_when_taken_back(visit, app, portal_home):
    health, police = visit("health"), visit("police")
    with app.state.shelf.release() as release:
        (account,) = (a for a in app.state.accounts.all() if a.name == "health")
        known = sight_of(account, release).granted
        wanted = next(
            a for a in ("registered_address", "ethnicity", "marital_status", "education") if ("person", a) not in known
        )
    assert (
        health.post("/department/access", platform="gongan_hukou", wanted=f"person.{wanted}", purpose="x").status_code
        == 400
    )
    assert health.post("/department/access", platform="weijian_jiankang", wanted=f"person.{wanted}").status_code == 400
    health.post("/department/access", platform="weijian_jiankang", wanted=f"person.{wanted}", purpose="随访")
    (request,) = access.requests_of(portal_home).values()
    assert (request.department, request.kind, request.attributes, request.state) == (
        "weijian",
        "person",
        (wanted,),
        "asked",
    )
    assert "随访" in health.get("/department/access").text
    if request.provider == "gongan":
        assert (
            police.post("/department/access/decide", number=request.request_id, verdict="grant", days="30").status_code
            == 303
        )
    else:  # another city's registers
        access.decide(portal_home, request.provider, request.request_id, days=30, by="x", at=request.asked_at)
    assert access.requests_of(portal_home)[request.request_id].state == "granted"
    # The next extract was made under it; then it is taken back.
    found = extract(portal_home, "weijian", "latest")
    manifest = found.folder / "manifest.json"
    former = manifest.read_text()
    told = json.loads(former)
    told["entitlements"].append(
        {
            "platform": "weijian_jiankang",
            "entity_kind": "person",
            "attributes": [wanted],
            "purpose": "随访",
            "expires_on": "2099-01-01",
        }
    )
    manifest.write_text(json.dumps(told))
    try:
        path = f"/department/extracts/{found.version}/files/{found.files[0].name}"
        health.post(f"/department/extracts/{found.version}/purpose", said="check")
        assert health.get(path).status_code == 200
        access.revoke(portal_home, request.provider, request.request_id, by="wang", at=request.asked_at)
        assert health.get(path).status_code == 403
        assert "授权已撤销" in health.get(f"/department/extracts/{found.version}").text
    finally:
        manifest.write_text(former)
    assert health.get(path).status_code == 200
