"""What the grid staff collects door to door: people, homes and units, one workbook a street with three sheets.

Belongs here: its coverage, columns and rates; the least careful of all platforms.
"""

from __future__ import annotations

import numpy as np

from connectors.sample.addresses import AddressErrors, Manner
from connectors.sample.draws import Draws, Ints, chosen, texts
from connectors.sample.reports.enterprise import FirmNameErrors, firm_names, firms_of, in_business, party_names
from connectors.sample.reports.person import (
    BirthErrors,
    IdErrors,
    NameErrors,
    PhoneErrors,
    Scribe,
    covers,
    register,
)
from connectors.sample.sheets import Column, Desk, File, Mention, Sheet, by_street, sheet


def _people(desk: Desk) -> tuple[Sheet, Ints]:
    """Sheet 人口 and the grid of each row."""
    grids, firms = desk.city.grids, desk.city.firms
    who, draws = register(desk, "wangge_caiji people", covers(desk, "wangge_caiji", 0.765), 0.0205)
    scribe = Scribe(desk, draws, who)
    house = scribe.told("house")
    grid = desk.city.houses.grid[house]
    states = ["人户一致", "人在户不在", "户在人不在"]
    agrees = (house == scribe.told("registered_house")) & draws.chance("asked", 0.6)
    employer = desk.first.persons.employer[who]
    columns: dict[str, Column] = {
        "姓名*": scribe.name(NameErrors(space=0.038, slip=0.0245, reversed=0.0025, dot=0.8)),
        "所属网格*": grids.grid[grid],
        "网格编码": grids.grid_code[grid],
        "性别*": scribe.sex("男", "女"),
        "出生日期": scribe.birth("年", BirthErrors(missing=0.222, january=0.0115, wrong=0.0105)),
        "身份证号码*": scribe.id_number(
            IdErrors(
                missing=0.252,
                lower_x=0.18,
                wrong=0.012,
                swapped=0.0026,
                space=0.0105,
                fifteen=0.0037,
                rounded=0.0066,
                scientific=0.003,
                anothers=0.0005,
            )
        ),
        "人户状态*": chosen(agrees, states[0], draws.pick("state", states)),
        "地址*": desk.book.write(Manner.DASHES, house, draws, AddressErrors(missing=0.0195, slip=0.031), desk.level),
        "工作单位或就读学校": chosen(employer >= 0, firms.core[employer]),
        "联系手机": scribe.phone(PhoneErrors(missing=0.123, old=0.055)),
        "备注": np.full(len(who), None, dtype=object),
    }
    content = sheet(
        columns,
        [Mention("subject", "person", who)],
        desk.arrived("wangge_caiji people", draws.n) & scribe.born(),
        name="人口",
        title="实有人口信息登记表",
        groups=((7, 7, "现居住地址"),),
    )
    return content, grid


def _homes(desk: Desk) -> tuple[Sheet, Ints]:
    """Sheet 房屋 and the grid of each row."""
    city = desk.city
    persons, houses, estates, grids = desk.first.persons, city.houses, city.estates, city.grids
    every = Draws(city.seed, "wangge_caiji homes covers", len(houses.estate))
    house = np.flatnonzero(every.chance("known", 0.846))
    draws = desk.draws("wangge_caiji homes", len(house))
    residents = np.bincount(persons.house, minlength=len(houses.estate))[house]
    owner, firm = city.tenure.owner[house], city.tenure.owner_firm[house]
    lives_there = (owner >= 0) & (persons.house[np.maximum(owner, 0)] == house)
    resident = np.where(lives_there, owner, city.tenure.resident_head[house])
    known = draws.chance("householder known", 0.8)
    # the form asks for the householder or the legal representative: some put down the firm itself
    householder_firm = np.where(known & draws.chance("firm named", 0.6), firm, -1)
    householder = np.where(known & (householder_firm < 0), resident, -1)
    scribe = Scribe(desk, draws, np.maximum(householder, 0))
    grid, estate = houses.grid[house], houses.estate[house]
    alias = draws.chance("alias", 0.25) & (estates.alias[estate] != "")
    guess = draws.chance("miscounted", 0.6)
    columns: dict[str, Column] = {
        "住房编号*": texts([f"FW{n:08d}" for n in every.order("serial")[house].tolist()]),
        "所属网格*": grids.grid[grid],
        "网格编码": grids.grid_code[grid],
        "地址*": chosen(alias, estates.alias[estate], estates.name[estate]),
        "幢": _filled(houses.building[house]),
        "单元": _filled(houses.unit[house]),
        "室": np.where(houses.urban[house], houses.room[house], houses.door[house]),
        "住房类别*": texts(["自住房", "出租房", "空置房"])[draws.weighted("kind", [0.7, 0.22, 0.08])],
        "房主姓名\\法人代表": chosen(
            householder_firm >= 0,
            party_names(desk, np.maximum(householder_firm, 0), draws, FirmNameErrors(slip=0.0), "householder"),
            chosen(householder >= 0, scribe.name(NameErrors(dot=0.0))),
        ),
        "实住人数": np.where(guess, draws.below("count", 6), residents),
        "住房面积": np.round(houses.area[house]).astype(np.int64),
    }
    mentions = [Mention("subject", "housing", house), Mention("householder", "person", householder)]
    mentions.append(Mention("householder_enterprise", "enterprise", householder_firm))
    content = sheet(
        columns,
        mentions,
        name="房屋",
        title="住房信息登记表",
        groups=((3, 6, "住房地址"),),
    )
    return content, grid


def _filled(numbers: Ints) -> Column:
    """Numbers as they are, none where zero."""
    column: Column = numbers.astype(object)
    column[numbers == 0] = None
    return column


def _units(desk: Desk) -> tuple[Sheet, Ints]:
    """Sheet 单位 and the grid of each row."""
    city = desk.city
    firms, grids = city.firms, city.grids
    firm = firms_of(desk, "wangge_caiji units", 0.69, desk.first.firms.status == "存续")
    draws = desk.draws("wangge_caiji units", len(firm))
    rep = Scribe(desk, draws, firms.rep[firm], "rep")
    grid = city.houses.grid[firms.house[firm]]
    way = draws.weighted("licence", [0.50, 0.385, 0.115])
    columns: dict[str, Column] = {
        "单位名称*": firm_names(
            desk, firm, draws, FirmNameErrors(sign=0.40, former=0.15, prefix=0.06, form=0.02, slip=0.008)
        ),
        "所属网格*": grids.grid[grid],
        "网格编码": grids.grid_code[grid],
        "单位地址*": desk.book.write(
            Manner.ESTATE, firms.house[firm], draws, AddressErrors(missing=0.0129, slip=0.026), desk.level, name="seat"
        ),
        "营业执照号码*": chosen(way == 0, firms.credit_code[firm], chosen(way == 2, firms.registration_number[firm])),
        "组织机构代码*": chosen(draws.chance("organisation code", 0.21), firms.organisation_code[firm]),
        "法人代表": rep.name(NameErrors(slip=0.0205)),
        "单位电话": firms.phone[firm],
        "从业人数": firms.staff[firm],
    }
    mentions = [Mention("subject", "enterprise", firm), Mention("legal_rep", "person", firms.rep[firm])]
    content = sheet(columns, mentions, in_business(desk, firm), name="单位", title="实有单位信息登记表")
    return content, grid


def collection(desk: Desk) -> list[File]:
    """政法委 网格采集: three sheets for every street."""
    parts = [by_street(desk, grid, whole) for whole, grid in (_people(desk), _homes(desk), _units(desk))]
    return [
        File("wangge_caiji", f"网格采集_{street}_{desk.date}.xlsx", "workbook", tuple(part[street] for part in parts))
        for street in dict.fromkeys(desk.city.grids.street)
    ]
