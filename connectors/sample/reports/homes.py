"""What the platforms about homes report: real-estate register, tenancy filings, standard addresses, the division into grids.

Belongs here: which homes, owners and tenants each knows, its columns, its rates.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from connectors.sample import noise
from connectors.sample.addresses import AddressErrors, Manner
from connectors.sample.draws import Bools, Draws, Ints, Texts, chosen, texts
from connectors.sample.people import HEAD
from connectors.sample.recoding import recoding
from connectors.sample.reports.enterprise import FirmNameErrors, party_codes, party_names
from connectors.sample.reports.person import IdErrors, NameErrors, PhoneErrors, Scribe, dates, day_texts
from connectors.sample.sheets import Column, Delta, Desk, File, Mention, sheet
from connectors.sample.where import here


@dataclass(frozen=True)
class _Holder:
    """Who holds a right in each home: a person, or a firm or public body (rows, -1: it is of the other sort or there is none)."""

    desk: Desk
    draws: Draws
    person: Ints
    firm: Ints
    role: str

    @property
    def scribe(self) -> Scribe:
        """Writes down the persons among them."""
        return Scribe(self.desk, self.draws, np.maximum(self.person, 0), self.role)

    def name(self, errors: NameErrors) -> Texts:
        """Names of persons and firms in one column."""
        return self._either(self.scribe.name(errors), party_names(self.desk, self._firm, self.draws, _FIRM, self.role))

    def number(self, errors: IdErrors) -> Texts:
        """Identity numbers and credit codes in one column."""
        codes = party_codes(self.desk, self._firm)
        codes = noise.blank(codes, self.draws, f"{self.role} no code", errors.missing * self.desk.level)
        return self._either(self.scribe.id_number(errors), codes)

    def phone(self, errors: PhoneErrors) -> Texts:
        """Phones of persons and firms in one column; a public body has left none."""
        phones, there = self.desk.city.firms.phone, self._firm < len(self.desk.city.firms.name)
        return self._either(self.scribe.phone(errors), chosen(there, phones[np.where(there, self._firm, 0)]))

    def mentions(self) -> list[Mention]:
        """The mentions of both sorts."""
        return [
            Mention(self.role, "person", self.person),
            Mention(f"{self.role}_enterprise", "enterprise", self.firm),
        ]

    @property
    def _firm(self) -> Ints:
        return np.maximum(self.firm, 0)

    def _either(self, of_person: Texts, of_firm: Texts) -> Texts:
        return chosen(self.firm >= 0, of_firm, of_person)


_FIRM = FirmNameErrors(former=0.3, prefix=0.03, form=0.02, slip=0.0)
"""What ends a name tells a firm from a person where its code is missing: clerks do not mistake it."""


def _joined(first: Texts, second: Texts, both: Bools) -> Texts:
    """One or two values in a cell, split by 、."""
    return texts([f"{a or ''}、{b or ''}" if two else a for a, b, two in zip(first, second, both, strict=True)])


def real_estate(desk: Desk) -> File:
    """自然资源局 不动产登记: four fifths of the homes with one or two owners."""
    houses = desk.city.houses
    known = np.flatnonzero(Draws(desk.city.seed, "budongchan covers", len(houses.estate)).chance("known", 0.804))
    house = known[np.argsort(houses.unit_number[known].astype(str), kind="stable")]
    draws = desk.draws("budongchan", len(house))
    tenure = desk.city.tenure
    first = _Holder(desk, draws, tenure.owner[house], tenure.owner_firm[house], "owner")
    second = _Holder(desk, draws, tenure.co_owner[house], tenure.co_owner_firm[house], "co_owner")
    both = (second.person >= 0) | (second.firm >= 0)
    names = NameErrors(slip=0.0015, former=0.1)
    numbers = IdErrors(missing=0.003, lower_x=0.012, wrong=0.0025, swapped=0.001, fifteen=0.029)
    columns: dict[str, Column] = {
        "不动产单元号": noise.blank(houses.unit_number[house], draws, "no unit number", 0.01 * desk.level),
        "坐落": desk.book.write(
            Manner.FULL, house, draws, AddressErrors(no_unit=0.01, slip=0.003), desk.level, name="place"
        ),
        "权利人": _joined(first.name(names), second.name(NameErrors()), both),
        "权利人证件号": _joined(first.number(numbers), second.number(IdErrors(missing=0.003)), both),
        "共有情况": chosen(both, "共同共有", "单独所有"),
        "建筑面积": houses.area[house],
        "用途": texts(["住宅"] * len(house)),
        "登记时间": day_texts(tenure.since[house]),
    }
    mentions = [
        Mention("subject", "housing", house),
        *first.mentions(),
        *second.mentions(),
    ]
    content = sheet(columns, mentions, desk.arrived("budongchan", draws.n))
    options = {"encoding": "gbk", "line_end": "\r\n", "separator": "|"}
    delta = {"": Delta(("不动产单元号", "登记时间"))}
    return File("budongchan", f"不动产登记_{desk.date}.txt", "delimited", (content,), options, delta)


def tenancies(desk: Desk) -> File:
    """住建局 租赁备案: households from elsewhere who rent the home they live in, or whose employer does."""
    city = desk.city
    persons = desk.first.persons
    renters = (persons.relation == HEAD) & ~persons.local
    known = Draws(city.seed, "zhujian_zulin covers", len(renters)).chance("known", 0.60) & renters
    tenant = np.flatnonzero(known)
    draws = desk.draws("zhujian_zulin", len(tenant))
    tenant = tenant[draws.order("order")]
    house = persons.house[tenant]
    employer = np.where(city.tenure.firm_rents[house], persons.employer[tenant], -1)
    lets = _Holder(desk, draws, city.tenure.landlord[house], city.tenure.landlord_firm[house], "landlord")
    rents = _Holder(desk, draws, np.where(employer >= 0, -1, tenant), employer, "tenant")
    phones = PhoneErrors(missing=0.098, old=0.077)
    serial = draws.order("serial") * 3 + draws.below("gap", 3)
    columns: dict[str, Column] = {
        "备案编号": texts([f"ZL2026{n:06d}" for n in serial.tolist()]),
        "出租房地址*": desk.book.write(Manner.ROAD, house, draws, AddressErrors(no_unit=0.04, slip=0.017), desk.level),
        "出租人姓名*": lets.name(NameErrors(space=0.033, slip=0.0088, dot=0.7)),
        "出租人身份证号": lets.number(IdErrors(missing=0.087, lower_x=0.022, wrong=0.0072, swapped=0.001)),
        "出租人手机": lets.phone(phones),
        "承租人姓名*": rents.name(NameErrors(space=0.038, slip=0.0105, dot=0.7)),
        "承租人身份证号": rents.number(IdErrors(missing=0.054, lower_x=0.015, wrong=0.0026, swapped=0.002)),
        "承租人手机": rents.phone(phones),
        "月租金(元)": draws.between("rent", 5, 60) * 100,
        "租赁起始": day_texts(dates(draws, "from", "2024-08-20", str(desk.first.as_of))),
        "租赁截止": texts(["2027-12-31"] * len(tenant)),
    }
    mentions = [
        Mention("subject", "housing", house),
        *lets.mentions(),
        *rents.mentions(),
    ]
    shown = desk.arrived("zhujian_zulin", draws.n)
    content = sheet(columns, mentions, shown, name="出租房登记表", title="出租房信息登记表")
    delta = {"出租房登记表": Delta(("备案编号",))}
    return File("zhujian_zulin", f"租赁备案_{desk.date}.xlsx", "workbook", (content,), delta=delta)


def _whole(numbers: Ints) -> Texts:
    """Numbers as that system exports them: 3 → "3.0", none → empty."""
    return texts([f"{n}.0" if n else None for n in numbers.tolist()])


def standard_addresses(desk: Desk) -> File:
    """民政局 地名地址: nearly all homes, without mistakes; the road and number of every estate and its aliases."""
    houses, estates, grids = desk.city.houses, desk.city.estates, desk.city.grids
    every = Draws(desk.city.seed, "minzheng_dizhi covers", len(houses.estate))
    house = np.flatnonzero(every.chance("known", 0.969))
    grid, estate = houses.grid[house], houses.estate[house]
    serial = every.order("serial")[house]
    # a village has no number on the road; the door stands in its place
    number = np.where(houses.urban[house], estates.number[estate], houses.door[house])
    columns: dict[str, Column] = {
        "地址编码": texts([f"{c}{s:07d}" for c, s in zip(grids.community_code[grid], serial.tolist(), strict=True)]),
        "区县": texts([here().city] * len(house)),
        "街道": grids.street[grid],
        "社区": grids.community[grid],
        "网格编码": grids.grid_code[grid],
        "路名": estates.road[estate],
        "门牌号": number,
        "小区": estates.name[estate],
        "小区别名": estates.alias[estate],
        "幢": _whole(houses.building[house]),
        "单元": _whole(houses.unit[house]),
        "室": _whole(houses.room[house]),
    }
    content = sheet(columns, [Mention("subject", "housing", house)])
    options = {"encoding": "gb18030", "line_end": "\r\n"}
    return File("minzheng_dizhi", f"标准地址_{desk.date}.csv", "delimited", (content,), options)


def grid_tree(desk: Desk) -> File:
    """政法委 网格划分: the tree of streets, communities and grids, with the former codes beside the new."""
    tree = recoding(desk.city.grids, desk.day)
    grids, first = tree.grids, np.datetime64(desk.first.as_of, "D")
    columns: dict[str, Column] = {
        "市": texts([here().city] * len(grids.grid)),
        "街道编码": grids.street_code,
        "街道": grids.street,
        "社区编码": grids.community_code,
        "社区": grids.community,
        "网格编码": grids.grid_code,
        "网格": grids.grid,
        "原网格编码": tree.former,
        "变更日期": texts(
            [str(first + day) if code else "" for code, day in zip(tree.former, tree.day.tolist(), strict=True)]
        ),
    }
    content = sheet(columns, [])
    options = {"encoding": "utf-8-sig", "line_end": "\n"}
    return File("wangge_huafen", f"网格划分_{desk.date}.csv", "delimited", (content,), options)
