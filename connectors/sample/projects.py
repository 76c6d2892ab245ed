"""The investment projects of the sample city: what is built, by whom, where, under which code.

Belongs here: the true project. 一期 and 二期 of one plan are two. Does not: what each office calls it (`reports.projects`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from connectors.sample.bodies import public_bodies
from connectors.sample.draws import Draws, Ints, Texts, chosen, texts
from connectors.sample.firms import COMPANY, Firms
from connectors.sample.places import Grids, Houses
from connectors.sample.where import here

PRODUCTS: dict[str, tuple[tuple[str, ...], str]] = {
    "17": (("家纺面料", "高支纱线"), "万米"),
    "26": (("水性油墨", "胶粘剂"), "吨"),
    "29": (("薄膜制品", "密封件"), "吨"),
    "33": (("铝合金型材", "五金工具"), "吨"),
    "34": (("减速机", "数控机床"), "台"),
    "36": (("制动器", "车用线束"), "万套"),
    "38": (("逆变器", "充电桩"), "台"),
    "39": (("传感模块", "连接器"), "万件"),
}
"""Two-digit division of GB/T 4754 → what is made, and its measure."""
WORKS: dict[str, tuple[str, ...]] = {
    "47": ("保障房", "文体中心", "幼儿园园舍"),
    "48": ("道路提升", "桥梁改建"),
    "78": ("老旧小区整治", "口袋公园", "排水管网"),
}
"""The same of public works."""
ACTIONS = ("新建", "扩建", "技改")
STAGES = texts(["立项", "用地审批", "规划许可", "施工许可", "在建", "竣工验收"])
PUBLIC, PHASED, REGISTERED_ANEW = 0.25, 0.16, 0.08
"""Share of projects of public bodies, of plans in two phases, of projects registered anew."""


@dataclass(frozen=True)
class Projects:
    """One row per project: code and former code (None), builder (row of `Firms`, behind them the public bodies), subject,
    quantity (0: none) and measure, action, phase (0: the whole, 1, 2), home of its address, 10,000 yuan, stage (row of `STAGES`)."""

    code: Texts
    former_code: Texts
    builder: Ints
    subject: Texts
    quantity: Ints
    measure: Texts
    action: Texts
    phase: Ints
    house: Ints
    investment: Ints
    stage: Ints


def _codes(draws: Draws, year: Ints, industry: Texts, name: str) -> Texts:
    """Year 4, division 6, industry 2, kind 2 (01 approved, 02 verified, 03 filed), serial 6."""
    public = np.isin(industry.astype(str), list(WORKS))
    kind = np.where(public, "01", np.where(draws.chance("verified", 0.2), "02", "03"))
    serial = draws.below(f"{name} serial", 10**6)
    return texts(
        [
            f"{y}-{here().division}-{i}-{k}-{s:06d}"
            for y, i, k, s in zip(year.tolist(), industry, kind.tolist(), serial.tolist(), strict=True)
        ]
    )


def plan(firms: Firms, houses: Houses, grids: Grids, persons: int, seed: int, as_of: date) -> Projects:
    """One project per hundred persons, at least a dozen; the phases of one plan stand one after the other."""
    n = max(12, persons // 100)
    draws = Draws(seed, "projects", n)
    second = draws.chance("phased", PHASED) & (np.arange(n) % 2 == 1)
    second[3] = True
    plan_of = np.where(second, np.arange(n) - 1, np.arange(n))
    bodies = public_bodies(grids)
    companies = np.flatnonzero((firms.kind == COMPANY) & (firms.status == "存续"))
    public = draws.chance("public", PUBLIC)[plan_of]
    builder = np.where(
        public,
        len(firms.name) + draws.below("office", len(bodies.name)),
        companies[draws.below("firm", len(companies))],
    )[plan_of]
    goods = [(i, p, unit) for i, (products, unit) in PRODUCTS.items() for p in products]
    works = [(i, p, "") for i, products in WORKS.items() for p in products]
    pick, work = draws.below("product", len(goods))[plan_of], draws.below("work", len(works))[plan_of]
    lines = [works[w] if p else goods[k] for p, k, w in zip(public, pick, work, strict=True)]
    industry, subject, measure = (texts(column) for column in zip(*lines, strict=True))
    year = (as_of.year - draws.below("year", 5))[plan_of]
    anew = draws.chance("anew", REGISTERED_ANEW)
    phase = np.where(second, 2, np.where(np.append(second[1:], False), 1, 0))
    seat = firms.house[np.minimum(builder, len(firms.name) - 1)]
    street = grids.street_number[houses.grid]
    of_street = [np.flatnonzero(street == s) for s in range(bodies.streets)]
    u = draws.uniform("site")[plan_of]
    body = builder - len(firms.name)
    seat = np.where(public, (u * len(houses.grid)).astype(np.int64), seat)
    for row in np.flatnonzero(public & (body < bodies.streets)).tolist():
        there = of_street[int(body[row])]
        seat[row] = there[int(u[row] * len(there))] if len(there) else 0
    amounts = np.array([500, 2000, 3000, 5000, 12000, 20000])
    return Projects(
        code=_codes(draws, year, industry, "code"),
        former_code=chosen(anew, _codes(draws, np.maximum(year - 1, 2000), industry, "former")),
        builder=builder,
        subject=subject,
        quantity=np.where(public, 0, amounts[draws.below("quantity", len(amounts))[plan_of]]),
        measure=measure,
        action=texts(ACTIONS)[draws.below("action", len(ACTIONS))[plan_of]],
        phase=phase,
        house=seat,
        investment=np.exp(8.4 + 0.9 * draws.normal("investment")).astype(np.int64),
        stage=draws.below("stage", len(STAGES)),
    )
