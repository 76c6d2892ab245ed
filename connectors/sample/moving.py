"""People who moved from one sample city to the next: whole families, whom both cities know.

Belongs here: who moved, and what of them stays the same. Does not: what either city says of them (`reports`).
"""

from __future__ import annotations

from dataclasses import replace
from datetime import date

import numpy as np

from connectors.sample.draws import Draws, Ints
from connectors.sample.people import Persons

MOVED = 0.1
"""Share of the people of a city who came from the city before it."""
KEEPS_PHONE = 0.6
"""Share of the families that keep their numbers."""


def arrive(persons: Persons, former: Persons, seed: int, as_of: date) -> tuple[Persons, Ints]:
    """Let families of another city take the places of families of the same make.

    They bring their names, birth dates, identity numbers and, most of them, their phones. The other city goes on listing them.

    Args:
        persons: of this city, before they have employers.
        former: of the city they come from.
        seed: of this city.
        as_of: the day of the first delivery; nobody who is dead or not yet born has moved.

    Returns:
        The people, and the row of each among `former`; -1 who did not move.
    """
    came_from = np.full(len(persons.name), -1, dtype=np.int64)
    theirs, ours = _families(former), _families(persons)
    waiting: dict[tuple[tuple[int, int], ...], list[Ints]] = {}
    for number in Draws(seed, "families that leave", len(theirs)).order("leave").tolist():
        family = theirs[number]
        if not former.dead[family].any() and (former.birth[family] <= np.datetime64(as_of, "D")).all():
            waiting.setdefault(_make(former, family), []).append(family)
    for number in Draws(seed, "families that come", len(ours)).order("come").tolist():
        family = ours[number]
        alike = waiting.get(_make(persons, family))
        if alike and (came_from >= 0).sum() < MOVED * len(came_from):
            came_from[family] = alike.pop()
    return _with_those(persons, former, came_from, seed), came_from


def _families(persons: Persons) -> list[Ints]:
    """The rows of every household, in order."""
    order = np.argsort(persons.household, kind="stable")
    return np.split(order, np.flatnonzero(np.diff(persons.household[order])) + 1)


def _make(persons: Persons, family: Ints) -> tuple[tuple[int, int], ...]:
    """Relation and sex of everybody."""
    return tuple(zip(persons.relation[family].tolist(), persons.sex[family].tolist(), strict=True))


def _with_those(persons: Persons, former: Persons, came_from: Ints, seed: int) -> Persons:
    moved = came_from >= 0
    there = came_from[moved]
    keeps = Draws(seed, "phones of those who come", int(persons.household.max()) + 1).chance("keeps", KEEPS_PHONE)
    changed = {}
    for name in ("name", "former_name", "birth", "id_number", "ethnicity", "education", "age"):
        column = getattr(persons, name).copy()
        column[moved] = getattr(former, name)[there]
        changed[name] = column
    phone, old_phone = persons.phone.copy(), persons.old_phone.copy()
    kept = keeps[persons.household]
    old_phone[moved] = former.phone[there]
    phone[moved & kept] = former.phone[came_from[moved & kept]]
    return replace(persons, **changed, phone=phone, old_phone=old_phone)
