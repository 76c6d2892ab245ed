"""What one dataset's extract consists of: which roles, which attributes the department may see, under which headings.

Belongs here: entitlements (default deny), roles, headings. Does not: values (`warehouse.extracts.reconciled`).
"""

from __future__ import annotations

from collections.abc import Iterable, Sequence
from dataclasses import dataclass

import pyarrow as pa

from warehouse.model.care import PREFIX
from warehouse.model.data_model import DataModel
from warehouse.model.vocabulary import ROLE

AGREES, DIFFERS, MISSING, INVALID, NONE = "一致", "不一致", "本方缺失", "本方无效", "无"
INCOMPLETE, INCOMPARABLE, ENDED, ACCEPTED = "本方不完整", "口径不同", "已终止", "已采纳"
MARKS = {
    AGREES: "本方值与主记录一致",
    DIFFERS: "本方值有效，但主记录采信了其他来源的值，详见“更正”“待核实”表",
    INCOMPLETE: "本方值与主记录相符，但不完整，详见“不完整”表",
    INCOMPARABLE: "本方值与主记录口径不同（如登记状态与经营状态），互不矛盾，无需处理",
    ENDED: "本方值所述已终止（如已故人员的住址），详见“已故与注销”表",
    MISSING: "本方没有此值，主记录有",
    ACCEPTED: "本方已确认此值有误，以主记录为准，待本方系统更正",
    INVALID: "本方填写了内容，但不合规则（如校验位不符）或无法识别",
    NONE: "本方没有此值，各方都没有",
}
"""Marks of the comparison with their meaning."""
STATES = (MISSING, INVALID, DIFFERS, ENDED, INCOMPARABLE, INCOMPLETE, AGREES, ACCEPTED)
"""Marks by the number that `sql/prepared_claim.sql` gives them."""

SOURCE = ("来源文件", "来源工作表", "来源行号")
DUPLICATES = "本方重复"


@dataclass(frozen=True)
class Attribute:
    """A golden attribute the department may see of a role, with the headings of its value and its mark.

    There is no mark where the dataset has nothing to compare: `本方缺失` in every row would say nothing.
    """

    name: str
    value: str
    mark: str | None


@dataclass(frozen=True)
class Role:
    """A role of the dataset's rows whose entities the release knows, with what may be seen of them."""

    name: str
    kind: str
    group: str
    entity: str
    attributes: tuple[Attribute, ...]


@dataclass(frozen=True)
class Plan:
    """The extract of one dataset. `source`, own columns and the headings of `roles` never repeat one another."""

    platform: str
    dataset: str
    title: str
    source: tuple[str, ...]
    roles: tuple[Role, ...]
    duplicates: str

    @property
    def marks(self) -> list[str]:
        """The headings of all mark columns."""
        return [a.mark for role in self.roles for a in role.attributes if a.mark]


def entitled(model: DataModel, entitlements: pa.Table, department: str, platform: str) -> frozenset[tuple[str, str]]:
    """(kind, attribute) pairs that `department` may see in the extract of `platform`; all others are denied.

    Only columns of the golden contract that hold a value count: neither ids nor counts can be granted by accident.
    """
    rows = entitlements.select(["department", "platform", "entity_kind", "attribute"]).to_pylist()
    granted = {
        (r["entity_kind"], r["attribute"])
        for r in rows
        if r["department"] == department and r["platform"] == platform and r["entity_kind"] in model.kinds
    }
    return frozenset((kind, attribute) for kind, attribute in granted if attribute in model.golden(kind).names)


def entitled_tags(entitlements: pa.Table, department: str, platform: str) -> frozenset[tuple[str, str]]:
    """("person", `care_tag.<tag>`) of the care tags that `department` may see in the extract of `platform`; all others are denied."""
    rows = entitlements.select(["department", "platform", "entity_kind", "attribute"]).to_pylist()
    return frozenset(
        (r["entity_kind"], r["attribute"])
        for r in rows
        if r["department"] == department
        and r["platform"] == platform
        and r["entity_kind"] == "person"
        and r["attribute"].startswith(PREFIX)
    )


def plan_dataset(
    model: DataModel,
    platform: str,
    dataset: str,
    title: str,
    *,
    roles: Iterable[str],
    subject: str | None,
    granted: frozenset[tuple[str, str]],
    asserted: frozenset[tuple[str, str]],
    own_columns: Sequence[str],
) -> Plan:
    """Lay out the extract of one dataset.

    Args:
        model: the kinds there are.
        platform: its platform.
        dataset: its name.
        title: its Chinese title, which names its sheet.
        roles: `role:kind` as the catalogue lists them; kinds that are not declared are left out.
        subject: the role a row is about; None where it names none.
        granted: what the department may see, from `entitled`.
        asserted: (role, attribute) pairs this dataset says something about.
        own_columns: the source columns, whose names our headings must not take.
    """
    taken = {name.casefold() for name in own_columns}

    def heading(wanted: str) -> str:
        while wanted.casefold() in taken:
            wanted += "（一张网）"
        taken.add(wanted.casefold())
        return wanted

    source = tuple(heading(name) for name in SOURCE)
    laid_out = []
    for name, _, kind in (role.partition(":") for role in roles):
        if kind not in model.kinds:
            continue
        golden = model.golden(kind)
        prefix = "" if name == subject else f"{ROLE.get(name, name)}·"
        entity = heading(prefix + golden.columns[0].title)
        attributes = []
        for column in golden.columns:
            if (kind, column.name) in granted:
                title_zh = prefix + model.title(kind, column.name)
                mark = heading(f"{title_zh}（比对）") if (name, column.name) in asserted else None
                attributes.append(Attribute(column.name, heading(f"{title_zh}（主记录）"), mark))
        group = f"{ROLE.get(name, name)}·{model.kind_titles[kind]}（一张网）"
        laid_out.append(Role(name, kind, group, entity, tuple(attributes)))
    # What a row is about comes first, whatever order the catalogue lists the roles in.
    laid_out.sort(key=lambda role: role.name != subject)
    return Plan(platform, dataset, title, source, tuple(laid_out), heading(DUPLICATES))
