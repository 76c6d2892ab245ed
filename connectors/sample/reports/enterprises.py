"""What the platforms about enterprises report: business register, tax, social insurance, fire safety.

Belongs here: which firms (and, in social insurance, which employees) each knows, its columns, its rates.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from connectors.sample.addresses import AddressErrors, Manner
from connectors.sample.draws import Draws, texts
from connectors.sample.firms import COMPANY, SHOP, SOCIAL
from connectors.sample.reports.enterprise import FirmNameErrors, firm_names, firms_of
from connectors.sample.reports.person import (
    BirthErrors,
    IdErrors,
    NameErrors,
    PhoneErrors,
    Scribe,
    covers,
    dates,
    day_texts,
    register,
)
from connectors.sample import noise
from connectors.sample import vocabulary as words
from connectors.sample.sheets import Column, Desk, File, Mention, by_street, sheet

_TYPES = texts(["1100", "9999", "2100", "9100", "5200"])


def business_register(desk: Desk) -> File:
    """市场监管局 市场主体登记: nearly every firm, the reference for names."""
    firms = desk.city.firms
    firm = firms_of(desk, "shichang_dengji", 0.992)
    draws = desk.draws("shichang_dengji", len(firm))
    scribe = Scribe(desk, draws, firms.rep[firm], "rep")
    bare = draws.chance("no registration number", 0.41) | (firms.kind[firm] == SOCIAL)
    columns: dict[str, Column] = {
        "UNISCID": noise.blank(firms.credit_code[firm], draws, "no credit code", 0.012 * desk.level),
        "REGNO": np.where(bare, None, firms.registration_number[firm]),
        "ENTNAME": firms.name[firm],
        "OLDNAME": firms.former_name[firm],
        "ENTTYPE": _TYPES[firms.kind[firm]],
        "LEREP": desk.city.persons.name[firms.rep[firm]],
        "CERNO": scribe.id_number(IdErrors(missing=0.0125, lower_x=0.025, wrong=0.0017, swapped=0.0017)),
        "DOM": desk.book.write(
            Manner.FULL, firms.house[firm], draws, "seat", AddressErrors(missing=0.0017, slip=0.0034), desk.level
        ),
        "REGCAP": firms.capital[firm],
        "ESTDATE": day_texts(firms.established[firm]),
        "REGSTATE": firms.status[firm],
        "OPSCOPE": "一般项目：" + firms.core[firm] + "相关产品销售",
        "TEL": firms.phone[firm],
    }
    mentions = [Mention("subject", "enterprise", firm), Mention("legal_rep", "person", firms.rep[firm])]
    content = sheet(desk, "shichang_dengji", columns, mentions)
    return File(
        "shichang_dengji",
        f"市场主体登记_{desk.date}.csv",
        "delimited",
        (content,),
        {"encoding": "utf-8", "line_end": "\n"},
    )


def tax(desk: Desk) -> File:
    """税务局 纳税人: five sixths of the firms, under one of three kinds of number."""
    firms = desk.city.firms
    once = firms_of(desk, "shuiwu_nashuiren", 0.85)
    again = once[Draws(desk.city.seed, "shuiwu_nashuiren twice", len(once)).chance("twice", 0.01 * desk.level)]
    firm = np.concatenate([once, again])
    draws = desk.draws("shuiwu_nashuiren", len(firm))
    firm = firm[draws.order("order")]
    scribe = Scribe(desk, draws, firms.rep[firm], "rep")
    seat = firms.house[firm]
    way = draws.weighted("number", [0.945, 0.0275, 0.0275])
    number = np.select(
        [way == 0, way == 1],
        [firms.credit_code[firm], words.DIVISION + firms.organisation_code[firm]],
        firms.registration_number[firm],
    )
    columns: dict[str, Column] = {
        "NSRSBH": noise.blank(number, draws, "no number", 0.0072 * desk.level),
        "NSRMC": firm_names(desk, firm, draws, FirmNameErrors(former=0.42, prefix=0.022, form=0.014)),
        "FDDBRXM": scribe.name(NameErrors(slip=0.004, lost=0.001, former=0.03)),
        "FDDBRSFZJHM": scribe.id_number(IdErrors(missing=0.027, lower_x=0.028, wrong=0.002, swapped=0.002)),
        "ZCDZ": desk.book.write(
            Manner.FULL, seat, draws, "seat", AddressErrors(missing=0.0098, slip=0.009), desk.level
        ),
        "SCJYDZ": desk.book.write(
            Manner.ROAD, seat, draws, "works", AddressErrors(missing=0.094, slip=0.011), desk.level
        ),
        "FDDBRYDDH": scribe.phone(PhoneErrors(missing=0.097, old=0.075)),
        "NSRZT": np.where(firms.status[firm] == "存续", "正常", "注销"),
        "GXSJ": day_texts(dates(draws, "updated", "2024-05-15", str(desk.city.as_of))),
    }
    mentions = [Mention("subject", "enterprise", firm), Mention("legal_rep", "person", firms.rep[firm])]
    content = sheet(desk, "shuiwu_nashuiren", columns, mentions)
    options = {"encoding": "gbk", "line_end": "\r\n", "separator": "\t"}
    return File("shuiwu_nashuiren", f"纳税人信息_{desk.date}.txt", "delimited", (content,), options)


def insurance(desk: Desk) -> File:
    """人社局 社保: tables of insured persons and of employers, in a database."""
    city = desk.city
    persons, firms = city.persons, city.firms
    employer_number = 1 + Draws(city.seed, "employer numbers", len(firms.name)).order("numbers")
    chance = np.where(persons.employer >= 0, 0.985, np.where(persons.age > 19, 0.265, 0.0))
    known = Draws(city.seed, "renshe_shebao covers", len(persons.name)).chance("known", chance)
    known &= ~persons.dead | covers(desk, "renshe_shebao dead", 0.33)
    who, draws = register(desk, "renshe_shebao AC01", known, 0.0036)
    scribe = Scribe(desk, draws, who)
    employer = persons.employer[who]
    index = {name: i for i, name in enumerate(words.ETHNICITIES)}
    codes = texts([code for code, _ in words.ETHNICITIES.values()])
    insured: dict[str, Column] = {
        "AAC001": np.arange(1, len(who) + 1),
        "AAC002": scribe.id_number(IdErrors(missing=0.0011, wrong=0.0009, swapped=0.0018, fifteen=0.0053)),
        "AAC003": scribe.name(NameErrors(slip=0.0033, traditional=0.003, former=0.05)),
        "AAC004": scribe.sex("1", "2"),
        "AAC005": codes[[index[e] for e in persons.ethnicity[who]]],
        "AAC006": scribe.birth("%Y%m%d", BirthErrors(missing=0.0008, january=0.0019, wrong=0.0022)),
        "AAE005": scribe.phone(PhoneErrors(missing=0.20, old=0.25)),
        "AAE006": desk.book.write(
            Manner.FULL, scribe.home(0.29), draws, "home", AddressErrors(missing=0.08, slip=0.0095), desk.level
        ),
        "AAB001": np.where(employer >= 0, employer_number[employer], None),
        "AAE036": day_texts(dates(draws, "handled", "2021-05-10", str(city.as_of)), " 10:00:00"),
    }
    firm = firms_of(desk, "renshe_shebao", 0.83, firms.status == "存续")
    firm = firm[np.argsort(employer_number[firm])]
    lines = desk.draws("renshe_shebao AB01", len(firm))
    code = np.where(lines.chance("organisation code", 0.145), firms.organisation_code[firm], firms.credit_code[firm])
    employers: dict[str, Column] = {
        "AAB001": employer_number[firm],
        "AAB003": noise.blank(code, lines, "no code", 0.045 * desk.level),
        "AAB004": firm_names(desk, firm, lines, FirmNameErrors(former=0.55, prefix=0.035, form=0.016)),
        "AAB013": persons.name[firms.rep[firm]],
        "AAE005": firms.phone[firm],
        "AAE006": desk.book.write(
            Manner.FULL, firms.house[firm], lines, "seat", AddressErrors(missing=0.05, slip=0.0058), desk.level
        ),
        "AAB051": texts(["正常"] * len(firm)),
        "AAE036": texts(["2026-09-30 00:00:00"] * len(firm)),
    }
    tables = (
        sheet(desk, "renshe_shebao AC01", insured, [Mention("subject", "person", who)], name="AC01"),
        sheet(desk, "renshe_shebao AB01", employers, [Mention("subject", "enterprise", firm)], name="AB01"),
    )
    integers = ("AAC001", "AAB001")
    return File(
        "renshe_shebao",
        f"renshe_shebao_{desk.date}.sqlite",
        "sqlite",
        tables,
        {"integers": integers, "keys": {"AC01": "AAC001", "AB01": "AAB001"}},
    )


def fire_safety(desk: Desk) -> list[File]:
    """消防大队 九小场所: shops and small works, one workbook a street, mostly by the sign over the door."""
    city = desk.city
    firms, grids = city.firms, city.grids
    small = (firms.status == "存续") & ((firms.kind == SHOP) | (firms.kind == COMPANY))
    firm = firms_of(desk, "xiaofang_changsuo", 0.555, small)
    draws = desk.draws("xiaofang_changsuo", len(firm))
    scribe = Scribe(desk, draws, firms.rep[firm], "manager")
    grid = city.houses.grid[firms.house[firm]]
    columns: dict[str, Column] = {
        "序号": np.arange(1, len(firm) + 1),
        "所属网格": grids.grid[grid],
        "场所名称": firm_names(
            desk, firm, draws, FirmNameErrors(sign=0.60, former=0.08, prefix=0.05, form=0.01, slip=0.006)
        ),
        "统一社会信用代码": np.where(draws.chance("code", 0.34), firms.credit_code[firm], None),
        "地址": desk.book.write(
            Manner.ESTATE, firms.house[firm], draws, "seat", AddressErrors(missing=0.0123, slip=0.021), desk.level
        ),
        "负责人": scribe.name(NameErrors(space=0.062, slip=0.011)),
        "联系电话": scribe.phone(PhoneErrors(missing=0.096, old=0.073)),
        "从业人数": firms.staff[firm],
        "隐患情况": draws.pick("danger", ["电气线路老化", "无", "灭火器过期", "疏散通道堵塞", ""]),
    }
    mentions = [Mention("subject", "enterprise", firm), Mention("manager", "person", firms.rep[firm])]
    whole = sheet(desk, "xiaofang_changsuo", columns, mentions, name="九小场所", late=False)
    return [
        File(
            "xiaofang_changsuo",
            f"九小场所排查_{street}_{desk.date}.xlsx",
            "workbook",
            (replace(part, title=f"{street}九小场所消防安全排查表"),),
        )
        for street, part in by_street(desk, grid, whole).items()
    ]
