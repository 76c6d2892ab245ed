"""What a department sees of its platforms: how fresh, how many rows, what was sent back and which row to fix, how good."""

from __future__ import annotations

from typing import Annotated, Any

from fastapi import HTTPException, Query, Request
from fastapi.responses import Response

from warehouse.portal.extracts import extracts
from warehouse.portal.guard import Who
from warehouse.portal.rendering import page
from warehouse.portal.rights import Right
from warehouse.portal.routes import Pages
from warehouse.portal.shelf import Release

pages = Pages()
A_PAGE = 100
OWN = "select platform from catalogue.platform where department = ?"
PLATFORMS = """
select p.platform, title_zh, title_en, department_zh, cadence::varchar as cadence, freshness::varchar as freshness,
       last_delivered_on, age_days, cadence_days, p.rows_above, p.rows_current, quality_score, coalesce(rejected, 0)::bigint as rejected,
       coalesce(held, 0)::bigint as held
from catalogue.platform p
left join (
    select platform, sum(rows_rejected) as rejected, count(*) filter (state::varchar = 'held') as held
    from quality.reconciliation group by platform
) r using (platform)
where department = ? order by platform
"""
DELIVERIES = """
select r.file_name, r.delivery_id, any_value(state)::varchar as state, any_value(reason) as reason,
       sum(rows_delivered)::bigint as delivered, sum(rows_landed)::bigint as landed, sum(rows_rejected)::bigint as rejected,
       sum(rows_current)::bigint as current
from quality.reconciliation r where platform = ? group by r.file_name, r.delivery_id order by r.file_name desc limit 50
"""
REASONS = """
select reason_code, any_value(reason) as reason, "column", count(*) as rows, min(row_number) as first_row
from quality.rejected where platform = ? group by reason_code, "column" order by rows desc, reason_code, "column"
"""
REJECTED = """
select file_name, sheet_name, row_number, "column", reason_code, reason from quality.rejected where platform = ?
order by file_name desc, sheet_name, row_number nulls first, "column" limit ? offset ?
"""
SCORES = """
select entity_kind::varchar as kind, attribute, sum(claims)::bigint as claims,
       sum(score * claims) / sum(claims) as score,
       sum(conformity * claims) / sum(claims) filter (conformity is not null) as conformity,
       sum(completeness * claims) / sum(claims) filter (completeness is not null) as completeness,
       sum(accuracy * claims) / sum(claims) filter (accuracy is not null) as accuracy,
       sum(consistency * claims) / sum(claims) filter (consistency is not null) as consistency
from quality.scorecard where platform = ? and claims > 0 group by all order by kind, score
"""
TREND = """
select month, sum(score * claims) / sum(claims) as score, sum(claims)::bigint as claims
from quality.scorecard where platform = ? and claims > 0 and month <> '' group by month order by month desc limit 24
"""


@pages.get("/department", Right.own)
def department(request: Request, who: Who) -> Response:
    """All platforms of the department."""
    code = who.account.department
    with request.app.state.shelf.release() as release:
        platforms = release.rows(PLATFORMS, code)
        version = release.version
    newest = next(iter(extracts(request.app.state.home, code)), None)
    title = platforms[0]["department_zh"] if platforms else code
    return page(request, "department", platforms=platforms, version=version, title=title, newest=newest)


@pages.get("/department/platforms/{platform}", Right.own)
def platform(
    request: Request, who: Who, platform: str, after: Annotated[int, Query(ge=0, le=10_000_000)] = 0
) -> Response:
    """One platform: deliveries, rejected rows with their reasons, quality by attribute and over time."""
    with request.app.state.shelf.release() as release:
        own = {row["platform"]: row for row in release.rows(PLATFORMS, who.account.department)}
        if platform not in own:
            raise HTTPException(404)
        reasons = release.rows(REASONS, platform)
        return page(
            request, "platform",
            platform=own[platform],
            deliveries=release.rows(DELIVERIES, platform),
            reasons=reasons,
            rejected=release.rows(REJECTED, platform, A_PAGE, after),
            count=sum(r["rows"] for r in reasons), after=after, step=A_PAGE,
            scores=_titled(release, platform),
            trend=release.rows(TREND, platform)[::-1],
        )  # fmt: skip


def _titled(release: Release, platform: str) -> list[dict[str, Any]]:
    """The scores with the titles of kind and attribute in both languages."""
    model = release.home.data_model
    out = []
    for row in release.rows(SCORES, platform):
        declared = model.kinds[row["kind"]]
        attribute = declared.attributes.get(row["attribute"])
        titles = {
            "zh": model.title(row["kind"], row["attribute"]),
            "en": attribute.en if attribute else row["attribute"],
        }
        out.append({**row, **titles, "kind_zh": declared.title.zh, "kind_en": declared.title.en})
    return out
