"""The release: which tables it serves, from which stage files, in which order, under which Chinese names.

Belongs here: the list, as data, and the contracts that differ from those of the stages because numbers are masked.
Does not: building, checking or publishing a release (`warehouse.release`).
"""

from __future__ import annotations

from collections.abc import Iterator
from dataclasses import dataclass, replace
from functools import cache

import pyarrow as pa

from warehouse.model import (
    care,
    catalogue,
    evidence,
    grid,
    grid_measures,
    landing,
    link,
    process,
    quality,
    verification,
)
from warehouse.model.data_model import DataModel
from warehouse.model.table import Column, Table
from warehouse.model.vocabulary import closed


def _masked(model: DataModel, kind: str) -> Table:
    """The golden table as the plain release shows it: numbers masked, with a token to join by."""
    declared, masks = model.kinds[kind], model.masks(kind)
    columns: list[Column] = []
    for column in model.golden(kind).columns:
        if column.name not in masks:
            columns.append(column)
            continue
        name, title = column.name, column.title
        columns += [
            Column(f"{name}_masked", pa.string(), f"{title}（脱敏）", f"{column.en}, masked", label=f"{title}脱敏"),
            Column(f"{name}_token", pa.string(), f"{title}（令牌，用于关联）", f"{column.en}, keyed token for joining: HMAC-SHA-256, first 32 hexadecimal digits", label=f"{title}令牌"),
        ]
    counted = (Column(n, pa.int64(), c.zh, c.en, nullable=False) for n, c in declared.release_columns.items())
    table = model.golden(kind)
    return replace(table, schema="base", zh=declared.title.zh, en=declared.title.en, columns=(*columns, *counted))


def _claims(table: Table) -> Table:
    """A table of asserted values as the plain release shows it: masked, with the token of the value where it is masked.

    Two numbers may share their mask; the token keeps them apart, so it belongs to the key where the value does. The Chinese
    title of the attribute is stored beside its code: a view that worded tens of millions of rows would find nothing fast.
    """
    at = table.names.index("attribute")
    code = replace(table.columns[at], zh="属性代码", en="Attribute, as a golden column is named")
    title = Column("attribute_title", pa.string(), "属性", "Chinese title of the attribute; its code where it has none", nullable=False)
    table = replace(table, columns=(*table.columns[:at], code, title, *table.columns[at + 1 :]))
    token = Column("value_token", pa.string(), "令牌，值经脱敏者用于关联，其余为空串", "Keyed token of a masked value, '' where the value is shown as it is", nullable=False)
    place = table.names.index("value") + 1
    key = table.key + ("value_token",) if "value" in table.key else table.key
    return replace(table, key=key, columns=table.columns[:place] + (token,) + table.columns[place:])


LISTED = {"relation": ("platforms",), "conflict": ("platforms", "departments")}
"""Stage → its columns that are lists there and words with a blank between two in the release, as golden records have them: there are a
thousand such texts at most, so that a filter looks at each once, and spreadsheets and ODBC know no lists."""


def _in_words(table: Table, stage: str) -> Table:
    """A table of the release whose lists of platforms and departments are text."""
    columns = (
        replace(c, type=pa.string(), en=f"{c.en}, a blank between two") if c.name in LISTED[stage] else c
        for c in table.columns
    )
    return replace(table, columns=tuple(columns))


def _open(table: Table, golden: Table) -> Table:
    """A golden table as the restricted release shows it: the plain one, with the full number before its mask."""
    full = {c.name: c for c in golden.columns}
    columns: list[Column] = []
    for column in table.columns:
        if column.name.endswith("_masked"):
            columns.append(full[column.name.removesuffix("_masked")])
        columns.append(column)
    return replace(table, columns=tuple(columns))


ATTRIBUTE = _claims(evidence.ATTRIBUTE)
CONFLICT = _in_words(_claims(evidence.CONFLICT), "conflict")

PLATFORM = replace(
    catalogue.PLATFORM,
    columns=catalogue.PLATFORM.columns
    + (
        Column("cadence_days", pa.int64(), "更新周期（天）", "Days within which it should deliver again", nullable=False),
        Column("age_days", pa.int64(), "距最近交付天数", "Days from its newest delivery to the newest of all platforms; null if it never delivered"),
        Column("freshness", pa.string(), "时效：fresh due overdue never", "fresh: within its cadence; due: within twice that; overdue: later; never: delivered nothing", nullable=False),
        Column("quality_score", pa.float64(), "质量得分", "Mean score of its attributes in quality.scorecard, weighted by claims, 0–1; null where nothing is measured"),
    ),
)
DATASET = replace(
    catalogue.DATASET,
    columns=catalogue.DATASET.columns
    + (
        Column("rows_current", pa.int64(), "现行行数", "Rows that hold now", nullable=False),
        Column("mentions", pa.int64(), "提及数", "Mentions its rows make", nullable=False),
    ),
)


@dataclass(frozen=True)
class Served:
    """One table of the release.

    Attributes:
        table: its contract.
        view: its name in schema `一张网`.
        sources: stage files it is the union of, as (stage, name); none: the release step makes it itself.
        order: columns its rows are sorted by before the key, so that the questions asked most touch few row groups; with
            the key they leave no two rows in a tie.
        apart: where there is no key, columns that tell apart what `order` leaves in a tie: such rows lie in the order of the hash
            of these, which is a far shorter thing to sort by.
        required: a missing stage file is an error; otherwise it counts as empty.
        by: columns that are shown as they are, never null, and tell which rows belong together: where the stage files of some
            of them say something else than those of the library, all rows of that value are replaced; none: the whole table is.
        derived: made by `warehouse/release/sql/<schema>_<name>.sql` from tables served before it and from its stage
            files, which that statement reads as `stage`.
    """

    table: Table
    view: str
    sources: tuple[tuple[str, str], ...]
    order: tuple[str, ...] = ()
    by: tuple[str, ...] = ()
    required: bool = True
    derived: bool = False
    apart: tuple[str, ...] = ()


_ENTITY = ("entity_kind", "entity_id")
_ROW = ("platform", "file_name", "delivery_id", "sheet_name", "row_number", "role")


@cache
def release_tables(model: DataModel) -> tuple[Served, ...]:
    """Every table of the release, in the order it is built: a derived table comes after those it reads."""
    return (*_golden_tables(model), *_shared_tables(tuple(model.kinds)))


def _golden_tables(model: DataModel) -> Iterator[Served]:
    """Golden records, relations and the grid tree. What a hook makes comes last: it reads the relations."""
    hooked = [kind for kind in model.kinds if model.kinds[kind].hooks.release]
    for kind in model.kinds:
        if kind not in hooked:
            yield _golden_table(model, kind)
    for relation in model.relations:
        table = _in_words(relation.table, "relation")
        yield Served(table, table.zh, (("relation", table.name),), by=(f"{relation.left}_id",))
    for kind in hooked:
        yield replace(_golden_table(model, kind), derived=True)
    yield Served(model.grid, "网格", (("base", "grid"),))
    yield Served(grid.GRID_HISTORY, "网格沿革", (("grid", "history"),), required=False)
    yield Served(grid.GRID_CHANGE, "网格变更", (("grid", "change"),), required=False)


def _golden_table(model: DataModel, kind: str) -> Served:
    declared = model.kinds[kind]
    order = ("grid_code",) if model.is_placed(kind) else ()
    return Served(_masked(model, kind), declared.view or declared.title.zh, (("golden", kind),), order, (f"{kind}_id",))


def _shared_tables(kinds: tuple[str, ...]) -> tuple[Served, ...]:
    def each(stage: str) -> tuple[tuple[str, str], ...]:
        return tuple((stage, kind) for kind in kinds)

    sides = tuple(f"{s}_{c}" for s in ("left", "right") for c in _ROW if c != "delivery_id")
    failing = ("suite", "expectation", "platform", "delivery_id", "file_name", "sheet_name", "row_number", "role", "entity_id", "column")
    rejected = ("platform", "file_name", "delivery_id", "sheet_name", "row_number", "column", "reason_code", "reason")
    return (
        Served(link.MENTION, "提及", (("link", "mention"),), ("entity_kind", "platform", "dataset", "role", "entity_id"), _ENTITY),
        *([Served(link.GUARDIAN, "监护关系", (), derived=True)] if "person" in kinds else []),
        Served(link.BENEFIT, "待遇", (("benefit", "benefit"),), ("person_id",), required=False),
        Served(link.REDIRECT, "编号变更", each("redirect"), required=False),
        Served(link.HISTORY, "编号沿革", each("history"), by=_ENTITY, required=False),
        Served(link.MENTION_HISTORY, "提及沿革", each("mention_history"), ("entity_id",), _ENTITY, required=False),
        Served(ATTRIBUTE, "主张", each("attribute"), ("entity_kind", "attribute", "entity_id"), _ENTITY, apart=(*_ROW, "value", "value_raw")),
        Served(CONFLICT, "冲突", each("conflict"), ("entity_kind", "attribute", "entity_id"), _ENTITY),
        Served(evidence.CERTAINTY, "确信度", each("certainty"), by=_ENTITY),
        Served(evidence.RELIABILITY, "来源可靠度", each("reliability")),
        Served(evidence.MATCH, "匹配依据", each("match"), ("left_entity_id", "right_entity_id"), ("entity_kind", "left_entity_id"), apart=sides),
        Served(evidence.JUDGEMENT, "裁定", (("judgement", "judgement"),), required=False),
        Served(process.EVENT_STAGE, "事件环节", (("process", "event_stage"),), ("event_id", "reached_at"), required=False),
        Served(process.EVENT_DEADLINE, "事件时限", (("process", "event_deadline"),), ("event_id",), required=False),
        Served(process.EVENT_EVENT, "事件关联", (("process", "event_event"),), required=False),
        Served(process.EVENT_COMPONENT, "事件与部件", (("process", "event_component"),), required=False),
        Served(process.EVENT_REPORT, "事件工单", (("process", "event_report"),), ("event_id", "nth_of_event"), required=False),
        Served(process.EVENT_ROUTE, "事件权责核对", (("process", "event_route"),), required=False),
        Served(process.STAGE_FAULT, "流程问题", (("process", "stage_fault"),), required=False),
        Served(quality.RECONCILIATION, "对账", (("quality", "reconciliation"),)),
        Served(quality.EXPECTATION, "质量检查", (("quality", "expectation"),), required=False),
        Served(quality.FAILING_ROW, "不符行", (("quality", "failing_row"),), failing, required=False),
        Served(quality.SCORECARD, "质量评分", (("quality", "scorecard"),), required=False),
        Served(verification.PUBLIC_REQUEST, "校核", (("quality", "verification_request"),), required=False),
        Served(quality.OVERLAP, "平台重叠", (("quality", "overlap"),), required=False),
        Served(care.CARE_TAG_COUNT, "关爱标签统计", (("care", "care_tag_count"),), required=False),
        Served(quality.REPORTING_BY_CATEGORY, "分类上报情况", (("quality", "reporting_by_category"),), required=False),
        Served(quality.REPORTING_BY_GRID, "网格上报情况", (("quality", "reporting_by_grid"),), required=False),
        Served(quality.EVENT_FORECAST, "事件预测", (("quality", "event_forecast"),), required=False),
        Served(quality.EVENT_TREND, "事件趋势", (("quality", "event_trend"),), required=False),
        Served(landing.REJECTED, "退回行", (("quality", "rejected"),), rejected),
        Served(grid.DIVISION, "平行网格", (("division", "division"),), required=False),
        Served(grid.GRID_DIVISION, "网格与平行网格", (("division", "grid_division"),), required=False),
        Served(grid.GRID_BOUNDARY, "网格边界", (("division", "grid_boundary"),), required=False),
        Served(grid.AREA_CODE, "区划编码对照", (("area", "area_code"),), required=False),
        Served(grid.GRID_DUTY, "网格职责", (("duty", "grid_duty"),), required=False),
        Served(grid.GRID_STAFFING, "网格配员", (("duty", "grid_staffing"),), required=False),
        Served(grid.DUTY_LOAD, "一人多岗", (("duty", "duty_load"),), required=False),
        Served(quality.GRID_COVERAGE, "网格覆盖", (), derived=True),
        Served(quality.GRID_BALANCE, "网格规模", (), derived=True),
        Served(grid_measures.PERSON_HOUSEHOLD, "人口与住户", (), ("housing_id",), derived=True),
        Served(grid_measures.HOUSEHOLD, "住户", (), ("grid_code",), derived=True),
        Served(grid_measures.GRID_PROPOSAL, "网格调整建议", (), derived=True),
        Served(grid_measures.COMPONENT_FAULT, "部件问题", (), ("fault",), derived=True),
        Served(process.EVENT_MEASURE, "事件指标", (), derived=True),
        Served(process.DUPLICATE_REPORT, "重复工单", (), derived=True),
        Served(process.STAGE_DELAY, "环节用时", (), derived=True),
        Served(process.COMPLAINT, "居民意见跟踪", (), derived=True),
        Served(quality.ATTRIBUTE_SOURCE, "一数一源", (), derived=True),
        Served(quality.SUBJECT_FORM, "一表统计", (), derived=True),
        Served(PLATFORM, "平台目录", (("catalogue", "platform"),), derived=True),
        Served(grid_measures.FOUR_FULL, "四全指标", (), ("level",), derived=True),
        Served(DATASET, "数据集目录", (("catalogue", "dataset"),), derived=True),
        Served(quality.DUPLICATE, "重复登记", (), derived=True),
        Served(catalogue.FIELD, "字段目录", (("catalogue", "field"),)),
        Served(catalogue.CODE, "代码目录", (("catalogue", "code"),)),
        Served(catalogue.ENTITLEMENT, "授权目录", (("catalogue", "entitlement"),), required=False),
        Served(catalogue.WITHHELD, "不予共享目录", (("catalogue", "withheld"),), required=False),
        Served(care.CARE_TAG_CODE, "关爱标签目录", (("catalogue", "care_tag"),), required=False),
        Served(process.ROUTE, "权责清单", (("catalogue", "route"),), required=False),
        Served(catalogue.RELEASE, "发布版", ()),
    )


@cache
def restricted_tables(model: DataModel) -> tuple[Served, ...]:
    """The same tables as the restricted release holds them: nothing masked, full numbers in columns of their own; and whose care
    tags they are, which no table of the plain one tells."""
    opened = tuple(
        replace(served, table=_open(served.table, model.golden(served.table.name)))
        if served.table.schema == "base" and served.table.name in model.kinds
        else served
        for served in release_tables(model)
    )
    return (*opened, Served(care.CARE_TAG, care.CARE_TAG.zh, (("care", "care_tag"),), ("tag",), required=False))


def codes(model: DataModel, table: Table, column: Column) -> tuple[str, ...]:
    """The codes a column of the release may hold, in their order; none where it is open."""
    known = closed(model)
    allowed = known.get(f"{table.full_name}.{column.name}") or known.get(column.name) or {}
    return tuple(allowed) if column.type == pa.string() else ()


PUBLIC_PLACES = frozenset(["grid_code", "community_code", "street_code"])
"""Codes of places: what every golden record that lies in a grid holds."""

NODE_CODES = PUBLIC_PLACES | {"parent_code", "former_code", "joins_grid_code", "candidate_codes", "expected_code", "seen_grid_code"}
"""Columns that hold codes of nodes of the grid tree, of today or of before: 15 digits that may read like an old identity
number."""


@cache
def public_codes(model: DataModel) -> frozenset[str]:
    """Attributes that are long numbers of things, not of persons: shown in full unless they read as an identity number."""
    named = {n for kind in model.kinds for n in model.kinds[kind].attributes if model.mask(kind, n) == "code"}
    cells = {cell for kind in model.kinds for cell, n in model.cells(kind).items() if model.mask(kind, n) == "code"}
    return frozenset(named | cells | PUBLIC_PLACES)


SCHEMAS = {
    "base": ("主记录：每个实体一行", "Golden records: one row per entity"),
    "link": ("归属与关系", "Which entity every mention names, and how entities relate"),
    "evidence": ("主张、冲突与匹配依据", "Every asserted value, every disagreement, every reason for a link"),
    "quality": ("质量与对账", "Checks, balance of rows, rejected rows"),
    "catalogue": ("数据资源目录", "The data resource catalogue: owners, datasets, columns, codes"),
    "一张网": ("中文视图", "The same tables under Chinese names"),
}
"""Schemas of the release with their meaning in Chinese and English."""

_OF_GRIDS = (
    *("link.grid_division", "link.area_code", "base.grid_duty", "base.household"),
    *("quality.grid_staffing", "quality.grid_proposal", "quality.four_full"),
)
"""Tables about grids beside the golden records."""

_OF_PERSONS = ("base.grid_duty", "link.benefit", "quality.duty_load", "link.person_household")
"""Tables about persons beside the golden records."""


@cache
def references(model: DataModel) -> tuple[tuple[str, str, str, str], ...]:
    """(table, column, referred table, referred column): a value that is not null exists there."""
    found = [
        (relation.table.full_name, f"{kind}_id", f"base.{kind}", f"{kind}_id")
        for relation in model.relations
        for kind in (relation.left, relation.right)
    ]
    for name, kind in model.kinds.items():
        beside = {c: b.refers for a in kind.attributes.values() for c, b in a.beside.items() if b.refers}
        found += [(f"base.{name}", column, f"base.{other}", f"{other}_id") for column, other in beside.items()]
    found += [(f"base.{kind}", "grid_code", "base.grid", "grid_code") for kind in model.placed]
    if "person" in model.kinds:
        found += [("link.guardian", column, "base.person", "person_id") for column in ("person_id", "guardian_person_id")]
    found.append(("base.grid", "parent_code", "base.grid", "grid_code"))
    found.append(("quality.grid_balance", "grid_code", "base.grid", "grid_code"))
    found += [(table, "grid_code", "base.grid", "grid_code") for table in _OF_GRIDS]
    found += [(table, "person_id", "base.person", "person_id") for table in _OF_PERSONS]
    found += [(table, "housing_id", "base.housing", "housing_id") for table in ("base.household", "link.person_household")]
    found.append(("base.household", "head_person_id", "base.person", "person_id"))
    found.append(("quality.component_fault", "component_id", "base.component", "component_id"))
    return tuple(found)


ENTITY_REFERENCES: tuple[tuple[str, str], ...] = (
    ("link.mention", "entity_id"),
    ("evidence.attribute", "entity_id"),
    ("evidence.conflict", "entity_id"),
    ("evidence.certainty", "entity_id"),
    ("quality.duplicate", "entity_id"),
    ("evidence.match", "left_entity_id"),
    ("evidence.match", "right_entity_id"),
)
"""(table, column): with `entity_kind` it names a row of the base table of that kind."""


@cache
def place_attributes(model: DataModel) -> frozenset[str]:
    """Attributes that are codes of places."""
    return _of_type(model, "grid") | PUBLIC_PLACES


@cache
def firm_codes(model: DataModel) -> frozenset[str]:
    """Attributes that are codes of enterprises."""
    return _of_type(model, "credit_code")


def _of_type(model: DataModel, kind_of_value: str) -> frozenset[str]:
    """Attributes of a type, with those that are claimed from them."""
    found = set()
    for kind in model.kinds.values():
        of_type = {name for name, attribute in kind.attributes.items() if attribute.type == kind_of_value}
        found |= of_type | {name for name, attribute in kind.attributes.items() if attribute.of in of_type}
    return frozenset(found)
