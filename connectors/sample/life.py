"""What happens to the sample city from one day to the next: moves, births, deaths, marriages, new names, phones, owners, firms.

Belongs here: the true state of the city some days on. Does not: when a platform hears of it (`reports.person`).
Everything is reckoned from the first day, so the same day is the same city whichever days were written before.
"""

from __future__ import annotations

from dataclasses import replace

import numpy as np

from connectors.sample.city import City
from connectors.sample.draws import Bools, Draws, Floats, Ints, chosen, texts
from connectors.sample.firms import Firms
from connectors.sample.people import CHILD, IN_LAW, Persons, given_names, mobile_numbers, surname_of
from connectors.sample.places import Houses
from connectors.sample.tenure import Tenure

PHONES, MOVES, RENAMED, DEATHS, MARRIAGES = 0.0028, 0.0025, 0.00025, 0.00004, 0.001
SALES, CLOSURES = 0.0004, 0.0002
"""Chance a day: of a person, a household, a person, a person, a couple; of a home, a firm."""


def _when(draws: Draws, name: str, rate: float) -> Floats:
    """On which day (a fraction) each first meets with something of that daily rate."""
    return draws.exponential(name, 1 / rate)


def on_day(first: City, day: int) -> City:
    """The city `day` days after the first; day 0 is the first itself."""
    if day == 0:
        return first
    return replace(
        first,
        as_of=first.as_of + np.timedelta64(day, "D").astype(object),
        persons=_persons(first.persons, first.houses, first.seed, day),
        firms=_firms(first.firms, first.seed, day),
        tenure=_tenure(first, day),
    )


def _moves(persons: Persons, houses: Houses, seed: int) -> tuple[Floats, Ints]:
    """When each household moves and to which home; -1 where none is free any more."""
    households = int(persons.household.max()) + 1
    when = _when(Draws(seed, "life of households", households), "moves", MOVES)
    n = len(houses.estate)
    lived_in = np.bincount(persons.house, minlength=n) > 0
    free = Draws(seed, "free homes", n).order("free")
    free = free[~lived_in[free]]
    rank = np.argsort(np.argsort(when, kind="stable"), kind="stable")
    to = np.full(households, -1, dtype=np.int64)
    able = rank < len(free)
    to[able] = free[rank[able]]
    return when, to


def _couples(persons: Persons, draws: Draws) -> tuple[Ints, Ints, Floats]:
    """Grown-up sons and daughters of different households, and the day each pair marries."""
    order = draws.order("couples")
    unmarried = order[(persons.relation[order] == CHILD) & (persons.age[order] > 22) & (persons.age[order] < 38)]
    men, women = unmarried[persons.sex[unmarried] == 1], unmarried[persons.sex[unmarried] == 0]
    n = min(len(men), len(women))
    men, women = men[:n], women[:n]
    apart = persons.household[men] != persons.household[women]
    men, women = men[apart], women[apart]
    return men, women, _when(draws, "marries", MARRIAGES)[men]


def _persons(persons: Persons, houses: Houses, seed: int, day: int) -> Persons:
    draws = Draws(seed, "life of persons", len(persons.name))
    when, to = _moves(persons, houses, seed)
    gone = ((when <= day) & (to >= 0))[persons.household]
    house = np.where(gone, to[persons.household], persons.house)
    old_house = np.where(gone, persons.house, persons.old_house)
    reregistered = gone & draws.chance("registers anew", 0.4)
    registered = np.where(reregistered, house, persons.registered_house)
    men, women, wedding = _couples(persons, draws)
    men, women = men[wedding <= day], women[wedding <= day]
    household, relation = persons.household.copy(), persons.relation.copy()
    household[women], relation[women] = persons.household[men], IN_LAW
    old_house[women], house[women], registered[women] = house[women], house[men], registered[men]
    new_phone = _when(draws, "phone", PHONES) <= day
    phone = np.where(new_phone, mobile_numbers(draws, "new phone"), persons.phone)
    renamed = (_when(draws, "renamed", RENAMED) <= day) & (persons.ethnicity != "维吾尔族")
    new_name = texts([surname_of(n) for n in persons.name]) + given_names(draws, persons)
    renamed &= new_name != persons.name
    return replace(
        persons,
        house=house,
        old_house=old_house,
        registered_house=registered,
        household=household,
        relation=relation,
        phone=phone,
        old_phone=np.where(new_phone, persons.phone, persons.old_phone),
        name=chosen(renamed, new_name, persons.name),
        former_name=chosen(renamed, persons.name, persons.former_name),
        dead=persons.dead | (_when(draws, "dies", DEATHS) <= day),
    )


def _firms(firms: Firms, seed: int, day: int) -> Firms:
    draws = Draws(seed, "life of firms", len(firms.name))
    closed: Bools = (_when(draws, "closes", CLOSURES) <= day) & (firms.status == "存续")
    return replace(firms, status=chosen(closed, "注销", firms.status))


def _tenure(first: City, day: int) -> Tenure:
    tenure, persons = first.tenure, first.persons
    draws = Draws(first.seed, "life of homes", len(tenure.owner))
    when = _when(draws, "sold", SALES)
    sold = when <= day
    adults = np.flatnonzero((persons.age > 20) & ~persons.dead)
    since = np.datetime64(first.as_of, "D") + np.ceil(np.minimum(when, day)).astype("timedelta64[D]")
    return replace(
        tenure,
        owner=np.where(sold, adults[draws.below("buyer", len(adults))], tenure.owner),
        co_owner=np.where(sold, -1, tenure.co_owner),
        owner_firm=np.where(sold, -1, tenure.owner_firm),
        co_owner_firm=np.where(sold, -1, tenure.co_owner_firm),
        since=np.where(sold, since, tenure.since),
    )
