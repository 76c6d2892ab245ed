"""The data resource catalogue in the core fields of the national one, and requests to read more of it back.

A department asks for golden attributes in the extract of one of its platforms, for a purpose. The source is the department of the
platform that stands behind most golden values of them; how long it has follows from its sharing class (decree 809).
"""

from __future__ import annotations

from datetime import UTC, datetime
from typing import Annotated, Any

from fastapi import Form, HTTPException, Request
from fastapi.responses import RedirectResponse, Response

from warehouse import access
from warehouse.portal.guard import Who
from warehouse.portal.held import held
from warehouse.portal.rendering import page
from warehouse.portal.rights import Right
from warehouse.portal.routes import Pages
from warehouse.portal.shelf import Release
from warehouse.portal.work import titles

pages = Pages()
SEE_OTHER = 303
CORE = """
select d.platform, d.dataset, d.title_zh, p.title_zh as platform_zh, p.title_en as platform_en, p.department, p.department_zh,
       p.sharing::varchar as sharing, p.cadence::varchar as cadence, p.format, p.last_delivered_on, d.rows_current, d.roles,
       row_number() over (partition by p.department order by d.platform, d.dataset) as number
from catalogue.dataset d join catalogue.platform p using (platform) order by p.department, d.platform, d.dataset
"""
ITEMS = """
select owner, dataset, field, title_zh, title_en, attributes from catalogue.field where owner <> 'release' order by all
"""
WITHHELD = "select platform, role || '.' || attribute as fed from catalogue.withheld"
SOURCE = """
select s.platform, p.department, p.department_zh, p.sharing::varchar as sharing, sum(golden_claims) as claims
from quality.scorecard s join catalogue.platform p using (platform)
where entity_kind::varchar = ? and attribute = ? and p.department <> ? group by all order by claims desc, s.platform limit 1
"""
GRANTED = (
    "select entity_kind::varchar as kind, attribute from catalogue.entitlement where department = ? and platform = ?"
)
Short = Annotated[str, Form(max_length=64)]


@pages.get("/catalogue", Right.look)
def catalogue(request: Request) -> Response:
    """Every dataset with provider, sharing, cycle, items."""
    with request.app.state.shelf.release() as release:
        found = release.kept("catalogue", _catalogue)
        return page(request, "catalogue", datasets=found, version=release.version)


@pages.get("/department/access", Right.own)
def listed(request: Request, who: Who) -> Response:
    """What the department asked for, what it is asked for, and the form."""
    return _page(request, who)


@pages.post("/department/access", Right.own)
def ask(
    request: Request,
    who: Who,
    platform: Short = "",
    wanted: Annotated[str, Form(max_length=130)] = "",
    purpose: Annotated[str, Form(max_length=200)] = "",
) -> Response:
    """Ask for one attribute in the extract of an own platform."""
    kind, _, attribute = wanted.partition(".")
    department = who.account.department
    with request.app.state.shelf.release() as release:
        if (kind, attribute) not in {(k, a) for k, a, *_ in _askable(release)} or platform not in _own(
            release, department
        ):
            raise HTTPException(400)
        held_already = {(r["kind"], r["attribute"]) for r in release.rows(GRANTED, department, platform)}
        sources = release.rows(SOURCE, kind, attribute, department)
    error = ""
    if not purpose.strip():
        error = "请写明用途 · say what it is for"
    elif (kind, attribute) in held_already - access.dead(request.app.state.home, department, access.today()):
        error = "已有此项授权 · it is granted already"
    elif not sources:
        error = "没有其他部门掌握此项 · no other department knows it"
    if error:
        return _page(request, who, error, status=400)
    with held(request.app.state.home) as home:
        access.ask(
            home, department, platform, kind, [attribute], purpose, provider=sources[0]["department"],
            sharing=sources[0]["sharing"], by=who.account.name, at=datetime.now(UTC),
        )  # fmt: skip
    return RedirectResponse("/department/access", SEE_OTHER)


@pages.post("/department/access/decide", Right.own)
def decide(
    request: Request,
    who: Who,
    number: Short = "",
    verdict: Annotated[str, Form(max_length=10)] = "",
    days: Annotated[int, Form(ge=1, le=access.MOST_DAYS)] = 180,
    why: Annotated[str, Form(max_length=500)] = "",
) -> Response:
    """As the source: grant it for so many days, refuse it with a reason, or take a grant back."""
    by, at, provider = who.account.name, datetime.now(UTC), who.account.department
    if verdict not in ("grant", "refuse", "revoke"):
        raise HTTPException(400)
    with held(request.app.state.home) as home:
        if verdict == "revoke":
            error = access.revoke(home, provider, number, by=by, at=at)
        else:
            error = access.decide(home, provider, number, days=days if verdict == "grant" else 0, why=why, by=by, at=at)
    return _page(request, who, error, status=409) if error else RedirectResponse("/department/access", SEE_OTHER)


def _page(request: Request, who: Who, error: str = "", status: int = 200) -> Response:
    department = who.account.department
    with request.app.state.shelf.release() as release:
        askable, own, owners = _askable(release), _own(release, department), _owners(release)
        model = release.home.data_model
    requests = list(access.requests_of(request.app.state.home).values())[::-1]
    words = {r.request_id: "、".join(titles(model, r.kind, a)[0] for a in r.attributes) for r in requests}
    return page(
        request, "access", askable=askable, own=own, owners=owners, labels=words, today=access.today(), error=error, status=status,
        asked=[r for r in requests if r.provider == department], made=[r for r in requests if r.department == department],
        kinds={name: (kind.title.zh, kind.title.en) for name, kind in model.kinds.items()}, state_words=STATES,
        most=access.MOST_DAYS,
    )  # fmt: skip


STATES = {
    "asked": ("待决定", "waits"),
    "granted": ("已同意", "granted"),
    "refused": ("不同意", "refused"),
    "revoked": ("已撤回", "revoked"),
}


def _catalogue(release: Release) -> list[dict[str, Any]]:
    withheld = {(line["platform"], line["fed"]) for line in release.rows(WITHHELD)}
    items: dict[tuple[str, str], list[dict[str, Any]]] = {}
    for line in release.rows(ITEMS):
        secret = any((line["owner"], fed) in withheld for fed in line["attributes"])
        items.setdefault((line["owner"], line["dataset"]), []).append({**line, "withheld": secret})
    kinds = {name: (kind.title.zh, kind.title.en) for name, kind in release.home.data_model.kinds.items()}
    return [
        {
            **line,
            "code": f"{line['department']}/{line['number']:03d}",
            "items": items.get((line["platform"], line["dataset"]), []),
            "about": sorted(
                {kinds[kind] for _, _, kind in (role.partition(":") for role in line["roles"]) if kind in kinds}
            ),
        }
        for line in release.rows(CORE)
    ]


def _askable(release: Release) -> list[tuple[str, str, str, str]]:
    """Golden attributes: kind, attribute, titles in Chinese and English."""
    model = release.home.data_model
    return [
        (kind, attribute, *titles(model, kind, attribute))
        for kind, declared in model.kinds.items()
        for attribute, about in declared.attributes.items()
        if about.golden and attribute in model.golden(kind).names
    ]


def _own(release: Release, department: str) -> dict[str, tuple[str, str]]:
    rows = release.rows(
        "select platform, title_zh, title_en from catalogue.platform where department = ? order by platform", department
    )
    return {row["platform"]: (row["title_zh"], row["title_en"]) for row in rows}


def _owners(release: Release) -> dict[str, str]:
    rows = release.rows("select department, any_value(department_zh) as title from catalogue.platform group by 1")
    return {row["department"]: row["title"] for row in rows}
