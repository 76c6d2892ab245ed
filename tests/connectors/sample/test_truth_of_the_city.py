"""The sample city itself: numbers that check, people and homes that could be."""

from __future__ import annotations

from datetime import date

import numpy as np
import pytest
from stdnum.cn import ric, uscc
from stdnum.iso7064 import mod_11_10

from connectors.sample.city import City, build_city
from connectors.sample.people import CHILD, HEAD, LODGING, SPOUSE
from connectors.sample.reports.libraries import component_numbers


@pytest.fixture(scope="module")
def city() -> City:
    return build_city(2000, 5, date(2026, 11, 1))


def test_identity_numbers_hold_their_check_character_birth_date_and_sex(city: City) -> None:
    p = city.persons
    for number, birth, sex in zip(p.id_number, p.birth, p.sex, strict=True):
        assert number[-1] == ric.calc_check_digit(number)
        assert number[6:14] == str(birth).replace("-", "")
        assert int(number[16]) % 2 == sex


def test_no_two_people_share_an_identity_number(city: City) -> None:
    assert len(set(city.persons.id_number)) == 2000


def test_credit_codes_hold_their_check_character_and_the_organisation_code(city: City) -> None:
    f = city.firms
    assert len(set(f.credit_code)) == len(f.name)
    for code, organisation in zip(f.credit_code, f.organisation_code, strict=True):
        assert code[-1] == uscc.calc_check_digit(code[:-1])
        assert code[8:17] == organisation


def test_organisation_codes_hold_their_check_character(city: City) -> None:
    alphabet = "0123456789ABCDEFGHIJKLMNOPQRSTUVWXYZ"
    for code in city.firms.organisation_code:
        total = sum(w * alphabet.index(c) for w, c in zip((3, 7, 9, 10, 5, 8, 4, 2), code, strict=False))
        assert code[8] == "0123456789X0"[11 - total % 11]


def test_registration_numbers_hold_their_check_digit(city: City) -> None:
    for number in city.firms.registration_number:
        assert len(number) == 15
        assert mod_11_10.is_valid(number)


def test_other_codes_have_their_lengths(city: City) -> None:
    assert {len(n) for n in city.houses.unit_number} == {28}
    assert {len(c) for c in component_numbers(city.components)} == {16}
    assert {len(c) for c in city.projects.code} == {24}
    assert {len(c) for c in city.grids.grid_code} == {15}
    assert len(set(city.houses.unit_number)) == len(city.houses.unit_number)


def test_no_two_firms_share_a_name(city: City) -> None:
    assert len(set(city.firms.name)) == len(city.firms.name)


def test_no_two_homes_share_a_place(city: City) -> None:
    h = city.houses
    places = np.stack([h.estate, h.building, h.unit, h.room, h.door], axis=1)
    assert len(np.unique(places, axis=0)) == len(places)


def test_a_household_lives_together_under_one_head(city: City) -> None:
    p = city.persons
    assert len({(h, home) for h, home in zip(p.household, p.house, strict=True)}) == p.household.max() + 1
    heads = p.household[p.relation == HEAD]
    assert len(heads) == len(set(heads)) == p.household.max() + 1


def test_a_few_households_from_elsewhere_crowd_into_one_home_and_all_others_have_their_own(city: City) -> None:
    p = city.persons
    heads = np.flatnonzero(p.relation == HEAD)
    home, households = np.unique(p.house[heads], return_counts=True)
    crowded = home[households > 1]
    assert 1 <= len(crowded) <= 0.01 * len(home)
    assert households.max() == LODGING
    assert np.bincount(p.house).max() > 10
    assert np.mean(p.local[heads[np.isin(p.house[heads], crowded)]]) < 0.5  # a head may have married in


def test_children_bear_the_surname_of_the_head_and_are_younger(city: City) -> None:
    p = city.persons
    head = {h: i for i, h in enumerate(p.household) if p.relation[i] == HEAD}
    children = [i for i in range(2000) if p.relation[i] == CHILD and p.ethnicity[i] == "汉族"]
    same = [
        p.name[i][0] == p.name[head[p.household[i]]][0] for i in children if p.ethnicity[head[p.household[i]]] == "汉族"
    ]
    assert np.mean(same) > 0.97
    assert all(p.birth[i] > p.birth[head[p.household[i]]] for i in children)


def test_spouses_are_of_different_sex(city: City) -> None:
    p = city.persons
    head = {h: i for i, h in enumerate(p.household) if p.relation[i] == HEAD}
    assert all(p.sex[i] != p.sex[head[p.household[i]]] for i in np.flatnonzero(p.relation == SPOUSE))


def test_some_families_have_twins_and_some_people_share_a_name(city: City) -> None:
    p = city.persons
    births = [(h, str(b)) for h, b in zip(p.household, p.birth, strict=True)]
    assert len(births) > len(set(births))
    assert 0.002 < 1 - len(set(p.name)) / 2000 < 0.1


def test_a_bigger_city_has_more_streets_communities_and_grids() -> None:
    small, big = (build_city(n, 1, date(2026, 11, 1)).grids for n in (600, 15_000))
    for level in ("street_code", "community_code", "grid_code"):
        assert len(set(getattr(big, level))) > len(set(getattr(small, level)))
    assert len(set(big.grid_code)) == len(big.grid_code)


def test_no_birthday_has_more_people_than_sequence_numbers() -> None:
    people = build_city(20_000, 1, date(2026, 11, 1)).persons
    _, on_a_day = np.unique(people.birth, return_counts=True)
    assert on_a_day.max() < 20


@pytest.mark.parametrize("seed", range(12))
def test_the_smallest_cities_house_everybody_even_where_there_are_more_households_than_homes(seed: int) -> None:
    for persons in (100, 300):
        small = build_city(persons, seed, date(2026, 11, 1))
        assert len(small.persons.id_number) == persons
        assert small.persons.house.max() < len(small.houses.estate)
