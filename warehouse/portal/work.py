"""The work list of a department as pages show it: findings a page at a time, with what the department said of each before.

Belongs here: gathering. Does not: recording answers (`warehouse.verification`), or the pages.
"""

from __future__ import annotations

from collections.abc import Mapping, Sequence
from dataclasses import dataclass
from typing import Any

from warehouse import access
from warehouse.model.data_model import DataModel
from warehouse.model.home import Home
from warehouse.model.session import connect
from warehouse.verification import Request, findings
from warehouse.verification.requests import requests_of

A_PAGE = 30
HOLDING = ("accepted", "declined", "open")
ORDER = ("更正", "待核实", "已故与注销", "缺失可补", "不完整", "无效")
"""Actions in the order in which to work."""

LISTED = """
select * from finding where ($platform = '' or platform = $platform) and ($action = '' or action = $action)
    and ($finding = '' or finding = $finding) and not list_contains($dead, entity_kind || ' ' || attribute)
order by certainty desc nulls last, platform, file_name, sheet_name, row_number, role, entity_kind, attribute
limit $limit offset $after
"""

COUNTED = """
select platform, action, count(*) from finding where not list_contains($dead, entity_kind || ' ' || attribute) group by all
"""


@dataclass(frozen=True)
class Item:
    """A finding with its titles in both languages, and the request of the department that holds, if any."""

    line: Mapping[str, Any]
    zh: str
    en: str
    request: Request | None


@dataclass(frozen=True)
class WorkList:
    """A page of findings, and how many there are by platform and action."""

    items: Sequence[Item]
    counts: Mapping[tuple[str, str], int]

    def count(self, platform: str, action: str) -> int:
        """How many findings there are of a platform and an action; '' stands for all."""
        return sum(n for (p, a), n in self.counts.items() if platform in ("", p) and action in ("", a))


def work_list(
    home: Home, department: str, *, platform: str = "", action: str = "", finding: str = "", after: int = 0
) -> WorkList:
    """A page of the findings of a department, most certain first; `''` stands for all."""
    items = findings_page(
        home, department, platform=platform, action=action, finding=finding, limit=A_PAGE, after=after
    )
    with connect(threads=1) as con:
        findings.show_findings(con, home, findings.platforms_of(home, department))
        counted = con.execute(COUNTED, {"dead": _dead(home, department)}).fetchall()
    counts = {(platform, action): count for platform, action, count in counted}
    return WorkList(items, counts)


def findings_page(
    home: Home,
    department: str,
    *,
    platform: str = "",
    action: str = "",
    finding: str = "",
    limit: int = A_PAGE,
    after: int = 0,
) -> list[Item]:
    """Some findings of a department, most certain first; `''` stands for all."""
    said = {r.finding: r for r in requests_of(home).values() if r.department == department and r.state in HOLDING}
    asked = {
        "platform": platform,
        "action": action,
        "finding": finding,
        "limit": limit,
        "after": after,
        "dead": _dead(home, department),
    }
    with connect(threads=1) as con:
        findings.show_findings(con, home, findings.platforms_of(home, department))
        lines = con.execute(LISTED, asked).to_arrow_table().to_pylist()
    return [_item(home.data_model, line, said.get(line["finding"])) for line in lines]


def _dead(home: Home, department: str) -> list[str]:
    """Attributes the department was granted once and may see no more."""
    return [f"{kind} {attribute}" for kind, attribute in access.dead(home, department, access.today())]


def titles(model: DataModel, kind: str, attribute: str) -> tuple[str, str]:
    """What an attribute is called in Chinese and English."""
    declared = model.kinds[kind].attributes.get(attribute) if kind in model.kinds else None
    return model.title(kind, attribute) if declared else attribute, declared.en if declared else attribute


def _item(model: DataModel, line: Mapping[str, Any], request: Request | None) -> Item:
    return Item(line, *titles(model, line["entity_kind"], line["attribute"]), request)
