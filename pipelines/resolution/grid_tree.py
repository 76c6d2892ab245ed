"""The grid tree: city, street, community, grid, and what lies in every node.

Placing: an entity lies in the grid of its golden record (`survivorship` takes it from the home it is tied to, else from
what platforms say) and so in all nodes above. Every count is the sum of the counts below it; the counts of the leaves are
the golden records with that `grid_code`. An entity whose grid is unknown lies in no node: the city's count against the
table's row count tells how many those are. There is no artificial "unknown" node, since a code that names no place would
turn up in every map made from the tree.

Belongs here: the tree and its counts. Does not: reading the reference platform's rows (`connectors`), or choosing a grid.
"""

from __future__ import annotations

import pyarrow as pa
import pyarrow.compute as pc

from pipelines.resolution.session import Session, Source
from warehouse.model import Home
from warehouse.model.base import GOLDEN, GRID

REFERENCE = pa.schema(
    [
        pa.field(name, pa.string())
        for name in ("city", "street_code", "street", "community_code", "community", "grid_code", "grid")
    ]
)
"""One line per grid with the nodes above it, as a grid reference gives them; division codes as in GB/T 2260 and GB/T 10114."""


def grid_tree(reference: pa.Table) -> pa.Table:
    """The nodes of the tree, with nothing in them yet.

    Args:
        reference: the columns of `REFERENCE`; a line without a grid code is left out.

    Returns:
        A table under `GRID`, ordered by code, all counts 0. A node is listed once, under the name of its first line by
        code; the city's code is the division code of six digits all street codes start with.
    """
    with Session() as session:
        session.con.register("reference", reference.select(REFERENCE.names).cast(REFERENCE))
        return GRID.conform(session.query("grid_tree").to_arrow_table())


def reference_rows(rows: pa.Table, columns: dict[str, str]) -> pa.Table:
    """The rows of a grid reference under the names of `REFERENCE`.

    Args:
        rows: current rows of the reference dataset, text columns as the platform names them.
        columns: name in `REFERENCE` → source column, as the platform file declares under `grid_tree`.
    """
    picked = [pc.utf8_trim_whitespace(rows[columns[name]].cast(pa.string())) for name in REFERENCE.names]
    return pa.table(picked, schema=REFERENCE)


def count_grid(
    tree: Source,
    person: Source | None,
    housing: Source | None,
    enterprise: Source | None,
    *,
    threads: int | None = None,
) -> pa.Table:
    """The tree with what lies in every node.

    Args:
        tree: under `GRID`; its counts are not looked at.
        person: golden records; only `grid_code` is read. So for `housing` and `enterprise`.
        housing: see `person`.
        enterprise: see `person`.
        threads: of DuckDB; the outcome does not depend on it.

    Returns:
        A table under `GRID`, ordered by code.
    """
    with Session(threads) as session:
        session.view("tree", tree, GRID)
        for kind, golden in (("person", person), ("housing", housing), ("enterprise", enterprise)):
            session.view(kind, golden, GOLDEN[kind])
        return GRID.conform(session.query("grid_count").to_arrow_table())


def write_grid_tree(home: Home, reference: pa.Table) -> int:
    """Write `base/grid` without counts, for golden records to be placed in; return the number of nodes."""
    return GRID.write(grid_tree(reference), home.stage("base", "grid"))


def write_grid_counts(home: Home, *, threads: int | None = None) -> int:
    """Fill in the counts of `base/grid` from the golden records of all kinds; return the number of nodes."""
    golden = (home.stage("golden", kind) for kind in ("person", "housing", "enterprise"))
    path = home.stage("base", "grid")
    return GRID.write(count_grid(GRID.read(path), *golden, threads=threads), path)
