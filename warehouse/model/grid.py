"""The grid tree over time, and the divisions of other departments laid over it.

Belongs here: the contracts of these tables. Does not: the tree itself (`base`), or how any of this is worked out.
"""

from __future__ import annotations

import pyarrow as pa

from warehouse.model.base import GRID_NODE
from warehouse.model.table import Column, Table

S, I, F, B, D = pa.string(), pa.int64(), pa.float64(), pa.bool_(), pa.date32()

GRID_HISTORY = Table(
    "base",
    "grid_history",
    "网格沿革",
    "Grid tree over time",
    "one row per node and unbroken time it held under one name and one node above",
    ("grid_code", "nth"),
    (
        *GRID_NODE,
        Column("nth", I, "第几段", "Which of the times of this code, from 1", nullable=False),
        Column("valid_from", D, "生效日期", "First day it held: as the reference says, else the date of the delivery it came with"),
        Column("valid_to", D, "失效日期", "Day from which it held no more; null while it holds"),
    ),
)

GRID_CHANGE = Table(
    "link",
    "grid_change",
    "网格变更",
    "What became of former grids",
    "one row per former node of the grid tree and node that took its place",
    ("former_code", "grid_code"),
    (
        Column("former_code", S, "原编码", "Code that was given up", nullable=False),
        Column("grid_code", S, "新编码，无则为空串", "Code that took its place, '' where nothing did", nullable=False),
        Column("level", S, "层级：street community grid", "Level", nullable=False),
        Column("former_name", S, "原名称", "Name it had; null where no delivery held it"),
        Column("name", S, "新名称", "Name of what took its place"),
        Column("change", S, "变更：recoded merged split ended", "recoded: the same under another code; merged: several became one, or one joined another; split: one became several, so that its code is answered by none; ended: nothing took its place", nullable=False),
        Column("brought_about_by", S, "起因：street_recoded community_recoded community_merged community_split none", "The change above that explains it", nullable=False),
        Column("changed_on", D, "变更日期", "Day from which it holds: as the reference says, else the date of the delivery that says so"),
        Column("basis", S, "变更依据：declared same_name gone", "declared: the reference names the former code; same_name: a grid of the same name in the street of the same name; gone: nothing tells", nullable=False),
        Column("is_reused", B, "原编码是否另用", "The former code names another node today: who still writes it is misread", nullable=False),
    ),
)

DIVISION = Table(
    "base",
    "division",
    "平行网格",
    "Areas into which other departments divide the city",
    "one row per area",
    ("platform", "division_code"),
    (
        Column("platform", S, "平台", "Platform that says how its department divides the city", nullable=False),
        Column("division_code", S, "片区编码", "Code of the area", nullable=False),
        Column("name", S, "名称", "Its name"),
        Column("in_charge", S, "负责人工号", "Staff number of who is in charge, as its department writes it"),
        Column("given_by", S, "给出方式：list shape both none", "How its extent is given: a list of communities or estates, a shape on the map, both, or neither", nullable=False),
        Column("homes", I, "房屋数", "Homes in it", nullable=False),
        Column("persons", I, "人口数", "Persons who live in these homes", nullable=False),
        Column("components", I, "部件数", "City components in its shape", nullable=False),
        Column("grids", I, "所涉网格数", "Grids of the base tree that it has homes in", nullable=False),
    ),
)

GRID_DIVISION = Table(
    "link",
    "grid_division",
    "网格与平行网格",
    "Grids laid over the areas of other departments",
    "one row per grid and area that have homes or components in common",
    ("grid_code", "platform", "division_code"),
    (
        Column("grid_code", S, "网格编码", "Grid of the base tree", nullable=False),
        Column("platform", S, "平台", "Platform of the area", nullable=False),
        Column("division_code", S, "片区编码", "Area", nullable=False),
        Column("homes", I, "共有房屋数", "Homes in both", nullable=False),
        Column("share_of_grid", F, "占网格比例（0–1）", "Of the homes of the grid that lie in some area of the platform, 0–1; null where none does"),
        Column("share_of_division", F, "占片区比例（0–1）", "Of the homes of the area, 0–1; null where it has none"),
        Column("components", I, "共有部件数", "Components in both", nullable=False),
    ),
)

GRID_BOUNDARY = Table(
    "quality",
    "grid_boundary",
    "网格边界",
    "Places on the boundary of grids",
    "one row per division of the city, community, estate and building whose homes lie in several grids or areas, or in none",
    ("platform", "city", "street", "community", "estate", "building"),
    (
        Column("platform", S, "平台，基础网格为空串", "Platform of the division; '' for the base tree", nullable=False),
        Column("city", S, "城市代码", "City; '' where the settings name no cities", nullable=False),
        Column("street", S, "街道（镇）", "Street or town, '' if unknown", nullable=False),
        Column("community", S, "社区（村）", "Community or village, '' if unknown", nullable=False),
        Column("estate", S, "小区（自然村）", "Estate or natural village, '' if unknown", nullable=False),
        Column("building", S, "幢，不分幢则为空串", "Building, '' where there is none", nullable=False),
        Column("finding", S, "边界情形：several none undecided", "several: its homes lie in several; none: no area covers it; undecided: several areas list it and no position tells which", nullable=False),
        Column("candidate_codes", S, "相关网格", "Codes it lies in or could lie in, a blank between two; '' for none", nullable=False),
        Column("homes", I, "房屋数", "Homes concerned", nullable=False),
    ),
)

OVERLAY_TABLES = (DIVISION, GRID_DIVISION, GRID_BOUNDARY)
"""What laying the divisions over each other makes."""

GRID_DUTY = Table(
    "base",
    "grid_duty",
    "网格职责",
    "Who is responsible for which grid, and when",
    "one row per source row and duty it tells of",
    ("platform", "delivery_id", "file_name", "sheet_name", "row_number", "duty"),
    (
        Column("grid_code", S, "网格编码", "Grid of the base tree; null where the row names none that is known, or an area of another division"),
        Column("division_code", S, "片区编码", "Area of the platform's own division; null for grids of the base tree"),
        Column("duty", S, "职责", "Duty, as the city's rules name it", nullable=False),
        Column("person_id", S, "人口编号", "Person who has it; null where the platform gives a staff number alone"),
        Column("staff_number", S, "工号", "Staff number, as the department writes it"),
        Column("valid_from", D, "起始日期", "First day; null where the platform does not say"),
        Column("valid_to", D, "结束日期", "Last day; null where the platform does not say, or nobody knows yet"),
        Column("is_current", B, "是否现行", "It holds on the day of the newest delivery", nullable=False),
        Column("platform", S, "平台", "Platform that says so", nullable=False),
        Column("delivery_id", S, "交付批次编号", "Delivery its row came in", nullable=False),
        Column("file_name", S, "文件名", "File", nullable=False),
        Column("sheet_name", S, "工作表名", "Sheet or table", nullable=False),
        Column("row_number", I, "行号", "Row of the file, from 1", nullable=False),
    ),
)

GRID_STAFFING = Table(
    "quality",
    "grid_staffing",
    "网格配员",
    "Staff of the grids against the rule",
    "one row per grid and duty that some platform reports and the city rules about",
    ("grid_code", "duty"),
    (
        Column("grid_code", S, "网格编码", "Grid", nullable=False),
        Column("duty", S, "职责", "Duty", nullable=False),
        Column("wanted", I, "应配人数", "How many the city's rules ask for", nullable=False),
        Column("present", I, "现有人数", "How many have it on the day of the newest delivery", nullable=False),
        Column("is_missing", B, "是否缺员", "Fewer than asked for", nullable=False),
        Column("vacant_since", D, "空缺起始日期", "Last day on which the last one had it; null where it is not missing, or nobody ever had it"),
    ),
)

DUTY_LOAD = Table(
    "quality",
    "duty_load",
    "一人多岗",
    "Grids per person and duty",
    "one row per person and duty held now",
    ("person_id", "duty"),
    (
        Column("person_id", S, "人口编号", "Person", nullable=False),
        Column("duty", S, "职责", "Duty", nullable=False),
        Column("grids", I, "网格数", "Grids the person has it for", nullable=False),
        Column("grids_at_most", I, "上限", "How many the city's rules allow; null where they say nothing"),
        Column("is_over", B, "是否超限", "More than allowed", nullable=False),
    ),
)

DUTY_TABLES = (GRID_DUTY, GRID_STAFFING, DUTY_LOAD)
"""What is known of who is responsible for the grids."""

AREA_CODE = Table(
    "link",
    "area_code",
    "区划编码对照",
    "Codes that other systems have for streets and communities",
    "one row per platform and code it writes for an area",
    ("platform", "area_code"),
    (
        Column("platform", S, "平台", "Platform that writes the code", nullable=False),
        Column("area_code", S, "对方编码", "Code as the platform writes it", nullable=False),
        Column("grid_code", S, "编码", "Node of the tree it means today; null where nothing tells"),
        Column("basis", S, "对照依据：same former declared observed unknown", "same: the code of the tree itself, zeros at the end left out; former: a code that was given up; declared: the city says so; observed: where the rows with the code lie; unknown: nothing tells", nullable=False),
        Column("rows", I, "行数", "Rows that write it", nullable=False),
        Column("placed", I, "可定位行数", "Those of them whose grid is known", nullable=False),
        Column("seen_grid_code", S, "实际所在编码", "Node of that level in which most of these lie"),
        Column("share_seen", F, "实际占比（0–1）", "Share of the placed rows that lie there, 0–1; null where none is placed"),
        Column("contradicts", B, "是否矛盾", "Most of its rows lie elsewhere than the code says: it means another street to this platform", nullable=False),
    ),
)
