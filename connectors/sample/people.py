"""The people of the sample city: households, ages, names, numbers, where they live and where they are registered.

Belongs here: what is true of each person. Does not: what a platform says of them.
"""

from __future__ import annotations

from dataclasses import dataclass
from datetime import date

import numpy as np
import numpy.typing as npt

from connectors.sample import vocabulary as words
from connectors.sample.codes import identity_numbers
from connectors.sample.draws import Bools, Draws, Floats, Ints, Texts, chosen, texts
from connectors.sample.where import here

HEAD, SPOUSE, CHILD, PARENT, IN_LAW = 0, 1, 2, 3, 4
LODGERS, LODGING = 0.03, 6
"""Share of the households from elsewhere that crowd into one home with others (群租), and how many of them a home."""
RELATIONS = texts(["户主", "配偶", "子女", "父母", "儿媳"])


@dataclass(frozen=True)
class Persons:
    """One row per person. House and employer columns are row numbers of `Houses` and `Firms`, -1 for none."""

    name: Texts
    former_name: Texts
    sex: Ints
    birth: npt.NDArray[np.datetime64]
    id_number: Texts
    phone: Texts
    old_phone: Texts
    household: Ints
    relation: Ints
    house: Ints
    registered_house: Ints
    old_house: Ints
    local: Bools
    ethnicity: Texts
    education: Ints
    dead: Bools
    employer: Ints
    age: Floats


@dataclass(frozen=True)
class _Frame:
    """Who belongs to which household as what; heads come first in their household."""

    household: Ints
    relation: Ints
    nth: Ints
    head: Ints


def _households(persons: int, seed: int) -> _Frame:
    """Households of one to seven until everybody has one; the last is cut to fit."""
    draws = Draws(seed, "households", persons)
    spouse = draws.chance("spouse", 0.795)
    children = np.where(spouse, draws.weighted("children", [0.36, 0.355, 0.285]), 0)
    parents = np.where(spouse, draws.weighted("parents", [0.857, 0.108, 0.035]), 0)
    size = 1 + spouse + children + parents
    n = int(np.searchsorted(np.cumsum(size), persons)) + 1
    counts = np.stack([np.ones(n, dtype=np.int64), spouse[:n], children[:n], parents[:n]], axis=1)
    household = np.repeat(np.arange(n), counts.sum(axis=1))[:persons]
    relation = np.repeat(np.tile(np.arange(4), n), counts.ravel())[:persons]
    slot = household * 4 + relation
    first = np.flatnonzero(np.r_[True, slot[1:] != slot[:-1]])
    nth = np.arange(persons) - np.repeat(first, np.diff(np.r_[first, persons]))
    heads = np.flatnonzero(relation == HEAD)
    return _Frame(household, relation, nth, heads[household])


def _births(frame: _Frame, draws: Draws, as_of: date) -> tuple[npt.NDArray[np.datetime64], Floats, Bools]:
    """Birth dates, ages in years and who is the second of a pair of twins."""
    n = draws.n
    heads = np.flatnonzero(frame.relation == HEAD)
    age = np.zeros(n)
    age[heads] = 28 + 59 * draws.uniform("head age")[heads]
    u = draws.uniform("gap")
    base = age[frame.head]
    # a cap at one age would give thousands one birthday, more than a division has sequence numbers for
    oldest = 90 + 12 * draws.uniform("oldest")
    age = np.select(
        [frame.relation == SPOUSE, frame.relation == CHILD, frame.relation == PARENT],
        [np.maximum(22.5, base - 4.9 + 9.8 * u), base - 21 - 13 * u, np.minimum(oldest, base + 20 + 12 * u)],
        base,
    )
    age = np.maximum(age, 0.05 + 0.8 * u)
    previous = np.r_[False, (frame.household[1:] == frame.household[:-1]) & (frame.relation[1:] == CHILD)]
    twin = previous & (frame.relation == CHILD) & (frame.nth == 1) & draws.chance("twin", 0.052)
    age[twin] = age[np.flatnonzero(twin) - 1]
    birth = np.datetime64(as_of, "D") - np.round(age * 365.25).astype("timedelta64[D]")
    return birth, age, twin


def _surnames(frame: _Frame, draws: Draws) -> Texts:
    """Everybody's own by chance; children take the head's, half of the parents are the head's father."""
    own = texts(list(words.SURNAMES))[draws.weighted("surname", list(words.SURNAMES.values()))]
    inherits = (frame.relation == CHILD) & ~draws.chance("mother's name", 0.006)
    inherits |= (frame.relation == PARENT) & (frame.nth == 0) & draws.chance("father's name", 0.5)
    return np.where(inherits, own[frame.head], own)


def _given(draws: Draws, sex: Ints, age: Floats, siblings: Bools) -> Texts:
    """Given names of one or two characters in the fashion of sex and generation; `siblings` may share the first with the row before."""
    pools = [
        words.GIVEN_OLDER_FEMALE,
        words.GIVEN_OLDER_MALE,
        words.GIVEN_MIDDLE_FEMALE,
        words.GIVEN_MIDDLE_MALE,
        words.GIVEN_YOUNGER_FEMALE,
        words.GIVEN_YOUNGER_MALE,
    ]
    drift = draws.normal("fashion") * 8
    cohort = np.select([age + drift > 62, age + drift > 30], [0, 1], 2) * 2 + sex
    single = draws.chance("single", 0.183)
    first, second = texts([""] * draws.n), texts([""] * draws.n)
    for position, out in (("first", first), ("second", second)):
        u, general = draws.uniform(position), draws.chance(f"{position} general", 0.5)
        everyone = "".join(dict.fromkeys("".join(pools)))
        any_pool = np.array(list(words.GIVEN_ANY + everyone), dtype=object)
        for c, pool in enumerate(pools):
            characters = np.array(list(dict.fromkeys(pool)), dtype=object)
            of = cohort == c
            # a few characters are much commoner than the rest: squaring the draw favours the head of the list
            fashionable = characters[(u[of] ** 1.6 * len(characters)).astype(np.int64)]
            out[of] = np.where(general[of], any_pool[(u[of] * len(any_pool)).astype(np.int64)], fashionable)
    shared = siblings & draws.chance("shared character", 0.2)
    first[shared] = first[np.flatnonzero(shared) - 1]
    second[single] = ""
    return first + second


def given_names(draws: Draws, persons: Persons) -> Texts:
    """Other given names for these people."""
    return _given(draws, persons.sex, persons.age, np.zeros(draws.n, dtype=bool))


def surname_of(name: str) -> str:
    """The surname of a Han name: two characters where they are one of the compound surnames."""
    return name[:2] if name[:2] in words.SURNAMES else name[:1]


def _names(frame: _Frame, draws: Draws, given: Texts, twin: Bools, ethnicity: Texts) -> Texts:
    """Full names: twins share the first given character, minority names have a dot, a few bear a rare character."""
    surname = _surnames(frame, draws)
    after = np.flatnonzero(twin)
    given[after] = texts([g[0] for g in given[after - 1]]) + texts([g[-1] for g in given[after]])
    name = surname + given
    rare = np.flatnonzero(draws.chance("rare", 0.0012))
    choice = draws.below("rare character", len(words.RARE_GIVEN))
    name[rare] = texts([name[i][:-1] + words.RARE_GIVEN[choice[i]] for i in rare])
    uyghur = ethnicity == "维吾尔族"
    full = draws.pick("own name", words.UYGHUR_GIVEN) + "·" + draws.pick("father", words.UYGHUR_FATHER)
    return np.where(uyghur, full, name)


def _divisions(local: Bools, draws: Draws) -> Texts:
    """The first six digits of everybody's identity number: the city's own, or some county elsewhere."""
    province = texts(words.PROVINCE_CODES)[draws.weighted("province", words.PROVINCE_WEIGHTS)]
    city, county = draws.between("prefecture", 1, 13), draws.between("county", 1, 31)
    away = texts([f"{p}{c:02d}{k:02d}" for p, c, k in zip(province, city.tolist(), county.tolist(), strict=True)])
    return np.where(local, texts([here().division] * draws.n), away)


def mobile_numbers(draws: Draws, label: str) -> Texts:
    """Mobile phone numbers, eleven digits."""
    prefix = draws.pick(f"{label} prefix", words.MOBILE_PREFIXES)
    return texts([f"{p}{n:08d}" for p, n in zip(prefix, draws.below(label, 10**8).tolist(), strict=True)])


def _unique_id_numbers(divisions: Texts, birth: npt.NDArray[np.datetime64], sex: Ints, draws: Draws) -> Texts:
    """Identity numbers no two of which are equal: who would share one takes the next sequence number of the same sex."""
    order = draws.below("sequence", 500) * 2 + sex
    numbers = identity_numbers(divisions, birth, order)
    while True:
        _, first = np.unique(numbers.astype("U18"), return_index=True)
        again = np.setdiff1d(np.arange(len(numbers)), first)
        if not len(again):
            return numbers
        order[again] = (order[again] + 2) % 1000
        numbers[again] = identity_numbers(divisions[again], birth[again], order[again])


def _homes(frame: _Frame, draws: Draws, houses: int, seed: int, away: Bools) -> tuple[Ints, Ints, Ints]:
    """Where everybody lives (a home per household but for lodgers), is registered, and once lived.

    `away` says of each household whether it is from elsewhere.
    """
    households = int(frame.household[-1]) + 1
    by_household = Draws(seed, "moving in", households)
    home = Draws(seed, "homes", houses).order("occupied")[
        np.arange(households) % houses
    ]  # a hamlet may run out of homes
    lodgers = np.flatnonzero(by_household.chance("lodges", LODGERS) & away[:households])
    home[lodgers] = home[lodgers[np.arange(len(lodgers)) // LODGING * LODGING]]
    elsewhere = by_household.below("registered elsewhere", houses)
    house = home[frame.household]
    registered = np.where(draws.chance("registered elsewhere", 0.15), draws.below("registered house", houses), house)
    whole = by_household.chance("family registered elsewhere", 0.15)[frame.household]
    registered = np.where(whole, elsewhere[frame.household], registered)
    return house, registered, draws.below("old house", houses)


def settle(persons: int, houses: int, seed: int, as_of: date) -> Persons:
    """All people, employers not yet given (-1).

    Args:
        persons: how many.
        houses: how many homes there are; at least as many as households.
        seed: of the city.
        as_of: the day ages are reckoned at.
    """
    frame = _households(persons, seed)
    draws = Draws(seed, "persons", persons)
    birth, age, twin = _births(frame, draws, as_of)
    head_male = draws.chance("head is male", 0.72).astype(np.int64)
    chance_male = draws.chance("male", 0.52).astype(np.int64)
    sex = np.select(
        [frame.relation == HEAD, frame.relation == SPOUSE], [head_male, 1 - head_male[frame.head]], chance_male
    )
    ethnic_family = draws.weighted("ethnicity", [share for _, share in words.ETHNICITIES.values()])
    ethnicity = texts(list(words.ETHNICITIES))[ethnic_family]
    given = _given(draws, sex, age, (frame.relation == CHILD) & (frame.nth > 0))
    name = _names(frame, draws, given, twin, ethnicity)
    former = draws.chance("former name", 0.0195) & (ethnicity != "维吾尔族")
    other = texts([surname_of(n) for n in name]) + _given(
        Draws(seed, "former names", persons), sex, age, np.zeros(persons, dtype=bool)
    )
    former &= other != name
    # some of the youngest are born only after the first day
    unborn = (age < 0.9) & (frame.relation == CHILD) & draws.chance("yet to be born", 0.35)
    birth = np.where(unborn, np.datetime64(as_of, "D") + draws.between("born in days", 1, 60), birth)
    away = Draws(seed, "families", persons).chance("away", 0.33)
    away_family = away[frame.household]
    local = np.where(draws.chance("married in", 0.06), away_family, ~away_family)
    house, registered, old = _homes(frame, draws, houses, seed, away)
    phone = mobile_numbers(draws, "phone")
    minds = (age < 14.8) & (frame.relation == CHILD)
    parent = np.minimum(frame.head + draws.chance("second parent's phone", 0.3), persons - 1)
    phone = np.where(minds, phone[parent], phone)
    old_phone = np.where(draws.chance("kept phone", 0.066), phone, mobile_numbers(draws, "old phone"))
    return Persons(
        name=name,
        former_name=chosen(former, other),
        sex=sex,
        birth=birth,
        id_number=_unique_id_numbers(_divisions(local, draws), birth, sex, draws),
        phone=phone,
        old_phone=old_phone,
        household=frame.household,
        relation=frame.relation,
        house=house,
        registered_house=registered,
        old_house=old,
        local=local,
        ethnicity=ethnicity,
        education=draws.below("education", 6),
        dead=draws.chance("dead", 0.0065),
        employer=np.full(persons, -1, dtype=np.int64),
        age=age,
    )
