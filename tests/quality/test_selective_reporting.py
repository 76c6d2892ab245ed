"""Classes grid staff leave unreported are found, the grids that hide nothing and those that fill quotas too, and nothing else."""

from __future__ import annotations

import numpy as np
import pyarrow as pa
import pytest

from quality.selective_reporting import selective_reporting

CLASSES = tuple("ABCDEFGHIJKLMN")
EASY, HIDDEN = CLASSES[:3], CLASSES[-4:]
GRIDS = 24
HONEST, QUOTA = (0, 1, 2), (3, 4, 5, 6, 7)


def city(seed: int, *, hides: bool = True, missed: float = 0.15) -> pa.Table:
    """Counts of a city of 20,000 in a year; `missed` of what both sides report is not linked, more of some classes."""
    draws = np.random.default_rng(seed)
    rows = []
    for g in range(GRIDS):
        size = draws.lognormal(0, 0.8) * (2 if g in HONEST + QUOTA else 1)
        for name in CLASSES:
            heard = int(draws.poisson(size * (25 if name in EASY else 9)))
            share = 0.5
            if hides and name in HIDDEN and g not in HONEST:
                share = 0.2
            if g in QUOTA and name in EASY:
                share = 0.62
            too = int(draws.binomial(heard, share * (1 - missed * draws.random())))
            alone = int(draws.poisson(heard * share * 0.7))
            reports = int((too + alone) * 1.2)
            easy = reports if name in EASY else 0
            rows.append(
                {
                    "event_class": name,
                    "grid_code": f"{g:015d}",
                    "heard": heard,
                    "too": too,
                    "alone": alone,
                    "reports": reports,
                    "easy": easy,
                    "spot": int(draws.binomial(easy, 0.75 if g in QUOTA else 0.06)),
                    "further": int(draws.poisson(heard * 0.4)),
                    "days": heard * 3.0,
                }
            )
    return pa.Table.from_pylist(rows)


@pytest.mark.parametrize("seed", range(5))
def test_hidden_classes_are_found_and_no_other(seed: int) -> None:
    classes, _ = selective_reporting(city(seed))
    found = {r["event_class"] for r in classes.to_pylist() if r["under_reported"]}
    assert found <= set(HIDDEN)
    assert len(found) >= 3


@pytest.mark.parametrize("seed", range(5))
def test_where_nothing_is_hidden_nothing_is_found(seed: int) -> None:
    classes, grids = selective_reporting(city(seed, hides=False))
    assert not any(classes["under_reported"].to_pylist())
    assert "hidden_share" not in grids["measure"].to_pylist()


def test_honest_grids_and_those_that_fill_quotas_are_found_and_no_other() -> None:
    _, grids = selective_reporting(city(1))
    found = {(r["measure"], int(r["grid_code"])) for r in grids.to_pylist() if r["finding"] == "high"}
    assert {g for measure, g in found if measure == "spot_share"} == set(QUOTA)
    honest = {g for measure, g in found if measure == "hidden_share"}
    assert honest <= set(HONEST)
    assert len(honest) >= 2


def test_a_city_without_reports_has_no_findings() -> None:
    empty = city(1).slice(0, 0)
    assert [table.num_rows for table in selective_reporting(empty)] == [0, 0]


def test_events_of_no_grid_count_for_their_class_and_are_no_grid() -> None:
    counts = city(2).to_pylist()
    for row in counts:
        row["grid_code"] = "" if row["grid_code"].endswith("09") else row["grid_code"]
    classes, grids = selective_reporting(pa.Table.from_pylist(counts))
    assert sum(classes["heard_by_others"].to_pylist()) == sum(r["heard"] for r in counts)
    assert "" not in grids["grid_code"].to_pylist()


def test_events_nobody_reported_are_estimated_from_what_both_sides_report() -> None:
    row = {"event_class": "A", "grid_code": "1", "heard": 100, "too": 50, "alone": 50}
    rest = dict.fromkeys(("reports", "easy", "spot", "further"), 0) | {"days": 0.0}
    classes, _ = selective_reporting(pa.Table.from_pylist([row | rest]))
    assert classes["events_estimated"].to_pylist() == [pytest.approx(101 * 101 / 51 - 1)]
