"""Bodies of the sample city that are no firms: a party branch a grid, the office of every street or town, departments.

Belongs here: what they are called, who leads them, their codes. Does not: a platform's words for them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from connectors.sample import vocabulary as words
from connectors.sample.codes import credit_codes, organisation_codes
from connectors.sample.draws import Draws, Ints, Texts, chosen, texts
from connectors.sample.people import Persons
from connectors.sample.places import Grids
from connectors.sample.where import here


@dataclass(frozen=True)
class Branches:
    """One party branch a grid: its secretary (a row of `Persons`) and members."""

    secretary: Ints
    members: Ints


def organise(persons: Persons, grids: Grids, seed: int) -> Branches:
    """A party branch in every grid."""
    draws = Draws(seed, "branches", len(grids.grid_code))
    adults = np.flatnonzero((persons.age > 28) & ~persons.dead)
    return Branches(adults[draws.below("secretary", len(adults))], draws.between("members", 3, 60))


@dataclass(frozen=True)
class PublicBodies:
    """The offices of the streets and towns in their order, then the departments of the city.

    `name` is the full name without the city, `short` what everybody calls it. As enterprises they are numbered behind the last
    firm.
    """

    name: Texts
    short: Texts
    credit_code: Texts
    streets: int

    def written(self, body: Ints, draws: Draws, role: str) -> Texts:
        """Names of these bodies as people write them: in full or short, with the city before it or without."""
        name = chosen(draws.chance(f"{role} short", 0.4), self.short[body], self.name[body])
        return np.asarray(chosen(draws.chance(f"{role} with the city", 0.5), here().city + name, name))


def public_bodies(grids: Grids) -> PublicBodies:
    """The government of every town (人民政府) or the office of every street (办事处), and the departments of the city."""
    streets = list(dict.fromkeys(grids.street))
    offices = [(f"{s}人民政府", f"{s}政府") if s.endswith("镇") else (f"{s}办事处", f"{s}办") for s in streets]
    bodies = [*offices, *words.DEPARTMENTS.items()]
    organisations = organisation_codes(texts([f"{here().bodies}{n:04d}" for n in range(len(bodies))]))
    return PublicBodies(
        name=texts([name for name, _ in bodies]),
        short=texts([short for _, short in bodies]),
        credit_code=credit_codes(texts(["11"] * len(bodies)), here().division, organisations),
        streets=len(streets),
    )
