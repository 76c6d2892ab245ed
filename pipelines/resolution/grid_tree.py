"""What lies in every node of the grid tree: city, street, community, grid.

Placing: an entity lies in the grid of its golden record (`survivorship` takes it from the home it is tied to, else from
what platforms say) and so in all nodes above. Every count is the sum of the counts below it; the counts of the leaves are
the golden records with that `grid_code`. An entity whose grid is unknown lies in no node: the city's count against the
table's row count tells how many those are. There is no artificial "unknown" node, since a code that names no place would
turn up in every map made from the tree.

Belongs here: counting. Does not: the tree itself (`pipelines.standardise.grids`), or choosing a grid (`survivorship`).
"""

from __future__ import annotations

from collections.abc import Mapping

import pyarrow as pa

from pipelines.resolution import statements
from pipelines.resolution.session import Session, Source
from warehouse.model import Home
from warehouse.model.base import GRID_TREE
from warehouse.model.data_model import DataModel, shipped


def count_grid(
    tree: Source, golden: Mapping[str, Source], *, model: DataModel | None = None, threads: int | None = None
) -> pa.Table:
    """The tree with what lies in every node.

    Args:
        tree: under `GRID_TREE`.
        golden: kind → golden records, of which only `grid_code` is read; a kind that is not given lies nowhere.
        model: the kinds there are; those that are shipped if not given.
        threads: of DuckDB; the outcome does not depend on it.

    Returns:
        A table under `DataModel.grid`, ordered by code.
    """
    model = model or shipped()
    with Session(threads) as session:
        session.view("grid", tree, GRID_TREE)
        for kind in model.placed:
            session.view(f"{kind}_golden", golden.get(kind), model.golden(kind))
        return model.grid.conform(session.con.sql(statements.grid_count(model)).to_arrow_table())


def write_grid_counts(home: Home, *, threads: int | None = None) -> int:
    """Write `base/grid`: the tree with what lies in its nodes; return the number of nodes."""
    model = home.data_model
    golden = {kind: home.stage("golden", kind) for kind in model.placed}
    table = count_grid(home.stage("grid", "tree"), golden, model=model, threads=threads)
    return model.grid.write(table, home.stage("base", "grid"))
