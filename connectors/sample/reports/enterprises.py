"""What the platforms about enterprises report: business register, tax, social insurance, fire safety.

Belongs here: which firms (and, in social insurance, which employees) each knows, its columns, its rates.
"""

from __future__ import annotations

from dataclasses import replace
from datetime import timedelta

import numpy as np

from connectors.sample import noise
from connectors.sample.addresses import AddressErrors, Manner
from connectors.sample.draws import Draws, Ints, chosen, texts
from connectors.sample.firms import COMPANY, SHOP, SOCIAL
from connectors.sample.reports.enterprise import (
    FirmNameErrors,
    believed_running,
    firm_names,
    firms_of,
    founded,
    in_business,
)
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
from connectors.sample.sheets import Column, Delta, Desk, File, Mention, Sheet, by_street, sheet
from connectors.sample.where import here

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
        "REGNO": chosen(~bare, firms.registration_number[firm]),
        "ENTNAME": firms.name[firm],
        "OLDNAME": firms.former_name[firm],
        "ENTTYPE": _TYPES[firms.kind[firm]],
        "LEREP": scribe.told("name"),
        "CERNO": scribe.id_number(IdErrors(missing=0.0125, lower_x=0.025, wrong=0.0017, swapped=0.0017)),
        "DOM": desk.book.write(
            Manner.FULL, firms.house[firm], draws, AddressErrors(missing=0.0017, slip=0.0034), desk.level, name="seat"
        ),
        "REGCAP": firms.capital[firm],
        "ESTDATE": day_texts(firms.established[firm]),
        "REGSTATE": firms.status[firm],
        "OPSCOPE": "一般项目：" + firms.core[firm] + "相关产品销售",
        "TEL": firms.phone[firm],
    }
    mentions = [Mention("subject", "enterprise", firm), Mention("legal_rep", "person", firms.rep[firm])]
    shown = desk.arrived("shichang_dengji", draws.n) & founded(desk, firm)
    content = sheet(columns, mentions, shown)
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
        [firms.credit_code[firm], here().division + firms.organisation_code[firm]],
        firms.registration_number[firm],
    )
    columns: dict[str, Column] = {
        "NSRSBH": noise.blank(number, draws, "no number", 0.0072 * desk.level),
        "NSRMC": firm_names(desk, firm, draws, FirmNameErrors(former=0.42, prefix=0.024, form=0.016)),
        "FDDBRXM": scribe.name(NameErrors(slip=0.004, lost=0.001, former=0.03)),
        "FDDBRSFZJHM": scribe.id_number(IdErrors(missing=0.027, lower_x=0.028, wrong=0.002, swapped=0.002)),
        "ZCDZ": desk.book.write(
            Manner.FULL, seat, draws, AddressErrors(missing=0.0098, slip=0.009), desk.level, name="seat"
        ),
        "SCJYDZ": desk.book.write(
            Manner.ROAD, seat, draws, AddressErrors(missing=0.094, slip=0.011), desk.level, name="works"
        ),
        "FDDBRYDDH": scribe.phone(PhoneErrors(missing=0.097, old=0.085)),
        "NSRZT": chosen(believed_running(desk, "shuiwu_nashuiren")[firm], "正常", "注销"),
        "GXSJ": day_texts(dates(draws, "updated", "2024-05-15", str(desk.first.as_of))),
    }
    mentions = [Mention("subject", "enterprise", firm), Mention("legal_rep", "person", firms.rep[firm])]
    shown = desk.arrived("shuiwu_nashuiren", draws.n) & founded(desk, firm)
    content = sheet(columns, mentions, shown)
    options = {"encoding": "gbk", "line_end": "\r\n", "separator": "\t"}
    return File("shuiwu_nashuiren", f"纳税人信息_{desk.date}.txt", "delimited", (content,), options)


_INSURANCE = {
    "AC01": Delta(("AAC001",), "AAE036", " 10:00:00"),
    "AB01": Delta(("AAB001",), "AAE036", " 00:00:00"),
}


def insurance(desk: Desk) -> File:
    """人社局 社保: tables of insured persons and of employers, in a database."""
    tables = (_insured(desk), _employers(desk))
    keys = {name: delta.key[0] for name, delta in _INSURANCE.items()}
    options = {"integers": ("AAC001", "AAB001"), "keys": keys}
    return File("renshe_shebao", f"renshe_shebao_{desk.date}.sqlite", "sqlite", tables, options, _INSURANCE)


def _employer_numbers(desk: Desk) -> Ints:
    """The number social insurance gives each firm."""
    return 1 + Draws(desk.city.seed, "employer numbers", len(desk.first.firms.name)).order("numbers")


def _insured(desk: Desk) -> Sheet:
    """Table AC01: nearly all who have an employer, a quarter of the other adults."""
    persons = desk.first.persons
    chance = np.where(persons.employer >= 0, 0.985, np.where(persons.age > 19, 0.265, 0.0))
    known = covers(desk, "renshe_shebao", chance) & (~persons.dead | covers(desk, "renshe_shebao dead", 0.33))
    who, draws = register(desk, "renshe_shebao AC01", known, 0.0036)
    scribe = Scribe(desk, draws, who)
    employer = persons.employer[who]
    columns: dict[str, Column] = {
        "AAC001": np.arange(1, len(who) + 1),
        "AAC002": scribe.id_number(IdErrors(missing=0.0011, wrong=0.0009, swapped=0.0018, fifteen=0.0053)),
        "AAC003": scribe.name(NameErrors(slip=0.0033, traditional=0.002, former=0.04)),
        "AAC004": scribe.sex("1", "2"),
        "AAC005": scribe.ethnicity_codes(),
        "AAC006": scribe.birth("%Y%m%d", BirthErrors(missing=0.0008, january=0.0019, wrong=0.0022)),
        "AAE005": scribe.phone(PhoneErrors(missing=0.20, old=0.268)),
        "AAE006": desk.book.write(
            Manner.FULL, scribe.home(0.29), draws, AddressErrors(missing=0.08, slip=0.0095), desk.level
        ),
        "AAB001": chosen(employer >= 0, _employer_numbers(desk)[employer].astype(object)),
        "AAE036": day_texts(dates(draws, "handled", "2021-05-10", str(desk.first.as_of)), " 10:00:00"),
    }
    shown = desk.arrived("renshe_shebao AC01", draws.n)
    return sheet(columns, [Mention("subject", "person", who)], shown, name="AC01")


def _employers(desk: Desk) -> Sheet:
    """Table AB01: five sixths of the firms it takes for running on the first day."""
    firms = desk.city.firms
    number = _employer_numbers(desk)
    running = believed_running(desk, "renshe_shebao")
    firm = firms_of(desk, "renshe_shebao", 0.83, running | (desk.first.firms.status == "存续"))
    firm = firm[np.argsort(number[firm])]
    draws = desk.draws("renshe_shebao AB01", len(firm))
    code = chosen(draws.chance("organisation code", 0.145), firms.organisation_code[firm], firms.credit_code[firm])
    columns: dict[str, Column] = {
        "AAB001": number[firm],
        "AAB003": noise.blank(code, draws, "no code", 0.045 * desk.level),
        "AAB004": firm_names(desk, firm, draws, FirmNameErrors(former=0.9, prefix=0.043, form=0.018)),
        "AAB013": desk.first.persons.name[firms.rep[firm]],
        "AAE005": firms.phone[firm],
        "AAE006": desk.book.write(
            Manner.FULL, firms.house[firm], draws, AddressErrors(missing=0.05, slip=0.0058), desk.level, name="seat"
        ),
        "AAB051": chosen(running[firm], "正常", "注销"),
        "AAE036": texts([f"{desk.first.as_of - timedelta(days=32)} 00:00:00"] * len(firm)),
    }
    shown = desk.arrived("renshe_shebao AB01", draws.n) & founded(desk, firm)
    return sheet(columns, [Mention("subject", "enterprise", firm)], shown, name="AB01")


def fire_safety(desk: Desk) -> list[File]:
    """消防大队 九小场所: shops and small works, one workbook a street, mostly by the sign over the door."""
    city = desk.city
    firms, grids = city.firms, city.grids
    small = (desk.first.firms.status == "存续") & ((firms.kind == SHOP) | (firms.kind == COMPANY))
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
        "统一社会信用代码": chosen(draws.chance("code", 0.34), firms.credit_code[firm]),
        "地址": desk.book.write(
            Manner.ESTATE, firms.house[firm], draws, AddressErrors(missing=0.0123, slip=0.026), desk.level, name="seat"
        ),
        "负责人": scribe.name(NameErrors(space=0.062, slip=0.011)),
        "联系电话": scribe.phone(PhoneErrors(missing=0.096, old=0.085)),
        "从业人数": firms.staff[firm],
        "隐患情况": draws.pick("danger", ["电气线路老化", "无", "灭火器过期", "疏散通道堵塞", ""]),
    }
    mentions = [Mention("subject", "enterprise", firm), Mention("manager", "person", firms.rep[firm])]
    whole = sheet(columns, mentions, in_business(desk, firm), name="九小场所")
    return [
        File(
            "xiaofang_changsuo",
            f"九小场所排查_{street}_{desk.date}.xlsx",
            "workbook",
            (replace(part, title=f"{street}九小场所消防安全排查表"),),
        )
        for street, part in by_street(desk, grid, whole).items()
    ]
