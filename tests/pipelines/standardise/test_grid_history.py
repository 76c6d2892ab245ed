"""What became of grids whose codes were given up."""

from __future__ import annotations

from datetime import date

import pyarrow as pa
import pytest

from pipelines.standardise.grid_history import GridHistory, grid_history, side_by_side
from pipelines.standardise.grids import GRID_REFERENCE, RECODED
from pipelines.standardise.reference import ADDRESS_REFERENCE, in_present_grids

FIRST, LATER, LAST = date(2026, 1, 1), date(2026, 2, 1), date(2026, 3, 1)
NORTH, SOUTH = ("469900001", "北门街道"), ("469900101", "南浦镇")
COLUMNS = (*GRID_REFERENCE, *RECODED)
Place = tuple[str, str]


def grids(street: Place, community: Place, numbers: dict[int, tuple[str | None, str | None]] | int) -> list[dict]:
    """Grids of a community; a number → former code and day."""
    said = dict.fromkeys(range(1, numbers + 1), (None, None)) if isinstance(numbers, int) else numbers
    short = community[1].removesuffix("居委会")
    return [
        dict(
            zip(
                COLUMNS,
                ("云溪市", *street, *community, f"{community[0]}{n:03d}", f"{short}第{n}网格", former, day),
                strict=True,
            )
        )
        for n, (former, day) in said.items()
    ]


def tree(*parts: list[dict]) -> pa.Table:
    return pa.Table.from_pylist([row for part in parts for row in part], pa.schema([(c, pa.string()) for c in COLUMNS]))


XIANG, HE, QIAO = (
    ("469900001001", "杏园社区居委会"),
    ("469900001002", "荷塘社区居委会"),
    ("469900101001", "桥头社区居委会"),
)
BEFORE = tree(grids(NORTH, XIANG, 2), grids(NORTH, HE, 2), grids(SOUTH, QIAO, 2))
NEW_SOUTH, NEW_QIAO = ("469900401", "南浦镇"), ("469900401001", "桥头社区居委会")
MERGED = grids(
    NORTH,
    XIANG,
    {1: (None, None), 2: (None, None), 3: ("469900001002001", "2026-01-15"), 4: ("469900001002002", "2026-01-15")},
)


@pytest.fixture(scope="module")
def history() -> GridHistory:
    """杏园 takes 荷塘 in, and 南浦镇 gets another code without a word of the former ones."""
    return grid_history([(FIRST, [BEFORE]), (LATER, [tree(MERGED, grids(NEW_SOUTH, NEW_QIAO, 2))])])


def changes(history: GridHistory) -> dict[tuple[str, str], dict]:
    return {(r["former_code"], r["grid_code"]): r for r in history.changes.to_pylist()}


@pytest.mark.parametrize(
    "written", ["469900001002002", "荷塘社区第2网格", "北门街道荷塘社区第二网格", "杏园社区第4网格"]
)
def test_a_former_code_and_a_former_name_are_answered_with_the_grid_of_today(
    history: GridHistory, written: str
) -> None:
    assert history.tree.code_of(written) == "469900001001004"


def test_a_community_that_joins_another_takes_its_grids_along_from_the_day_the_reference_says(
    history: GridHistory,
) -> None:
    found = changes(history)
    assert found[HE[0], XIANG[0]]["change"] == "merged"
    grid = found["469900001002001", "469900001001003"]
    assert (grid["change"], grid["brought_about_by"], grid["basis"]) == ("recoded", "community_merged", "declared")
    assert grid["changed_on"] == date(2026, 1, 15)


def test_where_nobody_says_the_former_code_the_same_name_in_the_same_street_goes_on(history: GridHistory) -> None:
    found = changes(history)
    assert found[SOUTH[0], NEW_SOUTH[0]]["change"] == "recoded"
    grid = found["469900101001001", "469900401001001"]
    assert (grid["change"], grid["brought_about_by"], grid["basis"]) == ("recoded", "street_recoded", "same_name")
    assert history.tree.code_of("469900101001001") == "469900401001001"


def test_every_node_has_its_days(history: GridHistory) -> None:
    days = {r["grid_code"]: (r["valid_from"], r["valid_to"]) for r in history.nodes.to_pylist()}
    assert days["469900001001001"] == (FIRST, None)
    assert days["469900001002001"] == days[HE[0]] == (FIRST, date(2026, 1, 15))
    assert days["469900001001003"] == (date(2026, 1, 15), None)
    assert days["469900401001001"] == (LATER, None)
    current = {code for code, (_, until) in days.items() if until is None}
    assert current == set(history.tree.nodes["grid_code"].to_pylist())


def test_a_grid_that_was_divided_is_answered_by_none_of_its_parts() -> None:
    parts = {1: (None, None), 2: ("469900001001009", None), 3: ("469900001001009", None)}
    before = tree(grids(NORTH, XIANG, {1: (None, None), 9: (None, None)}))
    history = grid_history([(FIRST, [before]), (LATER, [tree(grids(NORTH, XIANG, parts))])])
    assert {r["change"] for r in history.changes.to_pylist()} == {"split"}
    assert history.tree.code_of("469900001001009") is None


def test_codes_are_followed_over_several_changes() -> None:
    later = tree(grids(NORTH, XIANG, {5: ("469900001001001", None)}))
    last = tree(grids(NORTH, XIANG, {7: ("469900001001005", None)}))
    history = grid_history([(FIRST, [tree(grids(NORTH, XIANG, 1))]), (LATER, [later]), (LAST, [last])])
    assert history.tree.former == {"469900001001001": "469900001001007", "469900001001005": "469900001001007"}


def test_a_code_that_names_another_grid_today_is_said_to_be_reused() -> None:
    later = tree(grids(NORTH, XIANG, {1: ("469900001001002", None), 2: ("469900001001001", None)}))
    history = grid_history([(FIRST, [tree(grids(NORTH, XIANG, 2))]), (LATER, [later])])
    assert {r["is_reused"] for r in history.changes.to_pylist()} == {True}
    assert history.tree.code_of("469900001001002") == "469900001001002"


def test_a_grid_nobody_speaks_of_any_more_has_ended() -> None:
    history = grid_history([(FIRST, [tree(grids(NORTH, XIANG, 2))]), (LATER, [tree(grids(NORTH, XIANG, 1))])])
    (line,) = history.changes.to_pylist()
    assert (line["former_code"], line["grid_code"], line["change"]) == ("469900001001002", "", "ended")


def test_the_same_deliveries_again_change_nothing(history: GridHistory) -> None:
    later = tree(MERGED, grids(NEW_SOUTH, NEW_QIAO, 2))
    again = grid_history([(FIRST, [BEFORE]), (LATER, [later]), (LAST, [later])])
    assert again.changes.equals(history.changes)
    assert again.nodes.equals(history.nodes)


def test_without_a_reference_there_is_no_history() -> None:
    history = grid_history([])
    assert (history.nodes.num_rows, history.changes.num_rows, history.tree.nodes.num_rows) == (0, 0, 0)


def test_the_register_of_addresses_is_read_in_the_codes_of_today(history: GridHistory) -> None:
    rows = [
        dict.fromkeys(ADDRESS_REFERENCE) | {"grid_code": code}
        for code in ("469900001002002", "469900001001001", "x", None)
    ]
    table = pa.Table.from_pylist(rows, pa.schema([(c, pa.string()) for c in ADDRESS_REFERENCE]))
    read = in_present_grids(table, history.tree)["grid_code"].to_pylist()
    assert read == ["469900001001004", "469900001001001", "x", None]


def test_trees_of_several_references_stand_side_by_side() -> None:
    north, south = tree(grids(NORTH, XIANG, 1)), tree(grids(SOUTH, QIAO, 1))
    versions = side_by_side([[(FIRST, north)], [(LATER, south)]])
    assert [(day, len(tables)) for day, tables in versions] == [(FIRST, 1), (LATER, 2)]
