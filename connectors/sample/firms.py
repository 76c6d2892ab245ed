"""The enterprises of the sample city: companies, shops, cooperatives, social organisations and branches.

Belongs here: what is registered of each firm. Does not: what a platform calls it.
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from connectors.sample import vocabulary as words
from connectors.sample.codes import credit_codes, organisation_codes, registration_numbers
from connectors.sample.draws import Draws, Floats, Ints, Texts, chosen, texts
from connectors.sample.people import Persons
from connectors.sample.places import Grids, Houses
from connectors.sample.where import here

FIRMS_A_PERSON = 0.091
COMPANY, SHOP, BRANCH, COOPERATIVE, SOCIAL = 0, 1, 2, 3, 4
KINDS = texts(["company", "shop", "branch", "coop", "social"])
_SHARES = [0.427, 0.504, 0.0363, 0.0187, 0.0140]
_DEPARTMENTS = texts(["91", "92", "91", "93", "52"])
_ORGANISATION_ALPHABET = "0123456789ABCDEFGHJKLMNPQRTUWXY"


@dataclass(frozen=True)
class Firms:
    """One row per enterprise; `rep` is a row of `Persons`, `house` of `Houses`, `parent` of `Firms` (-1: no branch)."""

    kind: Ints
    name: Texts
    prefix: Texts
    core: Texts
    trade: Texts
    form: Texts
    former_name: Texts
    credit_code: Texts
    organisation_code: Texts
    registration_number: Texts
    rep: Ints
    house: Ints
    parent: Ints
    established: npt.NDArray[np.datetime64]
    capital: Ints
    phone: Texts
    status: Texts
    staff: Ints


def street_short(street: str) -> str:
    """A street as firm names carry it: 清溪街道 → 清溪."""
    return street.removesuffix("街道").removesuffix("镇")


def _cores(draws: Draws, kind: Ints, rep_names: Texts) -> Texts:
    """The part of a name that is the firm's own: two or three lucky characters; shops often go by a person."""
    a, b, c = (draws.pick(f"core {i}", list(words.BRAND_CHARS)) for i in range(3))
    long = draws.chance("long core", 0.37)
    brand = np.where(long, a + b + c, a + b)
    initial = texts([name[0] for name in rep_names])
    last = texts([name[-1] for name in rep_names])
    anyone = draws.pick("anyone's surname", [s for s in words.SURNAMES if len(s) == 1][:60])
    surname = np.where(draws.chance("owner's surname", 0.5), initial, anyone)
    style = draws.weighted("shop style", [0.115, 0.115, 0.1, 0.12, 0.55])
    plain = texts([name if "·" not in name else name[:2] for name in rep_names])
    personal = np.select(
        [style == 0, style == 1, style == 2, style == 3], ["老" + surname, "阿" + last, surname + "记", plain], brand
    )
    return np.where(kind == SHOP, personal, brand)


def _name_parts(draws: Draws, kind: Ints, streets: Texts) -> tuple[Texts, Texts, Texts]:
    """Prefix, trade and legal form of each name; the whole is prefix + core + trade + form."""
    city, short = here().city, here().short
    of_company = texts([city, short, here().province.removesuffix("省"), here().parent_city.removesuffix("市")])[
        draws.weighted("prefix", [0.65, 0.19, 0.117, 0.043])
    ]
    of_shop = city + texts([street_short(s) for s in streets])
    prefix = np.select([kind == SHOP, kind == COMPANY], [of_shop, of_company], texts([city] * draws.n))
    trade = np.select(
        [kind == SHOP, kind == COOPERATIVE, kind == SOCIAL],
        [
            draws.pick("shop trade", words.SHOP_TRADES),
            texts(["农产品"] * draws.n),
            draws.pick("social", words.SOCIAL_KINDS),
        ],
        draws.pick("trade", words.TRADES),
    )
    form = texts(list(words.LEGAL_FORMS))[draws.weighted("form", list(words.LEGAL_FORMS.values()))]
    none = texts([""] * draws.n)
    return prefix, trade, np.select([kind == COMPANY, kind == COOPERATIVE], [form, none + "专业合作社"], none)


def _make_unique(prefix: Texts, core: Texts, trade: Texts, form: Texts, draws: Draws) -> Texts:
    """Cores lengthened until no two names are equal: the registry allows none."""
    extra = draws.stream("extra")
    core = core.copy()
    while True:
        name = prefix + core + trade + form
        _, first = np.unique(name.astype(str), return_index=True)
        again = np.setdiff1d(np.arange(len(name)), first)
        if not len(again):
            return core
        core[again] = (
            core[again] + texts(list(words.BRAND_CHARS))[extra.integers(0, len(words.BRAND_CHARS), len(again))]
        )


def _phones(draws: Draws, rep_phones: Texts) -> Texts:
    land = texts([f"{here().area_code}-86{n:06d}" for n in draws.below("land line", 10**6).tolist()])
    way = draws.weighted("phone", [0.4, 0.6])
    return chosen(way == 0, land, rep_phones)


def _former_names(draws: Draws, kind: Ints, parts: tuple[Texts, ...]) -> Texts:
    """What 2.6 % were called before: another trade, another core, or one trade more."""
    prefix, core, trade, form = parts
    way = draws.weighted("former way", [0.35, 0.35, 0.3])
    other_trade = np.where(
        kind == SHOP, draws.pick("former shop", words.SHOP_TRADES), draws.pick("former trade", words.TRADES)
    )
    other_core = draws.pick("former core 1", list(words.BRAND_CHARS)) + draws.pick(
        "former core 2", list(words.BRAND_CHARS)
    )
    name = np.select(
        [way == 0, way == 1],
        [prefix + core + other_trade + form, prefix + other_core + trade + form],
        prefix + core + trade + draws.pick("former addition", words.TRADES) + form,
    )
    changed = draws.chance("former", 0.0265) & (name != prefix + core + trade + form)
    return chosen(changed, name)


def _with_branches(
    draws: Draws, kind: Ints, streets: Texts, parts: tuple[Texts, ...]
) -> tuple[Ints, tuple[Texts, ...]]:
    """Each branch gets a parent company and its name; those two branches of one parent in one street get a number."""
    companies = np.flatnonzero(kind == COMPANY)
    parent = np.full(draws.n, -1, dtype=np.int64)
    branches = np.flatnonzero(kind == BRANCH)
    parent[branches] = companies[draws.below("parent", len(companies))[branches]]
    prefix, core, trade, form = (p.copy() for p in parts)
    seen: dict[tuple[int, str], int] = {}
    for i in branches:
        place = street_short(streets[i])
        nth = seen[parent[i], place] = seen.get((parent[i], place), 0) + 1
        of = parent[i]
        prefix[i], core[i], trade[i] = prefix[of], core[of], trade[of]
        form[i] = f"{form[of]}{place}{'' if nth == 1 else '第' + '零一二三四五六七八九十'[min(nth, 10)]}分公司"
    return parent, (prefix, core, trade, form)


def found_firms(persons: Persons, houses: Houses, grids: Grids, seed: int, as_of: date) -> Firms:
    """All enterprises with their codes, representatives and seats."""
    n = max(40, int(len(persons.name) * FIRMS_A_PERSON))
    draws = Draws(seed, "firms", n)
    kind = draws.weighted("kind", _SHARES)
    kind[:2] = COMPANY, SHOP
    adults = np.flatnonzero((persons.age > 22.5) & ~persons.dead)
    rep = adults[draws.below("rep", len(adults))]
    house = draws.below("house", len(houses.estate))
    streets = grids.street[houses.grid[house]]
    prefix, trade, form = _name_parts(draws, kind, streets)
    own = kind != BRANCH
    core = _cores(draws, kind, persons.name[rep])
    core[own] = _make_unique(prefix[own], core[own], trade[own], form[own], Draws(seed, "own firms", int(own.sum())))
    parent, (prefix, core, trade, form) = _with_branches(draws, kind, streets, (prefix, core, trade, form))
    serials = Draws(seed, "firm serials", n).order("serials")
    base = len(_ORGANISATION_ALPHABET)
    bodies = texts(
        [
            "MA" + "".join(_ORGANISATION_ALPHABET[(s * 7919 + 1_234_567) // base**k % base] for k in range(5, -1, -1))
            for s in serials.tolist()
        ]
    )
    organisation = organisation_codes(bodies)
    # a few are founded only after the first day
    established = np.datetime64(as_of, "D") - (-55 + draws.uniform("established") * 11_600).astype("timedelta64[D]")
    return Firms(
        kind=kind,
        name=prefix + core + trade + form,
        prefix=prefix,
        core=core,
        trade=trade,
        form=form,
        former_name=_former_names(draws, kind, (prefix, core, trade, form)),
        credit_code=credit_codes(_DEPARTMENTS[kind], here().division, organisation),
        organisation_code=organisation,
        registration_number=registration_numbers(
            texts([f"{here().division}{s + 20_000_000:08d}" for s in serials[::-1].tolist()])
        ),
        rep=rep,
        house=house,
        parent=parent,
        established=established,
        capital=np.maximum(1, np.exp(4 + 1.25 * draws.normal("capital"))).astype(np.int64),
        phone=_phones(draws, persons.phone[rep]),
        status=texts(["存续", "注销", "吊销"])[draws.weighted("status", [0.867, 0.102, 0.031])],
        staff=np.maximum(1, np.exp(1.6 + 1.1 * draws.normal("staff"))).astype(np.int64),
    )


def employ(persons: Persons, firms: Firms, seed: int, as_of: date) -> Persons:
    """Give 54 % of those over 22 an employer, big ones more often."""
    draws = Draws(seed, "employment", len(persons.name))
    weights: Floats = np.sqrt(firms.staff.astype(float)) * (
        (firms.status == "存续") & (firms.established <= np.datetime64(as_of, "D"))
    )
    employer = draws.weighted("employer", weights)
    works = (persons.age > 22) & draws.chance("works", 0.545)
    return replace(persons, employer=np.where(works, employer, -1))
