"""The smaller libraries: city components, party branches, staff of the grids.

Belongs here: their columns, and what goes wrong in a survey: things counted twice, a class or a grid put down wrong.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from connectors.sample.components import CLASSES, METRE, SUPPLEMENT, SURVEYS, Components, survey_days
from connectors.sample.draws import Draws, Texts, texts
from connectors.sample.reports.person import day_texts
from connectors.sample.sheets import Column, Desk, File, Mention, sheet
from connectors.sample.where import here

_OTHER_NAME, _WRONG_CLASS, _WRONG_GRID = 0.1, 0.004, 0.015
FARTHEST = 2.7
"""Metres between the two places a component counted twice is put at."""


def component_numbers(components: Components) -> Texts:
    """The number each component had from its first survey: county 6, class 4, serial 6 within the class."""
    serial: dict[str, int] = {}
    numbers: list[str] = []
    for cls in components.cls:
        serial[cls] = serial.get(cls, 0) + 1
        numbers.append(f"{here().division}{cls}{serial[cls]:06d}")
    return texts(numbers)


def _written_numbers(components: Components, draws: Draws, level: float) -> Texts:
    """Numbers as surveyed: those counted anew under a serial behind all others, and a few with the digits of another class."""
    numbers = component_numbers(components)
    behind = len(numbers)
    anew = [f"{here().division}{components.cls[row]}{behind + n + 1:06d}" for n, row in enumerate(components.again)]
    column = np.concatenate([numbers, texts(anew)])
    other = draws.pick("other class", list(CLASSES))
    for row in np.flatnonzero(draws.befalls("wrong class", _WRONG_CLASS * level)).tolist():
        # a serial of the thousands keeps such a number apart from those of the other class
        column[row] = f"{here().division}{other[row]}9{row % 100_000:05d}"
    return column


def components(desk: Desk) -> File:
    """城管局 城市部件: points with a 16-digit code, from three surveys; the last counts some of them anew a step away."""
    parts, grids = desk.city.components, desk.city.grids
    every = np.concatenate([np.arange(len(parts.cls)), parts.again])
    anew = np.arange(len(every)) >= len(parts.cls)
    draws = desk.draws("chengguan_bujian", len(every))
    kinds = [CLASSES[cls] for cls in parts.cls[every]]
    survey = np.where(anew, SUPPLEMENT, parts.survey[every])
    day = np.where(anew, survey_days(draws, survey), parts.survey_day[every])
    away, bearing = FARTHEST * draws.uniform("away") * anew * METRE, 2 * np.pi * draws.uniform("bearing")
    alias = draws.chance("other name", _OTHER_NAME)
    grid = np.where(
        draws.befalls("wrong grid", _WRONG_GRID * desk.level),
        draws.below("other grid", len(grids.grid_code)),
        parts.grid[every],
    )
    columns: dict[str, Column] = {
        "ObjID": _written_numbers(parts, draws, desk.level),
        "ObjName": texts([k.names[-1] if a else k.names[0] for k, a in zip(kinds, alias, strict=True)]),
        "DeptName": texts([here().city + k.keeper for k in kinds]),
        "BGID": grids.grid_code[grid],
        "ObjState": texts(["完好", "破损", "丢失", "占用"])[draws.weighted("state", [0.93, 0.055, 0.008, 0.007])],
        "ORDate": day_texts(day),
        "DataSource": SURVEYS[survey],
        "lng": np.round(parts.lon[every] + away * np.cos(bearing), 6),
        "lat": np.round(parts.lat[every] + away * np.sin(bearing), 6),
    }
    content = sheet(columns, [Mention("subject", "component", every)]).take(draws.order("order"))
    content = replace(content, position=np.arange(len(every)))
    return File("chengguan_bujian", f"城市部件_{desk.date}.geojson", "geojson", (content,))


def party_branches(desk: Desk) -> File:
    """组织部 基层党组织: one branch a grid with its secretary."""
    grids, persons, branches = desk.city.grids, desk.city.persons, desk.city.branches
    n = len(grids.grid)
    columns: dict[str, Column] = {
        "组织名称*": "中共" + here().city + grids.street + grids.grid + "党支部",
        "所属网格": grids.grid,
        "书记姓名": persons.name[branches.secretary],
        "书记手机": persons.phone[branches.secretary],
        "党员人数": branches.members,
    }
    mentions = [Mention("subject", "organisation", np.arange(n)), Mention("secretary", "person", branches.secretary)]
    content = sheet(columns, mentions, name="党组织", title="基层党组织一览表")
    return File("dangjian_zuzhi", f"基层党组织_{desk.date}.xlsx", "workbook", (content,))


def grid_staff(desk: Desk) -> File:
    """政法委 网格人员: who is responsible for every grid, those who left with their last day. It writes the codes of the first day."""
    posts, grids, persons = desk.city.posts, desk.city.grids, desk.city.persons
    columns: dict[str, Column] = {
        "网格编码": grids.grid_code[posts.grid],
        "网格": grids.grid[posts.grid],
        "职务": posts.duty,
        "姓名": persons.name[posts.person],
        "手机号码": persons.phone[posts.person],
        "任职日期": day_texts(posts.since),
        "离任日期": texts(
            [str(day) if known else "" for day, known in zip(posts.until, ~np.isnat(posts.until), strict=True)]
        ),
    }
    content = sheet(columns, [Mention("member", "person", posts.person)])
    options = {"encoding": "utf-8-sig", "line_end": "\n"}
    return File("wangge_renyuan", f"网格人员_{desk.date}.csv", "delimited", (content,), options)
