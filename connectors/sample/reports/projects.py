"""What three offices report of the city's investment projects, each by its own name for one.

Belongs here: the sheets 发改立项, 住建在建 and 重点项目, their columns and what goes wrong. Does not: the true project (`projects`).
"""

from __future__ import annotations

from dataclasses import replace
from typing import NamedTuple

import numpy as np

from connectors.sample import noise
from connectors.sample.addresses import AddressErrors, Manner
from connectors.sample.bodies import public_bodies
from connectors.sample.draws import Draws, Ints, Texts, chosen, known, texts
from connectors.sample.projects import STAGES
from connectors.sample.reports.enterprise import FirmNameErrors, party_codes, party_names
from connectors.sample.reports.person import dates, day_texts
from connectors.sample.sheets import Column, Desk, File, Mention, Sheet, sheet
from connectors.sample.where import here

_PHASES = (("", ""), ("一期", "（一期）"), ("二期", "（二期）"))


class Office(NamedTuple):
    """One of the three: its sheet and name, share of the projects it has, of codes it lacks, and what it reports besides."""

    sheet: str
    name: str
    share: float
    no_code: float
    progress: bool
    manner: Manner


OFFICES = (
    Office("发改立项", "发展和改革局", 0.95, 0.02, False, Manner.FULL),
    Office("住建在建", "住房和城乡建设局", 0.5, 0.15, True, Manner.ROAD),
    Office("重点项目", "重点工程中心", 0.32, 0.2, True, Manner.ROAD),
)


def _builders(desk: Desk, builder: Ints, office: Office, draws: Draws) -> tuple[Texts, Texts]:
    """Names and credit codes of builders; of a public body only the office that approves has the code on file."""
    name = party_names(desk, builder, draws, FirmNameErrors(former=0.2, prefix=0.04, form=0.03), "builder")
    code = noise.blank(party_codes(desk, builder), draws, "no builder code", 0.25 * desk.level)
    code = noise.spoil(code, draws, "builder code wrong", 0.01 * desk.level, noise.wrong_digit)
    of_body = builder >= len(desk.city.firms.name)
    on_file = ~of_body | (draws.chance("code of a body", 0.5) & (not office.progress))
    return name, chosen(on_file, code)


def _names(desk: Desk, row: Ints, office: Office, draws: Draws) -> Texts:
    """Names in the manner of the office: full and formal, or by the firm's own short name."""
    projects, firms, bodies = desk.city.projects, desk.city.firms, public_bodies(desk.city.grids)
    streets = list(dict.fromkeys(desk.city.grids.street))
    with_builder, order = draws.chance("with builder", 0.5), draws.below("manner", 3).tolist()
    cells: list[str] = []
    for r, named, way in zip(row.tolist(), with_builder, order, strict=True):
        builder, (short, bracketed) = int(projects.builder[r]), _PHASES[projects.phase[r]]
        public = builder >= len(firms.name)
        body = builder - len(firms.name)
        of_street = public and body < bodies.streets
        whole = streets[body] if of_street else str(bodies.name[body] if public else firms.name[builder])
        brief = whole if of_street else str(bodies.short[body] if public else firms.core[builder])
        subject, action = projects.subject[r], projects.action[r]
        goods = f"年产{projects.quantity[r]}{projects.measure[r]}{subject}" if projects.quantity[r] else subject
        if not office.progress:
            cells.append(f"{whole if named else ''}{goods}{action}项目{bracketed}")
        else:
            cells.append(
                [
                    f"{brief}{subject}{action}{short}",
                    f"{subject}工程{short}（{brief}）",
                    f"{brief}{goods}项目{bracketed}",
                ][way]
            )
    return texts(cells)


def _codes(desk: Desk, row: Ints, office: Office, draws: Draws) -> Texts:
    """Codes as on file: the former one with some, without hyphens, mistyped, or none."""
    projects, level = desk.city.projects, desk.level
    former = projects.former_code[row]
    keeps = office.progress & known(former) & draws.chance("keeps former code", 0.5)
    column = chosen(keeps, former, projects.code[row])
    for label, rate, mishap in (
        ("wrong", 0.02, noise.wrong_digit),
        ("swapped", 0.02, noise.neighbours_swapped),
        ("hyphens", 0.06, lambda value, u: value.replace("-", ["—", "", " ", "_"][noise.part(u, 4)[0]])),
        ("full width", 0.01, noise.full_width),
    ):
        column = noise.spoil(column, draws, f"code {label}", rate * level, mishap)
    return noise.blank(column, draws, "no code", office.no_code * level)


def _places(desk: Desk, row: Ints, office: Office, draws: Draws) -> Texts:
    """Addresses in the office's manner, or no more than the street."""
    house = desk.city.projects.house[row]
    place = desk.book.write(office.manner, house, draws, AddressErrors(missing=0.01), desk.level, name="site")
    return chosen(draws.chance("street alone", 0.25), desk.city.grids.street[desk.city.houses.grid[house]], place)


def _sheet(desk: Desk, office: Office) -> Sheet:
    projects = desk.city.projects
    scope = f"touzi_xiangmu {office.sheet}"
    n = len(projects.code)
    has = Draws(desk.city.seed, f"{scope} covers", n).chance("known", office.share)
    row = np.flatnonzero(has) if has.any() else np.arange(1)
    draws = desk.draws(scope, len(row))
    row = row[draws.order("order")]
    name, code = _builders(desk, projects.builder[row], office, draws)
    investment = projects.investment[row]
    estimate = np.round(investment * (0.85 + 0.3 * draws.uniform("estimate"))).astype(np.int64)
    round_sum = np.maximum(100, np.round(investment, -2))
    way = draws.weighted("investment", [0.75, 0.15, 0.10])
    behind = np.maximum(projects.stage[row] - draws.chance("behind", 0.25), 0)
    shown = desk.arrived(scope, draws.n)
    columns: dict[str, Column] = {
        "序号": np.cumsum(shown),
        "项目代码": _codes(desk, row, office, draws),
        "项目名称*": noise.spoil(_names(desk, row, office, draws), draws, "name slip", 0.01, noise.character_slip),
        "名称*": name,
        "统一社会信用代码": code,
        "建设地点": _places(desk, row, office, draws),
        "计划(万元)": np.select([way == 0, way == 1], [investment, round_sum], estimate),
    }
    if office.progress:
        columns["完成(万元)"] = (investment * behind / 6).astype(np.int64)
    columns["建设阶段"] = STAGES[behind]
    if not office.progress:
        year = texts([code[:4] for code in projects.code[row]])
        day = day_texts(dates(draws, "approved", "2000-01-01", "2000-10-28"))
        columns["批复日期"] = texts([y + d[4:] for y, d in zip(year, day, strict=True)])
    columns["填报单位"] = texts([here().city + office.name] * len(row))
    mentions = [Mention("subject", "project", row), Mention("builder", "enterprise", projects.builder[row])]
    groups = ((3, 4, "建设单位"), (6, 7 if office.progress else 6, "总投资"))
    content = sheet(columns, mentions, shown, name=office.sheet, title=f"{here().city}{office.sheet}情况表")
    return replace(content, groups=groups)


def investment_projects(desk: Desk) -> File:
    """发改委 投资项目: one workbook, a sheet an office."""
    sheets = tuple(_sheet(desk, office) for office in OFFICES)
    return File("touzi_xiangmu", f"投资项目_{desk.date}.xlsx", "workbook", sheets)
