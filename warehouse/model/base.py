"""What all golden records share: where an entity lies, how much is known of it; and the grid tree.

The attributes of a golden record follow from the declaration of its kind (`data_model`). In `stage/golden/<kind>.parquet` a
column named `<x>_masked` or `<x>_token` does not exist: there it is the full `<x>`. The release step derives mask and token
(see `warehouse.masking`).
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from warehouse.model.table import Column, Table

S, I, D, F, B = pa.string(), pa.int64(), pa.date32(), pa.float64(), pa.bool_()

PLACE = (
    Column("grid_code", S, "网格编码", "Grid it lies in"),
    Column("community_code", S, "社区编码", "Community it lies in"),
    Column("street_code", S, "街道编码", "Street it lies in"),
)
SIZE = (
    Column("mention_count", I, "提及数", "Mentions it was resolved from", nullable=False),
    Column("platforms", S, "知情平台", "Platforms that know it, in the order of their names, a blank between two", nullable=False),
    Column("platform_count", I, "平台数", "How many they are", nullable=False),
    Column("conflict_count", I, "冲突数", "Attributes on which departments disagree", nullable=False),
    Column("last_claimed_on", D, "最新主张日期", "Newest claim about it"),
)

GRID_NODE = (
    Column("grid_code", S, "编码", "Code of the node: division code or 15-digit grid code", nullable=False),
    Column("name", S, "名称", "Name", nullable=False),
    Column("level", S, "层级：city street community grid", "Level", nullable=False),
    Column("parent_code", S, "上级编码", "Code of the node above; null for the city"),
)

GRID_TREE = Table(
    "grid",
    "tree",
    "网格树",
    "Grid tree, nothing counted",
    "one row per node of the tree: city, street, community, grid",
    ("grid_code",),
    GRID_NODE,
)
"""The tree as the reference declares it: what golden records are placed in."""


def grid_table(counted: Mapping[str, tuple[str, str]]) -> Table:
    """The contract of the grid tree.

    Args:
        counted: kind whose entities lie in grids → its titles in Chinese and English.
    """
    counts = (
        Column(f"{kind}_count", I, f"{zh}数", f"{en} placed in it", nullable=False) for kind, (zh, en) in counted.items()
    )
    return Table(
        "base",
        "grid",
        "网格",
        "Grid tree",
        "one row per node of the tree: city, street, community, grid; the fifth level, the home, is base.housing",
        ("grid_code",),
        (*GRID_NODE, *counts),
    )
