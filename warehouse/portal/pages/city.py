"""The city at a glance: records against entities, what silos share, how good each department is, what the release changed."""

from __future__ import annotations

from typing import Any

from fastapi import Request
from fastapi.responses import Response

from warehouse.portal.rendering import page
from warehouse.portal.rights import Right
from warehouse.portal.routes import Pages
from warehouse.portal.shelf import Release
from warehouse.release.versions import releases

pages = Pages()
KNOWN_BY = """
select least(platform_count, 6) as platforms, count(*) as entities from base.{kind} group by 1 order by 1
"""
RECORDS = """
select entity_kind::varchar as kind, count(*) as mentions, count(distinct entity_id) as entities
from link.mention group by 1 order by mentions desc
"""
CHANGES = """
select entity_kind::varchar as kind, event::varchar as event, count(*) as ids
from link.history where release = ? group by all order by all
"""
DEPARTMENTS = """
select department, any_value(department_zh) as department_zh, count(*) as platforms, sum(rows_current)::bigint as rows,
       sum(quality_score * rows_current) / nullif(sum(rows_current) filter (quality_score is not null), 0) as score,
       count(*) filter (freshness::varchar in ('overdue', 'never')) as late, coalesce(sum(rejected), 0)::bigint as rejected
from catalogue.platform
left join (select platform, sum(rows_rejected) as rejected from quality.reconciliation group by platform) using (platform)
group by department order by score nulls last, department
"""
OVERLAP = """
select entity_kind::varchar as kind, l.title_zh as left_zh, r.title_zh as right_zh, l.title_en as left_en, r.title_en as right_en,
       known_to_both, known_to_left_alone, known_to_right_alone, disagree
from quality.overlap join catalogue.platform l on l.platform = left_platform
join catalogue.platform r on r.platform = right_platform
where known_to_both > 0 order by known_to_both desc, all limit 15
"""
GRIDS = """
select person_balance::varchar as balance, count(*) as grids, sum(persons)::bigint as persons, sum(homes)::bigint as homes,
       any_value(person_norm) as norm
from quality.grid_balance group by 1 order by 1
"""
HELD = """
select r.platform, title_zh, title_en, file_name, state::varchar as state, any_value(reason) as reason
from quality.reconciliation r join catalogue.platform using (platform)
where state::varchar <> 'landed' group by all order by all limit 50
"""


@pages.get("/city", Right.city)
def city(request: Request) -> Response:
    """The whole city on one page."""
    with request.app.state.shelf.release() as release:
        figures = figures_of(release)
        version = release.version
        titles = {name: (kind.title.zh, kind.title.en) for name, kind in release.home.data_model.kinds.items()}
    history = releases(request.app.state.home)[::-1][:10]
    return page(request, "city", version=version, titles=titles, releases=history, **figures)


def figures_of(release: Release) -> dict[str, Any]:
    """All figures of the page, worked out once of a release."""
    return release.kept("city", _figures)


def _figures(release: Release) -> dict[str, Any]:
    model = release.home.data_model
    records = release.rows(RECORDS)
    most = max((r["mentions"] for r in records), default=1) or 1
    changes: dict[str, dict[str, int]] = {}
    for row in release.rows(CHANGES, release.version):
        changes.setdefault(row["kind"], {})[row["event"]] = row["ids"]
    known = {
        kind: release.rows(KNOWN_BY.format(kind=kind))
        for kind in model.kinds
        if kind in ("person", "housing", "enterprise")
    }
    return {
        "records": [{**r, "wide": r["mentions"] / most * 100, "narrow": r["entities"] / most * 100} for r in records],
        "known": {kind: _shares(rows) for kind, rows in known.items()},
        "changes": changes,
        "departments": release.rows(DEPARTMENTS),
        "overlap": release.rows(OVERLAP.replace("desc, all", "desc, left_platform, right_platform, kind")),
        "grids": release.rows(GRIDS),
        "held": release.rows(HELD),
    }


def _shares(rows: list[dict[str, Any]]) -> list[dict[str, Any]]:
    whole = sum(r["entities"] for r in rows) or 1
    return [{**r, "share": r["entities"] / whole} for r in rows]
