"""What happens and what stands in the streets: incidents citizens and staff report, city components, party branches.

Belongs here: the true event. Does not: who reports it in which words (`reports.issues`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from connectors.sample import vocabulary as words
from connectors.sample.draws import Draws, Floats, Ints, Texts, texts
from connectors.sample.people import Persons
from connectors.sample.places import Grids, Houses


@dataclass(frozen=True)
class Events:
    """One row per incident: category (a key of `vocabulary.EVENTS`), home it happened at, when, who complained, hours to settle."""

    category: Texts
    house: Ints
    time: npt.NDArray[np.datetime64]
    reporter: Ints
    hours: Floats


@dataclass(frozen=True)
class Components:
    """One row per city component (GB/T 30428.2)."""

    code: Texts
    name: Texts
    grid: Ints
    lon: Floats
    lat: Floats


@dataclass(frozen=True)
class Branches:
    """One party branch a grid: its secretary (a row of `Persons`) and members."""

    secretary: Ints
    members: Ints


AHEAD = 31
"""Days after the first one for which incidents are foreseen."""


def happen(persons: Persons, houses: Houses, seed: int, as_of: date) -> Events:
    """The incidents of the month before and after `as_of`, one per 25 persons and month, in order of time."""
    n = max(60, len(persons.name) // 25 * (31 + AHEAD) // 31)
    draws = Draws(seed, "events", n)
    category = texts(list(words.EVENTS))[draws.weighted("category", [share for _, share, _ in words.EVENTS.values()])]
    minutes = np.sort(draws.below("minute", (31 + AHEAD) * 24 * 60) - AHEAD * 24 * 60)[::-1]
    adults = np.flatnonzero((persons.age > 18) & ~persons.dead)
    return Events(
        category=category,
        house=draws.below("house", len(houses.estate)),
        time=np.datetime64(as_of, "m") - minutes.astype("timedelta64[m]"),
        reporter=adults[draws.below("reporter", len(adults))],
        hours=np.round(0.9 + draws.exponential("hours 1", 20) + draws.exponential("hours 2", 20), 1),
    )


def install(persons: int, grids: Grids, seed: int) -> Components:
    """City components, one per eight persons, 16-digit codes: county 6, class 2, type 2, serial 6."""
    n = max(60, persons // 8)
    draws = Draws(seed, "components", n)
    codes = list(words.COMPONENTS)
    kind = draws.below("kind", len(codes))
    return Components(
        code=texts([f"{words.DIVISION}{codes[k]}{i + 1:06d}" for i, k in enumerate(kind.tolist())]),
        name=texts(list(words.COMPONENTS.values()))[kind],
        grid=draws.below("grid", len(grids.grid_code)),
        lon=np.round(121.05 + 0.5 * draws.uniform("lon"), 6),
        lat=np.round(28.70 + 0.25 * draws.uniform("lat"), 6),
    )


def organise(persons: Persons, grids: Grids, seed: int) -> Branches:
    """A party branch in every grid."""
    draws = Draws(seed, "branches", len(grids.grid_code))
    adults = np.flatnonzero((persons.age > 28) & ~persons.dead)
    return Branches(adults[draws.below("secretary", len(adults))], draws.between("members", 3, 60))
