"""The smaller libraries: city components and party branches.

Belongs here: their columns. They are kept well, so nothing goes wrong in them.
"""

from __future__ import annotations

import numpy as np

from connectors.sample import vocabulary as words
from connectors.sample.draws import texts
from connectors.sample.sheets import Column, Desk, File, Mention, sheet


def components(desk: Desk) -> File:
    """城管局 城市部件: points with a 16-digit code."""
    parts, grids = desk.city.components, desk.city.grids
    n = len(parts.code)
    columns: dict[str, Column] = {
        "ObjID": parts.code,
        "ObjName": parts.name,
        "DeptName": texts([f"{words.CITY}城市管理局"] * n),
        "BGID": grids.grid_code[parts.grid],
        "ObjState": texts(["完好"] * n),
        "lng": parts.lon,
        "lat": parts.lat,
    }
    content = sheet(columns, [Mention("subject", "component", np.arange(n))])
    return File("chengguan_bujian", f"城市部件_{desk.date}.geojson", "geojson", (content,))


def party_branches(desk: Desk) -> File:
    """组织部 基层党组织: one branch a grid with its secretary."""
    grids, persons, branches = desk.city.grids, desk.city.persons, desk.city.branches
    n = len(grids.grid)
    columns: dict[str, Column] = {
        "组织名称*": "中共" + words.CITY + grids.street + grids.grid + "党支部",
        "所属网格": grids.grid,
        "书记姓名": persons.name[branches.secretary],
        "书记手机": persons.phone[branches.secretary],
        "党员人数": branches.members,
    }
    mentions = [Mention("subject", "organisation", np.arange(n)), Mention("secretary", "person", branches.secretary)]
    content = sheet(columns, mentions, name="党组织", title="基层党组织一览表")
    return File("dangjian_zuzhi", f"基层党组织_{desk.date}.xlsx", "workbook", (content,))
