"""What the certificate library holds: copies from one or two offices, numbers written in many ways.

Belongs here: the columns of 电子证照 and what goes wrong in them. Does not: who truly holds which (`licences`).
"""

from __future__ import annotations

import numpy as np

from connectors.sample import noise
from connectors.sample.draws import Bools, Draws, Ints, Texts, chosen, texts
from connectors.sample.licences import OF_FIRMS, OF_PERSONS
from connectors.sample.reports.enterprise import FirmNameErrors, firm_names
from connectors.sample.reports.person import IdErrors, NameErrors, Scribe, day_texts
from connectors.sample.sheets import Column, Delta, Desk, File, Mention, sheet
from connectors.sample.where import here

TWO_COPIES = 0.11
"""Share of certificates of which a second office holds a copy."""
_FULL_WIDTH = str.maketrans({chr(c): chr(c + 0xFEE0) for c in range(0x21, 0x7F)})


def _blanks(value: str, u: float) -> str:
    """Grouped by blanks, as printed."""
    at, u = noise.part(u, max(1, len(value) - 2))
    second = at + 1 + noise.part(u, max(1, len(value) - at - 1))[0]
    return f"{value[: at + 1]} {value[at + 1 : second]} {value[second:]}".strip()


def _other_marks(value: str, u: float) -> str:
    """Other brackets and hyphens, or none."""
    if "〔" in value:
        opening, closing = [("[", "]"), ("(", ")"), ("（", "）"), ("【", "】")][noise.part(u, 4)[0]]
        return value.replace("〔", opening).replace("〕", closing)
    return value.replace("-", ["—", "", "－", " "][noise.part(u, 4)[0]])


def _numbers(numbers: Texts, draws: Draws, level: float) -> Texts:
    """Numbers as each office writes them; some leave them out."""
    for label, rate, mishap in (
        ("swapped", 0.008, noise.neighbours_swapped),
        ("marks", 0.10, _other_marks),
        ("blanks", 0.05, _blanks),
        ("labelled", 0.02, lambda value, _: f"No.{value}"),
        ("small", 0.01, lambda value, _: value.lower()),
        ("full width", 0.012, lambda value, _: value.translate(_FULL_WIDTH)),
    ):
        numbers = noise.spoil(numbers, draws, f"number {label}", rate * level, mishap)
    return noise.blank(numbers, draws, "number missing", 0.03 * level)


def _types(kind: Texts, draws: Draws, level: float) -> Texts:
    """Types under one of their names, in the marks of a title, or as the copy that it is."""
    u = draws.mishap("other name", 0.06 * level)
    column = kind.copy()
    for row in np.flatnonzero(u >= 0).tolist():
        name, bracket, rest = kind[row].partition("（")
        others = (OF_PERSONS | OF_FIRMS)[name].other_names
        if others:
            column[row] = others[int(u[row] * len(others))] + bracket + rest
    column = noise.spoil(column, draws, "type in marks", 0.02 * level, lambda value, _: f"《{value}》")
    return noise.spoil(column, draws, "type of copy", 0.02 * level, lambda value, _: f"{value}（副本）")


def _holders(desk: Desk, draws: Draws, holder: Ints, of_firm: Bools) -> tuple[Texts, Texts]:
    """Names and numbers of the holders, persons and firms in one column each."""
    person = Scribe(desk, draws, np.where(of_firm, 0, holder))
    firm = np.where(of_firm, holder, 0)
    errors = NameErrors(slip=0.006, space=0.006, former=0.1)
    name = chosen(of_firm, firm_names(desk, firm, draws, FirmNameErrors(former=0.3, slip=0.003)), person.name(errors))
    ids = person.id_number(IdErrors(lower_x=0.02, wrong=0.003, swapped=0.002, fifteen=0.005))
    number = chosen(of_firm, desk.city.firms.credit_code[firm], ids)
    return name, noise.blank(number, draws, "holder number missing", 0.03 * desk.level)


def certificates(desk: Desk) -> File:
    """行政审批局 电子证照: every certificate, a tenth of them twice, from either office."""
    true = desk.city.certificates
    n = len(true.kind)
    again = np.flatnonzero(Draws(desk.city.seed, "certificates twice", n).chance("twice", TWO_COPIES))
    row, second = np.concatenate([np.arange(n), again]), np.arange(n + len(again)) >= n
    draws = desk.draws("dianzi_zhengzhao", len(row))
    order = draws.order("order")
    row, second = row[order], second[order]
    of_firm, holder = true.of_firm[row], true.holder[row]
    name, number = _holders(desk, draws, holder, of_firm)
    issued, ends = day_texts(true.issued[row]), true.ends[row]
    compact = draws.befalls("day in digits", 0.06 * desk.level)
    issued = np.where(compact, texts([day.replace("-", "") for day in issued]), issued)
    over = ~np.isnat(ends) & (ends < desk.today) & draws.chance("over on file", 0.7)
    state = chosen(true.replaced[row], "失效", chosen(over, "过期", "有效"))
    serial = draws.order("serial") * 3 + draws.below("gap", 3)
    entered = np.minimum(true.issued[row] + draws.between("entered after", 0, 60), np.datetime64(desk.first.as_of, "D"))
    columns: dict[str, Column] = {
        "zzbs": texts([f"1.2.156.{here().division}.{s:09d}" for s in serial.tolist()]),
        "zzlxmc": _types(true.kind[row], draws, desk.level),
        "zzbh": _numbers(true.number[row], draws, desk.level),
        "czztlx": chosen(of_firm, "法人", "自然人"),
        "czztmc": name,
        "czztdm": number,
        "fzjg": chosen(second, true.other_office[row], true.office[row]),
        "fzrq": issued,
        "yxqz": texts(["长期" if day == "NaT" else day for day in np.datetime_as_string(ends, unit="D").tolist()]),
        "zzzt": chosen(draws.chance("given up", 0.01), "注销", state),
        "gxsj": day_texts(entered),
    }
    mentions = [
        Mention("subject", "certificate", row),
        Mention("holder", "person", np.where(of_firm, -1, holder)),
        Mention("holder_enterprise", "enterprise", np.where(of_firm, holder, -1)),
    ]
    content = sheet(columns, mentions, desk.arrived("dianzi_zhengzhao", draws.n))
    delta = {"": Delta(("zzbs",), "gxsj")}
    return File("dianzi_zhengzhao", f"电子证照_{desk.date}.ndjson", "ndjson", (content,), delta=delta)
