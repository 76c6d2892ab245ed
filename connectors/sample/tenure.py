"""Who owns and lets the homes of the sample city.

Belongs here: the true owners, landlords and dates of registration. Does not: what the register says of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from connectors.sample.draws import Bools, Draws, Ints
from connectors.sample.firms import COMPANY, Firms
from connectors.sample.people import HEAD, Persons

FIRM_OWNS, FIRM_SHARES, FIRM_RENTS, PUBLIC = 0.03, 0.004, 0.04, 0.25
"""Share of homes that belong to a firm, that a firm has a share in beside a person, of leases a firm takes for its staff, and of a
firm's homes that belong to a public body instead."""


@dataclass(frozen=True)
class Tenure:
    """One row per home: owner, co-owner (-1: none; sometimes the owner again), who lets it, since when it is registered so.

    `owner`, `co_owner`, `landlord` and `resident_head` are rows of `Persons`, those named `firm` of `Firms`, behind them the public
    bodies; each is -1 where
    the holder of that right is of the other sort or there is none. `firm_rents`: the lease is in the name of the tenant's
    employer.
    """

    owner: Ints
    co_owner: Ints
    landlord: Ints
    resident_head: Ints
    owner_firm: Ints
    co_owner_firm: Ints
    landlord_firm: Ints
    firm_rents: Bools
    since: npt.NDArray[np.datetime64]


def own(persons: Persons, firms: Firms, bodies: int, houses: int, seed: int, as_of: date) -> Tenure:
    """Three homes in four belong to who lives there, mostly the head of the household; the others to somebody, a few to firms.

    Of homes for let a few belong to one of so many public bodies.
    """
    draws = Draws(seed, "owners", houses)
    heads = np.flatnonzero(persons.relation == HEAD)
    size = np.bincount(persons.household)
    head = np.full(houses, -1, dtype=np.int64)
    head[persons.house[heads]] = heads
    adults = np.flatnonzero((persons.age > 20) & ~persons.dead)
    member = head + draws.below("member", size[persons.household[head]])
    resident = np.where(draws.chance("head owns", 0.72), head, member)
    stays = (head >= 0) & draws.chance("owner lives there", 0.75)
    owner = np.where(stays, resident, adults[draws.below("owner", len(adults))])
    several = size[persons.household[owner]] > 1
    first = heads[persons.household[owner]]
    spouse = np.where(owner == first, first + 1, first)
    shared = draws.uniform("shared") < np.where(several, 0.42, 0.2)
    co_owner = np.where(shared, np.where(several, spouse, owner), -1)
    away = (persons.house[owner] != np.arange(houses)) & draws.chance("owner lets", 0.2)
    days = (np.datetime64(as_of, "D") - np.datetime64("2013-02-20", "D")).astype(int)
    landlord = np.where(away, owner, adults[draws.below("landlord", len(adults))])
    companies = np.flatnonzero((firms.kind == COMPANY) & (firms.established <= np.datetime64(as_of, "D")))
    company, partner = (companies[draws.below(name, len(companies))] for name in ("company", "partner"))
    public = draws.chance("public", PUBLIC)
    company = np.where(public, len(firms.name) + draws.below("body", bodies), company)
    of_firm, with_firm = draws.chance("of a firm", FIRM_OWNS), draws.chance("with a firm", FIRM_SHARES)
    # of the homes of a firm a few belong to two firms, and a few to a firm and a person
    two, mixed = draws.chance("two firms", 0.1) & of_firm, draws.chance("mixed", 0.1) & of_firm
    lets = of_firm & draws.chance("firm lets", 0.7)
    return Tenure(
        owner=np.where(of_firm, -1, owner),
        co_owner=np.where(mixed & ~two, owner, np.where(of_firm | with_firm, -1, co_owner)),
        landlord=np.where(lets, -1, landlord),
        resident_head=head,
        owner_firm=np.where(of_firm, company, -1),
        co_owner_firm=np.where(two | (with_firm & ~of_firm), partner, -1),
        landlord_firm=np.where(lets, company, -1),
        firm_rents=draws.chance("firm rents", FIRM_RENTS),
        since=np.datetime64("2013-02-20", "D") + draws.below("since", int(days) + 1),
    )
