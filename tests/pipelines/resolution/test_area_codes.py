"""What the codes mean that other systems have for streets."""

from __future__ import annotations

import pyarrow as pa

from pipelines.resolution.session import Session
from warehouse.model.base import GRID_TREE
from warehouse.model.grid import AREA_CODE, GRID_CHANGE

NODES = [("469900001", "street", "469900"), ("469900401", "street", "469900")]
NODES += [("469900001001", "community", "469900001"), ("469900401001", "community", "469900401")]
NODES += [("469900001001001", "grid", "469900001001"), ("469900401001001", "grid", "469900401001")]
NORTH, SOUTH = "469900001001001", "469900401001001"
MOVED = {
    **{"former_code": "469900101", "grid_code": "469900401", "level": "street", "change": "recoded"},
    **{"brought_about_by": "none", "basis": "declared", "is_reused": False},
}


def read(*written: tuple[str, str | None], declared: dict[str, str] | None = None) -> dict[str, tuple]:
    """Code → what it means, by what, whether its rows contradict it. `written`: code and grid of a row."""
    tree = [{"grid_code": c, "name": c, "level": level, "parent_code": above} for c, level, above in NODES]
    schema = pa.schema([(name, pa.string()) for name in ("platform", "area_code", "grid_code")])
    rows = [{"platform": "p", "area_code": code, "grid_code": grid} for code, grid in written]
    said = [{"platform": "p", "area_code": code, "grid_code": node} for code, node in (declared or {}).items()]
    with Session() as session:
        session.con.register("written", pa.Table.from_pylist(rows, schema=schema))
        session.con.register("declared", pa.Table.from_pylist(said, schema=schema))
        session.view("tree", pa.Table.from_pylist(tree, schema=GRID_TREE.arrow), GRID_TREE)
        session.view("change", pa.Table.from_pylist([MOVED], schema=GRID_CHANGE.arrow), GRID_CHANGE)
        found = AREA_CODE.conform(session.query("area_code").to_arrow_table()).to_pylist()
    return {r["area_code"]: (r["grid_code"], r["basis"], r["contradicts"]) for r in found}


def test_a_code_of_the_tree_means_itself_with_zeros_at_its_end_too():
    found = read(("469900001000", NORTH), ("469900001", NORTH), ("469900001001", NORTH))
    assert found["469900001000"] == ("469900001", "same", False)
    assert found["469900001"] == ("469900001", "same", False)
    assert found["469900001001"] == ("469900001001", "same", False)


def test_a_code_that_was_given_up_means_what_took_its_place():
    assert read(("469900101000", SOUTH)) == {"469900101000": ("469900401", "former", False)}


def test_a_code_of_the_systems_own_numbering_is_told_by_where_its_rows_lie():
    found = read(*[("77", SOUTH)] * 5, ("77", NORTH), ("78", SOUTH), ("79", None))
    assert found["77"] == ("469900401", "observed", False)
    assert found["78"] == found["79"] == (None, "unknown", False)


def test_what_the_city_declares_comes_first_and_rows_that_lie_elsewhere_contradict_it():
    assert read(*[("77", SOUTH)] * 5, declared={"77": "469900001"}) == {"77": ("469900001", "declared", True)}


def test_a_number_of_the_tree_that_means_another_street_to_a_platform_is_told():
    assert read(*[("469900001", SOUTH)] * 6) == {"469900001": ("469900001", "same", True)}
