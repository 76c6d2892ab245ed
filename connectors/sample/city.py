"""The sample city as it truly is: people, homes, firms, certificates, projects, incidents as columns.

Belongs here: putting the parts together. Does not: any mistake; those are made by whoever reports (`reports`).
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np

from connectors.sample.areas import CityGrids, PoliceAreas, divide, police
from connectors.sample.bodies import Branches, organise, public_bodies
from connectors.sample.components import Components, install
from connectors.sample.draws import Ints
from connectors.sample.firms import Firms, employ, found_firms
from connectors.sample.habits import Habits, take_up
from connectors.sample.incidents import Events, IdleTickets, happen, ring_idly
from connectors.sample.licences import Certificates, certify
from connectors.sample.moving import arrive
from connectors.sample.people import Persons, settle
from connectors.sample.places import Estates, Grids, Houses, build_estates, lay_grids
from connectors.sample.posts import Posts, appoint
from connectors.sample.projects import Projects, plan
from connectors.sample.tenure import Tenure, own


@dataclass(frozen=True)
class City:
    """Everything there is to know about the city on one day. Rows are named by their number; no platform shows those.

    `came_from` is the row of each person in the city it has moved from, -1 where it has not.
    """

    seed: int
    as_of: date
    grids: Grids
    estates: Estates
    houses: Houses
    persons: Persons
    firms: Firms
    events: Events
    idle_tickets: IdleTickets
    components: Components
    branches: Branches
    tenure: Tenure
    certificates: Certificates
    projects: Projects
    police_areas: PoliceAreas
    city_grids: CityGrids
    posts: Posts
    habits: Habits
    came_from: Ints


def build_city(persons: int, seed: int, as_of: date, former: Persons | None = None) -> City:
    """A city of that many persons, the same for the same seed; some of them have moved from the city `former` live in.

    Raises:
        ValueError: for fewer than 100 persons; the city would lack some kind of record.
    """
    if persons < 100:
        raise ValueError(f"persons: {persons}; the sample city needs at least 100")
    grids = lay_grids(persons, seed)
    estates, houses = build_estates(persons, grids, seed)
    unemployed = settle(persons, len(houses.estate), seed, as_of)
    came_from = np.full(persons, -1, dtype=np.int64)
    if former is not None:
        unemployed, came_from = arrive(unemployed, former, seed, as_of)
    firms = found_firms(unemployed, houses, grids, seed, as_of)
    people = employ(unemployed, firms, seed, as_of)
    components = install(persons, grids, seed)
    return City(
        seed=seed,
        as_of=as_of,
        grids=grids,
        estates=estates,
        houses=houses,
        persons=people,
        firms=firms,
        events=happen(people, houses, estates, components, seed, as_of),
        idle_tickets=ring_idly(people, houses, seed, as_of),
        components=components,
        branches=organise(people, grids, seed),
        tenure=own(people, firms, len(public_bodies(grids).name), len(houses.estate), seed, as_of),
        certificates=certify(people, firms, seed, as_of),
        projects=plan(firms, houses, grids, persons, seed, as_of),
        police_areas=police(grids, estates),
        city_grids=divide(grids, seed),
        posts=appoint(people, grids, seed, as_of),
        habits=take_up(len(grids.grid_code), seed),
        came_from=came_from,
    )
