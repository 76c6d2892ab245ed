from __future__ import annotations

import pyarrow as pa

from pipelines.standardise.distinct import over_distinct
from pipelines.standardise.grids import GRID_REFERENCE, NODE, GridTree

CASES = "grids.yaml"


def reference() -> pa.Table:
    def grid(street: tuple[str, str], community: tuple[str, str], core: str, number: int) -> dict[str, str]:
        row = ("云溪市", *street, *community, f"{community[0]}{number:03d}", f"{core}第{number}网格")
        return dict(zip(GRID_REFERENCE, row, strict=True))

    liutang, shiqiao = ("469900101", "柳塘镇"), ("469900102", "石桥街道")
    rows = [grid(liutang, ("469900101001", "东栅社区居委会"), "东栅社区", n) for n in range(1, 13)]
    rows += [grid(liutang, ("469900101002", "东栅村村委会"), "东栅村", n) for n in (1, 2)]
    rows += [grid(shiqiao, ("469900102001", "西浜社区居委会"), "西浜社区", n) for n in (1, 2)]
    return pa.Table.from_pylist(rows)


TREE = GridTree.from_reference([reference()])


def test_a_cell_means_one_grid_or_none(case):
    assert TREE(pa.array([case["cell"]])).to_pylist() == [{"grid_code": case.get("code")}]


def test_the_tree_has_every_node_once_under_its_parent():
    nodes = {row["grid_code"]: row for row in TREE.nodes.to_pylist()}
    assert TREE.nodes.schema == NODE
    assert len(nodes) == TREE.nodes.num_rows == 1 + 2 + 3 + 16
    assert nodes["469900"] == {"grid_code": "469900", "name": "云溪市", "level": "city", "parent_code": None}
    assert nodes["469900101001012"]["parent_code"] == "469900101001"
    assert {row["parent_code"] for row in nodes.values() if row["parent_code"]} <= set(nodes)


def test_the_order_of_the_reference_does_not_matter():
    backwards = reference().take(pa.array(range(15, -1, -1)))
    assert GridTree.from_reference([backwards]).nodes.equals(TREE.nodes)


def test_without_a_reference_there_is_an_empty_tree_that_knows_no_grid():
    tree = GridTree.from_reference([])
    assert (tree.nodes.num_rows, tree.places) == (0, ())
    assert over_distinct(pa.array(["东栅社区第1网格", None]), tree).column("grid_code").to_pylist() == [None, None]


def test_the_places_of_a_city_are_its_own_name_and_its_streets():
    assert TREE.places[0] == "云溪市"
    assert set(TREE.places) == {"云溪市", "柳塘镇", "石桥街道"}


def test_two_streets_of_one_name_are_two_places():
    other = {
        name: pa.array([{"street_code": "469901101", "city": "东溪区"}.get(name, value.as_py())])
        for name, value in zip(GRID_REFERENCE, (reference()[name][0] for name in GRID_REFERENCE), strict=True)
    }
    other |= {"community_code": pa.array(["469901101001"]), "grid_code": pa.array(["469901101001001"])}
    places = GridTree.from_reference([reference(), pa.table(other)]).places
    assert sorted(places) == ["东溪区", "云溪市", "柳塘镇", "柳塘镇", "石桥街道"]
