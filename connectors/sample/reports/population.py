"""What the people platforms report: household register, floating population, health archive, social relief, schools.

Belongs here: which people each knows, its columns, its rates. Does not: how a cell goes wrong (`noise`, `reports.person`).
"""

from __future__ import annotations

import numpy as np

from connectors.sample import vocabulary as words
from connectors.sample.addresses import AddressErrors, Manner
from connectors.sample.draws import Bools, Draws, chosen, texts
from connectors.sample.people import HEAD, PARENT, RELATIONS, SPOUSE
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
from connectors.sample.sheets import Column, Delta, Desk, File, Mention, Sheet, sheet
from connectors.sample.where import here

ROWS_A_WORKBOOK = 60_000


def hukou(desk: Desk) -> File:
    """公安局 户籍: everybody registered here, at the registered address."""
    persons, grids, houses = desk.first.persons, desk.city.grids, desk.city.houses
    who, draws = register(desk, "gongan_hukou", covers(desk, "gongan_hukou", 0.985) & persons.local, 0.0022)
    scribe = Scribe(desk, draws, who, hears=0.95)
    number = Draws(desk.city.seed, "household numbers", int(persons.household.max()) + 1).order("numbers")
    home = scribe.told("registered_house")
    columns: dict[str, Column] = {
        "公民身份号码": scribe.id_number(IdErrors(missing=0.0003, wrong=0.0002, swapped=0.0002)),
        "姓名": scribe.name(NameErrors(slip=0.002, lost=0.0015)),
        "曾用名": scribe.told("former_name"),
        "性别": scribe.sex("1", "2"),
        "民族": scribe.ethnicity_codes(),
        "出生日期": scribe.birth("%Y%m%d", BirthErrors(wrong=0.0005)),
        "户号": texts([f"{here().division}{n:06d}" for n in number[scribe.told("household")].tolist()]),
        "与户主关系": RELATIONS[scribe.told("relation")],
        "户籍地址": desk.book.write(
            Manner.FULL, home, draws, AddressErrors(missing=0.001, no_unit=0.0, slip=0.003), desk.level
        ),
        "派出所": grids.street[houses.grid[home]] + "派出所",
        "注销标志": chosen(scribe.told("dead"), "死亡"),
        "更新时间": day_texts(dates(draws, "updated", "2020-01-01", str(desk.first.as_of))),
    }
    shown = desk.arrived("gongan_hukou", draws.n) & scribe.born()
    content = sheet(columns, [Mention("subject", "person", who)], shown)
    return File(
        "gongan_hukou",
        f"户籍人口_{desk.date}.csv",
        "delimited",
        (content,),
        {"encoding": "gb18030", "line_end": "\r\n"},
    )


def floating(desk: Desk) -> list[File]:
    """公安局 流动人口: people registered elsewhere, in workbooks of up to 60,000 rows."""
    persons, grids, houses, firms = desk.first.persons, desk.city.grids, desk.city.houses, desk.city.firms
    who, draws = register(desk, "gongan_liudong", covers(desk, "gongan_liudong", 0.86) & ~persons.local, 0.03)
    scribe = Scribe(desk, draws, who)
    home = scribe.home(0.122)
    division = persons.id_number[who]
    employer = persons.employer[who]
    columns: dict[str, Column] = {
        "姓名*": scribe.name(NameErrors(space=0.030, slip=0.0105, dot=0.7)),
        "所属网格*": grids.grid[houses.grid[scribe.told("house")]],
        "性别*": scribe.sex("男", "女"),
        "出生日期": scribe.birth("%Y-%m-%d", BirthErrors(missing=0.05, january=0.0018, wrong=0.0034)),
        "身份证号码*": scribe.id_number(
            IdErrors(missing=0.004, lower_x=0.07, wrong=0.0038, swapped=0.0007, rounded=0.0024, scientific=0.0018)
        ),
        "流入原因*": draws.pick("reason", ["务工", "经商", "就学", "投靠亲友", "其他"]),
        "流入时间*": day_texts(dates(draws, "came", "2018-01-01", str(desk.first.as_of))),
        "省*": texts([d[:2] + "0000" for d in division]),
        "市*": texts([d[:4] + "00" for d in division]),
        "区县*": texts([d[:6] for d in division]),
        "民族*": persons.ethnicity[who],
        "文化程度*": texts(words.EDUCATION)[persons.education[who]],
        "婚姻状况*": draws.pick("marital", ["未婚", "已婚", "离异", "丧偶"]),
        "暂住处所*": desk.book.write(Manner.ROAD, home, draws, AddressErrors(missing=0.0094, slip=0.0145), desk.level),
        "工作单位或就读学校": chosen(employer >= 0, firms.name[employer]),
        "联系手机": scribe.phone(PhoneErrors(missing=0.112, old=0.074)),
        "登记日期": day_texts(dates(draws, "registered", "2024-12-01", str(desk.first.as_of))),
        "备注": np.full(len(who), None, dtype=object),
    }
    whole = sheet(
        columns,
        [Mention("subject", "person", who)],
        scribe.born(),
        name="流动人口登记表",
        title="流动人口信息登记表",
        groups=((7, 9, "户籍地"),),
    )
    return [
        File("gongan_liudong", f"流动人口登记表_{desk.date}_{i + 1:02d}.xlsx", "workbook", (piece,))
        for i, piece in enumerate(whole.pieces(ROWS_A_WORKBOOK))
    ]


def health(desk: Desk) -> File:
    """卫健委 健康档案: four fifths of everybody, with stale addresses and phones."""
    grids, houses = desk.city.grids, desk.city.houses
    who, draws = register(desk, "weijian_jiankang", covers(desk, "weijian_jiankang", 0.824), 0.0166)
    scribe = Scribe(desk, draws, who)
    serial = draws.order("serial") * 7 + draws.below("gap", 7)
    street = grids.street[houses.grid[desk.first.persons.house[who]]]
    columns: dict[str, Column] = {
        "archiveNo": texts([f"JD{n:09d}" for n in serial.tolist()]),
        "name": scribe.name(NameErrors(slip=0.0128, space=0.0088, dot=0.8)),
        "idCard": scribe.id_number(
            IdErrors(missing=0.061, lower_x=0.07, wrong=0.006, swapped=0.0022, space=0.01, masked=0.0095)
        ),
        "sex": scribe.sex("男", "女"),
        "birthday": scribe.birth("%Y-%m-%d", BirthErrors(missing=0.011, january=0.002, wrong=0.003)),
        "phone": scribe.phone(PhoneErrors(missing=0.061, old=0.15)),
        "address": desk.book.write(
            Manner.ESTATE, scribe.home(0.175), draws, AddressErrors(missing=0.049, slip=0.022), desk.level
        ),
        "orgName": here().city + street + "社区卫生服务中心",
        "updatedAt": day_texts(dates(draws, "updated", "2022-10-01", str(desk.first.as_of)), "T08:00:00+08:00"),
    }
    shown = desk.arrived("weijian_jiankang", draws.n) & scribe.born()
    content = sheet(columns, [Mention("subject", "person", who)], shown)
    delta = {"": Delta(("archiveNo",), "updatedAt", "T08:00:00+08:00")}
    return File("weijian_jiankang", f"health_archive_{desk.date}.ndjson", "ndjson", (content,), delta=delta)


_RELIEF_ID = IdErrors(
    missing=0.012, lower_x=0.08, wrong=0.0075, swapped=0.0032, fifteen=0.066, rounded=0.0125, scientific=0.0055
)
_RELIEF_NAME = NameErrors(space=0.046, slip=0.0108, dot=0.7)
_RELIEF_PHONE = PhoneErrors(missing=0.29, old=0.085)
_RELIEF_HOME = AddressErrors(missing=0.0175, slip=0.022)


def _relief_sheet(desk: Desk, name: str, covered: Bools, extra: str) -> Sheet:
    """One sheet of the relief workbook; 序号 counts the rows that are shown."""
    scope = f"minzheng_jiuzhu {name}"
    who, draws = register(desk, scope, covered, 0.014)
    scribe = Scribe(desk, draws, who)
    shown = desk.arrived(scope, draws.n) & scribe.born()
    columns: dict[str, Column] = {
        "序号": np.cumsum(shown),
        "姓名": scribe.name(_RELIEF_NAME),
        "性别": scribe.sex("男", "女"),
        "身份证号": scribe.id_number(_RELIEF_ID),
        "家庭住址": desk.book.write(Manner.ROAD, scribe.home(0.09), draws, _RELIEF_HOME, desk.level),
        "联系电话": scribe.phone(_RELIEF_PHONE),
    }
    if extra == "money":
        columns["月保障金额(元)"] = draws.between("amount", 300, 1180)
        columns["开户行账号"] = texts([f"6228{n:012d}" for n in draws.below("account", 10**12).tolist()])
        columns["保障起始年月"] = texts(
            np.datetime_as_string(dates(draws, "since", "2019-01-01", str(desk.first.as_of)), unit="M").tolist()
        )
    if extra == "age":
        columns["出生年月"] = scribe.birth("%Y.%m", BirthErrors(wrong=0.009))
        columns["年龄"] = (
            desk.first.as_of.year - desk.city.persons.birth[who].astype("datetime64[Y]").astype(int) - 1970
        )
    title = f"{here().city}{name}花名册"
    return sheet(columns, [Mention("subject", "person", who)], shown, name=name, title=title)


def relief(desk: Desk) -> File:
    """民政局 社会救助: four sheets with columns of their own."""
    persons = desk.first.persons
    sheets = (
        _relief_sheet(desk, "低保对象", covers(desk, "minzheng_jiuzhu low", 0.012), "money"),
        _relief_sheet(desk, "特困人员", covers(desk, "minzheng_jiuzhu destitute", 0.0033), ""),
        _relief_sheet(desk, "残疾人两项补贴", covers(desk, "minzheng_jiuzhu disabled", 0.020), ""),
        _relief_sheet(desk, "高龄津贴", covers(desk, "minzheng_jiuzhu old", 0.86) & (persons.age > 80.8), "age"),
    )
    return File("minzheng_jiuzhu", f"社会救助对象_{desk.date}.xlsx", "workbook", sheets)


def schools(desk: Desk) -> File:
    """教育局 学籍: pupils from six to eighteen with a guardian, who is the head of the household."""
    persons, grids, houses = desk.first.persons, desk.city.grids, desk.city.houses
    pupils = (persons.age > 6.2) & (persons.age < 18.2) & covers(desk, "jiaoyu_xueji", 0.92)
    who, draws = register(desk, "jiaoyu_xueji", pupils & (persons.relation > SPOUSE) & (persons.relation < PARENT), 0.0)
    heads = np.flatnonzero(persons.relation == HEAD)
    guardian = heads[persons.household[who]]
    pupil, adult = Scribe(desk, draws, who), Scribe(desk, draws, guardian, "guardian")
    number = pupil.id_number(IdErrors(missing=0.015, wrong=0.003, swapped=0.001))
    spouse = np.minimum(guardian + 1, len(persons.name) - 1)
    other = draws.chance("other parent's phone", 0.25) & (persons.household[spouse] == persons.household[who])
    phone = chosen(other, persons.phone[spouse], adult.told("phone"))
    columns: dict[str, Column] = {
        "学籍号": texts([f"G{n}" if n else f"L{i}" for n, i in zip(number, draws.order("temporary"), strict=True)]),
        "姓名": pupil.name(NameErrors(slip=0.003)),
        "性别": pupil.sex("男", "女"),
        "出生日期": pupil.birth("/", BirthErrors(missing=0.007, january=0.002, wrong=0.002)),
        "身份证件号": number,
        "学校名称": here().city + texts([f"{s[:2]}实验小学" for s in grids.street[houses.grid[persons.house[who]]]]),
        "家庭住址": desk.book.write(
            Manner.ESTATE, pupil.home(0.08), draws, AddressErrors(missing=0.033, slip=0.013), desk.level
        ),
        "监护人姓名": adult.name(NameErrors(slip=0.013)),
        "监护人电话": adult.altered_phone(phone, PhoneErrors(missing=0.0425, old=0.02)),
    }
    mentions = [Mention("subject", "person", who), Mention("guardian", "person", guardian)]
    content = sheet(columns, mentions, desk.arrived("jiaoyu_xueji", draws.n))
    return File(
        "jiaoyu_xueji",
        f"学籍信息_{desk.date}.csv",
        "delimited",
        (content,),
        {"encoding": "utf-8-sig", "line_end": "\n"},
    )
