from __future__ import annotations

from pathlib import Path

import pyarrow as pa
from hypothesis import HealthCheck, given, settings
from hypothesis import strategies as st

from pipelines.resolution.grid_tree import (
    REFERENCE,
    count_grid,
    grid_tree,
    reference_rows,
    write_grid_counts,
    write_grid_tree,
)
from warehouse.model import Home
from warehouse.model.data_model import shipped

CITY = ("云州市", "990101001", "河东街道")
LINES = [
    (*CITY, "990101001001", "甲社区", "990101001001001", "甲一网格"),
    (*CITY, "990101001001", "甲社区", "990101001001002", "甲二网格"),
    (*CITY, "990101001002", "乙社区", "990101001002001", "乙一网格"),
]
GRIDS = [line[5] for line in LINES]


def reference(rows: list[tuple[str | None, ...]]) -> pa.Table:
    return pa.table([pa.array(c, pa.string()) for c in zip(*rows, strict=True)], schema=REFERENCE)


def placed(kind: str, codes: list[str | None]) -> pa.Table:
    """Golden records of which only the grid matters."""
    n = len(codes)
    size = {name: pa.array([1] * n, pa.int64()) for name in ("mention_count", "platform_count", "conflict_count")}
    size["platforms"] = pa.array(["a"] * n)
    return shipped().golden(kind).conform(
        pa.table(
            {f"{kind}_id": pa.array([str(i) for i in range(n)]), "grid_code": pa.array(codes, pa.string()), **size}
        )
    )


def test_the_tree_has_every_node_once_under_its_parent() -> None:
    tree = grid_tree(reference(LINES + LINES[:1])).to_pylist()
    assert [(n["grid_code"], n["name"], n["level"], n["parent_code"]) for n in tree] == [
        ("990101", "云州市", "city", None),
        ("990101001", "河东街道", "street", "990101"),
        ("990101001001", "甲社区", "community", "990101001"),
        ("990101001001001", "甲一网格", "grid", "990101001001"),
        ("990101001001002", "甲二网格", "grid", "990101001001"),
        ("990101001002", "乙社区", "community", "990101001"),
        ("990101001002001", "乙一网格", "grid", "990101001002"),
    ]


def test_a_line_without_a_grid_code_makes_no_node() -> None:
    assert grid_tree(reference([(*CITY, "990101001009", "空社区", None, None)])).num_rows == 0


def test_reference_columns_are_taken_as_the_platform_file_names_them() -> None:
    columns = dict(zip(REFERENCE.names, "甲乙丙丁戊己庚", strict=True))
    rows = pa.table({columns[name]: [f" {value} "] for name, value in zip(REFERENCE.names, LINES[0], strict=True)})
    assert reference_rows(rows, columns).equals(reference(LINES[:1]))


@settings(derandomize=True, max_examples=6, deadline=None, suppress_health_check=[HealthCheck.function_scoped_fixture])
@given(*[st.lists(st.sampled_from([*GRIDS, None, "990109009009009"]), max_size=12) for _ in shipped().kinds])
def test_every_count_is_the_sum_of_the_counts_below_and_leaves_count_their_own(
    person: list[str | None], housing: list[str | None], enterprise: list[str | None]
) -> None:
    given_ = {"person": person, "housing": housing, "enterprise": enterprise}
    tree = count_grid(grid_tree(reference(LINES)), *(placed(k, codes) for k, codes in given_.items())).to_pylist()
    for kind, codes in given_.items():
        for node in tree:
            below = [n[f"{kind}_count"] for n in tree if n["parent_code"] == node["grid_code"]]
            own = codes.count(node["grid_code"])
            assert node[f"{kind}_count"] == (own if node["level"] == "grid" else sum(below))


def test_counting_in_a_home_can_be_repeated(tmp_path: Path) -> None:
    home = Home(tmp_path)
    assert write_grid_tree(home, reference(LINES)) == 7
    shipped().golden("person").write(placed("person", [GRIDS[0], GRIDS[0], None]), home.stage("golden", "person"))
    for _ in range(2):
        assert write_grid_counts(home) == 7
        city = GRID.read(home.stage("base", "grid")).to_pylist()[0]
        assert (city["person_count"], city["housing_count"]) == (2, 0)
