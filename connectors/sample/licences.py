"""The certificates and licences of the sample city: who holds which, under which number, from when until when.

Belongs here: the true certificate. A renewed one is another certificate under another number. Does not: the copies that offices
hold of it (`reports.certificates`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date
from typing import NamedTuple

import numpy as np
import numpy.typing as npt

from connectors.sample.draws import Bools, Draws, Ints, Texts, texts
from connectors.sample.firms import COMPANY, SHOP, Firms
from connectors.sample.people import Persons
from connectors.sample.where import here

RENEWED = 0.05
"""Share of the certificates with a number of their own of which the one before is on file as well."""
SECOND_TRADE = 0.12
"""Share of the trade certificates whose holder has another one, of another trade, under the same number."""
TRADES = ("焊接作业", "电工作业", "高处作业", "制冷作业")
TRADE_CERTIFICATE = "特种作业操作证"


class Kind(NamedTuple):
    """A type: pattern of its number, years it is good for (0: no end), its office and the other one that may hold a copy,
    other names for it, share of those who may hold one.

    Patterns: `{holder}` number of the holder, `{year}` of issue, `{serial}` random digits, six or as formatted; in offices
    `{city}`, `{prefecture}`, `{province}`.
    """

    pattern: str
    years: int
    offices: tuple[str, str]
    other_names: tuple[str, ...]
    share: float


OF_PERSONS: dict[str, Kind] = {
    "机动车驾驶证": Kind("{holder}", 10, ("{city}公安局交警大队", "{prefecture}车管所"), ("驾驶证",), 0.07),
    "居住证": Kind("JZ{year}{serial:06d}", 1, ("{city}公安局", "{city}公安局流动人口办"), ("浙江省居住证",), 0.10),
    "健康证明": Kind("JK{year}{serial:06d}", 1, ("{city}疾控中心", "{city}卫生健康局"), ("健康证",), 0.04),
    "结婚证": Kind("J{division}-{year}-{serial:06d}", 0, ("{city}民政局", "{city}婚姻登记处"), (), 0.03),
    "教师资格证书": Kind("{year}33{serial:09d}", 0, ("{city}教育局", "{province}教育厅"), ("教师资格证",), 0.016),
    "护士执业证书": Kind("{year}33{serial:06d}", 5, ("{city}卫生健康局", "{prefecture}卫健委"), ("护士证",), 0.01),
    "残疾人证": Kind("{holder}{grade}", 10, ("{city}残联", "{city}民政局"), (), 0.013),
    TRADE_CERTIFICATE: Kind("T{holder}", 6, ("{city}应急管理局", "{province}应急管理厅"), ("特种作业证",), 0.035),
}
OF_FIRMS: dict[str, Kind] = {
    "营业执照": Kind("{holder}", 0, ("{city}市场监督管理局", "{city}政务服务中心"), (), 0.22),
    "食品经营许可证": Kind("JY1{division}{serial:07d}", 5, ("{city}市场监督管理局", "{city}政务服务中心"), (), 0.16),
    "烟草专卖零售许可证": Kind("{division}{serial:06d}", 5, ("{city}烟草专卖局", "{city}烟草公司"), (), 0.10),
    "道路运输经营许可证": Kind(
        "浙交运管许可越字{division}{serial:06d}号", 4, ("{city}交通运输局", "{city}政务服务中心"), (), 0.08
    ),
    "公共场所卫生许可证": Kind(
        "云卫公证字〔{year}〕第{serial:06d}号", 4, ("{city}卫生健康局", "{city}政务服务中心"), ("卫生许可证",), 0.08
    ),
    "排污许可证": Kind("{holder}001V", 5, ("{city}生态环境分局", "{prefecture}生态环境局"), (), 0.05),
    "建筑业企业资质证书": Kind("D333{serial:06d}", 5, ("{city}住房和城乡建设局", "{province}住建厅"), (), 0.05),
}
"""Types after the catalogue of certificates (GB/T 36903 and its supplements)."""


@dataclass(frozen=True)
class Certificates:
    """One row per certificate: type, whether a firm holds it, holder (row of `Persons` or `Firms`), number, when it was issued
    and ends (NaT: no end), whether another has taken its place, its offices."""

    kind: Texts
    of_firm: Bools
    holder: Ints
    number: Texts
    issued: npt.NDArray[np.datetime64]
    ends: npt.NDArray[np.datetime64]
    replaced: Bools
    office: Texts
    other_office: Texts


class _Line(NamedTuple):
    kind: str
    of_firm: bool
    holder: int
    number: str
    issued: np.datetime64
    ends: np.datetime64
    replaced: bool
    office: str
    other_office: str


def _may_hold(name: str, persons: Persons, firms: Firms, as_of: date) -> Bools:
    """Who may hold a certificate of that type at all: grown-ups, firms that are founded, and of some types not all of them."""
    there = firms.established <= np.datetime64(as_of, "D")
    grown = (persons.age > 19) & ~persons.dead
    return {
        "居住证": grown & ~persons.local,
        "残疾人证": (persons.age > 3) & ~persons.dead,
        "食品经营许可证": there & (firms.kind == SHOP),
        "烟草专卖零售许可证": there & (firms.kind == SHOP),
        "公共场所卫生许可证": there & (firms.kind == SHOP),
        "建筑业企业资质证书": there & (firms.kind == COMPANY),
        "排污许可证": there & (firms.kind == COMPANY),
    }.get(name, there if name in OF_FIRMS else grown)


def _issued_of(name: str, kind: Kind, holders: Ints, numbers: Texts, draws: Draws, as_of: date) -> list[_Line]:
    """The certificates of one type, row by row; the former one of a renewed certificate behind it."""
    of_firm = name in OF_FIRMS
    good_for = 365 * (kind.years or 12)
    above = {"city": here().city, "prefecture": here().parent_city, "province": here().province}
    offices = [office.format(**above) for office in kind.offices]
    age = (draws.uniform("age") * (good_for + 60)).astype(np.int64)
    renewed = draws.chance("renewed", RENEWED) & ("{serial" in kind.pattern) & (kind.years > 0)
    second = draws.chance("second trade", SECOND_TRADE) & (name == TRADE_CERTIFICATE)
    serials = [draws.below(f"serial {nth}", 10**6).tolist() for nth in (0, 1)]
    trade, grade = draws.below("trade", len(TRADES)).tolist(), draws.between("grade", 11, 74).tolist()
    lines: list[_Line] = []
    for row, holder in enumerate(holders.tolist()):
        for nth in (0, 1) if renewed[row] or second[row] else (0,):
            back = nth * (good_for - 20) if renewed[row] else nth * 97
            day = np.datetime64(as_of, "D") - int(age[row] + back)
            called = f"{name}（{TRADES[(trade[row] + nth) % len(TRADES)]}）" if name == TRADE_CERTIFICATE else name
            number = kind.pattern.format(
                holder=numbers[holder],
                year=str(day)[:4],
                serial=serials[nth][row],
                division=here().division,
                grade=grade[row],
            )
            ends = day + good_for if kind.years else np.datetime64("NaT", "D")
            lines.append(_Line(called, of_firm, holder, number, day, ends, bool(renewed[row] and nth), *offices))
    return lines


def certify(persons: Persons, firms: Firms, seed: int, as_of: date) -> Certificates:
    """All certificates, of persons and then of firms, shuffled."""
    lines: list[_Line] = []
    for name, kind in (OF_PERSONS | OF_FIRMS).items():
        may = np.flatnonzero(_may_hold(name, persons, firms, as_of))
        has = Draws(seed, f"holders of {name}", len(may)).chance("holds", kind.share)
        holders = may[has] if has.any() else may[:1]
        numbers = firms.credit_code if name in OF_FIRMS else persons.id_number
        lines += _issued_of(name, kind, holders, numbers, Draws(seed, f"certificates {name}", len(holders)), as_of)
    shuffled = [lines[i] for i in Draws(seed, "certificates", len(lines)).order("order")]
    kinds, of_firm, holder, number, issued, ends, replaced, office, other = zip(*shuffled, strict=True)
    return Certificates(
        kind=texts(kinds),
        of_firm=np.array(of_firm),
        holder=np.array(holder),
        number=texts(number),
        issued=np.array(issued, dtype="datetime64[D]"),
        ends=np.array(ends, dtype="datetime64[D]"),
        replaced=np.array(replaced),
        office=texts(office),
        other_office=texts(other),
    )
