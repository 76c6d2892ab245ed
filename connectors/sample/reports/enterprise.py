"""How an enterprise's name and codes are written, and how often each goes wrong.

Belongs here: what every platform that writes down enterprises has in common. Does not: which firms and columns it has.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from connectors.sample import noise
from connectors.sample.bodies import public_bodies
from connectors.sample.draws import Bools, Draws, Ints, Texts, chosen, known
from connectors.sample.firms import COMPANY, SHOP, Firms
from connectors.sample.sheets import Desk
from connectors.sample.where import here

UNHEARD = 0.1
"""Share of closures at the registry that another office never hears of."""


@dataclass(frozen=True)
class FirmNameErrors:
    """Shares of names that are not the registered one. `sign`: what stands over the door; the others slips of form."""

    sign: float = 0.0
    former: float = 0.0
    """Counts among renamed firms."""
    prefix: float = 0.028
    form: float = 0.012
    brackets: float = 0.06
    """Counts among names with brackets."""
    slip: float = 0.004


def _drop_prefix(value: str, u: float) -> str:
    if value.startswith(here().city):
        return (here().short if u < 0.8 else "") + value.removeprefix(here().city)
    for prefix in (here().province.removesuffix("省"), here().parent_city.removesuffix("市"), here().short):
        if value.startswith(prefix):
            return value.removeprefix(prefix)
    return value


def _other_form(value: str, u: float) -> str:
    if "有限责任公司" in value:
        return value.replace("有限责任公司", "有限公司")
    return value.replace("有限公司", "有限责任公司" if u < 0.9 else "公司")


def _full_width_brackets(value: str, u: float) -> str:
    return value.replace("(", "（").replace(")", "）")


def _sign(firms: Firms, firm: int, u: float) -> str:
    """What stands over the door: without the legal form, mostly without the region."""
    way, _ = noise.part(u, 3)
    prefix, rest = firms.prefix[firm], firms.core[firm] + firms.trade[firm]
    if firms.kind[firm] == SHOP:
        return ["", here().short, ""][way] + prefix.removeprefix(here().city) + rest
    if firms.kind[firm] == COMPANY:
        short = here().short if prefix == here().city else prefix
        return ["", short, ""][way] + rest + ("" if "合伙" not in firms.form[firm] else firms.form[firm])
    return _drop_prefix(str(firms.name[firm]), 0.5)


def firm_names(desk: Desk, firm: Ints, draws: Draws, errors: FirmNameErrors, role: str = "firm") -> Texts:
    """Names of these firms as the platform writes them; `role` tells several firms of one record apart."""
    firms, level = desk.city.firms, desk.level
    former = firms.former_name[firm]
    old = draws.befalls(f"{role} former", errors.former * level) & known(former)
    column = chosen(old, former, firms.name[firm])
    u = draws.mishap(f"{role} sign", errors.sign * level)
    for i in np.flatnonzero((u >= 0) & ~old):
        column[i] = _sign(firms, int(firm[i]), u[i])
    for label, share, mishap in (
        ("prefix", errors.prefix, _drop_prefix),
        ("form", errors.form, _other_form),
        ("brackets", errors.brackets, _full_width_brackets),
        ("slip", errors.slip, lambda value, v: noise.character_slip(value, v, 3)),
    ):
        column = noise.spoil(column, draws, f"{role} {label}", share * level, mishap)
    return column


def party_names(desk: Desk, party: Ints, draws: Draws, errors: FirmNameErrors, role: str) -> Texts:
    """Names of firms, and of the public bodies numbered behind them."""
    firms, body = len(desk.city.firms.name), np.maximum(party - len(desk.city.firms.name), 0)
    name = firm_names(desk, np.where(party < firms, party, 0), draws, errors, role)
    return chosen(party >= firms, public_bodies(desk.city.grids).written(body, draws, role), name)


def party_codes(desk: Desk, party: Ints) -> Texts:
    """Credit codes of firms, and of the public bodies numbered behind them."""
    return np.concatenate([desk.city.firms.credit_code, public_bodies(desk.city.grids).credit_code])[party]


def firms_of(desk: Desk, platform: str, share: float, among: Bools | None = None) -> Ints:
    """The firms a platform knows, in random order."""
    draws = Draws(desk.city.seed, f"{platform} covers", len(desk.first.firms.name))
    has = draws.chance("known", share)
    if among is not None:
        has &= among
    order = draws.order("order")
    return order[has[order]]


def believed_running(desk: Desk, platform: str) -> Bools:
    """Which firms an office takes for running: those that are, and some whose end at the registry it never heard of."""
    draws = Draws(desk.city.seed, f"{platform} closures", len(desk.first.firms.name))
    return (desk.city.firms.status == "存续") | draws.befalls("unheard", UNHEARD * desk.level)


def in_business(desk: Desk, firm: Ints) -> Bools:
    """Which of these firms are founded and not closed by now."""
    return founded(desk, firm) & (desk.city.firms.status[firm] == "存续")


def founded(desk: Desk, firm: Ints) -> Bools:
    """Which of these firms are founded by now."""
    return desk.city.firms.established[firm] <= desk.today
