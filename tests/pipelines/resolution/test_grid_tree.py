from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.resolution.grid_tree import count_grid, write_grid_counts
from pipelines.standardise.grids import GRID_REFERENCE, GridTree
from warehouse.model import Home
from warehouse.model.base import GRID_TREE
from warehouse.model.data_model import shipped

CITY = ("云州市", "990101001", "河东街道")
LINES = [
    (*CITY, "990101001001", "甲社区", "990101001001001", "甲一网格"),
    (*CITY, "990101001001", "甲社区", "990101001001002", "甲二网格"),
    (*CITY, "990101001002", "乙社区", "990101001002001", "乙一网格"),
]
GRIDS = [line[5] for line in LINES]


REFERENCE = pa.table([pa.array(c, pa.string()) for c in zip(*LINES, strict=True)], names=list(GRID_REFERENCE))


def placed(kind: str, codes: list[str | None]) -> pa.Table:
    """Golden records of which only the grid matters."""
    n = len(codes)
    size = {name: pa.array([1] * n, pa.int64()) for name in ("mention_count", "platform_count", "conflict_count")}
    size["platforms"] = pa.array(["a"] * n)
    return (
        shipped()
        .golden(kind)
        .conform(
            pa.table(
                {f"{kind}_id": pa.array([str(i) for i in range(n)]), "grid_code": pa.array(codes, pa.string()), **size}
            )
        )
    )


def tree() -> pa.Table:
    return GRID_TREE.conform(GridTree.from_reference([REFERENCE]).nodes)


@settings(derandomize=True, max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(
    st.fixed_dictionaries(
        {kind: st.lists(st.sampled_from([*GRIDS, None, "990109009009009"]), max_size=12) for kind in shipped().placed}
    )
)
def test_every_count_is_the_sum_of_the_counts_below_and_leaves_count_their_own(
    given_: dict[str, list[str | None]],
) -> None:
    nodes = count_grid(tree(), {kind: placed(kind, codes) for kind, codes in given_.items()}).to_pylist()
    for kind, codes in given_.items():
        for node in nodes:
            below = [n[f"{kind}_count"] for n in nodes if n["parent_code"] == node["grid_code"]]
            own = codes.count(node["grid_code"])
            assert node[f"{kind}_count"] == (own if node["level"] == "grid" else sum(below))


def test_counting_in_a_home_can_be_repeated(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert GRID_TREE.write(tree(), home.stage("grid", "tree")) == 7
    shipped().golden("person").write(placed("person", [GRIDS[0], GRIDS[0], None]), home.stage("golden", "person"))
    for _ in range(2):
        assert write_grid_counts(home) == 7
        city = shipped().grid.read(home.stage("base", "grid")).to_pylist()[0]
        assert (city["person_count"], city["housing_count"]) == (2, 0)
