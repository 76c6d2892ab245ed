"""What happens in the sample city: incidents people and staff report, and tickets that tell of none.

Belongs here: the true event. Does not: who reports it in which words (`reports.hearing`).
"""

from __future__ import annotations

from dataclasses import dataclass, replace
from datetime import date

import numpy as np
import numpy.typing as npt

from connectors.sample.components import LAMP, MANHOLE, METRE, Components
from connectors.sample.draws import Draws, Floats, Ints, Texts, texts
from connectors.sample.event_words import BUILDING, CATEGORIES, DOOR, OPEN
from connectors.sample.people import Persons
from connectors.sample.places import Estates, Houses

AHEAD = 31
"""Days after the first one for which incidents are foreseen."""
RETURNS = 0.06
"""Share of the incidents that are an earlier trouble come back weeks after it was settled."""
IDLE = {
    "rexian_12345": 0.011,
    "wangge_shijian": 0.007,
    "chengshi_zhuomuniao": 0.001,
    "zongzhi_etong": 0.001,
    "gongan_xunfang": 0.002,
}
"""Tickets a person and month that tell of no incident: questions, thanks, tests, patrols."""
_ON_COMPONENT = {"井盖缺失": MANHOLE, "路灯不亮": LAMP}


@dataclass(frozen=True)
class Events:
    """One row per incident: category (a key of `CATEGORIES`), when, who complained first, hours to settle, and where.

    `house` is the home it happened at or nearest to, `extent` how far it reaches, `component` the row of `Components` it is
    about (-1: none), `lon` and `lat` the spot in WGS-84, `figure` the number that witnesses remember.
    """

    category: Texts
    house: Ints
    time: npt.NDArray[np.datetime64]
    reporter: Ints
    hours: Floats
    extent: Ints
    component: Ints
    lon: Floats
    lat: Floats
    figure: Ints


@dataclass(frozen=True)
class IdleTickets:
    """Tickets of no incident, one row each: which platform, when, near which home, by whom. They are numbered behind the incidents."""

    platform: Texts
    time: npt.NDArray[np.datetime64]
    house: Ints
    reporter: Ints


def _returning(events: Events, draws: Draws) -> Events:
    """A few incidents become an earlier one come back: the same trouble at the same spot, two to five weeks on."""
    row = np.arange(draws.n)
    earlier = draws.below("earlier", np.maximum(row, 1))
    returns = np.flatnonzero(draws.chance("returns", RETURNS))
    _, once = np.unique(earlier[returns], return_index=True)
    earlier = np.where(np.isin(row, returns[once]), earlier, row)
    days = draws.between("weeks on", 14, 35).astype("timedelta64[D]")
    time = np.where(earlier == row, events.time, events.time[earlier] + days)
    order = np.argsort(time, kind="stable")
    of = earlier[order]
    return replace(
        events,
        category=events.category[of],
        house=events.house[of],
        time=time[order],
        reporter=events.reporter[order],
        hours=events.hours[order],
        extent=events.extent[of],
        component=events.component[of],
        lon=events.lon[of],
        lat=events.lat[of],
        figure=events.figure[order],
    )


def _components_of(category: Texts, grid: Ints, components: Components, draws: Draws) -> Ints:
    """The manhole or lamp of the grid that an incident is about, -1 where it is about none or the grid has none."""
    of = np.full(draws.n, -1, dtype=np.int64)
    u = draws.uniform("component")
    for name, group in _ON_COMPONENT.items():
        by_grid = components.of_group(group)
        for row in np.flatnonzero(category == name).tolist():
            there = by_grid.get(int(grid[row]), [])
            if there:
                of[row] = there[int(u[row] * len(there))]
    return of


def happen(
    persons: Persons, houses: Houses, estates: Estates, components: Components, seed: int, as_of: date
) -> Events:
    """The incidents of the month before and after `as_of`, one per 25 persons and month, in order of time."""
    n = max(60, len(persons.name) // 25 * (31 + AHEAD) // 31)
    draws = Draws(seed, "events", n)
    kinds = list(CATEGORIES.values())
    kind = draws.weighted("category", [k.share for k in kinds])
    category = texts(list(CATEGORIES))[kind]
    minutes = np.sort(draws.below("minute", (31 + AHEAD) * 24 * 60) - AHEAD * 24 * 60)[::-1]
    adults = np.flatnonzero((persons.age > 18) & ~persons.dead)
    house = draws.below("house", len(houses.estate))
    reach = np.cumsum([k.where for k in kinds], axis=1)[kind]
    extent = (draws.uniform("extent")[:, None] >= reach).sum(axis=1).clip(DOOR, OPEN)
    extent = np.where(houses.urban[house] | (extent != BUILDING), extent, DOOR)
    component = _components_of(category, houses.grid[house], components, draws)
    estate, on = houses.estate[house], component >= 0
    around = np.where(extent == OPEN, 150, 60) * METRE
    spot = (estates.lon[estate] + around * draws.normal("lon"), estates.lat[estate] + around * draws.normal("lat"))
    events = Events(
        category=category,
        house=house,
        time=np.datetime64(as_of, "m") - minutes.astype("timedelta64[m]"),
        reporter=adults[draws.below("reporter", len(adults))],
        hours=np.round(0.9 + draws.exponential("hours 1", 20) + draws.exponential("hours 2", 20), 1),
        extent=np.where(on, OPEN, extent),
        component=component,
        lon=np.where(on, components.lon[component], spot[0]),
        lat=np.where(on, components.lat[component], spot[1]),
        figure=draws.between("figure", 2, 23),
    )
    return _returning(events, draws)


def ring_idly(persons: Persons, houses: Houses, seed: int, as_of: date) -> IdleTickets:
    """The tickets of no incident of the same two months, platform by platform."""
    counts = {platform: max(2, round(share * len(persons.name) * 2)) for platform, share in IDLE.items()}
    n = sum(counts.values())
    draws = Draws(seed, "idle tickets", n)
    adults = np.flatnonzero((persons.age > 18) & ~persons.dead)
    minutes = draws.below("minute", (31 + AHEAD) * 24 * 60) - AHEAD * 24 * 60
    return IdleTickets(
        platform=texts([platform for platform, count in counts.items() for _ in range(count)]),
        time=np.datetime64(as_of, "m") - minutes.astype("timedelta64[m]"),
        house=draws.below("house", len(houses.estate)),
        reporter=adults[draws.below("reporter", len(adults))],
    )
