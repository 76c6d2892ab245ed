"""Who is responsible for the grids of the sample city: a head, full-time and part-time members, a supervisor a community.

Belongs here: who truly has which duty from when to when. Does not: the file (`reports.libraries`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from connectors.sample.draws import Draws, Ints, Texts, texts
from connectors.sample.people import Persons
from connectors.sample.places import Grids

HEAD, FULL_TIME, PART_TIME, SUPERVISOR = "网格长", "专职网格员", "兼职网格员", "督导员"
GRIDS_OF_ONE_HEAD = 3
"""The first so many grids have one head for all of them: more than the rule allows."""
VACANT = 1
"""Which grid's full-time member has left and nobody came."""


@dataclass(frozen=True)
class Posts:
    """One row per person, grid and duty; `until` is NaT while it goes on."""

    person: Ints
    grid: Ints
    duty: Texts
    since: npt.NDArray[np.datetime64]
    until: npt.NDArray[np.datetime64]


def appoint(persons: Persons, grids: Grids, seed: int, as_of: date) -> Posts:
    """Posts of every grid; now and then somebody had one before and left."""
    n = len(grids.grid_code)
    draws = Draws(seed, "posts", n)
    adults = np.flatnonzero((persons.age > 22) & (persons.age < 60) & ~persons.dead)
    chosen = {
        duty: adults[draws.below(duty, len(adults))] for duty in (HEAD, FULL_TIME, PART_TIME, SUPERVISOR, "former")
    }
    chosen[HEAD][:GRIDS_OF_ONE_HEAD] = chosen[HEAD][0]
    _, first, community = np.unique(grids.community_code.astype(str), return_index=True, return_inverse=True)
    chosen[SUPERVISOR] = chosen[SUPERVISOR][first[community]]
    began = np.datetime64(as_of, "D") - draws.between("began", 200, 1500).astype("timedelta64[D]")
    left = np.datetime64(as_of, "D") - draws.between("left", 10, 120).astype("timedelta64[D]")
    never = np.full(n, np.datetime64("NaT"), dtype="datetime64[D]")
    every = np.arange(n)
    ended = never.copy()
    ended[min(VACANT, n - 1)] = left[min(VACANT, n - 1)]
    before = np.flatnonzero(draws.chance("before", 0.3))
    part = np.flatnonzero(draws.chance("part-time", 0.7))
    parts = [
        (chosen[HEAD], every, HEAD, began, never),
        (chosen[FULL_TIME], every, FULL_TIME, began, ended),
        (chosen["former"][before], before, FULL_TIME, began[before] - 400, began[before] - 1),
        (chosen[PART_TIME][part], part, PART_TIME, began[part], never[part]),
        (chosen[SUPERVISOR], every, SUPERVISOR, began, never),
    ]
    return Posts(
        person=np.concatenate([p[0] for p in parts]),
        grid=np.concatenate([p[1] for p in parts]),
        duty=texts([duty for _, rows, duty, _, _ in parts for _ in rows]),
        since=np.concatenate([p[3] for p in parts]),
        until=np.concatenate([p[4] for p in parts]),
    )
