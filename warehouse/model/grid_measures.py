"""What the release says about grids and what lies in them, made from its other tables.

Belongs here: the contracts. Does not: how they are made (`warehouse/release/sql`), sizes against the norm (`quality.GRID_BALANCE`).
"""

from __future__ import annotations

import pyarrow as pa

from warehouse.model.base import PLACE
from warehouse.model.table import Column, Table

S, I, F, B = pa.string(), pa.int64(), pa.float64(), pa.bool_()

PERSON_HOUSEHOLD = Table(
    "link",
    "person_household",
    "人口与住户",
    "Persons and households",
    "one row per person whose home is known and who is not deregistered",
    ("person_id",),
    (
        Column("person_id", S, "人口编号", "Person", nullable=False),
        Column("housing_id", S, "房屋编号", "Home the household lives in", nullable=False),
        Column("relation_to_head", S, "与户主关系", "Relation to the head of household, as the newest claim says; null where nobody says it"),
        Column("is_registered_here", B, "是否户籍在此", "The household register has the person at this home", nullable=False),
    ),
)

HOUSEHOLD = Table(
    "base",
    "household",
    "住户",
    "Households: who lives together",
    "one row per home somebody lives in now; a household of the register may live in several, and several in one",
    ("housing_id",),
    (
        Column("housing_id", S, "房屋编号", "Home the household lives in; it has no other name", nullable=False),
        Column("persons", I, "人数", "Persons who live there now", nullable=False),
        Column("head_person_id", S, "户主人口编号", "Head of household by the register among them; the first in the order of ids where there are several"),
        Column("registered_here", I, "户籍在此人数", "Those of them whose register has this home", nullable=False),
        Column("household_numbers", I, "户号数", "Different household numbers of the register among them: several families in one home", nullable=False),
        Column("minors", I, "未成年人数", "Those under 18 on the newest day anything was claimed", nullable=False),
        Column("aged_60_and_over", I, "六十岁及以上人数", "Those of 60 and more", nullable=False),
        *PLACE,
    ),
)

GRID_PROPOSAL = Table(
    "quality",
    "grid_proposal",
    "网格调整建议",
    "Grids to divide or to join",
    "one row per grid outside the norm of households",
    ("grid_code",),
    (
        Column("grid_code", S, "网格编码", "Grid", nullable=False),
        Column("name", S, "名称", "Name", nullable=False),
        Column("community_code", S, "社区编码", "Community it lies in"),
        Column("street_code", S, "街道编码", "Street it lies in"),
        Column("households", I, "住户数", "Homes in it somebody lives in now", nullable=False),
        Column("proposal", S, "建议：split join no_partner", "split: divide it; join: join it to another grid of its community; no_partner: it is too small, and every other one would become too large", nullable=False),
        Column("parts", I, "拆分为几个", "Into how many it is divided, the fewest that none passes the norm; null where it is joined"),
        Column("joins_grid_code", S, "并入网格编码", "Grid it is joined to: of those that stay within the norm the one that comes closest to its upper end"),
        Column("households_after", I, "调整后住户数", "Households afterwards: of a part on average, or of both together"),
        Column("estates", S, "小区及住户数", "Its estates with their households, the largest first: the lines along which to divide"),
    ),
)

COMPONENT_FAULT = Table(
    "quality",
    "component_fault",
    "部件问题",
    "What is wrong with city components",
    "one row per component and finding, of doubles per pair",
    ("component_id", "fault", "other_component_id"),
    (
        Column("component_id", S, "部件编号", "Component", nullable=False),
        Column("fault", S, "部件问题：number class double grid", "number: not 16 digits; class: digits 7 to 10 are not those of nine in ten of its name; double: another of the class from another survey within three metres; grid: nine of ten neighbours within a hundred metres lie in another grid", nullable=False),
        Column("other_component_id", S, "另一部件编号，无则为空串", "The other one of a double, else ''", nullable=False),
        Column("metres", F, "距离（米）", "Distance of a double in metres"),
        Column("expected_code", S, "应为", "Class its name has, or grid its neighbours lie in"),
    ),
)

FOUR_FULL = Table(
    "quality",
    "four_full",
    "四全指标",
    "Full coverage, content, participation and process",
    "one row per community or street and measure",
    ("grid_code", "measure"),
    (
        Column("grid_code", S, "编码", "Community or street", nullable=False),
        Column("level", S, "层级：street community", "Level", nullable=False),
        Column("name", S, "名称", "Its name", nullable=False),
        Column("measure", S, "四全：coverage content participation process", "coverage (全覆盖), content (全内容), participation (全参与), process (全过程)", nullable=False),
        Column("numerator", I, "分子", "Numerator", nullable=False),
        Column("denominator", I, "分母", "Denominator, above 0", nullable=False),
        Column("value", F, "值（0–1）", "Numerator by denominator, 0–1", nullable=False),
        Column("definition", S, "定义", "Its definition in Chinese", nullable=False),
        Column("definition_en", S, "英文定义", "The same in English", nullable=False),
    ),
)
