"""Which tickets an event platform has: of which incidents, by whom, when, and those that tell of no incident.

Belongs here: who reports what to whom. Does not: what a ticket says (`hearing`).
"""

from __future__ import annotations

from dataclasses import dataclass

import numpy as np
import numpy.typing as npt

from connectors.sample.draws import Draws, Floats, Ints, Texts, chosen, known
from connectors.sample.event_words import CATEGORIES, ESTATE
from connectors.sample.sheets import Desk

WIDELY_HEARD = {"停水停电": 4.0, "噪声扰民": 2.0, "油烟扰民": 2.0}
"""These are told at many doors: how many times as many further tickets."""
BY_GRID_STAFF = "wangge_shijian"
MOST = 6
"""Tickets an incident and platform."""
ANOTHER_CALLS = 0.65
"""Share of the further tickets that somebody else makes, a neighbour."""
NOTHING_THERE = 0.15
"""Share of the tickets of no incident that read like one; whoever goes there finds nothing."""


@dataclass(frozen=True)
class Tickets:
    """All tickets a platform will ever have, in order of time.

    `true_id` names the incident, or the ticket itself where there is none; `event` is the row of `Events`, else -1; `nth` counts
    the tickets of an incident from 0. `category` is what it truly complains of, None where it does not complain.
    """

    true_id: Ints
    event: Ints
    nth: Ints
    house: Ints
    extent: Ints
    reporter: Ints
    category: Texts
    time: npt.NDArray[np.datetime64]

    def __len__(self) -> int:
        return len(self.event)


def _neighbours(desk: Desk, house: Ints, draws: Draws) -> Ints:
    """Somebody grown up who lives in the estate of each of these homes; anybody where nobody does."""
    persons, estate = desk.first.persons, desk.first.houses.estate
    adults = np.flatnonzero((persons.age > 18) & ~persons.dead)
    adults = adults[np.argsort(estate[persons.house[adults]], kind="stable")]
    of = estate[persons.house[adults]]
    start, end = np.searchsorted(of, estate[house], side="left"), np.searchsorted(of, estate[house], side="right")
    at = np.where(end > start, start + draws.below("neighbour", np.maximum(end - start, 1)), 0)
    return adults[np.minimum(at, len(adults) - 1)]


def _of_incidents(desk: Desk, platform: str, share: float, more: float) -> tuple[Ints, Ints]:
    """Rows of `Events` a platform hears of, once per ticket, and the how-manieth of its incident each ticket is."""
    events = desk.city.events
    draws = Draws(desk.city.seed, f"{platform} covers", len(events.house))
    loud = np.array([WIDELY_HEARD.get(name, 1.0) for name in events.category])
    several = 1 + np.minimum(draws.exponential("more", 1.0) * more * loud, MOST - 1).astype(np.int64)
    heard: float | Floats = share
    if platform == BY_GRID_STAFF:
        heard = share * desk.city.habits.attention(events.category, desk.city.houses.grid[events.house])
    count = np.where(draws.chance("known", heard), several, 0)
    return np.repeat(np.arange(draws.n), count), np.arange(count.sum()) - np.repeat(np.cumsum(count) - count, count)


def tickets_of(desk: Desk, platform: str, share: float, more: float, delay: float) -> Tickets:
    """The tickets of one platform.

    Args:
        desk: where the report is written.
        platform: its name.
        share: of the incidents that it hears of.
        more: further tickets an incident, on average, by others or the same person again.
        delay: hours until it hears, on average.
    """
    events, idle = desk.city.events, desk.city.idle_tickets
    heard, nth = _of_incidents(desk, platform, share, more)
    none = np.flatnonzero(idle.platform == platform)
    event = np.concatenate([heard, np.full(len(none), -1)])
    at = np.concatenate([np.full(len(heard), -1), none])
    nth = np.concatenate([nth, np.zeros(len(none), dtype=np.int64)])
    draws = Draws(desk.city.seed, f"{platform} tickets", len(event))
    of = event >= 0
    late = draws.exponential("delay", delay) + nth * draws.exponential("again", 5.0)
    time = np.where(of, events.time[event], idle.time[at]) + (late * 60).astype("timedelta64[m]")
    house = np.where(of, events.house[event], idle.house[at])
    first = np.where(of, events.reporter[event], idle.reporter[at])
    another = (nth > 0) & draws.chance("another", ANOTHER_CALLS)
    seems = chosen(draws.chance("nothing there", NOTHING_THERE), draws.pick("seems", list(CATEGORIES)))
    tickets = Tickets(
        true_id=np.where(of, event, len(events.house) + at),
        event=event,
        nth=nth,
        house=house,
        extent=np.where(of, events.extent[event], ESTATE),
        reporter=np.where(another, _neighbours(desk, house, draws), first),
        category=np.where(of, events.category[event], seems),
        time=time,
    )
    order = np.argsort(time, kind="stable")
    return Tickets(**{name: column[order] for name, column in vars(tickets).items()})


def complains(tickets: Tickets) -> npt.NDArray[np.bool_]:
    """Which tickets complain of something, rightly or not."""
    return known(tickets.category)
