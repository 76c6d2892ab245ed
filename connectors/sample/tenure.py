"""Who owns and lets the homes of the sample city.

Belongs here: the true owners, landlords and dates of registration. Does not: what the register says of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from connectors.sample.draws import Draws, Ints
from connectors.sample.people import HEAD, Persons


@dataclass(frozen=True)
class Tenure:
    """One row per home: owner, co-owner (-1: none; sometimes the owner again), who lets it, since when it is registered so.

    The columns but the last are rows of `Persons`.
    """

    owner: Ints
    co_owner: Ints
    landlord: Ints
    resident_head: Ints
    since: npt.NDArray[np.datetime64]


def own(persons: Persons, houses: int, seed: int, as_of: date) -> Tenure:
    """Three homes in four belong to who lives there, mostly the head of the household; the others to somebody."""
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
    return Tenure(
        owner=owner,
        co_owner=co_owner,
        landlord=np.where(away, owner, adults[draws.below("landlord", len(adults))]),
        resident_head=head,
        since=np.datetime64("2013-02-20", "D") + draws.below("since", int(days) + 1),
    )
