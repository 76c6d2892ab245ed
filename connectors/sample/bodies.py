"""Bodies of the sample city that are no firms: a party branch a grid, the office of every street or town.

Belongs here: what they are called and who leads them. Does not: a platform's words for them.
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np

from connectors.sample.draws import Draws, Ints, Texts, texts
from connectors.sample.people import Persons
from connectors.sample.places import Grids


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


def street_offices(grids: Grids) -> Texts:
    """The office of every street (办事处) or government of every town (人民政府), in the order of the streets.

    As enterprises they are numbered behind the last firm.
    """
    streets = dict.fromkeys(grids.street)
    return texts([street + ("人民政府" if street.endswith("镇") else "办事处") for street in streets])
