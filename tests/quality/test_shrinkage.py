"""Shares and rates of small units: few cases count little, and chance alone makes no finding."""

from __future__ import annotations

import numpy as np
import pytest
from hypothesis import given, settings
from hypothesis import strategies as st

from quality.shrinkage import SIGNIFICANT, q_values, rates, shares


def test_few_cases_are_drawn_further_to_what_is_expected_than_many() -> None:
    made = shares(np.array([3.0, 300.0, 150.0]), np.array([3.0, 400.0, 400.0]), np.full(3, 0.5))
    drawn = np.abs(made.estimate - np.array([1.0, 0.75, 0.375]))
    assert drawn[0] > 5 * drawn[1:].max()
    assert made.high[0] - made.low[0] > made.high[1] - made.low[1]


@settings(max_examples=30, deadline=None)
@given(st.lists(st.tuples(st.integers(0, 60), st.integers(0, 60)), min_size=1, max_size=12))
def test_an_estimate_lies_in_its_interval_between_nothing_and_all(units: list[tuple[int, int]]) -> None:
    hits, cases = (np.array(c, dtype=float) for c in zip(*((min(a, b), max(a, b)) for a, b in units), strict=True))
    made = shares(hits, cases, np.full(len(hits), 0.4))
    assert ((made.low >= 0) & (made.low <= made.estimate) & (made.estimate <= made.high) & (made.high <= 1)).all()


@pytest.mark.parametrize("spread", [0.0, 0.02], ids=["chance alone", "units that differ a little"])
def test_units_that_are_alike_make_hardly_any_finding(spread: float) -> None:
    draws = np.random.default_rng(7)
    found = 0
    for _ in range(40):
        cases = draws.integers(5, 200, 25).astype(float)
        share = np.clip(0.45 + spread * draws.standard_normal(25), 0, 1)
        made = shares(draws.binomial(cases.astype(int), share).astype(float), cases, np.full(25, 0.45))
        found += int((q_values(np.minimum(1, 2 * np.minimum(made.p_low, made.p_high))) < SIGNIFICANT).any())
    assert found <= 4


def test_a_few_large_units_of_their_own_way_do_not_become_the_rule() -> None:
    cases = np.array([400.0] * 3 + [60.0] * 12)
    hits = np.array([300.0] * 3 + [6.0] * 12)
    made = shares(hits, cases, np.full(15, 0.4))
    assert made.expected[0] == pytest.approx(0.1, abs=0.02)
    assert (q_values(made.p_high)[:3] < SIGNIFICANT).all()
    assert (q_values(made.p_high)[3:] > SIGNIFICANT).all()


def test_a_rate_counts_by_the_time_it_had() -> None:
    made = rates(
        np.array([10.0, 10.0, 20.0, 0.0]), np.array([100.0, 1000.0, 200.0, 0.0]), np.array([10.0, 100.0, 20.0, 0.0])
    )
    assert made.estimate[1] < made.estimate[0]
    assert made.p_low[1] < SIGNIFICANT < made.p_low[0]
    assert made.p_low[3] == made.p_high[3] == 1.0


def test_a_few_small_units_that_happen_to_be_alike_are_not_certain() -> None:
    made = shares(np.array([1.0, 1.0, 0.0, 0.0]), np.array([10.0, 12.0, 7.0, 5.0]), np.full(4, 0.05))
    assert (made.high > 2 * made.estimate).all()
