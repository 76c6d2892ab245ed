"""What a release says about grids, households and components, on the finished home of the sample city."""

from __future__ import annotations

from collections.abc import Iterator
from pathlib import Path

import duckdb
import pytest

from warehouse.model.quality import GridNorms
from warehouse.model.sql import statement


@pytest.fixture(scope="module")
def library(finished_home: Path) -> Iterator[duckdb.DuckDBPyConnection]:
    with duckdb.connect(str(finished_home / "one_network.duckdb"), read_only=True) as con:
        yield con


def one(con: duckdb.DuckDBPyConnection, query: str) -> tuple:
    return con.execute(query).fetchone() or ()


def test_the_share_with_a_grid_is_counted_of_every_kind_that_lies_in_one(library):
    counted = dict(
        library.execute("select entity_kind::varchar, (entities, placed) from quality.grid_coverage").fetchall()
    )
    assert counted["housing"] == one(library, "select count(*), count(grid_code) from base.housing")
    assert counted["person"] == one(library, "select count(*), count(grid_code) from base.person")


def test_a_grid_recoded_before_the_first_delivery_stands_in_the_changes(library):
    (line,) = library.execute("select former_code, change::varchar, basis::varchar from link.grid_change").fetchall()
    assert (line[0][-3:], line[1:]) == ("099", ("recoded", "declared"))


def test_households_hold_everybody_whose_home_is_known(library):
    persons, homes = one(library, "select sum(persons), count(*) from base.household")
    assert (persons, homes) == one(
        library,
        "select count(*), count(distinct residence_housing_id) from base.person"
        " where residence_housing_id is not null and deregistered is null",
    )


def test_every_home_lies_in_one_area_of_each_division_or_on_its_boundary(library):
    divided = library.execute(
        """
        select d.platform, d.homes + coalesce(b.homes, 0)
        from (select platform, sum(homes) as homes from base.division group by platform) d
        left join (select platform, sum(homes) as homes from quality.grid_boundary group by platform) b using (platform)
        """
    ).fetchall()
    assert {platform for platform, _ in divided} == {"chengguan_wangge", "jingwu_wangge"}
    assert {homes for _, homes in divided} == set(one(library, "select count(*) from base.housing"))


def test_the_vacant_grid_and_the_head_of_three_grids_of_the_sample_city_are_told(library):
    vacant = library.execute(
        "select duty, vacant_since is not null from quality.grid_staffing where is_missing"
    ).fetchall()
    assert vacant == [("专职网格员", True)]
    assert ("网格长", 3) in library.execute("select duty, grids from quality.duty_load where is_over").fetchall()


def test_the_four_fulls_are_shares_of_what_is_counted(library):
    lines = library.execute("select measure::varchar, numerator, denominator, value from quality.four_full").fetchall()
    assert {line[0] for line in lines} == {"coverage", "content", "participation", "process"}
    assert all(0 <= n <= d and d > 0 and value == pytest.approx(n / d, abs=1e-4) for _, n, d, value in lines)


PARTS = """
create table base.component as
select 'C' || n as component_id, '32028101460001' || lpad(n::varchar, 2, '0') as source_code, '座椅' as name,
    '0146' as class_code, 'first' as survey, 'G1' as grid_code, (120 + n * 0.00006) || ',31.5' as location
from range(12) r (n)
"""


def faults(*changes: str) -> list[tuple]:
    with duckdb.connect() as con:
        con.execute("create schema base")
        con.execute(PARTS)
        for change in changes:
            con.execute(change)
        query = statement("warehouse.release", "quality_component_fault")
        return con.sql(
            f"select component_id, fault, other_component_id, expected_code from ({query}) order by all"
        ).fetchall()


def test_things_of_one_survey_may_stand_side_by_side():
    assert faults() == []
    assert faults("update base.component set location = '120,31.5' where component_id = 'C1'") == []


def test_a_number_of_other_than_sixteen_digits_is_told():
    assert faults("update base.component set source_code = '3202810146' where component_id = 'C3'") == [
        ("C3", "number", "", None)
    ]


def test_a_class_that_its_name_contradicts_is_told():
    assert faults("update base.component set class_code = '0402' where component_id = 'C3'") == [
        ("C3", "class", "", "0146")
    ]


def test_two_of_a_class_counted_by_two_surveys_a_step_apart_are_a_question():
    moved = "update base.component set survey = 'second', location = '120.00001,31.5' where component_id = 'C11'"
    assert faults(moved) == [("C0", "double", "C11", None), ("C11", "double", "C0", None)]


def test_a_grid_that_all_neighbours_contradict_is_told():
    assert faults("update base.component set grid_code = 'G2' where component_id = 'C5'") == [("C5", "grid", "", "G1")]


BALANCE = """
create schema quality; create schema link; create schema base;
create table quality.grid_balance (grid_code varchar, name varchar, community_code varchar, street_code varchar, households bigint);
create table link.person_housing (housing_id varchar, relation varchar, is_current boolean);
create table base.housing (housing_id varchar, grid_code varchar, estate varchar);
"""


def test_a_small_grid_joins_the_one_with_which_it_comes_closest_to_the_norm_and_a_large_one_is_divided():
    sizes = {"a": 90, "b": 150, "c": 190, "d": 700, "e": 250}
    with duckdb.connect() as con:
        con.execute(BALANCE)
        for grid, households in sizes.items():
            con.execute("insert into quality.grid_balance values (?, ?, 'k', 's', ?)", [grid, grid, households])
        con.execute("insert into quality.grid_balance values ('x', 'x', 'other', 's', 40)")
        query = statement("warehouse.release", "quality_grid_proposal")
        for norm, value in GridNorms().placeholders.items():
            query = query.replace(f"${norm}", str(value))
        lines = con.sql(
            f"select grid_code, proposal, parts, joins_grid_code, households_after from ({query}) order by 1"
        ).fetchall()
    assert lines == [
        ("a", "join", None, "c", 280),
        ("b", "join", None, "a", 240),
        ("c", "join", None, "a", 280),
        ("d", "split", 3, None, 233),
        ("x", "no_partner", None, None, None),
    ]
