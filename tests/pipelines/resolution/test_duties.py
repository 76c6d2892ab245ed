"""Who is responsible for the grids, against what the city rules."""

from __future__ import annotations

from datetime import date
from pathlib import Path

import pyarrow as pa
import pytest

from connectors.grid_rules import Post, load_grid_rules
from connectors.registry import ConfigurationError
from pipelines.resolution.duties import staffing
from warehouse.model.base import GRID_TREE
from warehouse.model.grid import GRID_DUTY
from warehouse.model.quality import GridNorms

TODAY = date(2026, 11, 1)
GRIDS = [f"99010100100100{n}" for n in range(1, 5)]
TREE = GRID_TREE.conform(
    pa.Table.from_pylist([{"grid_code": g, "name": g, "level": "grid", "parent_code": "990101001001"} for g in GRIDS])
)
POSTS = (Post(duty="网格长", per_grid=1, grids_at_most=2), Post(duty="网格警员", per_grid=1))


def duty(number: int, grid: str | None, person: str, *, since: date | None = None, until: date | None = None) -> dict:
    place = {"platform": "staff", "delivery_id": "d", "file_name": "f", "sheet_name": "", "row_number": number}
    return {
        "grid_code": grid,
        "duty": "网格长",
        "person_id": person,
        "valid_from": since,
        "valid_to": until,
        "is_current": False,
        **place,
    }


LINES = [
    *(duty(n, GRIDS[n], "P1") for n in range(3)),
    duty(4, GRIDS[3], "P2", since=date(2020, 1, 1), until=date(2026, 10, 31)),
    duty(5, GRIDS[0], "P3", since=date(2026, 11, 2)),
    duty(6, None, "P4"),
]


@pytest.fixture(scope="module")
def tables() -> tuple[pa.Table, pa.Table, pa.Table]:
    return staffing(pa.Table.from_pylist(LINES, schema=GRID_DUTY.arrow), TREE, POSTS, TODAY)


def test_a_duty_holds_from_its_first_day_to_its_last_one(tables):
    current = {row["row_number"]: row["is_current"] for row in tables[0].to_pylist()}
    assert current == {0: True, 1: True, 2: True, 4: False, 5: False, 6: True}


def test_a_grid_whose_head_left_is_vacant_since_that_day(tables):
    missing = {row["grid_code"]: row["vacant_since"] for row in tables[1].to_pylist() if row["is_missing"]}
    assert missing == {GRIDS[3]: date(2026, 10, 31)}


def test_a_duty_that_no_platform_reports_is_not_missed(tables):
    assert {row["duty"] for row in tables[1].to_pylist()} == {"网格长"}


def test_one_person_over_more_grids_than_the_city_allows_is_told(tables):
    load = {row["person_id"]: (row["grids"], row["is_over"]) for row in tables[2].to_pylist()}
    assert load == {"P1": (3, True)}


def test_words_of_other_platforms_mean_the_duty_of_the_city():
    rules = load_grid_rules()
    assert rules.duty_of("片警") == "网格警员"
    assert rules.duty_of("楼道长") == "楼道长"


def test_a_word_that_means_two_duties_is_told_with_its_file(tmp_path: Path):
    wrong = tmp_path / "grids.yaml"
    wrong.write_text("posts: [{duty: 网格长}, {duty: 网格员, also: [网格长]}]", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"grids\.yaml.*网格长"):
        load_grid_rules(wrong)


@pytest.mark.parametrize("norm", ["[300, 200]", "[0, 200]", "[200]", "viel"])
def test_a_norm_that_is_none_is_told_with_its_file(tmp_path: Path, norm: str):
    wrong = tmp_path / "grids.yaml"
    wrong.write_text(f"households_per_grid: {norm}", encoding="utf-8")
    with pytest.raises(ConfigurationError, match=r"grids\.yaml: households_per_grid"):
        load_grid_rules(wrong)


def test_the_norms_a_city_does_not_rule_about_are_those_that_are_shipped(tmp_path: Path):
    own = tmp_path / "grids.yaml"
    own.write_text("persons_per_grid: [800, 1200]", encoding="utf-8")
    assert load_grid_rules(own).norms == GridNorms(households=(200, 300), persons=(800, 1200))
