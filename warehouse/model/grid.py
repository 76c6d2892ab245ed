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
